"""Batches whose process is killed or interrupted, as real processes against a sandbox that fails now and then."""

import os
import signal

import pytest
from jobfiles import events, lines, video, write
from processes import start

from heygen.sandbox.options import Options
from heygen.sandbox.server import start as start_sandbox

FAULTS = ("POST /v3/videos reset-after-write times=2", "GET /v3/** truncate times=1")


class Killer:
    """Kills a process when the sandbox has carried out so many of its requests, before the last of them is answered."""

    def __init__(self):
        self.process = None
        self.requests = 0

    def note(self, _):
        self.requests -= 1
        if self.requests == 0:
            self.process.kill()

    def kill(self, process, requests):
        self.process, self.requests = process, requests
        process.communicate()
        self.requests = 0


@pytest.fixture
def killer():
    return Killer()


@pytest.fixture
def faulty(killer):
    running = start_sandbox(Options(faults=FAULTS, log=killer.note))
    yield running
    running.close()


def test_kills_lose_nothing_and_make_nothing_twice(faulty, killer, cwd):
    write(cwd / "jobs.jsonl", [video(number) for number in range(12)])
    argv = ("batch", "run", "jobs.jsonl", "--wait", "--output-path", "out", "--jobs", "8")
    for requests in (2, 9, 20):
        killer.kill(start(faulty, *argv), requests)
    process = start(faulty, *argv)
    process.communicate()
    assert process.returncode == 0
    assert sorted(each["title"] for each in faulty.world.store.all("video")) == sorted(f"Video {number}" for number in range(12))
    assert sorted(os.listdir("out")) == sorted(f"row-{number}.mp4" for number in range(12))
    assert len(events(cwd / "jobs.jsonl.journal", "journal")) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_sends_nothing_new_and_names_the_command_that_goes_on(server, cwd, number):
    write(cwd / "jobs.jsonl", [video(number) for number in range(50)])
    process = None

    def interrupt(handler, recorded):
        process.send_signal(number)
        handler.reply(200, {"Content-Type": "application/json"}, b'{"data":{"video_id":"v1"}}')

    for _ in range(3):
        server.script(interrupt)
    for count in range(50):
        server.answer({"data": {"video_id": f"w{count}"}})
    process = start(server, "batch", "run", "jobs.jsonl", "--jobs", "1")
    stdout, stderr = process.communicate()
    error = lines(stderr.decode())[-1]["error"]
    made = len(server.requests)
    server.answers.clear()
    assert process.returncode == 130 and error["code"] == "canceled" and error["resume"] == "heygen batch run jobs.jsonl --jobs 1"
    assert made < 50 and len(lines(stdout.decode())) == made == len(events(cwd / "jobs.jsonl.journal", "created"))
