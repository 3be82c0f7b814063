"""heygen/http/retry.py: how often, and after how long a pause, a request is sent again."""

from email.utils import formatdate

import pytest

from heygen.http import retry

LOWEST, HIGHEST = b"\x00", b"\xff"


def pauses(run, server, *answers, chance=b"\x80", env=None):
    """Return the pauses that `video list` makes before it gets its list, after these answers."""
    for status, headers in answers:
        server.answer({"error": {"message": "not now"}}, status, headers)
    server.answer({"data": [], "has_more": False})
    result = run("video", "list", env={"HEYGEN_MAX_RETRIES": "9", **(env or {})}, random_bytes=lambda size: chance * size)
    assert (result.status, len(result.requests)) == (0, len(answers) + 1)
    return result.clock.sleeps


@pytest.mark.parametrize(
    ("chance", "expected"),
    [
        (b"\x80", [1, 2, 4, 8, 16, 30, 30]),
        (LOWEST, [0.75, 1.5, 3, 6, 12, 22.5, 22.5]),
        (HIGHEST, [1.25, 2.5, 5, 10, 20, 30, 30]),
    ],
)
def test_pauses_double_up_to_thirty_seconds_and_a_quarter_of_them_is_chance(run, server, chance, expected):
    found = pauses(run, server, *[(503, {})] * 7, chance=chance)
    assert found == pytest.approx(expected, rel=0.002)


@pytest.mark.parametrize(
    ("asked", "pause"),
    [
        ("0", 0),
        ("1", 1),
        ("7", 7),
        ("2.5", 2.5),
        ("30", 30),
        ("31", 30),
        ("86400", 30),
        ("9" * 400, 30),
        (" 3 ", 3),
        # What is neither a number nor a date leaves it to us.
        ("-5", 1),
        ("soon", 1),
        ("1.2.3", 1),
        ("³", 1),
        ("", 1),
        ("Wed, 21 Oct", 1),
        ("Sun, 24 Mar 2024 12:00:05", 1),  # of which time zone?
    ],
)
def test_the_server_may_ask_for_a_pause_of_up_to_thirty_seconds(run, server, asked, pause):
    assert pauses(run, server, (429, {"Retry-After": asked})) == pytest.approx([pause], abs=0.001)


@pytest.mark.parametrize(("ahead", "pause"), [(12, 12), (3600, 30), (0, 0), (-60, 0)])
def test_the_server_may_name_the_moment(run, server, clock, ahead, pause):
    moment = formatdate(clock.now() + ahead, usegmt=True)
    assert pauses(run, server, (503, {"Retry-After": moment})) == pytest.approx([pause], abs=0.001)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_a_read_is_sent_again_after_what_may_pass(run, server, status):
    assert len(pauses(run, server, (status, {}))) == 1


@pytest.mark.parametrize("status", [400, 404, 408, 409, 499, 501, 505, 520])
def test_a_read_is_not_sent_again_after_anything_else(run, server, status):
    server.answer({"error": {"message": "no"}}, status)
    result = run("video", "list")
    assert (result.status, len(result.requests)) == (1, 1)


@pytest.mark.parametrize(
    ("tries", "env"), [(3, {}), (1, {"HEYGEN_MAX_RETRIES": "0"}), (6, {"HEYGEN_MAX_RETRIES": "5"})]
)
def test_how_often_is_a_setting(run, server, tries, env):
    for _ in range(tries):
        server.answer({"error": {"message": "not now"}}, 503)
    result = run("video", "list", env=env)
    assert (result.status, len(result.requests)) == (1, tries)


def test_an_unknown_moment_is_not_asked_for():
    assert retry.retry_after(None, 0.0) is None


@pytest.mark.parametrize(
    ("method", "is_safe", "status", "was_sent", "expected"),
    [
        ("GET", False, None, True, True),
        ("HEAD", False, 503, True, True),
        ("PUT", False, 504, True, True),
        ("DELETE", False, 500, True, True),
        ("GET", False, 404, True, False),
        ("POST", False, None, False, True),
        ("POST", False, None, True, False),
        ("POST", False, 502, False, False),
        ("POST", False, 502, True, False),
        ("POST", False, 429, True, True),
        ("PATCH", False, 429, True, True),
        ("PATCH", False, 500, True, False),
        ("POST", True, None, True, True),
        ("POST", True, 500, True, True),
        ("POST", True, 409, True, False),
    ],
)
def test_what_may_be_sent_again(method, is_safe, status, was_sent, expected):
    assert retry.may_repeat(method, is_safe, status=status, was_sent=was_sent) is expected
