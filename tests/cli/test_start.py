"""A signal while the program starts ends it at once and without a word, whatever it is just importing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
import zipapps
from processes import ROOT

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")

# Code that has the process interrupt itself at its n-th import from the first line of ours on.
INTERRUPTING = """
import sys, os
def interrupt(event, arguments, seen=[]):
    if seen or event == {first!r}:
        seen.append(event)
        if seen.count("import") == {number} and event == "import":
            os.kill(os.getpid(), {signal})
sys.addaudithook(interrupt)
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return zipapps.write(tmp_path_factory.mktemp("bin") / "heygen", zipapps.data())


def told(stderr):
    return [json.loads(line)["error"]["code"] for line in stderr.splitlines()]


def environment(server):
    return {"HEYGEN_API_BASE": server.url, "HEYGEN_API_KEY": "test-key"}


@pytest.mark.parametrize("number", [1, 2, 3, 5, 8, 13, 21, 34])
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_the_one_file_ends_with_the_signal(file, server, number, name):
    server.route("GET", "/v3/users/me", {"data": {}})
    code = INTERRUPTING.format(number=number, signal=int(getattr(signal, name)), first="exec") + zipapps.START
    answer = zipapps.start(sys.executable, "-ISc", code, file, "user", "me", "get", env=environment(server))
    assert (answer.returncode, answer.stdout, answer.stderr) == (-getattr(signal, name), "", "")


@pytest.mark.parametrize("number", [1, 2, 3, 5, 8, 13, 21, 34])
def test_so_does_a_checkout(server, number):
    server.route("GET", "/v3/users/me", {"data": {}})
    start = f"import runpy; sys.argv[:] = sys.argv[1:]; runpy.run_path({str(ROOT / 'heygen.py')!r}, run_name='__main__')"
    # runpy.run_path runs the file with exec, after it has read it.
    code = INTERRUPTING.format(number=number, signal=int(signal.SIGINT), first="heygen") + start
    code = code.replace("event == 'heygen'", "event == 'import' and arguments[0].startswith('heygen')")
    answer = zipapps.start(sys.executable, "-ISBc", code, "heygen.py", "user", "me", "get", env=environment(server))
    assert (answer.returncode, answer.stdout, answer.stderr) == (-signal.SIGINT, "", "")


def test_a_signal_that_the_caller_ignores_stays_ignored(file, server):
    server.route("GET", "/v3/users/me", {"data": {}})
    code = INTERRUPTING.format(number=3, signal=int(signal.SIGINT), first="exec") + zipapps.START
    ignoring = ["/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh", sys.executable, "-ISc", code, file, "user", "me", "get"]
    answer = zipapps.start(*ignoring, env=environment(server))
    assert (answer.returncode, answer.stderr) == (0, "")


def test_at_any_moment_of_a_start_there_is_no_traceback_of_ours(file, server, request):
    """What CPython does before our first line is its own: an interrupt there is a traceback through its frozen modules."""
    if not request.config.getoption("--thorough"):
        pytest.skip("by the clock, and so for thorough runs alone")
    server.route("GET", "/v3/users/me", {"data": {}})
    environ = {"PATH": os.pathsep.join([os.path.dirname(sys.executable), "/usr/bin", "/bin"]), "HOME": "/nonexistent"}
    for number in range(240):
        process = subprocess.Popen(
            [file, "user", "me", "get"], env={**environ, **environment(server)}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        time.sleep(number % 120 / 2000)
        wanted = (signal.SIGINT, signal.SIGTERM)[number // 120]
        process.send_signal(wanted)
        _, stderr = process.communicate(timeout=30)
        if b"Traceback" in stderr:
            assert wanted == signal.SIGINT
            frames = [line for line in stderr.decode().splitlines() if line.startswith("  File")]
            assert all(line.startswith('  File "<frozen ') for line in frames), stderr
        else:
            assert process.returncode in (0, 130, -wanted)
            assert told(stderr) == ([] if process.returncode <= 0 else ["canceled"])
