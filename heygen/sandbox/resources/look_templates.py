"""Look templates and Look Packs, and the looks that are made with them."""

from __future__ import annotations

from heygen.sandbox.problems import denied, invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry

LOOK_COST = 1
# How many looks a template of production makes.
_COUNTS = {"template": 2, "look_pack": 4}


def list_templates(call: Call) -> dict[str, Any]:
    kind, gender = call.query.get("type"), call.query.get("gender")
    found = [
        each
        for each in call.world.presets("look template")
        if kind in (None, each["type"]) and (gender is None or each["gender"] in (None, gender))
    ]
    return call.list(found, lambda each: each, lambda each: each["order"])


def create(call: Call) -> dict[str, Any]:
    """Make the looks of a template from a look that is there."""
    body = call.body
    template = call.world.preset("look template", body["template_id"])
    if template is not None and template["type"] != body["type"]:
        raise invalid(f"template_id is a {template['type']}, not a {body['type']}", "template_id")
    reference = _reference(call)
    count = template["looks_count"] if template else _COUNTS[body["type"]]
    call.world.charge(LOOK_COST * count)
    name = (template or {}).get("name") or "Look"
    if reference is None:  # a look of production
        group = call.create("avatar", name=name, consent=None, reroute_url=None)["id"]
    else:
        group = reference["group"]
    looks = [_begin(call, group, f"{name} {number}") for number in range(1, count + 1)]
    return {"data": {"group_id": group, "looks": [{"id": look["id"]} for look in looks]}}


def _reference(call: Call) -> Entry | None:
    id = call.body["reference_look_id"]
    if call.world.preset("look", id):
        raise denied("Public avatars cannot be changed")
    return call.world.store.get("look", id)


def _begin(call: Call, group: str, name: str) -> Entry:
    look = call.create("look", name=name, group=group, avatar_type="photo_avatar", cost=LOOK_COST)
    return call.begin(look, "avatar")


OPERATIONS = {"look-templates list": list_templates, "looks create": create}
