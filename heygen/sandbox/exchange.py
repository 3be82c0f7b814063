"""A request as it came in, and the answer that goes out: the wire left out."""

from __future__ import annotations

from urllib.parse import parse_qsl

from heygen.sandbox.problems import Refusal, encode, invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO, Callable, Mapping, Sequence

CHUNK = 64 * 1024
# The largest JSON body: room for a file in base64.
MAX_DOCUMENT = 48 * 1024 * 1024


class Body:
    """The body of a request, read when it is wanted and never further than its end."""

    def __init__(self, stream: BinaryIO, headers: Mapping[str, str], proceed: Callable[[], None]) -> None:
        self._stream = stream
        self._proceed: Callable[[], None] | None = proceed if headers.get("expect", "").lower() == "100-continue" else None
        self._chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        length = headers.get("content-length", "0").strip()
        if not (length.isascii() and length.isdigit()):
            raise invalid(f"Content-Length is not a number: {length[:50]}")
        self.length: int | None = None if self._chunked else int(length)
        self._left = 0 if self._chunked else int(length)
        self._ended = not self._chunked and not self._left

    @property
    def is_awaited(self) -> bool:
        """Whether the client holds it back until it is asked for (`Expect: 100-continue`)."""
        return self._proceed is not None

    def read(self, size: int = CHUNK) -> bytes:
        """Return up to so many bytes; none at its end. Raises ConnectionError where the client stops early."""
        if self._ended:
            return b""
        if self._proceed is not None:
            self._proceed()
            self._proceed = None
        if self._chunked and not self._left:
            self._left = self._chunk_size()
            if not self._left:
                while self._line().strip():  # trailers
                    pass
                self._ended = True
                return b""
        data = self._stream.read(min(size, self._left))
        if not data:
            raise ConnectionError("the client stopped in the middle of a body")
        self._left -= len(data)
        if not self._left:
            if self._chunked:
                self._line()
            else:
                self._ended = True
        return data

    def _chunk_size(self) -> int:
        text = self._line().split(b";")[0].strip()
        try:
            size = int(text, 16)
        except ValueError as error:
            raise ConnectionError("the client sent an invalid chunk") from error
        if size < 0:
            raise ConnectionError("the client sent an invalid chunk")
        return size

    def _line(self) -> bytes:
        line = self._stream.readline(8192)
        if not line.endswith(b"\n"):
            raise ConnectionError("the client stopped in the middle of a chunk")
        return line

    def read_all(self, limit: int) -> bytes:
        """Return all of it. Raises 413 past the limit."""
        if self.length is not None and self.length > limit:
            raise too_large(limit)
        parts: list[bytes] = []
        size = 0
        while True:
            data = self.read()
            if not data:
                return b"".join(parts)
            size += len(data)
            if size > limit:
                raise too_large(limit)
            parts.append(data)

    def drain(self, limit: int) -> bool:
        """Read and forget what is left, so that the connection can go on; False where that is too much."""
        if self.is_awaited or (self.length or 0) > limit:
            return self._ended
        while limit > 0 and not self._ended:
            limit -= len(self.read())
        return self._ended


def too_large(limit: int) -> Refusal:
    """Return the refusal of a body that is larger than so many bytes."""
    return Refusal(413, "payload_too_large", f"The body is larger than {limit} bytes")


class Incoming:
    """A request: `path` still percent-encoded and without the query; header names in lower case."""

    def __init__(self, method: str, target: str, headers: Mapping[str, str], body: Body, id: str) -> None:
        self.method = method
        path, _, query = target.partition("#")[0].partition("?")
        self.path = path
        self.query: list[tuple[str, str]] = parse_qsl(query, keep_blank_values=True, errors="replace")
        self.headers = headers
        self.body = body
        self.id = id
        self.arrived = 0.0  # seconds on a clock of its own
        self.content: bytes | None = None  # the body, where it was read whole
        self.document: Any = None  # the same, parsed

    @property
    def content_type(self) -> str:
        """The media type of the body, without parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def read(self, limit: int = MAX_DOCUMENT) -> bytes:
        """Return the whole body and keep it for the log. Raises 413."""
        if self.content is None:
            self.content = self.body.read_all(limit)
        return self.content

    def entry(self) -> dict[str, Any]:
        """Return the request as the log keeps it."""
        return {
            "id": self.id,
            "method": self.method,
            "path": self.path,
            "query": [list(pair) for pair in self.query],
            "headers": dict(self.headers),
            "body": self.content,
            "json": self.document,
        }


class Answer:
    """An answer: `body` is bytes, or an open file of which `length` bytes go out; without a length, all that comes from it."""

    def __init__(
        self,
        status: int,
        body: bytes | BinaryIO = b"",
        content_type: str = "application/json",
        headers: Sequence[tuple[str, str]] = (),
        length: int | None = None,
    ) -> None:
        self.status = status
        self.body = body
        self.content_type = content_type
        self.headers = list(headers)
        self.length = len(body) if isinstance(body, bytes) else length


def document_answer(status: int, document: Any) -> Answer:
    """Return the answer that carries a JSON document."""
    return Answer(status, encode(document))


def refusal_answer(refusal: Refusal) -> Answer:
    """Return the answer that carries an error."""
    return Answer(refusal.status, encode(refusal.document()), headers=list(refusal.headers.items()))
