"""What a request for a video costs, and what it has people say."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_COSTS = {"avatar": 1, "image": 1, "cinematic_avatar": 3}


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
