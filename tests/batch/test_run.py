"""`heygen batch run`: what is sent, what is told, and what the same command does again."""

import json
import os
import signal

import pytest
from jobfiles import events, lines, posts, video, write
from screen import Screen


@pytest.fixture
def jobs(cwd):
    return write(cwd / "jobs.jsonl", [video(number) for number in range(6)])


def summary(result):
    return next(each["notice"] for each in lines(result.stderr) if each.get("notice", {}).get("code") == "summary")


def heal(sandbox, fault):
    """Take a fault away again."""
    assert sandbox.world.faults.remove(fault.id)


def test_each_row_is_made_once_and_saved(run, jobs, cwd):
    result = run("batch", "run", "jobs.jsonl", "--wait", "--output-path", "out")
    assert result.status == 0
    told = lines(result.stdout)
    assert sorted(each["id"] for each in told) == [f"row-{number}" for number in range(6)]
    for each in told:
        assert each["status"] == "completed" and each["result"]["id"] == each["resource_id"]
        assert each["saved"] == [f"out/{each['id']}.mp4"] and (cwd / each["saved"][0]).stat().st_size
        assert each["line"] == int(each["id"][4:]) + 1
    assert len(posts(result)) == 6
    assert summary(result)["message"] == "6 rows: 6 completed"
    again = run("batch", "run", "jobs.jsonl", "--wait", "--output-path", "out")
    assert again.status == 0 and again.stdout == "" and not again.requests
    assert summary(again)["message"] == "6 rows: 6 already done"


def test_the_statuses_of_many_are_asked_for_at_once(run, jobs, sandbox):
    sandbox.world.options = sandbox.world.options.replace(job_seconds=60.0)
    result = run("batch", "run", "jobs.jsonl", "--wait")
    assert result.status == 0
    paths = [each["path"] for each in result.requests if each["method"] == "GET"]
    assert "/v3/videos/statuses" in paths
    assert len([path for path in paths if path != "/v3/videos/statuses"]) == 6  # each once, for its document


def test_without_wait_a_row_is_told_as_created_and_waited_for_later(run, jobs):
    result = run("batch", "run", "jobs.jsonl")
    assert {each["status"] for each in lines(result.stdout)} == {"created"}
    again = run("batch", "run", "jobs.jsonl", "--wait")
    assert again.status == 0 and not posts(again)
    assert {each["status"] for each in lines(again.stdout)} == {"completed"}


def test_keys_are_derived_from_the_journal_and_the_row(run, cwd, sandbox):
    ids = ["a", "a b", "ünï", "x/y", "x:y", "l" * 300]
    write(cwd / "jobs.jsonl", [video(number, id) for number, id in enumerate(ids)])
    result = run("batch", "run", "jobs.jsonl")
    assert result.status == 0
    keys = [each["headers"]["idempotency-key"] for each in posts(result)]
    name = events(cwd / "jobs.jsonl.journal", "journal")[0]["name"]
    assert len(set(keys)) == 6 and all(key.startswith(f"{name}:1:") and len(key) <= 255 for key in keys)
    assert f"{name}:1:a" in keys


def test_a_lost_answer_is_repeated_with_its_key(run, jobs, cwd, sandbox):
    sandbox.world.faults.add("POST /v3/videos reset-after-write times=9")
    result = run("batch", "run", "jobs.jsonl", "--wait")
    assert result.status == 0
    assert len({each["resource_id"] for each in lines(result.stdout)}) == 6
    assert len(sandbox.world.store.all("video")) == 6


def test_what_the_api_does_not_repeat_is_looked_for_and_never_sent_again(run, cwd, sandbox):
    write(cwd / "jobs.jsonl", [{"id": "one", "command": "video-agent create", "data": {"prompt": "Hello"}}])
    sandbox.world.faults.add("POST /v3/video-agents reset-after-write times=1")
    result = run("batch", "run", "jobs.jsonl")
    (told,) = lines(result.stdout)
    assert result.status == 1 and told["status"] == "unknown"
    assert told["error"]["code"] == "cli_batch_outcome_unknown" and len(told["error"]["candidates"]) == 1
    again = run("batch", "run", "jobs.jsonl")
    assert again.status == 1 and not posts(again) and lines(again.stdout)[0]["status"] == "unknown"
    anew = run("batch", "run", "jobs.jsonl", "--rerun", "unknown")
    assert anew.status == 0 and len(posts(anew)) == 1


def test_a_key_that_is_a_day_old_protects_nothing(run, jobs, cwd, clock, sandbox):
    fault = sandbox.world.faults.add("POST /v3/videos reset-after-write")
    assert run("batch", "run", "jobs.jsonl").status == 1
    heal(sandbox, fault)
    clock.elapsed += 24 * 3600
    result = run("batch", "run", "jobs.jsonl")
    assert result.status == 1 and not posts(result)
    assert {each["status"] for each in lines(result.stdout)} == {"unknown"}


def test_a_session_that_makes_a_video_is_waited_for_until_there_is_one(run, cwd):
    write(cwd / "jobs.jsonl", [{"id": "one", "command": "video-agent create", "data": {"prompt": "Hello"}}])
    result = run("batch", "run", "jobs.jsonl", "--wait", "--output-path", "out")
    (told,) = lines(result.stdout)
    assert result.status == 0 and told["saved"] == ["out/one.mp4"] and told["result"]["video_url"]


def test_a_failed_row_is_made_anew_when_asked(run, jobs, sandbox):
    sandbox.world.faults.add("POST /v3/videos status=failed times=2")
    result = run("batch", "run", "jobs.jsonl", "--wait")
    assert result.status == 1
    assert result.error["code"] == "cli_batch_failed" and result.error["failed"] == 2
    assert result.error["hint"].endswith("heygen batch run jobs.jsonl --wait --rerun failed")
    failed = [each for each in lines(result.stdout) if each["status"] == "failed"]
    assert {each["error"]["code"] for each in failed} == {"video_failed"}
    assert not posts(run("batch", "run", "jobs.jsonl", "--wait"))
    anew = run("batch", "run", "jobs.jsonl", "--wait", "--rerun", "failed")
    assert anew.status == 0 and len(posts(anew)) == 2
    assert {each["headers"]["idempotency-key"].split(":")[1] for each in posts(anew)} == {"2"}


def test_a_changed_row_is_refused_until_it_is_meant(run, jobs, cwd):
    assert run("batch", "run", "jobs.jsonl").status == 0
    rows = [video(number) for number in range(6)]
    rows[2]["data"]["script"] = "Something else"
    write(cwd / "jobs.jsonl", rows)
    result = run("batch", "run", "jobs.jsonl")
    assert result.status == 2 and not result.requests and result.error["code"] == "cli_batch_row_changed"
    assert result.error["details"][0]["line"] == 3
    meant = run("batch", "run", "jobs.jsonl", "--rerun", "changed")
    assert meant.status == 0 and len(posts(meant)) == 1


def test_rows_without_an_id_are_stable_under_inserts_and_told_when_edited(run, cwd):
    rows = [{"command": "video create", "data": video(number)["data"]} for number in (1, 2, 2)]
    write(cwd / "jobs.jsonl", rows)
    assert run("batch", "run", "jobs.jsonl").status == 0
    added = {"command": "video create", "data": video(9)["data"]}
    write(cwd / "jobs.jsonl", [added, *reversed(rows)])
    assert len(posts(run("batch", "run", "jobs.jsonl"))) == 1
    edited = {"command": "video create", "data": video(1, script="Edited")["data"]}
    write(cwd / "jobs.jsonl", [added, *rows[1:], edited])
    result = run("batch", "run", "jobs.jsonl")
    assert result.status == 2 and not result.requests and result.error["details"][0]["line"] == 4


def test_401_and_402_stop_everything_and_what_is_left_can_be_resumed(run, jobs, sandbox):
    fault = sandbox.world.faults.add("POST /v3/videos 402 after=2")
    result = run("batch", "run", "jobs.jsonl", "--jobs", "1")
    assert result.status == 1 and result.error["code"] == "insufficient_credit"
    assert len(posts(result)) == 3 and result.error["resume"] == "heygen batch run jobs.jsonl --jobs 1"
    heal(sandbox, fault)
    again = run("batch", "run", "jobs.jsonl")
    assert again.status == 0 and len(posts(again)) == 4


@pytest.mark.parametrize("status, exit_code", [(401, 3), (403, 3), (418, 1)])
def test_a_poll_that_is_refused_says_nothing_of_the_job(run, jobs, cwd, sandbox, status, exit_code):
    fault = sandbox.world.faults.add(f"GET /v3/videos/** {status}")
    result = run("batch", "run", "jobs.jsonl", "--wait")
    assert result.status == exit_code
    heal(sandbox, fault)
    again = run("batch", "run", "jobs.jsonl", "--wait")
    assert again.status == 0 and not posts(again) and len(lines(again.stdout)) == 6


def test_an_interrupt_while_the_rate_is_limited_calls_no_job_failed(run, jobs, cwd, sandbox, clock):
    sandbox.world.faults.add("GET /v3/videos/** 429 retry-after=100")
    pressed = []

    def sleep(seconds):
        clock.sleep(seconds)
        if clock.elapsed > 50 and not pressed:
            pressed.append(os.kill(os.getpid(), signal.SIGINT))

    result = run("batch", "run", "jobs.jsonl", "--wait", sleep=sleep)
    assert result.status == 130
    assert {each["status"] for each in lines(result.stdout)} == {"pending"}
    assert not events(cwd / "jobs.jsonl.journal", "ended")


def test_stop_after_failures(run, jobs, sandbox):
    sandbox.world.faults.add("POST /v3/videos 400")
    result = run("batch", "run", "jobs.jsonl", "--stop-after", "2", "--jobs", "1")
    assert result.status == 1 and len(posts(result)) < 6 and result.error["left"]


def test_429_slows_all_and_loses_none(run, jobs, sandbox):
    sandbox.world.faults.add("POST /v3/videos 429 retry-after=7 times=8")
    result = run("batch", "run", "jobs.jsonl")
    assert result.status == 0 and result.clock.elapsed >= 7
    assert len(sandbox.world.store.all("video")) == 6
    assert any(each.get("notice", {}).get("code") == "rate_limited" for each in lines(result.stderr))


def test_the_time_is_up(run, jobs, sandbox):
    sandbox.world.options = sandbox.world.options.replace(job_seconds=3600.0)
    result = run("batch", "run", "jobs.jsonl", "--wait", "--timeout", "1m")
    assert result.status == 4 and result.error["code"] == "timeout" and result.error["left"] == 6
    assert all(each["resource_id"] for each in lines(result.stdout))
    assert result.error["resume"] == "heygen batch run jobs.jsonl --wait --timeout 1m"


def test_a_full_stdout_loses_no_id(run, jobs, cwd):
    class Full:
        def write(self, _):
            raise OSError(28, "No space left on device")

        def flush(self):
            pass

    from heygen.core.context import OutputStream

    result = run("batch", "run", "jobs.jsonl", stdout=OutputStream(Full()))
    assert result.status == 1 and result.error["code"] == "cli_file_io_error"
    made = len(events(cwd / "jobs.jsonl.journal", "created"))
    assert made == len(posts(result)) and result.error["resume"]


def test_standard_input_needs_a_journal(run, cwd):
    text = json.dumps(video(1))
    assert run("batch", "run", "-", stdin=text).error["param"] == "--journal"
    assert run("batch", "run", "-", "--journal", "j", stdin=text).status == 0
    again = run("batch", "run", "-", "--journal", "j", stdin=text)
    assert again.status == 0 and not again.requests


def test_a_table_with_a_template(run, cwd):
    (cwd / "people.csv").write_text('id,name,speed,note\nann,"Ann, the\nfirst",1.2,\nbob,Bob {x},0.9,hi\n')
    template = {**video(0)["data"], "script": "Hello {name}", "voice_settings": {"speed": "{speed}"}, "title": "{note}"}
    (cwd / "body.json").write_text(json.dumps(template))
    result = run("batch", "run", "people.csv", "--command", "video create", "--template", "body.json", "--jobs", "1")
    assert result.status == 0
    ann, bob = (each["json"] for each in posts(result))
    assert ann["script"] == "Hello Ann, the\nfirst" and ann["voice_settings"] == {"speed": 1.2} and "title" not in ann
    assert bob["script"] == "Hello Bob {x}" and bob["title"] == "hi"
    assert [each["line"] for each in lines(result.stdout)] == [2, 4]


def test_path_parameters_come_from_the_command_or_the_row(run, cwd):
    templates = run("template", "list").json["data"]
    id = templates[0]["template_id"] if "template_id" in templates[0] else templates[0]["id"]
    rows = [
        {"id": "words", "command": f"template generate {id}", "data": {}},
        {"id": "names", "command": "template generate", "arguments": {"template_id": id}, "data": {}},
        {"id": "column", "command": "template generate {which}", "which": id, "data": {}},
    ]
    write(cwd / "jobs.jsonl", rows)
    result = run("batch", "run", "jobs.jsonl", "--no-validate")
    assert {each["path"] for each in posts(result)} == {f"/v3/templates/{id}"} and len(posts(result)) == 3


def test_people_see_a_line_for_each_row(run, jobs):
    result = run("batch", "run", "jobs.jsonl", "--wait", "--human")
    assert result.status == 0
    assert len([line for line in result.stdout.splitlines() if line.startswith("✓ row-")]) == 6
    assert "row-0: created " in result.stderr and result.stderr.endswith("6 rows: 6 completed\n")


def test_a_terminal_shows_one_table(run, jobs, sandbox):
    sandbox.world.options = sandbox.world.options.replace(job_seconds=60.0)
    result = run("batch", "run", "jobs.jsonl", "--wait", "--human", terminal=True)
    screen = Screen().feed(result.stderr)
    assert screen.text() == "6 rows: 6 completed"
    shown = max(screen.frames, key=len).splitlines()
    assert shown[0] == "jobs.jsonl: 6 of 6 rows to go" and "0/6" in shown[1]
    assert shown[2].split() == ["completed", "under", "way", "to", "do"] and shown[3].split() == ["0", "6", "0"]
    assert result.stdout.count("row-") == 6
