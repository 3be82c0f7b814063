"""Avatars: groups (a character) and their looks, training, and consent."""

from __future__ import annotations

from heygen.sandbox.call import ABSENT
from heygen.sandbox.problems import denied, invalid
from heygen.sandbox.resources import events, looks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World

COSTS = {"photo": 1, "prompt": 1, "digital_twin": 5}
_TYPES = {"photo": "photo_avatar", "prompt": "photo_avatar", "digital_twin": "digital_twin"}


def create(call: Call) -> dict[str, Any]:
    body = call.body
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
            "avatar_item": looks.show(call.world, look, call.now, is_new=True),
            "avatar_group": _show_group(call.world, group, call.now, is_new=True),
        }
    }


def _group_to_join(call: Call) -> Entry | None:
    """Return the group that the new look goes to; None for a new one. Raises 400 and 404."""
    given, reference = call.body.get("avatar_group_id"), call.body.get("avatar_id")
    look = None
    if reference:
        look = call.world.store.get("look", reference)
    if look is not None and given not in (None, "", look["group"]):
        raise invalid("avatar_id belongs to another group than avatar_group_id", "avatar_id")
    wanted = given or (look["group"] if look else None)
    if not wanted:
        return None
    if call.world.preset("avatar", wanted):
        raise denied("Public avatars cannot be changed")
    return call.entry("avatar", wanted)


def list_groups(call: Call) -> dict[str, Any]:
    return _list(call, "avatar", lambda entry: _show_group(call.world, entry, call.now))


def list_looks(call: Call) -> dict[str, Any]:
    group, kind = call.query.get("group_id"), call.query.get("avatar_type")
    return _list(
        call,
        "look",
        lambda entry: looks.show(call.world, entry, call.now),
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
        lambda each: -each["n"] if "n" in each else each["order"],
    )


def get_group(call: Call) -> dict[str, Any]:
    return {"data": _group(call)}


def get_look(call: Call) -> dict[str, Any]:
    id = call.path["look_id"]
    preset = call.world.preset("look", id)
    return {"data": preset or looks.show(call.world, call.poll("look", id), call.now)}


def update_look(call: Call) -> dict[str, Any]:
    id = call.path["look_id"]
    if call.world.preset("look", id):
        raise denied("Studio avatars cannot be renamed")
    look = call.entry("look", id)
    name = call.body.get("name")
    if name is not None:
        look["name"] = name
    return {"data": looks.show(call.world, look, call.now)}


def update_group(call: Call) -> dict[str, Any]:
    id = call.path["group_id"]
    if call.world.preset("avatar", id):
        raise denied("Public avatars cannot be changed")
    group = call.entry("avatar", id)
    if "default_voice_id" in call.body:
        group["default_voice_id"] = call.body["default_voice_id"]
    return {"data": _show_group(call.world, group, call.now)}


def delete_group(call: Call) -> dict[str, Any]:
    id = call.path["group_id"]
    if call.world.preset("avatar", id):
        raise denied("Public avatars cannot be deleted")
    group = call.entry("avatar", id)
    for look in looks.of_group(call.world, group):
        call.remove(look)
    call.remove(group)
    return {"data": {"id": id}}


def delete_look(call: Call) -> dict[str, Any]:
    id = call.path["look_id"]
    if call.world.preset("look", id):
        raise denied("Studio avatars cannot be deleted")
    look = call.entry("look", id)
    group = call.entry("avatar", look["group"])
    call.remove(look)
    if not looks.of_group(call.world, group):
        call.remove(group)
    return {"data": {"id": id}}


def create_consent(call: Call) -> dict[str, Any]:
    id, body = call.path["group_id"], call.body
    if call.world.preset("avatar", id):
        raise denied("Public avatars need no consent")
    group = call.entry("avatar", id)
    video = body.get("consent_video")
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


def _show_group(world: World, group: Entry, now: float, is_new: bool = False) -> dict[str, Any]:
    own = looks.of_group(world, group)
    # The group is as far as its first look, which made it.
    first = looks.show(world, own[-1], now, is_new) if own else _EMPTY
    return {
        "id": group["id"],
        "name": group["name"],
        "created_at": int(group["created"]),
        "looks_count": len(own),
        "status": first["status"],
        "consent_status": group["consent"],
        "default_voice_id": group.get("default_voice_id"),
        "preview_image_url": first["preview_image_url"],
        "preview_video_url": first["preview_video_url"],
        "error": first["error"],
    }


# What a group without looks, brought in from a real account, shows.
_EMPTY = {"status": "completed", "preview_image_url": None, "preview_video_url": None, "error": None}


def on_job_end(world: World, look: Entry) -> None:
    """Tell of a look whose training has ended."""
    event = "instant_avatar" if look["avatar_type"] == "digital_twin" else "photo_avatar_generation"
    data = {"avatar_id": look["id"], "avatar_group_id": look["group"], "name": look["name"]}
    events.job_ended(world, look, event, data)


OPERATIONS = {
    "create": create,
    "list": list_groups,
    "get": get_group,
    "update": update_group,
    "delete": delete_group,
    "looks list": list_looks,
    "looks get": get_look,
    "looks update": update_look,
    "looks delete": delete_look,
    "consent create": create_consent,
}
