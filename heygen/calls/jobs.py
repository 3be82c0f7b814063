"""Waiting for asynchronous operations: when to poll, how long to pause, and when to give up.

A poll that fails for a passing reason (connection, timeout, 429, 5xx, an unreadable answer) does not mean that the job
failed: it is repeated until the deadline. Nothing here reads the network or a real clock.
"""

from __future__ import annotations

from heygen.api import path as paths
from heygen.core.errors import HeygenError
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Sequence

    from heygen.api.operations import Wait
    from heygen.core.context import Context
    from heygen.core.observer import WaitObserver

FIRST_INTERVAL = 2.0  # seconds between polls, doubled after each
LONGEST_INTERVAL = 30.0
JITTER = 0.1  # of the interval, up or down
# A new ID may take a moment to appear; after this many 404s in a row it is taken for missing.
MOST_NOT_FOUND = 4

RUNNING, SUCCEEDED, FAILED, REFUSED = "running", "succeeded", "failed", "refused"


class Job:
    """One job under way: its ID, its state as far as we know it, and the document of the last poll."""

    def __init__(self, id: str, document: Any = None) -> None:
        self.id = id
        self.state = RUNNING
        self.status: str | None = None
        self.progress: float | None = None
        self.document = document
        self.error: HeygenError | None = None  # why polling ended, where state is REFUSED
        self.not_found = 0
        self.is_unreachable = False  # the last poll got no answer at all

    @property
    def has_succeeded(self) -> bool:
        """Whether it has ended, and well."""
        return self.state == SUCCEEDED


class Outcome(Record):
    """How a wait ended: the jobs, and whether the deadline or an interrupt came before their end."""

    jobs: tuple[Job, ...]
    is_timeout: bool = False
    is_interrupted: bool = False


def is_passing(error: HeygenError) -> bool:
    """Tell whether a poll failed for a reason that may be gone the next time."""
    if error.status is None:
        return error.code in ("network_error", "timeout", "cli_response_parse_error")
    return error.status in (408, 425, 429) or error.status >= 500


def wait(
    jobs: Sequence[Job],
    plan: Wait,
    poll: Callable[[str], Any],
    context: Context,
    deadline: float,
    observer: WaitObserver,
) -> Outcome:
    """Poll the unfinished jobs in turn until all have ended or the deadline (monotonic seconds) is reached.

    `poll` returns the document of an ID or raises HeygenError. Each job is polled at least once, and a last time at
    the deadline. A KeyboardInterrupt ends the wait, not the program.
    """
    interval = FIRST_INTERVAL
    try:
        while True:
            # Read before the polls: those that begin at or past the deadline are the last.
            is_last = context.monotonic() >= deadline
            retry_after = 0.0
            for job in jobs:
                if job.state == RUNNING:
                    retry_after = max(retry_after, poll_once(job, plan, poll))
                    observer.update(jobs)
                    if job.is_unreachable and context.monotonic() >= deadline:
                        # With no network, further polls would each overrun the deadline by their own timeout.
                        return Outcome(jobs=tuple(jobs), is_timeout=True)
            if all(job.state != RUNNING for job in jobs):
                return Outcome(jobs=tuple(jobs))
            if is_last:
                return Outcome(jobs=tuple(jobs), is_timeout=True)
            jittered = interval * (1 + JITTER * (2 * context.random() - 1))
            pause = min(max(jittered, retry_after), deadline - context.monotonic())
            if pause > 0:
                observer.sleep(pause, context.sleep)
            interval = min(interval * 2, LONGEST_INTERVAL)
    except KeyboardInterrupt:
        return Outcome(jobs=tuple(jobs), is_interrupted=True)
    finally:
        observer.close()


def interval_after(waited: float) -> float:
    """Return the pause, in seconds, that follows after so long a wait, for whoever keeps no count of the polls."""
    # After 2 + 4 + 8 seconds comes a pause of 16.
    return min(max(waited, 0.0) + FIRST_INTERVAL, LONGEST_INTERVAL)


def poll_once(job: Job, plan: Wait, poll: Callable[[str], Any]) -> float:
    """Poll one job; returns the seconds that the server asks us to stay away."""
    try:
        document = poll(job.id)
    except HeygenError as error:
        job.is_unreachable = error.status is None and is_passing(error)
        if error.status == 404:
            job.not_found += 1
            if job.not_found < MOST_NOT_FOUND:
                return 0.0
        if is_passing(error):
            return error.retry_after or 0.0
        job.state, job.error = REFUSED, error
        return 0.0
    job.not_found, job.is_unreachable = 0, False
    update(job, plan, document)
    return 0.0


def update(job: Job, plan: Wait, document: Any) -> None:
    """Update a job from a polled document. One without a status is ignored, and an unknown status is not terminal."""
    status = paths.value_at(document, plan.status)
    if not isinstance(status, str):
        return
    job.document, job.status = document, status
    progress = paths.value_at(document, plan.status.rpartition(".")[0] + ".progress")
    job.progress = progress if isinstance(progress, (int, float)) and not isinstance(progress, bool) else None
    if status in plan.succeeded:
        job.state = SUCCEEDED
    elif status in plan.failed:
        job.state = FAILED


def has_no_status(document: Any, plan: Wait) -> bool:
    """Tell whether a resource says of itself that nothing is under way: its status is null (a stock voice)."""
    parent, _, name = plan.status.rpartition(".")
    holder = paths.value_at(document, parent)
    return isinstance(holder, dict) and name in holder and holder[name] is None


def ids(document: Any, plan: Wait) -> list[str]:
    """Return the IDs of what a creation response says was created; `*` in the plan's path names a list."""
    return ids_at(document, plan.id)


def ids_at(document: Any, path: str) -> list[str]:
    """Return the IDs at a path of an answer; none where it has none."""
    steps = [None if step == "*" else step for step in paths.parse(path)]
    try:
        found = paths.select(document, steps)
    except LookupError:
        return []
    return [str(each) for each in found if isinstance(each, (str, int)) and not isinstance(each, bool) and each != ""]


def failure_reason(document: Any) -> str | None:
    """Return the API's own words for a failed job, `code: message` where it has both, or None."""
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, dict):
        return None
    error = data.get("error")
    code, message = data.get("failure_code"), data.get("failure_message")
    if isinstance(error, dict):
        code, message = code or error.get("code"), message or error.get("message")
    elif isinstance(error, str):
        message = message or error
    return ": ".join(part for part in (code, message) if isinstance(part, str) and part) or None
