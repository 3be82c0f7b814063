"""Bodies that were compressed on the way (RFC 9110, section 8.4.1)."""

from __future__ import annotations

import gzip
import zlib

from heygen.http.failure import AnswerLost

TYPE_CHECKING = False
if TYPE_CHECKING:
    from io import BufferedIOBase


class Gunzip(gzip.GzipFile):
    """Unpacks a gzip stream as it is read, never much more of it than was asked for."""

    def __init__(self, packed: BufferedIOBase, host: str) -> None:
        super().__init__(fileobj=packed, mode="rb")  # type: ignore[arg-type]
        self._packed = packed
        self._host = host

    def read(self, size: int) -> bytes:  # type: ignore[override]
        """Return up to `size` bytes, nothing at the end only. Raises TransportFailure."""
        try:
            return self.read1(size)
        except EOFError as error:
            raise AnswerLost(f"the response from {self._host} was cut short in the middle of its gzip data") from error
        except (gzip.BadGzipFile, zlib.error) as error:
            raise AnswerLost(f"the response from {self._host} is not valid gzip data: {error}") from error

    def close(self) -> None:
        """Close the stream below."""
        super().close()
        self._packed.close()
