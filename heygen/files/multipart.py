"""Multipart forms (RFC 7578) that stream their files, with an exact length."""

from __future__ import annotations

import io

from heygen.api.fields import flag_name
from heygen.core.record import Record
from heygen.files import local_file
from heygen.http.message import Body

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable

    from heygen.core.context import Context
    from heygen.files.local_file import LocalFile

LARGEST_COPY = 32 << 20  # bytes, which POST /v3/assets, the one that takes a form, documents as the largest file


class Form(Record):
    """A form that is ready to be sent."""

    body: Body
    content_type: str
    name: str  # of its files


def form(parts: Iterable[tuple[str, Any]], files: set[str], context: Context) -> Form:
    """Return the form with these parts; the value of one that `files` names is a file's path.

    Raises a usage error for a file that cannot be uploaded.
    """
    boundary = f"heygen-{context.random_bytes(16).hex()}"
    pieces: list[bytes | LocalFile] = []
    for name, value in parts:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'
        if name in files:
            file = local_file.find(value, f"--{flag_name(name)}", context, LARGEST_COPY)
            head += f'; filename="{_quoted(file.name)}"\r\nContent-Type: {file.content_type}\r\n\r\n'
            pieces.extend((head.encode("utf-8", "surrogateescape"), file, b"\r\n"))
        else:
            pieces.append(f"{head}\r\n\r\n{value}\r\n".encode("utf-8", "surrogateescape"))
    pieces.append(f"--{boundary}--\r\n".encode())
    length = sum(len(piece) if isinstance(piece, bytes) else piece.size for piece in pieces)
    return Form(
        body=Body(open=lambda: _Chain(pieces), length=length),  # type: ignore[arg-type,return-value]
        content_type=f"multipart/form-data; boundary={boundary}",
        name=", ".join(piece.name for piece in pieces if not isinstance(piece, bytes)),
    )


class _Chain:
    """Reads byte strings and files one after another, as if they were one file."""

    def __init__(self, pieces: Iterable[bytes | LocalFile]) -> None:
        self._pieces = list(pieces)
        self._current: Any = None
        # Before anything is sent: none of the files may have changed since its size was taken.
        for piece in self._pieces:
            if not isinstance(piece, bytes):
                piece.check()

    def readinto(self, buffer: memoryview) -> int:
        """Fill the buffer with what comes next and return how much that is, 0 at the end only."""
        while True:
            if self._current is None:
                if not self._pieces:
                    return 0
                piece = self._pieces.pop(0)
                self._current = io.BytesIO(piece) if isinstance(piece, bytes) else piece.open()
            count = self._current.readinto(buffer)
            if count:
                return count
            self.close()
            self._current = None

    def close(self) -> None:
        """Close the file that is being read."""
        if self._current is not None:
            self._current.close()


def _quoted(text: str) -> str:
    # A quoted string, as Go's and Python's own parsers read it; a line break cannot be in one (RFC 7578, section 2, and
    # WHATWG HTML, "multipart/form-data encoding algorithm").
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return text.replace("\r", "%0D").replace("\n", "%0A")
