"""Each of the three streams closed, full, without a reader or not blocking, for every kind of command."""

from __future__ import annotations

import json
import os

import pytest
from forker import Forker
from servers import ScriptedServer

pytestmark = pytest.mark.skipif(os.name == "nt" or not os.path.exists("/dev/full"), reason="streams as POSIX has them, and /dev/full")

AGENT = ("video-agent", "create", "--prompt", "Hi")
COMMANDS = {
    "version": ("--version",),
    "help": ("video", "create", "--help"),
    "topic": ("help", "exit-codes"),
    "schema": ("video", "create", "--request-schema"),
    "dry run": (*AGENT, "--dry-run", "--idempotency-key", "k"),
    "human": ("video", "list", "--human"),
    "get": ("video", "list", "--get", "data[].id"),
    "config": ("config", "list"),
    "auth": ("auth", "status"),
    "completion": ("completion", "bash"),
    "sandbox": ("sandbox", "run", "--", "video", "list"),
    "usage error": ("video", "create", "--no-such-flag"),
    "refusal": ("video", "get", "v2"),
    "data": ("video-agent", "create", "-d", "-"),
    "debug": ("video", "list", "--debug"),
}
CREATES = ("data",)


@pytest.fixture(scope="module")
def api():
    started = ScriptedServer()
    started.route("GET", "/v3/users/me", {"data": {"username": "ada"}})
    started.route("GET", "/v3/videos", {"data": [{"id": "v1", "title": "T" * 200}] * 400, "has_more": False, "next_token": None})
    started.route("GET", "/v3/videos/v2", {"error": {"code": "video_not_found", "message": "No"}}, status=404)
    started.route("POST", "/v3/video-agents", {"data": {"session_id": "s1", "status": "generating", "video_id": None}})
    yield started
    started.close()


@pytest.fixture(scope="module")
def forker():
    started = Forker()
    yield started
    started.close()


@pytest.fixture
def start(api, forker, tmp_path):
    (tmp_path / "stdin").write_bytes(b'{"prompt": "Hi"}')

    def start(name, broken=(), state=None):
        options, ends, before = {"stdin": str(tmp_path / "stdin")}, [], ""
        for stream in broken:
            if state == "gone":
                reader, options[stream] = os.pipe()
                os.close(reader)
                ends.append(options[stream])
            elif state == "not blocking":
                before += f"os.set_blocking({('stdin', 'stdout', 'stderr').index(stream)}, False)\n"
            else:
                options[stream] = {"closed": "closed", "full": "/dev/full"}[state]
        env = {"HEYGEN_API_BASE": api.url, "HEYGEN_API_KEY": "test-key", "HEYGEN_NO_ANALYTICS": "1", "HOME": str(tmp_path)}
        process = forker.start(*COMMANDS[name], env=env, cwd=tmp_path, before=before, **options)
        for each in ends:
            os.close(each)
        stdout, stderr = process.communicate()
        assert b"Traceback" not in stderr and b"Exception" not in stderr, stderr
        return process.returncode, stdout, stderr

    return start


def code_of(stderr):
    return json.loads(stderr.splitlines()[-1])["error"]["code"]


@pytest.mark.parametrize("name", COMMANDS)
def test_no_stream_of_any_state_changes_more_than_it_must(start, name):
    status, result, told = start(name)
    assert status == {"usage error": 2, "refusal": 1}.get(name, 0)
    for state in ("closed", "full", "gone"):
        # Without stderr, everything else is as it was.
        assert start(name, ["stderr"], state) == (status, result, b""), state
    for state in ("closed", "gone"):
        # Without stdout, a command that reads has nobody to tell; what was made is told on stderr.
        found = start(name, ["stdout"], state)
        if name in CREATES:
            assert (found[0], code_of(found[2])) == (1, "cli_file_io_error"), state
        elif name != "debug":
            assert (found[0], found[2]) == (status, told), state
    found = start(name, ["stdout"], "full")
    if result:
        assert (found[0], name == "human" or code_of(found[2])) == (1, name == "human" or "cli_file_io_error")
    else:
        assert found == (status, b"", told)
    for state in ("closed", "full", "gone"):
        both = start(name, ["stdout", "stderr"], state)
        assert both[1:] == (b"", b"")
        assert both[0] == (1 if name in CREATES or (state == "full" and result) else status), state
    for stream in ("stdout", "stderr", "stdin"):
        found = start(name, [stream], "not blocking")
        assert found[:2] == (status, result), stream
    if name == "data":
        assert start(name, ["stdin"], "closed")[0] == 2
    else:
        assert start(name, ["stdin"], "closed")[:2] == (status, result)
