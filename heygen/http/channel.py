"""Sockets that keep the time limits of their exchange, and whose errors say how far the request had got."""

from __future__ import annotations

import io
import socket

from heygen.core import duration
from heygen.http.failure import AnswerLost, NotSent, TimedOut, TransportFailure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

CONNECT_TIMEOUT = 10.0  # seconds, for all addresses of a host together
# A transfer may take as long as it needs, if at least this much comes through in this time.
STALL_TIMEOUT = 60.0  # seconds
STALL_BYTES = 16 * 1024
# What one call hands to the network: large enough to cost nothing, small enough to tell that a slow link moves.
LARGEST_SEND = 256 * 1024
READ_AHEAD = 64 * 1024


class Patience:
    """How long an exchange with a host may still take.

    It lasts until a deadline; for a transfer it lasts as long as enough bytes come through. Only the time spent
    waiting for the network counts there, not that of a slow disk or a reader that pauses.
    """

    def __init__(self, host: str, budget: float, monotonic: Callable[[], float]) -> None:
        self.host = host
        self.budget = budget
        self.monotonic = monotonic
        self.was_sent = False
        self._deadline = monotonic() + budget
        self._is_transfer = False
        self._waited = 0.0
        self._moved = 0

    def towards(self, host: str) -> Patience:
        """Return the same time limit for a step with another host on the way."""
        other = Patience(host, self.budget, self.monotonic)
        other._deadline = self._deadline
        return other

    def begin_transfer(self) -> None:
        """From now on allow any time, as long as bytes move."""
        self._is_transfer, self._waited, self._moved = True, 0.0, 0

    def begin_answer(self, was_sent: bool) -> None:
        """From now on wait for the answer; after a transfer the budget starts anew."""
        if self._is_transfer:
            self._deadline = self.monotonic() + self.budget
        self._is_transfer, self.was_sent = False, was_sent

    def left(self) -> float:
        """Return the seconds that the next step may take. Raises TimedOut where there are none."""
        left = STALL_TIMEOUT - self._waited if self._is_transfer else self._deadline - self.monotonic()
        if left <= 0:
            raise self.exhausted()
        return left

    def count(self, waited: float, moved: int) -> None:
        """Take note of a step that took `waited` seconds and moved some bytes."""
        self._waited += waited
        self._moved += moved
        if self._moved >= STALL_BYTES:
            self._waited, self._moved = 0.0, 0

    def exhausted(self) -> TimedOut:
        """Return the failure that says that the time is up."""
        if self._is_transfer:
            text = f"the transfer with {self.host} stalled: less than {STALL_BYTES // 1024} KiB went through"
            return TimedOut(f"{text} in {duration.render(STALL_TIMEOUT)}", STALL_TIMEOUT, self.was_sent)
        what = "no complete response came from" if self.was_sent else "the request could not be sent to"
        return TimedOut(f"{what} {self.host} within {duration.approximate(self.budget)}", self.budget, self.was_sent)

    def broken(self, error: Exception) -> TransportFailure:
        """Return the failure for a connection that broke."""
        if self.was_sent:
            return AnswerLost(f"{self.host} closed the connection before the whole response had arrived: {reason(error)}")
        return NotSent(f"{self.host} closed the connection before the request was sent: {reason(error)}")


def reason(error: Exception) -> str:
    """Return what the system says about an error."""
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def is_timeout(error: OSError) -> bool:
    """Tell whether a socket's own timeout ran out; ETIMEDOUT, which has the same type, is the network's word."""
    return isinstance(error, socket.timeout) and error.errno is None


def dial(host: str, port: int, patience: Patience) -> socket.socket:
    """Return a connected socket; each address of the host gets its share of the time. Raises NotSent, TimedOut."""
    try:
        # As bytes, here and below: a text would cost the import of the IDNA tables, which ASCII does not need.
        name = host.encode("ascii") if host.isascii() else host
        found = socket.getaddrinfo(name, port, 0, socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotSent(f"could not find the host {host}: {reason(error)}") from error
    budget = min(CONNECT_TIMEOUT, patience.left())
    failure: TransportFailure = NotSent(f"could not find an address for the host {host}")
    for *_, socket_address in found:
        try:
            number = socket_address[0].encode("ascii")
            connected = socket.create_connection((number, port), budget / len(found))
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connected
        except OSError as error:
            if is_timeout(error):
                text = f"could not connect to {patience.host} within {duration.approximate(budget)}"
                failure = TimedOut(text, budget, was_sent=False)
            else:
                failure = NotSent(f"could not connect to {patience.host}: {reason(error)}")
            failure.__cause__ = error
    raise failure


class Channel:
    """A connected socket as http.client uses one: `sendall`, `makefile` and `close`."""

    def __init__(self, connected: Any, patience: Patience) -> None:
        self.patience = patience
        self.socket = connected
        self._has_reader = False

    def sendall(self, data: Any) -> None:
        """Send bytes, all of them. Raises TransportFailure."""
        view = memoryview(data).cast("B")
        while view:
            view = view[self._step(self.socket.send, view[:LARGEST_SEND]) :]

    def receive_into(self, buffer: Any) -> int:
        """Receive what there is; 0 at the end. Raises TransportFailure."""
        return self._step(self.socket.recv_into, buffer)

    def _step(self, move: Callable[[Any], int], data: Any) -> int:
        patience = self.patience
        self.socket.settimeout(patience.left())
        began = patience.monotonic()
        try:
            moved = move(data)
        except OSError as error:
            raise (patience.exhausted() if is_timeout(error) else patience.broken(error)) from error
        patience.count(patience.monotonic() - began, moved)
        return moved

    def makefile(self, mode: str = "rb") -> io.BufferedReader:
        """Return a reader, which keeps the connection open until it is closed itself, as a socket's does."""
        self._has_reader = True
        return io.BufferedReader(_Reader(self), READ_AHEAD)

    def close(self) -> None:
        """Close the connection, unless a reader still needs it."""
        if not self._has_reader:
            self.socket.close()

    def detach(self) -> Any:
        """Return the socket; closing it is up to the caller from now on, and to no reader."""
        connected, self.socket = self.socket, None
        return connected


class _Reader(io.RawIOBase):
    """The receiving side of a channel as a file."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._channel.receive_into(buffer)

    def close(self) -> None:
        if not self.closed:
            super().close()
            if self._channel.socket is not None:
                self._channel.socket.close()
