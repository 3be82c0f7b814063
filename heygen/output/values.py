"""Single values as people read them: times, durations, sizes, states, and the labels of fields.

What a value means is told by its field's name (`created_at`, `size_bytes`), since JSON has numbers and text alone.
"""

from __future__ import annotations

from heygen.output import cells

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.core.context import Context
    from heygen.output.terminal import Terminal

# Kinds of values. Those in WHOLE are copied by people, and so never cut; those in NUMERIC are aligned at the right.
ID, URL, STATUS, TIME, DURATION, SIZE, PERCENT, NUMBER, BOOLEAN, TEXT, LIST, OBJECT, NOTHING = (
    "id", "url", "status", "time", "duration", "size", "percent", "number", "boolean", "text", "list", "object", "nothing"
)  # fmt: skip
WHOLE = (ID, URL)
NUMERIC = (DURATION, SIZE, PERCENT, NUMBER)

_STATES = {
    "green": "completed complete active enabled success succeeded ready approved verified paid available",
    "yellow": "pending processing running waiting queued generating thinking reviewing waiting_for_input"
    " pending_consent in_progress uploading training submitted draft paused",
    "red": "failed failure error disabled cancelled canceled rejected expired not_found unavailable revoked",
}
_STYLE_OF_STATE = {state: style for style, states in _STATES.items() for state in states.split()}
_CAPITALS = frozenset("ID URL API SRT VTT TTS SSML JSON UUID AI HD SD FPS GIF MIME USD".split())
_SMALL = frozenset("at by in of on to per for and or".split())
_EARLIEST = 100_000_000  # seconds since the epoch: a smaller number is no time
_MILLISECONDS = 100_000_000_000


def label(name: str) -> str:
    """Return a field's name as a label: `video_url` is `Video URL`; a name in another style stays as it is."""
    words = name.split("_")
    if not all(word.isascii() and word.isalnum() and word.islower() or word.isdigit() for word in words):
        return cells.escape(name)
    if len(words) > 1 and words[-1] in ("bytes", "seconds"):
        del words[-1]  # the value has its unit
    return " ".join(_capitalize(word, is_first=not index) for index, word in enumerate(words))


def _capitalize(word: str, is_first: bool) -> str:
    if word.upper() in _CAPITALS:
        return word.upper()
    if word[-1] == "s" and word[:-1].upper() in _CAPITALS:
        return word[:-1].upper() + "s"
    return word if word in _SMALL and not is_first else word[0].upper() + word[1:]


def kind(name: str, value: Any) -> str:
    """Return what kind of value a field holds."""
    if value is None or value == "" or value == [] or value == {}:
        return NOTHING
    if isinstance(value, bool):
        return BOOLEAN
    if isinstance(value, (int, float)):
        return _kind_of_number(name, value)
    if isinstance(value, str):
        if name.endswith("_at") and _moment(value) is not None:
            return TIME
        if name in ("status", "state") or name.endswith(("_status", "_state")):
            return STATUS
        if value.startswith(("https://", "http://")):
            return URL
        if name == "id" or name.endswith(("_id", "_ids", "_token", "_key", "secret")):
            return ID
        return TEXT
    return LIST if isinstance(value, list) else OBJECT


def _kind_of_number(name: str, value: float) -> str:
    if name.endswith("_at") and value >= _EARLIEST:
        return TIME
    if name in ("duration", "elapsed") or name.endswith(("_duration", "_seconds")):
        return DURATION if 0 <= value < 1e12 else NUMBER
    if name == "bytes" or name.endswith("_bytes"):
        return SIZE if 0 <= value < 1e24 else NUMBER
    if name == "progress" or name.endswith("_percent"):
        return PERCENT
    return NUMBER


def styles(name: str, value: Any) -> tuple[str, ...]:
    """Return the styles that a value is painted in."""
    of_kind = kind(name, value)
    if of_kind == STATUS and value.lower() in _STYLE_OF_STATE:
        return (_STYLE_OF_STATE[value.lower()],)
    if of_kind == NOTHING:
        return ("dim",)
    return ()


def text(name: str, value: Any, terminal: Terminal) -> str:
    """Return a value that is neither a list nor an object on one line, fit to be shown; a time without its zone."""
    of_kind = kind(name, value)
    if of_kind == NOTHING:
        return terminal.symbol("nothing")
    if of_kind == BOOLEAN:
        return "yes" if value else "no"
    if of_kind == TIME:
        moment = local(value, terminal.context)
        return moment[0] if moment else cells.escape(str(value))
    if of_kind == DURATION:
        return duration(value)
    if of_kind == SIZE:
        return size(value)
    if of_kind == PERCENT:
        return f"{number(value)}%"
    return cells.escape(value) if isinstance(value, str) else number(value)


def number(value: float) -> str:
    """Return a number as JSON writes it."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else str(value)


def local(value: Any, context: Context) -> tuple[str, str] | None:
    """Return a time as `2024-03-24 14:32` in the local zone, and the zone; None where the system has no such time."""
    try:
        parts = context.local_time(_moment(value))  # type: ignore[arg-type]
    except (OverflowError, OSError, ValueError, TypeError):
        return None
    written = f"{parts.tm_year:04d}-{parts.tm_mon:02d}-{parts.tm_mday:02d} {parts.tm_hour:02d}:{parts.tm_min:02d}"
    name = parts.tm_zone or ""
    # Windows has long names, and some zones have no name: both are given as an offset instead.
    return written, name if name.isascii() and name.isalpha() and len(name) <= 5 else _offset(parts.tm_gmtoff or 0)


def _offset(seconds: int) -> str:
    hours, minutes = divmod(abs(seconds) // 60, 60)
    if not seconds:
        return "UTC"
    return f"UTC{'-' if seconds < 0 else '+'}{hours}" + (f":{minutes:02d}" if minutes else "")


def ago(value: Any, context: Context) -> str:
    """Return how far from now a time is: `2 h ago`, `in 3 d`, `just now`."""
    passed = context.now() - (_moment(value) or 0)
    distance = abs(passed)
    if distance < 45:
        return "just now"
    for unit, length, until in (("min", 60, 3600), ("h", 3600, 86400), ("d", 86400, 60 * 86400), ("mo", 2629800, 24 * 2629800)):
        if distance < until - length / 2:
            break
    else:
        unit, length = "y", 31557600
    count = f"{max(round(distance / length), 1)} {unit}"
    return f"{count} ago" if passed > 0 else f"in {count}"


def _moment(value: Any) -> float | None:
    """Return the seconds since the epoch of a number or an ISO 8601 text; one without a zone is in UTC."""
    if isinstance(value, (int, float)):
        return value / 1000 if value >= _MILLISECONDS else value
    head, tail = value[:19], value[19:]
    if len(head) < 19 or head[10] not in "Tt " or head[4] + head[7] + head[13] + head[16] != "--::":
        return None
    if tail[:1] == ".":
        tail = tail[1:].lstrip("0123456789")
    sign = {"+": 1, "-": -1}.get(tail[:1], 0)
    zone = (tail[1:3] + tail[3:].removeprefix(":")).ljust(4, "0") if sign else ""
    if not (sign and len(zone) == 4 and zone.isascii() and zone.isdigit() or tail in ("", "Z", "z")):
        return None
    from datetime import datetime, timezone

    try:
        moment = datetime(*(int(head[start:end]) for start, end in _DIGITS), tzinfo=timezone.utc).timestamp()
    except ValueError:
        return None
    return moment - sign * (int(zone[:2]) * 3600 + int(zone[2:]) * 60) if sign else moment


_DIGITS = ((0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19))


def duration(seconds: float) -> str:
    """Return a span of time with its two leading units: `0.4s`, `12.4s`, `1m 5s`, `2h 3m`, `4d 1h`."""
    if round(seconds, 1) < 60:
        return f"{seconds:.1f}".removesuffix(".0") + "s"
    whole = round(seconds)
    for name, length, below, part in (("d", 86400, "h", 3600), ("h", 3600, "m", 60), ("m", 60, "s", 1)):
        if whole >= length:
            rest = whole % length // part
            return f"{whole // length}{name}" + (f" {rest}{below}" if rest else "")
    return f"{whole}s"


_UNITS = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def size(count: float) -> str:
    """Return a number of bytes in decimal units, two significant digits at least: `812 B`, `3.4 MB`."""
    return amount(count, count).partition("/")[2]


def amount(count: float, total: float) -> str:
    """Return a part of a number of bytes and the whole, in the whole's unit: `0.6/3.4 MB`."""
    unit, scale = 0, 1
    while unit < len(_UNITS) - 1 and round(total / scale) >= 1000:
        unit, scale = unit + 1, scale * 1000
    digits = 1 if unit and total / scale < 9.95 else 0
    return f"{count / scale:.{digits}f}/{total / scale:.{digits}f} {_UNITS[unit]}"
