"""Environment variables that switch something on or off."""

from __future__ import annotations

import pytest

DELETE = ("video", "delete", "vid_1")
OFF = ("", "0", "false", "FALSE", "False", "no", "No", " false ")
ON = ("1", "true", "yes", "on", "anything", "2")


@pytest.mark.parametrize("variable", ["CI", "HEYGEN_NONINTERACTIVE"])
@pytest.mark.parametrize("value, is_on", [*((value, True) for value in ON), *((value, False) for value in OFF)])
def test_whether_anybody_is_asked(run, server, variable, value, is_on):
    if not is_on:
        server.answer(status=404)  # the look at what is to be deleted
    result = run(*DELETE, terminal=True, stdin=b"n\n", env={variable: value})
    assert ("confirmation_required" in result.stderr) is is_on
    assert ("[y/N]" in result.stderr) is not is_on


@pytest.mark.parametrize("value, is_on", [*((value, True) for value in ON), *((value, False) for value in OFF)])
def test_whether_a_browser_is_opened(run, server, value, is_on):
    def opened(url):
        raise KeyboardInterrupt

    result = run("auth", "login", "--oauth", env={"HEYGEN_NO_BROWSER": value}, open_browser=opened)
    assert result.status == (3 if is_on else 130)


@pytest.mark.parametrize("value, is_on", [("1", True), ("yes", True), ("0", False), ("false", False), ("no", False), ("", False)])
def test_whether_plain_http_is_allowed(run, server, value, is_on):
    env = {"HEYGEN_ALLOW_HTTP": value, "HEYGEN_API_BASE": "http://api.example.test"}
    assert run("video", "list", "--dry-run", env=env).status == (0 if is_on else 2)


@pytest.mark.parametrize("value, is_on", [("1", True), ("0", False), ("false", False), ("no", False), ("", False)])
def test_whether_colour_is_forced(run, server, value, is_on):
    server.answer({"data": [{"id": "v1"}]})
    assert ("\x1b[" in run("video", "list", "--human", env={"FORCE_COLOR": value}).stdout) is is_on
