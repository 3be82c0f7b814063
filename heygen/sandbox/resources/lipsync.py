"""Lipsyncs: videos that speak along with new audio."""

from __future__ import annotations

from heygen.sandbox import jobs, media
from heygen.sandbox.call import when
from heygen.sandbox.resources import batches, events
from heygen.sandbox.resources.collection import Collection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World

STATES = ("pending", "running", "completed")
COSTS = {"speed": 2, "precision": 4}


def create(call: Call) -> dict[str, Any]:
    return {"data": {"lipsync_id": _start(call, call.body)["id"]}}


def _start(call: Call, request: dict[str, Any]) -> Entry:
    cost = COSTS[request.get("mode", "speed")]
    call.world.charge(cost)
    entry = call.create(
        "lipsync",
        title=request.get("title"),
        folder_id=request.get("folder_id") or None,
        text="What is said in the new audio.",
        callback_id=request.get("callback_id"),
        callback_url=request.get("callback_url"),
        cost=cost,
    )
    return call.begin(entry, "lipsync")


def _show(world: World, entry: Entry, now: float) -> dict[str, Any]:
    view = jobs.view(entry, now, STATES)
    return {
        "id": entry["id"],
        "status": view.status,
        "title": entry["title"],
        "folder_id": entry.get("folder_id"),
        "created_at": int(entry["created"]),
        "duration": media.VIDEO_SECONDS if view.is_done else None,
        "video_url": when(view.is_done, world.file(entry, "video.mp4")),
        "caption_url": when(view.is_done, world.file(entry, "captions.srt")),
        "callback_id": entry["callback_id"],
        "failure_message": jobs.FAILURE_MESSAGE if view.has_failed else None,
    }


def on_job_end(world: World, entry: Entry) -> None:
    """Tell of a lipsync that has ended."""
    url = _show(world, entry, jobs.ended_at(entry))["video_url"]
    data = {"lipsync_id": entry["id"], "url": url if isinstance(url, str) else None}
    events.job_ended(world, entry, "lipsync", data)


_ALL = Collection("lipsync", "lipsync_id", _show, "Lipsync")

OPERATIONS = {
    "create": create,
    "list": _ALL.list,
    "get": _ALL.get,
    "update": _ALL.rename,
    "delete": _ALL.delete,
    "batches create": lambda call: batches.create(call, "lipsync", call.body["lipsyncs"], _start),
    "batches get": lambda call: batches.get(call, "lipsync"),
    "statuses list": lambda call: batches.statuses(call, "lipsync", "lipsync_ids"),
}
