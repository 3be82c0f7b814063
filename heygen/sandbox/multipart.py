"""Reading a multipart form as it streams in, its file straight to disk."""

from __future__ import annotations

import io
from http.client import parse_headers

from heygen.core.record import Record
from heygen.sandbox.exchange import CHUNK, too_large
from heygen.sandbox.problems import invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.sandbox.blobs import Sink
    from heygen.sandbox.exchange import Body

MAX_HEADER = 16 * 1024
MAX_FIELD = 1024 * 1024


class Upload(Record):
    """The file of a form, as it lies on disk."""

    filename: str
    content_type: str
    sink: Sink


def boundary(content_type: str) -> bytes:
    """Return the boundary that a Content-Type names. Raises 400."""
    from email.message import Message

    message = Message()
    message["Content-Type"] = content_type
    found = message.get_param("boundary")
    if not isinstance(found, str) or not 0 < len(found) <= 200:
        raise invalid("The multipart form has no boundary")
    return found.encode("latin-1", "replace")


class FormReader:
    """Reads the parts of a form one by one."""

    def __init__(self, body: Body, mark: bytes) -> None:
        self._body = body
        self._delimiter = b"\r\n--" + mark
        # The first boundary may stand at the very beginning, without the line break of the others.
        self._buffer = b"\r\n"

    def read_file(self, name: str, limit: int, open_sink: Callable[[], Sink]) -> Upload:
        """Return the file in the field of that name. Raises 400 where there is none, 413 past the limit."""
        found: Upload | None = None
        is_whole = False
        self._copy(_ignore, MAX_FIELD)
        try:
            while self._has_part():
                headers = self._headers()
                if headers.get_param("name", header="content-disposition") != name or found is not None:
                    self._copy(_ignore, MAX_FIELD)
                    continue
                filename = headers.get_filename()
                found = Upload(
                    filename=filename or "", content_type=headers.get_content_type(), sink=open_sink()
                )
                self._copy(found.sink.write, limit)
                if filename is None:
                    raise invalid(f"{name} is a plain field; it must be a file", name)
            if found is None:
                raise invalid(f"{name} is required: the file to upload", name)
            is_whole = True
            return found
        finally:
            if found is not None and not is_whole:
                found.sink.discard()

    def _more(self) -> None:
        data = self._body.read(CHUNK)
        if not data:
            raise invalid("The multipart form ends before its last boundary")
        self._buffer += data

    def _has_part(self) -> bool:
        """Tell whether a part follows the boundary just passed."""
        while b"\n" not in self._buffer and not self._buffer.startswith(b"--"):
            if len(self._buffer) > MAX_HEADER:
                raise invalid("The multipart form is broken after a boundary")
            self._more()
        if self._buffer.startswith(b"--"):
            return False
        self._buffer = self._buffer.partition(b"\n")[2]
        return True

    def _headers(self) -> Any:
        while True:
            if self._buffer.startswith(b"\r\n"):
                end = 2
                break
            end = self._buffer.find(b"\r\n\r\n") + 4
            if end >= 4:
                break
            if len(self._buffer) > MAX_HEADER:
                raise invalid("The headers of a part of the form are too long")
            self._more()
        head, self._buffer = self._buffer[:end], self._buffer[end:]
        # The line break that ends the headers also starts the boundary of an empty part.
        self._buffer = b"\r\n" + self._buffer if self._buffer.startswith(self._delimiter[2:]) else self._buffer
        return parse_headers(io.BytesIO(head))

    def _copy(self, write: Callable[[bytes], None], limit: int) -> None:
        """Pass on everything up to the next boundary, and pass the boundary."""
        size = 0
        while True:
            at = self._buffer.find(self._delimiter)
            keep = at if at >= 0 else len(self._buffer) - len(self._delimiter) + 1
            if keep > 0:
                size += keep
                if size > limit:
                    raise too_large(limit)
                write(self._buffer[:keep])
            if at >= 0:
                self._buffer = self._buffer[at + len(self._delimiter) :]
                return
            self._buffer = self._buffer[max(keep, 0) :]
            self._more()


def _ignore(data: bytes) -> None:
    pass
