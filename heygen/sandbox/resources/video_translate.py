"""Translations of videos: one for each language, from a request, a batch or a proofread."""

from __future__ import annotations

from heygen.core.suggest import closest
from heygen.sandbox import jobs, media
from heygen.sandbox.call import when
from heygen.sandbox.problems import invalid
from heygen.sandbox.resources import batches, events
from heygen.sandbox.resources.collection import Collection
from heygen.sandbox.resources.languages import LANGUAGES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World

STATES = ("pending", "running", "completed")
COSTS = {"speed": 3, "precision": 6}


def create(call: Call) -> dict[str, Any]:
    check(call, call.body)
    return {"data": {"video_translation_ids": [each["id"] for each in _start_all(call, call.body)]}}


def create_batch(call: Call) -> tuple[int, dict[str, Any]]:
    """Start a batch: an entry with several languages becomes one item for each."""
    requests = [
        {**request, "output_languages": [language]}
        for request in call.body["video_translations"]
        for language in request["output_languages"]
    ]
    return batches.create(call, "translation", requests, _start)


def _start(call: Call, request: dict[str, Any]) -> Entry:
    check(call, request)
    return _start_all(call, request)[0]


def _start_all(call: Call, request: dict[str, Any]) -> list[Entry]:
    languages = request["output_languages"]
    cost = COSTS[request.get("mode", "speed")]
    # All or none: a request that the balance does not cover starts nothing.
    call.world.charge(cost * len(languages))
    return [begin(call, language, request, cost) for language in languages]


def begin(call: Call, language: str, request: dict[str, Any], cost: float) -> Entry:
    """Start the translation into one language; its cost has been charged."""
    source = request.get("video", {}).get("url") or "the uploaded video"
    entry = call.create(
        "translation",
        title=request.get("title"),
        folder_id=request.get("folder_id") or None,
        language=LANGUAGES[language],
        input_language=request.get("input_language"),
        audio_only=request.get("translate_audio_only", False),
        text=f"{language}: what is said in {source}.",
        callback_id=request.get("callback_id"),
        callback_url=request.get("callback_url"),
        cost=cost,
    )
    return call.begin(entry, "video-translate")


def check(call: Call, request: dict[str, Any]) -> None:
    """Refuse a request that the API would refuse."""
    check_languages(request["output_languages"])


def check_languages(names: list[str]) -> None:
    """Refuse a language that nothing can be translated into."""
    for index, name in enumerate(names):
        if name not in LANGUAGES:
            near = closest(name, LANGUAGES)
            raise invalid(
                f'"{name[:80]}" is not a language that videos can be translated into'
                + (f"; did you mean {near}?" if near else ""),
                f"output_languages[{index}]",
            )


def list_languages(call: Call) -> dict[str, Any]:
    return {"data": {"languages": list(LANGUAGES)}}


def show(world: World, entry: Entry, now: float) -> dict[str, Any]:
    """Return a translation as the API shows it."""
    view = jobs.view(entry, now, STATES)

    def file(name: str, is_there: bool = True) -> Any:
        return when(view.is_done and is_there, world.file(entry, name))

    return {
        "id": entry["id"],
        "status": view.status,
        "title": entry["title"],
        "folder_id": entry.get("folder_id"),
        "created_at": int(entry["created"]),
        "duration": media.VIDEO_SECONDS if view.is_done else None,
        # A language that was not given is detected on the way.
        "input_language": entry["input_language"] or ("en" if view.is_done else None),
        "output_language": entry["language"],
        "translate_audio_only": entry["audio_only"],
        "video_url": file("video.mp4"),
        "audio_url": file("audio.wav"),
        "srt_caption_url": file("captions.srt"),
        "vtt_caption_url": file("captions.vtt"),
        "callback_id": entry["callback_id"],
        "failure_message": jobs.FAILURE_MESSAGE if view.has_failed else None,
    }


def on_job_end(world: World, entry: Entry) -> None:
    """Tell of a translation that has ended."""
    url = show(world, entry, jobs.ended_at(entry))["video_url"]
    data = {
        "video_translate_id": entry["id"],
        "video_translation_id": entry["id"],
        "url": url if isinstance(url, str) else None,
        "output_language": entry["language"],
    }
    events.job_ended(world, entry, "video_translate", data)


_ALL = Collection("translation", "video_translation_id", show, "Video translation")

OPERATIONS = {
    "create": create,
    "list": _ALL.list,
    "get": _ALL.get,
    "update": _ALL.rename,
    "delete": _ALL.delete,
    "languages list": list_languages,
    "batches create": create_batch,
    "batches get": lambda call: batches.get(call, "translation"),
    "statuses list": lambda call: batches.statuses(call, "translation", "video_translation_ids"),
}
