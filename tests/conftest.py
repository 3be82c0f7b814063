"""The one helper that runs the program as a user would, and the servers it runs against."""

from __future__ import annotations

import io
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import sys
import tempfile
import time
import zlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tests"))

import hints  # noqa: E402
from hostile import RawServer  # noqa: E402
from servers import ScriptedServer  # noqa: E402
from uploads import MP4  # noqa: E402

from heygen.cli import main as cli  # noqa: E402
from heygen.core.context import Context, InputStream, OutputStream  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="rewrite the files in tests/golden")
    parser.addoption("--thorough", action="store_true", help="run the whole of tests/faults, which takes minutes")


def pytest_configure(config):
    """Take signals as a shell in the foreground does: one that our caller ignores would be ignored by what tests start."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL)


@pytest.fixture
def golden(request):
    """Compare a text with a file of tests/golden; an escape stands there as ␛, so that a change can be read."""

    def check(name, text):
        path = ROOT / "tests" / "golden" / name
        text = text.replace("\x1b", "␛")
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        assert path.exists(), f"{path.name} is missing; pytest --update-golden writes it"
        assert text == path.read_bytes().decode()

    return check


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self, now=1_711_288_320.0):
        self.started = now
        self.elapsed = 0.0
        self.sleeps = []

    def now(self):
        return self.started + self.elapsed

    def monotonic(self):
        return self.elapsed

    def sleep(self, seconds):
        assert seconds >= 0
        self.sleeps.append(seconds)
        self.elapsed += seconds


def _uncolored(text):
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


class Result:
    """What a run left behind."""

    def __init__(self, status, stdout, stderr, requests, clock):
        self.status = status
        self.stdout_bytes = stdout
        self.stdout = stdout.decode("utf-8", "replace")
        self.stderr = stderr.decode("utf-8", "replace")
        self.requests = requests
        self.clock = clock

    @property
    def json(self):
        """The one document on stdout; fails where there is anything else."""
        return json.loads(_uncolored(self.stdout))

    @property
    def error(self):
        """The error of the envelope on stderr; fails where there is anything else but warnings and notices before it."""
        *before, last = map(json.loads, _uncolored(self.stderr).splitlines())
        assert all(each.keys() <= {"warning", "notice"} for each in before)
        return last["error"]

    @property
    def notices(self):
        """What else than an error stands on stderr: the warnings and notices of JSON mode."""
        return [each for each in map(json.loads, _uncolored(self.stderr).splitlines()) if "error" not in each]

    def __repr__(self):
        return f"<status {self.status}\nstdout: {self.stdout}\nstderr: {self.stderr}>"


@pytest.fixture
def unwritable(tmp_path):
    """A folder that a process may not write to, a Python for that process, and how to start it."""
    if not hasattr(os, "getuid"):
        pytest.skip("there are no POSIX permissions here")
    if os.getuid():
        folder, python, options = tmp_path / "a folder", sys.executable, {}
        folder.mkdir()
    else:
        # Root may write anywhere, and nobody else gets to pytest's folders or, often, to root's Python.
        folder = pathlib.Path(tempfile.mkdtemp(prefix="a folder "))
        options = {"user": "nobody", "cwd": os.sep}
        reachable = [path for path in (sys.executable, "/usr/bin/python3") if _is_open_to_all(pathlib.Path(path))]
        if not reachable:
            folder.rmdir()
            pytest.skip("nobody gets to no Python here")
        python = reachable[0]
    folder.chmod(0o555)
    yield folder, python, options
    shutil.rmtree(folder)


def _is_open_to_all(path):
    path = path.resolve()
    return path.exists() and all(part.stat().st_mode & 0o005 == 0o005 for part in (path, *path.parents))


@pytest.fixture
def clock():
    return Clock()


def scripted():
    """Start a scripted server; a request that nobody scripted, or an answer that nobody asked for, fails the test."""
    started = ScriptedServer()
    yield started
    started.close()
    assert not started.unexpected, f"unexpected requests: {started.unexpected}"
    assert not started.answers, f"{len(started.answers)} answers that nobody asked for"


@pytest.fixture
def server():
    """The API, as the test scripts it."""
    yield from scripted()


@pytest.fixture
def files():
    """A second scripted server: the file host, or wherever else than to the API a request may go."""
    yield from scripted()


@pytest.fixture
def wire():
    """A server below HTTP, each of whose connections does what the test says."""
    started = RawServer()
    yield started
    started.close()
    assert not started.scripts


@pytest.fixture
def cwd(tmp_path, monkeypatch):
    """An empty directory, which is the current one."""
    folder = tmp_path / "cwd"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def clip(tmp_path):
    """A file that looks like a video."""
    file = tmp_path / "clip.mp4"
    file.write_bytes(MP4)
    return file


@pytest.fixture
def sandbox(clock):
    """The sandbox, with jobs on the test's clock."""
    from heygen.sandbox.options import Options
    from heygen.sandbox.server import start

    running = start(Options(clock=clock.now))
    yield running
    running.close()


@pytest.fixture
def client(request, tmp_path):
    """Start `heygen mcp` as a process, against the test's scripted `server` if the test asks for that, else the `sandbox`."""
    from mcpclient import Client

    backend = request.getfixturevalue("server" if "server" in request.fixturenames else "sandbox")
    environ = {"PATH": os.environ.get("PATH", ""), "HOME": str(tmp_path / "home"), "HEYGEN_API_BASE": backend.url}
    environ.update(HEYGEN_API_KEY="test-key", HEYGEN_NO_ANALYTICS="1")
    started = []

    def start(*flags, env=None, **options):
        started.append(Client(*flags, env={**environ, **(env or {})}, **options))
        return started[-1]

    yield start
    for each in started:
        each.close()


@pytest.fixture
def run(request, clock, tmp_path):
    """Run the program in process: run("video", "list") → status, stdout, stderr, requests.

    It talks to the test's scripted `server` if the test asks for that fixture, else to the `sandbox`. Its random bytes
    are the same each time the test is run, but not those of an earlier run(): no two calls have one idempotency key.
    """
    runs = itertools.count()

    def run(*argv, env=None, stdin=b"", stdin_is_terminal=False, terminal=False, encoding="utf-8", seed=None, **context):
        backend = request.getfixturevalue("server" if "server" in request.fixturenames else "sandbox")
        number, counter = seed or next(runs), itertools.count()

        def random_byte():
            index = next(counter)
            return (index * 7 + 128) % 256 if not number else zlib.crc32(b"%d %d" % (number, index)) % 256

        stdout, stderr = io.BytesIO(), io.BytesIO()
        environ = {
            "HOME": str(tmp_path / "home"),
            "HEYGEN_API_BASE": backend.url,
            "HEYGEN_API_KEY": "test-key",
            "HEYGEN_NO_ANALYTICS": "1",
        }
        for name, value in (env or {}).items():
            if value is None:
                environ.pop(name, None)
            else:
                environ[name] = value
        if not isinstance(stdin, InputStream):
            stdin = io.BytesIO(stdin if isinstance(stdin, bytes) else stdin.encode())
            stdin = InputStream(stdin, stdin_is_terminal or terminal)
        context = Context(
            **{
                "stdin": stdin,
                "stdout": OutputStream(stdout, encoding, terminal),
                "stderr": OutputStream(stderr, encoding, terminal),
                "environ": environ,
                "now": clock.now,
                "monotonic": clock.monotonic,
                "sleep": clock.sleep,
                "local_time": time.gmtime,
                "random_bytes": lambda size: bytes(random_byte() for _ in range(size)),
                **context,
            }
        )
        before = len(backend.requests)
        status = cli.main(argv, context)
        hints.check(_uncolored(stderr.getvalue().decode("utf-8", "replace")))
        return Result(int(status), stdout.getvalue(), stderr.getvalue(), backend.requests[before:], clock)

    return run
