"""The credential: an API key or an OAuth session, from the environment or the credential file."""

from __future__ import annotations

import os

from heygen.core import storage
from heygen.core.errors import HeygenError
from heygen.core.record import Record
from heygen.core.secrets import WRAPPING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.core.context import Context

API_KEY, OAUTH = "api_key", "oauth"
VARIABLE = "HEYGEN_API_KEY"
FILE = "credentials"
# What the file holds of a credential; anything else in it is somebody else's, and kept.
_FIELDS = ("api_key", "oauth", "user")
_ROOM = 16 * 1024  # bytes that a new session may have more than twice the old one


class Credential(Record):
    """What proves who the caller is. `source` says where it came from, as errors name it."""

    kind: str  # API_KEY or OAUTH
    secret: str  # the key, or the access token
    source: str  # "HEYGEN_API_KEY" or the path of the file
    session: dict[str, Any] | None = None  # the whole OAuth entry of the file
    user: dict[str, Any] | None = None
    kinds: tuple[str, ...] = ()  # of all that the file holds; the session is what is used
    warning: str | None = None  # about how the file is kept

    def headers(self) -> dict[str, str]:
        """Return the request headers that carry it."""
        if self.kind == OAUTH:
            return {"Authorization": f"Bearer {self.secret}"}
        return {"X-Api-Key": self.secret}

    @property
    def is_from_env(self) -> bool:
        """Whether the environment gave it."""
        return self.source == VARIABLE

    @property
    def hint_when_rejected(self) -> str:
        """What to do when the API does not accept it; names the credential that was used."""
        if self.is_from_env:
            return f"The key in {VARIABLE} was not accepted: correct it, or unset it and sign in with: heygen auth login"
        what = "session" if self.kind == OAUTH else "API key"
        return f"The {what} in {self.source} was not accepted: sign in again with: heygen auth login"

    @property
    def refresh_token(self) -> str | None:
        """The token that renews the session, or None."""
        token = (self.session or {}).get("refresh_token")
        return token if isinstance(token, str) and token else None

    @property
    def expires_at(self) -> float | None:
        """When the access token ends, in seconds since the epoch, or None where that is not known."""
        from heygen.core import timestamp

        try:
            return timestamp.parse((self.session or {}).get("expires_at") or "")
        except (TypeError, ValueError, AttributeError):
            return None


def clean_key(text: str) -> str:
    """Return an API key without what copying it may have put around it: blanks, quotes, a byte order mark.

    Raises ValueError, worded for the user, for what no key looks like.
    """
    key = text.strip(WRAPPING)
    if not key:
        raise ValueError("is empty")
    if not all("!" <= sign <= "~" for sign in key):
        raise ValueError("contains a space or a character that no API key has")
    return key


def path(context: Context) -> str | None:
    """Return the path of the credential file, or None where there is no home."""
    return storage.path(context, FILE)


def resolve(context: Context) -> Credential:
    """Return the credential to use: HEYGEN_API_KEY, else the file's.

    Raises HeygenError `auth_error` where there is none, or it cannot be used.
    """
    found = find(context)
    if found is None:
        raise HeygenError("auth_error", f"no API key: {VARIABLE} is not set, and you are not signed in")
    return found


def find(context: Context) -> Credential | None:
    """Return the credential as resolve() does, or None where there is none. Raises `auth_error` as well."""
    given = context.environ.get(VARIABLE, "").strip(WRAPPING)
    if not given:
        return read(context)
    try:
        return Credential(kind=API_KEY, secret=clean_key(given), source=VARIABLE)
    except ValueError as error:
        raise HeygenError("auth_error", f"{VARIABLE} {error}", hint="Copy the key again, or unset the variable") from error


def read(context: Context) -> Credential | None:
    """Return the stored credential, or None where there is none. Raises HeygenError `auth_error`."""
    file = path(context)
    document = _load(file) if file else None
    if file is None or document is None:
        return None
    session, key = document.get("oauth"), document.get("api_key")
    tokens = session.items() if isinstance(session, dict) else ()
    context.secrets.add(key, *(value for name, value in tokens if name.endswith("_token")))
    warning = f"Others can read {file}; make it private with: chmod 600 {file}" if storage.is_exposed(file) else None
    kinds = tuple(kind for kind in (API_KEY, OAUTH) if document.get(kind))
    if session:
        token = session.get("access_token") if isinstance(session, dict) else None
        user = document.get("user")
        return Credential(
            kind=OAUTH,
            secret=_checked(token, "access token", file),
            source=file,
            session=session,
            user=user if isinstance(user, dict) else None,
            kinds=kinds,
            warning=warning,
        )
    if key:
        return Credential(kind=API_KEY, secret=_checked(key, "API key", file), source=file, kinds=kinds, warning=warning)
    return None


def _checked(secret: Any, name: str, file: str) -> str:
    if not isinstance(secret, str):
        raise _unusable(file, f"its {name} is not text")
    try:
        return clean_key(secret)
    except ValueError as error:
        raise _unusable(file, f"its {name} {error}") from error


def _load(file: str) -> dict[str, Any] | None:
    """Return the file's document; a single line of text is an API key of the oldest format. Raises `auth_error`."""
    try:
        data = storage.read(file)
        text = data.decode("utf-8-sig").strip() if data is not None else None
    except OSError as error:
        raise _unusable(file, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise _unusable(file, "it is not text") from error
    if text is None:
        return None
    if not text:
        raise _unusable(file, "it is empty")
    if text[0] not in "{[":
        if len(text.split()) != 1:
            raise _unusable(file, "it is neither JSON nor a single API key")
        return {"api_key": text}
    import json

    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _unusable(file, f"it is not valid JSON: {error}") from error
    if not isinstance(document, dict):
        raise _unusable(file, "it is not a JSON object")
    return document


def _unusable(file: str, why: str) -> HeygenError:
    return HeygenError(
        "auth_error",
        f"the credential file {file} cannot be used: {why}",
        hint="Sign in again with: heygen auth login (the current file is kept next to it)",
    )


def lock(context: Context, patience: float = 30.0) -> storage.Lock:
    """Return the lock that every change of the credential file takes; `patience` in seconds."""
    return storage.Lock(context, storage.writable_path(context, FILE), patience)


class Replaced(Record):
    """What a credential that was stored took the place of: the one before, or a file that could not be read, and
    which is kept under the name `moved_to`."""

    credential: Credential | None = None
    moved_to: str | None = None


def store(context: Context, credential: Credential) -> Replaced:
    """Put a credential into the file in place of the one that is there, and return that; fields of other programs
    stay. Raises `cli_file_io_error`."""
    with lock(context):
        file = storage.writable_path(context, FILE)
        try:
            before, document = Replaced(credential=read(context)), _load(file) or {}
        except HeygenError:
            before, document = Replaced(moved_to=_set_aside(file)), {}
        storage.write(file, _content(document, credential))
        return before


def replace_session(context: Context, renewed: Callable[[], Credential]) -> Credential:
    """Put the session that a function returns into the file, and return it; the caller holds the file's lock.

    Whatever could keep it from being stored shows before the function is called, since it may spend what cannot be had
    again: the file is replaced by itself, and the new one gets its room. Raises HeygenError.
    """
    file = storage.writable_path(context, FILE)
    document = _load(file) or {}
    present = storage.read(file) or b""
    storage.write(file, present)
    with storage.Draft(file, room=2 * len(present) + _ROOM) as draft:
        credential = renewed()
        draft.put_in_place(_content(document, credential))
    return credential


def remove(context: Context) -> Credential | None:
    """Remove the credential from the file and return it, or None where there was none; other fields stay.

    Raises HeygenError where the file cannot be read or written.
    """
    file = path(context)
    if file is None:
        return None
    if not storage.debris(file, is_locked=True) and read(context) is None:
        return None
    with lock(context):
        # First of all, and even if the file itself cannot be read: it may hold a key, or a session.
        storage.sweep(file, is_locked=True)
        removed = read(context)
        if removed is None:
            return None
        rest = {name: value for name, value in (_load(file) or {}).items() if name not in _FIELDS}
        if rest:
            storage.write(file, _content(rest, None))
        else:
            storage.remove(file)
        return removed


def _content(document: dict[str, Any], credential: Credential | None) -> bytes:
    """Return the file with a credential in place of the one in a document."""
    import json

    content: dict[str, Any] = {}
    if credential is not None and credential.kind == OAUTH:
        content["oauth"] = credential.session
        if credential.user:
            content["user"] = credential.user
    elif credential is not None:
        content["api_key"] = credential.secret
    content.update({name: value for name, value in document.items() if name not in _FIELDS})
    return (json.dumps(content, indent=2) + "\n").encode()


def _set_aside(file: str) -> str | None:
    """Give a file that cannot be read another name, and return it; there is nothing in an empty one to keep."""
    if os.path.isfile(file) and not os.path.getsize(file):
        return None
    number, name = 1, f"{file}.damaged"
    while os.path.lexists(name):
        number += 1
        name = f"{file}.damaged.{number}"
    try:
        os.rename(file, name)
        if os.path.isfile(name):
            os.chmod(name, storage.PRIVATE_FILE)
    except OSError as error:
        raise storage.unwritable(file, error) from error
    return name
