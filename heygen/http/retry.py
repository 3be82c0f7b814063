"""When a request may be repeated, and how long to wait before it is: pure policy."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

BASE_DELAY = 1.0  # seconds before the second try, doubled for each further one
LONGEST_DELAY = 30.0  # seconds
JITTER = 0.25  # of the delay, up or down
RETRIED_STATUSES = (500, 502, 503, 504)
# The API, or a gateway before it, says that something broke, but not how far it had come: it may have acted all the same.
LOST_STATUSES = (408, 500, 502, 503, 504, 520, 524)
REPEATABLE_METHODS = ("GET", "HEAD", "PUT", "DELETE")
# An earlier request with the same idempotency key is still being carried out; it is asked again for its answer.
IN_PROGRESS = "request_in_progress"
LONGEST_IN_PROGRESS = 300.0  # seconds


def may_repeat(method: str, repeat_is_safe: bool, *, status: int | None = None, was_sent: bool = True) -> bool:
    """Tell whether a request that failed may be sent again (DESIGN, "Nothing is created twice").

    `status` is that of the response, or None where none came; `was_sent` whether the request went out;
    `repeat_is_safe` that the API itself keeps a repeat from doing the work twice.
    """
    if status == 429:
        return True
    if status is None and not was_sent:
        return True
    if method not in REPEATABLE_METHODS and not repeat_is_safe:
        return False
    return status is None or status in RETRIED_STATUSES


def delay(tries: int, random: Callable[[], float], retry_after: float | None = None) -> float:
    """Return the seconds to wait after `tries` tries; what the server asks for counts, up to 30 s."""
    if retry_after is not None:
        return min(retry_after, LONGEST_DELAY)
    wanted = min(BASE_DELAY * 2 ** (tries - 1), LONGEST_DELAY)
    return min(wanted * (1 + JITTER * (2 * random() - 1)), LONGEST_DELAY)


def retry_after(value: str | None, now: float) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110, section 10.2.3), or None."""
    if not value:
        return None
    text = value.strip()
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return float(text)
    from email.utils import parsedate_to_datetime

    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError):
        return None
    if moment.tzinfo is None:
        return None
    return max(moment.timestamp() - now, 0.0)
