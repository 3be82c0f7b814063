"""The sandbox's clock: real time, or fixed by a seed, and moved on by whoever rehearses."""

from __future__ import annotations

import time

from heygen.core.context import process_context

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

# With a seed, time starts here on every run: 2026-01-15 09:00:00 UTC.
SEEDED_START = 1_768_467_600.0
# The last moment: what follows from it, such as the end of a job, still has a year of four digits.
LATEST = 252_000_000_000.0


class Clock:
    """Seconds since the epoch, as the simulated API sees them."""

    def __init__(self, base: Callable[[], float] | None = None, start: float | None = None) -> None:
        self._base = base or process_context().now
        self._offset = start - self._base() if start is not None else 0.0

    def real(self) -> float:
        """Return the time outside, as clients know it."""
        return self._base()

    @property
    def offset(self) -> float:
        """How far this clock is ahead of that time, in seconds."""
        return self._offset

    def now(self) -> float:
        """Return the present time."""
        return self._base() + self._offset

    def advance(self, seconds: float) -> None:
        """Let time pass at once. Raises ValueError, worded for the user, beyond the last moment."""
        if not self.now() + seconds <= LATEST:
            raise ValueError(f"leads beyond {iso(LATEST)}, where this clock ends")
        self._offset += seconds

    def not_before(self, moment: float) -> None:
        """Move on to a moment, unless it has passed: a state that was kept never lies in the future."""
        self.advance(max(0.0, moment - self.now()))


def iso(moment: float) -> str:
    """Return a time as ISO 8601 in UTC, to the second."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def http_date(moment: float) -> str:
    """Return a time as HTTP headers have it (RFC 9110), whatever the locale."""
    parts = time.gmtime(moment)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[parts.tm_wday]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[parts.tm_mon - 1]
    return f"{day}, {parts.tm_mday:02} {month} {time.strftime('%Y %H:%M:%S', parts)} GMT"
