"""The command line's contract: where flags stand, what goes to which stream, and how mistakes are answered."""

import pytest


def test_a_list_goes_to_stdout_as_one_compact_line(run, server):
    server.answer({"data": [{"id": "v1", "title": "Grüße 👋"}], "has_more": False})
    result = run("video", "list", "--limit", "3")
    assert result.status == 0
    assert result.stdout == '{"data":[{"id":"v1","title":"Grüße 👋"}],"has_more":false}\n'
    assert result.stderr == ""
    assert (result.requests[0].method, result.requests[0].target) == ("GET", "/v3/videos?limit=3")
    assert result.requests[0].headers["x-api-key"] == "test-key"


@pytest.mark.parametrize(
    "argv",
    [
        ("--debug=false", "video", "list", "--limit=3"),
        ("video", "--debug=false", "list", "--limit", "3"),
        ("video", "list", "--limit", "3", "--debug=false"),
    ],
)
def test_global_flags_stand_anywhere(run, server, argv):
    server.answer({"data": []})
    assert run(*argv).requests[0].target == "/v3/videos?limit=3"


@pytest.mark.parametrize(
    "argv, message",
    [
        (("vidoe", "list"), 'unknown command "vidoe" for "heygen"; did you mean video?'),
        (("video", "lsit"), 'unknown command "lsit" for "heygen video"; did you mean list?'),
        (("video", "list", "--limt", "3"), 'unknown flag "--limt" for "heygen video list"; did you mean --limit?'),
        (("video", "list", "--limit", "0"), "--limit must be from 1 to 100, not 0"),
        (("video", "list", "--limit", "x"), '--limit must be an integer, not "x"'),
        (("video", "list", "--limit"), "--limit needs a value: <integer>"),
        (("video", "get"), "missing required argument: <video-id>"),
        (("video", "get", "a", "b"), 'unexpected argument "b" for "heygen video get"'),
        (
            ("audio", "sounds", "list", "--query", "x", "--type", "musik"),
            '--type must be one of: music, sound_effects; not "musik"; did you mean music?',
        ),
        (("video-agent", "create"), "missing required flag: --prompt"),
        (("asset", "search"), "missing required flags: --query, --type"),
    ],
)
def test_a_wrong_command_line_is_refused_before_a_missing_key_is(run, server, argv, message):
    result = run(*argv, env={"HEYGEN_API_KEY": None})
    assert (result.status, result.stdout) == (2, "")
    assert result.error["code"] == "usage_error"
    assert result.error["message"] == message
    assert not result.requests
