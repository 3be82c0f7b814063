"""What is brought in from a real account: a file that lists its resources by kind, so that their ids are known here.

    {"looks": ["id", {"id": "…", "name": "…"}], "voices": […], …}

An entry is an id, or an object as the API lists it.
"""

from __future__ import annotations

import json

from heygen.core.regular_file import open_regular
from heygen.core.suggest import closest
from heygen.sandbox import jobs
from heygen.sandbox.catalog import MADE_AT
from heygen.sandbox.clock import iso

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.world import World

# A file's lists: the kind of what they hold, what the API calls its id, and what is taken for fields that an entry lacks.
_LISTS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "avatars": ("avatar", "group_id", {"created_at": MADE_AT, "looks_count": 1, "gender": None, "default_voice_id": None}),
    "looks": (
        "look",
        "avatar_id",
        {
            "avatar_type": "photo_avatar",
            "group_id": None,
            "gender": None,
            "tags": [],
            "preferred_orientation": "landscape",
            "supported_api_engines": ["avatar_iv", "avatar_iii"],
        },
    ),
    "voices": (
        "voice",
        "voice_id",
        {
            "language": "English",
            "gender": "neutral",
            "type": "public",
            "engine": "starfish",
            "support_pause": True,
            "support_locale": False,
        },
    ),
    "templates": (
        "template",
        "template_id",
        {"aspect_ratio": "16:9", "created_at": MADE_AT, "updated_at": MADE_AT, "variables": {}},
    ),
    "styles": ("style", "style_id", {"aspect_ratio": "16:9", "tags": []}),
    "brand_kits": ("brand kit", "brand_kit_id", {"colors": [], "status": "completed"}),
    "brand_glossaries": (
        "glossary",
        "brand_glossary_id",
        {"terms": [], "created_at": iso(MADE_AT), "updated_at": iso(MADE_AT)},
    ),
    "look_templates": ("look template", "template_id", {"type": "template", "gender": None, "looks_count": 2}),
    "assets": ("asset", "asset_id", {"mime_type": "image/png", "size": 0, "folder_id": None}),
    "videos": ("video", "video_id", {"folder_id": None}),
    "folders": ("folder", "folder_id", {"type": "mixed", "parent_id": None}),
}
# What is the user's own, to be changed and deleted; all else is there for everybody, as public looks are.
_STORED = ("avatar", "look", "asset", "video", "folder")
_PUBLIC = "studio_avatar"


def read(path: str) -> dict[str, list[dict[str, Any]]]:
    """Return what a file brings in, by kind, and the user's own by `own` kind. Raises ValueError, worded for the user."""
    try:
        with open(open_regular(path, 0, follows_links=True), "rb") as stream:
            document = json.loads(stream.read().decode("utf-8-sig"))
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is not JSON: {error}") from error
    if not isinstance(document, dict):
        raise ValueError(f'{path} must be an object of lists, such as {{"looks": ["<look-id>"], "voices": ["<voice-id>"]}}')
    found: dict[str, list[dict[str, Any]]] = {}
    for name, entries in document.items():
        if name not in _LISTS:
            near = closest(name, _LISTS)
            raise ValueError(f'"{name}" is not a list of seed data: ' + (f"did you mean {near}?" if near else f"the lists are {', '.join(_LISTS)}"))
        if not isinstance(entries, list):
            raise ValueError(f"{name} must be a list of IDs or objects")
        made = {each["id"]: each for each in (_entry(name, index, given) for index, given in enumerate(entries))}
        kind = _LISTS[name][0]
        for each in made.values():
            is_own = kind in _STORED and each.get("avatar_type") != _PUBLIC
            found.setdefault(f"own {kind}" if is_own else kind, []).append(each)
    return found


def _entry(name: str, index: int, given: Any) -> dict[str, Any]:
    kind, id_field, defaults = _LISTS[name]
    at = f"{name}[{index}]"
    fields = {"id": given} if isinstance(given, str) else given
    if not isinstance(fields, dict):
        raise ValueError(f"{at} must be an ID or an object")
    id = fields.get("id", fields.get(id_field))
    if not isinstance(id, str) or not id.strip():
        raise ValueError(f"{at} has no ID: give it as text, or as id of an object")
    name_field = "title" if kind == "video" else "name"
    entry = {name_field: id, **defaults, **fields, "id": id, id_field: id}
    for field, default in {name_field: "", **defaults}.items():
        if default is not None and (not isinstance(entry[field], type(default)) or isinstance(entry[field], bool) != isinstance(default, bool)):
            raise ValueError(f"{at}.{field} must be {_WORDS[type(default)]}")
    if kind == "template":
        entry.update(template_fields(id, entry["variables"]))
    elif kind == "look":
        entry["default_voice_id"] = entry.get("default_voice_id")
    return entry


_WORDS = {str: "text", int: "a number", bool: "true or false", list: "a list", dict: "an object"}


def template_fields(id: str, variables: dict[str, Any]) -> dict[str, Any]:
    """Return scenes and variables of a template, its variables given by name: `text`, or as the API shows them."""
    kinds = {each: given.get("type", "text") if isinstance(given, dict) else str(given) for each, given in variables.items()}
    scene = {
        "scene_id": f"scene-{id}"[:16],
        "script": None,
        "variables": [{"name": each, "variable_type": kind} for each, kind in kinds.items()],
    }
    shown = {
        each: {"name": each, "type": kind, "properties": {}, **(variables[each] if isinstance(variables[each], dict) else {})}
        for each, kind in kinds.items()
    }
    return {"scenes": [scene], "scene_ids": [scene["scene_id"]], "variables": shown}


def plant(world: World) -> None:
    """Put into the store what is the user's own, unless it is there or was deleted; a look has a group."""
    made_at = min(MADE_AT, world.clock.now())
    seeds = world.options.seeds
    given = {kind: list(seeds.get(f"own {kind}", ())) for kind in _STORED}
    groups = {each["id"] for each in given["avatar"]}
    for look in given["look"]:
        look["group"] = look["group_id"] or f"{look['id']}-group"
        if look["group"] not in groups:
            groups.add(look["group"])
            given["avatar"].append({"id": look["group"], "name": look["name"]})
    for kind, entries in given.items():
        for fields in entries:
            id, store = fields["id"], world.store
            if store.get(kind, id) is None and not store.was_deleted(kind, id) and world.preset(kind, id) is None:
                entry = store.add(kind, made_at, {**_LIVES[kind], **fields}, id)
                if kind in ("look", "video"):
                    jobs.begin(entry, "avatar" if kind == "look" else kind, made_at, 0.0)
                    entry["job"]["settled"] = True


_LIVES: dict[str, dict[str, Any]] = {
    "avatar": {"consent": None, "reroute_url": None},
    "look": {"cost": 0},
    "asset": {"state": "stored", "sha256": "0" * 64, "batch": None},
    "video": {"event": "avatar_video", "cost": 0, "format": "mp4", "text": "", "scenes": None},
    "folder": {},
}
