"""Makes the request of an operation from a command's flags: path, query, body and idempotency key, all checked."""

from __future__ import annotations

from heygen.api import body as bodies
from heygen.api.fields import flag_name
from heygen.calls.input import InputReader
from heygen.core.errors import usage_error
from heygen.http.client import Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.api.operations import Operation
    from heygen.calls.invocation import Invocation

_WITHOUT_SIGNS = str.maketrans("_:.-", "0000")  # for a look at the other characters of an idempotency key


def prepare(invocation: Invocation) -> Call:
    """Return the checked call that the command line asks for; nothing is sent and no credential read.

    Raises a usage error that names everything that is missing or wrong.
    """
    operation = invocation.command.operation
    values = dict(invocation.given)
    reader = InputReader(invocation)
    data = reader.data()
    for flag in invocation.command.flags:
        if flag.takes_stdin and flag.key in values:
            values[flag.key] = reader.text(flag, values[flag.key], is_checked=not values.get("no_validate"))
    if operation.is_multipart:
        _refuse_missing(invocation)
        return _multipart_call(invocation, operation, values)
    content = _content(invocation, operation, data, values)
    return _call(invocation, operation, values, content)


def refuse_output_path_without_wait(invocation: Invocation) -> None:
    """Refuse to save a file that is not waited for. Raises a usage error. (--timeout has no effect then, and no harm.)"""
    if "output_path" in invocation.given and not invocation.given.get("wait"):
        raise usage_error("--output-path needs --wait", param="output-path", hint="Add --wait")


def _content(
    invocation: Invocation, operation: Operation, data: dict[str, Any] | None, values: dict[str, Any]
) -> dict[str, Any] | None:
    """Return the merged and validated request body."""
    fields = invocation.command.fields
    by_field = {
        field.name: values[field.name] if isinstance(values[field.name], list) else [values[field.name]]
        for field in fields
        if field.name in values
    }
    content = bodies.merge(operation, fields, data, values.get("set", ()), by_field)
    of_fields = {f"--{flag.name}" for flag in invocation.command.flags if flag.key in {field.name for field in fields}}
    # A required field may come from -d or --set as well: whether it is missing, the body tells.
    missing = [name for name in invocation.missing if name not in of_fields]
    found = [] if values.get("no_validate") else bodies.problems(operation, content)
    if found or missing:
        elsewhere = (content or {}).keys() - by_field.keys()
        raise bodies.refusal(found, fields, invocation.command.path, missing, values.get("set", ()), elsewhere)
    if not values.get("no_validate"):
        _warn(invocation, operation, content)
    return content


def _warn(invocation: Invocation, operation: Operation, content: dict[str, Any] | None) -> None:
    """Warn of fields that are sent all the same: unknown and deprecated ones."""
    from heygen.api.remarks import remarks

    flags = {field.name: f"--{flag_name(field.name)}" for field in invocation.command.fields}
    for remark in remarks(content, operation.body_schema or {}, operation.document):
        if remark.kind == "deprecated":
            name = flags.get(remark.path, remark.path)
            about = remark.description.split(". ")[0].rstrip(".")
            hint = f"Use {flags.get(remark.instead, remark.instead)} instead" if remark.instead else None
            invocation.output.warning("deprecated", f"{name} is deprecated: {about}", hint=hint, param=name)
        else:
            guess = f"; did you mean {remark.instead}?" if remark.instead else ""
            invocation.output.warning(
                "unknown_field",
                f"{remark.path} is not a known field; it is sent anyway{guess}",
                hint=f"See the known fields with: {invocation.command.path} --request-schema",
                param=remark.path,
            )


def _refuse_missing(invocation: Invocation) -> None:
    if invocation.missing:
        raise bodies.refusal([], invocation.command.fields, invocation.command.path, invocation.missing)


def _call(
    invocation: Invocation, operation: Operation, values: dict[str, Any], content: dict[str, Any] | None
) -> Call:
    key = idempotency_key(invocation) if operation.method == "POST" else None
    return call_of(operation, values, content, key)


def call_of(
    operation: Operation, values: dict[str, Any], content: dict[str, Any] | None, idempotency_key: str | None = None
) -> Call:
    """Return the call of an operation: `values` has its path and query parameters by name, `content` its JSON body."""
    from heygen.output.printer import compact

    return Call(
        method=operation.method,
        path=path_of(operation, values),
        query=_query(operation, values),
        body=compact(content).encode() if content is not None else None,
        content_type="application/json" if content is not None else None,
        idempotency_key=idempotency_key,
        repeat_is_safe=repeat_is_safe(operation, content),
    )


def _multipart_call(invocation: Invocation, operation: Operation, values: dict[str, Any]) -> Call:
    from heygen.files import multipart

    parts = [(field.name, values[field.name]) for field in invocation.command.fields if field.name in values]
    files = {field.name for field in invocation.command.fields if any(each.is_file for each in field.shapes.values())}
    form = multipart.form(parts, files, invocation.context)
    body = form.body
    if not invocation.given.get("dry_run"):
        from heygen.calls.uploading import with_progress

        body = with_progress(invocation, form.name, body)
    return _call(invocation, operation, values, None).replace(body=body, content_type=form.content_type)


def path_of(operation: Operation, values: dict[str, Any]) -> str:
    """Return the operation's path with its parameters filled in, each percent-encoded as one segment."""
    path = operation.path
    for parameter in operation.parameters:
        if parameter.location == "path":
            path = path.replace("{" + parameter.name + "}", path_segment(str(values[parameter.name])))
    return path


def path_segment(id: str) -> str:
    """Return an ID as one segment of a path. Raises a usage error for one that would lead elsewhere."""
    if id in (".", ".."):
        # Percent-encoding leaves dots alone, and a server would resolve them to another path.
        raise usage_error(f'"{id}" is not a valid ID')
    from urllib.parse import quote

    return quote(id, safe="", errors="surrogatepass")


def _query(operation: Operation, values: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for parameter in operation.parameters:
        if parameter.location == "query" and parameter.name in values:
            value = values[parameter.name]
            for item in value if isinstance(value, list) else [value]:
                pairs.append((parameter.name, str(item).lower() if isinstance(item, bool) else str(item)))
    return tuple(pairs)


def idempotency_key(invocation: Invocation) -> str:
    """Return the key that the user set, or a random one. Raises a usage error for one that the API does not take."""
    given = invocation.given.get("idempotency_key")
    if given is None:
        return invocation.context.uuid()
    if not 1 <= len(given) <= 255 or not given.isascii() or not given.translate(_WITHOUT_SIGNS).isalnum():
        raise usage_error(
            "--idempotency-key must be 1 to 255 characters: letters, digits and _ : . -", param="idempotency-key"
        )
    return given


def repeat_is_safe(operation: Operation, content: dict[str, Any] | None) -> bool:
    """Tell whether the API keeps a repeat of this operation, with this body, from doing the work twice."""
    kind = operation.idempotency or ""
    if kind.startswith("body:"):
        return bool((content or {}).get(kind[len("body:") :]))
    return kind in ("header", "natural")
