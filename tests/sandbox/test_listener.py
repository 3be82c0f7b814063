"""The sandbox as a server: short of descriptors, at the end of time, and in a folder where others have put something."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys

import pytest
from processes import ROOT
from sandbox_api import LOOK, VOICE, Api

from heygen.sandbox.options import Options
from heygen.sandbox.server import start

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
FEW = 40  # descriptors


def processor_seconds(process):
    with open(f"/proc/{process.pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="where the system tells a process's time")
def test_out_of_descriptors_it_rests_and_then_serves_again():
    import resource

    process = subprocess.Popen(
        [sys.executable, "-B", str(ROOT / "heygen.py"), "sandbox", "start"],
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"},
        stdout=subprocess.PIPE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (FEW, FEW)),
    )
    connections = []
    try:
        url = json.loads(process.stdout.readline())["url"]
        port = int(url.rpartition(":")[2])
        connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(FEW + 20)]
        last = connections[-1]
        last.sendall(b"GET /_sandbox/clock HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        last.settimeout(1.0)
        before = processor_seconds(process)
        with pytest.raises(socket.timeout):  # there is no descriptor for it
            last.recv(1)
        assert processor_seconds(process) - before < 0.5
        for connection in connections[:-1]:
            connection.close()
        last.settimeout(30)
        assert last.recv(12) == b"HTTP/1.1 200"
    finally:
        for connection in connections:
            connection.close()
        process.terminate()
        process.communicate(timeout=30)
    assert process.returncode == 0


@pytest.fixture
def api(sandbox):
    made = Api(sandbox.url)
    yield made
    made.close()
    assert not sandbox.defects


@pytest.mark.parametrize("advance", [1e12, 252e9, "99999999h", 1e308])
def test_the_clock_has_an_end(api, advance):
    before = api.get("/_sandbox/clock").data
    answer = api.post("/_sandbox/clock", {"advance": advance})
    assert (answer.status, answer.json["error"]["param"]) == (400, "advance")
    assert api.get("/_sandbox/clock").data == before


def test_at_the_end_of_the_clock_everything_still_works(api, sandbox):
    now = api.get("/_sandbox/clock").data["now"]
    assert api.post("/_sandbox/clock", {"advance": 252_000_000_000 - now}).status == 200
    assert api.post("/_sandbox/clock", {"advance": 60}).status == 400
    assert api.patch("/_sandbox/settings", {"job_seconds": 1e300}).status == 400
    assert api.patch("/_sandbox/settings", {"job_seconds": 1e9}).status == 200
    id = api.post("/v3/videos", {"type": "avatar", "avatar_id": LOOK, "voice_id": VOICE, "script": "Hi"}).data["video_id"]
    assert api.get(f"/v3/videos/{id}").data["status"] == "pending"


posix = pytest.mark.skipif(os.name == "nt", reason="links and pipes as POSIX has them")


@posix
@pytest.mark.parametrize("plant", ["link", "pipe"])
def test_what_others_put_in_place_of_a_file_is_not_opened(clock, tmp_path, plant):
    with start(Options(clock=clock.now, state_file=str(tmp_path / "state.json"))) as sandbox:
        api = Api(sandbox.url)
        asset = api.upload("a.png", PNG).data["asset_id"]
        file = tmp_path / "state.json.files" / asset
        file.unlink()
        if plant == "link":
            (tmp_path / "secret").write_text("secret")
            file.symlink_to(tmp_path / "secret")
        else:
            os.mkfifo(file)
        answer = api.get(api.get(f"/v3/assets/{asset}").data["url"])
        assert answer.status == 500
        assert b"secret" not in answer.body
        assert not sandbox.defects
        api.close()


@posix
def test_a_folder_that_is_a_link_takes_no_files(clock, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "state.json.files").symlink_to(tmp_path / "elsewhere")
    with start(Options(clock=clock.now, state_file=str(tmp_path / "state.json"))) as sandbox:
        api = Api(sandbox.url)
        assert api.upload("a.png", PNG).status == 500
        assert os.listdir(tmp_path / "elsewhere") == []
        assert not sandbox.defects
        api.close()


@posix
def test_what_a_killed_sandbox_left_is_removed(clock, tmp_path):
    (tmp_path / "state.json.files").mkdir()
    for name in ("state.json.0123456789abcdef.tmp", "state.json.files/form.1.part"):
        (tmp_path / name).write_text("half")
    (tmp_path / "state.json.mine.tmp").write_text("mine")
    with start(Options(clock=clock.now, state_file=str(tmp_path / "state.json"))) as sandbox:
        api = Api(sandbox.url)
        asset = api.upload("a.png", PNG).data["asset_id"]
        api.close()
    assert sorted(os.listdir(tmp_path)) == ["state.json", "state.json.files", "state.json.mine.tmp"]
    assert os.listdir(tmp_path / "state.json.files") == [asset]
