"""What can go wrong between us and a server, before there is a whole response:

    TransportFailure
    ├── NotSent            no server can have acted on it: repeating it is safe
    │   ├── TlsFailure     the server could not be trusted, or speaks no TLS that we do
    │   └── ProxyFailure   the proxy could not be reached, or refused to connect
    ├── AnswerLost         it was sent whole, and no whole answer came back
    └── TimedOut           the budget ran out; `was_sent` tells on which side

A request counts as sent once all of it is with the operating system. One that broke off before is incomplete, and no
server may take it for complete (RFC 9112, section 8).
"""

from __future__ import annotations


class TransportFailure(Exception):
    """A request that got no whole answer; its text is for the user.

    `was_sent` tells whether the server may have acted on it, `may_pass` whether another try may fare better, and
    `hint` what to do about it, where there is something to be said.
    """

    was_sent = False
    may_pass = True

    def __init__(self, message: str, hint: str | None = None, may_pass: bool | None = None) -> None:
        super().__init__(message)
        self.hint = hint
        if may_pass is not None:
            self.may_pass = may_pass


class NotSent(TransportFailure):
    """No connection was made, or it broke before the request was out."""


class TlsFailure(NotSent):
    """The connection was refused by us, because the server could not be trusted, or by the TLS of either side."""

    may_pass = False


class ProxyFailure(NotSent):
    """The proxy could not be reached or refused to connect."""


class AnswerLost(TransportFailure):
    """The connection broke after the request was sent, or the answer was cut short."""

    was_sent = True


class TimedOut(TransportFailure):
    """Nothing, or not enough, came within `budget` seconds."""

    def __init__(self, message: str, budget: float, was_sent: bool) -> None:
        super().__init__(message)
        self.budget = budget
        self.was_sent = was_sent
