"""The courier: acts on jobs when they end, and delivers their webhooks to loopback addresses, with retries."""

from __future__ import annotations

import heapq
import threading

from heygen.core.address import is_loopback
from heygen.core.context import process_context
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.sandbox.world import World

# Seconds between the tries of one delivery, and how long a try may take.
RETRIES = (0.2, 1.0, 5.0)
TIMEOUT = 5.0
# How long closing may take over what is still to be delivered.
PATIENCE = 5.0


class Parcel(Record):
    """A webhook call: where it goes, and what."""

    url: str
    body: bytes
    headers: dict[str, str]


class Courier:
    """One thread that sleeps until there is something to do; it starts with the first job or parcel."""

    def __init__(self, world: World) -> None:
        self.world = world
        # Waiting for threads is real, whatever the sandbox's clock says.
        self._monotonic = process_context().monotonic
        self.attempts: list[dict[str, object]] = []
        self._changed = threading.Condition()
        self._due: list[tuple[float, int, int, Parcel]] = []
        self._count = 0
        self._is_woken = False
        self._is_closing = False
        self._deadline = 0.0
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Take up jobs that were under way when the state was kept."""
        if self.world.jobs.next_end() is not None:
            self.wake()

    def post(self, parcel: Parcel) -> None:
        """Have a parcel delivered; one to another machine is dropped."""
        from urllib.parse import urlsplit

        try:
            host = urlsplit(parcel.url).hostname or ""
        except ValueError:
            return
        if is_loopback(host):
            with self._changed:
                self._schedule(0.0, 0, parcel)
            self.wake()

    def wake(self) -> None:
        """Check again what is to be done."""
        with self._changed:
            if self._is_closing or not (self._due or self.world.jobs.next_end() is not None):
                return
            self._is_woken = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="heygen-sandbox-courier", daemon=False)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Try once what has not been tried yet, and stop."""
        with self._changed:
            self._is_closing = True
            self._deadline = self._monotonic() + PATIENCE
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _schedule(self, delay: float, tries: int, parcel: Parcel) -> None:
        self._count += 1
        heapq.heappush(self._due, (self._monotonic() + delay, self._count, tries, parcel))

    def _run(self) -> None:
        while True:
            with self.world.lock:
                self.world.process_ended_jobs()
                next_end = self.world.jobs.next_end()
                until_end = None if next_end is None else max(next_end - self.world.clock.now(), 0.01)
            with self._changed:
                parcel = self._next(until_end)
                if parcel is None and self._is_closing:
                    return
            if parcel is not None:
                self._deliver(*parcel)

    def _next(self, until_end: float | None) -> tuple[int, Parcel] | None:
        """Return the parcel whose time has come; else wait for one, for the end of a job, or for news."""
        if self._is_closing:
            in_time = self._monotonic() < self._deadline
            self._due = [each for each in self._due if each[2] == 0 and in_time]
            return self._due.pop(0)[2:] if self._due else None
        if not self._is_woken:
            waits = [] if until_end is None else [until_end]
            if self._due:
                waits.append(max(self._due[0][0] - self._monotonic(), 0.0))
            self._changed.wait(min(waits) if waits else None)
        self._is_woken = False
        if self._due and self._due[0][0] <= self._monotonic():
            return heapq.heappop(self._due)[2:]
        return None

    def _deliver(self, tries: int, parcel: Parcel) -> None:
        status = send(parcel)
        with self._changed:
            self.attempts.append({"url": parcel.url, "status": status, "try": tries + 1})
            if not 200 <= status < 300 and tries < len(RETRIES):
                self._schedule(RETRIES[tries], tries + 1, parcel)


def send(parcel: Parcel) -> int:
    """Make one webhook call and return the status it was answered with, 0 where there was no answer."""
    import http.client
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(parcel.url)
        if parts.scheme == "https":
            import ssl

            # On loopback there is nobody to protect from, and hardly ever a certificate that anybody signed.
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                parts.hostname or "", parts.port, timeout=TIMEOUT, context=ssl._create_unverified_context()
            )
        else:
            connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT)
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, parcel.body, parcel.headers)
            return connection.getresponse().status
        finally:
            connection.close()
    except (OSError, ValueError, http.client.HTTPException):
        return 0
