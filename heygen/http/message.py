"""Requests and responses as values, the seam between the client and whatever carries them."""

from __future__ import annotations

from heygen.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO, Callable, Iterable


class Body(Record):
    """A request body that is streamed: `open` starts it anew for each try, `length` is its exact size in bytes."""

    open: Callable[[], BinaryIO]
    length: int


class Request(Record):
    """One HTTP request. `timeout` is in seconds, for connecting and for each read."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | Body | None = None
    timeout: float = 30.0


class Headers:
    """Response headers, looked up without regard to case; of a repeated one the first counts."""

    def __init__(self, pairs: Iterable[tuple[str, str]] = ()) -> None:
        self.pairs = list(pairs)

    def get(self, name: str, default: str | None = None) -> str | None:
        """Return a header's value, or the default."""
        wanted = name.lower()
        for key, value in self.pairs:
            if key.lower() == wanted:
                return value
        return default


class Response:
    """One HTTP response whose body is still to be read; close it, or use it in a `with`."""

    def __init__(self, status: int, reason: str, headers: Headers, stream: Any, url: str) -> None:
        self.status = status
        self.reason = reason
        self.headers = headers
        self.stream = stream
        self.url = url

    @property
    def is_success(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300

    def close(self) -> None:
        """Give the connection back."""
        self.stream.close()

    def __enter__(self) -> Response:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
