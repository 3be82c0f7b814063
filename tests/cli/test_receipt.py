"""What a run creates is told, whatever becomes of its streams, of the answer, or of the program itself."""

import json
import os
import shlex

import pytest
from processes import start

posix = pytest.mark.skipif(os.name == "nt", reason="streams as POSIX has them")
needs_full = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")

CREATE = ("video", "create", "--type", "avatar", "--avatar-id", "a1", "--script", "Hi", "--voice-id", "v")
CREATED = {"data": {"video_id": "vid_1", "status": "pending"}}
DONE = {"data": {"id": "vid_1", "status": "completed"}}
RUNNING = {"data": {"id": "vid_1", "status": "processing"}}


def without_reader():
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "wb")


def full():
    return open("/dev/full", "wb")


def ended(process):
    stdout, stderr = process.communicate(timeout=60)
    return process.returncode, stdout or b"", [json.loads(line) for line in (stderr or b"").splitlines()]


# --- streams


@posix
@pytest.mark.parametrize("broken", [without_reader, pytest.param(full, marks=needs_full)])
@pytest.mark.parametrize("flags", [(), ("--human",), ("--get", "data.video_id")])
def test_a_result_that_stdout_does_not_take_is_in_the_envelope(server, broken, flags):
    server.answer(CREATED)
    with broken() as stdout:
        process = start(server, *CREATE, *flags, stdout=stdout)
        _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1
    assert b"vid_1" in stderr
    if flags != ("--human",):
        error = json.loads(stderr)["error"]
        assert (error["code"], error["id"], error["result"]) == ("cli_file_io_error", "vid_1", CREATED)
        assert error["resume"] == " ".join(["heygen video get vid_1 --wait", *flags])


@posix
def test_a_closed_stdout_loses_no_id(server):
    server.answer(CREATED)
    process = start(server, *CREATE, preexec_fn=lambda: os.close(1))
    status, _, [error] = ended(process)
    assert (status, error["error"]["id"], error["error"]["result"]) == (1, "vid_1", CREATED)


@posix
@pytest.mark.parametrize("broken", [without_reader, pytest.param(full, marks=needs_full)])
def test_a_broken_stderr_costs_neither_the_result_nor_the_exit_code(server, broken):
    server.answer(CREATED).answer(DONE)
    with broken() as stderr:
        process = start(server, *CREATE, "--wait", "--debug", stderr=stderr)
        status, stdout, _ = ended(process)
    assert (status, json.loads(stdout)) == (0, DONE)


@posix
@pytest.mark.parametrize("broken", [without_reader, pytest.param(full, marks=needs_full)])
def test_a_broken_stderr_leaves_the_state_and_the_exit_code_of_a_timeout(server, broken):
    server.answer(CREATED).route("GET", "/v3/videos/vid_1", RUNNING)
    with broken() as stderr:
        process = start(server, *CREATE, "--wait", "--timeout", "0s", stderr=stderr)
        status, stdout, _ = ended(process)
    assert (status, json.loads(stdout)) == (4, RUNNING)


@posix
@pytest.mark.parametrize("broken", [without_reader, pytest.param(full, marks=needs_full)])
def test_where_stderr_is_broken_an_unknown_outcome_is_told_on_stdout(server, broken):
    server.answer({"data": {}})
    with broken() as stderr:
        process = start(server, *CREATE, stderr=stderr)
        status, stdout, _ = ended(process)
    shown = json.loads(stdout.splitlines()[-1])
    assert status == 1
    assert shown == {"data": {}} or shown["error"]["idempotency_key"]


@posix
def test_a_reader_of_a_list_may_leave(server):
    server.answer({"data": [{"id": "x" * 1000} for _ in range(2000)]})
    with without_reader() as stdout:
        status, _, told = ended(start(server, "video", "list", stdout=stdout))
    assert (status, told) == (0, [])


@posix
def test_a_kill_in_a_wait_leaves_the_id(server):
    server.answer(CREATED).route("GET", "/v3/videos/vid_1", RUNNING)
    process = start(server, *CREATE, "--wait", "--output-path", "a b.mp4")
    server.wait_for(2)
    process.kill()
    _, _, [notice] = ended(process)
    assert notice["notice"]["id"] == "vid_1"
    assert notice["notice"]["hint"] == "heygen video get vid_1 --wait --output-path 'a b.mp4'"


# --- answers


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b'{"data":{}}', b'{"data":null}', b'{"data":{"video_id":""}}', b"[]", b"7"])
@pytest.mark.parametrize("flags", [(), ("--wait",)])
def test_an_answer_that_does_not_name_what_was_created_is_an_unknown_outcome(run, server, body, flags):
    server.answer(body=body)
    result = run(*CREATE, *flags)
    assert result.status == 1
    assert result.error["code"] == "cli_response_parse_error"
    assert result.error["idempotency_key"] == result.requests[0].headers["idempotency-key"]
    assert "heygen video list" in result.error["hint"]


def test_so_is_a_success_without_a_body(run, server):
    server.answer(body=b"", status=204)
    result = run("folder", "create", "--name", "x")
    assert (result.status, result.error["code"]) == (1, "cli_response_parse_error")
    assert result.error["idempotency_key"]


@pytest.mark.parametrize("argv", [("video", "list"), ("video", "get", "v"), ("user", "me", "get")])
def test_an_empty_answer_to_a_question_is_no_success(run, server, argv):
    server.answer(body=b"")
    result = run(*argv)
    assert (result.status, result.stdout, result.error["code"]) == (1, "", "cli_response_parse_error")
    assert "idempotency_key" not in result.error


# --- the program


@pytest.mark.parametrize("defect", [ZeroDivisionError("for the test"), MemoryError(), OverflowError("too large")])
def test_a_defect_in_a_wait_leaves_the_last_state_and_the_way_on(run, server, defect):
    def broken(seconds):
        raise defect

    server.answer(CREATED).answer(RUNNING)
    result = run(*CREATE, "--wait", "--timeout", "1h", "--get", "data.status", sleep=broken)
    assert (result.status, result.stdout) == (1, "processing\n")
    assert result.error["code"] == "cli_internal_error"
    assert result.error["id"] == "vid_1"
    assert result.error["resume"] == "heygen video get vid_1 --wait --timeout 1h --get data.status"


def test_what_resumes_a_wait_can_be_run(run, server):
    server.answer(CREATED).route("GET", "/v3/videos/vid_1", RUNNING)
    first = run(*CREATE, "--wait", "--timeout", "1s", "--set", "title=x")
    assert first.status == 4
    server.routes.clear()
    server.answer(DONE)
    again = run(*shlex.split(first.error["resume"])[1:])
    assert (again.status, again.json) == (0, DONE)


def test_a_wait_for_what_was_there_before_names_it_too(run, server):
    server.route("GET", "/v3/videos/vid_1", RUNNING)
    result = run("video", "get", "vid_1", "--wait", "--timeout", "1s", "--human=false")
    assert (result.status, result.notices) == (4, [])
    assert (result.error["id"], result.error["resume"]) == ("vid_1", "heygen video get vid_1 --wait --timeout 1s --human=false")
