"""The SHA-256 of a body, computed beside the sending of it: on a thread of its own, while the network takes the block."""

from __future__ import annotations

import hashlib
import threading

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
    """A stream whose blocks are digested while their reader uses them; the next block waits for the last."""

    def __init__(self, stream: Any, digest: Any) -> None:
        self._stream = stream
        self._digest = digest
        self._block = memoryview(b"")
        self._has_block = threading.Semaphore(0)
        self._is_done = threading.Semaphore(1)
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while True:
            self._has_block.acquire()
            if not self._block:
                return
            self._digest.update(self._block)
            self._is_done.release()

    def readinto(self, buffer: memoryview) -> int:
        self._is_done.acquire()
        count: int = self._stream.readinto(buffer)
        self._hand_over(buffer[:count])
        return count

    def _hand_over(self, block: memoryview) -> None:
        self._block = block
        if block:
            self._has_block.release()
        else:
            self._is_done.release()

    def close(self) -> None:
        self._is_done.acquire()
        self._block = memoryview(b"")
        self._has_block.release()
        self._thread.join()
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
