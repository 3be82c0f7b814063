"""http.client's connections with time limits, lazy TLS trust, and errors that tell whether a request was sent."""

from __future__ import annotations

import http.client

from heygen.core import address
from heygen.http.channel import Channel, dial, reason
from heygen.http.failure import NotSent, ProxyFailure, TimedOut, TransportFailure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from socket import socket
    from typing import Any, BinaryIO, Iterator, Mapping

    from heygen.http.channel import Patience
    from heygen.http.proxies import Proxy
    from heygen.http.tls import Trust

BLOCK = 512 * 1024  # bytes read from a file for each turn of an upload
MOST_INTERIM_RESPONSES = 20


class HTTPResponse(http.client.HTTPResponse):
    """A response that passes over all interim ones (RFC 9110, section 15.2), not the 100 alone."""

    def _read_status(self) -> tuple[str, int, str]:
        for _ in range(MOST_INTERIM_RESPONSES):
            version, status, words = super()._read_status()  # type: ignore[misc]
            if not 101 < status < 200:
                return version, status, words
            http.client.parse_headers(self.fp)
        raise http.client.BadStatusLine("too many interim responses")


class HTTPConnection(http.client.HTTPConnection):
    """A connection for one exchange, to a server or to the proxy on the way to it. Raises TransportFailure."""

    response_class = HTTPResponse

    def __init__(self, host: str, timeout: float, *, patience: Patience, proxy: Proxy | None = None) -> None:
        super().__init__(host, timeout=timeout)
        self.patience = patience
        self.proxy = proxy
        self._cut_short: NotSent | None = None  # what broke the request off, while there may still be an answer

    def connect(self) -> None:
        """Connect to where the constructor says."""
        self.sock = Channel(self._dialled(), self.patience)  # type: ignore[assignment]

    def _dialled(self) -> socket:
        if self.proxy is None:
            return dial(self.host, self.port, self.patience)
        try:
            return dial(self.host, self.port, self.patience.towards(f"the proxy {self.proxy.name}"))
        except NotSent as failure:
            raise ProxyFailure(str(failure), hint="Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY") from failure

    def putheader(self, header: Any, *values: Any) -> None:
        """Add a header. Without the cause of an error, which repeats the value: it may be the key."""
        try:
            super().putheader(header, *values)
        except ValueError:
            raise NotSent(f"the header {header} contains a character that cannot be sent", may_pass=False) from None

    def request(
        self, method: str, url: str, body: Any = None, headers: Any = {}, *, encode_chunked: bool = False
    ) -> None:
        """Send a request; a body that is a stream goes out block by block."""
        if hasattr(body, "readinto"):
            body = self._blocks(body, int(headers["Content-Length"]))
        try:
            super().request(method, url, body, headers, encode_chunked=encode_chunked)
        except NotSent as failure:
            if self.sock is None or not failure.may_pass:
                raise
            # A server may refuse a body before it has read it all, and hang up: its answer tells more than the failure.
            self._cut_short = failure
        self.patience.begin_answer(was_sent=self._cut_short is None)

    def _blocks(self, stream: BinaryIO, length: int) -> Iterator[memoryview]:
        self.patience.begin_transfer()
        block = memoryview(bytearray(min(BLOCK, length or 1)))
        while length:
            count = stream.readinto(block[: min(length, len(block))])  # type: ignore[attr-defined]
            if not count:
                raise NotSent(f"the request's body ended {length} bytes early", may_pass=False)
            yield block[:count]
            length -= count

    def getresponse(self) -> http.client.HTTPResponse:
        """Return the response, once its headers are there."""
        try:
            return super().getresponse()
        except (TransportFailure, http.client.HTTPException) as error:
            if self._cut_short is not None:
                raise self._cut_short from error
            raise


class HTTPSConnection(HTTPConnection):
    """The same over TLS. Not the stock class, which loads all CAs before it knows whether it needs them."""

    default_port = http.client.HTTPS_PORT

    def __init__(self, host: str, timeout: float, *, trust: Trust, **options: Any) -> None:
        super().__init__(host, timeout, **options)
        self.trust = trust
        self._target = self.host, self.port

    def set_tunnel(self, host: str, port: int | None = None, headers: Mapping[str, str] | None = None) -> None:
        """Have the proxy connect us with a host. The stock method imports the IDNA tables."""
        self._target = address.origin(f"https://{host}")[1:]

    def connect(self) -> None:
        """Connect, and check the certificate. It may take a second connection to find its issuer."""
        secured = self.trust.secure(self._tunnelled, self._target[0], self.patience)
        self.sock = Channel(secured, self.patience)  # type: ignore[assignment]

    def _tunnelled(self) -> socket:
        connected = self._dialled()
        if self.proxy is None:
            return connected
        channel = Channel(connected, self.patience.towards(f"the proxy {self.proxy.name}"))
        answer = HTTPResponse(channel, method="CONNECT")  # type: ignore[arg-type]
        try:
            _open_tunnel(channel, answer, self.proxy, *self._target)
        except BaseException:
            answer.close()
            raise
        return channel.detach()


def _open_tunnel(channel: Channel, answer: HTTPResponse, proxy: Proxy, host: str, port: int) -> None:
    """Have the proxy connect us with the host (RFC 9110, section 9.3.6). Raises TransportFailure.

    The stock CONNECT speaks HTTP/1.0 before Python 3.12, and tells a refusal as an OSError without a status.
    """
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}"]
    if proxy.authorization:
        lines.append(f"Proxy-Authorization: {proxy.authorization}")
    try:
        channel.sendall("".join(f"{line}\r\n" for line in [*lines, ""]).encode("ascii"))
        answer.begin()
    except TimedOut:
        raise
    except (TransportFailure, http.client.HTTPException) as failure:
        raise ProxyFailure(f"the proxy {proxy.name} did not answer: {reason(failure)}") from failure
    if not 200 <= answer.status < 300:
        raise proxy.refusal(f"did not connect to {target}", answer.status, answer.reason)
