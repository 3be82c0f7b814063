"""Sends the request of an operation, and says how to find out what came of it where its outcome is unknown."""

from __future__ import annotations

from heygen.core.errors import HINTS, HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.api.operations import Operation
    from heygen.http.client import Answer, Call, Client


def send(operation: Operation | None, client: Client, call: Call) -> Answer:
    """Send the call of an operation, or of an endpoint that is none that we know.

    Raises HeygenError, whose hint names the command that checks where the outcome is unknown.
    """
    try:
        return client.send(call)
    except HeygenError as error:
        if error.outcome_is_unknown:
            raise _unknown_outcome(operation, call, error) from error
        if error.status == 404:
            from heygen.calls import hints

            lister = hints.list_command_for_ids(operation) if operation else None
            if lister:
                error.hint = f"Check ID with: {lister}"
        if error.status == 400 and error.param and error.hint == HINTS.get(error.code):
            from heygen.calls import hints

            lister = hints.list_command_for_value(operation, error.param) if operation else None
            if lister:
                error.hint = f"See what {error.param.partition('[')[0]} accepts with: {lister}"
        raise
    except KeyboardInterrupt as interrupt:
        if call.method == "GET":
            raise
        error = HeygenError("canceled", "interrupted while the request was under way")
        raise _unknown_outcome(operation, call, error) from interrupt


def _unknown_outcome(operation: Operation | None, call: Call, error: HeygenError) -> HeygenError:
    from heygen.calls import hints

    error.outcome_is_unknown = True
    error.message += "; the API may have carried out the request anyway"
    error.message += "" if call.repeat_is_safe else ", so it was not repeated"
    lister = hints.list_command_for_created(operation) if operation else None
    again = "repeat it with the same --idempotency-key" if call.idempotency_key and call.repeat_is_safe else "repeat it"
    error.hint = f"Check before you {again}: {lister}" if lister else f"Check the resource before you {again}"
    if call.idempotency_key:
        error.details = {**error.details, "idempotency_key": call.idempotency_key}
    return error
