"""A client of `heygen mcp` over real pipes, which checks the shape of every message that it gets."""

import json
import queue
import subprocess
import sys
import threading

from mcpshapes import check_answer, check_notification
from processes import ROOT

PREFIX = "io.modelcontextprotocol/"
TASKS = {"extensions": {PREFIX + "tasks": {}}}
LIMIT = 60  # seconds, after which a test fails that waits for what never comes


class Client:
    """Starts the server, and speaks with it in one era: the handshake's, or the stateless one."""

    def __init__(self, *flags, env, is_modern=False, capabilities=None, version="2025-11-25", program=None):
        self.is_modern = is_modern
        self.capabilities = capabilities or {}
        self.process = subprocess.Popen(
            [*(program or [sys.executable, str(ROOT / "heygen.py")]), "mcp", *flags],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=env,
        )
        self.asked = {}
        self.answers = {}
        self.others = queue.Queue()  # notifications, and answers without an id
        self.notifications = []
        self.count = 0
        self.stderr = b""
        self._threads = [threading.Thread(target=each, daemon=True) for each in (self._read, self._read_stderr)]
        for thread in self._threads:
            thread.start()
        if not is_modern and version:
            about = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
            self.handshake = self.ask("initialize", about)["result"]
            self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def _read(self):
        for line in self.process.stdout:
            message = json.loads(line)
            for each in message if isinstance(message, list) else [message]:
                if "method" in each:
                    check_notification(each)
                    self.notifications.append(each)
                else:
                    check_answer(each, self.asked.get(each.get("id")), self.is_modern)
            key = message.get("id") if isinstance(message, dict) else None
            self.answers.get(key, self.others).put(message)
        for each in self.answers.values():
            each.put(None)  # the server is gone

    def _read_stderr(self):
        for line in self.process.stderr:
            self.stderr += line

    def send_bytes(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message):
        self.send_bytes(json.dumps(message).encode() + b"\n")

    def start(self, method, params=None, meta=None, id=None):
        """Send a request and return its id."""
        self.count += 1
        id = f"r{self.count}" if id is None else id
        meta = dict(meta or {})
        if self.is_modern:
            meta = {f"{PREFIX}protocolVersion": "2026-07-28", f"{PREFIX}clientCapabilities": self.capabilities, **meta}
        params = {**(params or {}), **({"_meta": meta} if meta else {})}
        self.asked[id], self.answers[id] = method, queue.Queue()
        self.send({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
        return id

    def answer(self, id):
        return self.answers[id].get(timeout=LIMIT)

    def ask(self, method, params=None, meta=None):
        """Return the whole answer to a request."""
        return self.answer(self.start(method, params, meta))

    def call(self, tool, arguments=None, meta=None):
        """Return the result of a tool call."""
        return self.ask("tools/call", {"name": tool, "arguments": arguments or {}}, meta)["result"]

    def other(self):
        """Return the next message that answers no request of ours."""
        return self.others.get(timeout=LIMIT)

    def close(self):
        """Close standard input, and return the exit code; closing twice does no harm."""
        self.process.stdin.close()
        status = self.process.wait(LIMIT)
        for thread in self._threads:
            thread.join(LIMIT)
        self.process.stdout.close()
        self.process.stderr.close()
        return status
