"""Single values as people read them: durations, sizes, rates."""

from __future__ import annotations


def duration(seconds: float) -> str:
    """Return a span of time with its two leading units: `0.4s`, `12s`, `1m 5s`, `2h 3m`, `4d 1h`."""
    if seconds < 10 and seconds != round(seconds):
        return f"{seconds:.1f}s" if round(seconds, 1) != round(seconds) else f"{round(seconds)}s"
    whole = round(seconds)
    for name, size, below, part in (("d", 86400, "h", 3600), ("h", 3600, "m", 60), ("m", 60, "s", 1)):
        if whole >= size:
            rest = whole % size // part
            return f"{whole // size}{name}" + (f" {rest}{below}" if rest else "")
    return f"{whole}s"


def size(count: float) -> str:
    """Return a number of bytes in decimal units, two significant digits at least: `812 B`, `3.4 MB`."""
    if count < 1000:
        return f"{round(count)} B"
    for unit in ("kB", "MB", "GB", "TB", "PB", "EB"):
        count /= 1000
        if count < 9.95:
            return f"{count:.1f} {unit}"
        if count < 999.5:
            return f"{round(count)} {unit}"
    return f"{round(count)} EB"
