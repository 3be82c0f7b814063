"""A session that the API rejects is renewed once for a whole batch, however many threads find out."""

import json
import threading

import pytest
from jobfiles import video, write
from provider import USER, Provider


@pytest.fixture
def server():
    provider = Provider()
    yield provider
    provider.close()
    assert provider.problems == []


def test_a_session_is_renewed_once_for_all_threads(run, server, cwd, tmp_path):
    write(cwd / "jobs.jsonl", [video(number) for number in range(8)])
    tokens = server.issue()
    file = tmp_path / "home" / ".heygen" / "credentials"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"oauth": {"access_token": "stale", "refresh_token": tokens["refresh_token"]}, "user": USER}))
    file.chmod(0o600)
    all_are_there = threading.Barrier(8)

    def create(handler, recorded):
        if recorded.headers["authorization"] == "Bearer stale":
            all_are_there.wait()
            handler.reply(401, {}, b"")
        else:
            handler.reply(200, {"Content-Type": "application/json"}, b'{"data":{"video_id":"v"}}')

    server.routes["POST", "/v3/videos"] = create
    result = run("batch", "run", "jobs.jsonl", "--jobs", "8", env=server.env)
    assert result.status == 0, result
    assert [request.path for request in server.requests].count("/v1/oauth/token") == 1
