"""`heygen auth logout`: forget the stored credential, and have the provider forget a session."""

from __future__ import annotations

from heygen.auth import credentials
from heygen.cli.command import Command
from heygen.core.errors import ExitCode, HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.calls.invocation import Invocation

COMMAND = Command(
    description="Remove the stored credential. A browser session is revoked as well, if the server can be reached.",
    examples=({"about": "Sign out", "command": "heygen auth logout"},),
)


def run(invocation: Invocation) -> int:
    """Remove the credential, revoke it, and print what was done."""
    context = invocation.context
    try:
        removed = credentials.remove(context)
    except HeygenError as error:
        if error.code == "auth_error":
            error.hint = "Remove the file by hand; it was not changed"
        raise
    kinds = removed.kinds if removed is not None else ()
    result: dict[str, Any] = {
        "cleared_api_key": credentials.API_KEY in kinds,
        "cleared_oauth": credentials.OAUTH in kinds,
        "cleared_credential": "both" if len(kinds) > 1 else "".join(kinds),
        "message": "Nobody was signed in; there was nothing to remove.",
        "cleared": None,
    }
    if removed is not None:
        what = "session" if removed.kind == credentials.OAUTH else "API key"
        result.update(message=f"Signed out: the {what} was removed.", cleared=removed.kind, path=removed.source)
        if removed.kind == credentials.OAUTH:
            from heygen.auth import tokens

            # It is gone from the file before the network is asked: whatever happens there, nobody is signed in here.
            result["revoked"] = tokens.revoke(removed.session or {}, context, invocation.settings)
    if context.is_set(credentials.VARIABLE):
        result["note"] = f"{credentials.VARIABLE} is set and is still used; unset it as well"
    invocation.output.result(result)
    return ExitCode.OK
