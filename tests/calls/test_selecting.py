"""heygen/calls/selecting.py and heygen/output/selection.py: what --get prints, and what it refuses before anything is sent."""

import shlex

import pytest

CREATE = ("video", "create", "--type", "avatar", "--avatar-id", "a", "--script", "Hi")
PAGE = {"data": [{"id": "v1", "title": "One\tand\n1", "duration": 1.5}, {"id": "v2", "title": None, "duration": 2}], "next_token": None}


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ("data[].id,data[].duration", "v1\t1.5\nv2\t2\n"),
        ("data[].id, data[].title", "v1\tOne\\tand\\n1\nv2\t\n"),
        ("data[].id,next_token,data[].title", "v1\t\tOne\\tand\\n1\nv2\t\t\n"),
        ("data[0].id,data[1].id", "v1\tv2\n"),
        ("data[].title", "One\tand\n1\n"),
        ("next_token", ""),
        ("data[1].title", ""),
        ("data[].id", "v1\nv2\n"),
    ],
)
def test_several_paths_are_columns_and_null_is_nothing(run, server, paths, expected):
    server.answer(PAGE)
    assert run("video", "list", "--get", paths).stdout == expected


def test_columns_come_page_by_page(run, server):
    server.answer({"data": [{"id": "a", "status": "completed"}], "has_more": True, "next_token": "t"})
    server.answer({"data": [{"id": "b", "status": "failed"}], "has_more": False, "next_token": None})
    assert run("video", "list", "--all", "--get", "data[].id,data[].status").stdout == "a\tcompleted\nb\tfailed\n"


@pytest.mark.parametrize(
    ("argv", "said", "mended"),
    [
        (("video", "get", "v1", "--get", "data.video_ulr"), "did you mean data.video_url?", "data.video_url"),
        (("video", "get", "v1", "--get", "video_url"), "did you mean data.video_url?", "data.video_url"),
        (("video", "list", "--get", "id"), "did you mean data[].id?", "'data[].id'"),
        (("video", "list", "--get", "data.id"), "did you mean data[].id?", "'data[].id'"),
        (("video", "list", "--get", "data[].id,data[].titel"), "did you mean data[].title?", "'data[].id,data[].title'"),
        ((*CREATE, "--get", "id"), "did you mean data.id?", "data.id"),
        ((*CREATE, "--get", "data.video_url"), "that is there when it is done", "data.video_url --wait"),
        (("video", "get", "v1", "--get", "data.id.x"), "the result has no data.id.x", None),
        (("video", "get", "v1", "--get", "nonsense"), "(the result has: data)", None),
    ],
)
def test_what_no_answer_has_is_refused_before_anything_is_sent(run, server, argv, said, mended):
    result = run(*argv)
    assert (result.status, result.requests, result.error["code"], result.error["param"]) == (2, [], "usage_error", "--get")
    assert said in result.error["message"]
    if mended:
        assert result.error["hint"] == f"Try: heygen {shlex.join(argv[: argv.index('--get')])} --get {mended}"


def test_columns_of_two_lists_are_refused(run, server):
    assert "lists of their own" in run("avatar", "looks", "list", "--get", "data[].id,data[].tags[]").error["message"]


@pytest.mark.parametrize("wait", [(), ("--wait",)])
@pytest.mark.parametrize("path", ["data.video_id", "data.id"])
def test_the_names_of_both_answers_are_taken(run, wait, path):
    look = run("avatar", "looks", "list", "--get", "data[0].id").stdout.strip()
    id = run("video", "create", "--type", "avatar", "--avatar-id", look, "--script", "Hi", *wait, "--get", path).stdout.strip()
    assert run("video", "get", id, "--get", path).stdout.strip() == id


def test_an_id_among_several_is_taken_under_both_names(run):
    url = '{"type":"url","url":"https://example.com/a.mp4"}'
    command = ("video-translate", "create", "--set", f"video={url}", "--output-languages", "French,German")
    made = run(*command, "--get", "data.video_translation_ids[]").stdout.split()
    assert len(made) == 2
    finished = run(*command, "--wait", "--idempotency-key", "k2", "--get", "data.video_translation_ids[]").stdout.split()
    assert sorted(finished + made) == sorted(run("video-translate", "list", "--get", "data[].id").stdout.split())


def test_a_field_of_the_first_answer_is_there_after_a_wait_too(run):
    result = run("video-agent", "create", "--prompt", "Hi", "--wait", "--get", "data.session_id,data.video_id,data.status")
    session, video, status = result.stdout.rstrip("\n").split("\t")
    assert run("video-agent", "get", session, "--get", "data.video_id").stdout.strip() == video
    assert status == "completed"
    # The command that carries on shows the video, which has no session.
    assert result.notices[0]["notice"]["hint"] == f"heygen video get {video} --wait"


def test_a_field_that_an_answer_lacks_is_told_with_those_that_are_there(run, server):
    server.answer({"data": {"id": "v1", "status": "waiting"}})
    error = run("video", "get", "v1", "--get", "data.video_url").error
    assert error["code"] == "cli_field_not_found"
    assert error["message"] == "the result has no data.video_url; data has: id, status"


def test_what_is_open_by_its_schema_is_not_refused(run, server):
    server.answer({"anything": {"goes": 1}})
    assert run("api", "GET", "v3/anything", "--get", "anything.goes").stdout == "1\n"
