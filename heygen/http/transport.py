"""Requests over the real network: urllib.request's opener with handlers of our own, and its errors as TransportFailure.

Each handler replaces one stock behaviour that would be wrong here: connections (`connection.py`), proxies
(`proxies.py`), redirects (`redirect.py`), and, in this file, the Content-Type that is added to every body and the
exception that is made of every status but 2xx.
"""

from __future__ import annotations

import http.client
import io
import urllib.request
from urllib.error import URLError
from urllib.parse import urlsplit

from heygen.core import address
from heygen.http.channel import READ_AHEAD, Patience
from heygen.http.connection import HTTPConnection, HTTPSConnection
from heygen.http.failure import AnswerLost, NotSent
from heygen.http.message import Body, Request, Response
from heygen.http.proxies import ProxyHandler
from heygen.http.redirect import RedirectHandler

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO, Callable

    from heygen.core.context import Context
    from heygen.http.proxies import Proxy
    from heygen.http.tls import Trust
    from heygen.http.trace import Trace


def make(context: Context, ca_bundle: str | None = None, trace: Trace | None = None) -> Callable[[Request], Response]:
    """Return the function that carries requests over the network, by the proxies and CAs of the environment.

    It raises TransportFailure, usage errors for an environment that cannot be used, and `cli_redirect_refused`.
    """
    opener = urllib.request.OpenerDirector()
    for handler in (
        ProxyHandler(context.environ),
        HTTPHandler(context, ca_bundle, trace),
        urllib.request.HTTPErrorProcessor(),
        RedirectHandler(),
        AnyStatusHandler(),
    ):
        opener.add_handler(handler)

    def exchange(request: Request) -> Response:
        # Before a connection is made: a file that cannot be read any more is no business of the server's.
        stream = request.body.open() if isinstance(request.body, Body) else None
        try:
            return opener.open(HTTPRequest(request, stream), timeout=request.timeout)  # type: ignore[return-value]
        finally:
            if stream is not None:
                stream.close()

    return exchange


class HTTPRequest(urllib.request.Request):
    """A request as urllib.request takes it; `message` is what it was made of."""

    def __init__(self, message: Request, stream: BinaryIO | None = None) -> None:
        try:
            host = address.host_and_port(message.url)
        except ValueError as error:
            raise NotSent(f"the URL cannot be reached: {error}", may_pass=False) from error
        # Without a user and password, and without a fragment: neither is sent.
        parts = urlsplit(message.url)
        url = parts._replace(netloc=host, path=parts.path or "/", fragment="").geturl()
        headers = {"Host": host, "Accept-Encoding": "gzip", **message.headers}
        if isinstance(message.body, Body):
            headers["Content-Length"] = str(message.body.length)
        super().__init__(url, stream or message.body, headers, method=message.method)  # type: ignore[arg-type]
        self.message = message
        self.proxy: Proxy | None = None
        self.redirections = 0


class HTTPHandler(urllib.request.HTTPHandler):
    """Opens http and https over connections of our own."""

    def __init__(self, context: Context, ca_bundle: str | None, trace: Trace | None) -> None:
        super().__init__()
        self._context = context
        self._ca_bundle = ca_bundle
        self._trust: Trust | None = None
        if trace is not None:
            self.do_open = trace.traced(self.do_open)  # type: ignore[method-assign]

    def http_request(self, request: HTTPRequest) -> HTTPRequest:  # type: ignore[override]
        """Leave the request as it is: a Content-Type that nobody asked for breaks a presigned link."""
        return request

    https_request = http_request

    def http_open(self, req: HTTPRequest) -> Response:  # type: ignore[override]
        return self.do_open(HTTPConnection, req)

    def https_open(self, req: HTTPRequest) -> Response:
        if self._trust is None:
            from heygen.http.tls import Trust

            self._trust = Trust(self._context.environ, self._ca_bundle)
        return self.do_open(HTTPSConnection, req, trust=self._trust)

    def do_open(self, http_class: Any, req: HTTPRequest, **options: Any) -> Response:  # type: ignore[override]
        """Return the response as soon as its headers are there. Raises TransportFailure."""
        host = address.host_and_port(req.message.url)
        patience = Patience(host, req.timeout, self._context.monotonic)
        try:
            answer = super().do_open(http_class, req, patience=patience, proxy=req.proxy, **options)
        except (http.client.InvalidURL, UnicodeError):
            raise NotSent("the URL contains a character that cannot be sent", may_pass=False) from None
        except http.client.RemoteDisconnected as error:
            raise AnswerLost(f"{host} closed the connection without responding") from error
        except http.client.HTTPException as error:
            raise AnswerLost(f"{host} answered with something that is not HTTP: {error!r}") from error
        except URLError as error:
            raise NotSent(f"the request could not be sent to {host}: {error.reason}") from error
        if req.message.is_transfer:
            patience.begin_transfer()
        stream: Any = _Stream(answer, host)
        if answer.headers.get("Content-Encoding", "").strip().lower() in ("gzip", "x-gzip"):
            from heygen.http.encoding import Gunzip

            stream = Gunzip(stream, host)
        proxy = req.proxy.name if req.proxy is not None and req.type == "http" else None
        return Response(answer.status, answer.reason, answer.headers, stream, req.message.url, proxy=proxy)


class AnyStatusHandler(urllib.request.HTTPDefaultErrorHandler):
    """Returns a response whatever its status: what to make of that is up to the caller."""

    def http_error_default(self, req: Any, fp: Any, code: int, msg: str, hdrs: Any) -> Any:
        return fp


class _Stream(io.BufferedIOBase):
    """The body of a response, as its framing delimits it; an end that comes too early is a failure."""

    def __init__(self, answer: http.client.HTTPResponse, host: str) -> None:
        self._answer = answer
        self._host = host
        self._has_read_ahead = True

    def read(self, size: int) -> bytes:  # type: ignore[override]
        """Return up to `size` bytes, nothing at the end only."""
        try:
            data = self._answer.read1(size)
        except http.client.HTTPException as error:
            raise AnswerLost(f"the response from {self._host} was cut short") from error
        if not data and self._answer.length:
            raise self._cut_short()
        return data

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill the buffer with what there is and return how much that was, 0 at the end only."""
        answer = self._answer
        is_large = min(len(buffer), answer.length or 0) > READ_AHEAD
        if self._has_read_ahead or not is_large:
            # What was read ahead is handed out alone: if the network failed, it would be lost with what follows.
            self._has_read_ahead = not is_large
            return super().readinto(buffer)
        count: int = answer.fp.readinto1(buffer[: answer.length])  # straight into the buffer
        if not count:
            raise self._cut_short()
        answer.length -= count
        return count

    def _cut_short(self) -> AnswerLost:
        return AnswerLost(f"the response from {self._host} was cut short: {self._answer.length} bytes are missing")

    def close(self) -> None:
        """Close the connection."""
        self._answer.close()
