"""Ids in bodies: what a request refers to must be there, and ready to be used.

One table says what each field names, wherever in a body it stands.
"""

from __future__ import annotations

from heygen.sandbox import jobs
from heygen.sandbox.problems import Refusal, invalid, missing, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    from heygen.sandbox.call import Call

# Field: the kind of resource whose id, or ids, it takes. An id that is missing, null or empty means none.
FIELDS = {
    "asset_id": "asset",
    "audio_asset_id": "asset",
    "avatar_group_id": "avatar",
    "avatar_id": "look",
    "brand_glossary_id": "glossary",
    "brand_kit_id": "brand kit",
    "brand_voice_id": "glossary",
    "character_id": "look",
    "default_voice_id": "voice",
    "folder_id": "folder",
    "parent_id": "folder",
    "preferred_stock_voice_ids": "voice",
    "reference_look_id": "look",
    "style_id": "style",
    "template_id": "look template",
    "video_id": "video",
    "voice_id": "voice",
}
# What names the voice that the operation itself is about.
_TRAINED = ("model", "audio", "voices", "create")
# The requests in a batch are checked one by one, and fail alone.
_REQUESTS = ("videos", "lipsyncs", "video_translations")


def check(call: Call, body: dict[str, Any], is_batch: bool = False) -> None:
    """Refuse a body that refers to what is not there or cannot be used yet. Raises 400 and 404."""
    for path, field, id in _ids(body):
        if not (is_batch and path.partition("[")[0] in _REQUESTS) and call.operation.words != _TRAINED:
            _check(call, FIELDS[field], id, path)


def _ids(value: Any, path: str = "", field: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield path, field and value of each id."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _ids(each, f"{path}.{name}" if path else name, name)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _ids(each, f"{path}[{index}]", field)
    elif isinstance(value, str) and value and field in FIELDS:
        yield path, field, value


def _check(call: Call, kind: str, id: str, path: str) -> None:
    world = call.world
    found = _find(call, kind, id)
    if found is None:
        if any(world.store.was_deleted(each, id) for each in _kinds(call, kind)):
            raise missing(kind, id, path, "has been deleted")
        if not world.options.allow_unknown_ids:
            other = next((each for each in dict.fromkeys(FIELDS.values()) if _find(call, each, id)), None)
            raise missing(kind, id, path, f"is the ID of {name_of(other)}" if other else "")
    elif kind == "asset" and found["state"] != "stored":
        raise Refusal(400, "asset_not_available", f"Asset {id} has not been uploaded", param=path)
    elif kind == "voice" and "job" in found and not jobs.has_completed(found, call.now):
        raise Refusal(400, "voice_not_usable", f"Voice {id} is not ready", param=path)
    elif kind == "look" and "job" in found:
        from heygen.sandbox.resources import looks

        status = looks.status_of(world, found, call.now)
        if status != "completed":
            raise invalid(f"Avatar {id} cannot be used yet: it is {status}", path)


def _kinds(call: Call, kind: str) -> tuple[str, ...]:
    """Return the kinds of the store whose entries count as one."""
    if kind != "voice":
        return (kind,)
    return ("voice", "designed", *(("model_voice",) if call.operation.group == "model" else ()))


def _find(call: Call, kind: str, id: str) -> dict[str, Any] | None:
    """Return what has an id: made here, or there from the start."""
    store = call.world.store
    made = next((found for each in _kinds(call, kind) for found in (store.get(each, id),) if found), None)
    return made or (None if store.was_deleted(kind, id) else call.world.preset(kind, id))
