"""The wire of one connection: HTTP/1.1 with keep-alive, and the faults that happen on it."""

from __future__ import annotations

import io
import os
import socket
import struct
from http.server import BaseHTTPRequestHandler

from heygen.sandbox.clock import http_date
from heygen.sandbox.exchange import CHUNK, Answer, Body, Incoming, refusal_answer
from heygen.sandbox.problems import Refusal, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.faults import Rule
    from heygen.sandbox.listener import Listener

# What is read of a refused body so that the client can finish sending and see the answer.
MOST_DRAINED = 64 * 1024 * 1024
SLOW_STEP = 0.1  # seconds between the parts of an answer that a fault makes slow
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")


class Handler(BaseHTTPRequestHandler):
    """Serves the requests of one connection, one after the other."""

    server: Listener
    protocol_version = "HTTP/1.1"
    server_version = "heygen-sandbox"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = CHUNK
    timeout = 120.0  # seconds that a connection may lie idle
    _speed = 0.0  # bytes a second of the answer at hand; 0 for any

    def __getattr__(self, name: str) -> Any:
        # The base class looks for do_GET and so on; a method nobody knows is answered by send_error below.
        if name.startswith("do_") and name[3:] in METHODS:
            return self._serve
        raise AttributeError(name)

    def handle_one_request(self) -> None:
        self._speed = 0.0
        self.server.connections.rest(self.connection)
        super().handle_one_request()

    def parse_request(self) -> bool:
        self.server.connections.work(self.connection)
        return super().parse_request()

    def handle_expect_100(self) -> bool:
        return True  # the body says so when it is first read

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        if code == 501:
            refusal = Refusal(405, "method_not_allowed", f"{self.command} is not a method of this API")
            refusal.headers["Allow"] = "GET, POST, PUT, PATCH, DELETE"
        else:
            refusal = Refusal(code, "invalid_parameter", message or "The request cannot be read")
        self.close_connection = True
        # A line that cannot be read counts as HTTP/0.9, whose answers have no headers.
        self.request_version = self.protocol_version
        self._send(refusal_answer(refusal), self.server.service.request_id())

    def _serve(self) -> None:
        service = self.server.service
        id = service.request_id()
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            body = Body(self.rfile, headers, self._continue)
        except Refusal as refusal:
            self.close_connection = True
            self._send(refusal_answer(refusal), id)
            return
        incoming = Incoming(self.command, self._target(), headers, body, id)
        rules = service.faults(incoming)
        self._speed = min((rule.speed for rule in rules if rule.speed), default=0.0)
        try:
            service.arrived(incoming)
            self._carry_out(incoming, rules)
        except ConnectionError:
            self.close_connection = True
        finally:
            service.left(incoming)

    def _target(self) -> str:
        """Return path and query, also of the absolute form that proxies are sent."""
        if self.path.startswith("/"):
            return self.path
        _, _, rest = self.path.partition("://")
        return "/" + rest.partition("/")[2]

    def _continue(self) -> None:
        self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self.wfile.flush()

    # --- answers and faults

    def _carry_out(self, incoming: Incoming, rules: list[Rule]) -> None:
        service = self.server.service
        for rule in rules:
            self.server.pause(rule.delay)
        rule = next((rule for rule in rules if rule.action), None)
        action = rule.action if rule else None
        if action in ("reset", "reset-before-read"):
            if action == "reset":
                incoming.body.drain(MOST_DRAINED)
            service.note(incoming, 0)
            service.left(incoming)
            self._reset()
            return
        if action in ("answer", "html", "expire"):
            answer = _faulty_answer(rule, service.world.clock.real())
            service.note(incoming, answer.status, answer.length)
        else:
            answer = service.answer(incoming)
        service.left(incoming)  # before the client can know the answer, and repeat the request
        if not incoming.body.drain(MOST_DRAINED):
            self.close_connection = True
        if action == "reset-after-write":
            self._reset()
            return
        if action == "garbage":
            answer = Answer(200, b'{"data": {"id": "\xff\xfe\x00')
        elif action == "empty":
            answer = Answer(200, b"")
        self._send(answer, incoming.id, is_cut=action == "truncate")

    def _send(self, answer: Answer, id: str, is_cut: bool = False) -> None:
        """Send an answer; one that is cut announces its whole length and ends in the middle."""
        self.send_response(answer.status)
        self.send_header("X-Request-Id", id)
        if answer.body or answer.status != 204:
            self.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers:
            self.send_header(name, value)
        is_endless = answer.length is None
        if answer.status not in (204, 304) and not is_endless:
            self.send_header("Content-Length", str(answer.length))
        if is_cut or is_endless or self.server.is_closing:
            self.close_connection = True
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        try:
            if is_endless and self.command != "HEAD":
                self._send_stream(answer.body)
            elif self.command != "HEAD" and answer.status not in (204, 304):
                self._send_body(answer, (answer.length or 0) // (2 if is_cut else 1))
        finally:
            if not isinstance(answer.body, bytes):
                answer.body.close()
        self.wfile.flush()

    def _send_body(self, answer: Answer, length: int) -> None:
        speed = self._speed
        if isinstance(answer.body, bytes) and not speed:
            self.wfile.write(answer.body[:length])
            return
        stream = io.BytesIO(answer.body) if isinstance(answer.body, bytes) else answer.body
        most = max(1, min(CHUNK, int(speed * SLOW_STEP))) if speed else CHUNK
        while length:
            data = stream.read(min(most, length))
            if not data:
                # The file shrank: the connection has to end early to say so.
                self.close_connection = True
                return
            if speed:
                self.server.pause(len(data) / speed)
            self.wfile.write(data)
            if speed:
                self.wfile.flush()
            length -= len(data)

    def _send_stream(self, stream: Any) -> None:
        """Send what comes from a stream as it comes, until it ends; a server that closes need not wait for the client."""
        self.server.connections.rest(self.connection)
        data = b":\n\n"
        while data:
            self.wfile.write(data)
            self.wfile.flush()
            data = stream.read()

    def _reset(self) -> None:
        """Cut the connection so that the client sees a reset rather than an end."""
        self.close_connection = True
        at_once = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        socket.close(self.server.connections.detach(self.connection))


def _faulty_answer(rule: Rule, now: float) -> Answer:
    from heygen.http.errors import CODE_BY_STATUS

    if rule.action == "expire":
        from heygen.sandbox.files import expired

        return expired()
    status = rule.status
    if rule.action == "html":
        page = f"<html><head><title>{status}</title></head><body><h1>{status}</h1><hr>proxy</body></html>\n"
        answer = Answer(status, page.encode(), "text/html")
    else:
        code = CODE_BY_STATUS.get(status, "internal_error" if status >= 500 else "error")
        message = f"A fault of the sandbox asked for status {status}"
        answer = Answer(status, encode({"error": {"code": code, "message": message}}))
    if rule.retry_after:
        # A date has whole seconds: this one is between one and two of them ahead.
        after = http_date(int(now) + 2) if rule.retry_after == "date" else rule.retry_after
        answer.headers.append(("Retry-After", after))
    return answer
