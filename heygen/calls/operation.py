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


def run(invocation: Invocation) -> int:
    """Run the operation that the command stands for."""
    operation = invocation.command.operation
    given = invocation.given
    for key in ("request_schema", "response_schema"):
        if given.get(key):
            invocation.output.schema(_schema(operation, key))
            return ExitCode.OK
    request.refuse_output_path_without_wait(invocation)
    if "max_items" in given and not given.get("all"):
        raise usage_error("--max-items needs --all", param="max-items", hint="Add --all")
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
    return ExitCode.OK


def print_result(invocation: Invocation, document: Any, method: str, columns: dict[str, str] | None = None) -> None:
    """Print the result of a call; what it made is not lost to a mistyped --get."""
    try:
        invocation.output.result(document, columns)
    except HeygenError as error:
        if error.code == "cli_field_not_found" and method != "GET":
            error.details["result"] = document
        raise


def _schema(operation: Operation, key: str) -> dict[str, Any]:
    """Return the self-contained request or response schema of an operation."""
    schema = operation.body_schema if key == "request_schema" else operation.response_schema
    return schemas.export(schema or {}, operation.document)


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
    target = [invocation.given[argument.key] for argument in invocation.command.arguments]
    what = " ".join([operation.noun, *target[-1:]])
    invocation.confirm(
        f"Delete {what}? This cannot be undone.",
        HeygenError("confirmation_required", f"deleting {what} needs confirmation, and there is no terminal to ask on"),
    )
