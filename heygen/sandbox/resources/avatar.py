"""Avatars: groups (a character) and their looks, training, and consent."""

from __future__ import annotations

from heygen.sandbox import jobs
from heygen.sandbox.call import ABSENT
from heygen.sandbox.problems import denied, invalid
from heygen.sandbox.resources import events, references

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World

COSTS = {"photo": 1, "prompt": 1, "digital_twin": 5}
_TYPES = {"photo": "photo_avatar", "prompt": "photo_avatar", "digital_twin": "digital_twin"}
_ENGINES = {"photo_avatar": ["avatar_iv", "avatar_iii"], "digital_twin": ["avatar_v", "avatar_iv", "avatar_iii"]}
MOST_REFERENCES = 3


def create(call: Call) -> dict[str, Any]:
    body = call.body
    if not body["name"].strip():
        raise invalid("name must not be empty", "name")
    references.check_file(call, body.get("file"), "file")
    pictures = body.get("reference_images") or ()
    if len(pictures) > MOST_REFERENCES:
        raise invalid(f"reference_images may have {MOST_REFERENCES} items at most", "reference_images")
    for index, picture in enumerate(pictures):
        references.check_file(call, picture, f"reference_images[{index}]")
    group = _group_to_join(call)
    call.world.charge(COSTS[body["type"]])
    if group is None:
        group = call.create(
            "avatar",
            name=body["name"],
            # A person in a video has to agree; a picture or an invention has not.
            consent="pending" if body["type"] == "digital_twin" else None,
            reroute_url=None,
        )
    look = call.create(
        "look", name=body["name"], group=group["id"], avatar_type=_TYPES[body["type"]], cost=COSTS[body["type"]]
    )
    call.begin(look, "avatar")
    return {
        "data": {
            "avatar_item": _show_look(call.world, look, call.now, is_new=True),
            "avatar_group": _show_group(call.world, group, call.now, is_new=True),
        }
    }


def _group_to_join(call: Call) -> Entry | None:
    """Return the group that the new look goes to; None for a new one. Raises 400 and 404."""
    given, reference = call.body.get("avatar_group_id"), call.body.get("avatar_id")
    look = None
    if reference:
        references.check_avatar(call, reference)
        look = call.world.store.get("look", reference)
    if look is not None and given not in (None, "", look["group"]):
        raise invalid("avatar_id belongs to another group than avatar_group_id", "avatar_id")
    wanted = given or (look["group"] if look else None)
    if not wanted:
        return None
    if call.world.preset("avatar", wanted):
        raise denied("Public avatars cannot be changed")
    return call.entry("avatar", wanted)


def listed(call: Call) -> dict[str, Any]:
    return _list(call, "avatar", lambda entry: _show_group(call.world, entry, call.now))


def looks_listed(call: Call) -> dict[str, Any]:
    group, kind = call.query.get("group_id"), call.query.get("avatar_type")
    return _list(
        call,
        "look",
        lambda entry: _show_look(call.world, entry, call.now),
        lambda each: (group is None or group in (each.get("group"), each.get("group_id")))
        and kind in (None, each["avatar_type"]),
    )


def _list(call: Call, kind: str, show: Any, fits: Any = lambda each: True) -> dict[str, Any]:
    """Return a page of what the user has made, newest first, and then of what everybody has."""
    ownership = call.query.get("ownership")
    own = call.world.store.all(kind) if ownership != "public" else []
    stock = call.world.presets(kind) if ownership != "private" else []
    return call.list(
        [each for each in (*own, *stock) if fits(each)],
        lambda each: show(each) if "n" in each else each,
        lambda each: -each["n"] if "n" in each else each["place"],
    )


def get(call: Call) -> dict[str, Any]:
    return {"data": _group(call)}


def look_get(call: Call) -> dict[str, Any]:
    id = call.path["look_id"]
    preset = call.world.preset("look", id)
    return {"data": preset or _show_look(call.world, call.looked_at("look", id), call.now)}


def look_update(call: Call) -> dict[str, Any]:
    id = call.path["look_id"]
    if call.world.preset("look", id):
        raise denied("Studio avatars cannot be renamed")
    look = call.entry("look", id)
    name = call.body.get("name")
    if name is not None:
        if not name.strip():
            raise invalid("name must not be empty", "name")
        look["name"] = name
    return {"data": _show_look(call.world, look, call.now)}


def delete(call: Call) -> dict[str, Any]:
    id = call.path["group_id"]
    if call.world.preset("avatar", id):
        raise denied("Public avatars cannot be deleted")
    group = call.entry("avatar", id)
    for look in _looks_of(call.world, group):
        call.remove(look)
    call.remove(group)
    return {"data": {"id": id}}


def look_delete(call: Call) -> dict[str, Any]:
    id = call.path["look_id"]
    if call.world.preset("look", id):
        raise denied("Studio avatars cannot be deleted")
    look = call.entry("look", id)
    group = call.entry("avatar", look["group"])
    call.remove(look)
    if not _looks_of(call.world, group):
        call.remove(group)
    return {"data": {"id": id}}


def consent(call: Call) -> dict[str, Any]:
    id, body = call.path["group_id"], call.body
    if call.world.preset("avatar", id):
        raise denied("Public avatars need no consent")
    group = call.entry("avatar", id)
    video = body.get("consent_video")
    if video is not None and (body.get("reroute_url") or body.get("consent_text")):
        raise invalid("consent_video cannot be used together with reroute_url or consent_text", "consent_video")
    if set("<>") & set(body.get("consent_text") or ""):
        raise invalid("consent_text must not contain < or >", "consent_text")
    references.check_file(call, video, "consent_video")
    references.check_url(body.get("reroute_url"), "reroute_url")
    url: Any = ABSENT
    if video is not None:
        approve(group)
    else:
        group["reroute_url"] = body.get("reroute_url")
        if group["consent"] is None:
            group["consent"] = "pending"
        url = call.world.public(f"/consent/{id}")
    return {"data": {"avatar_group": _show_group(call.world, group, call.now), "url": url}}


def approve(group: Entry) -> None:
    """Note that the person has agreed."""
    group["consent"] = "approved"


def _group(call: Call) -> dict[str, Any]:
    id = call.path["group_id"]
    return call.world.preset("avatar", id) or _show_group(call.world, call.entry("avatar", id), call.now)


def _looks_of(world: World, group: Entry) -> list[Entry]:
    return [look for look in world.store.all("look") if look["group"] == group["id"]]


def look_status(world: World, look: Entry, now: float | None = None, is_new: bool = False) -> str:
    """Return how far a look is: trained, and agreed to where that is needed."""
    view = jobs.view(look, world.clock.now() if now is None else now, ("processing", "completed"), is_new)
    if view.is_done and look["avatar_type"] == "digital_twin":
        group = world.store.get("avatar", look["group"])
        if group is not None and group["consent"] == "pending":
            return "pending_consent"
    return view.status


def _show_look(world: World, look: Entry, now: float, is_new: bool = False) -> dict[str, Any]:
    status = look_status(world, look, now, is_new)
    is_trained = status in ("completed", "pending_consent")
    return {
        "id": look["id"],
        "name": look["name"],
        "avatar_type": look["avatar_type"],
        "group_id": look["group"],
        "status": status,
        "tags": [],
        "preferred_orientation": "landscape",
        "image_width": 1920 if is_trained else None,
        "image_height": 1080 if is_trained else None,
        "supported_api_engines": _ENGINES[look["avatar_type"]],
        "preview_image_url": world.file(look, "preview.jpg") if is_trained else None,
        "preview_video_url": world.file(look, "preview.mp4") if is_trained else None,
        "error": jobs.FAILURE if status == jobs.FAILED else None,
    }


def _show_group(world: World, group: Entry, now: float, is_new: bool = False) -> dict[str, Any]:
    looks = _looks_of(world, group)
    # The group is as far as its first look, which made it.
    first = _show_look(world, looks[-1], now, is_new)
    return {
        "id": group["id"],
        "name": group["name"],
        "created_at": int(group["created"]),
        "looks_count": len(looks),
        "status": first["status"],
        "consent_status": group["consent"],
        "preview_image_url": first["preview_image_url"],
        "preview_video_url": first["preview_video_url"],
        "error": first["error"],
    }


def ended(world: World, look: Entry) -> None:
    """Tell of a look whose training has ended."""
    event = "instant_avatar" if look["avatar_type"] == "digital_twin" else "photo_avatar_generation"
    data = {"avatar_id": look["id"], "avatar_group_id": look["group"], "name": look["name"]}
    events.job_ended(world, look, event, data)


OPERATIONS = {
    "create": create,
    "list": listed,
    "get": get,
    "delete": delete,
    "looks list": looks_listed,
    "looks get": look_get,
    "looks update": look_update,
    "looks delete": look_delete,
    "consent create": consent,
}
