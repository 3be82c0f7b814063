"""Serving files as a CDN does: presigned links, ranges, and entity tags."""

from __future__ import annotations

import hashlib
import io
import os

from heygen.sandbox import jobs, media
from heygen.sandbox.catalog import MADE_AT
from heygen.sandbox.clock import http_date
from heygen.sandbox.exchange import Answer
from heygen.sandbox.problems import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO, Callable

    from heygen.sandbox.exchange import Incoming
    from heygen.sandbox.world import World


def s3_error(status: int, code: str, message: str) -> Answer:
    """Return an error as S3 words it, for links that are presigned there."""
    from xml.sax.saxutils import escape

    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>'
    return Answer(status, body.encode("utf-8", "replace"), "application/xml")


def signature_problem(world: World, incoming: Incoming) -> Answer | None:
    """Return the error for a presigned link that was changed or has expired; None where it is good."""
    query = dict(incoming.query)
    expires = query.get("Expires", "")
    if not (expires.isascii() and expires.isdigit()) or query.get("Signature") != world.mint.signature(
        f"{incoming.path} {expires}"
    ):
        return s3_error(403, "SignatureDoesNotMatch", "The signature of the link does not match")
    if world.clock.now() > int(expires):
        return expired()
    return None


def expired() -> Answer:
    """Return the error for a presigned link whose time is over."""
    return s3_error(403, "AccessDenied", "Request has expired")


def serve(world: World, incoming: Incoming) -> Answer:
    """Answer a request for /files/…: public ones, uploaded assets, and the results of jobs."""
    if incoming.method not in ("GET", "HEAD"):
        raise Refusal(405, "method_not_allowed", "Files can only be read", headers={"Allow": "GET, HEAD"})
    return deliver(world, incoming, incoming.path[1:], signature_problem)


def deliver(world: World, incoming: Incoming, path: str, refuse: Callable[[World, Incoming], Answer | None] | None = None) -> Answer:
    """Answer with the file at `files/…`; `refuse` looks at the links that are signed."""
    parts = path.split("/")[1:]
    if parts[0] == "public" and len(parts) == 2:
        content = media.make(parts[1])
        if content is not None:
            return _deliver(incoming, io.BytesIO(content), len(content), media.content_type(parts[1]), _tag(content))
    elif parts[0] == "asset" and len(parts) == 3:
        return _asset(world, incoming, parts[1])
    elif len(parts) == 3:
        problem = refuse(world, incoming) if refuse else None
        return problem or _result(world, incoming, *parts)
    return _missing()


def _missing() -> Answer:
    return s3_error(404, "NoSuchKey", "The specified key does not exist.")


def _asset(world: World, incoming: Incoming, id: str) -> Answer:
    with world.lock:
        asset = world.store.get("asset", id)
        stream = world.blobs.open(id) if asset is not None else None
    if asset is None or stream is None:
        return _missing()
    return _deliver(incoming, stream, os.fstat(stream.fileno()).st_size, asset["mime_type"], asset["sha256"][:32])


def _result(world: World, incoming: Incoming, kind: str, id: str, name: str) -> Answer:
    """Answer with what a job has made; it lives as long as its entry."""
    with world.lock:
        entry = world.preset(kind, id) if kind == "sound" else world.store.get(kind, id)
        # What a session shows on the way is there before its job is done.
        is_job = entry is not None and "job" in entry and kind != "session"
        if entry is None or (is_job and not jobs.has_completed(entry, world.clock.now())):
            return _missing()
        text = entry.get("files", {}).get(name, entry.get("text", ""))
        made_at = jobs.ended_at(entry) if is_job else entry.get("created", MADE_AT)
    content = text.encode("utf-8", "replace") if name in entry.get("files", {}) else media.make(name, text)
    if content is None:
        return _missing()
    answer = _deliver(incoming, io.BytesIO(content), len(content), media.content_type(name), _tag(content))
    answer.headers.append(("Last-Modified", http_date(made_at)))
    return answer


def _tag(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _deliver(incoming: Incoming, stream: BinaryIO, size: int, content_type: str, tag: str) -> Answer:
    """Answer with a file, or the part of it that `Range` asks for (RFC 9110, section 14)."""
    etag = f'"{tag}"'
    headers = [("ETag", etag), ("Accept-Ranges", "bytes")]
    given = incoming.headers
    if etag in [each.strip() for each in given.get("if-none-match", "").split(",")]:
        stream.close()
        return Answer(304, b"", content_type, headers)
    wanted = _range(given.get("range", ""), size) if given.get("if-range", etag) == etag else None
    if wanted is None:
        return Answer(200, stream, content_type, headers, size)
    first, last = wanted
    if first > last:
        stream.close()
        return Answer(416, b"", content_type, [("Content-Range", f"bytes */{size}")])
    stream.seek(first)
    headers.append(("Content-Range", f"bytes {first}-{last}/{size}"))
    return Answer(206, stream, content_type, headers, last - first + 1)


def _range(header: str, size: int) -> tuple[int, int] | None:
    """Return first and last byte of a single range, first behind last where there are none; None for the whole."""
    unit, _, text = header.partition("=")
    first, dash, last = text.strip().partition("-")
    numbers = first + last
    if unit.strip().lower() != "bytes" or not dash or not (numbers.isascii() and numbers.isdigit()):
        return None
    if not first:
        return max(0, size - int(last)), size - 1 if int(last) else -1
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < int(first):
        return None
    return int(first), end if int(first) < size else -1
