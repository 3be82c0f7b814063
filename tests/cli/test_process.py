"""The real program as a process: real pipes, real signals, a real kill in the middle of a wait."""

import json
import os
import signal
import subprocess
import sys

import pytest
from processes import ROOT, start
from servers import CREATED

CREATE = ("video", "create", "--type", "avatar", "--avatar-id", "a1", "--script", "Hi", "--wait")
STILL = {"data": {"id": "vid_1", "status": "processing"}}

posix = pytest.mark.skipif(os.name == "nt", reason="signals and pipes as POSIX has them")


def waiting(server, **options):
    """Start a wait, and return the process once its first poll has been answered."""
    server.answer({"data": {"video_id": "vid_1", "status": "pending"}})
    server.route("GET", "/v3/videos/vid_1", STILL)
    process = start(server, *CREATE, **options)
    server.wait_for(2)
    return process


@posix
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGXCPU"])
def test_a_signal_in_a_wait_leaves_the_state_the_id_and_the_next_command(server, name):
    process = waiting(server)
    # The answer is on its way; the state is what matters, not whether it has arrived.
    process.send_signal(getattr(signal, name))
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert json.loads(stdout)["data"]["status"] in ("pending", "processing")
    notice, error = map(json.loads, stderr.splitlines())
    assert notice["notice"]["id"] == "vid_1"
    assert (error["error"]["code"], error["error"]["hint"]) == ("canceled", "heygen video get vid_1")
    assert (error["error"]["id"], error["error"]["resume"]) == ("vid_1", "heygen video get vid_1 --wait")


@posix
def test_a_second_ctrl_c_does_not_cut_off_what_the_first_made_us_say(server):
    process = waiting(server)
    for _ in range(5):
        process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert json.loads(stdout)
    assert json.loads(stderr.splitlines()[-1])["error"]["hint"] == "heygen video get vid_1"


@posix
def test_a_wait_whose_stdout_is_closed_still_tells_the_id_on_stderr(server):
    reader, writer = os.pipe()
    os.close(reader)
    process = waiting(server, stdout=writer)
    os.close(writer)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert json.loads(stderr.splitlines()[-1])["error"]["hint"] == "heygen video get vid_1"


@posix
def test_a_reader_that_leaves_ends_it_quietly(server):
    server.answer({"data": [{"id": "x" * 1000} for _ in range(2000)]})
    reader, writer = os.pipe()
    process = start(server, "video", "list", stdout=writer)
    os.close(writer)
    os.read(reader, 10)
    os.close(reader)
    _, stderr = process.communicate(timeout=30)
    assert (process.returncode, stderr) == (0, b"")


@posix
def test_a_full_disk_is_an_envelope_with_the_result(server):
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    server.answer({"data": {"id": "vid_1"}})
    with open("/dev/full", "wb") as full:
        process = start(server, "video", "get", "vid_1", stdout=full)
        _, stderr = process.communicate(timeout=30)
    error = json.loads(stderr)["error"]
    assert (process.returncode, error["code"]) == (1, "cli_file_io_error")
    assert error["result"] == {"data": {"id": "vid_1"}}


@posix
def test_closed_streams_are_no_crash(server):
    server.answer({"data": []})
    shell = f'exec "{sys.executable}" -B "{ROOT / "heygen.py"}" video list <&- >&- 2>&-'
    environ = {"HEYGEN_API_BASE": server.url, "HEYGEN_API_KEY": "test-key", "HEYGEN_NO_ANALYTICS": "1", "HOME": "/nonexistent"}
    assert subprocess.run(["/bin/sh", "-c", shell], env=environ, timeout=30).returncode == 0


@posix
def test_output_is_utf8_whatever_the_locale(server):
    server.answer({"data": [{"title": "Größe 👋"}]})
    process = start(server, "video", "list", env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    stdout, stderr = process.communicate(timeout=30)
    assert json.loads(stdout.decode("utf-8"))["data"][0]["title"] == "Größe 👋"
    assert stderr == b""


@posix
def test_data_comes_from_a_real_pipe(server):
    server.answer(CREATED)
    process = start(server, "video-agent", "create", "-d", "-", stdin=subprocess.PIPE)
    process.communicate(json.dumps({"prompt": "Größe"}).encode(), timeout=30)
    assert process.returncode == 0
    assert server.requests[0].json == {"prompt": "Größe"}
