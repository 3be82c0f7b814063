"""One exchange with the network: a request goes out over a connection of its own, a response or a failure comes back.

This stands on http.client rather than on urllib.request, which stands on it in turn: what urllib.request would add here
are handlers that all had to be replaced (proxies, redirects, errors), 10 ms of imports for every call, and an
exception that no longer tells whether the request had gone out.
"""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

from heygen.core import address
from heygen.http import proxies
from heygen.http.connection import READ_AHEAD, Channel, Patience, dial, reason
from heygen.http.failure import AnswerLost, NotSent, ProxyFailure, TimedOut, TransportFailure
from heygen.http.message import Body, Headers, Request, Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from socket import socket
    from typing import Any, BinaryIO, Callable

    from heygen.core.context import Context
    from heygen.http.proxies import Proxy
    from heygen.http.tls import Trust

BLOCK = 512 * 1024  # bytes read from a file for each turn of an upload


def make(context: Context, ca_bundle: str | None = None) -> Callable[[Request], Response]:
    """Return the function that carries requests over the real network, by the environment's proxies and CAs.

    It raises TransportFailure, and usage errors for an environment that cannot be used.
    """
    transport = _Transport(context, ca_bundle)
    return transport.exchange


class _Transport:
    def __init__(self, context: Context, ca_bundle: str | None) -> None:
        self.context = context
        self.ca_bundle = ca_bundle
        self._trust: Trust | None = None

    def exchange(self, request: Request) -> Response:
        """Send the request and return the response, as soon as its headers are there."""
        try:
            scheme, host, port = address.origin(request.url)
        except ValueError as error:
            raise NotSent(f"the URL cannot be reached: {error}", may_pass=False) from error
        # Before a connection is made: a file that cannot be read any more is no business of the server's.
        stream = request.body.open() if isinstance(request.body, Body) else None
        try:
            return self._exchange(request, stream, scheme, host, port)
        finally:
            if stream is not None:
                stream.close()

    def _exchange(self, request: Request, stream: BinaryIO | None, scheme: str, host: str, port: int) -> Response:
        name = address.host_and_port(request.url)
        patience = Patience(name, request.timeout, self.context.monotonic)
        proxy = proxies.choose(request.url, self.context.environ)
        channel = Channel(self._connected(scheme, host, port, proxy, patience), patience)
        try:
            forwarder = proxy if scheme == "http" else None
            early = _send(request, stream, channel, forwarder)
            return _answer(request, channel, forwarder, early)
        except BaseException:
            channel.close()
            raise

    def _connected(self, scheme: str, host: str, port: int, proxy: Proxy | None, patience: Patience) -> socket:
        def connect() -> socket:
            if proxy is None:
                return dial(host, port, patience)
            connected = _dial_proxy(proxy, patience)
            if scheme == "https":
                _tunnel(connected, host, port, proxy, patience)
            return connected

        if scheme == "http":
            return connect()
        if self._trust is None:
            from heygen.http.tls import Trust

            self._trust = Trust(self.context.environ, self.ca_bundle)
        return self._trust.secure(connect, host, patience)


# --- proxies


def _dial_proxy(proxy: Proxy, patience: Patience) -> socket:
    try:
        return dial(proxy.host, proxy.port, patience.towards(f"the proxy {proxy.name}"))
    except TimedOut:
        raise
    except NotSent as failure:
        raise ProxyFailure(str(failure), hint="Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY") from failure


def _tunnel(connected: socket, host: str, port: int, proxy: Proxy, patience: Patience) -> None:
    """Have the proxy connect us with the host (RFC 9110, section 9.3.6). Raises ProxyFailure."""
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if proxy.authorization:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    channel = Channel(connected, patience.towards(f"the proxy {proxy.name}"))
    answer = _Answer(channel, method="CONNECT")
    try:
        channel.sendall("".join(line + "\r\n" for line in [*lines, ""]).encode("ascii"))
        answer.begin()
    except (TransportFailure, http.client.HTTPException) as failure:
        channel.close()
        if isinstance(failure, TimedOut):
            raise
        raise ProxyFailure(f"the proxy {proxy.name} gave no answer: {reason(failure)}") from failure
    except BaseException:
        channel.close()
        raise
    if 200 <= answer.status < 300:
        channel.release()
    else:
        channel.close()
        raise _refusal(proxy, f"did not connect to {target}", answer.status, answer.reason)


def _refusal(proxy: Proxy, what: str, status: int, words: str) -> ProxyFailure:
    hint = None
    if status == 407:
        hint = "Put the proxy's user and password into HTTPS_PROXY or HTTP_PROXY: http://user:password@host:port"
    elif status < 500:
        hint = "Ask for this host to be allowed on the proxy, or name it in NO_PROXY if it can be reached directly"
    return ProxyFailure(f"the proxy {proxy.name} {what}: {status} {words}".strip(), hint, may_pass=status >= 500)


# --- the exchange


class _Answer(http.client.HTTPResponse):
    """A response that passes over any interim ones (RFC 9110, section 15.2), not the 100 alone."""

    def _read_status(self) -> tuple[str, int, str]:
        for _ in range(20):
            version, status, words = super()._read_status()  # type: ignore[misc]
            if not 101 < status < 200:
                return version, status, words
            http.client.parse_headers(self.fp)
        raise http.client.BadStatusLine("no end of interim responses")


def _send(
    request: Request, stream: BinaryIO | None, channel: Channel, proxy: Proxy | None
) -> TransportFailure | None:
    """Send the request; `stream` has its body, where that is streamed.

    Returns the failure that broke off its body, in case there is an answer all the same.
    """
    connection = http.client.HTTPConnection(channel.patience.host)
    connection.sock = channel  # type: ignore[assignment]
    parts = urlsplit(request.url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"Host": parts.netloc.rpartition("@")[2], "Accept-Encoding": "gzip", **request.headers}
    body: Any = request.body
    length = body.length if isinstance(body, Body) else len(body) if body is not None else None
    if length is None and request.method in ("POST", "PUT", "PATCH"):
        length = 0
    if length is not None:
        headers["Content-Length"] = str(length)
    headers["Connection"] = "close"
    if proxy is not None:
        target = f"http://{headers['Host']}{target}"
        if proxy.authorization:
            headers["Proxy-Authorization"] = proxy.authorization
    what = "URL"
    try:
        connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
        for header, value in headers.items():
            what = f"header {header}"
            connection.putheader(header, value)
    except (ValueError, http.client.HTTPException):
        # Without the cause, which repeats the value: it may be the key.
        raise NotSent(f"the {what} has a character that cannot be sent", may_pass=False) from None
    connection.endheaders()
    try:
        if stream is not None:
            channel.patience.begin_transfer()
            _send_stream(stream, body.length, channel)
        elif body:
            channel.sendall(body)
    except NotSent as failure:
        # A server may refuse a body before it has read it all, and hang up; its reason is worth more than the failure.
        channel.patience.begin_answer(was_sent=False)
        return failure
    channel.patience.begin_answer(was_sent=True)
    return None


def _send_stream(stream: BinaryIO, length: int, channel: Channel) -> None:
    block = memoryview(bytearray(min(BLOCK, length or 1)))
    while length:
        count = stream.readinto(block[: min(length, len(block))])  # type: ignore[attr-defined]
        if not count:
            raise NotSent(f"the request's body ended {length} bytes early", may_pass=False)
        channel.sendall(block[:count])
        length -= count


def _answer(request: Request, channel: Channel, proxy: Proxy | None, early: TransportFailure | None) -> Response:
    answer = _Answer(channel, method=request.method)
    patience = channel.patience
    try:
        answer.begin()
    except TransportFailure:
        if early is not None:
            raise early
        raise
    except http.client.HTTPException as error:
        if early is not None:
            raise early from error
        if isinstance(error, http.client.RemoteDisconnected):
            raise AnswerLost(f"{patience.host} closed the connection without an answer") from error
        raise AnswerLost(f"{patience.host} answered with something that is not HTTP: {error!r}") from error
    headers = Headers(answer.headers.items())
    if proxy is not None and answer.status == 407:
        answer.close()
        raise _refusal(proxy, "did not pass the request on", answer.status, answer.reason)
    if request.is_transfer:
        patience.begin_transfer()
    stream: Any = _Stream(answer, patience)
    if (headers.get("Content-Encoding") or "").strip().lower() in ("gzip", "x-gzip"):
        from heygen.http.encoding import Gunzip

        stream = Gunzip(stream, patience.host)
    return Response(
        answer.status, answer.reason, headers, stream, request.url, proxy=proxy.name if proxy is not None else None
    )


def _copied(data: bytes, buffer: memoryview) -> int:
    buffer[: len(data)] = data
    return len(data)


class _Stream:
    """The body of a response, as its framing delimits it; an end that comes too early is a failure."""

    def __init__(self, answer: http.client.HTTPResponse, patience: Patience) -> None:
        self._answer = answer
        self._patience = patience
        self._left = answer.length  # None for a body that ends in another way
        self._is_drained = False  # nothing read ahead is left

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes, nothing at the end only."""
        buffer = bytearray(size)
        count = self.readinto(memoryview(buffer))
        return bytes(buffer[:count])

    def readinto(self, buffer: memoryview) -> int:
        """Fill the buffer with what there is and return how much that was, 0 at the end only."""
        answer = self._answer
        try:
            if answer.fp is None or self._left == 0:
                return 0
            if answer.chunked:
                return _copied(answer.read1(len(buffer)), buffer)
            buffer = buffer if self._left is None else buffer[: self._left]
            if self._is_drained and len(buffer) > READ_AHEAD:
                count = answer.fp.readinto1(buffer)
            else:
                # What was read ahead is handed out alone: readinto1() goes on to the network, and a failure there
                # would lose it.
                count = _copied(answer.fp.read1(len(buffer)), buffer)
                self._is_drained = len(buffer) > READ_AHEAD
        except http.client.HTTPException as error:
            raise AnswerLost(f"the answer of {self._patience.host} was cut short") from error
        if self._left is not None:
            if not count:
                raise AnswerLost(f"the answer of {self._patience.host} was cut short: {self._left} bytes are missing")
            self._left -= count
        return count

    def close(self) -> None:
        """Close the connection."""
        self._answer.close()
