"""Multipart forms (RFC 7578) that stream their files, with an exact length."""

from __future__ import annotations

import os

from heygen.errors import usage_error
from heygen.http.message import Body
from heygen.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable

    from heygen.context import Context


class Form(Record):
    """A form that is ready to be sent."""

    body: Body
    content_type: str


class _Chain:
    """Reads byte strings and files one after another, as if they were one file."""

    def __init__(self, pieces: list[bytes | str]) -> None:
        self._pieces = list(pieces)
        self._current: Any = None

    def read(self, size: int = -1) -> bytes:
        import io

        while True:
            if self._current is None:
                if not self._pieces:
                    return b""
                piece = self._pieces.pop(0)
                self._current = io.BytesIO(piece) if isinstance(piece, bytes) else open(piece, "rb")
            data = self._current.read(size)
            if data:
                return data
            self._current.close()
            self._current = None

    def close(self) -> None:
        if self._current is not None:
            self._current.close()


def form(parts: Iterable[tuple[str, Any]], files: set[str], context: Context) -> Form:
    """Return the form with these parts; the value of one that `files` names is a file's path.

    Raises a usage error for a file that is missing, empty, or no file.
    """
    boundary = f"heygen-{context.random_bytes(16).hex()}"
    pieces: list[bytes | str] = []
    length = 0
    for name, value in parts:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'
        if name in files:
            size = file_size(value, name)
            filename = _quoted(os.path.basename(value))
            head += f'; filename="{filename}"\r\nContent-Type: {content_type(value)}\r\n\r\n'
            pieces.extend((head.encode("utf-8", "surrogateescape"), value, b"\r\n"))
            length += size
        else:
            pieces.append(f"{head}\r\n\r\n{value}\r\n".encode("utf-8", "surrogateescape"))
    pieces.append(f"--{boundary}--\r\n".encode())
    length += sum(len(piece) for piece in pieces if isinstance(piece, bytes))
    return Form(
        body=Body(open=lambda: _Chain(pieces), length=length),
        content_type=f"multipart/form-data; boundary={boundary}",
    )


def file_size(path: str, flag: str) -> int:
    """Return a file's size in bytes. Raises a usage error for one that cannot be uploaded."""
    try:
        with open(path, "rb") as stream:
            size = os.fstat(stream.fileno()).st_size
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise usage_error(f"cannot read the file {path}: {reason}", param=flag) from error
    if size == 0:
        raise usage_error(f"the file {path} is empty", param=flag)
    return size


def content_type(path: str) -> str:
    """Return the media type that a file's name stands for."""
    from mimetypes import MimeTypes

    # Without the system's own tables: the same name means the same everywhere.
    guessed, _ = MimeTypes().guess_type(path)
    return guessed or "application/octet-stream"


def _quoted(text: str) -> str:
    # The escapes that browsers use (WHATWG HTML, "multipart/form-data encoding algorithm").
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
