"""Tokens: a code exchanged for them, renewed, and given back."""

from __future__ import annotations

from heygen.auth import endpoints
from heygen.core import timestamp
from heygen.core.errors import HeygenError
from heygen.http.errors import code_for_status

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.auth.authorization import Authorization
    from heygen.auth.endpoints import Reply
    from heygen.config.settings import Settings
    from heygen.core.context import Context

REVOCATION_TIMEOUT = 5.0  # seconds
_LONGEST_LIFE = 10 * 365 * 86400  # seconds


def exchange(code: str, authorization: Authorization, context: Context, settings: Settings) -> dict[str, Any]:
    """Return the session that a code stands for (RFC 6749, section 4.1.3). Raises HeygenError."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": authorization.redirect_uri,
        "code_verifier": authorization.verifier,
    }
    reply = endpoints.post(endpoints.TOKEN, form, context, settings, retries=settings.max_retries)
    if reply.status != 200:
        raise refused(reply, "the sign-in was not accepted")
    return granted(reply, {}, context)


def refresh(session: dict[str, Any], context: Context, settings: Settings, may_go_on: Callable[[], None]) -> dict[str, Any]:
    """Return the session with new tokens (RFC 6749, section 6).

    `may_go_on` is called between two tries, when the refresh token has not been spent. Raises `auth_error` where the provider wants the user to sign in again, and other errors where the session may
    still be good.
    """
    form = {"grant_type": "refresh_token", "refresh_token": session["refresh_token"]}
    reply = endpoints.post(endpoints.TOKEN, form, context, settings, retries=settings.max_retries, may_go_on=may_go_on)
    if reply.status != 200:
        raise refused(reply, "the session has ended")
    return granted(reply, session, context)


def revoke(session: dict[str, Any], context: Context, settings: Settings) -> bool:
    """Have the provider forget a session (RFC 7009), in five seconds at most; tell whether it did."""
    for name in ("refresh_token", "access_token"):
        token = session.get(name)
        if isinstance(token, str) and token:
            form = {"token": token, "token_type_hint": name}
            try:
                reply = endpoints.post(endpoints.REVOKE, form, context, settings, timeout=REVOCATION_TIMEOUT)
            except HeygenError:
                return False
            return reply.status == 200
    return False


def granted(reply: Reply, before: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return the session of a token answer; what it does not mention stays as it was."""
    token = reply.text("access_token")
    if not token or not all("!" <= sign <= "~" for sign in token):
        raise HeygenError("cli_response_parse_error", "the identity provider's response contains no access token")
    kind = reply.text("token_type") or "Bearer"
    if kind.lower() != "bearer":
        raise HeygenError("cli_response_parse_error", f'the identity provider sent tokens of an unknown type, "{kind}"')
    session = {**before, "access_token": token, "token_type": kind}
    session.pop("expires_at", None)
    for name in ("refresh_token", "scope"):
        if reply.text(name):
            session[name] = reply.text(name)
    life = lifetime(reply.fields.get("expires_in"))
    if life is not None:
        session["expires_at"] = timestamp.render(context.now() + life)
    return session


def lifetime(value: Any) -> float | None:
    """Return a lifetime in seconds; some providers send it as text."""
    try:
        seconds = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return min(seconds, _LONGEST_LIFE) if seconds > 0 else None


def refused(reply: Reply, what: str) -> HeygenError:
    """Return the error for an answer that is no success; `what` begins its message."""
    if reply.status == 429 or reply.status >= 500:
        return HeygenError(
            code_for_status(reply.status),
            f"the identity provider failed: {reply.refusal}",
            hint="Try again later; you are still signed in as before",
        )
    return HeygenError("auth_error", f"{what}: {reply.refusal}", hint="Sign in again with: heygen auth login")
