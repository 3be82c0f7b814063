"""Background removals: a video, taken apart into layers."""

from __future__ import annotations

from heygen.sandbox import jobs, media
from heygen.sandbox.call import when
from heygen.sandbox.resources.collection import Collection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World

STATES = ("pending", "processing", "completed")
COST = 1
# Only the foreground needs transparency, which MP4 has not.
LAYERS = {"foreground": "foreground.webm", "mask": "mask.mp4", "background": "background.mp4"}


def create(call: Call) -> dict[str, Any]:
    body = call.body
    layers = body.get("layers", list(LAYERS))
    call.world.charge(COST)
    entry = call.create("removal", layers=layers, title=body.get("title"), cost=COST)
    call.begin(entry, "background-removal")
    return {"data": _show(call.world, entry, call.now, is_new=True)}


def _show(world: World, entry: Entry, now: float, is_new: bool = False) -> dict[str, Any]:
    view = jobs.view(entry, now, STATES, is_new)
    layers = {name: world.file(entry, LAYERS[name]) for name in entry["layers"]}
    return {
        "id": entry["id"],
        "status": view.status,
        "created_at": int(entry["created"]),
        "completed_at": when(view.is_done, int(view.ended_at or 0)),
        "duration": media.VIDEO_SECONDS if view.is_done else None,
        "layers": layers if view.is_done else {},
        "error": jobs.FAILURE_MESSAGE if view.has_failed else None,
    }


_ALL = Collection("removal", "job_id", _show, "Background removal job")

OPERATIONS = {"create": create, "list": _ALL.list, "get": _ALL.get, "delete": _ALL.delete}
