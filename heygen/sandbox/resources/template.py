"""Templates: made from videos, changed, and the videos that are made from them."""

from __future__ import annotations

from copy import deepcopy

from heygen.sandbox import jobs
from heygen.sandbox.problems import Refusal, invalid, missing
from heygen.sandbox.resources import scenes, template_variables, video

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World

COST = 1
DEFAULT_NAME = "Untitled template"


def list_templates(call: Call) -> dict[str, Any]:
    """Show a page of the templates: what was made here first, newest first, then what was there from the start."""
    store = call.world.store
    own = store.all("template")
    changed = {each["id"] for each in own}
    stock = [
        each
        for each in call.world.presets("template")
        if each["id"] not in changed and not store.was_deleted("template", each["id"])
    ]
    return call.list(
        [*own, *stock],
        lambda each: _show(call.world, each),
        lambda each: each["order"] if "order" in each else -each["n"],
    )


def get(call: Call) -> dict[str, Any]:
    return {"data": _show(call.world, _find(call))}


def create(call: Call) -> dict[str, Any]:
    """Make a template of a video; one that the sandbox does not know has the scene that it may have."""
    id = call.body["video_id"]
    source = call.world.store.get("video", id)
    if source is None:
        made = scenes.of_text(call.world, "Hello, and welcome.")
    elif not source.get("scenes"):
        raise Refusal(400, "template_source_unsupported", "No template can be made from this video", param="video_id")
    elif not jobs.has_completed(source, call.now):
        raise Refusal(409, "resource_not_ready", "The video is not ready; wait for it with video get")
    else:
        made = source["scenes"]
    entry = call.create(
        "template",
        name=call.body.get("name") or (source or {}).get("title") or DEFAULT_NAME,
        aspect_ratio=(source or {}).get("aspect_ratio") or "16:9",
        thumbnail_url=call.world.public("/files/public/template.jpg"),
        created_at=int(call.now),
        updated_at=int(call.now),
        source_video_id=id,
        edits=0,
        variables={},
        original_scenes=made,
    )
    template_variables.bind(entry, {})
    return {"data": _show(call.world, entry)}


def rename(call: Call) -> dict[str, Any]:
    entry = _own(call)
    entry["name"] = call.body["name"]
    return {"data": _changed(call, entry)}


def delete(call: Call) -> dict[str, Any]:
    entry = _own(call)
    call.remove(entry)
    return {"data": {"id": entry["id"], "deleted": True}}


def update_variables(call: Call) -> dict[str, Any]:
    """Put other variables in the place of all that the template has."""
    template = _find(call)
    wanted = call.body.get("expected_edit_version")
    if wanted is not None and wanted != _version(call.world, template):
        raise Refusal(409, "stale_edit_version", "The template has changed since then; read it again", param="expected_edit_version")
    variables = template_variables.checked(call.body["variables"], template)
    entry = _own(call)
    template_variables.bind(entry, variables)
    return {"data": _changed(call, entry)}


def generate(call: Call) -> dict[str, Any]:
    template, body = _find(call), call.body
    _check(call, template)
    text = " ".join(_texts(body["variables"])) or template["name"]
    entry = video.begin(
        call,
        cost=COST,
        title=body.get("title") or template["name"],
        text=text,
        format="mp4",
        folder_id=body.get("folder_id") or None,
        is_captioned=body.get("caption", False) or body.get("subtitles") is not None,
        has_subtitles=body.get("caption", False) or body.get("subtitles") is not None,
        callback_id=body.get("callback_id"),
        callback_url=body.get("callback_url"),
        aspect_ratio=template.get("aspect_ratio"),
        brand_glossary_id=body.get("brand_glossary_id") or body.get("brand_voice_id"),
        scenes=scenes.of_text(call.world, text),
    )
    return {"data": video.show(call.world, entry, call.now, is_new=True)}


def _find(call: Call) -> dict[str, Any]:
    """Return the template that the path names, as it is now. Raises 404."""
    id, store = call.path["template_id"], call.world.store
    found = store.get("template", id)
    if found is None and not store.was_deleted("template", id):
        found = call.world.preset("template", id)
    if found is None:
        raise missing("template", id)
    return found


def _own(call: Call) -> Entry:
    """Return the template that the path names, so that it can be changed. Raises 404."""
    found = _find(call)
    if "n" in found:
        return found
    return call.world.store.add("template", call.now, {**deepcopy(found), "edits": 0}, found["id"])


def _changed(call: Call, entry: Entry) -> dict[str, Any]:
    entry["edits"] = entry.get("edits", 0) + 1
    entry["updated_at"] = int(call.now)
    return _show(call.world, entry)


def _version(world: World, template: dict[str, Any]) -> str:
    return world.mint.id("edit version", f"{template['id']} {template.get('edits', 0)}")[:16]


def _show(world: World, template: dict[str, Any]) -> dict[str, Any]:
    return {**template, "edit_version": _version(world, template)}


def _check(call: Call, template: dict[str, Any]) -> None:
    body = call.body
    for name, value in body["variables"].items():
        at = f"variables.{name}"
        known = template["variables"].get(name)
        if known is None:
            raise invalid(f"{at} is not a variable of the template; it has: {', '.join(template['variables'])}", at)
        if value.get("type", known["type"]) != known["type"]:
            raise invalid(f"{at}.type must be {known['type']}", f"{at}.type")
    for index, id in enumerate(body.get("scene_ids") or ()):
        if id not in template["scene_ids"]:
            raise invalid(f"scene_ids[{index}] is not a scene of the template", f"scene_ids[{index}]")


def _texts(variables: dict[str, Any]) -> list[str]:
    found = [(value.get("properties") or {}) for value in variables.values() if value.get("type", "text") == "text"]
    return [each["content"] for each in found if isinstance(each, dict) and isinstance(each.get("content"), str)]


OPERATIONS = {
    "list": list_templates,
    "get": get,
    "create": create,
    "update": rename,
    "delete": delete,
    "variables update": update_variables,
    "generate": generate,
}
