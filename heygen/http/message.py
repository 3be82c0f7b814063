"""Requests and responses as values, the seam between the client and whatever carries them."""

from __future__ import annotations

from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from email.message import Message
    from io import BufferedIOBase
    from typing import BinaryIO, Callable

BLOCK = 64 * 1024  # bytes


class Body(Record):
    """A request body that is streamed: `open` starts it anew for each try, `length` is its exact size in bytes."""

    open: Callable[[], BinaryIO]
    length: int


class Request(Record):
    """One HTTP request.

    `timeout` is the seconds that the whole exchange may take. A body that is streamed (a `Body` on the way out, a
    file that `is_transfer` announces on the way in) takes as long as it needs while its bytes keep coming.
    """

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | Body | None = None
    timeout: float = 30.0
    is_transfer: bool = False


class Response:
    """One HTTP response whose body is still to be read; close it, or use it in a `with`.

    `headers` are looked up without regard to case; of a repeated one the first counts. `stream` has `read(size)`,
    `readinto(buffer)` and `close()`. Both return what there is, up to what was asked for, and nothing at the end only;
    they raise TransportFailure. `url` is the one that answered; `proxy` names the proxy that handed a plain-http answer
    on, and may have written it.
    """

    def __init__(
        self, status: int, reason: str, headers: Message, stream: BufferedIOBase, url: str, proxy: str | None = None
    ) -> None:
        self.status = status
        self.reason = reason
        self.headers = headers
        self.stream = stream
        self.url = url
        self.proxy = proxy
        self.code, self.msg = status, reason  # as urllib.request's handlers call them, like info()

    def info(self) -> Message:
        """Return the headers."""
        return self.headers

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def read(self, most: int) -> bytes:
        """Return the whole body. Raises TransportFailure, and ValueError for one of more than `most` bytes."""
        pieces, length = [], 0
        while True:
            piece = self.stream.read(min(BLOCK, most + 1 - length))
            if not piece:
                return b"".join(pieces)
            pieces.append(piece)
            length += len(piece)
            if length > most:
                raise ValueError(f"more than {most} bytes")

    def close(self) -> None:
        """Give the connection back."""
        self.stream.close()

    def __enter__(self) -> Response:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
