"""One sign-in: the address that the browser is sent to, and the secrets that tie the answer to it."""

from __future__ import annotations

from heygen.auth import endpoints
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.core.context import Context

_VERIFIER_SIZE = 64  # bytes; 86 characters, of the 43 to 128 that RFC 7636 allows
_STATE_SIZE = 32  # bytes


class Authorization(Record):
    """What one sign-in needs until its code is exchanged. None of it is ever written anywhere."""

    redirect_uri: str
    verifier: str
    state: str

    def url(self, context: Context) -> str:
        """Return the address at which the user signs in. Raises a usage error for a wrong override."""
        from urllib.parse import urlencode

        query = {
            "response_type": "code",
            "client_id": endpoints.CLIENT_ID,
            "redirect_uri": self.redirect_uri,
            "scope": endpoints.SCOPES,
            "state": self.state,
            "code_challenge": challenge(self.verifier),
            "code_challenge_method": "S256",
        }
        return f"{endpoints.url(endpoints.AUTHORIZE, context)}?{urlencode(query)}"


def begin(context: Context, redirect_uri: str) -> Authorization:
    """Return a new sign-in with secrets of its own."""
    return Authorization(
        redirect_uri=redirect_uri,
        verifier=_encoded(context.random_bytes(_VERIFIER_SIZE)),
        state=_encoded(context.random_bytes(_STATE_SIZE)),
    )


def challenge(verifier: str) -> str:
    """Return what proves later that the verifier is the same (RFC 7636, section 4.2, S256)."""
    import hashlib

    return _encoded(hashlib.sha256(verifier.encode("ascii")).digest())


def _encoded(data: bytes) -> str:
    from base64 import urlsafe_b64encode

    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
