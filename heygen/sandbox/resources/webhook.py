"""Webhook endpoints, their secrets, and the events that went out."""

from __future__ import annotations

from heygen.api import operations
from heygen.sandbox.clock import iso
from heygen.sandbox.resources import events

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry

NAME = "Webhook endpoint"
# What each kind of event is about; `.success` and `.fail` say how it went.
_SUBJECTS = {
    "avatar_video": "A video",
    "avatar_video_gif": "The GIF preview of a video",
    "avatar_video_caption": "The captions of a video",
    "video_translate": "A video translation",
    "instant_avatar": "The training of a digital twin",
    "photo_avatar_generation": "The generation of a photo avatar",
    "photo_avatar_train": "The training of a photo avatar",
    "photo_avatar_add_motion": "Motion for a photo avatar",
    "proofread_creation": "A proofread",
    "live_avatar": "A live avatar",
    "video_agent": "A Video Agent session",
    "hyperframes_video": "A Hyperframes video",
    "ai_clipping": "A clipping job",
    "filler_word_removal": "A filler word removal",
    "podcast": "A podcast",
}
_OTHERS = {
    "personalized_video": "A personalized video is ready.",
    "batch.finished": "All items of a batch are finished.",
    "video_translate.preflight.validation_failed": "The source of a translation was refused.",
    "video_translate.preflight.download_failed": "The source of a translation could not be fetched.",
}


def create(call: Call) -> dict[str, Any]:
    body = call.body
    entry = call.create(
        "endpoint", url=body["url"], events=body.get("events"), entity_id=body.get("entity_id"), secret=""
    )
    _renew_secret(call, entry)
    return {"data": _show(entry, secret=entry["secret"])}


def list_endpoints(call: Call) -> dict[str, Any]:
    return call.list(call.world.store.all("endpoint"), _show)


def update(call: Call) -> dict[str, Any]:
    entry = _endpoint(call)
    if call.body.get("url") is not None:
        entry["url"] = call.body["url"]
    if "events" in call.body:
        entry["events"] = call.body["events"]
    return {"data": _show(entry)}


def delete(call: Call) -> dict[str, Any]:
    entry = _endpoint(call)
    call.remove(entry)
    return {"data": {"endpoint_id": entry["id"]}, "error": None}


def rotate_secret(call: Call) -> dict[str, Any]:
    entry = _endpoint(call)
    _renew_secret(call, entry)
    return {"data": {"endpoint_id": entry["id"], "secret": entry["secret"]}}


def _endpoint(call: Call) -> Entry:
    return call.entry("endpoint", call.path["endpoint_id"], NAME)


def _renew_secret(call: Call, entry: Entry) -> None:
    entry["secret"] = "whsec_" + call.world.mint.id("secret", call.world.store.next())


def _show(entry: Entry, secret: str | None = None) -> dict[str, Any]:
    return {
        "endpoint_id": entry["id"],
        "url": entry["url"],
        "events": entry["events"],
        "status": "enabled",
        "created_at": iso(entry["created"]),
        "secret": secret,
    }


def list_event_types(call: Call) -> dict[str, Any]:
    return {"data": [{"event_type": each, "description": _describe(each)} for each in _types(call)]}


def _types(call: Call) -> list[str]:
    """Return the names of all types of event, as the documents list them."""
    listing = operations.find("webhook", ("events", "list"))
    parameters = listing.parameters if listing else ()
    return next(each.schema["enum"] for each in parameters if each.name == "event_type")


def _describe(event_type: str) -> str:
    if event_type in _OTHERS:
        return _OTHERS[event_type]
    subject, _, outcome = event_type.rpartition(".")
    return f"{_SUBJECTS.get(subject, subject)} {'has failed' if outcome == 'fail' else 'is done'}."


def list_events(call: Call) -> dict[str, Any]:
    wanted, entity = call.query.get("event_type"), call.query.get("entity_id")
    found = [
        entry
        for entry in call.world.store.all("event")
        if wanted in (None, entry["event_type"]) and entity in (None, entry["entity_id"])
    ]
    return call.list(found, events.as_document)


OPERATIONS = {
    "endpoints create": create,
    "endpoints list": list_endpoints,
    "endpoints update": update,
    "endpoints delete": delete,
    "endpoints rotate-secret": rotate_secret,
    "event-types list": list_event_types,
    "events list": list_events,
}
