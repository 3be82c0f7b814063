"""Who may talk to the sandbox: programs of this machine, and no page of another site that a browser is made to fetch."""

from __future__ import annotations

from urllib.parse import urlsplit

from heygen.core.address import is_loopback
from heygen.sandbox.problems import Refusal, invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.sandbox.exchange import Incoming


def refuse(incoming: Incoming) -> None:
    """Refuse a request whose Host is not this machine, or that a page of elsewhere has a browser send."""
    host = incoming.headers.get("host", "127.0.0.1")
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        raise invalid("The Host header is malformed") from None
    origin = incoming.headers.get("origin")
    if not is_loopback(name) or (origin is not None and origin.casefold() != f"http://{host}".casefold()):
        raise _refusal()


def refuse_navigation(incoming: Incoming) -> None:
    """Refuse what another site, be it on this machine, has a browser open here."""
    if incoming.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        raise _refusal()


def _refusal() -> Refusal:
    return Refusal(403, "forbidden", "This is for programs on this machine")
