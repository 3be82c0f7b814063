"""What is told of a tool call while it goes on: progress, log messages, and on stderr what it has created."""

from __future__ import annotations

import threading

from heygen.core.observer import TransferObserver, WaitObserver
from heygen.mcp import legacy
from heygen.mcp.messages import notification
from heygen.output.printer import compact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Sequence

    from heygen.core.context import Context
    from heygen.core.observer import Job

_LEAST_PAUSE = 0.5  # seconds between two notifications of a transfer
_stderr = threading.Lock()


class Reporter:
    """Has what the rooms below ask of a printer, for one request. What it warns of goes into the result as well.

    `send` takes a notification; `token` is that of the client for progress, None where it wants none.
    """

    is_human = False
    is_quiet = False
    selection = None  # of fields: a tool returns the whole document

    def __init__(self, context: Context, send: Callable[[Any], object], token: Any, log_level: str | None) -> None:
        self.context = context
        self.send = send
        self.token = token
        self.log_level = log_level
        self.notes: list[dict[str, Any]] = []
        self._began = context.monotonic()
        self._last = -1.0

    def warning(self, code: str, message: str, hint: str | None = None, **fields: Any) -> None:
        """Tell of something that is not right and ends nothing."""
        told = {"code": code, "message": message, "hint": hint, **fields}
        told = {name: value for name, value in told.items() if value is not None}
        self.notes.append({"warning": told})
        self._log("warning", told)

    def notice(self, code: str, message: str, hint: str | None = None, **fields: Any) -> None:
        """Tell of something that is good to know: here, that something was created; stderr keeps it, whatever comes."""
        told = {"code": code, "message": message, "hint": hint, **fields}
        told = {name: value for name, value in told.items() if value is not None}
        tell(self.context, {"notice": told})
        self._log("notice", told)
        self.progress(message)

    def _log(self, level: str, data: Any) -> None:
        if legacy.is_told(level, self.log_level):
            self.send(notification("notifications/message", {"level": level, "logger": "heygen", "data": data}))

    def progress(self, message: str, done: float | None = None, total: float | None = None) -> None:
        """Tell how far it is: `done` of `total`, or the seconds that it has taken. Each is more than the one before."""
        if self.token is None:
            return
        done = round(self.context.monotonic() - self._began, 3) if done is None else done
        if done <= self._last:
            return
        self._last = done
        params = {"progressToken": self.token, "progress": done, "message": message}
        self.send(notification("notifications/progress", {**params, **({} if total is None else {"total": total})}))

    def completed(self, outcome: str, what: str, seconds: float) -> None:
        """Say nothing of the end of a wait: the result does."""

    def wait_progress(self, noun: str) -> WaitObserver:
        """Return what tells how a wait is going."""
        return _WaitProgress(self, noun)

    def transfer_progress(self, label: str, total: int | None, start: int = 0) -> TransferObserver:
        """Return what tells how a transfer is going, in bytes."""
        return _TransferProgress(self, label, total, start)


class _WaitProgress(WaitObserver):
    def __init__(self, reporter: Reporter, noun: str) -> None:
        self.reporter = reporter
        self.noun = noun

    def update(self, jobs: Sequence[Job]) -> None:
        states = (
            f"{self.noun} {job.id}: {job.status or 'no answer yet'}" + (f", {job.progress:.0f} %" if job.progress else "")
            for job in jobs
        )
        self.reporter.progress("; ".join(states))


class _TransferProgress(TransferObserver):
    def __init__(self, reporter: Reporter, label: str, total: int | None, start: int) -> None:
        self.reporter = reporter
        self.label = label
        self.total = total
        self.done = start
        self._next = 0.0

    def advance(self, count: int) -> None:
        self.done += count
        now = self.reporter.context.monotonic()
        if now >= self._next:
            self._next = now + _LEAST_PAUSE
            self.reporter.progress(self.label, self.done, self.total)

    def reset(self, done: int = 0) -> None:
        self.done = done


def tell(context: Context, document: Any) -> None:
    """Write a line of JSON to stderr, whole."""
    with _stderr:
        context.stderr.write(compact(context.secrets.masked(document)) + "\n", is_masked=True)
        context.stderr.flush()
