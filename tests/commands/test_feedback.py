"""`heygen feedback`."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def feedback(run, server):
    """Run `heygen feedback …` with the server as the place that it goes to."""

    def feedback(*argv, env=None, **options):
        env = {"HEYGEN_NO_ANALYTICS": None, "HEYGEN_API_KEY": None, "HEYGEN_ANALYTICS_URL": f"{server.url}/batch", **(env or {})}
        return run("feedback", *argv, env=env, **options)

    return feedback


def sent(server):
    """The feedback among the events that have arrived."""
    found = [event for request in server.requests for event in request.json["batch"]]
    return [event["properties"] for event in found if event["event"] == "feedback"]


def test_feedback_is_sent_before_the_result_is_printed(feedback, server):
    server.route("POST", "/batch", {})
    result = feedback("--rating", "4", "--comment", "Grüße")
    assert result.status == 0
    assert result.json == {"message": "Thank you. Your feedback was sent.", "sent": True, "rating": 4, "comment": "Grüße"}
    assert [(each["rating"], each["comment"]) for each in sent(server)] == [(4, "Grüße")]
    # The run itself is counted as any other, in its own time, and without the comment.
    server.wait_for(2)
    assert "Grüße" not in json.dumps(server.requests[1].json, ensure_ascii=False)


def test_a_comment_comes_from_stdin(feedback, server):
    server.route("POST", "/batch", {})
    result = feedback("--rating", "1", "--comment", "-", stdin="two\nlines\n")
    assert result.json["comment"] == "two\nlines"
    server.wait_for(2)


@pytest.mark.parametrize(
    "argv, message",
    [
        ((), "missing required flag: --rating"),
        (("--rating", "0"), "--rating must be from 1 to 5, not 0"),
        (("--rating", "6"), "--rating must be from 1 to 5, not 6"),
        (("--rating", "good"), '--rating must be an integer, not "good"'),
        (("--rating", "5", "--comment", "é" * 2001), "--comment has 2001 characters, and may have at most 2000"),
    ],
)
def test_what_is_wrong_is_refused(run, server, argv, message):
    result = run("feedback", *argv, env={"HEYGEN_ANALYTICS_URL": f"{server.url}/batch"})
    assert (result.status, result.error["message"]) == (2, message)
    assert not server.requests


def test_the_longest_comment_goes_through(run, server):
    assert run("feedback", "--rating", "3", "--comment", "é" * 2000).status == 0


@pytest.mark.parametrize(
    "env, message",
    [
        ({"HEYGEN_NO_ANALYTICS": "1"}, "Not sent: analytics are turned off"),
        ({"DO_NOT_TRACK": "1"}, "Not sent: analytics are turned off"),
        ({"HEYGEN_ANALYTICS_URL": None}, "Not sent: this build has no analytics server"),
    ],
)
def test_it_says_so_where_nothing_is_sent(feedback, server, env, message):
    result = feedback("--rating", "5", env=env)
    assert (result.status, result.json["sent"], result.json["rating"]) == (0, False, 5)
    assert result.json["message"].startswith(message)
    assert not server.requests


@pytest.mark.parametrize("status", [500, 302])
def test_a_failure_is_told(feedback, server, status):
    server.route("POST", "/batch", {}, status=status)
    result = feedback("--rating", "5")
    assert (result.status, result.json) == (1, {"message": "Not sent.", "sent": False, "rating": 5})
    assert result.error["message"].startswith("the feedback was not sent: ")
    server.wait_for(2)


def test_without_a_home_it_is_sent_all_the_same(feedback, server):
    server.route("POST", "/batch", {})
    assert feedback("--rating", "5", env={"HOME": None}).json["sent"] is True
    assert len(sent(server)) == 1
