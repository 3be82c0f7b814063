"""A coding agent that knows nothing but what the program prints: its first job, with what goes wrong on the way."""

import json

import pytest

from heygen.sandbox.options import Options
from heygen.sandbox.server import start

MOST_READ = 15_000  # bytes


@pytest.fixture
def sandbox(clock):
    """One whose jobs take a minute, and whose first two requests for the account are too many."""
    running = start(Options(clock=clock.now, job_seconds=60, faults=("GET /v3/users/me 429 times=2",)))
    yield running
    running.close()


def test_it_does_everyday_work_without_a_wrong_command_and_with_little_to_read(run, cwd, clip):
    read = 0

    def agent(*argv, status=0, **options):
        nonlocal read
        result = run(*argv, **options)
        read += len(result.stdout.encode()) + len(result.stderr.encode())
        assert result.status == status, result
        return result

    assert "heygen skill" in agent("help", "agents").stdout
    assert "--text" in agent("skill").stdout
    agent("commands", "--text")
    # makes a video
    look, voice, _ = agent("avatar", "looks", "list", "--get", "data[].id,data[].default_voice_id,data[].name").stdout.splitlines()[0].split("\t")
    made = agent("video", "create", "--type", "avatar", "--avatar-id", look, "--script", "Hi", "--wait", "--timeout", "10s", status=4)
    # recovers from a timeout
    resume = made.error["resume"].split()[1:]
    url = agent(*resume, "--timeout", "30m", "--get", "data.video_url").stdout.strip()
    agent("video", "download", made.error["id"], "--output-path", "hello.mp4")
    # translates it
    agent(
        "video-translate", "create", "--set", "video.type=url", "--set", f"video.url={url}", "--output-languages", "Spanish (Spain)",
        "--wait", "--output-path", "spanish.mp4",
    )
    # uploads a file and uses it
    asset = agent("asset", "upload", str(clip), "--get", "data.asset_id").stdout.strip()
    source = json.dumps({"type": "asset_id", "asset_id": asset})
    agent("background-removal", "create", "--set", f"video={source}", "--wait", "--get", "data.id,data.status")
    # recovers from too many requests
    assert agent("user", "me", "get", status=1, env={"HEYGEN_MAX_RETRIES": "0"}).error["code"] == "rate_limit_exceeded"
    assert agent("user", "me", "get", env={"HEYGEN_MAX_RETRIES": "8"}).json["data"]["username"]
    assert (cwd / "hello.mp4").stat().st_size and (cwd / "spanish.mp4").stat().st_size
    assert read < MOST_READ, read
