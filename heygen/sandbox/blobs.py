"""The bytes of uploaded files, on disk: in a temporary folder, or beside the state file."""

from __future__ import annotations

import hashlib
import os

from heygen.core.regular_file import NotRegular, open_regular
from heygen.sandbox.problems import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO


class Sink:
    """A file that is being received. When complete it is kept under its name; else it leaves no trace."""

    def __init__(self, folder: str, name: str) -> None:
        self._path = os.path.join(folder, f"{name}.part")
        self._stream = open(open_regular(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb")
        self._sha256 = hashlib.sha256()
        self.size = 0
        self.head = b""

    def write(self, data: bytes) -> None:
        """Take more bytes in."""
        if len(self.head) < 512:
            self.head += data[: 512 - len(self.head)]
        self._sha256.update(data)
        self.size += len(data)
        self._stream.write(data)

    @property
    def sha256(self) -> str:
        """The checksum of what has come in, in hexadecimal."""
        return self._sha256.hexdigest()

    def keep(self, path: str) -> None:
        """Give the complete file its name."""
        self._stream.close()
        os.replace(self._path, path)

    def discard(self) -> None:
        """Forget the file."""
        try:
            self._stream.close()
        except OSError:
            pass  # the disk is full: what is left in the buffer goes with the file
        _remove(self._path)


class Blobs:
    """The files, by the id of their asset."""

    def __init__(self, folder: str | None = None) -> None:
        self._kept = folder
        self._folder: str | None = None
        self._count = 0

    def _make_folder(self) -> str:
        if self._folder is None:
            if self._kept is not None:
                os.makedirs(self._kept, mode=0o700, exist_ok=True)
                if os.path.islink(self._kept):
                    raise NotRegular(self._kept, os.lstat(self._kept).st_mode)
                self._folder = self._kept
                for name in os.listdir(self._kept):
                    if name.endswith(".part"):  # of a sandbox that was killed: no other has this folder now
                        _remove(os.path.join(self._kept, name))
            else:
                import tempfile

                self._folder = tempfile.mkdtemp(prefix="heygen-sandbox-")
        return self._folder

    def receive(self, id: str) -> Sink:
        """Return where the bytes of an incoming file go. Raises Refusal."""
        self._count += 1
        try:
            return Sink(self._make_folder(), f"{id}.{self._count}")
        except OSError as error:
            raise _unusable(error) from error

    def keep(self, id: str, sink: Sink) -> None:
        """Store what was received under an id, in place of what was there."""
        sink.keep(os.path.join(self._make_folder(), id))

    def open(self, id: str) -> BinaryIO | None:
        """Return the bytes of a file, or None where there are none. Raises Refusal."""
        try:
            return open(open_regular(os.path.join(self._make_folder(), id), os.O_RDONLY), "rb")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(error) from error

    def remove(self, id: str) -> None:
        """Forget a file."""
        if self._folder is not None or self._kept is not None:
            _remove(os.path.join(self._make_folder(), id))

    def clear(self) -> None:
        """Forget all files."""
        for name in os.listdir(self._make_folder()) if self._folder is not None else ():
            os.remove(os.path.join(self._make_folder(), name))

    def close(self) -> None:
        """Leave nothing behind, unless a state file refers to it."""
        if self._folder is not None and self._kept is None:
            import shutil

            shutil.rmtree(self._folder, ignore_errors=True)
        self._folder = None


def _unusable(error: OSError) -> Refusal:
    return Refusal(500, "internal_error", f"The sandbox cannot use its file {error.filename}: {error.strerror}")


def _remove(path: str) -> None:
    try:
        os.remove(path)
    except FileNotFoundError:
        pass
