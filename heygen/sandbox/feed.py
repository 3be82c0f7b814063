"""What the page is told as it happens: server-sent events with the parts of it that have changed, and the requests since.

Nothing is queued for anybody: a listener is told of what is new since its last event, however long that took. So one
that is slow holds up its own connection alone, and one that comes back names the event it saw last.
"""

from __future__ import annotations

import json
import os
import threading

from heygen.core.context import process_context
from heygen.sandbox import page
from heygen.sandbox.exchange import Answer
from heygen.sandbox.problems import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.sandbox.exchange import Incoming
    from heygen.sandbox.world import World

MOST_LISTENERS = 16
# Seconds: between two events at least, between two looks at jobs that run, and between two signs of life.
PACE, TICK, HEARTBEAT = 0.25, 1.0, 15.0


class Feed:
    """The parts of the page, each with the number of the version in which it last changed."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.monotonic = process_context().monotonic
        self.epoch = os.urandom(4).hex()  # an event of another run says nothing here
        self.changed = threading.Condition()
        self.pulse = 0
        self.is_closed = False
        self.version = 0
        self.parts: dict[str, tuple[int, str]] = {}
        self._count = 0
        self._rendering = threading.Lock()
        self._rendered, self._rendered_pulse = float("-inf"), -1

    def touch(self) -> None:
        """Note that something may have changed."""
        with self.changed:
            self.pulse += 1
            if self._count:
                self.changed.notify_all()

    def close(self) -> None:
        """Send all listeners away."""
        with self.changed:
            self.is_closed = True
            self.changed.notify_all()

    def listen(self, incoming: Incoming) -> Answer:
        """Answer with all that happens from now on, or since the event that the client saw last. Raises 503."""
        last = incoming.headers.get("last-event-id") or dict(incoming.query).get("last", "")
        with self.changed:
            if self.is_closed or self._count >= MOST_LISTENERS:
                raise Refusal(503, "too_many_listeners", f"There are {MOST_LISTENERS} pages open", headers={"Retry-After": "5"})
            self._count += 1
        headers = [("Cache-Control", "no-store")]
        return Answer(200, Listener(self, last), "text/event-stream", headers, length=None)  # type: ignore[arg-type]

    def leave(self) -> None:
        """Note that a listener has gone."""
        with self.changed:
            self._count -= 1

    def refresh(self) -> None:
        """Render the parts anew, unless another listener has just done so."""
        with self._rendering:
            wait = self._rendered + PACE - self.monotonic()
            if wait > 0 and self.pulse == self._rendered_pulse:
                return
            with self.changed:
                self.changed.wait_for(lambda: self.is_closed, max(wait, 0))
                self._rendered_pulse = self.pulse
            self._rendered = self.monotonic()
            rendered = page.parts(self.world)
            fresh = {name: html for name, html in rendered.items() if self.parts.get(name, (0, None))[1] != html}
            if fresh:
                self.version += 1
                self.parts.update({name: (self.version, html) for name, html in fresh.items()})


class Listener:
    """The body of one answer that does not end before the connection does."""

    def __init__(self, feed: Feed, last: str) -> None:
        self.feed = feed
        epoch, _, numbers = last.partition(".")
        version, _, logged = numbers.partition(".")
        self._knows = epoch == feed.epoch and version.isdecimal() and logged.isdecimal()
        self._version, self._logged = (int(version), int(logged)) if self._knows else (0, 0)
        self._offset = 0.0
        self._pulse = -1
        self._told = float("-inf")
        self._has_left = False

    def read(self, size: int = 0) -> bytes:
        """Return the next event, once there is one; nothing when the sandbox closes."""
        feed = self.feed
        while True:
            is_running = feed.world.jobs.next_end() is not None
            with feed.changed:
                feed.changed.wait_for(
                    lambda: feed.is_closed or feed.pulse != self._pulse, TICK if is_running else HEARTBEAT
                )
                feed.changed.wait_for(lambda: feed.is_closed, self._told + PACE - feed.monotonic())
                if feed.is_closed:
                    return b""
                self._pulse = feed.pulse
            feed.refresh()
            event = self._event()
            if event or feed.monotonic() - self._told > HEARTBEAT:
                self._told = feed.monotonic()
                return event or b":\n\n"

    def _event(self) -> bytes:
        world, version = self.feed.world, self.feed.version
        parts = {name: html for name, (since, html) in list(self.feed.parts.items()) if since > self._version}
        with world.lock:
            logged, now, offset = world.logged, world.clock.now(), world.clock.offset
            if logged < self._logged:  # they were forgotten
                self._logged, self._knows = 0, False
            count = min(logged - self._logged, page.MOST_REQUESTS, len(world.log))
            entries = world.log[-count:] if count > 0 else []
        if self._knows and not parts and not entries and offset == self._offset:
            return b""
        told = {
            "now": now,
            "count": logged,
            "is_whole": not self._knows,
            "parts": parts,
            "requests": [page.request_row(entry) for entry in reversed(entries)],
        }
        self._version, self._logged, self._offset, self._knows = version, logged, offset, True
        return f"id: {self.feed.epoch}.{version}.{logged}\nretry: 1000\ndata: {json.dumps(told)}\n\n".encode()

    def close(self) -> None:
        """Make room for another listener."""
        if not self._has_left:
            self._has_left = True
            self.feed.leave()

    __del__ = close  # for an answer that never got as far as being sent
