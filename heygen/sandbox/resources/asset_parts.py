"""Uploads in parts, as far as they are documented: begun with a direct upload, looked at, and abandoned.

An upload takes the first id that it is named by: what names it in an answer is not documented.
"""

from __future__ import annotations

from heygen.sandbox.problems import conflict, missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry


def sign(call: Call) -> dict[str, Any]:
    _upload(call, call.body.get("multipart_upload_id"))
    return {"data": {}}


def show(call: Call) -> dict[str, Any]:
    _upload(call, call.query.get("multipart_upload_id"))
    return {"data": {}}


def abandon(call: Call) -> dict[str, Any]:
    call.remove(_upload(call, call.query.get("multipart_upload_id")))
    return {"data": {}}


def _upload(call: Call, id: str | None) -> Entry:
    """Return the asset whose upload in parts is meant. Raises 404 and 409."""
    entry = call.entry("asset", call.path["asset_id"], "Asset")
    if not entry.get("is_multipart"):
        raise conflict("The asset is not being uploaded in parts; start a direct upload with multipart")
    if entry["state"] == "stored":
        raise conflict("The upload has been completed")
    if id and entry.setdefault("multipart_upload_id", id) != id:
        raise missing("upload", id)
    return entry


OPERATIONS = {"parts create": sign, "parts get": show, "parts delete": abandon}
