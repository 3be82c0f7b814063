"""The SHA-256 of a body, computed as the body is sent: each block on its way to the network."""

from __future__ import annotations

import hashlib

from heygen.http.message import Body

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO

    from heygen.files.local_file import LocalFile


class Digest:
    """The digest of the body that was last sent to its end."""

    def __init__(self) -> None:
        self._hash: Any = None

    def hexdigest(self) -> str:
        """Return it in hexadecimal digits."""
        return str(self._hash.hexdigest())

    def of(self, body: Body) -> Body:
        """Return the same body, which is digested as it is read; each try begins anew."""

        def open() -> BinaryIO:
            self._hash = hashlib.sha256()
            return _Digested(body.open(), self._hash)  # type: ignore[return-value]

        return Body(open=open, length=body.length)


class _Digested:
    """A stream whose blocks are digested as they are read.

    Not on a thread beside the network: that would save no more than the time of the digest, and a thread that waits for
    a block has to be ended whatever ends the reading.
    """

    def __init__(self, stream: Any, digest: Any) -> None:
        self._stream = stream
        self._digest = digest

    def readinto(self, buffer: memoryview) -> int:
        count: int = self._stream.readinto(buffer)
        self._digest.update(buffer[:count])
        return count

    def close(self) -> None:
        self._stream.close()


def sha256(file: LocalFile) -> str:
    """Return the digest of a file in hexadecimal digits. Raises HeygenError where it cannot be read."""
    digest = hashlib.sha256()
    block = memoryview(bytearray(1 << 20))
    stream = file.open()
    try:
        while True:
            count = stream.readinto(block)
            if not count:
                return digest.hexdigest()
            digest.update(block[:count])
    finally:
        stream.close()
