"""The variables of a template: what they are bound to, and how its scenes look with them.

The form of one variable is documented in part: `match` is the text that a text variable stands for, and
`element_id` names the element that another is bound to. Whatever else is sent is kept as it is.
"""

from __future__ import annotations

from heygen.sandbox.problems import invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.store import Entry

_TYPES = ("text", "image", "video", "audio", "character", "voice")
_BINDABLE = {"avatar": ["character"], "image": ["image"], "video": ["video"], "text": ["text"], "audio": ["audio"]}


def checked(given: dict[str, Any], template: dict[str, Any]) -> dict[str, Any]:
    """Return the variables as a template keeps them. Raises 400."""
    elements = {part["id"] for scene in template.get("original_scenes", ()) for part in _parts(scene)}
    found = {}
    for name, variable in given.items():
        at = f"variables.{name}"
        if not isinstance(variable, dict):
            raise invalid(f"{at} must be an object", at)
        kind = variable.get("type", "text")
        if kind not in _TYPES:
            raise invalid(f"{at}.type must be one of: {', '.join(_TYPES)}", f"{at}.type")
        element, match = variable.get("element_id"), variable.get("match")
        if element is not None and elements and element not in elements:
            raise invalid(f"{at}.element_id is not an element of the template", f"{at}.element_id")
        if match is not None and (not isinstance(match, str) or not match):
            raise invalid(f"{at}.match must be text", f"{at}.match")
        default = {"content": match} if kind == "text" and match else {}
        found[name] = {
            **variable,
            "name": name,
            "type": kind,
            "properties": variable.get("properties") or default,
        }
    return found


def bind(template: Entry, variables: dict[str, Any]) -> None:
    """Give a template its variables, and its scenes what they look like with them."""
    template["variables"] = variables
    if "original_scenes" in template:
        composed = [_composed(scene, variables) for scene in template["original_scenes"]]
        template["composition"] = {"scenes": composed, "background_audio": []}
        template["scene_ids"] = [scene["id"] for scene in composed]
        template["scenes"] = [_summary(scene, variables) for scene in composed]
    else:
        for scene in template.get("scenes", ()):
            scene["variables"] = [
                {"name": name, "variable_type": each["type"]}
                for name, each in variables.items()
                if f"{{{{{name}}}}}" in (scene.get("script") or "")
            ]


def _parts(scene: dict[str, Any]) -> list[dict[str, Any]]:
    background = scene.get("background")
    return [*scene["elements"], *scene["script"], *([background] if background and "id" in background else ())]


def _composed(scene: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
    background = scene["background"]
    return {
        "id": scene["id"],
        "background": _bound(background, variables) if background and "id" in background else background,
        "elements": [_bound(element, variables) for element in scene["elements"]],
        "script": [_bound(part, variables) for part in scene["script"]],
    }


def _bound(part: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
    bound = {name: value for name, value in part.items() if value is not None}
    bound["bindable_as"] = _BINDABLE.get(part["type"], [])
    bound["variable"] = next(
        (name for name, each in variables.items() if each.get("element_id") == part["id"]), None
    )
    if "text" in bound:
        for name, each in variables.items():
            if each["type"] == "text" and each.get("match"):
                bound["text"] = bound["text"].replace(each["match"], f"{{{{{name}}}}}")
        bound["text_variables"] = _placeholders(bound["text"], variables)
    return bound


def _placeholders(text: str, variables: dict[str, Any]) -> list[str]:
    found = [(text.find(f"{{{{{name}}}}}"), name) for name in variables]
    return [name for place, name in sorted(found) if place >= 0]


def _summary(scene: dict[str, Any], variables: dict[str, Any]) -> dict[str, Any]:
    script = " ".join(part["text"] for part in scene["script"] if "text" in part)
    used = _placeholders(script, variables)
    used += [part["variable"] for part in scene["elements"] if part["variable"]]
    return {
        "scene_id": scene["id"],
        "script": script or None,
        "variables": [{"name": name, "variable_type": variables[name]["type"]} for name in dict.fromkeys(used)],
    }
