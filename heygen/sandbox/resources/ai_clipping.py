"""Clipping jobs: a long video, cut into short clips."""

from __future__ import annotations

from heygen.sandbox import jobs, media
from heygen.sandbox.resources import events
from heygen.sandbox.resources.collection import Collection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World

STATES = ("pending", "running", "completed")
COST = 2
_TITLES = ("The moment that matters", "What nobody tells you", "In one minute", "The question everyone asks")


def create(call: Call) -> dict[str, Any]:
    body = call.body
    settings = body.get("output_settings") or {}
    call.world.charge(COST)
    clips = settings.get("duration_types", ["30"])
    entry = call.create(
        "clipping",
        title=body.get("title"),
        input_language=body.get("input_language"),
        aspect_ratio=settings.get("aspect_ratio", "portrait"),
        clips=[call.world.mint.id("clip", call.world.store.next()) for _ in clips],
        text=body.get("title") or "A clip.",
        callback_id=body.get("callback_id"),
        callback_url=body.get("callback_url"),
        cost=COST,
    )
    call.begin(entry, "ai-clipping")
    return {"data": {"id": entry["id"], "status": "pending", "created_at": int(entry["created"])}}


def list_jobs(call: Call) -> dict[str, Any]:
    return call.list(
        call.world.store.all("clipping"), lambda entry: _show(call.world, entry, call.now, is_in_list=True)
    )


def _show(world: World, entry: Entry, now: float, is_in_list: bool = False) -> dict[str, Any]:
    view = jobs.view(entry, now, STATES)
    # Live progress is for those who ask for one job.
    progress = int(100 * view.fraction) if view.is_done or not is_in_list else 0
    return {
        "id": entry["id"],
        "status": view.status,
        "title": entry["title"],
        "progress": 0 if view.has_failed else progress,
        "clips": _clips(world, entry, view),
        "created_at": int(entry["created"]),
        "input_language": entry["input_language"] or ("en" if view.is_done else None),
        "source_duration": 600.0 if view.fraction else None,
        "callback_id": entry["callback_id"],
        "failure_message": jobs.FAILURE_MESSAGE if view.has_failed else None,
    }


def _clips(world: World, entry: Entry, view: jobs.View) -> list[dict[str, Any]]:
    """Return the clips made so far, one after the other."""
    if view.has_failed:
        return []
    count = len(entry["clips"])
    clips = []
    for index, id in enumerate(entry["clips"]):
        # A clip is listed while it is made, and its files are there with the last of them.
        if view.fraction < (index + 0.5) / (count + 0.5):
            break
        is_done = view.is_done
        clips.append(
            {
                "id": id,
                "status": "completed" if is_done else "pending",
                "title": _TITLES[index % len(_TITLES)],
                "aspect_ratio": entry["aspect_ratio"] if is_done else None,
                "duration_seconds": media.VIDEO_SECONDS if is_done else None,
                "video_url": world.file(entry, f"{id}.mp4") if is_done else None,
                "thumbnail_url": world.file(entry, f"{id}.jpg") if is_done else None,
                "virality_score": int(world.mint.fraction("virality", id) * 101) if is_done else None,
            }
        )
    return clips


def on_job_end(world: World, entry: Entry) -> None:
    """Tell of a clipping job that has ended."""
    document = _show(world, entry, jobs.ended_at(entry))
    events.job_ended(world, entry, "ai_clipping", {"id": entry["id"], "status": document["status"], "clips": document["clips"]})


_ALL = Collection("clipping", "job_id", _show, "Clipping job")

OPERATIONS = {"create": create, "list": list_jobs, "get": _ALL.get, "delete": _ALL.delete}
