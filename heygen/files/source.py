"""What is uploaded: a regular file, or a copy on disk of what can be read only once, the same for every try."""

from __future__ import annotations

import os
import stat

from heygen.core.errors import HeygenError, usage_error
from heygen.http.message import Body

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO

    from heygen.core.context import Context
    from heygen.output.progress import Progress

BLOCK = 1 << 20
UNKNOWN_TYPE = "application/octet-stream"
# The types that the API takes, and their neighbours; what mimetypes knows varies with the version of Python.
TYPES = {
    ".aac": "audio/aac",
    ".csv": "text/csv",
    ".flac": "audio/flac",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".m4a": "audio/mp4",
    ".m4v": "video/x-m4v",
    ".mkv": "video/x-matroska",
    ".mov": "video/quicktime",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".otf": "font/otf",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".srt": "application/x-subrip",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain",
    ".vtt": "text/vtt",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".zip": "application/zip",
}
# Where a file begins so, whatever it is called: offset, bytes, extension.
SIGNATURES = (
    (0, b"\x89PNG\r\n\x1a\n", ".png"),
    (0, b"\xff\xd8\xff", ".jpg"),
    (0, b"GIF8", ".gif"),
    (0, b"%PDF-", ".pdf"),
    (0, b"\x1aE\xdf\xa3", ".webm"),
    (0, b"ID3", ".mp3"),
    (0, b"\xff\xfb", ".mp3"),
    (0, b"OggS", ".ogg"),
    (0, b"fLaC", ".flac"),
    (0, b"PK\x03\x04", ".zip"),
    (8, b"WAVE", ".wav"),
    (8, b"WEBP", ".webp"),
    (4, b"ftypqt", ".mov"),
    (4, b"ftypM4A", ".m4a"),
    (4, b"ftyp", ".mp4"),
)


class Source:
    """Something to upload. `path` is how errors name it, `name` what the server is told; `size` is in bytes."""

    def __init__(self, path: str, name: str, content_type: str, copy: int | None = None) -> None:
        self.path = path
        self.name = name
        self.content_type = content_type
        self._copy = copy  # the descriptor of one of what can be read only once
        self._state = self._look()
        self.size = self._state[0]

    def __del__(self) -> None:
        # The copy goes with the last who might want to send it again.
        if self._copy is not None:
            os.close(self._copy)

    def _look(self) -> tuple[int, ...]:
        """Return what changes when the file does."""
        found = os.stat(self.path) if self._copy is None else os.fstat(self._copy)
        return found.st_size, found.st_mtime_ns, found.st_dev, found.st_ino

    def check(self) -> None:
        """Refuse a file that is no longer what it was when it was named. Raises `cli_file_io_error`."""
        try:
            is_same = self._look() == self._state
        except OSError as error:
            raise _unreadable(self.path, error) from error
        if not is_same:
            raise HeygenError(
                "cli_file_io_error",
                f"the file {self.path} changed while it was being uploaded",
                hint="Upload it once it is complete",
            )

    def open(self) -> Reading:
        """Return its bytes from the start. Raises `cli_file_io_error` where it has changed."""
        self.check()
        try:
            stream = open(self.path if self._copy is None else os.dup(self._copy), "rb", buffering=0)
        except OSError as error:
            raise _unreadable(self.path, error) from error
        stream.seek(0)
        return Reading(self, stream)

    def body(self) -> Body:
        """Return it as the body of a request."""
        return Body(open=self.open, length=self.size)


class Reading:
    """One pass over a source. The last bytes are only handed out once it is sure that nothing has changed."""

    def __init__(self, source: Source, stream: Any) -> None:
        self._source = source
        self._stream = stream
        self._left = source.size

    def readinto(self, buffer: memoryview) -> int:
        """Fill the buffer with what comes next and return how much that is, 0 at the end only."""
        if not self._left:
            return 0
        try:
            count = self._stream.readinto(buffer[: self._left])
        except OSError as error:
            raise _unreadable(self._source.path, error) from error
        self._left -= count
        if not count or not self._left:
            self._source.check()
        return count

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


def find(path: str, flag: str, context: Context) -> Source:
    """Return what a path names, `-` being standard input. Raises a usage error for what cannot be uploaded."""
    if path == "-":
        if context.stdin.is_terminal:
            raise usage_error("- reads standard input, which is a terminal", param=flag, hint="Name a file")
        return _spooled("standard input", context.stdin.raw, flag, context)
    try:
        mode = os.stat(path).st_mode
        if stat.S_ISDIR(mode):
            raise usage_error(f"{path} is a directory, not a file", param=flag)
        if stat.S_ISFIFO(mode) or stat.S_ISCHR(mode):
            with open(path, "rb") as stream:
                return _spooled(path, stream, flag, context)
        with open(path, "rb") as stream:
            begin = stream.read(64)
        source = Source(path, os.path.basename(path), content_type(path, begin))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise usage_error(f"cannot read the file {path}: {reason}", param=flag) from error
    if not source.size:
        raise usage_error(f"the file {path} is empty", param=flag)
    return source


def _spooled(path: str, stream: Any, flag: str, context: Context) -> Source:
    """Copy what can be read only once to disk, not into memory."""
    from tempfile import TemporaryFile

    begin = b""
    try:
        with TemporaryFile(dir=context.environ.get("TMPDIR") or None) as copy:
            while stream is not None:
                block = stream.read(BLOCK)
                if not block:
                    break
                begin = begin or block[:64]
                copy.write(block)
            copy.flush()
            descriptor = os.dup(copy.fileno())  # as long as it is open, the file without a name exists
    except OSError as error:
        raise HeygenError("cli_file_io_error", f"cannot keep a copy of {path}: {error.strerror or error}") from error
    source = Source(path, f"upload{extension(begin)}", content_type("", begin), descriptor)
    if not begin:
        raise usage_error(f"{path} is empty", param=flag)
    return source


def extension(begin: bytes) -> str:
    """Return the extension for a file that begins so, or nothing."""
    return next((name for at, sign, name in SIGNATURES if begin.startswith(sign, at)), "")


def content_type(path: str, begin: bytes = b"") -> str:
    """Return the media type that a file's name stands for, else the one that its first bytes do."""
    suffix = os.path.splitext(path)[1].lower()
    if suffix in TYPES:
        return TYPES[suffix]
    if suffix:
        from mimetypes import MimeTypes

        # Without the system's own tables: the same name means the same everywhere.
        guessed, encoding = MimeTypes().guess_type(f"file{suffix}")
        if guessed and not encoding:
            return guessed
    return TYPES.get(extension(begin), UNKNOWN_TYPE)


def watched(body: Body, progress: Progress) -> Body:
    """Return the same body, which tells `progress` how far it has been read, from the start for each try."""

    def open() -> BinaryIO:
        progress.reset()
        return _Watched(body.open(), progress)  # type: ignore[return-value]

    return Body(open=open, length=body.length)


class _Watched:
    def __init__(self, stream: Any, progress: Progress) -> None:
        self._stream = stream
        self._progress = progress

    def readinto(self, buffer: memoryview) -> int:
        count: int = self._stream.readinto(buffer)
        self._progress.advance(count)
        return count

    def close(self) -> None:
        self._progress.close()
        self._stream.close()


def _unreadable(path: str, error: OSError) -> HeygenError:
    return HeygenError("cli_file_io_error", f"cannot read the file {path}: {error.strerror or error}")
