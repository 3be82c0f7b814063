"""The state file: kept from run to run, never half written, never overwritten where it is damaged."""

from __future__ import annotations

import hashlib
import json
import os

import pytest
from sandbox_api import LOOK, VOICE, Api

from heygen.core.errors import HeygenError
from heygen.sandbox.options import Options
from heygen.sandbox.server import start

VIDEO = {"type": "avatar", "avatar_id": LOOK, "voice_id": VOICE, "script": "Hello", "title": "Kept"}


@pytest.fixture
def opened(clock, tmp_path):
    """Start a sandbox on the same state file, as often as wanted, one at a time."""
    running = []

    def opened(**options):
        close()
        server = start(Options(clock=clock.now, state_file=str(tmp_path / "state.json"), **options))
        running.append((server, Api(server.url)))
        return running[-1][1]

    def close():
        while running:
            server, api = running.pop()
            api.close()
            server.close()
            assert not server.defects

    opened.close = close
    yield opened
    close()


def test_what_was_created_is_there_on_the_next_run(opened, clock, tmp_path):
    api = opened(job_seconds=60, credits=10)
    id = api.post("/v3/videos", VIDEO).data["video_id"]
    png = b"\x89PNG\r\n\x1a\n" + b"picture"
    asset = api.upload("a.png", png).data["asset_id"]
    deleted = api.post("/v3/videos", VIDEO).data["video_id"]
    api.delete(f"/v3/videos/{deleted}")
    key = {"Idempotency-Key": "same"}
    lipsync = {"video": {"type": "url", "url": "https://example.com/a"}, "audio": {"type": "url", "url": "https://example.com/b"}}
    batch = api.post("/v3/lipsyncs/batches", {"lipsyncs": [lipsync]}, headers=key).data

    api = opened(job_seconds=60)
    assert api.get(f"/v3/videos/{id}").data["status"] == "pending"
    clock.elapsed += 60
    found = api.get(f"/v3/videos/{id}").data
    assert (found["title"], found["status"]) == ("Kept", "completed")
    assert api.get("/v3/webhooks/events", entity_id=id).data
    assert api.get(found["video_url"]).status == 200
    assert api.get(api.get(f"/v3/assets/{asset}").data["url"]).body == png
    assert api.get(f"/v3/videos/{deleted}").status == 404
    assert api.get("/v3/users/me").data["wallet"]["remaining_balance"] == 6
    assert api.post("/v3/lipsyncs/batches", {"lipsyncs": [lipsync]}, headers=key).data == batch
    assert api.post("/v3/videos", VIDEO).data["video_id"] not in (id, deleted)
    opened.close()
    left = sorted(os.listdir(tmp_path))
    assert left == ["state.json", "state.json.files"]
    assert os.stat(tmp_path / "state.json").st_mode & 0o777 == 0o600


def test_it_is_kept_before_the_answer_goes_out(opened, tmp_path):
    api = opened()
    id = api.post("/v3/videos", VIDEO).data["video_id"]
    assert id in json.loads((tmp_path / "state.json").read_text())["state"]["tables"]["video"]


def test_time_does_not_run_backwards(opened, clock):
    api = opened(job_seconds=60)
    api.post("/_sandbox/clock", {"advance": "24h"})
    created = api.post("/v3/videos", VIDEO).data["video_id"]
    api = opened(job_seconds=60)
    assert api.get(f"/v3/videos/{created}").data["created_at"] <= api.get("/_sandbox").data["now"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b'{"format": "something-else"}',
        b'{"format": "heygen-sandbox", "version": 99}',
        b'{"format": "heygen-sandbox", "version": 1}',
        b'{"format": "heygen-sandbox", "version": 1, "checksum": "0", "state": {}}',
    ],
)
def test_a_damaged_file_is_refused_and_left_as_it_is(opened, tmp_path, content):
    (tmp_path / "state.json").write_bytes(content)
    with pytest.raises(HeygenError, match="is damaged"):
        opened()
    assert (tmp_path / "state.json").read_bytes() == content
    assert os.listdir(tmp_path) == ["state.json"]


def test_a_changed_byte_is_damage(opened, tmp_path):
    opened().post("/v3/videos", VIDEO)
    opened.close()
    path = tmp_path / "state.json"
    path.write_bytes(path.read_bytes().replace(b"Kept", b"Lost"))
    with pytest.raises(HeygenError, match="checksum"):
        opened()


def test_a_file_that_cannot_be_written_is_refused(opened, tmp_path):
    (tmp_path / "state.json").mkdir()
    with pytest.raises(HeygenError, match="cannot use the state file"):
        opened()


def test_two_sandboxes_do_not_share_a_file(opened, clock, tmp_path):
    pytest.importorskip("fcntl")
    opened()
    with pytest.raises(HeygenError, match="another sandbox"):
        start(Options(clock=clock.now, state_file=str(tmp_path / "state.json")))


@pytest.fixture
def refused(tmp_path):
    """Start a sandbox on a path that it refuses, and return the error."""

    def refused(path):
        with pytest.raises(HeygenError) as caught:
            start(Options(state_file=str(path)))
        return caught.value

    return refused


@pytest.mark.parametrize("suffix", [".lock", ".sandbox-lock", ".tmp"])
def test_a_file_of_somebody_else_beside_it_is_left_alone(opened, tmp_path, suffix):
    other = tmp_path / f"state.json{suffix}"
    other.write_text("somebody's")
    assert opened().post("/v3/videos", VIDEO).status == 200
    opened.close()
    assert other.read_text() == "somebody's"


@pytest.mark.skipif(os.name == "nt", reason="links and devices as POSIX has them")
def test_neither_a_link_nor_a_device_is_a_state(refused, tmp_path):
    (tmp_path / "elsewhere").write_text("{}")
    for name in ("link.json", "lock.json.sandbox-lock"):
        (tmp_path / name).symlink_to(tmp_path / "elsewhere")
    os.mkfifo(tmp_path / "pipe.json")
    assert "it is a link" in refused(tmp_path / "link.json").message
    assert "it is a link" in refused(tmp_path / "lock.json").message
    assert "it is a named pipe" in refused(tmp_path / "pipe.json").message
    assert "it is a device" in refused("/dev/null").message or "Permission" in refused("/dev/null").message
    assert (tmp_path / "elsewhere").read_text() == "{}"


@pytest.mark.parametrize("state", [{}, {"tables": 7}, {"tables": {"video": []}, "sequence": 1, "deleted": [], "replays": {}, "credits": 1, "now": "x"}])
def test_a_state_of_a_wrong_shape_is_refused(refused, tmp_path, state):
    text = json.dumps(state, separators=(",", ":"))
    head = {"format": "heygen-sandbox", "version": 1, "checksum": hashlib.sha256(text.encode()).hexdigest()}
    (tmp_path / "odd.json").write_text(json.dumps({**head, "state": state}))
    error = refused(tmp_path / "odd.json")
    assert "is not a valid state" in error.message
