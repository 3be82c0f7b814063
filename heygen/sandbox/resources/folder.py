"""Folders of the workspace, which videos and translations can be put into."""

from __future__ import annotations

from heygen.sandbox.call import when
from heygen.sandbox.resources.collection import Collection
from heygen.sandbox.resources.user import USERNAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World


def create(call: Call) -> dict[str, Any]:
    body = call.body
    parent = body.get("parent_id") or None
    entry = call.create("folder", name=body["name"], type=body.get("type", "mixed"), parent_id=parent)
    return {"data": _show(call.world, entry, call.now)}


def _show(world: World, entry: Entry, now: float) -> dict[str, Any]:
    return {
        "folder_id": entry["id"],
        "name": entry["name"],
        "type": entry["type"],
        "parent_id": when(entry["parent_id"] is not None, entry["parent_id"]),
        "is_trash": False,
        "creator_username": USERNAME,
        "created_at": int(entry["created"]),
        "updated_at": int(entry["created"]),
    }


_ALL = Collection("folder", "folder_id", _show, "Folder")

OPERATIONS = {"create": create, "get": _ALL.get}
