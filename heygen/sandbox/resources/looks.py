"""Looks of avatars: how far their training is, and how the API shows them."""

from __future__ import annotations

from heygen.sandbox import jobs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World

_ENGINES = {"photo_avatar": ["avatar_iv", "avatar_iii"], "digital_twin": ["avatar_v", "avatar_iv", "avatar_iii"]}


def of_group(world: World, group: Entry) -> list[Entry]:
    """Return the looks of an avatar group, newest first."""
    return [look for look in world.store.all("look") if look["group"] == group["id"]]


def status_of(world: World, look: Entry, now: float, is_new: bool = False) -> str:
    """Return how far a look is: trained, and agreed to where that is needed."""
    view = jobs.view(look, now, ("processing", "completed"), is_new)
    if view.is_done and look["avatar_type"] == "digital_twin":
        group = world.store.get("avatar", look["group"])
        if group is not None and group["consent"] == "pending":
            return "pending_consent"
    return view.status


def show(world: World, look: Entry, now: float, is_new: bool = False) -> dict[str, Any]:
    """Return a look as the API shows it."""
    status = status_of(world, look, now, is_new)
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
        "supported_api_engines": _ENGINES.get(look["avatar_type"], _ENGINES["photo_avatar"]),
        "preview_image_url": world.file(look, "preview.jpg") if is_trained else None,
        "preview_video_url": world.file(look, "preview.mp4") if is_trained else None,
        "error": jobs.FAILURE if status == jobs.FAILED else None,
    }
