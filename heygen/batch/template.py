"""The body that is the same for all rows but for their columns: JSON whose strings take `{column}`."""

from __future__ import annotations

import re

from heygen.api import body as bodies
from heygen.core.errors import HeygenError, usage_error
from heygen.core.suggest import closest, listing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Mapping, Sequence

# `{{` and `}}` stand for braces themselves.
_PARTS = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_ABSENT = object()
_LARGEST = 1024 * 1024  # bytes


class Pattern:
    """A text with placeholders. `source` says in errors where it stands."""

    def __init__(self, text: str, source: str) -> None:
        self.parts: list[tuple[bool, str]] = []  # whether it is a column's name, and the text
        at = 0
        for found in _PARTS.finditer(text):
            self.parts.append((False, text[at : found.start()]))
            at = found.end()
            if found[1] is None and len(found[0]) == 1:
                raise usage_error(
                    f"{source}: a {found[0]} stands alone in {text[:60]!r}", hint="Write {{ and }} for braces themselves"
                )
            self.parts.append((True, found[1].strip()) if found[1] is not None else (False, found[0][0]))
        self.parts.append((False, text[at:]))
        self.parts = [part for part in self.parts if part[1] or part[0]]
        self.columns = [name for is_column, name in self.parts if is_column]

    @property
    def is_one_column(self) -> bool:
        """Whether it is a placeholder and nothing else."""
        return len(self.parts) == 1 and self.parts[0][0]

    def fill(self, columns: Mapping[str, Any], shown: Callable[[Any], str] = str) -> str:
        """Return the text with the values in place. Raises KeyError with the name of a column that is not there."""
        return "".join(shown(_text(columns[text])) if is_column else text for is_column, text in self.parts)

    def check(self, columns: Sequence[str], source: str) -> None:
        """Refuse a placeholder that names no column. Raises a usage error."""
        for name in self.columns:
            if name not in columns:
                raise no_column(name, columns, source)


def no_column(name: str, columns: Sequence[str], source: str) -> HeygenError:
    """Return the error for a placeholder that names no column."""
    near = closest(name, columns)
    guess = f"; did you mean {{{near}}}?" if near else f"; there is: {listing(columns)}" if columns else ""
    return usage_error(f"{source}: there is no column {name or '{}'}{guess}", hint="Write {{ and }} for braces themselves")


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return {True: "true", False: "false", None: ""}[value] if value is None or isinstance(value, bool) else str(value)


class Template:
    """A body with placeholders.

    A string that is one placeholder and nothing else takes the value as it is, and its field is left out where the
    cell is empty.
    """

    def __init__(self, text: str, source: str) -> None:
        self.source = source
        self.columns: list[str] = []
        self.has_whole_values = False
        self._make = self._compiled(bodies.parse_data(text, source))

    def fill(self, columns: Mapping[str, Any]) -> dict[str, Any]:
        """Return the body of a row. Raises KeyError with the name of a column that is not there."""
        made: dict[str, Any] = self._make(columns)
        return made

    def _compiled(self, node: Any) -> Callable[[Mapping[str, Any]], Any]:
        if isinstance(node, str):
            pattern = Pattern(node, self.source)
            self.columns += pattern.columns
            if pattern.is_one_column:
                self.has_whole_values = True
                name = pattern.columns[0]
                return lambda columns: _ABSENT if columns[name] in ("", None) else columns[name]
            if pattern.columns:
                return pattern.fill
            node = pattern.fill({})
        if isinstance(node, dict):
            fields = [(key, self._compiled(value)) for key, value in node.items()]

            def make_object(columns: Mapping[str, Any]) -> dict[str, Any]:
                made = ((key, make(columns)) for key, make in fields)
                return {key: value for key, value in made if value is not _ABSENT}

            return make_object
        if isinstance(node, list):
            items = [self._compiled(value) for value in node]
            return lambda columns: [value for value in (make(columns) for make in items) if value is not _ABSENT]
        return lambda columns: node


def read(path: str) -> Template:
    """Return the template in a file. Raises HeygenError."""
    try:
        with open(path, "rb") as stream:
            data = stream.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise ValueError("it has more than 1 MiB")
        text = data.decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise HeygenError("cli_file_io_error", f"cannot read the template {path}: {reason}", param="--template") from error
    return Template(text, path)
