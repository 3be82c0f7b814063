"""Scripted servers on loopback: they answer what a test tells them to, and fail the test on anything else."""

from __future__ import annotations

import json
import pathlib
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


class Recorded:
    """A request as the server saw it."""

    def __init__(self, method, target, headers, body):
        parts = urlsplit(target)
        self.method = method
        self.target = target
        self.path = parts.path
        self.query = parse_qsl(parts.query, keep_blank_values=True)
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"<{self.method} {self.target}>"


# What every creating operation answers, as far as a test that is about the request cares.
CREATED = {
    "data": {
        **{name: "made" for name in (
            "asset_id", "batch_id", "endpoint_id", "folder_id", "generation_id", "group_id", "id", "lipsync_id", "run_id",
            "session_id", "video_id", "video_translation_id", "voice_clone_id", "voice_id",
        )},
        "looks": [{"id": "made"}],
        "proofread_ids": ["made"],
        "video_translation_ids": ["made"],
    }
}  # fmt: skip

TLS = pathlib.Path(__file__).parent / "tls"


def speaking_tls(certificate="server.pem"):
    """Start a scripted server that speaks TLS with a certificate of tests/tls/."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / certificate, TLS / "server.key")
    return ScriptedServer(tls=context)


class ScriptedServer:
    """Answers requests in the order of `answers`, or as `routes` say; records all of them.

    An answer is (status, headers, body) or a function from (handler, recorded) that writes it all itself.
    `tls` is the SSLContext of a server that speaks TLS.
    """

    def __init__(self, port=0, tls=None):
        self.requests = []
        self.answers = []
        self.routes = {}
        self.unexpected = []
        self._lock = threading.Condition()
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _serve(self):
                length = int(self.headers.get("Content-Length") or 0)
                recorded = Recorded(self.command, self.path, self.headers, self.rfile.read(length))
                owner._answer(self, recorded)

            do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

            def log_message(self, *_):
                pass

            def reply(self, status, headers, body):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # a client that hangs up is part of many tests

        self._server = Server(("127.0.0.1", port), Handler)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        if tls is not None:
            # The handshake belongs to the thread of its connection: the listener goes on, however that one ends.
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
            self.url = f"https://localhost:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def answer(self, document=None, status=200, headers=None, body=None):
        """Queue one answer: a JSON document, or bytes."""
        if body is None:
            body = json.dumps(document).encode()
        self.answers.append((status, {"Content-Type": "application/json", **(headers or {})}, body))
        return self

    def script(self, function):
        """Queue an answer that a function (handler, recorded) writes itself."""
        self.answers.append(function)
        return self

    def route(self, method, path, document=None, status=200, headers=None, body=None):
        """Answer every such request alike."""
        if body is None:
            body = json.dumps(document).encode()
        self.routes[method, path] = (status, {"Content-Type": "application/json", **(headers or {})}, body)
        return self

    def _answer(self, handler, recorded):
        with self._lock:
            self.requests.append(recorded)
            self._lock.notify_all()
            if (recorded.method, recorded.path) in self.routes:
                answer = self.routes[recorded.method, recorded.path]
            elif self.answers:
                answer = self.answers.pop(0)
            else:
                self.unexpected.append(recorded)
                answer = (599, {}, b"unexpected")
        if callable(answer):
            answer(handler, recorded)
        else:
            handler.reply(*answer)

    def wait_for(self, count, timeout=30):
        """Block until this many requests have come in."""
        with self._lock:
            assert self._lock.wait_for(lambda: len(self.requests) >= count, timeout)

    def close(self):
        """Stop listening; closing twice does no harm."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
