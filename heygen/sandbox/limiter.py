"""The rate limit: a bucket of requests that fills up again with time."""

from __future__ import annotations

import math

from heygen.sandbox.options import parse_rate
from heygen.sandbox.problems import Refusal


class Limiter:
    """Lets so many requests through in so many seconds; without a rate, all."""

    def __init__(self, rate: str | None) -> None:
        self.rate = parse_rate(rate) if rate else None
        self._left = float(self.rate.count) if self.rate else 0.0
        self._at: float | None = None

    def admit(self, now: float) -> None:
        """Count a request. Raises 429 with Retry-After where it is one too many."""
        if self.rate is None:
            return
        speed = self.rate.count / self.rate.period
        if self._at is not None:
            self._left = min(float(self.rate.count), self._left + max(0.0, now - self._at) * speed)
        self._at = now
        if self._left < 1.0:
            seconds = max(1, math.ceil((1.0 - self._left) / speed))
            raise Refusal(
                429,
                "rate_limit_exceeded",
                f"Too many requests; try again in {seconds} s",
                headers={"Retry-After": str(seconds)},
            )
        self._left -= 1.0
