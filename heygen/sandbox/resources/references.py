"""Ids and files that a request refers to.

An id that the sandbox knows is held to its state there. One that it does not know is taken for one of the
real account: a rehearsal uses the ids of production.
"""

from __future__ import annotations

from heygen.sandbox import jobs
from heygen.sandbox.problems import Refusal, invalid
from heygen.sandbox.resources import looks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call


def check_asset(call: Call, id: str | None, param: str) -> None:
    """Refuse an asset that is known not to be ready."""
    if not id:
        return
    asset = call.world.store.get("asset", id)
    if asset is not None and asset["state"] != "stored":
        raise Refusal(400, "asset_not_available", f"Asset {id} has not been uploaded", param=param)
    refuse_deleted(call, "asset", id, param, "resource_not_found")


def check_file(call: Call, source: dict[str, Any] | None, param: str) -> None:
    """Refuse a file (`url`, `asset_id` or `base64`) that can be told to be wrong."""
    if source is None:
        return
    if source["type"] == "asset_id":
        check_asset(call, source["asset_id"], f"{param}.asset_id")


def check_voice(call: Call, id: str | None, param: str = "voice_id") -> None:
    """Refuse a voice that is known not to be usable."""
    if not id:
        return
    voice = call.world.store.get("voice", id)
    if voice is not None and "job" in voice and not jobs.has_completed(voice, call.now):
        raise Refusal(400, "voice_not_usable", f"Voice {id} is not ready", param=param)
    refuse_deleted(call, "voice", id, param, "voice_not_found")


def check_avatar(call: Call, id: str | None, param: str = "avatar_id") -> None:
    """Refuse a look that is known not to be usable."""
    if not id:
        return
    look = call.world.store.get("look", id)
    if look is not None:
        status = looks.status_of(call.world, look, call.now)
        if status != "completed":
            raise invalid(f"Avatar {id} cannot be used yet: it is {status}", param)
    refuse_deleted(call, "look", id, param, "avatar_not_found")


def refuse_deleted(call: Call, kind: str, id: str, param: str, code: str) -> None:
    """Refuse what there once was."""
    if call.world.store.was_deleted(kind, id):
        raise Refusal(404, code, f"{id} has been deleted", param=param)


def check_folder(call: Call, id: str | None, param: str = "folder_id") -> str | None:
    """Return the id of a folder, or None for the top level. Raises 404 for an unknown one, as the API does."""
    if id and call.world.store.get("folder", id) is None:
        raise Refusal(404, "resource_not_found", f"Folder not found: {id}", param=param)
    return id or None


def subtitles(call: Call, source: dict[str, Any] | None, param: str) -> str | None:
    """Return the subtitles that a source holds; those on other machines are not fetched, but named.

    Raises 400 for an asset that holds none.
    """
    if source is None:
        return None
    check_file(call, source, param)
    asset = call.world.store.get("asset", source.get("asset_id", ""))
    if asset is None:
        origin = source.get("url") or f"asset {source['asset_id']}"
        return f"1\n00:00:00,000 --> 00:00:02,000\n(subtitles of {origin})\n"
    is_subtitles = asset["mime_type"] == "application/x-subrip"
    stream = call.world.blobs.open(asset["id"]) if is_subtitles else None
    if stream is None:
        raise invalid(f"{param} must be an SRT file, not {asset['mime_type']}", param)
    with stream:
        return stream.read().decode("utf-8", "replace")
