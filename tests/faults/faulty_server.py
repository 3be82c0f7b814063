"""One server for all that the program talks to, which answers one kind of request as a fault says."""

from __future__ import annotations

import json
import re
import socket
import threading
from urllib.parse import parse_qsl, urlsplit

from hostile import reset
from servers import Recorded, ScriptedServer

CONTENT = bytes(range(256)) * 40  # of every file that is downloaded
TAG = '"version-1"'


class FaultyServer(ScriptedServer):
    """The API, the file host, the identity provider, the list of releases and the sink of events at once.

    `stage` says which call is to come and which fault it meets. `is_struck` is set while a struck request is held.
    """

    def __init__(self):
        super().__init__()
        owner = self

        class Handler(self._server.RequestHandlerClass):
            def handle_one_request(self):
                if owner.fault is not None and owner.fault.is_unread:
                    recorded = _peek(self.connection)
                    if recorded is not None and owner._strikes(recorded, is_peek=True):
                        owner._record(recorded)
                        reset(self.connection)
                        self.close_connection = True
                        return
                super().handle_one_request()

        self._server.RequestHandlerClass = Handler
        self.fault = None

    def stage(self, column, call, fault, clock):
        """Get ready for one run."""
        self.release()
        self.requests.clear()
        self.column, self.call, self.fault, self.clock = column, call, fault, clock
        self.met, self.polls = 0, {}
        self.is_struck, self._released = threading.Event(), threading.Event()
        if fault.closes and not column.before:
            self._stop_listening()

    def release(self):
        """Let go of the requests that are held."""
        if self.fault is not None:
            self._released.set()

    def hold(self):
        """Hold a request until it is let go of."""
        self.is_struck.set()
        self._released.wait(60)

    def _stop_listening(self):
        """Have whoever connects from now on be refused."""
        self._server.shutdown()
        self._thread.join()
        self._server.socket.close()

    def listen_again(self):
        """Listen at another port."""
        self._server.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self):
        self.release()
        super().close()

    def _record(self, recorded):
        with self._lock:
            self.requests.append(recorded)
            self._lock.notify_all()

    def _strikes(self, recorded, is_peek=False):
        """Tell whether the fault strikes a request, and count it; one that is only looked at counts if it is struck."""
        if not re.fullmatch(self.column.target, f"{recorded.method} {recorded.target}"):
            return False
        index = self.met - self.column.after - self.fault.after
        strikes = index >= 0 and (self.fault.times is None or index < self.fault.times)
        self.met += strikes or not is_peek
        return strikes

    def _answer(self, handler, recorded):
        self._record(recorded)
        if self.fault.closes and len(self.requests) == self.column.before:
            self._stop_listening()
        strikes = self._strikes(recorded)
        status, headers, body = self.healthy(recorded)
        if strikes:
            self.fault.strike(handler, recorded, self)
        else:
            handler.reply(status, headers, body)

    def healthy(self, recorded, state=None):
        """Return status, headers and body of the answer without a fault; `state` is that of a job in place of its own."""
        parts = urlsplit(recorded.target)
        for pattern, answer in self.call.answers.items():
            method, _, path = pattern.partition(" ")
            if method == recorded.method and re.fullmatch(path, parts.path.removeprefix("/elsewhere")):
                break
        else:
            return 599, {}, f"nothing is known of {recorded.method} {recorded.target}".encode()
        if isinstance(answer, Job):
            count = self.polls[pattern] = self.polls.get(pattern, -1) + 1
            answer = answer.document(state or answer.states[min(count, len(answer.states) - 1)], parts.path.rpartition("/")[2])
        if callable(answer):
            answer = answer(self, recorded, dict(parse_qsl(parts.query)))
        if isinstance(answer, tuple):
            return answer
        body = json.dumps(answer).replace("{url}", self.files_url).encode()
        return 200, {"Content-Type": "application/json", "X-Request-Id": "req_1"}, body

    @property
    def files_url(self):
        """Where the links lead that the API hands out."""
        is_lost = self.fault.is_dns and self.column.is_link
        return "https://files.invalid" if is_lost else self.url


def _peek(connection):
    """Return the request that has arrived whole, without reading it; None where there is none."""
    while True:
        data = connection.recv(1 << 20, socket.MSG_PEEK)
        head, end, body = data.partition(b"\r\n\r\n")
        if not data:
            return None
        if end:
            line, *lines = head.decode("latin-1").split("\r\n")
            method, target, _ = line.split(" ")
            headers = dict(each.split(": ", 1) for each in lines)
            if len(body) >= int(headers.get("Content-Length", 0)):
                return Recorded(method, target, headers, body)


class Job:
    """The answers to the polls of a job: its states in turn, the last one for good."""

    def __init__(self, *states, name="id", **fields):
        self.states = states
        self.name = name
        self.fields = fields

    def document(self, state, id):
        done = self.fields if state in ("completed", "complete") else {}
        failed = {"failure_message": "out of luck"} if state == "failed" else {}
        return {"data": {self.name: id, "status": state, **done, **failed}}


def file_of(server, recorded, query):
    """Answer as a file host that knows ranges."""
    wanted = recorded.headers.get("range") if recorded.headers.get("if-range") == TAG else None
    first = int(wanted[len("bytes=") : -1]) if wanted else 0
    headers = {"Content-Type": "video/mp4", "ETag": TAG}
    if wanted:
        headers["Content-Range"] = f"bytes {first}-{len(CONTENT) - 1}/{len(CONTENT)}"
    return 206 if wanted else 200, headers, CONTENT[first:]
