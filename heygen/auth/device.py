"""Signing in on another device: a code to type in there, and polling until that has happened (RFC 8628)."""

from __future__ import annotations

from heygen.auth import endpoints, tokens
from heygen.core import address
from heygen.core.errors import HeygenError
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.config.settings import Settings
    from heygen.core.context import Context

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
LONGEST_WAIT = 30 * 60.0  # seconds, however long the provider says that its code is good
_INTERVAL = 5.0  # seconds between two polls where the provider names none (section 3.2)
_SHORTEST_INTERVAL = 1.0  # seconds
_SLOWER = 5.0  # seconds that `slow_down` adds to it (section 3.5)
_LONGEST_PAUSE = 60.0  # seconds after failures of the network
_LONGEST_CODE = 64  # characters of a code that a person types
_AGAIN = "Try again: heygen auth login --device"


class DeviceAuthorization(Record):
    """A sign-in that waits for the user. `device_code` is a secret; the rest is there to be shown."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str | None
    seconds: float  # for which the codes are good
    interval: float  # seconds between two polls
    deadline: float  # on the context's monotonic clock


def begin(context: Context, settings: Settings) -> DeviceAuthorization:
    """Return a new sign-in (section 3.1). Raises HeygenError."""
    form = {"scope": endpoints.SCOPES}
    began = context.monotonic()
    reply = endpoints.post(endpoints.DEVICE, form, context, settings, retries=settings.max_retries)
    if reply.status != 200:
        raise tokens.refused(reply, "the sign-in could not be started")
    device_code, user_code = reply.text("device_code"), reply.text("user_code")
    if not device_code or not user_code.isprintable() or not 0 < len(user_code) <= _LONGEST_CODE:
        raise HeygenError("cli_response_parse_error", "the identity provider's response contains no code to sign in with")
    seconds = min(tokens.lifetime(reply.fields.get("expires_in")) or LONGEST_WAIT, LONGEST_WAIT)
    complete = reply.text("verification_uri_complete")
    return DeviceAuthorization(
        device_code=device_code,
        user_code=user_code,
        verification_uri=_checked(reply.text("verification_uri")),
        verification_uri_complete=_checked(complete) if complete else None,
        seconds=seconds,
        interval=max(tokens.lifetime(reply.fields.get("interval")) or _INTERVAL, _SHORTEST_INTERVAL),
        deadline=began + seconds,
    )


def wait(pending: DeviceAuthorization, context: Context, settings: Settings) -> dict[str, Any]:
    """Return the session, once the user has signed in (section 3.4). Raises HeygenError where that does not come."""
    form = {"grant_type": GRANT, "device_code": pending.device_code}
    interval, failures = pending.interval, 0
    lost: HeygenError | None = None  # why the last poll came to nothing, if it did
    while True:
        left = pending.deadline - context.monotonic()
        if left <= 0:
            raise _too_late(pending, lost)
        pause = interval if not failures else max(interval, min(interval * 2**failures, _LONGEST_PAUSE))
        context.sleep(min(pause, left))
        try:
            reply = endpoints.post(endpoints.TOKEN, form, context, settings)
        except HeygenError as error:
            if error.code not in ("network_error", "timeout"):
                raise
            lost, failures = error, min(failures + 1, 10)
            continue
        if reply.status == 200:
            return tokens.granted(reply, {}, context)
        code = reply.text("error")
        if code == "slow_down":
            interval += _SLOWER
        elif code == "expired_token":
            raise _too_late(pending)
        elif code == "access_denied":
            raise HeygenError("auth_error", "the sign-in was declined on the other device", hint=_AGAIN)
        elif code != "authorization_pending":
            if reply.status != 429 and reply.status < 500:
                raise tokens.refused(reply, "the sign-in was not accepted")
            lost, failures = tokens.refused(reply, "the sign-in failed"), min(failures + 1, 10)
            continue
        lost, failures = None, 0


def _checked(uri: str) -> str:
    """Return an address that the user is sent to, which is https or on this machine and hides no part of itself."""
    if uri.isascii() and uri.isprintable() and " " not in uri:
        try:
            scheme, host, _ = address.origin(uri)
        except ValueError:
            scheme = host = ""
        is_protected = scheme == "https" or (scheme == "http" and address.is_loopback(host))
        if is_protected and "@" not in uri.partition("://")[2].partition("/")[0]:
            return uri
    raise HeygenError(
        "cli_response_parse_error",
        "the identity provider's sign-in address is neither https nor on this machine",
        hint="A proxy may have answered instead; --debug shows the response",
    )


def _too_late(pending: DeviceAuthorization, lost: HeygenError | None = None) -> HeygenError:
    from heygen.core import duration

    message = f"nobody signed in within {duration.render(pending.seconds)}"
    if lost is not None:
        message += f"; the identity provider could not be reached at the end: {lost.message}"
    return HeygenError("auth_error", message, hint=_AGAIN)
