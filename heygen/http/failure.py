"""What can go wrong between us and a server, before there is a response:

    TransportFailure
    ├── NotSent            the request never reached a server: repeating it is safe
    │   ├── TlsFailure     the server's certificate was not accepted
    │   └── ProxyFailure   the proxy refused
    ├── AnswerLost         it was sent, at least in part, and no whole answer came back
    └── TimedOut           the budget ran out; `was_sent` tells on which side
"""

from __future__ import annotations


class TransportFailure(Exception):
    """A request that got no whole answer; `was_sent` tells whether the server may have acted on it."""

    was_sent = False


class NotSent(TransportFailure):
    """No connection was made: a name that does not resolve, a port that refuses, a network that is down."""


class TlsFailure(NotSent):
    """The connection was refused by us, because the server could not be trusted. `hint` says what to do."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


class ProxyFailure(NotSent):
    """The proxy could not be reached or refused to connect."""


class AnswerLost(TransportFailure):
    """The connection broke after the request was sent, or the answer was cut short."""

    was_sent = True


class TimedOut(TransportFailure):
    """Nothing came within `budget` seconds."""

    def __init__(self, message: str, budget: float, was_sent: bool) -> None:
        super().__init__(message)
        self.budget = budget
        self.was_sent = was_sent
