"""The loopback redirect: a web server on this machine that waits for the browser to come back (RFC 8252, section 7.3)."""

from __future__ import annotations

import hmac
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from urllib.parse import parse_qs, urlsplit

from heygen.auth import page
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.core.context import Context

HOST = "127.0.0.1"
PATH = "/oauth/callback"
_LOOK = 0.2  # seconds between two looks at the clock
_SLOWEST_BROWSER = 10.0  # seconds for one request
_LONGEST_EXCHANGE = 120.0  # seconds that the browser waits for our verdict
_CLOSE = "You can close this tab and go back to your terminal."
_AGAIN = "Go back to your terminal to try again."


class Answer(Record):
    """What the browser brought: a code, or the provider's refusal."""

    code: str = ""
    error: str = ""


class Callback:
    """Listens from its creation to its close() on a free port of 127.0.0.1.

    Requests are served side by side, because browsers open connections that they may never use. Whatever does not
    carry the state of this sign-in is turned away and changes nothing.
    """

    def __init__(self) -> None:
        self.state = ""
        self._lock = threading.Lock()
        self._answer: Answer | None = None
        self._verdict: bytes | None = None
        self._decided = threading.Event()
        self._shown = threading.Event()
        self._server = _Server((HOST, 0), _handler(self))
        self._server.timeout = _LOOK

    @property
    def url(self) -> str:
        """The address to redirect the browser to."""
        return f"http://{HOST}:{self._server.server_address[1]}{PATH}"

    def wait(self, context: Context, seconds: float) -> Answer | None:
        """Return what the browser brings, or None where it does not come in time."""
        deadline = context.monotonic() + seconds
        while self._answer is None and context.monotonic() < deadline:
            self._server.handle_request()
        return self._answer

    def close(self) -> None:
        """Stop listening."""
        self._decided.set()
        self._server.server_close()

    def __enter__(self) -> Callback:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def answer(self, target: str) -> tuple[int, bytes, bool]:
        """Return status and page for a request, and whether it is the one that was waited for."""
        parts = urlsplit(target)
        if parts.path != PATH:
            text = "This page only ends a sign-in of the heygen command."
            return 404, page.render("Nothing here", text, is_good=False), False
        fields = parse_qs(parts.query)
        state, code, error = (fields.get(name, [""])[0] for name in ("state", "code", "error"))
        if not hmac.compare_digest(state.encode("utf-8", "surrogateescape"), self.state.encode()) or not (code or error):
            text = "It does not belong to the sign-in that is under way."
            return 400, page.render("This link is not valid", text, _AGAIN, is_good=False), False
        with self._lock:
            if self._answer is not None:
                return 200, page.render("Already used", _CLOSE, is_good=False), False
            description = fields.get("error_description", [""])[0]
            self._answer = Answer(code=code) if not error else Answer(error=": ".join(filter(None, (error, description))))
        self._decided.wait(_LONGEST_EXCHANGE)
        return 200, self._verdict or page.render("Sign-in interrupted", _AGAIN, is_good=False), True

    def succeed(self, who: str) -> None:
        """Let the browser show that all is well."""
        self._show("Signed in", f"You are signed in{who}.", _CLOSE, is_good=True)

    def fail(self, why: str) -> None:
        """Let the browser show what went wrong."""
        self._show("Sign-in failed", f"{why}.", _AGAIN, is_good=False)

    def _show(self, title: str, *sentences: str, is_good: bool) -> None:
        """Let the browser, which is still waiting, show how it ended."""
        self._verdict = page.render(title, *sentences, is_good=is_good)
        self._decided.set()
        self._shown.wait(_SLOWEST_BROWSER)

    def shown(self) -> None:
        """Take note that the browser has its page."""
        self._shown.set()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Nobody else may listen where the browser is going to bring the code.
    allow_reuse_address = False

    def server_bind(self) -> None:
        """Bind without looking up a name for the address, which can take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing about a browser that hangs up."""


def _handler(callback: Callback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = _SLOWEST_BROWSER
        server_version = "heygen"
        sys_version = ""

        def do_GET(self) -> None:
            status, content, is_awaited = callback.answer(self.path)
            try:
                self.send_response(status)
                for name, value in page.HEADERS.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)
            finally:
                if is_awaited:
                    callback.shown()

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing: the request line has the code in it."""

    return Handler
