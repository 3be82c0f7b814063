"""Runs any operation of the API: from flags to a request, and from the answer to the result."""

from __future__ import annotations

from heygen.api import body as bodies, schema as schemas
from heygen.api.fields import flag_name
from heygen.calls.sources import Sources
from heygen.core.errors import ExitCode, HeygenError, usage_error
from heygen.http.client import Answer, Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.api.operations import Operation
    from heygen.calls.invocation import Invocation
    from heygen.http.client import Client


def run(invocation: Invocation) -> int:
    """Run the operation that the command stands for."""
    operation = invocation.command.operation
    given = invocation.given
    for key in ("request_schema", "response_schema"):
        if given.get(key):
            invocation.output.schema(schema_of(operation, key))
            return ExitCode.OK
    refuse_needless_flags(invocation)
    call = prepare(invocation)
    if given.get("dry_run"):
        invocation.output.result(_rehearsed(invocation, call))
        return ExitCode.OK
    if operation.is_destructive and not given.get("force"):
        _confirm(invocation)
    client = invocation.client()
    if given.get("wait"):
        from heygen.calls.waiting import run_and_wait

        return run_and_wait(invocation, client, call)
    answer = send(invocation, client, call)
    show(invocation, answer.document)
    return ExitCode.OK


def show(invocation: Invocation, document: Any) -> None:
    """Print the operation's result; what it made is not lost to a mistyped --get."""
    operation = invocation.command.operation
    try:
        invocation.output.result(document, operation.columns)
    except HeygenError as error:
        if error.code == "cli_field_not_found" and operation.method != "GET":
            error.details["result"] = document
        raise


def schema_of(operation: Operation, key: str) -> dict[str, Any]:
    """Return the self-contained request or response schema of an operation."""
    schema = operation.body_schema if key == "request_schema" else operation.response_schema
    return schemas.export(schema or {}, operation.document)


def refuse_needless_flags(invocation: Invocation) -> None:
    """Refuse a flag of waiting that nothing would use. Raises a usage error."""
    given = invocation.given
    for key in ("timeout", "output_path"):
        if key in given and not given.get("wait"):
            name = key.replace("_", "-")
            raise usage_error(f"--{name} goes with --wait", param=name, hint="Add --wait")


def prepare(invocation: Invocation) -> Call:
    """Return the checked call that the command line asks for; nothing is sent and no credential read.

    Raises a usage error that names everything that is missing or wrong.
    """
    operation = invocation.command.operation
    values = dict(invocation.given)
    sources = Sources(invocation)
    data = sources.data()
    for flag in invocation.command.flags:
        if flag.takes_stdin and values.get(flag.key) == "-":
            values[flag.key] = sources.text(flag)
    if operation.is_multipart:
        _refuse_missing(invocation, list(invocation.missing))
        return _multipart_call(invocation, operation, values)
    content = _content(invocation, operation, data, values)
    return _call(invocation, operation, values, content)


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
        raise bodies.refusal(found, fields, invocation.command.path, missing, values.get("set", ()))
    return content


def _refuse_missing(invocation: Invocation, missing: list[str]) -> None:
    if missing:
        raise bodies.refusal([], invocation.command.fields, invocation.command.path, missing)


def _call(
    invocation: Invocation, operation: Operation, values: dict[str, Any], content: dict[str, Any] | None
) -> Call:
    from heygen.output.printer import compact

    return Call(
        method=operation.method,
        path=path_of(operation, values),
        query=_query(operation, values),
        body=compact(content).encode() if content is not None else None,
        content_type="application/json" if content is not None else None,
        idempotency_key=idempotency_key(invocation) if operation.method == "POST" else None,
        repeat_is_safe=_repeat_is_safe(operation, content),
    )


def path_of(operation: Operation, values: dict[str, Any]) -> str:
    """Return the operation's path with its parameters filled in, each percent-encoded as one segment."""
    path = operation.path
    for parameter in operation.parameters:
        if parameter.location == "path":
            path = path.replace("{" + parameter.name + "}", segment(str(values[parameter.name])))
    return path


def segment(text: str) -> str:
    """Return an id as one segment of a path. Raises a usage error for one that would lead elsewhere."""
    if text in (".", ".."):
        # Percent-encoding leaves dots alone, and a server would resolve them to another path.
        raise usage_error(f'"{text}" is no ID')
    from urllib.parse import quote

    return quote(text, safe="", errors="surrogatepass")


def _query(operation: Operation, values: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for parameter in operation.parameters:
        if parameter.location == "query" and parameter.name in values:
            value = values[parameter.name]
            for item in value if isinstance(value, list) else [value]:
                pairs.append((parameter.name, str(item).lower() if isinstance(item, bool) else str(item)))
    return tuple(pairs)


def idempotency_key(invocation: Invocation) -> str:
    """Return the key that the user set, or one that is made up. Raises a usage error for one that no header takes."""
    given = invocation.given.get("idempotency_key")
    if given is None:
        return invocation.context.uuid()
    if not given or not all("!" <= sign <= "~" for sign in given) or len(given) > 255:
        raise usage_error(
            "--idempotency-key must be 1 to 255 printable ASCII characters without blanks", param="idempotency-key"
        )
    return given


def _repeat_is_safe(operation: Operation, content: dict[str, Any] | None) -> bool:
    kind = operation.idempotency or ""
    if kind.startswith("body:"):
        return bool((content or {}).get(kind[len("body:") :]))
    return kind in ("header", "natural")


def _multipart_call(invocation: Invocation, operation: Operation, values: dict[str, Any]) -> Call:
    from heygen.files import multipart

    parts = [(field.name, values[field.name]) for field in invocation.command.fields if field.name in values]
    files = {field.name for field in invocation.command.fields if any(each.is_file for each in field.shapes.values())}
    form = multipart.form(parts, files, invocation.context)
    body = form.body
    if not invocation.given.get("dry_run"):
        from heygen.calls.uploading import shown

        body = shown(invocation, form.name, body)
    return _call(invocation, operation, values, None).replace(body=body, content_type=form.content_type)


def _rehearsed(invocation: Invocation, call: Call) -> dict[str, Any]:
    """Return the request as a document, the credential masked; the key is not needed for it."""
    import json

    from heygen.auth import credentials
    from heygen.http.client import Client

    credential = credentials.find(invocation.context)
    request = Client(invocation.context, invocation.settings, credential).request(call)
    headers = dict(request.headers)
    for name in ("X-Api-Key", "Authorization"):
        if name in headers:
            headers[name] = "***"
    body: Any = None
    if isinstance(request.body, bytes):
        body = json.loads(request.body)
    elif request.body is not None:
        body = f"<{request.body.length} bytes of {call.content_type}>"
    return {"method": request.method, "url": request.url, "headers": headers, "body": body}


def _confirm(invocation: Invocation) -> None:
    operation = invocation.command.operation
    target = [invocation.given[argument.key] for argument in invocation.command.arguments]
    what = " ".join([operation.noun, *target[-1:]])
    invocation.confirm(
        f"Delete {what}? This cannot be undone.",
        HeygenError("confirmation_required", f"deleting {what} needs a confirmation, and there is no terminal to ask on"),
    )


def send(invocation: Invocation, client: Client, call: Call) -> Answer:
    """Send the call; where its outcome is unknown, say how to find out.

    Raises HeygenError.
    """
    try:
        return client.send(call)
    except HeygenError as error:
        if error.outcome_is_unknown:
            raise _unknown_outcome(invocation, call, error) from error
        lister = list_of_ids(invocation.command.operation) if error.status == 404 else None
        if lister:
            error.hint = f"Check ID with: {lister}"
        raise
    except KeyboardInterrupt as interrupt:
        if call.method == "GET":
            raise
        error = HeygenError("canceled", "interrupted while the request was under way")
        raise _unknown_outcome(invocation, call, error) from interrupt


def _unknown_outcome(invocation: Invocation, call: Call, error: HeygenError) -> HeygenError:
    operation = invocation.command.operation
    error.message += "; the API may have carried out the request all the same"
    error.message += "" if call.repeat_is_safe else ", so it was not repeated"
    lister = list_of_made(operation)
    again = "repeat it with the same --idempotency-key" if call.idempotency_key else "repeat it"
    error.hint = f"Look before you {again}: {lister}" if lister else f"Look at the resource before you {again}"
    if call.idempotency_key:
        error.details = {**error.details, "idempotency_key": call.idempotency_key}
    return error


def list_of_made(operation: Operation) -> str | None:
    """Return the command that lists what an operation makes, or None where there is none."""
    shown = operation.wait.follow_up if operation.wait else operation.words
    if len(shown) > 2 and operation.wait and shown[-2] != "batches":
        return _list_command([(*shown[:-1], "list")])
    return _list_command([(*shown[:-1], "list"), (shown[0], "list")])


def list_of_ids(operation: Operation) -> str | None:
    """Return the command that lists what an operation's path takes an id of, or None where there is none."""
    # The list of /v3/videos knows the id of /v3/videos/{video_id}, but not that of /v3/videos/batches/{batch_id}.
    return _list_command([(*operation.words[:-1], "list"), (operation.group, "list")], above=operation.path)


def _list_command(candidates: list[tuple[str, ...]], above: str | None = None) -> str | None:
    """Return the first of the commands that there is; `above` asks for one whose ids that path takes."""
    from heygen.api import operations

    for words in candidates:
        found = operations.find_by_words(words)
        if found is not None and (above is None or above.startswith(found.path + "/{")):
            required = [f"--{flag_name(each.name)} <{flag_name(each.name)}>" for each in found.parameters if each.is_required]
            return " ".join(("heygen", *words, *required))
    return None
