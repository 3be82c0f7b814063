"""Templates, and the videos that are made from them."""

from __future__ import annotations

from heygen.sandbox.problems import invalid, missing
from heygen.sandbox.resources import video

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call

COST = 1


def list_templates(call: Call) -> dict[str, Any]:
    return call.list(call.world.presets("template"), lambda each: each, lambda each: each["order"])


def get(call: Call) -> dict[str, Any]:
    return {"data": _find(call)}


def generate(call: Call) -> dict[str, Any]:
    template, body = _find(call), call.body
    _check(call, template)
    entry = video.begin(
        call,
        cost=COST,
        title=body.get("title") or template["name"],
        text=" ".join(_texts(body["variables"])) or template["name"],
        format="mp4",
        folder_id=body.get("folder_id"),
        is_captioned=body.get("caption", False) or body.get("subtitles") is not None,
        has_subtitles=body.get("caption", False) or body.get("subtitles") is not None,
        callback_id=body.get("callback_id"),
        callback_url=body.get("callback_url"),
    )
    return {"data": video.show(call.world, entry, call.now, is_new=True)}


def _find(call: Call) -> dict[str, Any]:
    id = call.path["template_id"]
    found = call.world.preset("template", id) or call.world.store.get("template", id)
    if found is None:
        raise missing("template", "Template", id)
    return found


def _check(call: Call, template: dict[str, Any]) -> None:
    body = call.body
    for name, value in body["variables"].items():
        at = f"variables.{name}"
        known = template["variables"].get(name)
        if known is None:
            raise invalid(f"{at} is no variable of the template; there are: {', '.join(template['variables'])}", at)
        if value.get("type", known["type"]) != known["type"]:
            raise invalid(f"{at}.type must be {known['type']}", f"{at}.type")
    for index, id in enumerate(body.get("scene_ids") or ()):
        if id not in template["scene_ids"]:
            raise invalid(f"scene_ids[{index}] is no scene of the template", f"scene_ids[{index}]")


def _texts(variables: dict[str, Any]) -> list[str]:
    found = [(value.get("properties") or {}) for value in variables.values() if value.get("type", "text") == "text"]
    return [each["content"] for each in found if isinstance(each, dict) and isinstance(each.get("content"), str)]


OPERATIONS = {"list": list_templates, "get": get, "generate": generate}
