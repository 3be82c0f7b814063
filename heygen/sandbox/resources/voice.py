"""Voices: stock ones, those found by a description, clones; and speech."""

from __future__ import annotations

from heygen.sandbox import jobs, media
from heygen.sandbox.call import ABSENT, when
from heygen.sandbox.problems import Refusal, denied

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World

CLONE_COST = 1
CHARACTERS_PER_CREDIT = 1000
MOST_MATCHES = 3
_NAMES = ("Ash", "Blair", "Casey", "Drew", "Ellis", "Flynn", "Gray", "Harper", "Indigo", "Jules", "Kai", "Lane")
_LOCALES = {"en": "English", "es": "Spanish", "fr": "French", "de": "German", "pt": "Portuguese", "ja": "Japanese"}


def create(call: Call) -> dict[str, Any]:
    """Find voices for a description: the same ones for the same description and seed."""
    body = call.body
    seed, gender = body.get("seed", 0), body.get("gender")
    language = _LOCALES.get((body.get("locale") or "en")[:2].lower(), "English")
    found = []
    for index in range(MOST_MATCHES):
        what = f"{body['prompt']} {seed} {gender} {body.get('locale')} {index}"
        id = call.world.mint.id("designed voice", what)
        voice = call.world.store.get("designed", id)
        if voice is None:
            chance = call.world.mint.fraction("designed voice", what)
            fields = {
                "name": _NAMES[int(chance * len(_NAMES))],
                "gender": gender or ("female" if int(chance * 100) % 2 else "male"),
                "language": language,
            }
            voice = call.world.store.add("designed", call.now, fields, id)
        found.append(_show(call.world, voice, call.now))
    return {"data": {"voices": found, "seed": seed}}


def create_clone(call: Call) -> dict[str, Any]:
    body = call.body
    call.world.charge(CLONE_COST)
    entry = call.create(
        "voice",
        name=body["voice_name"],
        language=_LOCALES.get((body.get("language") or "en")[:2].lower(), "English"),
        gender="neutral",
        cost=CLONE_COST,
    )
    call.begin(entry, "voice")
    return {"data": {"voice_clone_id": entry["id"]}}


def list_voices(call: Call) -> dict[str, Any]:
    wanted = {name: call.query[name].casefold() for name in ("engine", "language", "gender") if call.query.get(name)}
    voices = [each for each in call.world.presets("voice") if each["type"] == call.query["type"]]
    if call.query["type"] == "private":
        # A clone is in the list once there is a voice.
        clones = [entry for entry in call.world.store.all("voice") if jobs.has_completed(entry, call.now)]
        voices += [{**_show(call.world, entry, call.now), "engine": "starfish", "order": -entry["n"]} for entry in clones]
    found = [each for each in voices if all(each[name].casefold() == value for name, value in wanted.items())]
    return call.list(
        found, lambda each: {"voice_id": each.get("id"), **each}, lambda each: each["order"]
    )


def get(call: Call) -> dict[str, Any]:
    id = call.path["voice_id"]
    preset = call.world.preset("voice", id)
    if preset is not None:
        return {"data": {**preset, "voice_id": id, "status": ABSENT, "support_interactive_avatar": True}}
    designed = call.world.store.get("designed", id)
    return {"data": _show(call.world, designed or call.poll("voice", id), call.now)}


def delete(call: Call) -> dict[str, Any]:
    id = call.path["voice_id"]
    if call.world.preset("voice", id) or call.world.store.get("designed", id):
        raise denied("Only cloned voices can be deleted")
    call.remove(call.entry("voice", id))
    return {"data": {"voice_id": id}}


def create_speech(call: Call) -> dict[str, Any]:
    body = call.body
    text = body["text"]
    preset = call.world.preset("voice", body["voice_id"])
    if preset is not None and preset["engine"] != "starfish":
        raise Refusal(400, "voice_not_usable", f"{preset['name']} does not work with the starfish engine", param="voice_id")
    call.world.charge(len(text) / CHARACTERS_PER_CREDIT)
    spoken = _without_tags(text) if body.get("input_type") == "ssml" else text
    entry = call.create("speech", text=spoken)
    seconds = media.speech_seconds(spoken)
    words = spoken.split()
    each = seconds / max(1, len(words))
    return {
        "data": {
            "audio_url": call.world.file(entry, "speech.wav"),
            "duration": seconds,
            "request_id": entry["id"],
            "word_timestamps": [
                {"word": word, "start": round(index * each, 3), "end": round((index + 1) * each, 3)}
                for index, word in enumerate(words)
            ],
        }
    }


def _without_tags(text: str) -> str:
    import re

    return re.sub(r"<[^>]*>", " ", text)


def _show(world: World, entry: Entry, now: float) -> dict[str, Any]:
    """Return a voice that was cloned or found, with the fields of both a list and a single voice."""
    is_clone = "job" in entry
    view = jobs.view(entry, now, ("processing", "complete")) if is_clone else None
    is_there = view is None or view.is_done
    return {
        "voice_id": entry["id"],
        "status": when(is_clone, view.status if view else None),
        "name": when(is_there, entry["name"]),
        "language": when(is_there, entry["language"]),
        "gender": when(is_there, entry["gender"]),
        "type": "private" if is_clone else "public",
        "support_pause": True,
        "support_locale": False,
        "support_interactive_avatar": False,
        "created_at": int(entry["created"]),
        "preview_audio_url": when(is_there, world.file(entry, "preview.wav")),
        "failure_message": jobs.FAILURE_MESSAGE if view and view.has_failed else None,
    }


OPERATIONS = {
    "create": create,
    "clone create": create_clone,
    "list": list_voices,
    "get": get,
    "delete": delete,
    "speech create": create_speech,
}
