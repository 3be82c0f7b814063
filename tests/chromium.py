"""A headless Chromium, driven over the DevTools protocol with the standard library alone."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import struct
import subprocess
import tempfile
import urllib.parse

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PATIENCE = 60  # seconds; nothing takes so long unless it has failed


def find():
    """Return the path of a Chromium, or None."""
    return next(filter(None, map(shutil.which, NAMES)), None)


class WebSocket:
    """The client's end of RFC 6455, for text messages."""

    def __init__(self, url):
        parts = urllib.parse.urlsplit(url)
        self.socket = socket.create_connection((parts.hostname, parts.port), PATIENCE)
        self.stream = self.socket.makefile("rb")
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        assert b" 101 " in self.stream.readline()
        while self.stream.readline().strip():
            pass

    def send(self, text):
        data = text.encode()
        size = len(data)
        if size < 126:
            head = struct.pack("!BB", 0x81, 0x80 | size)
        else:
            head = struct.pack("!BBH", 0x81, 0xFE, size) if size < 65536 else struct.pack("!BBQ", 0x81, 0xFF, size)
        self.socket.sendall(head + b"\0\0\0\0" + data)  # masked with zeros

    def receive(self):
        message = b""
        while True:
            first, size = self.stream.read(2)
            size &= 0x7F
            if size >= 126:
                size = int.from_bytes(self.stream.read(2 if size == 126 else 8), "big")
            message += self.stream.read(size)
            if first & 0x80:
                return message.decode()

    def close(self):
        self.stream.close()
        self.socket.close()


class Chromium:
    """One page in a browser of its own."""

    def __init__(self, path):
        self.folder = tempfile.mkdtemp(prefix="chromium-")
        self.process = subprocess.Popen(
            [path, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
             "--no-proxy-server", "--remote-debugging-port=0", f"--user-data-dir={self.folder}", "about:blank"],
            stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        self.messages = []
        self.problems = []
        self._last = 0
        try:
            for line in self.process.stderr:
                if b"DevTools listening on " in line:
                    browser = line.decode().partition(" on ")[2].strip()
                    break
            self.socket = WebSocket(browser)
            target = next(each for each in self.call("Target.getTargets")["targetInfos"] if each["type"] == "page")
            attached = self.call("Target.attachToTarget", targetId=target["targetId"], flatten=True)
            self.session = attached["sessionId"]
            for domain in ("Page", "Runtime", "Log"):
                self.call(f"{domain}.enable")
        except BaseException:
            self.process.kill()
            raise

    session = None

    def call(self, method, **params):
        """Send a command and return its result; what happens meanwhile is kept."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": params}
        self.socket.send(json.dumps({**message, "sessionId": self.session} if self.session else message))
        while True:
            told = json.loads(self.socket.receive())
            if told.get("id") == self._last:
                assert "error" not in told, told
                return told["result"]
            self._note(told)

    def _note(self, told):
        self.messages.append(told)
        kind, params = told.get("method"), told.get("params", {})
        if kind == "Runtime.exceptionThrown":
            self.problems.append(params["exceptionDetails"])
        elif kind == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.problems.append(params["entry"])

    def open(self, url):
        """Go to a page and return when it has loaded."""
        self.messages.clear()
        self.call("Page.navigate", url=url)
        while not any(each.get("method") == "Page.loadEventFired" for each in self.messages):
            self._note(json.loads(self.socket.receive()))

    def evaluate(self, expression):
        """Return what an expression yields; a promise is waited for."""
        found = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def wait_until(self, condition):
        """Return once a condition holds: it is looked at again with each change of the page."""
        return self.evaluate(
            "new Promise((done, failed) => { const look = () => (%s) && (watch.disconnect(), done(true));"
            "const watch = new MutationObserver(look);"
            "watch.observe(document, {subtree: true, childList: true, characterData: true, attributes: true});"
            "setTimeout(() => failed(document.body.innerText), %d); look(); })" % (condition, PATIENCE * 1000)
        )

    def screen(self, width, height, is_dark=False):
        """Show the page on a screen of that size, in light or dark."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        self.call("Emulation.setEmulatedMedia", features=[scheme])

    def close(self):
        self.socket.close()
        self.process.terminate()
        self.process.wait()
        self.process.stderr.close()
        shutil.rmtree(self.folder, ignore_errors=True)
