"""Measures what the design asks of the one file, and says of each goal whether it is met: python3 scripts/bench.py

Every call is measured in rounds, beside the floor that it is compared with: whatever else the machine does meets both
alike. Printed are the medians in milliseconds, and the median of the ratios (or differences) within a round; the exit
status is 1 where a goal is missed. The servers are on loopback; the one for TLS has a certificate of tests/tls, whose
CA is trusted beside the system's. Transfers are measured by bench_transfer.py.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from typing import NamedTuple

import build_zipapp
import pythons
from package import ROOT, package_files

TLS = os.path.join(ROOT, "tests", "tls")
HASHED_NAME = "0d1d8da0.0"  # openssl x509 -hash -in ca.pem
ANSWER = b'{"data":[{"id":"v1","title":"A title","status":"completed"}],"has_more":false,"next_token":null}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(ANSWER)

BARE = "pass"
PARTS = "import argparse, json"
# The shortest script that makes the same call, and prints what comes back as JSON.
SCRIPT = """\
import json, os, urllib.request
request = urllib.request.Request(os.environ["HEYGEN_API_BASE"] + "/v3/videos", headers={"X-Api-Key": os.environ["HEYGEN_API_KEY"]})
print(json.dumps(json.load(urllib.request.urlopen(request))))
"""
LIST = "video list"
MAIN_JOB = 'sandbox run -- video-agent create --prompt "Hello" --wait'


class Goal(NamedTuple):
    """A call, the server it talks to, the floor that it is compared with (the code of a script, or another call), and
    the largest ratio, or number of milliseconds added."""

    call: str
    server: str
    floor: str
    most: float
    is_added: bool = False


GOALS = (
    Goal("--version", "", BARE, 2.0),
    Goal("video create --help", "", PARTS, 1.75),
    Goal("video --help", "", PARTS, 1.75),
    Goal(LIST, "http", SCRIPT, 1.2),
    Goal(LIST, "https", SCRIPT, 1.0),
    Goal(MAIN_JOB, "http", LIST, 2.2),
    Goal(LIST, "hole", LIST, 5.0, is_added=True),
)
NAMES = {BARE: "python3 -IS -c pass", PARTS: f'python3 -IS -c "{PARTS}"', SCRIPT: "the shortest urllib script", LIST: LIST}
SERVERS = {"": "", "http": "", "https": " (TLS)", "hole": " (analytics into a black hole)"}


def serve(is_tls: bool = False, is_silent: bool = False) -> str:
    """Answer every request on loopback with the same document, or none at all, and return the server's url."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    context = None
    if is_tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(TLS, "server.pem"), os.path.join(TLS, "server.key"))

    def answer() -> None:
        while True:
            connection, _ = listener.accept()
            try:
                with context.wrap_socket(connection, server_side=True) if context else connection as stream:
                    received = b""
                    while b"\r\n\r\n" not in received:
                        received += stream.recv(65536) or b"\r\n\r\n"
                    stream.sendall(HEAD + ANSWER)
            except OSError:
                continue

    if not is_silent:
        threading.Thread(target=answer, daemon=True).start()
    return f"http{'s' if is_tls else ''}://localhost:{listener.getsockname()[1]}"


class Bench:
    """Runs calls of the file, and scripts, with one Python."""

    def __init__(self, python: str, file: str, folder: str) -> None:
        self.python = python
        self.file = file
        path = os.path.join(folder, "bin")
        os.mkdir(path)
        os.symlink(python, os.path.join(path, "python3"))
        certificates = os.path.join(folder, "certificates")
        os.mkdir(certificates)
        shutil.copy(os.path.join(TLS, "ca.pem"), os.path.join(certificates, HASHED_NAME))
        common = {
            "PATH": f"{path}:/usr/bin:/bin",
            "HOME": folder,
            "HEYGEN_API_KEY": "test-key",
            "SSL_CERT_DIR": certificates,  # beside the system's file of CAs
        }
        plain = {**common, "HEYGEN_API_BASE": serve()}
        quiet = {"HEYGEN_NO_ANALYTICS": "1"}
        self._environs = {
            "": {**common, **quiet},
            "http": {**plain, **quiet},
            "https": {**common, **quiet, "HEYGEN_API_BASE": serve(is_tls=True)},
            "hole": {**plain, "HEYGEN_ANALYTICS_URL": serve(is_silent=True)},
        }

    def milliseconds(self, what: str, server: str) -> float:
        """Run a script or a call, and return how long it took."""
        is_script = what in (BARE, PARTS, SCRIPT)
        command = [self.python, "-IS", "-c", what] if is_script else [self.file, *shlex.split(what)]
        actions = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
        began = time.perf_counter()
        process = os.posix_spawn(command[0], command, self._environs[server], file_actions=actions)
        _, status = os.waitpid(process, 0)
        took = (time.perf_counter() - began) * 1000
        if status:
            raise SystemExit(f"{' '.join(command)} failed with {status}")
        if server == "hole":
            time.sleep(0.5)  # the process that sends events starts meanwhile, and not at the cost of the next call
        return took

    def is_met(self, goal: Goal, runs: int) -> bool:
        """Measure a goal, print its line, and tell whether it is met; the first round is not counted."""
        beside = "http" if goal.server == "hole" else goal.server
        rounds = [
            (self.milliseconds(goal.call, goal.server), self.milliseconds(goal.floor, beside)) for _ in range(runs + 1)
        ][1:]
        took, floor = (statistics.median(times) for times in zip(*rounds))
        found = statistics.median(one - two if goal.is_added else one / two for one, two in rounds)
        value, most = (f"{found:+.1f} ms", f"{goal.most:.0f} ms") if goal.is_added else (f"{found:.2f}", f"{goal.most:.2f}")
        name = goal.call + SERVERS[goal.server]
        return line(found <= goal.most, name, f"{took:.1f}", NAMES[goal.floor], f"{floor:.1f}", value, most)

    def batch(self, folder: str, rows: int = 1000) -> bool:
        """Run a batch of many rows on the sandbox, print its two lines, and tell whether both goals are met.

        What it costs is the processor's time of its own process: the sandbox takes as much again.
        """
        sandbox = subprocess.Popen([self.file, "sandbox", "start", "--allow-unknown-ids"], env=self._environs["http"], stdout=subprocess.PIPE)
        try:
            url = json.loads(sandbox.stdout.readline())["url"]  # type: ignore[union-attr]
            look = {"type": "avatar", "avatar_id": "bench", "voice_id": "bench"}
            with open(os.path.join(folder, "jobs.jsonl"), "w", encoding="utf-8") as jobs:
                for number in range(rows):
                    row = {"id": f"row-{number}", "command": "video create", "data": {**look, "script": f"Hello {number}"}}
                    jobs.write(json.dumps(row) + "\n")
            command = [self.file, "batch", "run", jobs.name, "--wait"]
            environ = {**self._environs["http"], "HEYGEN_API_BASE": url}
            actions = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
            process = os.posix_spawn(command[0], command, environ, file_actions=actions)
            _, status, used = os.wait4(process, 0)
        finally:
            sandbox.terminate()
            sandbox.wait()
        if status:
            raise SystemExit(f"{' '.join(command)} failed with {status}")
        took = used.ru_utime + used.ru_stime
        peak = used.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)  # macOS counts bytes
        name = f"batch run, {rows} rows, --wait"
        is_fast = line(rows / took >= 100, name, f"{took * 1000:.0f}", "its own processor time", "", f"{rows / took:.0f}/s", "≥ 100/s")
        return line(peak <= 64, "its memory", "", "", "", f"{peak:.0f} MiB", "64 MiB") and is_fast


def line(is_met: bool, *columns: str) -> bool:
    """Print a line of the table, and return whether its goal is met."""
    name, took, floor_name, floor, value, most = columns
    print(f"{name:58}{took:>9}  {floor_name:42}{floor:>7}{value:>9}{most:>11}  {'met' if is_met else 'MISSED'}", flush=True)
    return is_met


def main(arguments: list[str]) -> int:
    """Measure, and print the table; the status is 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=30, help="rounds of each call")
    parser.add_argument("--python", default=sys.executable, help="the interpreter to measure with")
    options = parser.parse_args(arguments)
    python = pythons.probe(shutil.which(options.python) or options.python)
    if python is None:
        raise SystemExit(f"{options.python} is no Python that heygen runs on")
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "heygen.pyz")
        data = build_zipapp.build(package_files(), pythons.find(), 0)
        build_zipapp.write(file, data, 0o755)
        print(f"Python {'.'.join(map(str, python.version))}")
        print(f"{'call':58}{'ms':>9}  {'floor':42}{'ms':>7}{'ratio':>9}{'at most':>11}")
        bench = Bench(python.path, file, folder)
        met = [bench.is_met(goal, options.runs) for goal in GOALS]
        met.append(bench.batch(folder))
        with open(os.path.join(build_zipapp.PARTS, "__main__.py"), encoding="utf-8") as launcher:
            length = len(launcher.readlines())
        met.append(line(len(data) <= 2_000_000, "heygen.pyz", "", "", "", f"{len(data)}", "2000000 B"))
        met.append(line(length <= 100, "its launcher", "", "", "", str(length), "100 lines"))
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
