"""The conversation of a Video Agent session: its messages, and the resources that they show."""

from __future__ import annotations

from heygen.sandbox import jobs, media

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World


def add_user_message(call: Call, session: Entry, text: str) -> None:
    """Add the user's message, and the files that came with it."""
    ids = []
    for source in call.body.get("files") or ():
        url = source.get("url")
        if source["type"] == "asset_id":
            asset = call.world.store.get("asset", source["asset_id"])
            url = call.world.public(f"/files/asset/{asset['id']}/{asset['name']}") if asset else None
        kind = media.family(source.get("media_type") or media.content_type((url or "").partition("?")[0]))
        ids.append(_add_resource(call.world, session, call.now, kind, "user_uploaded", {"url": url}))
    _add_message(session, call.now, "user", text, ids)


def add_model_message(session: Entry, now: float, text: str, ids: list[str] | None = None, kind: str | None = None) -> None:
    """Add a message of the agent, which may show resources."""
    _add_message(session, now, "model", text, ids or [], kind or ("resource" if ids else "text"))


def _add_message(
    session: Entry, now: float, role: str, text: str, ids: list[str], kind: str = "text"
) -> None:
    session["messages"].append(
        {"role": role, "content": text, "type": kind, "resource_ids": ids or None, "created_at": int(now)}
    )


def _add_resource(
    world: World, session: Entry, now: float, kind: str, origin: str, fields: dict[str, Any]
) -> str:
    id = world.mint.id("resource", world.store.next())
    session["resources"][id] = {
        "resource_id": id,
        "resource_type": kind,
        "source_type": origin,
        "created_at": int(now),
        "metadata": {"session_id": session["id"]},
        **fields,
    }
    return id


def on_job_end(world: World, session: Entry) -> None:
    """Add what the agent says at the end of a run that makes no video."""
    now = jobs.ended_at(session)
    if session["job"]["end"] == jobs.FAILED:
        add_model_message(session, now, jobs.FAILURE_MESSAGE, kind="error")
    elif session["run"] == "ask":
        add_model_message(session, now, "Who is the video for, and how long may it be?")
    else:
        id = _add_resource(world, session, now, "draft", "generated", {})
        add_model_message(session, now, "Here is a draft. Shall I make the video?", [id])


def video_ended(world: World, session: Entry, entry: Entry) -> None:
    """Add what the agent says of a video that has ended: that it is ready, or has failed."""
    now = jobs.ended_at(entry)
    if entry["job"]["end"] == jobs.FAILED:
        add_model_message(session, now, jobs.FAILURE_MESSAGE, kind="error")
        return
    id = _add_resource(world, session, now, "video", "generated", {"metadata": {"video_id": entry["id"]}})
    add_model_message(session, now, "Your video is ready.", [id])
