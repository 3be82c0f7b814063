"""Video Agent sessions: one unattended run, or a conversation that ends in videos.

A conversation goes: the agent thinks and asks back (`waiting_for_input`); after the answer it thinks and shows
a draft (`reviewing`); after the next message it generates the video (`completed`), and each further message
makes another.
"""

from __future__ import annotations

from heygen.sandbox import jobs
from heygen.sandbox.paging import newest_first
from heygen.sandbox.problems import conflict, missing
from heygen.sandbox.resources import conversation, scenes, video

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry

COST = 2
MOST_MESSAGES = 40
_JOB = "video-agent"
# What a run is for, and the status of the session when it is over.
_AFTER = {"ask": "waiting_for_input", "draft": "reviewing"}
_NEXT = {"ask": "draft", "draft": "video", "video": "video"}
_PROGRESS = {"ask": 10, "draft": 40}


def create(call: Call) -> dict[str, Any]:
    body = call.body
    session = call.create(
        "session",
        mode=body.get("mode", "generate"),
        visibility=body.get("visibility", "space"),
        members=body.get("members") or [],
        brand_glossary_id=body.get("brand_glossary_id"),
        title=_title(body["prompt"]),
        text=body["prompt"],
        callback_id=body.get("callback_id"),
        callback_url=body.get("callback_url"),
        video_id=None,
        videos=[],
        messages=[],
        resources={},
    )
    conversation.add_user_message(call, session, body["prompt"])
    if session["mode"] == "generate":
        try:
            _generate(call, session)
        finally:
            if session["video_id"] is None:  # no credits
                call.world.store.remove("session", session["id"])
    else:
        _begin_run(call, session, "ask")
    return {
        "data": {
            "session_id": session["id"],
            "status": "generating" if session["mode"] == "generate" else "thinking",
            "video_id": session["video_id"],
            "created_at": int(session["created"]),
        }
    }


def list_sessions(call: Call) -> dict[str, Any]:
    return call.list(
        call.world.store.all("session"),
        lambda each: {"session_id": each["id"], "title": each["title"], "created_at": int(each["created"])},
    )


def get(call: Call) -> dict[str, Any]:
    session = _session(call)
    status, progress = _state(call, session)
    return {
        "data": {
            "session_id": session["id"],
            "status": status,
            "progress": progress,
            "title": session["title"],
            "video_id": session["video_id"],
            "created_at": int(session["created"]),
            "messages": session["messages"][::-1][:MOST_MESSAGES],
        }
    }


def send(call: Call) -> dict[str, Any]:
    session = _session(call)
    message, plan = call.body.get("message"), call.body.get("edit_plan")
    if _is_running(call, session):
        raise conflict("The agent is still working; wait for it, or stop it first")
    conversation.add_user_message(call, session, message or "Edit the scenes as planned.")
    # Edits of scenes need no more talk.
    step = "video" if plan else _NEXT[session["run"]]
    if step == "video":
        _generate(call, session)
    else:
        _begin_run(call, session, step)
    run_id = call.world.mint.id("run", call.world.store.next())
    return {
        "data": {
            "session_id": session["id"],
            "run_id": run_id,
            "title": session["title"],
            "video_id": session["video_id"],
        }
    }


def stop(call: Call) -> dict[str, Any]:
    session = _session(call)
    if _is_running(call, session):
        if session["run"] == "video":
            entry = call.world.store.get("video", session["video_id"])
            jobs.finish(entry, jobs.FAILED, call.now)
            call.world.enqueue(entry)
        else:
            jobs.finish(session, jobs.COMPLETED, call.now)
            call.world.enqueue(session)
        call.world.process_ended_jobs()
        if session["mode"] == "chat":
            session["run"] = "ask"
            jobs.begin(session, _JOB, call.now, 0.0)
            session["job"]["settled"] = True
        conversation.add_model_message(session, call.now, "I have stopped.")
    return {"data": {"session_id": session["id"]}}


def get_resource(call: Call) -> dict[str, Any]:
    session = _session(call)
    found = session["resources"].get(call.path["resource_id"])
    if found is None:
        raise missing("resource", call.path["resource_id"])
    name = {"video": "video.mp4", "draft": "thumbnail.jpg"}.get(found["resource_type"])
    made = call.world.file(session, name) if name else None
    picture = call.world.file(session, "thumbnail.jpg") if name else None
    return {"data": {**found, "url": found.get("url") or made, "preview_url": made, "thumbnail_url": picture}}


def list_videos(call: Call) -> dict[str, Any]:
    session = _session(call)
    entries = [entry for id in session["videos"] for entry in [call.world.store.get("video", id)] if entry]
    documents = [video.show(call.world, entry, call.now) for entry in sorted(entries, key=newest_first)]
    return {"data": documents, "has_more": False, "next_token": None}


def list_styles(call: Call) -> dict[str, Any]:
    tag = call.query.get("tag")
    found = [each for each in call.world.presets("style") if tag is None or tag in each["tags"]]
    return call.list(found, lambda each: each, lambda each: each["order"])


# --- the state of a session


def _session(call: Call) -> Entry:
    return call.entry("session", call.path["session_id"], "Session")


def _is_running(call: Call, session: Entry) -> bool:
    entry = session
    if session["run"] == "video":
        entry = call.world.store.get("video", session["video_id"])
    return entry is not None and not jobs.has_ended(entry, call.now)


def _state(call: Call, session: Entry) -> tuple[str, int]:
    """Return status and progress."""
    if session["run"] == "video":
        entry = call.world.store.get("video", session["video_id"])
        if entry is None:
            return "completed", 100
        view = jobs.view(call.apply_fault(entry), call.now, ("generating", "completed"))
        # A status that a fault keeps the video in is the video's own word.
        status = "generating" if view.status in video.STATES[:-1] else view.status
        return status, int(100 * view.fraction)
    view = jobs.view(call.apply_fault(session), call.now, ("thinking", _AFTER[session["run"]]))
    return view.status, _PROGRESS[session["run"]]


# --- what the agent does


def _title(prompt: str) -> str:
    words = prompt.split()
    return " ".join(words[:6])[:80] + ("…" if len(words) > 6 else "")


def _begin_run(call: Call, session: Entry, run: str) -> None:
    session["run"] = run
    call.begin(session, _JOB)


def _generate(call: Call, session: Entry) -> None:
    session["run"] = "video"
    entry = video.begin(
        call,
        cost=COST,
        job_kind=_JOB,
        event="video_agent",
        title=session["title"],
        text=session["text"],
        format="mp4",
        has_subtitles=True,
        session=session["id"],
        scenes=scenes.of_text(call.world, session["text"]),
        brand_glossary_id=session.get("brand_glossary_id"),
        callback_id=session["callback_id"],
        callback_url=session["callback_url"],
    )
    session["video_id"] = entry["id"]
    session["videos"].append(entry["id"])


OPERATIONS = {
    "create": create,
    "list": list_sessions,
    "get": get,
    "send": send,
    "stop": stop,
    "resources get": get_resource,
    "videos list": list_videos,
    "styles list": list_styles,
}
