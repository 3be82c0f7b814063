"""Events: recorded when jobs end, and brought to callback urls and registered endpoints."""

from __future__ import annotations

import hashlib
import hmac
import json

from heygen.sandbox import jobs
from heygen.sandbox.clock import iso
from heygen.sandbox.courier import Parcel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World


def job_ended(world: World, entry: Entry, event: str, data: dict[str, Any]) -> None:
    """Tell of a job that has ended: `event`.success or `event`.fail, with the job's own callback."""
    failed = entry["job"]["end"] == jobs.FAILED
    if failed:
        data = {**data, "msg": jobs.FAILURE_MESSAGE, "failure_message": jobs.FAILURE_MESSAGE}
    emit(
        world,
        f"{event}.{'fail' if failed else 'success'}",
        {**data, "callback_id": entry.get("callback_id")},
        entity_id=entry["id"],
        callback_url=entry.get("callback_url"),
    )


def emit(
    world: World, event_type: str, data: dict[str, Any], entity_id: str, callback_url: str | None = None
) -> None:
    """Record an event and send it out.

    A call to a callback url is not signed; one to a registered endpoint is, with its secret (HMAC-SHA256 of
    the body, in hexadecimal).
    """
    entry = world.store.add(
        "event", world.clock.now(), {"event_type": event_type, "event_data": data, "entity_id": entity_id}
    )
    body = json.dumps(as_document(entry), separators=(",", ":")).encode()
    if callback_url:
        _post(world, callback_url, entry, body)
    for endpoint in world.store.all("endpoint"):
        wanted, scope = endpoint["events"], endpoint["entity_id"]
        if (wanted is None or event_type in wanted) and scope in (None, entity_id):
            signature = hmac.new(endpoint["secret"].encode(), body, hashlib.sha256).hexdigest()
            _post(world, endpoint["url"], entry, body, {"Heygen-Signature": signature})


def as_document(entry: Entry) -> dict[str, Any]:
    """Return an event as the API lists it and as it goes out."""
    return {
        "event_id": f"evt_{entry['id']}",
        "event_type": entry["event_type"],
        "event_data": entry["event_data"],
        "created_at": iso(entry["created"]),
    }


def _post(
    world: World, url: str, entry: Entry, body: bytes, headers: dict[str, str] | None = None
) -> None:
    sent = {
        "Content-Type": "application/json",
        "User-Agent": "heygen-sandbox",
        "Heygen-Event-Id": f"evt_{entry['id']}",
        "Heygen-Timestamp": str(int(entry["created"])),
    }
    world.courier.post(Parcel(url=url, body=body, headers={**sent, **(headers or {})}))
