"""What a request for a video must be beyond its schema: what it refers to must be there and ready."""

from __future__ import annotations

from heygen.sandbox.resources import references

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call

_COSTS = {"avatar": 1, "image": 1, "cinematic_avatar": 3}


def check(call: Call, request: dict[str, Any]) -> None:
    """Refuse a request that the API would refuse."""
    watermark = request.get("watermark")
    if watermark:
        references.check_file(call, watermark["image"], "watermark.image")
    {
        "avatar": _check_avatar,
        "image": _check_image,
        "cinematic_avatar": _check_cinematic,
        "studio": _check_studio,
    }[request["type"]](call, request)


def cost(request: dict[str, Any]) -> float:
    """Return what a video costs, in credits."""
    if request["type"] == "studio":
        return len(request["scenes"])
    return _COSTS[request["type"]]


def text(request: dict[str, Any]) -> str:
    """Return what is said in a video, or what was asked for where nothing is."""
    scripts = [
        part.get("script") or (part.get("input") or {}).get("script") or ""
        for part in (request, *(request.get("scenes") or ()))
    ]
    return " ".join(filter(None, scripts)) or request.get("prompt") or ""


def _check_avatar(call: Call, request: dict[str, Any]) -> None:
    references.check_avatar(call, request["avatar_id"])
    _check_speech(call, request)
    _check_background(call, request)


def _check_image(call: Call, request: dict[str, Any]) -> None:
    references.check_file(call, request["image"], "image")
    _check_speech(call, request)
    _check_background(call, request)


def _check_cinematic(call: Call, request: dict[str, Any]) -> None:
    for id in request["avatar_id"]:
        references.check_avatar(call, id)
    for index, source in enumerate(request.get("references") or ()):
        references.check_file(call, source, f"references[{index}]")


def _check_studio(call: Call, request: dict[str, Any]) -> None:
    for index, scene in enumerate(request["scenes"]):
        at = f"scenes[{index}]"
        if scene["type"] == "avatar_video":
            speaker = scene["input"]
            if speaker["type"] == "avatar":
                references.check_avatar(call, speaker["avatar_id"], f"{at}.input.avatar_id")
            else:
                references.check_file(call, speaker["image"], f"{at}.input.image")
            _check_speech(call, speaker, f"{at}.input.")
            _check_background(call, speaker, f"{at}.input.")
        else:
            references.check_file(call, scene["source"], f"{at}.source")
            _check_speech(call, scene, f"{at}.")


def _check_speech(call: Call, part: dict[str, Any], at: str = "") -> None:
    references.check_voice(call, part.get("voice_id"), f"{at}voice_id")
    references.check_asset(call, part.get("audio_asset_id"), f"{at}audio_asset_id")


def _check_background(call: Call, part: dict[str, Any], at: str = "") -> None:
    background = part.get("background") or {}
    references.check_asset(call, background.get("asset_id"), f"{at}background.asset_id")


