"""Idempotency keys: the first answer to each is kept for a day, and given again to whoever repeats the request.

Only what was carried out is kept: a request that was refused has made nothing, and may be sent again corrected.
"""

from __future__ import annotations

import hashlib
import json
import re

from heygen.sandbox.exchange import Answer
from heygen.sandbox.problems import Refusal, invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.exchange import Incoming
    from heygen.sandbox.world import World

KEPT_SECONDS = 24 * 3600
HEADER = "Idempotency-Key"
_KEY = re.compile(r"[A-Za-z0-9_:.-]{1,255}")


class Replays:
    """The answers that are kept, in the world's `replays`. Whoever calls holds the world's lock."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._under_way: dict[str, Incoming] = {}

    def claim(self, incoming: Incoming) -> None:
        """Note that a request with a key is under way, if it is the first one."""
        key = incoming.headers.get(HEADER.lower())
        if key:
            self._under_way.setdefault(_name(incoming.method, incoming.path, key), incoming)

    def release(self, incoming: Incoming) -> None:
        """Note that a request has been answered."""
        key = incoming.headers.get(HEADER.lower())
        name = _name(incoming.method, incoming.path, key or "")
        if self._under_way.get(name) is incoming:
            del self._under_way[name]

    def find(self, call: Call, incoming: Incoming, key: str) -> Answer | None:
        """Return the first answer to a key, or None for a new key. Raises 400 and 409."""
        in_header = call.operation.idempotency == "header"
        if in_header and not _KEY.fullmatch(key):
            raise invalid(f"{HEADER} must be 1 to 255 of the characters A-Z a-z 0-9 _ : . -", HEADER)
        name = _name(call.method, call.url_path, key)
        first = self._world.replays.get(name)
        if first is not None and call.now - first["time"] < KEPT_SECONDS:
            if in_header and first["digest"] != _digest(call.body):
                raise Refusal(409, "idempotency_key_reused", f"{HEADER} {key} was already used with a different body")
            headers = [("Idempotent-Replayed", "true")]
            return Answer(first["status"], first["body"].encode(), headers=headers)
        if in_header and self._under_way.get(name, incoming) is not incoming:
            raise Refusal(409, "request_in_progress", f"The first request with {HEADER} {key} is still being processed")
        return None

    def keep(self, call: Call, key: str, answer: Answer) -> None:
        """Keep the first answer to a key, and forget those that are older than a day."""
        replays = self._world.replays
        while replays:
            oldest = next(iter(replays))
            if call.now - replays[oldest].get("time", 0.0) < KEPT_SECONDS:
                break
            del replays[oldest]
        replays[_name(call.method, call.url_path, key)] = {
            "time": call.now,
            "digest": _digest(call.body),
            "status": answer.status,
            "body": answer.body.decode(),
        }


def _name(method: str, path: str, key: str) -> str:
    return f"{method} {path} {key}"


def _digest(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
