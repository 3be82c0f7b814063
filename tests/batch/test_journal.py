"""The journal: what is on the disk before what, and what is made of one that was torn, damaged or of another batch."""

import json
import os
import subprocess
import sys

import pytest
from jobfiles import events, lines, posts, video, write
from processes import ROOT, start


@pytest.fixture
def jobs(cwd):
    return write(cwd / "jobs.jsonl", [video(number) for number in range(3)])


@pytest.fixture
def journal(run, jobs, cwd):
    assert run("batch", "run", "jobs.jsonl").status == 0
    return cwd / "jobs.jsonl.journal"


def test_an_intent_is_written_before_its_request_and_the_id_before_anything_else(server, cwd, run):
    write(cwd / "jobs.jsonl", [video(1)])
    seen = []

    def look(handler, recorded):
        seen.append([each["event"] for each in events(cwd / "jobs.jsonl.journal")])
        handler.reply(200, {"Content-Type": "application/json"}, b'{"data":{"video_id":"v1"}}')

    def look_again(handler, recorded):
        seen.append([each["event"] for each in events(cwd / "jobs.jsonl.journal")])
        handler.reply(200, {"Content-Type": "application/json"}, b'{"data":{"id":"v1","status":"completed"}}')

    server.script(look).script(look_again)
    assert run("batch", "run", "jobs.jsonl", "--wait").status == 0
    assert seen == [["journal", "run", "intent"], ["journal", "run", "intent", "created"]]
    assert events(cwd / "jobs.jsonl.journal")[-1]["event"] == "ended"


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_a_torn_last_line_is_cut(run, journal, cut):
    whole = journal.read_bytes()
    journal.write_bytes(whole[:-cut])
    result = run("batch", "run", "jobs.jsonl")
    assert result.status == 0
    assert [each["event"] for each in events(journal)].count("journal") == 1
    assert all(each["headers"]["idempotency-key"] for each in posts(result))


@pytest.mark.parametrize("length", [0, 5, 40])
def test_a_journal_that_was_only_begun_is_begun_anew(run, journal, length):
    journal.write_bytes(journal.read_bytes()[:length])
    assert run("batch", "run", "jobs.jsonl").status == 0
    assert events(journal)[0]["event"] == "journal"


def test_a_journal_that_is_damaged_in_the_middle_is_refused(run, journal):
    parts = journal.read_bytes().splitlines(keepends=True)
    parts[2] = b'{"event":"int\n'
    journal.write_bytes(b"".join(parts))
    result = run("batch", "run", "jobs.jsonl")
    assert result.status == 1 and result.error["code"] == "cli_batch_journal_damaged" and not result.requests
    assert "jobs.jsonl.journal:3:" in result.error["message"]


@pytest.mark.parametrize("text", ["not a journal", "[]\n[]\n", '{"a":1}\n'])
def test_another_file_is_never_written_to(run, jobs, cwd, text):
    (cwd / "mine").write_text(text)
    result = run("batch", "run", "jobs.jsonl", "--journal", "mine")
    assert result.error["code"] == "cli_batch_journal_mismatch" and (cwd / "mine").read_text() == text


def test_the_journal_of_another_file_or_shard_is_refused(run, journal, cwd):
    write(cwd / "others.jsonl", [video(number, f"other-{number}") for number in range(3)])
    result = run("batch", "run", "others.jsonl", "--journal", "jobs.jsonl.journal")
    assert result.status == 2 and "another file" in result.error["message"] and not result.requests
    result = run("batch", "run", "jobs.jsonl", "--journal", "jobs.jsonl.journal", "--shard", "1/2")
    assert result.error["code"] == "cli_batch_journal_mismatch" and not result.requests


def test_one_process_at_a_time(run, server, cwd):
    write(cwd / "jobs.jsonl", [video(1)])
    result = []

    def second(handler, recorded):
        result.append(run("batch", "run", "jobs.jsonl"))
        result.append(run("batch", "status", "jobs.jsonl"))
        handler.reply(200, {"Content-Type": "application/json"}, b'{"data":{"video_id":"v1"}}')

    server.script(second)
    assert run("batch", "run", "jobs.jsonl").status == 0
    assert result[0].status == 1 and result[0].error["code"] == "cli_batch_in_progress"
    assert f"process {os.getpid()}" in result[0].error["message"]
    assert result[1].json["data"]["is_running"] and result[1].json["data"]["pending"] == 0


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full disk here")
def test_a_full_disk_stops_before_sending(sandbox, jobs, cwd, tmp_path):
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (400, 400)); "
        "import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
        "from heygen.__main__ import main; sys.exit(main())"
    )
    environ = {"PYTHONPATH": str(ROOT), "HEYGEN_API_BASE": sandbox.url, "HEYGEN_API_KEY": "k", "HEYGEN_NO_ANALYTICS": "1"}
    argv = [sys.executable, "-B", "-c", code, "batch", "run", "jobs.jsonl", "--jobs", "1"]
    answer = subprocess.run(argv, env=environ, capture_output=True)
    assert answer.returncode == 1
    error = json.loads(answer.stderr.splitlines()[-1])["error"]
    assert error["code"] == "cli_file_io_error" and "journal" in error["message"]
    made = len(sandbox.world.store.all("video"))
    assert made <= 1 and made == len([each for each in sandbox.requests if each["method"] == "POST"])
    process = start(sandbox, "batch", "run", "jobs.jsonl")
    process.communicate()
    assert process.returncode == 0
    assert len(sandbox.world.store.all("video")) == 3


def test_secrets_do_not_reach_the_journal(run, jobs, cwd, sandbox):
    sandbox.world.faults.add("POST /v3/videos 400")
    run("batch", "run", "jobs.jsonl", env={"HEYGEN_API_KEY": "sk-very-secret-test-key"})
    assert "very-secret" not in (cwd / "jobs.jsonl.journal").read_text()
    assert len(lines((cwd / "jobs.jsonl.journal").read_text())) > 3
