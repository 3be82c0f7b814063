"""What the simulated API refuses, and the envelope that it refuses it with."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping


class Refusal(Exception):
    """An error answer of the API: HTTP status, code and message, and the field or parameter it is about."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.param = param
        self.headers = dict(headers or {})

    def document(self) -> dict[str, Any]:
        """Return the envelope of the API."""
        error = {"code": self.code, "message": self.message}
        if self.param:
            error["param"] = self.param
        return {"error": error}


def invalid(message: str, param: str | None = None) -> Refusal:
    """Return the refusal of a request that is wrong in itself."""
    return Refusal(400, "invalid_parameter", message, param=param)


def conflict(message: str, param: str | None = None) -> Refusal:
    """Return the refusal of a request that does not fit the resource's present state."""
    return Refusal(409, "conflict", message, param=param)


def denied(message: str) -> Refusal:
    """Return the refusal to change what belongs to everybody."""
    return Refusal(403, "resource_access_denied", message)


# What people call a kind, if by another word, and what an unknown id of it is answered with, if not `resource_not_found`.
_NAMES = {"avatar": "Avatar group", "look": "Avatar look", "model_voice": "Voice", "glossary": "Brand glossary"}
_CODES = {
    "video": "video_not_found",
    "avatar": "avatar_not_found",
    "look": "avatar_not_found",
    "voice": "voice_not_found",
    "model_voice": "voice_not_found",
}


def name_of(kind: str) -> str:
    """Return what people call a kind, in the middle of a sentence: `an avatar group`."""
    name = _NAMES.get(kind, kind).lower()
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def missing(kind: str, id: str, param: str | None = None, why: str = "", name: str = "") -> Refusal:
    """Return the refusal of an id that is not there; `why` ends the sentence."""
    known = _NAMES.get(kind) or name or kind.capitalize()
    message = f"{known} not found: {id}" + (f" {why}" if why else "")
    return Refusal(404, _CODES.get(kind, "resource_not_found"), message, param=param)


def encode(document: Any) -> bytes:
    """Return a document as the JSON that goes over the wire."""
    try:
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # half of a surrogate pair, sent in as \ud83d
        return json.dumps(document, separators=(",", ":")).encode()
