"""Jobs: how something that takes time moves through its documented states on the sandbox's clock.

A job is kept inside its entry: `{"kind", "started", "seconds", "end", "held", "settled"}`. Its state follows from
the time, so that nothing has to run for it; what must happen when it ends (webhooks, refunds) is done at
the next request, or by the courier of the webhooks, whichever comes first. `settled` tells that it has been done.
"""

from __future__ import annotations

import heapq

from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator, Sequence

    from heygen.sandbox.store import Entry

COMPLETED, FAILED = "completed", "failed"
# Where an API writes the end of a job in its own way.
_ENDINGS = {"complete": COMPLETED}
FAILURE_CODE = "rendering_failed"
FAILURE_MESSAGE = "The job failed, as a fault of the sandbox asked for"
FAILURE = {"code": FAILURE_CODE, "message": FAILURE_MESSAGE}


def begin(entry: Entry, kind: str, now: float, seconds: float, asked: str | None = None) -> None:
    """Start an entry's job; `asked` is a status that a fault wants for it."""
    entry["job"] = {"kind": kind, "started": now, "seconds": seconds, "end": COMPLETED, "held": None, "settled": False}
    if asked:
        set_status(entry, asked)


def set_status(entry: Entry, status: str) -> None:
    """Decide how an unfinished job goes on: it will be completed, will fail, or stays in any other status."""
    job = entry["job"]
    job["held"] = None
    status = _ENDINGS.get(status, status)
    if status in (COMPLETED, FAILED):
        job["end"] = status
    else:
        job["held"] = status


def finish(entry: Entry, status: str, now: float) -> None:
    """End a job now, however it was to go on; one that has ended ends again."""
    set_status(entry, status)
    entry["job"].update(seconds=max(0.0, now - entry["job"]["started"]), settled=False)


def fraction(entry: Entry, now: float) -> float:
    """Return how much of a job is done, from 0 to 1."""
    job = entry["job"]
    if job["held"] is not None:
        return 0.0
    elapsed = now - job["started"]
    if elapsed >= job["seconds"]:
        return 1.0
    return max(0.0, elapsed / job["seconds"])


class View(Record):
    """A job at one moment, in the words of its API."""

    status: str
    fraction: float  # how much of it is done, from 0 to 1
    is_done: bool = False  # over, with a result
    has_failed: bool = False
    ended_at: float | None = None


def view(entry: Entry, now: float, states: Sequence[str], is_new: bool = False) -> View:
    """Return where a job stands: `states` are those on the way and, last, the one at the end.

    `is_new` is the view that the creation itself answers with: nothing has happened yet, however short the job.
    """
    job = entry["job"]
    if is_new:
        return View(status=states[0], fraction=0.0)
    if job["held"] is not None:
        return View(status=job["held"], fraction=0.0)
    done = fraction(entry, now)
    if done < 1.0:
        return View(status=states[int(done * (len(states) - 1))], fraction=done)
    failed = job["end"] == FAILED
    return View(
        status=FAILED if failed else states[-1],
        fraction=1.0,
        is_done=not failed,
        has_failed=failed,
        ended_at=ended_at(entry),
    )


def has_ended(entry: Entry, now: float) -> bool:
    """Tell whether a job is over, well or not."""
    return fraction(entry, now) >= 1.0


def has_completed(entry: Entry, now: float) -> bool:
    """Tell whether a job is over and has a result."""
    return has_ended(entry, now) and entry["job"]["end"] == COMPLETED


def has_failed(entry: Entry, now: float) -> bool:
    """Tell whether a job is over without a result."""
    return has_ended(entry, now) and entry["job"]["end"] == FAILED


def ended_at(entry: Entry) -> float:
    """Return when a job ends or ended, unless something holds it."""
    return entry["job"]["started"] + entry["job"]["seconds"]


class JobQueue:
    """The jobs that have not ended yet, or whose end has not been acted on; soonest end first."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Entry]] = []

    def add(self, entry: Entry) -> None:
        """Note when a job ends; a job whose end has changed is added again."""
        if not entry["job"]["settled"]:
            heapq.heappush(self._heap, (ended_at(entry), entry["n"], entry))

    def next_end(self) -> float | None:
        """Return when the next job ends, or None. Safe without the world's lock."""
        first = self._heap[:1]
        return first[0][0] if first else None

    def take_ended(self, now: float) -> Iterator[Entry]:
        """Yield each job that has ended by now, once, in the order of their ends."""
        while self._heap and self._heap[0][0] <= now:
            _, _, entry = heapq.heappop(self._heap)
            job = entry["job"]
            if job["settled"] or job["held"] is not None or ended_at(entry) > now:
                continue  # taken before, or put off since and added again
            job["settled"] = True
            yield entry
