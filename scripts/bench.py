"""Measures how long a call takes from start to end: python3 scripts/bench.py [--runs N] [--python PATH] [--imports]

Every kind of call is measured for the file, the checkout and (with --installed) the package as pip installs it,
in rounds: one run of each, so that whatever else the machine does meets all of them alike. Printed are medians,
and the medians of the ratios within a round: to the bare interpreter (`python3 -IS -c pass`), and to the
shortest script of the standard library that makes the same call. At the end stand the goals of the design. The
servers are on loopback; the one for TLS has a certificate of tests/tls. Transfers are measured by bench_transfer.py.
"""

from __future__ import annotations

import argparse
import os
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
BODY = '{"type":"avatar","avatar_id":"a","script":"Hello","voice_id":"v"}'

# The shortest scripts that make the same calls, and print what comes back as JSON.
LIST_SCRIPT = """\
import json, os, urllib.request
request = urllib.request.Request(os.environ["HEYGEN_API_BASE"] + "/v3/videos", headers={"X-Api-Key": os.environ["HEYGEN_API_KEY"]})
print(json.dumps(json.load(urllib.request.urlopen(request))))
"""
CREATE_SCRIPT = """\
import json, os, sys, urllib.request
headers = {"X-Api-Key": os.environ["HEYGEN_API_KEY"], "Content-Type": "application/json"}
request = urllib.request.Request(os.environ["HEYGEN_API_BASE"] + "/v3/videos", json.dumps(json.loads(sys.argv[1])).encode(), headers)
print(json.dumps(json.load(urllib.request.urlopen(request))))
"""


class Kind(NamedTuple):
    """A kind of call: its words, which server it talks to, and the script that it is compared with."""

    name: str
    words: list[str]
    server: str = ""
    script: str = ""


KINDS = (
    Kind("--version", ["--version"]),
    Kind("--help", ["--help"]),
    Kind("video create --help", ["video", "create", "--help"]),
    Kind("video create --request-schema", ["video", "create", "--request-schema"]),
    Kind("video list --dry-run", ["video", "list", "--dry-run"]),
    Kind("video list", ["video", "list"], "http", LIST_SCRIPT),
    Kind("video list --limit 5", ["video", "list", "--limit", "5"], "http", LIST_SCRIPT),
    Kind("video list --human", ["video", "list", "--human"], "http", LIST_SCRIPT),
    Kind("video list, TLS", ["video", "list"], "https", LIST_SCRIPT),
    Kind("video create", ["video", "create", "-d", BODY], "http", CREATE_SCRIPT),
    Kind("video create, TLS", ["video", "create", "-d", BODY], "https", CREATE_SCRIPT),
    Kind("video list, analytics into a black hole", ["video", "list"], "hole"),
)

# What the design asks of the file: a kind, what it is compared with, and the largest ratio.
GOALS = (
    ("--version", "bare", 1.5),
    ("video create --help", "bare", 2.2),
    ("video list", "script", 1.25),
)
LARGEST_DELAY = 5.0  # milliseconds that analytics may add


class Server:
    """Answers every request on loopback with the same document, as fast as Python can, over TLS if asked to."""

    ANSWER = b'{"data":[{"id":"v1","title":"A title","status":"completed"}],"has_more":false,"next_token":null}'

    def __init__(self, is_tls: bool = False, is_silent: bool = False) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self._context = None
        if is_tls:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(os.path.join(TLS, "server.pem"), os.path.join(TLS, "server.key"))
        scheme = "https" if is_tls else "http"
        self.url = f"{scheme}://localhost:{self._listener.getsockname()[1]}"
        if not is_silent:
            threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        while True:
            connection, _ = self._listener.accept()
            try:
                with self._context.wrap_socket(connection, server_side=True) if self._context else connection as stream:
                    received = b""
                    while b"\r\n\r\n" not in received or (received.startswith(b"POST") and not received.endswith(b"}")):
                        block = stream.recv(65536)
                        if not block:
                            break
                        received += block
                    stream.sendall(head % len(self.ANSWER) + self.ANSWER)
            except OSError:
                continue


class Bench:
    """Runs kinds of calls in rounds, and keeps the milliseconds that each took."""

    def __init__(self, python: str, folder: str, installed: bool) -> None:
        self.python = python
        bin_folder = os.path.join(folder, "bin")
        os.mkdir(bin_folder)
        os.symlink(python, os.path.join(bin_folder, "python3"))
        self.file = os.path.join(folder, "heygen.pyz")
        with open(self.file, "wb") as file:
            file.write(build_zipapp.build(package_files(), pythons.find(), 0))
        os.chmod(self.file, 0o755)
        self.programs = {"file": [self.file], "checkout": [python, os.path.join(ROOT, "heygen.py")]}
        if installed:
            self.programs["package"] = [_install(python, os.path.join(folder, "environment"))]
        self._servers = {"http": Server(), "https": Server(is_tls=True), "hole": Server(is_silent=True)}
        self._environ = {
            "PATH": f"{bin_folder}:/usr/bin:/bin",
            "HOME": folder,
            "HEYGEN_API_KEY": "test-key",
            "SSL_CERT_FILE": os.path.join(TLS, "ca.pem"),
        }

    def environ(self, server: str) -> dict[str, str]:
        """Return the environment of a call to a server."""
        variables = dict(self._environ)
        if server == "hole":
            return {
                **variables,
                "HEYGEN_API_BASE": self._servers["http"].url,
                "HEYGEN_ANALYTICS_URL": self._servers["hole"].url,
            }
        variables["HEYGEN_NO_ANALYTICS"] = "1"
        if server:
            variables["HEYGEN_API_BASE"] = self._servers[server].url
        return variables

    def milliseconds(self, command: list[str], server: str = "") -> float:
        """Run a command and return how long it took."""
        actions = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
        began = time.perf_counter()
        process = os.posix_spawn(command[0], command, self.environ(server), file_actions=actions)
        _, status = os.waitpid(process, 0)
        took = (time.perf_counter() - began) * 1000
        if status:
            raise SystemExit(f"{' '.join(command)} failed with {status}")
        return took

    def measure(self, kind: Kind, runs: int) -> dict[str, list[float]]:
        """Return the milliseconds of each way to make the call, run by run: the first ones are not counted."""
        ways = {"bare": [self.python, "-I", "-S", "-c", "pass"]}
        if kind.script:
            ways["script"] = [self.python, "-I", "-S", "-c", kind.script, BODY]
        if kind.server == "hole":
            ways["without"] = [self.file, *kind.words]
            ways["file"] = [self.file, *kind.words]
        else:
            ways.update({name: [*program, *kind.words] for name, program in self.programs.items()})
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for run in range(runs + 1):
            for name, command in ways.items():
                server = "http" if name == "without" else kind.server
                took = self.milliseconds(command, server)
                if run:
                    taken[name].append(took)
        return taken

    def costliest_imports(self, kind: Kind) -> list[tuple[float, str]]:
        """Return the ten modules whose own code takes the longest to import, in milliseconds, for the file."""
        with open(os.path.join(build_zipapp.PARTS, "boot.py"), encoding="utf-8") as file:
            boot = file.read()
        answer = subprocess.run(
            [self.python, "-I", "-S", "-X", "importtime", "-c", boot, self.file, *kind.words],
            env=self.environ(kind.server), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        found = []
        for line in answer.stderr.splitlines():
            own, _, rest = line.removeprefix("import time:").partition("|")
            if line.startswith("import time:") and own.strip().isdigit():
                found.append((int(own) / 1000, rest.partition("|")[2].strip()))
        # What the bare interpreter imports comes first, up to its last module.
        start = next((at for at, (_, name) in enumerate(found) if name in ("zlib", "heygen")), 0)
        return sorted(found[start:], reverse=True)[:10]


def _install(python: str, folder: str) -> str:
    """Install the package as pip does, and return its command."""
    subprocess.run([python, "-m", "venv", folder], check=True)
    pip = [os.path.join(folder, "bin", "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, ROOT], check=True)
    return os.path.join(folder, "bin", "heygen")


def ratio(taken: dict[str, list[float]], name: str, other: str) -> float:
    """Return the median of the ratios of paired runs."""
    return statistics.median(one / two for one, two in zip(taken[name], taken[other]))


def main(arguments: list[str]) -> int:
    """Measure, and print the table; the status is 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=30, help="rounds of each kind of call")
    parser.add_argument("--python", default=sys.executable, help="the interpreter to measure with")
    parser.add_argument("--installed", action="store_true", help="measure the package as pip installs it, too")
    parser.add_argument("--imports", action="store_true", help="print the ten costliest imports of each kind")
    options = parser.parse_args(arguments)
    python = pythons.probe(shutil.which(options.python) or options.python)
    if python is None:
        raise SystemExit(f"{options.python} is no Python that heygen runs on")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(python.path, folder, options.installed)
        results = {}
        print(f"{'Python ' + '.'.join(map(str, python.version)):42}{'':10}{'ms':>8}{'to bare':>10}{'to script':>10}")
        for kind in KINDS:
            taken = results[kind.name] = bench.measure(kind, options.runs)
            for name, times in taken.items():
                columns = f"{kind.name:42}{name:10}{statistics.median(times):8.1f}{ratio(taken, name, 'bare'):10.2f}"
                print(columns + (f"{ratio(taken, name, 'script'):10.2f}" if kind.script else ""), flush=True)
            if options.imports:
                for cost, module in bench.costliest_imports(kind):
                    print(f"    {cost:6.1f} ms  {module}")
    return 0 if _goals_are_met(results) else 1


def _goals_are_met(results: dict[str, dict[str, list[float]]]) -> bool:
    print("\ngoals")
    met = []
    for name, other, most in GOALS:
        found = ratio(results[name], "file", other)
        met.append(found <= most)
        print(f"{name:42}{found:8.2f} x {other:8} at most {most:.2f}  {'met' if met[-1] else 'MISSED'}")
    taken = results[KINDS[-1].name]
    delay = statistics.median(one - two for one, two in zip(taken["file"], taken["without"]))
    met.append(delay <= LARGEST_DELAY)
    print(f"{KINDS[-1].name:42}{delay:+8.1f} ms         at most {LARGEST_DELAY:.1f}   {'met' if met[-1] else 'MISSED'}")
    return all(met)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
