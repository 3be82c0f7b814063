"""Runs any operation of the API: makes its request, sends it, and prints what came of it."""

from __future__ import annotations

from heygen.api import schema as schemas
from heygen.calls import request
from heygen.core.errors import ExitCode, HeygenError, usage_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.api.operations import Operation
    from heygen.calls.invocation import Invocation
    from heygen.http.client import Call

LOOK_TIMEOUT = 2.0  # seconds for what is only good to know


def run(invocation: Invocation) -> int:
    """Run the operation that the command stands for."""
    operation = invocation.command.operation
    given = invocation.given
    for key in ("request_schema", "response_schema"):
        if given.get(key):
            invocation.output.schema(_schema(operation, key, invocation))
            return ExitCode.OK
    if given.get("example"):
        from heygen.api.example import example

        invocation.output.schema(example(operation, _variant(invocation), bool(given.get("full"))))
        return ExitCode.OK
    if given.get("full"):
        raise usage_error("--full goes with --example", param="--full", hint_for=lambda line: line.trying({"example": "true"}))
    if invocation.output.selection is not None and not given.get("dry_run"):
        from heygen.calls import selecting

        selecting.check(invocation.output.selection, operation, bool(given.get("wait")))
    request.refuse_without_wait(invocation)
    if "max_items" in given and not given.get("all"):
        raise usage_error("--max-items needs --all", param="--max-items", hint="Add --all")
    call = request.prepare(invocation)
    listing = None
    if given.get("all"):
        from heygen.calls.listing import Listing

        listing = Listing(invocation, call, operation)
        call = listing.call_at(listing.start)
    if given.get("dry_run"):
        invocation.output.result(dry_run(invocation, call))
        return ExitCode.OK
    if operation.is_destructive and not given.get("force"):
        _confirm(invocation)
    client = invocation.client()
    if given.get("wait"):
        from heygen.calls.waiting import send_and_wait

        document = send_and_wait(invocation, client, call)
        if document is None:
            invocation.close_receipt()
            return ExitCode.OK  # standard output has the finished file
    else:
        from heygen.calls.creating import send_with_receipt

        if listing is not None:
            listing.print(lambda call: send_with_receipt(invocation, operation, client, call))
            return ExitCode.OK
        document = send_with_receipt(invocation, operation, client, call).document
    print_result(invocation, document, operation.method, operation.columns)
    invocation.close_receipt()
    if operation.wait and operation.method != "GET" and not given.get("wait") and invocation.context.rehearsal != "":
        invocation.output.next_step("Wait for it with", invocation.receipt.resume)
    return ExitCode.OK


def print_result(invocation: Invocation, document: Any, method: str, columns: dict[str, str] | None = None) -> None:
    """Print the result of a call; what it made is not lost to a mistyped --get."""
    try:
        invocation.output.result(document, columns)
    except HeygenError as error:
        if error.code == "cli_field_not_found" and method != "GET":
            error.details["result"] = document
            error.hint = "Nothing needs to be repeated: the call was made, and its whole result is in this message"
        raise


def _schema(operation: Operation, key: str, invocation: Invocation) -> dict[str, Any]:
    """Return the self-contained request or response schema of an operation, or that of the variant that --type names.

    A `$comment` at its beginning says which variants and parts it has, and how to print one alone.
    """
    schema = (operation.body_schema if key == "request_schema" else operation.response_schema) or {}
    variants = schemas.variants(schema, operation.document) if key == "request_schema" else {}
    variant = _variant(invocation) if variants else None
    exported = schemas.export(variants[variant] if variant else schema, operation.document)
    said = []
    if variants and not variant:
        said.append(f"One variant: --{schema['discriminator']['propertyName']} {'|'.join(variants)}.")
    if "$defs" in exported:
        said.append(f"One part: --get '$defs.NAME', of {', '.join(exported['$defs'])}.")
    first = {"$schema": exported.pop("$schema"), **({"$comment": " ".join(said)} if said else {})}
    return {**first, **exported}


def _variant(invocation: Invocation) -> str | None:
    """Return the variant of a union body that the command line names. Raises a usage error for one that there is not."""
    operation = invocation.command.operation
    schema = operation.body_schema or {}
    chooser = schema.get("discriminator", {}).get("propertyName")
    chosen = invocation.given.get(chooser) if chooser else None
    if chosen is None:
        return None
    variants = schemas.variants(schema, operation.document)
    if chosen not in variants:
        message = f'--{chooser} must be one of: {", ".join(variants)}; not "{chosen}"'
        raise usage_error(message, param=f"--{chooser}")
    return chosen


def dry_run(invocation: Invocation, call: Call) -> dict[str, Any]:
    """Return the request as a document, the credential masked; none is needed for it."""
    import json

    from heygen.auth import credentials
    from heygen.core.named_secrets import is_secret_header
    from heygen.core.secrets import MASK
    from heygen.http.client import Client

    credential = credentials.find(invocation.context)
    made = Client(invocation.context, invocation.settings, credential).request(call)
    headers = {name: MASK if is_secret_header(name) else value for name, value in made.headers.items()}
    body: Any = None
    if isinstance(made.body, bytes):
        body = json.loads(made.body)
    elif made.body is not None:
        body = f"<{made.body.length} bytes of {call.content_type}>"
    return {"method": made.method, "url": made.url, "headers": headers, "body": body}


def _confirm(invocation: Invocation) -> None:
    operation = invocation.command.operation

    def about() -> str:
        return _brief(invocation, operation)

    target = [invocation.given[argument.key] for argument in invocation.command.arguments]
    what = " ".join([operation.noun, *target[-1:]])
    invocation.confirm(
        f"Delete {what}? This cannot be undone.",
        HeygenError("confirmation_required", f"deleting {what} needs confirmation, and there is no terminal to ask on"),
        about,
    )


def _brief(invocation: Invocation, operation: Operation) -> str:
    """Return the line that says which resource a path names, from one short look at it; nothing where that fails."""
    from heygen.api import operations
    from heygen.http.client import Call
    from heygen.output import human

    shown = operations.find_by_words((*operation.words[:-1], "get"))
    if shown is None or shown.path != operation.path:
        return ""
    call = Call(method="GET", path=request.path_of(shown, invocation.given), timeout=LOOK_TIMEOUT)
    try:
        document = invocation.client().send(call, retries=0).document
    except HeygenError:
        return ""
    return human.render_brief(document, invocation.output.terminal(invocation.context.stderr))
