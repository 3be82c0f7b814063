"""The sandbox's listening socket on loopback, and its connections: each is served in a thread, and none is left behind."""

from __future__ import annotations

import selectors
import socket
import socketserver
import sys
import threading
from http.server import ThreadingHTTPServer

from heygen.sandbox.problems import Refusal, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler
    from typing import Any

    from heygen.sandbox.service import Service

HOST = "127.0.0.1"
_REST = 0.05  # seconds to stay away from new connections where there is no descriptor for one


class Connections:
    """The open connections, and which of them wait for a request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._working: dict[socket.socket, bool] = {}

    def rest(self, connection: socket.socket) -> None:
        """Note that a connection waits for a request."""
        with self._lock:
            self._working[connection] = False

    def work(self, connection: socket.socket) -> None:
        """Note that a connection is serving one."""
        with self._lock:
            self._working[connection] = True

    def forget(self, connection: socket.socket) -> None:
        """Note that a connection is closed."""
        with self._lock:
            self._working.pop(connection, None)

    def detach(self, connection: socket.socket) -> int:
        """Return the bare descriptor of a connection, which nobody else will close."""
        with self._lock:
            self._working.pop(connection, None)
            return connection.detach()

    def end(self, working: bool) -> None:
        """End the connections that wait, or those that work as well, so that their threads come to an end."""
        with self._lock:
            for connection, is_working in self._working.items():
                if working or not is_working:
                    try:
                        connection.shutdown(socket.SHUT_RDWR)
                    except OSError:
                        pass  # the client was faster


class Listener(ThreadingHTTPServer):
    """The listening socket and the threads of its connections."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, port: int, service: Service, handler: type[BaseHTTPRequestHandler]) -> None:
        self.service = service
        self.connections = Connections()
        self.closing = threading.Event()
        super().__init__((HOST, port), handler)

    @property
    def is_closing(self) -> bool:
        """Whether connections should end after the request at hand."""
        return self.closing.is_set()

    def server_bind(self) -> None:
        # HTTPServer would look its own name up, which can take seconds without a network.
        socketserver.TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]

    def pause(self, seconds: float) -> None:
        """Hold an answer back; a server that closes does not wait for it."""
        if seconds:
            self.closing.wait(seconds)

    def accept_until(self, waker: socket.socket) -> None:
        """Take connections in until the waker has something to read. (serve_forever polls twice a second.)"""
        with selectors.DefaultSelector() as selector:
            selector.register(self, selectors.EVENT_READ)
            selector.register(waker, selectors.EVENT_READ)
            while True:
                ready = {key.fileobj for key, _ in selector.select()}
                if waker in ready:
                    return
                try:
                    request, address = self.get_request()
                except ConnectionError:
                    continue  # gone before it was taken
                except OSError:
                    self._rest(waker)
                    continue
                self.process_request(request, address)

    @staticmethod
    def _rest(waker: socket.socket) -> None:
        """Leave the connections that wait to be taken where they are for a moment: they stay ready all the time."""
        with selectors.SelectSelector() as selector:
            selector.register(waker, selectors.EVENT_READ)
            selector.select(_REST)

    def shutdown_request(self, request: Any) -> None:
        self.connections.forget(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Answer 500 for a defect of the sandbox itself; a client that went away is none."""
        error = sys.exc_info()[1]
        if isinstance(error, (ConnectionError, TimeoutError)):
            return
        self.service.defects.append(error)
        refusal = Refusal(500, "internal_error", f"Bug in the sandbox: {type(error).__name__}: {error}")
        body = encode(refusal.document())
        head = (
            "HTTP/1.1 500 Internal Server Error\r\nContent-Type: application/json\r\nConnection: close\r\n"
            f"X-Request-Id: {self.service.request_id()}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        try:
            request.sendall(head.encode() + body)
        except OSError:
            pass  # nobody there to hear it
