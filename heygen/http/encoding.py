"""Bodies that were compressed on the way (RFC 9110, section 8.4.1)."""

from __future__ import annotations

import io
import zlib

from heygen.http.failure import AnswerLost

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

BLOCK = 64 * 1024


class Gunzip(io.BufferedIOBase):
    """Unpacks a gzip stream as it is read, never more of it than was asked for."""

    def __init__(self, packed: Any, host: str) -> None:
        self._packed = packed
        self._host = host
        self._unpacker = zlib.decompressobj(wbits=31)
        self._has_begun = False

    def read(self, size: int) -> bytes:  # type: ignore[override]
        """Return up to `size` bytes, nothing at the end only. Raises TransportFailure."""
        unpacker = self._unpacker
        while not unpacker.eof:
            packed = unpacker.unconsumed_tail or self._packed.read(BLOCK)
            self._has_begun = self._has_begun or bool(packed)
            try:
                # What was packed tightly may still be inside when all of the input is.
                data = unpacker.decompress(packed, size)
            except zlib.error as error:
                raise AnswerLost(f"the answer of {self._host} is not what its gzip encoding says: {error}") from error
            if data:
                return data
            if not packed:
                break
        if self._has_begun and not unpacker.eof:
            raise AnswerLost(f"the answer of {self._host} was cut short in the middle of its gzip encoding")
        return b""

    def close(self) -> None:
        """Close the stream below."""
        self._packed.close()
