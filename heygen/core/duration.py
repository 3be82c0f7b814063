"""Durations as Go writes them, the form the official client takes: `90s`, `1h30m`, `1.5h`, `20m0s`."""

from __future__ import annotations

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "μs": 1e-6, "ns": 1e-9}
_LONGEST = 100 * 365 * 24 * 3600.0


def parse(text: str) -> float:
    """Return the seconds of a duration.

    Raises ValueError, worded for the user; a bare number has no unit and is refused, but for 0.
    """
    if text == "0":
        return 0.0
    rest = text[1:] if text.startswith("+") else text
    if rest.startswith("-"):
        raise ValueError("must not be negative")
    if not rest:
        raise ValueError("must be a duration such as 90s, 10m or 1h30m, not empty")
    total = 0.0
    while rest:
        digits = 0
        while digits < len(rest) and (rest[digits] in "0123456789" or rest[digits] == "."):
            digits += 1
        number, rest = rest[:digits], rest[digits:]
        letters = 0
        while letters < len(rest) and rest[letters] not in "0123456789.":
            letters += 1
        unit, rest = rest[:letters], rest[letters:]
        if number.count(".") > 1 or not number.strip(".") or unit not in _UNITS:
            if not unit and number:
                raise ValueError(f"needs a unit, such as {text}s or {text}m")
            raise ValueError(f'must be a duration such as 90s, 10m or 1h30m, not "{text}"')
        total += float(number) * _UNITS[unit]
    if total > _LONGEST:
        raise ValueError("is longer than a century")
    return total


def render(seconds: float) -> str:
    """Return the duration as Go prints it: `20m0s`, `1h30m0s`, `1.5s`, `250ms`."""
    if seconds == 0:
        return "0s"
    if seconds < 1:
        return f"{_plain(seconds * 1000)}ms"
    minutes, rest = divmod(round(seconds, 9), 60)
    hours, minutes = divmod(int(minutes), 60)
    text = f"{hours}h" if hours else ""
    if hours or minutes:
        text += f"{minutes}m"
    return f"{text}{_plain(rest)}s"


def approximate(seconds: float) -> str:
    """Return the duration as people say it: rounded to a tenth of a second, and to a whole second from ten on."""
    return render(round(seconds, 1 if seconds < 10 else None)) if seconds >= 0.1 else render(round(seconds, 3))


def _plain(number: float) -> str:
    return f"{number:.9f}".rstrip("0").rstrip(".")
