"""The audio model: voices of one's own, speech in them, and recordings spoken again."""

from __future__ import annotations

from heygen.sandbox import jobs, media
from heygen.sandbox.call import when
from heygen.sandbox.problems import conflict, invalid
from heygen.sandbox.resources.collection import Collection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World

VOICE_COST = 1
RECORDING_COST = 1
CHARACTERS_PER_CREDIT = 1000
DEFAULT_NAME = "Voice"
STATES = ("PENDING", "ACTIVE")


def create_voice(call: Call) -> dict[str, Any]:
    """Make a voice, or train one again."""
    body = call.body
    entry = _voice_to_train(call)
    call.world.charge(VOICE_COST)
    if entry is None:
        entry = call.create(
            "model_voice",
            mode=body["mode"],
            name=body.get("name") or DEFAULT_NAME,
            language=body.get("language"),
            cost=VOICE_COST,
        )
    call.begin(entry, "voice")
    return {"data": {"voice_id": entry["id"]}}


def _voice_to_train(call: Call) -> Entry | None:
    """Return the professional voice that is trained again; None for a new one. Raises 400, 404 and 409."""
    id = call.body.get("voice_id")
    if not id:
        return None
    entry = call.entry("model_voice", id)
    if entry["mode"] != "professional":
        raise invalid("voice_id must be a professional voice", "voice_id")
    if not jobs.has_ended(entry, call.now):
        raise conflict("The voice is already being trained")
    return entry


def delete_voice(call: Call) -> dict[str, Any]:
    """Delete a voice; again and again if need be."""
    id = call.path["voice_id"]
    if not call.world.store.was_deleted("model_voice", id):
        entry = call.entry("model_voice", id)
        if entry["mode"] == "professional" and not jobs.has_ended(entry, call.now):
            raise conflict("A professional voice cannot be deleted while it is PENDING")
        call.remove(entry)
    return {"data": {"status": "ok"}}


def _show(world: World, entry: Entry, now: float) -> dict[str, Any]:
    view = jobs.view(entry, now, STATES)
    return {
        "voice_id": entry["id"],
        "mode": entry["mode"],
        "name": entry["name"],
        "status": "FAILED" if view.has_failed else view.status,
        "language": entry["language"] or ("en" if view.is_done else None),
        "failure_reason": when(view.has_failed, "TRAINING_FAILED"),
        "created_at": int(entry["created"]),
    }


def speak(call: Call) -> dict[str, Any]:
    body = call.body
    call.world.charge(len(body["text"]) / CHARACTERS_PER_CREDIT)
    entry = call.create("speech", text=body["text"])
    return {
        "data": {
            "audio_url": call.world.file(entry, "speech.wav"),
            "duration": media.speech_seconds(body["text"]),
        }
    }


def speak_again(call: Call) -> dict[str, Any]:
    """Charge a recording; what the API answers with is not documented."""
    call.world.charge(RECORDING_COST)
    return {"data": {}}


_ALL = Collection("model_voice", "voice_id", _show)

OPERATIONS = {
    "audio voices create": create_voice,
    "audio voices list": _ALL.list,
    "audio voices get": _ALL.get,
    "audio voices delete": delete_voice,
    "audio tts create": speak,
    "audio sts create": speak_again,
}
