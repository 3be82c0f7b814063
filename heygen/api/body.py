"""Making a JSON request body: `-d`, then `--set`, then flags; and checking it before it is sent."""

from __future__ import annotations

import json

from heygen.api import path as paths
from heygen.api.fields import flag_name
from heygen.api.validation import Problem, validate
from heygen.core.errors import HeygenError, usage_error
from heygen.core.suggest import listing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Container, Sequence

    from heygen.api.fields import Field
    from heygen.api.operations import Operation


def strict_json(text: str) -> Any:
    """Return parsed JSON; NaN and Infinity, which JSON has not, are refused like any other mistake, and so is a
    number that would become one of them.

    Raises ValueError (json.JSONDecodeError where the place is known) and RecursionError.
    """

    def refuse(name: str) -> Any:
        raise ValueError(f"{name} is not JSON")

    def number(text: str) -> float:
        value = float(text)
        if abs(value) == float("inf"):
            raise ValueError(f"{text[:40]} is too large a number")
        return value

    return json.loads(text, parse_float=number, parse_constant=refuse)


def parse_data(text: str, source: str) -> dict[str, Any]:
    """Return the JSON object of `-d`; `source` says in errors where it came from.

    Raises a usage error that gives line and column.
    """
    try:
        value = strict_json(text)
    except json.JSONDecodeError as error:
        raise usage_error(
            f"{source} is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}",
            param="data",
            hint="The body must be a JSON object, such as '{\"title\": \"Hello\"}'",
        ) from error
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise usage_error(f"{source} is not valid JSON: {reason}", param="data") from error
    if not isinstance(value, dict):
        kind = {list: "a list", str: "a string", type(None): "null", bool: "a boolean"}.get(type(value), "a number")
        raise usage_error(
            f"{source} must be a JSON object, not {kind}",
            param="data",
            hint="The body must be a JSON object, such as '{\"title\": \"Hello\"}'",
        )
    return value


def apply_set(body: dict[str, Any], assignment: str) -> None:
    """Apply one `--set PATH=VALUE`; VALUE is JSON if it parses, else a string.

    Raises a usage error.
    """
    steps, value = split_assignment(assignment)
    try:
        paths.assign(body, steps, value)
    except ValueError as error:
        raise usage_error(f"--set {assignment}: {error}", param="set") from error


def split_assignment(assignment: str) -> tuple[list[Any], Any]:
    """Return the path's steps and the value of `PATH=VALUE`; a quoted key may hold a `=`."""
    at = -1
    while True:
        at = assignment.find("=", at + 1)
        if at < 0:
            raise usage_error(
                f"--set {assignment}: expected PATH=VALUE",
                param="set",
                hint="For example: --set voice_settings.speed=1.2",
            )
        try:
            steps = paths.parse(assignment[:at])
            break
        except paths.PathSyntaxError as error:
            if assignment.find("=", at + 1) < 0 or '"' not in assignment[:at]:
                raise usage_error(f"--set {assignment}: {error} at column {error.column}", param="set") from error
    if not isinstance(steps[0], str):
        raise usage_error(f"--set {assignment}: the body is an object; the path must start with a field", param="set")
    text = assignment[at + 1 :]
    try:
        return steps, strict_json(text)
    except (ValueError, RecursionError):
        return steps, text


def merge(
    operation: Operation,
    fields: Sequence[Field],
    data: dict[str, Any] | None,
    assignments: Sequence[str],
    flags: dict[str, list[Any]],
) -> dict[str, Any] | None:
    """Return the request body, or None where nothing was given and the body is optional.

    `flags` maps a field's name to the values given, a list even for one. Raises a usage error where a flag
    does not belong to the chosen variant.
    """
    if data is None and not assignments and not flags and not operation.body_is_required:
        return None
    body = dict(data or {})
    for assignment in assignments:
        apply_set(body, assignment)
    by_name = {field.name: field for field in fields}
    variant = ""
    discriminator = (operation.body_schema or {}).get("discriminator", {}).get("propertyName")
    if discriminator:
        if discriminator in flags:
            body[discriminator] = flags[discriminator][-1]
        variant = body.get(discriminator)
    for name, values in flags.items():
        field = by_name[name]
        # Without a valid variant the body is refused anyway; until then any shape will do.
        shape = field.shapes.get(variant) if isinstance(variant, str) else None
        if shape is None:
            if discriminator and variant in field.variants:
                raise usage_error(
                    f"--{flag_name(name)} does not apply to {discriminator} {variant}",
                    param=name,
                    hint=f"It applies to: {listing(field.shapes)}",
                )
            shape = next(iter(field.shapes.values()))
        if len(values) > 1 and not shape.is_array:
            raise usage_error(f"--{flag_name(name)} takes one value here, not {len(values)}", param=name)
        body[name] = list(values) if shape.is_array else values[-1]
    return body


def problems(operation: Operation, body: Any) -> list[Problem]:
    """Return what is wrong with a merged body; none where it may be sent.

    A change needs something to change, whether or not its body may be left out.
    """
    if operation.body_schema is None or (body is None and operation.method != "PATCH"):
        return []
    return validate({} if body is None else body, operation.body_schema, operation.document)


def refusal(
    found: Sequence[Problem],
    fields: Sequence[Field],
    command: str,
    missing: Sequence[str] = (),
    assignments: Sequence[str] = (),
    from_elsewhere: Container[str] = (),
) -> HeygenError:
    """Return the one usage error for all problems of a call, each with its place under `details`.

    `missing` are arguments and flags that the command line itself lacks; missing fields join them. `assignments`
    are the `--set` of the call: one may have been meant as text. `from_elsewhere` are the fields that come with -d
    or --set: a rule that they break does not call them flags.
    """
    flags = {field.name: f"--{flag_name(field.name)}" for field in fields}

    def as_given(name: str) -> str:
        return name if name in from_elsewhere else flags.get(name, name)

    absent = list(missing)
    others = []
    for problem in found:
        if problem.kind == "missing" and problem.message == "is required":
            absent.append(flags.get(problem.path, problem.path))
        else:
            others.append(problem.text(as_given if problem.kind == "rule" else lambda name: flags.get(name, name)))
    sentences = []
    if absent:
        sentences.append(f"missing required {'field' if len(absent) == 1 else 'fields'}: {listing(absent)}")
        if all(name.startswith(("--", "<")) for name in absent):
            kind = "argument" if all(name.startswith("<") for name in absent) else "flag"
            if len({name[0] for name in absent}) > 1:
                kind = "input"
            sentences[0] = f"missing required {kind}{'s' if len(absent) > 1 else ''}: {listing(absent)}"
    sentences.extend(others)
    nested = [name for name in absent if not name.startswith(("--", "<"))]
    text = _meant_as_text(found, assignments)
    unchecked = "add --no-validate to send it anyway"
    if text:
        hint = f"To send it as text: --set {text}; or {unchecked}"
    elif nested:
        hint = f"Give {nested[0]} with -d or --set, or {unchecked}; the expected shape: {command} --request-schema"
    elif found:
        hint = f"Correct it, or {unchecked}; see the expected body with: {command} --request-schema"
    else:
        hint = f"See: {command} --help"
    first = found[0].path if found else None
    error = usage_error("; ".join(sentences), param=first or None, hint=hint)
    if found:
        of_line = [{"path": name, "problem": "is required"} for name in missing]
        error.details = {"details": [*of_line, *map(_detail, found)]}
    return error


def _detail(problem: Problem) -> dict[str, Any]:
    """Return a problem as programs read it."""
    guess = f"; did you mean {problem.suggestion}?" if problem.suggestion else ""
    detail: dict[str, Any] = {"path": problem.path, "problem": problem.message + guess}
    if problem.allowed:
        detail["allowed"] = list(problem.allowed)
    return detail


def _meant_as_text(found: Sequence[Problem], assignments: Sequence[str]) -> str | None:
    """Return the first `--set` whose value parsed as JSON where the schema wants a string, written as text."""
    from shlex import quote

    for problem in found:
        for assignment in assignments:
            steps, value = split_assignment(assignment)
            was_parsed = not isinstance(value, (str, dict, list))
            if was_parsed and "string" in problem.wanted and paths.render(steps) == problem.path:
                path, _, text = assignment.rpartition("=")  # no JSON scalar but a string has one
                return quote(f"{path}={json.dumps(text)}")
    return None
