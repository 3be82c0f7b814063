"""How fast requests go out: all threads together slow down when the API says 429, and stop when the batch does."""

from __future__ import annotations

import threading

from heygen.core.errors import HeygenError
from heygen.http.client import Client
from heygen.http.retry import retry_after

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from heygen.core.context import Context
    from heygen.http.message import Request, Response

_SLICE = 0.1  # seconds in which a thread that lets time pass notices that the batch stops
_FIRST_SPACING, _LONGEST_SPACING = 0.05, 2.0  # seconds between two requests, after a 429
_EASING = 0.95  # of the spacing, for each request that goes through
_LONGEST_PAUSE = 900.0  # seconds, whatever the API asks for


class Stop:
    """Whether the batch is to end, and why. The first reason counts."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.error: HeygenError | None = None

    @property
    def is_set(self) -> bool:
        """Whether no new row may be sent."""
        return self.error is not None

    def set(self, error: HeygenError) -> None:
        """Have the batch end, for this reason."""
        if self.error is None:
            self.error = error

    def sleep(self, seconds: float) -> None:
        """Let time pass. Raises HeygenError `canceled` where the batch stops meanwhile."""
        end = self.context.monotonic() + seconds
        while True:
            if self.is_set:
                raise HeygenError("canceled", "stopped before it was sent again")
            left = end - self.context.monotonic()
            if left <= 0:
                return
            self.context.sleep(min(left, _SLICE))


class Gate:
    """Lets requests through one after another, no closer to each other than the API's last 429s allow."""

    def __init__(self, context: Context, sleep: Callable[[float], None]) -> None:
        self.context = context
        self.sleep = sleep
        self.refusals = 0
        self._lock = threading.Lock()
        self._opens = self._closed_until = 0.0  # monotonic seconds
        self._spacing = 0.0

    def wait(self) -> None:
        """Return when the next request may go out."""
        with self._lock:
            now = self.context.monotonic()
            slot = max(now, self._opens)
            self._opens = slot + self._spacing
        while now < slot:
            self.sleep(slot - now)
            now = self.context.monotonic()

    def close(self, seconds: float | None) -> None:
        """Take note of a 429 that asks for so many seconds of peace."""
        with self._lock:
            self.refusals += 1
            if self.context.monotonic() >= self._closed_until:
                # Those that were on their way together are refused together, which says no more than one of them.
                self._spacing = min(max(self._spacing * 2, _FIRST_SPACING), _LONGEST_SPACING)
            pause = min(max(seconds if seconds is not None else 1.0, self._spacing), _LONGEST_PAUSE)
            self._closed_until = max(self._closed_until, self.context.monotonic() + pause)
            self._opens = max(self._opens, self._closed_until)

    def ease(self) -> None:
        """Take note of a request that was let through."""
        if self._spacing:
            with self._lock:
                self._spacing *= _EASING
                if self._spacing < _FIRST_SPACING / 4:
                    self._spacing = 0.0


class PacedClient(Client):
    """A client of the API, for all threads of a batch."""

    def __init__(self, client: Client, context: Context, gate: Gate) -> None:
        super().__init__(context, client.settings, client.credential, client.renew)
        self._gate = gate
        self._base = client.settings.api_base

    def exchange(self, request: Request) -> Response:
        """Carry one request, when its turn has come; files come from elsewhere, at their own pace."""
        if request.is_transfer or not request.url.startswith(self._base):
            return super().exchange(request)
        self._gate.wait()
        response = super().exchange(request)
        if response.status == 429:
            self._gate.close(retry_after(response.headers.get("Retry-After"), self.context.now()))
        else:
            self._gate.ease()
        return response
