"""Assets: uploaded files, whole or through a presigned upload, and the search for stock pictures."""

from __future__ import annotations

from heygen.sandbox import jobs, media
from heygen.sandbox.problems import invalid, missing
from heygen.sandbox.resources import audio, batches, uploads
from heygen.sandbox.resources.user import USERNAME

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World

NAME = "Asset"
# What POST /v3/assets takes.
_TAKEN = (
    "image/jpeg",
    "image/png",
    "video/mp4",
    "video/webm",
    "audio/mpeg",
    "audio/wav",
    "application/pdf",
    "application/x-subrip",
)
_RESULTS = 24
_SHAPES = (("landscape", 1920, 1080), ("portrait", 1080, 1920), ("square", 1024, 1024))


def create(call: Call) -> dict[str, Any]:
    upload = call.upload
    kind = media.sniff(upload.sink.head) or media.content_type(upload.filename)
    if kind not in _TAKEN or not upload.sink.size:
        upload.sink.discard()
        raise invalid(
            "file must be an image (jpeg, png), a video (mp4, webm), audio (mp3, wav), a pdf or an srt, and not empty",
            "file",
        )
    entry = call.create(
        "asset",
        name=uploads.safe_name(upload.filename),
        mime_type=kind,
        size=upload.sink.size,
        sha256=upload.sink.sha256,
        state="stored",
        folder_id=None,
        batch=None,
    )
    call.world.blobs.keep(entry["id"], upload.sink)
    return {"data": uploads.describe(call.world, entry)}


def list_assets(call: Call) -> dict[str, Any]:
    folder = call.query.get("folder_id")
    found = [
        entry
        for entry in call.world.store.all("asset")
        if entry["state"] == "stored"
        and call.query["username"] == USERNAME
        and (folder is None or (entry["folder_id"] or "") == folder)
    ]
    return call.list(found, lambda entry: _show(call.world, entry))


def get(call: Call) -> dict[str, Any]:
    entry = call.entry("asset", call.path["asset_id"], NAME)
    if entry["state"] != "stored":
        raise missing("asset", entry["id"])
    return {"data": _show(call.world, entry)}


def delete(call: Call) -> dict[str, Any]:
    entry = call.entry("asset", call.path["asset_id"], NAME)
    call.remove(entry)
    return {"data": {"id": entry["id"]}}


def _show(world: World, entry: Entry) -> dict[str, Any]:
    return {
        "id": entry["id"],
        "name": entry["name"],
        "type": media.family(entry["mime_type"]),
        "owner": USERNAME,
        "space_id": world.mint.id("space", 0),
        "folder_id": entry["folder_id"],
        "uploaded_at": int(entry["created"]),
        "url": uploads.url(world, entry),
    }


def search(call: Call) -> dict[str, Any]:
    query, kind = call.query["query"], call.query["type"]
    if not query.strip():
        raise invalid("query must not be empty", "query")
    if call.query["scope"] == "personal":
        found = [
            {"id": entry["id"], "url": uploads.url(call.world, entry), "score": audio.score(call, query, entry["id"], entry["name"])}
            for entry in call.world.store.all("asset")
            if kind == "image" and entry["state"] == "stored" and media.family(entry["mime_type"]) == "image"
        ]
    else:
        found = [_stock_picture(call, query, kind, number) for number in range(_RESULTS)]
    return call.list(audio.ranked(found), lambda each: {"type": kind, **each}, lambda each: each["rank"])


def _stock_picture(call: Call, query: str, kind: str, number: int) -> dict[str, Any]:
    id = call.world.mint.id(f"stock {kind}", f"{query} {number}")
    orientation, width, height = ("square", 64, 64) if kind == "icon" else _SHAPES[number % 3]
    return {
        "id": id,
        "url": call.world.public(f"/files/public/{id}.{'svg' if kind == 'icon' else 'jpg'}"),
        "width": width,
        "height": height,
        "orientation": orientation,
        "is_transparent": kind == "icon",
        "score": audio.score(call, query, id, query),
    }


def on_job_end(world: World, entry: Entry) -> None:
    """Make a file of a batch usable once it has been processed."""
    entry["state"] = "stored" if entry["job"]["end"] == jobs.COMPLETED else "pending_upload"


OPERATIONS = {
    "create": create,
    "list": list_assets,
    "get": get,
    "delete": delete,
    "search": search,
    "batches get": lambda call: batches.get(call, "asset"),
    "statuses list": lambda call: batches.statuses(call, "asset", "asset_ids"),
}
