"""How a batch tells people how it is going: one table that fills on a terminal, a line a change without one."""

from __future__ import annotations

from heygen.core.errors import HeygenError
from heygen.output import cells, values
from heygen.output.terminal import Terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

    from heygen.batch.runner import Summary
    from heygen.output.printer import Printer

FRAME = 0.1  # seconds
RATE_WINDOW = 15.0
WIDEST_BAR = 40
BETWEEN_NOTICES = 30.0  # seconds, in JSON mode
_MARKS = {"completed": ("✓", "+", "green"), "created": ("✓", "+", "green"), "failed": ("✗", "x", "red")}
_OTHER_MARK = ("?", "?", "yellow")


class Display:
    """Shows the progress of one run on stderr, and its results on stdout where people read them."""

    def __init__(self, output: Printer, title: str) -> None:
        self.output = output
        self.context = output.context
        self.title = cells.escape(title)
        self.terminal = Terminal(self.context, self.context.stderr, output.color)
        self.is_live = self.terminal.can_redraw and not self.context.is_on("CI")
        self._shown = 0  # lines on the terminal
        self._next_frame = 0.0
        self._next_notice = self.context.monotonic() + BETWEEN_NOTICES
        self._samples: list[tuple[float, int]] = []
        self._limited = 0
        self._has_told_of_field = False

    def created(self, row: str, ids: Sequence[str]) -> None:
        """Tell that a row has made something that is waited for now."""
        if self.output.is_human and not self.is_live:
            self._line(f"{cells.escape(row)}: created {cells.escape(', '.join(ids))}")

    def update(self, summary: Summary) -> None:
        """Show the numbers as they are now."""
        now = self.context.monotonic()
        if summary.rate_limited and not self._limited:
            self._limited = summary.rate_limited
            self._notice("rate_limited", "the API limits the rate of requests (429): all of them slow down")
        if self.is_live and now >= self._next_frame:
            self._next_frame = now + FRAME
            self._draw(summary, now)
        elif not self.is_live and not self.output.is_human and now >= self._next_notice:
            self._next_notice = now + BETWEEN_NOTICES
            self._notice("progress", _told(summary), **summary.document())

    def result(self, document: dict[str, Any]) -> None:
        """Print what has become of a row on stdout. Raises HeygenError, BrokenPipeError."""
        self.clear()
        if self.output.is_human and self.output.selection is None:
            stdout = self.context.stdout
            terminal = self.output.terminal(stdout)
            stdout.write(_row_line(self.context.secrets.masked(document), terminal) + "\n")
            stdout.flush()
            return
        try:
            self.output.result(document)
        except HeygenError as error:
            if error.code != "cli_field_not_found":
                raise
            if not self._has_told_of_field:  # other rows may have it
                self._has_told_of_field = True
                self.output.warning(error.code, f"row {document['id']}: {error.message}", hint=error.hint)

    def clear(self) -> None:
        """Take the table away."""
        if self._shown:
            self._shown = 0
            self.context.stderr.write("\r\x1b[J")
            self.context.stderr.flush()

    close = clear

    def _line(self, text: str) -> None:
        self.context.stderr.write(text + "\n")
        self.context.stderr.flush()

    def _notice(self, code: str, message: str, **facts: Any) -> None:
        self.clear()
        self.output.notice(code, message, **facts)

    def _draw(self, summary: Summary, now: float) -> None:
        self._samples = [each for each in self._samples if each[0] > now - RATE_WINDOW][-200:]
        self._samples.append((now, summary.ended))
        paint, more = self.terminal.paint, self.terminal.symbol("more")
        room = self.terminal.width - 1
        (first, before), done = self._samples[0], summary.ended
        rate = (done - before) / (now - first) if now > first else 0.0
        facts = [f"{100 * done // max(summary.total, 1):3d}%", f"{done}/{summary.total}"]
        if rate > 0:
            facts.append(f"{rate:.1f}/s" if rate >= 0.95 else f"{60 * rate:.1f}/min")
            facts.append(f"{values.duration(round(summary.left / rate))} left" if summary.left else "")
        told = "  ".join(filter(None, facts))
        bar = min(room - cells.width(told) - 2, WIDEST_BAR)
        filled = bar * done // max(summary.total, 1)
        sign = self.terminal.symbol("filled")
        shown = ""
        if bar >= 8:
            rest = sign if self.terminal.has_color else " "
            shown = paint(sign * filled, "cyan") + paint(rest * (bar - filled), "dim") + "  "
        lines = [cells.cut(self.title, room, more), shown + cells.cut(told, room, more), *self._table(summary, room)]
        up = f"\x1b[{len(lines) - 1}A" if len(lines) > 1 else ""
        self.context.stderr.write("\r" + "\n".join(f"{line}\x1b[K" for line in lines) + f"\x1b[J\r{up}")
        self.context.stderr.flush()
        self._shown = len(lines)

    def _table(self, summary: Summary, room: int) -> list[str]:
        """Return the counts as a table of one row: its header and its numbers."""
        counts = summary.counts
        columns = [
            ("completed", counts["completed"] + counts["created"], "green"),
            ("failed", counts["failed"], "red"),
            ("unknown", counts["unknown"], "yellow"),
            ("under way", summary.under_way, "cyan"),
            ("saved", summary.saved, ""),
            ("before", summary.before, "dim"),
            ("to do", max(summary.left - summary.under_way, 0), ""),
        ]
        chosen = [each for each in columns if each[1] or each[0] in ("completed", "under way", "to do")]
        while chosen and sum(max(len(name), 6) + 2 for name, _, _ in chosen) > room:
            del chosen[-2 if len(chosen) > 1 else -1]
        header = "  ".join(f"{name:>6}" for name, _, _ in chosen)
        numbers = "  ".join(
            self.terminal.paint(f"{count:>{max(len(name), 6)}}", *([color] if color and count else []))
            for name, count, color in chosen
        )
        return [self.terminal.paint(header, "dim"), numbers]


def _row_line(document: dict[str, Any], terminal: Terminal) -> str:
    """Return what has become of a row as a line: `✓ row-1  vid_123  videos/row-1.mp4`."""
    sign, plain, color = _MARKS.get(document["status"], _OTHER_MARK)
    parts = [cells.escape(document["id"])]
    if document["status"] not in ("completed", "failed"):
        parts.append(document["status"])
    ids = document.get("resource_ids") or [document.get("resource_id")]
    parts.extend(cells.escape(id) for id in ids if id)
    parts.extend(map(cells.escape, document.get("saved", ())))
    if "error" in document:
        parts.append(cells.escape(f"{document['error']['code']}: {document['error']['message']}"))
    return f"{terminal.paint(sign if terminal.has_unicode else plain, color)} {'  '.join(parts)}"


def _told(summary: Summary) -> str:
    counts = {**summary.counts, "left": summary.left, "under way": summary.under_way}
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    return f"{summary.ended} of {summary.total} rows: {told}"
