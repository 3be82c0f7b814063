"""From method and path to an operation, by the paths of the OpenAPI documents."""

from __future__ import annotations

from urllib.parse import unquote

from heygen.api import documents, operations
from heygen.sandbox.problems import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.api.operations import Operation

# A template split at its slashes; None stands for a parameter.
Pattern = tuple


class Router:
    """All operations of the documents, by path."""

    def __init__(self) -> None:
        self._routes: dict[str, tuple[Pattern, dict[str, Operation]]] = {}
        for group in documents.groups():
            for operation in operations.operations(group):
                pattern = tuple(None if part.startswith("{") else part for part in operation.path.split("/"))
                self._routes.setdefault(operation.path, (pattern, {}))[1][operation.method] = operation

    def find(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        """Return the operation and its path parameters, decoded. Raises 404 and 405.

        A path is matched segment by segment as it stands, so that an encoded slash stays inside an id; of
        several that fit, the one with the fewest parameters is meant (OpenAPI, "Path Templating Matching").
        """
        parts = path.split("/")
        found = [
            (pattern, methods)
            for pattern, methods in self._routes.values()
            if len(pattern) == len(parts) and all(_fits(wanted, part) for wanted, part in zip(pattern, parts))
        ]
        if not found:
            raise Refusal(404, "not_found", f"There is no {path[:200]}")
        pattern, methods = min(found, key=lambda each: each[0].count(None))
        if method not in methods:
            allowed = ", ".join(sorted(methods))
            raise Refusal(
                405,
                "method_not_allowed",
                f"{method} is not allowed here; allowed: {allowed}",
                headers={"Allow": allowed},
            )
        operation = methods[method]
        names = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
        values = [unquote(part) for wanted, part in zip(pattern, parts) if wanted is None]
        return operation, dict(zip(names, values))


def _fits(wanted: str | None, part: str) -> bool:
    return part != "" if wanted is None else wanted == part
