"""Bodies of requests that tell an observer how far they have been read."""

from __future__ import annotations

from heygen.http.message import Body

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO

    from heygen.core.observer import TransferObserver


def observed(body: Body, observer: TransferObserver) -> Body:
    """Return the same body, which tells the observer how far it has been read, from the start for each try."""

    def open() -> BinaryIO:
        observer.reset()
        return _Observed(body.open(), observer)  # type: ignore[return-value]

    return Body(open=open, length=body.length)


class _Observed:
    def __init__(self, stream: Any, observer: TransferObserver) -> None:
        self._stream = stream
        self._observer = observer

    def readinto(self, buffer: memoryview) -> int:
        count: int = self._stream.readinto(buffer)
        self._observer.advance(count)
        return count

    def close(self) -> None:
        self._observer.close()
        self._stream.close()
