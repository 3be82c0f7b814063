"""Where the identity provider is, and one request to its token, device authorization or revocation endpoint."""

from __future__ import annotations

import json

from heygen.core.errors import HeygenError, usage_error
from heygen.core.record import Record
from heygen.http import errors, retry
from heygen.http.failure import TransportFailure
from heygen.http.message import Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.config.settings import Settings
    from heygen.core.context import Context

CLIENT_ID = "q2A2QRSke2LrFTPJhoDbHtXh"  # a public client: it has no secret
SCOPES = "openid profile email"
AUTHORIZE, DEVICE, TOKEN, REVOKE = "AUTHORIZE", "DEVICE", "TOKEN", "REVOKE"
TIMEOUT = 30.0  # seconds

_URLS = {
    AUTHORIZE: "https://app.heygen.com/oauth/authorize",
    DEVICE: "https://api2.heygen.com/v1/oauth/device_authorization",
    TOKEN: "https://api2.heygen.com/v1/oauth/token",
    REVOKE: "https://api2.heygen.com/v1/oauth/revoke",
}
_LARGEST = 1024 * 1024  # bytes
# Beside tokens: what must never be shown of a form that we send, and of an answer.
_SENT_SECRETS = ("code", "code_verifier", "device_code", "client_secret", "token")
_RECEIVED_SECRETS = ("device_code", "client_secret")


class Reply(Record):
    """An answer of the provider: the status, and its JSON object (empty where it sent none)."""

    status: int
    fields: dict[str, Any]

    def text(self, name: str) -> str:
        """Return a field that is text, else nothing."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    @property
    def refusal(self) -> str:
        """What the provider says against the request (RFC 6749, section 5.2), as a message ends."""
        code, description = self.text("error"), self.text("error_description")
        return ": ".join(part for part in (code, description) if part) or f"HTTP {self.status}"


def url(name: str, context: Context) -> str:
    """Return the address of an endpoint; HEYGEN_OAUTH_<name>_URL overrides it.

    Raises a usage error for one that is neither https nor on this machine.
    """
    variable = f"HEYGEN_OAUTH_{name}_URL"
    given = context.environ.get(variable)
    if not given:
        return _URLS[name]
    from heygen.core.address import why_unfit

    wrong = why_unfit(given, allows_http=False)
    if wrong:
        raise usage_error(f"{variable} {wrong}", param=variable)
    return given


def post(
    name: str,
    form: dict[str, str],
    context: Context,
    settings: Settings,
    timeout: float = TIMEOUT,
    retries: int = 0,
    may_go_on: Callable[[], None] = lambda: None,
) -> Reply:
    """Send a form to an endpoint and return the answer, whatever its status.

    It is sent again, `retries` times at most, only where it did not reach the provider; `may_go_on` may raise before
    each of these tries. Raises HeygenError `network_error` and `timeout` where no answer came.
    """
    from urllib.parse import urlencode, urlsplit

    from heygen.http.client import Client

    target = url(name, context)
    client = Client(context, settings)
    request = Request(
        method="POST",
        url=target,
        headers={
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
            **client.own_headers(),
        },
        body=urlencode({"client_id": CLIENT_ID, **form}).encode(),
        timeout=timeout,
    )
    _hide(form, _SENT_SECRETS, context)
    tries = 0
    while True:
        tries += 1
        try:
            with client.exchange(request) as response:
                fields = _fields(response.read(_LARGEST))
            _hide(fields, _RECEIVED_SECRETS, context)
            return Reply(status=response.status, fields=fields)
        except TransportFailure as failure:
            if failure.was_sent or tries > retries:
                raise errors.from_failure(failure) from failure
        except ValueError as error:
            raise HeygenError("network_error", f"{urlsplit(target).netloc} sent a response that does not end") from error
        may_go_on()
        context.sleep(retry.delay(tries, context.random))
        may_go_on()


def _hide(fields: dict[str, Any], names: tuple[str, ...], context: Context) -> None:
    """Have the fields of these names, and all tokens, masked from now on."""
    context.secrets.add(*(value for name, value in fields.items() if name in names or name.endswith("_token")))


def _fields(data: bytes) -> dict[str, Any]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}
