"""What a sandbox is started with."""

from __future__ import annotations

from heygen.core import duration
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

# What takes time in the sandbox, named after the command group that starts it.
JOB_KINDS = (
    "video",
    "video-agent",
    "video-translate",
    "proofread",
    "lipsync",
    "ai-clipping",
    "background-removal",
    "filler-word-removal",
    "model",
    "avatar",
    "voice",
    "asset",
)
PERIODS = {"s": 1.0, "m": 60.0, "h": 3600.0}
GENEROUS_CREDITS = 100_000


class Rate(Record):
    """So many requests in so many seconds."""

    count: int
    period: float


class Options(Record):
    """How a sandbox behaves.

    `seed` makes ids and times the same on every run; without one the ids are the same and the times are
    real. `clock` returns seconds since the epoch; None is the real one. `rate` is written `5/s`, `faults` as
    heygen.sandbox.faults reads them.
    """

    port: int = 0
    seed: int | None = None
    job_seconds: float = 0.0
    job_seconds_by_kind: dict[str, float] = {}
    credits: int | None = None
    rate: str | None = None
    faults: tuple[str, ...] = ()
    state_file: str | None = None
    allow_unknown_ids: bool = False  # in bodies: taken for those of the real account
    seeds: dict[str, list[dict[str, Any]]] = {}  # by kind, as heygen.sandbox.seeds reads them
    keys: tuple[str, ...] | None = None  # that are let in; None for every one
    scopes: tuple[str, ...] | None = None  # that each key has; None for all
    clock: Callable[[], float] | None = None
    log: Callable[[dict[str, Any]], None] | None = None  # called after each exchange with its log entry

    def seconds(self, kind: str) -> float:
        """Return how long a job of this kind takes."""
        return self.job_seconds_by_kind.get(kind, self.job_seconds)


def parse_rate(text: str) -> Rate:
    """Return the rate of `5/s`, `100/m`, `1000/h`; a bare number is per second. Raises ValueError."""
    count, slash, period = text.partition("/")
    if not (count.isascii() and count.isdigit() and int(count) > 0) or (slash and period not in PERIODS):
        raise ValueError(f'must be a number of requests and a period, such as 5/s or 100/m, not "{text}"')
    return Rate(count=int(count), period=PERIODS[period or "s"])


def parse_job_seconds(text: str) -> tuple[str, float]:
    """Return kind ("" for all) and seconds of `3`, `1m30s`, `video=5`. Raises ValueError."""
    kind, equals, value = text.rpartition("=")
    if equals and kind not in JOB_KINDS:
        raise ValueError(f'does not name a kind of job: "{kind}" (the kinds are: {", ".join(JOB_KINDS)})')
    try:
        seconds = float(value)
    except ValueError:
        seconds = duration.parse(value)
    if not 0 <= seconds <= 1e9:
        raise ValueError(f'must be a number of seconds, not "{value}"')
    return kind, seconds
