"""Filler word removals: videos that are cut where nothing is said."""

from __future__ import annotations

from heygen.sandbox import jobs, media
from heygen.sandbox.call import when
from heygen.sandbox.resources import events
from heygen.sandbox.resources.collection import Collection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World

STATES = ("pending", "running", "completed")
COST = 1
DEFAULT_TITLE = "Filler Removal"
# What was cut from each video, in seconds, and in how many passages.
SECONDS_CUT = 0.5
CUTS = 2


def create(call: Call) -> dict[str, Any]:
    body = call.body
    call.world.charge(COST)
    entry = call.create(
        "filler_word_removal",
        title=body.get("title") or DEFAULT_TITLE,
        callback_id=body.get("callback_id"),
        callback_url=body.get("callback_url"),
        cost=COST,
    )
    call.begin(entry, "filler-word-removal")
    return {"data": {"id": entry["id"]}}


def _show(world: World, entry: Entry, now: float) -> dict[str, Any]:
    view = jobs.view(entry, now, STATES)
    original = media.VIDEO_SECONDS + SECONDS_CUT
    return {
        "id": entry["id"],
        "status": view.status,
        "progress": int(100 * view.fraction),
        "title": entry["title"],
        "video_url": when(view.is_done, world.file(entry, "video.mp4")),
        "thumbnail_url": when(view.is_done, world.file(entry, "thumbnail.jpg")),
        "num_cuts": when(view.is_done, CUTS),
        "reduction_pct": when(view.is_done, round(100 * SECONDS_CUT / original, 1)),
        "original_duration": when(view.is_done, original),
        "output_duration": when(view.is_done, media.VIDEO_SECONDS),
        "callback_id": entry["callback_id"],
        "created_at": int(entry["created"]),
        "failure_message": when(view.has_failed, jobs.FAILURE_MESSAGE),
    }


def on_job_end(world: World, entry: Entry) -> None:
    """Tell of a removal that has ended."""
    data = {"filler_word_removal_id": entry["id"]}
    if entry["job"]["end"] == jobs.COMPLETED:
        data["url"] = world.file(entry, "video.mp4")
    events.job_ended(world, entry, "filler_word_removal", data)


_ALL = Collection("filler_word_removal", "filler_word_removal_id", _show, "Filler word removal")

OPERATIONS = {"create": create, "get": _ALL.get}
