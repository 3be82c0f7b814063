"""Proofreads: the subtitles of a translation, taken out to be edited before it is rendered."""

from __future__ import annotations

from heygen.sandbox import jobs
from heygen.sandbox.problems import conflict, invalid
from heygen.sandbox.resources import events, video_translate
from heygen.sandbox.resources.languages import LANGUAGES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World

COST = 1
NAME = "Proofread"
# The files of a proofread.
EDITED, ORIGINAL = "edited.srt", "original.srt"


def create(call: Call) -> dict[str, Any]:
    body = call.body
    video_translate.check_languages(body["output_languages"])
    given = _subtitles(call, body.get("srt"), "srt")
    call.world.charge(COST * len(body["output_languages"]))
    entries = [_begin(call, language, given) for language in body["output_languages"]]
    return {"data": {"proofread_ids": [entry["id"] for entry in entries], "status": "processing"}}


def _begin(call: Call, language: str, given: str | None) -> Entry:
    request = {**call.body, "output_languages": [language]}
    entry = call.create(
        "proofread",
        title=call.body["title"],
        output_language=language,
        request=request,
        text=f"{language}: the subtitles of {call.body['title']}.",
        files={} if given is None else {EDITED: given, ORIGINAL: given},
        cost=COST,
    )
    return call.begin(entry, "proofread")


def list_proofreads(call: Call) -> dict[str, Any]:
    return call.list(call.world.store.all("proofread"), lambda entry: _show(entry, call.now))


def get(call: Call) -> dict[str, Any]:
    entry = call.poll("proofread", call.path["proofread_id"], NAME)
    return {"data": _show(entry, call.now)}


def delete(call: Call) -> dict[str, Any]:
    entry = call.entry("proofread", call.path["proofread_id"], NAME)
    call.remove(entry)
    return {"data": {"id": entry["id"]}}


def get_srt(call: Call) -> dict[str, Any]:
    entry = _completed(call)
    original = call.world.file(entry, ORIGINAL) if ORIGINAL in entry["files"] else None
    return {"data": {"srt_url": call.world.file(entry, EDITED), "original_srt_url": original}}


def update_srt(call: Call) -> dict[str, Any]:
    entry = _completed(call)
    entry["files"][EDITED] = _subtitles(call, call.body["srt"], "srt")
    return {"data": _show(entry, call.now)}


def generate(call: Call) -> dict[str, Any]:
    entry = _completed(call)
    body = call.body
    request = {
        **entry["request"],
        "translate_audio_only": body.get("translate_audio_only", False),
        "callback_id": body.get("callback_id"),
        "callback_url": body.get("callback_url"),
    }
    cost = video_translate.COSTS[request.get("mode", "speed")]
    call.world.charge(cost)
    translation = video_translate.begin(call, entry["output_language"], request, cost)
    if EDITED in entry["files"]:
        translation["files"] = {"captions.srt": entry["files"][EDITED]}
    return {"data": {"video_translation_id": translation["id"], "status": "processing"}}


def _subtitles(call: Call, source: dict[str, Any] | None, param: str) -> str | None:
    """Return the subtitles that a source holds; those on other machines are not fetched, but named.

    Raises 400 for an asset that holds none.
    """
    if source is None:
        return None
    asset = call.world.store.get("asset", source.get("asset_id", ""))
    if asset is None:
        origin = source.get("url") or f"asset {source['asset_id']}"
        return f"1\n00:00:00,000 --> 00:00:02,000\n(subtitles of {origin})\n"
    is_subtitles = asset["mime_type"] == "application/x-subrip"
    stream = call.world.blobs.open(asset["id"]) if is_subtitles else None
    if stream is None:
        raise invalid(f"{param} must be an SRT file, not {asset['mime_type']}", param)
    with stream:
        return stream.read().decode("utf-8", "replace")


def _completed(call: Call) -> Entry:
    entry = call.entry("proofread", call.path["proofread_id"], NAME)
    if not jobs.has_completed(entry, call.now):
        raise conflict(f"The proofread is {jobs.view(entry, call.now, ('processing', 'completed')).status}, not completed")
    return entry


def _show(entry: Entry, now: float) -> dict[str, Any]:
    view = jobs.view(entry, now, ("processing", "completed"))
    return {
        "id": entry["id"],
        "status": view.status,
        "title": entry["title"],
        "created_at": int(entry["created"]),
        "input_language": "en" if view.is_done else None,
        "output_language": LANGUAGES[entry["output_language"]],
        "submitted_for_review": False,
        "failure_message": jobs.FAILURE_MESSAGE if view.has_failed else None,
    }


def on_job_end(world: World, entry: Entry) -> None:
    """Tell of a proofread that has ended."""
    events.job_ended(world, entry, "proofread_creation", {"proofread_id": entry["id"]})


OPERATIONS = {
    "proofreads create": create,
    "proofreads list": list_proofreads,
    "proofreads get": get,
    "proofreads delete": delete,
    "proofreads generate": generate,
    "proofreads srt get": get_srt,
    "proofreads srt update": update_srt,
}
