"""`heygen auth status`: show whose credential is used, where it comes from, and how long it lasts."""

from __future__ import annotations

from heygen.auth.credentials import OAUTH
from heygen.cli.command import Command
from heygen.core.errors import ExitCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.auth.credentials import Credential
    from heygen.calls.invocation import Invocation
    from heygen.core.context import Context

COMMAND = Command(
    description="Show the account that the credential in use belongs to, and the credential's type, source and expiry.",
    examples=(
        {"about": "Show who is signed in", "command": "heygen auth status --human"},
        {"about": "Print where the credential comes from", "command": "heygen auth status --get credential.source"},
    ),
)


def run(invocation: Invocation) -> int:
    """Ask the API who we are, and print it with the credential."""
    from heygen.http.client import Call

    client = invocation.client()
    document = client.send(Call(method="GET", path="/v3/users/me")).document
    fields = document if isinstance(document, dict) else {"data": document}
    # The session may have been renewed on the way.
    credential = client.credential
    invocation.output.result({**fields, "credential": describe(credential, invocation.context)} if credential else fields)
    return ExitCode.OK


def describe(credential: Credential, context: Context) -> dict[str, Any]:
    """Return what there is to tell of a credential, and nothing secret."""
    found: dict[str, Any] = {"type": credential.kind, "source": "env" if credential.is_from_env else "file"}
    found["variable" if credential.is_from_env else "path"] = credential.source
    if credential.kind == OAUTH:
        session = credential.session or {}
        end = credential.expires_at
        if end is not None:
            found["expires_at"] = session["expires_at"]
            found["expires_in_seconds"] = round(end - context.now())
        if isinstance(session.get("scope"), str):
            found["scope"] = session["scope"]
        found["refreshable"] = credential.refresh_token is not None
        if credential.user:
            found["user"] = credential.user
    if credential.warning:
        found["warning"] = credential.warning
    return found
