"""Progress of waits and transfers on stderr: one line that is redrawn on a terminal, a line per change elsewhere.

Nothing runs in the background: whoever works or sleeps draws. At most ten frames a second are drawn, each at the
width that the terminal has by then.
"""

from __future__ import annotations

from heygen.core.observer import TransferObserver, WaitObserver
from heygen.output import cells, values
from heygen.output.region import Region
from heygen.output.terminal import Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Sequence

    from heygen.core.context import Context
    from heygen.core.observer import Job

FRAME = 0.1  # seconds
# A transfer that is over sooner needs no bar.
QUIET_START = 0.2
# Without a terminal, and where the length is known, a transfer tells of each quarter, but no more often than this.
BETWEEN_LINES = 5.0
RATE_WINDOW = 5.0
WIDEST_BAR, NARROWEST_BAR, NARROWEST_LABEL, GAP = 30, 8, 12, 2
WIDEST_FACTS = len("100%  999/999 MB  999 MB/s  59m 59s left")


def completion(terminal: Terminal, outcome: str, what: str, seconds: float) -> str:
    """Return the line that stays of a wait that ended well: `✓ Completed in 2m 10s · vid_1`. An ID is never cut."""
    sign = terminal.paint(terminal.symbol("done"), "bold", "green")
    status = cells.escape(outcome).replace("_", " ").capitalize() + " after"
    if outcome in ("completed", "complete"):
        status = "Completed in"
    return f"{sign} {status} {values.duration(int(seconds))}{terminal.symbol('separator')}{cells.escape(what)}\n"


class WaitProgress(WaitObserver):
    """Shows how a wait is going; `what` names what is waited for: `video`."""

    def __init__(self, context: Context, what: str = "", color: str = "auto") -> None:
        self.context = context
        self.what = what
        self.terminal = Terminal(context, context.stderr, color)
        self.started = context.monotonic()
        self.jobs: Sequence[Job] = ()
        self._told = ""
        self._frame = 0
        self._next_frame = self.started
        self._region = Region(context, self.terminal) if self.terminal.can_redraw else None

    def update(self, jobs: Sequence[Job]) -> None:
        """Show the jobs' present states."""
        self.jobs = jobs
        if self._region is not None:
            self._draw()
        elif self._statuses() != self._told:
            self._told = self._statuses()
            self.context.stderr.write(f"{self._subject()}: {self._statuses()} ({self._elapsed()})\n")
            self.context.stderr.flush()

    def sleep(self, seconds: float, sleep: Callable[[float], None]) -> None:
        """Let the time pass, frame by frame where there is somebody to see it."""
        if self._region is None:
            sleep(seconds)
            return
        end = self.context.monotonic() + seconds
        left = seconds
        while left > 0:
            self._draw()
            sleep(min(left, FRAME))
            left = end - self.context.monotonic()

    def close(self) -> None:
        """Leave nothing on the terminal."""
        if self._region is not None:
            self._region.close()

    def _draw(self) -> None:
        now = self.context.monotonic()
        if now < self._next_frame:
            return
        self._next_frame = now + FRAME * 0.9  # a sleep of one frame may wake a little early
        spinner = self.terminal.symbol("spinner")
        self._frame += 1
        separator, more = self.terminal.symbol("separator"), self.terminal.symbol("more")
        facts = separator.join([f": {self._statuses()}", *self._trouble(), *self._percent(), self._elapsed()])
        room = self.terminal.width - 3
        # The status matters more than the ID, and so keeps its cells.
        left = room - cells.width(facts)
        subject = cells.cut(self._subject(), left, more)
        text = subject + facts if left >= NARROWEST_LABEL else cells.cut(facts[2:], room, more)
        sign = self.terminal.paint(spinner[self._frame % len(spinner)], "cyan")
        self._region.draw(f"{sign} {text}" if room > 0 else "")

    def _subject(self) -> str:
        count = len(self.jobs)
        if count == 1:
            return " ".join(part for part in ("Waiting for", self.what, cells.escape(self.jobs[0].id)) if part)
        return f"Waiting for {count} {self.what or 'job'}s"

    def _statuses(self) -> str:
        counts: dict[str, int] = {}
        for job in self.jobs:
            status = cells.escape(job.status or "waiting").replace("_", " ")
            counts[status] = counts.get(status, 0) + 1
        if len(self.jobs) == 1:
            return next(iter(counts))
        return ", ".join(f"{count} {status}" for status, count in counts.items())

    def _trouble(self) -> list[str]:
        return ["no answer, trying again"] if any(job.is_unreachable for job in self.jobs) else []

    def _percent(self) -> list[str]:
        known = [100.0 if job.has_succeeded else job.progress or 0.0 for job in self.jobs]
        if all(job.progress is None for job in self.jobs):
            return []
        return [f"{min(max(sum(known) / len(known), 0), 100):.0f}%"]

    def _elapsed(self) -> str:
        return values.duration(int(self.context.monotonic() - self.started))


class TransferProgress(TransferObserver):
    """Shows how an upload or a download is going: a bar, the amount, the rate and the time left."""

    def __init__(
        self, context: Context, label: str, total: int | None, *, start: int = 0, color: str = "auto"
    ) -> None:
        self.context = context
        self.label = cells.escape(label)
        self.total = total
        self.done = start
        self.terminal = Terminal(context, context.stderr, color)
        self._samples = [(context.monotonic(), start)]
        self._next_frame = self._samples[0][0] + (QUIET_START if self.terminal.can_redraw else BETWEEN_LINES)
        self._quarter = 0
        self._frame = 0
        self._region = Region(context, self.terminal) if self.terminal.can_redraw else None

    def advance(self, count: int) -> None:
        """Take note of `count` more bytes."""
        self.done += count
        now = self.context.monotonic()
        if now >= self._next_frame:
            self._show(now)

    def reset(self, done: int = 0) -> None:
        """Take note that the transfer starts again, with `done` bytes there."""
        self.done = done
        self._samples = [(self.context.monotonic(), done)]

    def close(self) -> None:
        """Leave nothing on the terminal."""
        if self._region is not None:
            self._region.close()

    def _show(self, now: float) -> None:
        self._samples.append((now, self.done))
        while len(self._samples) > 2 and self._samples[0][0] < now - RATE_WINDOW:
            del self._samples[0]
        if self._region is not None:
            self._next_frame = now + FRAME
            self._region.draw(self._frame_text())
            return
        quarter = int(4 * self.done / self.total) if self.total else 0
        if quarter > self._quarter or not self.total:
            self._quarter = quarter
            self._next_frame = now + BETWEEN_LINES
            self.context.stderr.write(f"{self.label}: {', '.join(self._facts()).strip()}\n")
            self.context.stderr.flush()

    def _facts(self) -> list[str]:
        """Return what there is to tell, the most important first."""
        facts = [self._percent()] if self.total else []
        facts.append(values.amount(self.done, self.total) if self.total else values.size(self.done))
        rate = self._rate()
        if rate:
            facts.append(f"{values.size(rate)}/s")
            if self.total and self.total > self.done:
                facts.append(f"{values.duration(round((self.total - self.done) / rate))} left")
        return facts

    def _percent(self) -> str:
        return f"{min(100 * self.done // self.total, 100):3d}%"  # type: ignore[operator]

    def _rate(self) -> float:
        (first, before), (last, now) = self._samples[0], self._samples[-1]
        return max(now - before, 0) / (last - first) if last > first else 0.0

    def _frame_text(self) -> str:
        self._frame += 1
        room, more = self.terminal.width - 1, self.terminal.symbol("more")
        facts = self._facts()
        if not self.total:
            spinner = self.terminal.symbol("spinner")
            sign = self.terminal.paint(spinner[self._frame % len(spinner)], "cyan")
            return f"{sign} {cells.cut('  '.join([self.label, *facts]), room - 2, more)}" if room > 2 else ""
        # The bar keeps its length while the facts beside it change theirs; the label gives way to it first.
        label = cells.cut(self.label, max(room - WIDEST_FACTS - NARROWEST_BAR - 2 * GAP, NARROWEST_LABEL), more)
        left = room - cells.width(label) - GAP
        bar = min(left - GAP - WIDEST_FACTS, WIDEST_BAR)
        has_bar = bar >= NARROWEST_BAR
        left -= bar + GAP if has_bar else 0
        while facts and sum(len(fact) + GAP for fact in facts) - GAP > left:
            del facts[-1]
        if has_bar:
            facts.insert(0, self._bar(bar))
        else:
            label = cells.cut(self.label, room - sum(len(fact) + GAP for fact in facts), more)
        return (" " * GAP).join([label, *facts])

    def _bar(self, length: int) -> str:
        halves = min(int(2 * length * self.done / self.total), 2 * length)  # type: ignore[operator]
        filled, half = self.terminal.symbol("filled"), self.terminal.symbol("half")
        done = filled * (halves // 2) + half * (halves % 2)
        rest = length - len(done)
        if self.terminal.has_color:
            return self.terminal.paint(done, "cyan") + self.terminal.paint(filled * rest, "dim")
        return f"{done}{' ' * rest}"
