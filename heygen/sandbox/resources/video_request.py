"""What a request for a video must be beyond its schema, as the API's documentation says it in words."""

from __future__ import annotations

from heygen.sandbox.problems import invalid
from heygen.sandbox.resources import references

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call

_SPEAKING = ("script", "audio_url", "audio_asset_id")
_COSTS = {"avatar": 1, "image": 1, "cinematic_avatar": 3}
_VOICE_BOUNDS = {"speed": (0.5, 1.5), "pitch": (-50, 50), "volume": (0, 1)}


def check(call: Call, request: dict[str, Any]) -> None:
    """Refuse a request that the API would refuse."""
    references.check_url(request.get("callback_url"), "callback_url")
    watermark = request.get("watermark")
    if watermark:
        references.check_file(call, watermark["image"], "watermark.image")
        _within(watermark.get("opacity"), 0, 1, "watermark.opacity")
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
    _check_engine(request)


def _check_image(call: Call, request: dict[str, Any]) -> None:
    references.check_file(call, request["image"], "image")
    _check_speech(call, request, voice_is_required=True)
    _check_background(call, request)


def _check_cinematic(call: Call, request: dict[str, Any]) -> None:
    _count(request["avatar_id"], 1, 3, "avatar_id")
    for id in request["avatar_id"]:
        references.check_avatar(call, id)
    for index, source in enumerate(request.get("references") or ()):
        references.check_file(call, source, f"references[{index}]")
    _within(request.get("duration"), 4, 15, "duration")
    if request.get("duration") is not None and request.get("auto_duration"):
        raise invalid("Give either duration or auto_duration", "duration")
    if request.get("aspect_ratio", "16:9") not in ("16:9", "9:16", "1:1"):
        raise invalid("aspect_ratio must be one of: 16:9, 9:16, 1:1 for cinematic_avatar", "aspect_ratio")
    if not request["prompt"].strip():
        raise invalid("prompt must not be empty", "prompt")


def _check_studio(call: Call, request: dict[str, Any]) -> None:
    _count(request["scenes"], 1, 50, "scenes")
    for index, scene in enumerate(request["scenes"]):
        at = f"scenes[{index}]"
        if scene["type"] == "avatar_video":
            speaker = scene["input"]
            if speaker["type"] == "avatar":
                references.check_avatar(call, speaker["avatar_id"], f"{at}.input.avatar_id")
                _check_engine(speaker, f"{at}.input.")
            else:
                references.check_file(call, speaker["image"], f"{at}.input.image")
            _check_speech(call, speaker, f"{at}.input.", voice_is_required=speaker["type"] == "image")
            continue
        references.check_file(call, scene["source"], f"{at}.source")
        if scene["type"] == "image":
            _check_silence(call, scene, at)
        else:
            _within((scene.get("playback") or {}).get("volume"), 0, 1, f"{at}.playback.volume")


def _check_silence(call: Call, scene: dict[str, Any], at: str) -> None:
    if scene.get("duration") is None:
        _check_speech(call, scene, f"{at}.", voice_is_required=True)
        return
    if any(scene.get(name) for name in _SPEAKING):
        raise invalid(f"{at} takes either duration or an audio source", f"{at}.duration")
    if not 0 < scene["duration"] <= 300:
        raise invalid(f"{at}.duration must be above 0 and up to 300", f"{at}.duration")


def _check_speech(call: Call, part: dict[str, Any], at: str = "", voice_is_required: bool = False) -> None:
    """Refuse all but exactly one source of sound."""
    given = [name for name in _SPEAKING if part.get(name)]
    if len(given) != 1:
        raise invalid(f"Give exactly one of {', '.join(at + name for name in _SPEAKING)}", f"{at}{(given or _SPEAKING)[-1 if given else 0]}")
    if given == ["script"] and voice_is_required and not part.get("voice_id"):
        raise invalid(f"{at}voice_id is required with {at}script", f"{at}voice_id")
    references.check_voice(call, part.get("voice_id"), f"{at}voice_id")
    references.check_asset(call, part.get("audio_asset_id"), f"{at}audio_asset_id")
    references.check_url(part.get("audio_url"), f"{at}audio_url")
    for name, (low, high) in _VOICE_BOUNDS.items():
        _within((part.get("voice_settings") or {}).get(name), low, high, f"{at}voice_settings.{name}")


def _check_background(call: Call, request: dict[str, Any]) -> None:
    background = request.get("background")
    if background is None:
        return
    if request.get("output_format") == "webm":
        raise invalid("background cannot be used with output_format webm, which is transparent", "background")
    if background["type"] == "color":
        if not background.get("value"):
            raise invalid("background.value is required for a color", "background.value")
    elif bool(background.get("url")) == bool(background.get("asset_id")):
        raise invalid("background takes either url or asset_id", "background.url")
    references.check_url(background.get("url"), "background.url")
    references.check_asset(call, background.get("asset_id"), "background.asset_id")


def _check_engine(part: dict[str, Any], at: str = "") -> None:
    engine = (part.get("engine") or {"type": "avatar_iv"})["type"]
    if part.get("expressiveness") and engine != "avatar_iv":
        raise invalid(f"{at}expressiveness works with avatar_iv only", f"{at}expressiveness")
    if part.get("motion_prompt") and engine == "avatar_iii":
        raise invalid(f"{at}motion_prompt does not work with avatar_iii", f"{at}motion_prompt")


def _within(value: float | None, low: float, high: float, param: str) -> None:
    if value is not None and not low <= value <= high:
        raise invalid(f"{param} must be from {low} to {high}, not {value}", param)


def _count(values: list[Any], low: int, high: int, param: str) -> None:
    if not low <= len(values) <= high:
        raise invalid(f"{param} must have {low} to {high} items, not {len(values)}", param)


