"""The server that webhook calls come to: on loopback, with bounds on what it takes in, and each event handled once."""

from __future__ import annotations

import json
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from heygen.core.errors import HeygenError
from heygen.webhooks.delivery import FORWARDED_HEADERS, Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterator

HOST = "127.0.0.1"
LARGEST_BODY = 10 * 1024 * 1024  # bytes
PATIENCE = 10.0  # seconds that a caller may be silent
MOST_AT_ONCE = 32  # events that are handled
MOST_REMEMBERED = 10_000  # events that are known by their ID when they come again
GRACE = 10.0  # seconds that events which are under way get to finish, when it closes

#: How a refusal of `accept` is answered; anything else is 500, which makes HeyGen send the event again.
STATUS_BY_CODE = {
    "cli_signature_missing": 401,
    "cli_signature_mismatch": 401,
    "cli_timestamp_missing": 400,
    "cli_timestamp_invalid": 400,
    "cli_timestamp_expired": 400,
    "cli_event_invalid": 400,
}

REFUSALS = {400: "the call was refused", 401: "the signature was refused"}


class Receiver:
    """Listens from its start to its end.

    `accept` gets a call's body and headers, and raises HeygenError for one that is not taken; `handle` gets each event
    that is new, on a thread of its own, and raises HeygenError where it could not be handled. `refuse` is told both.
    Raises OSError where the port is taken.
    """

    def __init__(
        self,
        port: int,
        accept: Callable[[bytes, dict[str, str]], None],
        handle: Callable[[Event], None],
        refuse: Callable[[HeygenError], None],
    ) -> None:
        self.accept, self.handle, self.refuse = accept, handle, refuse
        self._server = _Server((HOST, port), _Handler)
        self._server.receiver = self
        self.url = f"http://{HOST}:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._slots = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._changed = threading.Condition()
        self._under_way = 0  # calls that have no answer yet
        self._outcomes: dict[str, bool | None] = {}  # by event: handled well, or None while it is under way

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Take no more calls, and let the events that are under way finish."""
        self._server.shutdown()
        self._server.socket.close()
        self._thread.join()
        with self._changed:
            self._changed.wait_for(lambda: not self._under_way, GRACE)

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Note a call, from its body to its answer: the end waits for it."""
        with self._changed:
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        """Handle one call, and return the status to answer it with."""
        try:
            self.accept(body, headers)
            event = parse(body, headers)
        except HeygenError as error:
            self.refuse(error)
            return STATUS_BY_CODE.get(error.code, 500)
        with self._changed:
            # One that comes again while it is under way waits for how that ends.
            self._changed.wait_for(lambda: self._outcomes.get(event.id, False) is not None)
            if self._outcomes.get(event.id):
                return 200
            self._outcomes[event.id] = None
        is_handled = False
        try:
            with self._slots:
                self.handle(event)
            is_handled = True
        except HeygenError as error:
            self.refuse(error)
        finally:
            with self._changed:
                del self._outcomes[event.id]
                if is_handled:
                    self._outcomes[event.id] = True
                    known = [id for id, outcome in self._outcomes.items() if outcome]
                    if len(known) > MOST_REMEMBERED:
                        del self._outcomes[known[0]]
                self._changed.notify_all()
        return 200 if is_handled else 500


def parse(body: bytes, headers: dict[str, str]) -> Event:
    """Return the event of a call. Raises HeygenError `cli_event_invalid`."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HeygenError("cli_event_invalid", f"the body of the call is not JSON: {error}") from error
    kind = document.get("event_type") if isinstance(document, dict) else None
    if not isinstance(kind, str):
        raise HeygenError("cli_event_invalid", "the body of the call has no event_type: it is not an event of HeyGen's")
    # The body is signed, and the header is not: with another one an event sent again would pass for a new one.
    id = document.get("event_id") or headers.get("heygen-event-id")
    if not isinstance(id, str) or not id:
        import hashlib

        id = hashlib.sha256(body).hexdigest()
    forwarded = {name: headers[name.lower()] for name in FORWARDED_HEADERS if name.lower() in headers}
    return Event(id=id, type=kind, body=body, headers=forwarded, document=document)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    receiver: Receiver

    def server_bind(self) -> None:
        # HTTPServer would look its own name up, which can take seconds without a network.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a caller that went away; what goes wrong with an event is told by `refuse`


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "heygen", ""
    timeout = PATIENCE
    server: _Server

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Origin"):
            return self._answer(403, "a page in a browser does not send events")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            return self._answer(411, "a Content-Length is needed")
        if int(length) > LARGEST_BODY:
            return self._answer(413, f"an event may have {LARGEST_BODY} bytes")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return
        with self.server.receiver.under_way():
            status = self.server.receiver.take(body, {name.lower(): value for name, value in self.headers.items()})
            self._answer(status, REFUSALS.get(status, "the event was not handled") if status != 200 else "")

    def do_OPTIONS(self) -> None:
        self._answer(200)  # how HeyGen asks whether an endpoint is there

    def _refuse_method(self) -> None:
        self._answer(405, "events come with POST")

    do_GET = do_HEAD = do_PUT = do_PATCH = do_DELETE = _refuse_method

    def _answer(self, status: int, message: str = "") -> None:
        body = json.dumps({"error": {"message": message}}).encode() if message else b"{}"
        if status >= 400:
            self.close_connection = True  # of a body that was not read
        self.send_response(status)
        self.send_header("Allow", "POST, OPTIONS")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
