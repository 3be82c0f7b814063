"""Videos: made from an avatar, an image, a prompt or scenes; and by templates and the agent."""

from __future__ import annotations

from heygen.sandbox import jobs, media
from heygen.sandbox.call import ABSENT
from heygen.sandbox.resources import batches, conversation, events, scenes, video_request
from heygen.sandbox.resources.collection import Collection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World

STATES = ("pending", "processing", "completed")


def create(call: Call) -> dict[str, Any]:
    entry = _start(call, call.body)
    return {"data": {"video_id": entry["id"], "status": "waiting", "output_format": entry["format"]}}


def _start(call: Call, request: dict[str, Any]) -> Entry:
    return begin(
        call,
        cost=video_request.cost(request),
        title=request.get("title"),
        text=video_request.text(request),
        format=request.get("output_format", "mp4"),
        has_subtitles=request.get("caption") is not None,
        is_captioned=bool((request.get("caption") or {}).get("style")),
        callback_id=request.get("callback_id"),
        callback_url=request.get("callback_url"),
        folder_id=call.body.get("folder_id") or None,  # that of a batch too
        aspect_ratio=request.get("aspect_ratio"),
        resolution=request.get("resolution"),
        brand_glossary_id=request.get("brand_glossary_id"),
        scenes=scenes.of_request(call.world, request),
    )


def begin(call: Call, *, cost: float, job_kind: str = "video", event: str = "avatar_video", **fields: Any) -> Entry:
    """Start a video; `fields` are what is known of it: title, text, format, folder, callback, session."""
    call.world.charge(cost)
    entry = call.create("video", event=event, cost=cost, **fields)
    return call.begin(entry, job_kind)


def list_videos(call: Call) -> dict[str, Any]:
    entries = call.world.store.all("video")
    folder, title = call.query.get("folder_id"), call.query.get("title")
    if folder is not None:
        entries = [entry for entry in entries if (entry.get("folder_id") or "") == folder]
    if title:
        entries = [entry for entry in entries if title.casefold() in (entry["title"] or "").casefold()]
    return call.list(entries, lambda entry: show(call.world, entry, call.now))


def show(world: World, entry: Entry, now: float, is_new: bool = False) -> dict[str, Any]:
    """Return a video as the API shows it."""
    view = jobs.view(entry, now, STATES, is_new)

    def file(name: str, is_there: bool = True) -> str | None:
        return world.file(entry, name) if view.is_done and is_there else None

    return {
        "id": entry["id"],
        "status": view.status,
        "title": entry["title"],
        "created_at": int(entry["created"]),
        "completed_at": int(view.ended_at) if view.is_done else None,
        "duration": media.VIDEO_SECONDS if view.is_done else None,
        "video_url": file(f"video.{entry['format']}"),
        "thumbnail_url": file("thumbnail.jpg"),
        "gif_url": file("preview.gif"),
        "captioned_video_url": file("captioned.mp4", entry.get("is_captioned", False)),
        "subtitle_url": file("subtitles.srt", entry.get("has_subtitles", False)),
        "video_page_url": world.public(f"/videos/{entry['id']}"),
        "folder_id": entry.get("folder_id"),
        "failure_code": jobs.FAILURE_CODE if view.has_failed else None,
        "failure_message": jobs.FAILURE_MESSAGE if view.has_failed else None,
        "output_language": ABSENT,
    }


def on_job_end(world: World, entry: Entry) -> None:
    """Tell of a video that has ended, in the session that it was made in too."""
    document = show(world, entry, jobs.ended_at(entry))
    data = {
        "video_id": entry["id"],
        "url": document["video_url"],
        "gif_download_url": document["gif_url"],
        "video_page_url": document["video_page_url"],
        "video_share_page_url": document["video_page_url"],
        "folder_id": document["folder_id"],
    }
    session = world.store.get("session", entry.get("session", ""))
    if session is not None:
        data["session_id"] = session["id"]
        conversation.video_ended(world, session, entry)
    events.job_ended(world, entry, entry["event"], data)


def _create_batch(call: Call) -> tuple[int, dict[str, Any]]:
    return batches.create(call, "video", call.body["videos"], _start)


_ALL = Collection("video", "video_id", show)

OPERATIONS = {
    "create": create,
    "list": list_videos,
    "get": _ALL.get,
    "delete": _ALL.delete,
    "batches create": _create_batch,
    "batches get": lambda call: batches.get(call, "video"),
    "statuses list": lambda call: batches.statuses(call, "video", "video_ids"),
}
