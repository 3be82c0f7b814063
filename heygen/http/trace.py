"""`--debug`: every exchange on stderr, with nothing in it that lets a reader of the log act as the user."""

from __future__ import annotations

import io
from functools import partial

from heygen.core.named_secrets import is_secret_header
from heygen.core.secrets import MASK
from heygen.http.failure import TransportFailure
from heygen.http.message import Body, Request, Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable

    from heygen.core.context import Context

MOST_SHOWN = 4096  # bytes of a body
_MOST_KEPT = 4 * MOST_SHOWN  # a secret that begins within what is shown ends within this


class Trace:
    """Writes the exchanges of one run on stderr."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def say(self, text: str) -> None:
        """Write a line."""
        self._write([f"* {text}"])

    def traced(self, do_open: Callable[..., Response]) -> Callable[..., Response]:
        """Return the `do_open` of a handler of urllib.request with a trace."""

        def traced_open(http_class: Any, req: Any, **options: Any) -> Response:
            self._show_request(req.message)
            began = self.context.monotonic()
            try:
                response = do_open(http_class, req, **options)
            except TransportFailure as failure:
                self._write([f"* failed after {self._since(began)}: {failure}"])
                raise
            self._show_response(response, began)
            show = partial(self._show_body, response.headers.get("Content-Type"))
            response.stream = _Copy(response.stream, show)
            return response

        return traced_open

    def _show_request(self, request: Request) -> None:
        lines = [f"> {request.method} {request.url}", *_header_lines(">", request.headers.items())]
        if isinstance(request.body, Body):
            lines.append(f"> ({request.body.length} bytes)")
        elif request.body is not None:
            lines.extend(self._body_lines(">", request.body, len(request.body), request.headers.get("Content-Type")))
        self._write(lines)

    def _show_response(self, response: Response, began: float) -> None:
        request_id = response.headers.get("X-Request-Id")
        about = f"after {self._since(began)}" + (f", request id {request_id}" if request_id else "")
        lines = [f"< {response.status} {response.reason} ({about})".replace("  ", " ")]
        self._write([*lines, *_header_lines("<", response.headers.items())])

    def _show_body(self, media_type: str | None, begin: bytes, length: int, is_whole: bool) -> None:
        lines = self._body_lines("<", begin, length, media_type)
        self._write(lines if is_whole else [*lines, f"< (truncated after {length} bytes)"])

    def _body_lines(self, mark: str, begin: bytes, length: int, media_type: str | None) -> list[str]:
        if not length:
            return []
        if not _is_text(media_type):
            return [f"{mark} ({length} bytes of {media_type or 'unknown type'})"]
        text = begin[:_MOST_KEPT].decode("utf-8", "replace")
        text = self.context.secrets.excerpt(text, MOST_SHOWN, is_whole=length <= _MOST_KEPT)
        shown = text.encode("utf-8", "replace")[:MOST_SHOWN].decode("utf-8", "ignore")
        lines = [f"{mark} {line}" for line in shown.splitlines() or [""]]
        return lines if length <= MOST_SHOWN else [*lines, f"{mark} … ({length} bytes in all)"]

    def _since(self, began: float) -> str:
        return f"{self.context.monotonic() - began:.3f} s"

    def _write(self, lines: Iterable[str]) -> None:
        stderr = self.context.stderr
        for line in lines:
            stderr.write(_escaped(self.context.secrets.scrub(line)) + "\n")
        stderr.flush()


def _header_lines(mark: str, headers: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{mark} {name}: {MASK if is_secret_header(name) else value}" for name, value in headers]


def _is_text(media_type: str | None) -> bool:
    kind = (media_type or "").partition(";")[0].strip().lower()
    return kind.startswith("text/") or kind.endswith(("json", "xml", "x-www-form-urlencoded", "javascript"))


def _escaped(line: str) -> str:
    """Return a line in which nothing that a server sent can move the cursor or turn the text around."""
    if line.isprintable():
        return line
    return "".join(
        sign if sign.isprintable() or sign == "\t" else sign.encode("unicode_escape").decode() for sign in line
    )


class _Copy(io.BufferedIOBase):
    """A response's body that keeps its beginning, and shows it when it has been read or given up."""

    def __init__(self, stream: Any, show: Callable[[bytes, int, bool], None]) -> None:
        self._stream = stream
        self._show = show
        self._begin = bytearray()
        self._length = 0
        self._is_shown = False

    def read(self, size: int) -> bytes:  # type: ignore[override]
        data = self._stream.read(size)
        self._length += len(data)
        self._begin += data[: _MOST_KEPT - len(self._begin)]
        if not data:
            self._finish(True)
        return data

    def _finish(self, is_whole: bool) -> None:
        if not self._is_shown:
            self._is_shown = True
            self._show(bytes(self._begin), self._length, is_whole)

    def close(self) -> None:
        self._finish(False)
        self._stream.close()
