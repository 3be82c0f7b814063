"""Measures uploads and downloads beside curl: python3 scripts/bench_transfer.py [--mib N] [--runs N] [--program FILE]

A server in a process of its own, on loopback, hands out a sparse file and swallows what is sent to it. Each line has the
median of the runs in seconds, MiB per second, and the largest resident memory; below it stand the ratios of paired runs.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
MIB = 1 << 20


class Server:
    """As much of an API and a file host as a transfer needs, as fast as Python can be: sendfile out, recv_into in."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.size = os.path.getsize(file)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=16)
        self.url = "http://127.0.0.1:%d" % self.listener.getsockname()[1]

    def serve(self) -> None:
        """Answer until killed."""
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            head = b""
            while b"\r\n\r\n" not in head:
                data = connection.recv(65536)
                if not data:
                    return
                head += data
            head, _, begin = head.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            method, target, _ = lines[0].split(" ")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            if headers.get("expect"):
                connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._swallow(connection, int(headers.get("content-length", 0)) - len(begin))
            if target == "/file":
                self._send_file(connection)
            else:
                self._send_document(connection, method, target)

    @staticmethod
    def _swallow(connection: socket.socket, left: int) -> None:
        buffer = bytearray(MIB)
        while left > 0:
            count = connection.recv_into(buffer)
            if not count:
                return
            left -= count

    def _send_file(self, connection: socket.socket) -> None:
        connection.sendall(
            f'HTTP/1.1 200 OK\r\nContent-Length: {self.size}\r\nETag: "1"\r\nConnection: close\r\n\r\n'.encode()
        )
        with open(self.file, "rb") as stream:
            connection.sendfile(stream)

    def _send_document(self, connection: socket.socket, method: str, target: str) -> None:
        asset = {"asset_id": "a", "url": f"{self.url}/file", "mime_type": "video/mp4", "size_bytes": self.size}
        slot = {
            "upload_url": f"{self.url}/put",
            "upload_headers": {"Content-Type": "video/mp4"},
            "expires_in_seconds": 900,
            "max_bytes": 1 << 40,
        }
        data = {**asset, **slot, "id": "v", "status": "completed", "video_url": f"{self.url}/file"}
        body = json.dumps({"data": data}).encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s" % (len(body), body))


def measured(command: list[str], environ: dict[str, str]) -> tuple[float, float]:
    """Run a command; returns its wall-clock seconds and its largest resident memory in MiB."""
    began = time.perf_counter()
    process = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = status
    if status:
        raise SystemExit(f"{' '.join(command)} failed: {status}")
    return seconds, usage.ru_maxrss / (1024 if sys.platform != "darwin" else MIB)


def main() -> int:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=512)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--program", default=os.path.join(ROOT, "heygen.py"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source, target = os.path.join(folder, "source.mp4"), os.path.join(folder, "target.mp4")
        with open(source, "wb") as stream:
            stream.truncate(options.mib * MIB)  # sparse: it costs no disk
        server = Server(source)
        child = os.fork()
        if child == 0:
            server.serve()
        try:
            table(options, server, source, target)
        finally:
            os.kill(child, 9)
            os.waitpid(child, 0)
    return 0


def table(options: argparse.Namespace, server: Server, source: str, target: str) -> None:
    """Run every transfer in turn with curl's, and print what came out."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": os.path.dirname(source),
        "HEYGEN_API_BASE": server.url,
        "HEYGEN_API_KEY": "test-key",
        "HEYGEN_NO_ANALYTICS": "1",
    }
    heygen = [sys.executable, options.program] if options.program.endswith(".py") else [options.program]
    curl = ["curl", "-sS", "-o", os.devnull]
    rows = {
        "download": (
            [*heygen, "video", "download", "v", "--force", "--output-path", target],
            {"curl": ["curl", "-sS", "-o", target, f"{server.url}/file"]},
        ),
        "asset create": (
            [*heygen, "asset", "create", "--file", source],
            {"curl": [*curl, "-F", f"file=@{source}", f"{server.url}/v3/assets"]},
        ),
        # Ours sends the file's SHA-256 along, which is what the second of the others has to compute first.
        "asset upload": (
            [*heygen, "asset", "upload", source],
            {
                "curl": [*curl, "-T", source, f"{server.url}/put"],
                "openssl sha256 + curl": ["sh", "-c", 'openssl sha256 "$0" >/dev/null; exec "$@"', source]
                + [*curl, "-T", source, f"{server.url}/put"],
            },
        ),
    }
    print(f"{options.mib} MiB, median of {options.runs}")
    for name, (ours, others) in rows.items():
        mine, memory = [], 0.0
        theirs: dict[str, list[float]] = {other: [] for other in others if shutil.which("curl")}
        for _ in range(options.runs):
            seconds, peak = measured(ours, environ)
            mine.append(seconds)
            memory = max(memory, peak)
            for other, times in theirs.items():
                times.append(measured(others[other], environ)[0])
            if os.path.exists(target):
                os.unlink(target)
        middle = statistics.median(mine)
        print(f"{name:13}{middle:7.2f} s {options.mib / middle:7.0f} MiB/s {memory:7.1f} MiB", flush=True)
        for other, times in theirs.items():
            ratio = statistics.median(its / own for its, own in zip(times, mine))
            print(f"    {ratio:5.2f} × the throughput of {other} ({statistics.median(times):.2f} s)", flush=True)


if __name__ == "__main__":
    sys.exit(main())
