"""The scenes of a video: what its request has put into each, as an editor would find it."""

from __future__ import annotations

from heygen.sandbox import jobs
from heygen.sandbox.call import when
from heygen.sandbox.problems import Refusal, missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.world import World

_RATIOS = ("16:9", "9:16", "4:5", "5:4", "1:1", "auto")
_RESOLUTIONS = ("4k", "1080p", "720p")


def of_request(world: World, request: dict[str, Any]) -> list[dict[str, Any]] | None:
    """Return the scenes that a request for a video makes; None where the video has no editor document."""
    if request["type"] == "cinematic_avatar":
        return None
    parts = request["scenes"] if request["type"] == "studio" else [request]
    return [_scene(world, part) for part in parts]


def of_text(world: World, text: str) -> list[dict[str, Any]]:
    """Return the one scene of a video of which only the text is known."""
    return [_scene(world, {"type": "text", "script": text})]


def _scene(world: World, part: dict[str, Any]) -> dict[str, Any]:
    speaker = part.get("input") or part
    return {
        "id": _id(world),
        "background": _background(world, speaker.get("background")),
        "elements": _elements(world, speaker),
        "script": _script(world, speaker),
    }


def _id(world: World) -> str:
    return world.mint.id("element", world.store.next())[:16]


def _background(world: World, given: dict[str, Any] | None) -> dict[str, Any] | None:
    if given is None:
        return None
    if given["type"] == "color":
        return {"type": "color", "color": given.get("value")} if given.get("value") else None
    return {"type": given["type"], "id": _id(world), "url": given.get("url")}


def _elements(world: World, part: dict[str, Any]) -> list[dict[str, Any]]:
    kind = part["type"]
    if kind == "avatar":
        return [
            {
                "type": "avatar",
                "id": _id(world),
                "avatar_id": part["avatar_id"],
                "engine": (part.get("engine") or {}).get("type"),
                "expressiveness": part.get("expressiveness"),
                "motion_prompt": part.get("motion_prompt"),
            }
        ]
    if kind in ("image", "video"):
        source = part.get("image") or part.get("source") or {}
        return [{"type": kind, "id": _id(world), "url": source.get("url")}]
    return []


def _script(world: World, part: dict[str, Any]) -> list[dict[str, Any]]:
    if part.get("script"):
        return [{"type": "text", "id": _id(world), "text": part["script"]}]
    if part.get("audio_url") or part.get("audio_asset_id"):
        return [{"type": "audio", "id": _id(world), "audio_url": part.get("audio_url")}]
    if part.get("duration"):
        return [{"type": "silence", "id": _id(world), "duration": part["duration"]}]
    return []


def get(call: Call) -> dict[str, Any]:
    entry = call.poll("video", call.path["video_id"])
    if not entry.get("scenes"):
        raise missing("scenes", entry["id"], name="Scenes of the video")
    if not jobs.has_completed(entry, call.now):
        raise Refusal(409, "resource_not_ready", "The video is not ready; wait for it with video get")
    ratio, resolution = entry.get("aspect_ratio"), entry.get("resolution")
    return {
        "data": {
            "video_id": entry["id"],
            "edit_version": call.world.mint.id("edit version", entry["id"])[:16],
            "video": {
                "title": entry["title"],
                "aspect_ratio": ratio if ratio in _RATIOS else None,
                "resolution": resolution if resolution in _RESOLUTIONS else None,
                "caption": {"enabled": True} if entry.get("has_subtitles") else None,
                "brand_glossary_id": entry.get("brand_glossary_id"),
            },
            "scenes": [_without_unset(scene) for scene in entry["scenes"]],
        }
    }


def _without_unset(scene: dict[str, Any]) -> dict[str, Any]:
    """Return a scene whose elements lack what they leave to its default."""
    elements = [
        {name: when(value is not None, value) for name, value in element.items()} for element in scene["elements"]
    ]
    return {**scene, "elements": elements}


def get_voice_capabilities(call: Call) -> dict[str, Any]:
    """Answer as far as is documented: with no more than success."""
    return {"data": {}}


OPERATIONS = {"scenes get": get, "voice-capabilities get": get_voice_capabilities}
