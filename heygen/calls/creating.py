"""Sends the request of an operation with a receipt, so that what it makes is never lost."""

from __future__ import annotations

from heygen.api import operations, schema as schemas
from heygen.calls import hints, jobs
from heygen.calls.sending import send
from heygen.core.errors import HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.api.operations import Operation
    from heygen.calls.invocation import Invocation
    from heygen.http.client import Answer, Call, Client


def send_with_receipt(
    invocation: Invocation, operation: Operation | None, client: Client, call: Call, is_checked: bool = True
) -> Answer:
    """Send the call; from here on the receipt of the run has what is known of what it makes.

    Raises HeygenError as send() does, and, if the answer is checked, `cli_response_parse_error` where a success has no
    body, or does not name what was created, though the operation is documented to answer so.
    """
    receipt = invocation.receipt
    is_read = call.method in ("GET", "HEAD")
    if not is_read:
        receipt.begin(call.idempotency_key, hints.list_command_for_created(operation) if operation else None)
    try:
        answer = send(operation, client, call)
    except HeygenError as error:
        if not error.outcome_is_unknown:
            receipt.close()
        raise
    ids, shown_by = ((), None) if is_read or operation is None else created_by(operation, answer.document)
    if ids:
        resume = "; ".join(invocation.waiting_command(shown_by, [id]) for id in ids) if shown_by else None
        receipt.created(ids, answer.document, resume)
        return answer
    if operation is None or not is_checked:
        receipt.state = answer.document
        return answer
    path = None if is_read else path_of_id(operation)
    if path:
        what = f"the response does not say what was created: it has no {path}"
        hint = f"See what was created with: {receipt.list_command}" if receipt.list_command else None
    elif answer.document is None and operation.response_schema is not None:
        what, hint = "the response is empty", None
    else:
        return answer
    receipt.state = answer.document
    raise HeygenError("cli_response_parse_error", what, hint=hint, request_id=answer.request_id, result=answer.document)


def created_by(operation: Operation, document: Any) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """Return the IDs of what an answer says was created, and the words of the command that waits for them, if one does."""
    plan = operation.wait
    if plan is None:
        path = path_of_id(operation)
        return tuple(jobs.ids_at(document, path)) if path else (), None
    ids = jobs.ids(document, plan)
    if ids or not plan.instead:
        return tuple(ids), plan.follow_up
    session = operations.find_by_words(plan.instead)
    return tuple(jobs.ids(document, session.wait)) if session and session.wait else (), plan.instead


def path_of_id(operation: Operation) -> str | None:
    """Return where the answer is documented to have the ID of what was created, or None where it has none."""
    if operation.wait is not None:
        return operation.wait.id
    if operation.method != "POST" or operation.response_schema is None:
        return None
    answer = schemas.resolve(operation.response_schema, operation.document)
    data = schemas.resolve(answer.get("properties", {}).get("data", {}), operation.document)
    named = [name for name in data.get("required", ()) if name == "id" or name.endswith("_id")]
    return f"data.{named[0]}" if named else None
