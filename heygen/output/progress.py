"""Progress on stderr: one line that is redrawn on a terminal, a line per change elsewhere."""

from __future__ import annotations

from heygen import duration
from heygen.jobs import Observer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Sequence

    from heygen.context import Context
    from heygen.jobs import Job


class WaitProgress(Observer):
    """Tells how a wait is going."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.started = context.monotonic()
        self.shown = ""

    def update(self, jobs: Sequence[Job]) -> None:
        """Show the present statuses, where they have changed."""
        text = ", ".join(dict.fromkeys(job.status or "waiting" for job in jobs))
        if text != self.shown:
            self.shown = text
            elapsed = duration.render(round(self.context.monotonic() - self.started))
            self.context.stderr.write(f"Waiting: {text} ({elapsed})\n")
            self.context.stderr.flush()
