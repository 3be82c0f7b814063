"""Direct uploads: a presigned url for each file, the PUT that it takes, and the completion."""

from __future__ import annotations

import base64

from heygen.sandbox import jobs, media
from heygen.sandbox.exchange import Answer
from heygen.sandbox.files import s3_error, signature_problem
from heygen.sandbox.problems import Refusal, conflict, invalid, missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.exchange import Incoming
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World

LINK_SECONDS = 3600
MAX_BYTES = 5 * 1024**3
NAME = "Asset"


def create(call: Call) -> dict[str, Any]:
    _check(call.body, "")
    return {"data": _slot(call, call.body)}


def create_batch(call: Call) -> dict[str, Any]:
    files = call.body["files"]
    for index, file in enumerate(files):
        _check(file, f"files[{index}].")
    batch = call.create("batch", of="asset", title=call.body.get("title"), callback_url=None, finished=False)
    slots = [_slot(call, file) for file in files]
    batch["items"] = [{"id": slot["asset_id"], "error": None} for slot in slots]
    for slot in slots:
        call.entry("asset", slot["asset_id"])["batch"] = batch["id"]
    return {"data": {"batch_id": batch["id"], "items": slots}}


def _check(file: dict[str, Any], at: str) -> None:
    if file["size_bytes"] > MAX_BYTES:
        raise invalid(f"{at}size_bytes must be at most {MAX_BYTES}", f"{at}size_bytes")


def _slot(call: Call, file: dict[str, Any]) -> dict[str, Any]:
    """Keep an asset that is to come, and return where its bytes go."""
    entry = call.create(
        "asset",
        name=safe_name(file["filename"]),
        mime_type=file["content_type"],
        size=file["size_bytes"],
        sha256=(file.get("checksum_sha256") or "").lower() or None,
        state="pending_upload",
        is_multipart=file.get("multipart", False),
        folder_id=None,
        batch=None,
    )
    path = f"/uploads/{entry['id']}"
    expires = int(call.now) + LINK_SECONDS
    signature = call.world.mint.signature(f"{path} {expires}")
    return {
        "asset_id": entry["id"],
        "upload_url": f"{call.world.url}{path}?Expires={expires}&Signature={signature}",
        "upload_headers": _headers(entry),
        "expires_in_seconds": LINK_SECONDS,
        "max_bytes": entry["size"],
        "status": "pending_upload",
    }


def _headers(entry: Entry) -> dict[str, str]:
    headers = {"Content-Type": entry["mime_type"]}
    if entry["sha256"]:
        headers["x-amz-checksum-sha256"] = base64.b64encode(bytes.fromhex(entry["sha256"])).decode()
    return headers


def receive(world: World, incoming: Incoming) -> Answer:
    """Answer the PUT of a file's bytes, as S3 does."""
    if incoming.method != "PUT":
        return s3_error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
    problem = signature_problem(world, incoming)
    if problem is not None:
        return problem
    with world.lock:
        entry = world.store.get("asset", incoming.path.rpartition("/")[2])
        if entry is None:
            return s3_error(404, "NoSuchKey", "The specified key does not exist.")
        sink = world.blobs.receive(entry["id"])
    problem = _transfer(entry, incoming, sink)
    with world.lock:
        if problem is not None or world.store.get("asset", entry["id"]) is not entry:
            sink.discard()
            return problem or s3_error(404, "NoSuchKey", "The specified key does not exist.")
        world.blobs.keep(entry["id"], sink)
        entry["uploaded"], entry["head"] = sink.sha256, media.sniff(sink.head)
    return Answer(200, b"", headers=[("ETag", f'"{sink.sha256[:32]}"')])


def _transfer(entry: Entry, incoming: Incoming, sink: Any) -> Answer | None:
    """Receive the bytes; return what is wrong with them, if anything is."""
    for name, value in _headers(entry).items():
        if incoming.headers.get(name.lower()) != value:
            return s3_error(403, "SignatureDoesNotMatch", f"The header {name} must be sent exactly as signed: {value}")
    length = incoming.body.length
    if length is None:
        return s3_error(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
    if length > entry["size"]:
        return s3_error(400, "EntityTooLarge", "Your proposed upload exceeds the size that was signed.")
    if length < entry["size"]:
        return s3_error(400, "EntityTooSmall", "Your proposed upload is smaller than the size that was signed.")
    while True:
        data = incoming.body.read()
        if not data:
            break
        sink.write(data)
    if entry["sha256"] and sink.sha256 != entry["sha256"]:
        return s3_error(400, "BadDigest", "The SHA256 you specified did not match the calculated checksum.")
    return None


def complete(call: Call) -> dict[str, Any]:
    """Make an asset of an uploaded file; again and again if need be."""
    entry = call.entry("asset", call.path["asset_id"], NAME)
    wanted = call.body.get("checksum_sha256")
    problem = _problem(entry)
    if problem is not None:
        raise problem
    if wanted is not None and wanted.lower() != entry.get("uploaded", entry["sha256"]):
        raise invalid("checksum_sha256 does not match the file that was uploaded", "checksum_sha256")
    entry["sha256"] = entry.get("uploaded", entry["sha256"])
    entry["state"] = "stored"
    return {"data": {**describe(call.world, entry), "status": "processing"}}


def _problem(entry: Entry) -> Refusal | None:
    """Return why the asset cannot be completed; None where it can."""
    if entry["state"] == "stored":
        return None
    if "uploaded" not in entry:
        return conflict("The file has not been uploaded; PUT it to its upload_url first")
    if entry["head"] not in (None, entry["mime_type"]):
        return invalid(f"The file is {entry['head']}, not {entry['mime_type']} as was declared")
    return None


def complete_batch(call: Call) -> tuple[int, dict[str, Any]]:
    """Process the files of a batch in the background; a bad one does not stop the others."""
    batch = call.world.store.get("batch", call.body["batch_id"])
    if batch is None or batch["of"] != "asset":
        raise missing("batch", call.body["batch_id"])
    for item in batch["items"]:
        entry = call.world.store.get("asset", item["id"])
        if entry is None or entry["state"] == "stored" or ("job" in entry and not jobs.has_failed(entry, call.now)):
            continue
        problem = _problem(entry)
        if problem is None:
            entry["sha256"] = entry["uploaded"]
        else:
            entry["error"] = {"code": problem.code, "message": problem.message}
        call.begin(entry, "asset")
        if problem is not None:
            jobs.set_status(entry, jobs.FAILED)
    return 202, {"data": {"batch_id": batch["id"], "status": "processing", "total_items": len(batch["items"])}}


def describe(world: World, entry: Entry) -> dict[str, Any]:
    """Return an asset as uploads and completions answer with it."""
    return {
        "asset_id": entry["id"],
        "url": url(world, entry),
        "mime_type": entry["mime_type"],
        "size_bytes": entry["size"],
    }


def safe_name(name: str) -> str:
    """Return a file name that can stand in a url as it is."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "_" for sign in last)[:100] or "file"


def url(world: World, entry: Entry) -> str:
    """Return where everybody can fetch an asset."""
    return world.public(f"/files/asset/{entry['id']}/{entry['name']}")


OPERATIONS = {
    "direct-uploads create": create,
    "direct-uploads batches create": create_batch,
    "complete create": complete,
    "complete batches create": complete_batch,
}
