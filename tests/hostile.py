"""Networks that misbehave: answers for the scripted server that break off or drip, a raw server, and a real proxy."""

from __future__ import annotations

import socket
import struct
import threading


def reset(connection):
    """Break a connection off so that the other side gets an RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def raw(data):
    """Answer with exactly these bytes, then hang up."""

    def write(handler, recorded):
        handler.wfile.write(data)
        handler.close_connection = True

    return write


def hang_up(handler, recorded):
    """Close the connection without an answer."""
    handler.close_connection = True


def break_off(data=b""):
    """Answer with these bytes, then reset the connection."""

    def write(handler, recorded):
        handler.wfile.write(data)
        reset(handler.connection)
        handler.close_connection = True

    return write


def drip(data, clock, seconds, until=None):
    """Answer a byte at a time; the test's clock moves on by `seconds` for each.

    After `until` seconds nothing more comes: a client that was not looking could find the whole answer at once.
    """

    def write(handler, recorded):
        end = None if until is None else clock.elapsed + until
        try:
            for index in range(len(data)):
                clock.elapsed += seconds
                handler.wfile.write(data[index : index + 1])
                if end is not None and clock.elapsed > end:
                    handler.connection.recv(1)  # it hangs up
                    break
        except OSError:
            pass  # the client has had enough
        handler.close_connection = True

    return write


class RawServer:
    """Hands each connection, in turn, to the next of its scripts: functions of (connection, head, body begun)."""

    def __init__(self):
        self.scripts = []
        self.heads = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def script(self, function):
        self.scripts.append(function)
        return self

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                try:
                    self._answer(connection)
                except OSError:
                    pass

    def _answer(self, connection):
        head, begin = read_head(connection)
        self.heads.append(head)
        self.scripts.pop(0)(connection, head, begin)

    def close(self):
        stop(self._listener, self._thread)


def read_head(connection):
    """Return the head of a request, and what has come of its body by then."""
    head = b""
    while b"\r\n\r\n" not in head:
        data = connection.recv(4096)
        if not data:
            raise ConnectionError("hung up before the end of the head")
        head += data
    head, _, begin = head.partition(b"\r\n\r\n")
    return head.decode("latin-1"), begin


def read_body(connection, head, begin):
    """Return the whole body of a request with a Content-Length."""
    length = next(int(line.split(":")[1]) for line in head.split("\r\n") if line.lower().startswith("content-length:"))
    body = bytearray(begin)
    while len(body) < length:
        data = connection.recv(1 << 20)
        if not data:
            break
        body += data
    return bytes(body)


class Proxy:
    """A real proxy on loopback: CONNECT tunnels, and plain requests in absolute form.

    `hosts` maps the names that it knows to the addresses (host, port) that stand for them. `refusal`, where it is
    set, is the status line that every request gets.
    """

    def __init__(self, hosts, authorization=None):
        self.hosts = hosts
        self.authorization = authorization
        self.refusal = None
        self.heads = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection):
        with connection:
            try:
                head, rest = read_head(connection)
            except ConnectionError:
                return
            lines = head.split("\r\n")
            self.heads.append(lines)
            headers = dict(line.lower().split(": ", 1) for line in lines[1:])
            refusal = self.refusal
            if self.authorization and headers.get("proxy-authorization", "") != self.authorization.lower():
                refusal = "407 Proxy Authentication Required"
            if refusal:
                connection.sendall(f"HTTP/1.1 {refusal}\r\nContent-Length: 2\r\n\r\nno".encode())
                return
            method, target, _ = lines[0].split(" ")
            if method == "CONNECT":
                with socket.create_connection(self.hosts[target.rpartition(":")[0]]) as far:
                    connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                    relay(connection, far)
                return
            name, _, path = target.split("://", 1)[1].partition("/")
            with socket.create_connection(self.hosts[name.partition(":")[0]]) as far:
                kept = [line for line in lines[1:] if not line.lower().startswith("proxy-")]
                far.sendall("\r\n".join([f"{method} /{path} HTTP/1.1", *kept, "", ""]).encode("latin-1") + rest)
                relay(connection, far)

    def close(self):
        stop(self._listener, self._thread)


def relay(near, far):
    """Pass bytes on in both directions until both sides have ended."""
    back = threading.Thread(target=_pump, args=(far, near), daemon=True)
    back.start()
    _pump(near, far)
    back.join(5)


def _pump(source, target):
    try:
        while True:
            data = source.recv(65536)
            if not data:
                target.shutdown(socket.SHUT_WR)
                return
            target.sendall(data)
    except OSError:
        pass


def stop(listener, thread):
    """End a thread that waits for connections."""
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join(5)
