"""The arguments of a tool call: which belong to the path, the query and the body, and all that is wrong with them at once."""

from __future__ import annotations

from heygen.api import body as bodies
from heygen.api.remarks import remarks
from heygen.api.validation import Problem, validate
from heygen.core.errors import HeygenError, usage_error
from heygen.core.suggest import closest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

    from heygen.api.operations import Operation
    from heygen.mcp.reporter import Reporter
    from heygen.mcp.tools import Tool


class Arguments:
    """The arguments of an operation, checked. `values` are those of path and query, `content` is the body.

    Raises a usage error that has every problem.
    """

    def __init__(self, tool: Tool, given: dict[str, Any], reporter: Reporter) -> None:
        operation: Operation = tool.operation
        left = dict(given)
        problems: list[Problem] = []
        self.values: dict[str, Any] = {}
        self.waits = False
        if tool.is_waitable:
            self.waits = left.pop("wait", None) is not False
        # Sent even where the API does not heed it, as on the command line.
        self.key: Any = left.pop("idempotency_key", None) if operation.method == "POST" else None
        for parameter in operation.parameters:
            value = left.pop(parameter.name, None)  # a model may give null for what it leaves out
            if value is not None:
                problems += validate(value, parameter.schema, operation.document, parameter.name)
                self.values[parameter.name] = value
            elif parameter.is_required:
                problems.append(Problem(path=parameter.name, kind="missing", message="is required"))
            if value == "" and parameter.location == "path":
                problems.append(Problem(path=parameter.name, kind="value", message="must not be empty"))
        self.content: Any = None
        if operation.body_schema is None:
            known = [each.name for each in operation.parameters]
            problems += [_unknown(name, known) for name in left]
        elif operation.is_multipart:
            problems += validate(left, operation.body_schema, operation.document)
            self.values.update(left)
        else:
            self.content = left if left or operation.body_is_required else None
            problems += bodies.problems(operation, self.content)
        if problems:
            raise refusal(problems, f"see all that {tool.name} takes in heygen://schema/{tool.name}")
        _warn(operation, self.content, reporter)


def _unknown(name: str, known: Sequence[str]) -> Problem:
    return Problem(path=name, kind="unknown", message="is not a known argument", suggestion=closest(name, known))


def _warn(operation: Operation, content: Any, reporter: Reporter) -> None:
    """Tell of fields that are sent anyway: unknown and deprecated ones."""
    for remark in remarks(content, operation.body_schema or {}, operation.document):
        if remark.kind == "deprecated":
            hint = f"Use {remark.instead} instead" if remark.instead else None
            reporter.warning("deprecated", f"{remark.path} is deprecated", hint=hint, param=remark.path)
        else:
            guess = f"; did you mean {remark.instead}?" if remark.instead else ""
            text = f"{remark.path} is not a known field; it is sent anyway{guess}"
            reporter.warning("unknown_field", text, param=remark.path)


def refusal(problems: Sequence[Problem], where: str) -> HeygenError:
    """Return the one error for all problems of a call, each with its place under `details`."""
    missing = [each.path for each in problems if each.kind == "missing" and each.message == "is required"]
    others = [each.text() for each in problems if not (each.kind == "missing" and each.message == "is required")]
    absent = [f"missing required {'argument' if len(missing) == 1 else 'arguments'}: {', '.join(missing)}"] if missing else []
    error = usage_error(
        "; ".join([*absent, *others]), param=problems[0].path or None, hint=f"Correct the arguments and call again; {where}"
    )
    error.details = {"details": [bodies.detail(each) for each in problems]}
    return error


def checked(given: dict[str, Any], schema: dict[str, Any], name: str) -> dict[str, Any]:
    """Return the arguments of a tool of ours, without those that are null. Raises a usage error that has every problem."""
    given = {key: value for key, value in given.items() if value is not None}
    known = list(schema["properties"])
    problems = validate(given, schema, {}) + [_unknown(key, known) for key in given if key not in known]
    if problems:
        raise refusal(problems, f"{name} takes: {', '.join(known)}")
    return given
