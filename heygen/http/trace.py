"""`--debug`: every exchange on stderr, with nothing in it that lets a reader of the log act as the user.

Headers that carry a secret are masked by their name, fields of bodies and parameters of URLs by theirs, and the secrets
that this run itself holds wherever they turn up. Nothing of a masked value is left, not even its length.
"""

from __future__ import annotations

import io
import re
from functools import partial

from heygen.http.failure import TransportFailure
from heygen.http.message import Body, Request, Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable

    from heygen.core.context import Context

MASK = "***"
MOST_SHOWN = 4096  # bytes of a body
_MOST_KEPT = 4 * MOST_SHOWN  # a secret that begins within what is shown ends within this
_SECRET_HEADERS = ("api-key", "authorization", "authenticat", "cookie", "token", "secret", "signature", "credential")
# A parameter of a URL, in a URL alone or in a text around it: by a word anywhere in its name, or by a whole word.
# (A cursor is called token, and masked with the rest.)
_PARAMETER = re.compile(
    r"([?&;](?:[\w.%-]{0,64}(?:api[-_]?key|access[-_]?key|key[-_]?pair|signature|credential|token|secret|passw)"
    r"[\w.%-]{0,64}|(?:[\w.%-]{0,64}[-_.])?(?:sig|code|state|auth|policy|session|key))=)[^&;#\s\"'<>\\]*",
    re.IGNORECASE,
)
_USER = re.compile(r"(://)[^/@\s\"'<>\\]+@")
# A field of a JSON document, or of a form.
_FIELD = re.compile(
    r'("(?:[\w-]*[-_])?(?:api[-_]?key|access[-_]?token|refresh[-_]?token|id[-_]?token|device[-_]?code|secret|password|signature|'
    r'code[-_]?verifier|authorization)(?:[-_]?(?:key|id))?"\s*:\s*)"(?:[^"\\]|\\.)*(?:"|$)',
    re.IGNORECASE,
)
_FORM_FIELD = re.compile(r"(^|&)((?:code|code_verifier|device_code|token|refresh_token|access_token|client_secret)=)[^&\s]*")


class Trace:
    """Writes the exchanges of one run on stderr. `secrets` tells what to mask wherever it turns up."""

    def __init__(self, context: Context, secrets: Callable[[], Iterable[str]]) -> None:
        self.context = context
        self.secrets = secrets
        self._known: set[str] = set()

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
        # Masked before it is cut: half a secret is a secret.
        text = self.masked(begin[:_MOST_KEPT].decode("utf-8", "replace"))
        shown = text.encode("utf-8", "replace")[:MOST_SHOWN].decode("utf-8", "ignore")
        lines = [f"{mark} {line}" for line in shown.splitlines() or [""]]
        return lines if length <= MOST_SHOWN else [*lines, f"{mark} … ({length} bytes in all)"]

    def _since(self, began: float) -> str:
        return f"{self.context.monotonic() - began:.3f} s"

    def masked(self, text: str) -> str:
        """Return a text with every secret in it masked."""
        from urllib.parse import quote

        # One that was renewed meanwhile may still turn up in its old form.
        self._known.update(filter(None, self.secrets()))
        for secret in sorted(self._known, key=len, reverse=True):
            for form in {secret, quote(secret, safe=""), quote(secret)}:
                text = text.replace(form, MASK)
        text = _USER.sub(rf"\1{MASK}@", text)
        text = _PARAMETER.sub(rf"\1{MASK}", text)
        text = _FIELD.sub(rf'\1"{MASK}"', text)
        return _FORM_FIELD.sub(rf"\1\2{MASK}", text)

    def _write(self, lines: Iterable[str]) -> None:
        stderr = self.context.stderr
        for line in lines:
            stderr.write(_escaped(self.masked(line)) + "\n")
        stderr.flush()


def _header_lines(mark: str, headers: Iterable[tuple[str, str]]) -> list[str]:
    def shown(name: str, value: str) -> str:
        return MASK if any(word in name.lower() for word in _SECRET_HEADERS) else value

    return [f"{mark} {name}: {shown(name, value)}" for name, value in headers]


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
