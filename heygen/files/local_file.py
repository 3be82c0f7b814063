"""Local files as they are uploaded: a regular file, or a copy on disk of what can be read only once."""

from __future__ import annotations

import os
import stat

from heygen.core.context import InputStream
from heygen.core.errors import HeygenError, usage_error
from heygen.core.regular_file import open_regular
from heygen.files import media_type
from heygen.http.message import Body

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.core.context import Context

LARGEST_COPY = 20 << 30  # bytes; what can be read only once may have no end


class LocalFile:
    """A file to upload. `path` is how errors name it, `name` what the server is told; `size` is in bytes."""

    def __init__(self, path: str, name: str, content_type: str, copy: int | None = None) -> None:
        self.path = path
        self.name = name
        self.content_type = content_type
        self._copy = copy  # the descriptor of a copy of what can be read only once
        self._state = self._stat()
        self.size = self._state[0]

    def __del__(self) -> None:
        # Whoever might send the copy again holds this object.
        if self._copy is not None:
            os.close(self._copy)

    def _stat(self) -> tuple[int, ...]:
        """Return what changes when the file does."""
        found = os.stat(self.path) if self._copy is None else os.fstat(self._copy)
        return found.st_size, found.st_mtime_ns, found.st_dev, found.st_ino

    def check(self) -> None:
        """Refuse a file that has changed since this object was made. Raises `cli_file_io_error`."""
        try:
            is_same = self._stat() == self._state
        except OSError as error:
            raise _unreadable(self.path, error) from error
        if not is_same:
            raise HeygenError(
                "cli_file_io_error",
                f"the file {self.path} changed while it was being uploaded",
                hint="Upload it once it is complete",
            )

    def open(self) -> FileReader:
        """Return its bytes from the start. Raises `cli_file_io_error` where it has changed."""
        self.check()
        try:
            descriptor = open_regular(self.path, os.O_RDONLY, follows_links=True) if self._copy is None else os.dup(self._copy)
            stream = open(descriptor, "rb", buffering=0)
        except OSError as error:
            raise _unreadable(self.path, error) from error
        stream.seek(0)
        return FileReader(self, stream)

    def body(self) -> Body:
        """Return it as the body of a request."""
        return Body(open=self.open, length=self.size)


class FileReader:
    """One pass over a file. The last bytes are only handed out once it is sure that the file has not changed."""

    def __init__(self, file: LocalFile, stream: Any) -> None:
        self._file = file
        self._stream = stream
        self._left = file.size

    def readinto(self, buffer: memoryview) -> int:
        """Fill the buffer with what comes next and return how much that is, 0 at the end only."""
        if not self._left:
            return 0
        try:
            count = self._stream.readinto(buffer[: self._left])
        except OSError as error:
            raise _unreadable(self._file.path, error) from error
        self._left -= count
        if not count or not self._left:
            self._file.check()
        return count

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


def find(path: str, flag: str, context: Context, largest_copy: int = LARGEST_COPY) -> LocalFile:
    """Return the file that a path names, `-` being standard input.

    Raises `cli_file_io_error` for one that cannot be read, and a usage error for what is no file to upload. Of a pipe or
    a device, whose size nobody knows, more than `largest_copy` bytes are `payload_too_large`.
    """
    if path == "-":
        if context.stdin.is_terminal:
            raise usage_error("- reads standard input, but that is a terminal", param=flag, hint="Give a file, or pipe one in")
        return _spool("standard input", context.stdin, flag, context, largest_copy)
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise usage_error(f"{path} is a directory, not a file", param=flag)
        if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
            with open(path, "rb") as stream:
                return _spool(path, InputStream(stream), flag, context, largest_copy)
        with open(path, "rb") as stream:
            begin = stream.read(64)
        file = LocalFile(path, os.path.basename(path), media_type.guess(path, begin))
    except OSError as error:
        raise _unreadable(path, error, flag) from error
    except ValueError as error:
        raise usage_error(f"cannot read the file {path}: {error}", param=flag) from error
    if not file.size:
        raise usage_error(f"the file {path} is empty", param=flag)
    return file


def _spool(path: str, stream: InputStream, flag: str, context: Context, most: int) -> LocalFile:
    """Copy what can be read only once to disk, not into memory."""
    from tempfile import TemporaryFile

    begin = b""
    try:
        with TemporaryFile(dir=context.environ.get("TMPDIR") or None) as copy:
            while True:
                block = stream.read_block()
                if not block:
                    break
                if len(begin) < 64:
                    begin += block[: 64 - len(begin)]
                copy.write(block)
                if copy.tell() > most:
                    raise HeygenError(
                        "payload_too_large",
                        f"{path} is larger than {_in_words(most)}, the most that can be sent",
                        hint="Make sure that it ends and is smaller than that",
                        param=flag,
                    )
            copy.flush()
            descriptor = os.dup(copy.fileno())  # as long as it is open, the file without a name exists
    except OSError as error:
        raise HeygenError("cli_file_io_error", f"cannot keep a copy of {path}: {error.strerror or error}") from error
    file = LocalFile(path, f"upload{media_type.extension(begin)}", media_type.guess("", begin), descriptor)
    if not begin:
        raise usage_error(f"{path} is empty", param=flag)
    return file


def _in_words(size: int) -> str:
    return f"{size >> 30} GiB" if size >= 1 << 30 else f"{size >> 20} MiB"


def _unreadable(path: str, error: OSError, flag: str | None = None) -> HeygenError:
    return HeygenError("cli_file_io_error", f"cannot read the file {path}: {error.strerror or error}", param=flag)
