"""The credential: an API key or an OAuth session, from the environment or the credential file."""

from __future__ import annotations

from heygen import storage
from heygen.errors import HeygenError
from heygen.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.context import Context

API_KEY, OAUTH = "api_key", "oauth"


class Credential(Record):
    """What proves who the caller is. `source` says where it came from, as errors name it."""

    kind: str  # API_KEY or OAUTH
    secret: str  # the key, or the access token
    source: str  # "HEYGEN_API_KEY" or the path of the file
    session: dict[str, Any] | None = None  # the whole OAuth entry of the file
    user: dict[str, Any] | None = None

    def headers(self) -> dict[str, str]:
        """Return the request headers that carry it."""
        if self.kind == OAUTH:
            return {"Authorization": f"Bearer {self.secret}"}
        return {"X-Api-Key": self.secret}

    def secrets(self) -> tuple[str, ...]:
        """Return all of it that must never be shown."""
        tokens = (value for name, value in (self.session or {}).items() if name.endswith("_token"))
        return (self.secret, *(token for token in tokens if isinstance(token, str)))


def path(context: Context) -> str | None:
    """Return the path of the credential file, or None where there is no home."""
    return storage.path(context, "credentials")


def resolve(context: Context) -> Credential:
    """Return the credential to use: HEYGEN_API_KEY, else the file's.

    Raises HeygenError `auth_error` where there is none, or the file cannot be used.
    """
    found = find(context)
    if found is None:
        raise HeygenError("auth_error", "no API key: HEYGEN_API_KEY is not set, and nobody is signed in")
    return found


def find(context: Context) -> Credential | None:
    """Return the credential as resolve() does, or None where there is none. Raises `auth_error` as well."""
    key = context.environ.get("HEYGEN_API_KEY", "").strip()
    if key:
        return Credential(kind=API_KEY, secret=key, source="HEYGEN_API_KEY")
    return read(context)


def read(context: Context) -> Credential | None:
    """Return the stored credential, or None where there is none. Raises HeygenError `auth_error`."""
    file = path(context)
    if file is None:
        return None
    try:
        with open(file, "rb") as stream:
            text = stream.read().decode("utf-8-sig").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise _unusable(file, str(error)) from error
    if not text:
        raise _unusable(file, "it is empty")
    if not text.startswith("{"):
        if len(text.split()) != 1:
            raise _unusable(file, "it is neither JSON nor a single API key")
        return Credential(kind=API_KEY, secret=text, source=file)
    return _from_json(file, text)


def _from_json(file: str, text: str) -> Credential:
    import json

    try:
        document = json.loads(text)
    except ValueError as error:
        raise _unusable(file, f"it is not valid JSON: {error}") from error
    session = document.get("oauth")
    if isinstance(session, dict) and isinstance(session.get("access_token"), str):
        return Credential(
            kind=OAUTH, secret=session["access_token"], source=file, session=session, user=document.get("user")
        )
    key = document.get("api_key")
    if isinstance(key, str) and key:
        return Credential(kind=API_KEY, secret=key, source=file)
    raise _unusable(file, "it holds neither an API key nor a session")


def _unusable(file: str, why: str) -> HeygenError:
    return HeygenError(
        "auth_error",
        f"the credential file {file} cannot be used: {why}",
        hint="Sign in again with: heygen auth login",
    )
