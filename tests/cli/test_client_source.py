"""`--headers`: the one header by which a program that calls us may name itself."""

from __future__ import annotations

import pytest

NAME = "x-heygen-client-source"
GOOD = "X-HeyGen-Client-Source: my-tool_1.2"


@pytest.mark.parametrize(
    "argv",
    [
        ("--headers", GOOD, "video", "list"),
        ("video", "--headers", GOOD, "list"),
        ("video", "list", "--headers", GOOD),
        ("video", "list", f"--headers={GOOD}"),
        ("video", "list", "--headers", "x-heygen-CLIENT-source:my-tool_1.2"),
        ("--headers", "X-HeyGen-Client-Source: other", "video", "list", "--headers", GOOD),
    ],
)
def test_it_is_sent_with_requests_to_the_api(run, server, argv):
    server.answer({"data": []})
    result = run(*argv)
    assert result.status == 0, result
    assert [request.headers[NAME] for request in result.requests] == ["my-tool_1.2"]


def test_without_it_nothing_is_sent(run, server):
    server.answer({"data": []})
    assert NAME not in run("video", "list").requests[0].headers


@pytest.mark.parametrize(
    "text",
    [
        "X-HeyGen-Client-Source", "X-HeyGen-Client-Source:", "X-HeyGen-Client-Source: ", "X-HeyGen-Client-Source: a b",
        "X-HeyGen-Client-Source: a\r\nX-Evil: 1", "X-HeyGen-Client-Source: a\n", "X-HeyGen-Client-Source: é",
        "X-HeyGen-Client-Source: a,b", "Authorization: Bearer secret", "X-Api-Key: secret",
        "X-HeyGen-Client-Source : a", " X-HeyGen-Client-Source: a", "", "X-HeyGen-Client-Sources: a",
    ],
)  # fmt: skip
@pytest.mark.parametrize("is_first", [True, False])
def test_anything_else_is_refused_and_not_repeated(run, server, text, is_first):
    words = ("--headers", text, "video", "list") if is_first else ("video", "list", "--headers", text)
    result = run(*words)
    assert (result.status, result.error["code"], result.error["param"]) == (2, "usage_error", "--headers")
    assert result.error["message"] == '--headers takes "X-HeyGen-Client-Source: <name>" alone'
    assert not result.requests


def test_it_stands_in_no_help_and_no_completion(run, server):
    for argv in (("--help",), ("video", "list", "--help"), ("help", "--all"), ("completion", "bash"), ("completion", "zsh"),
                 ("completion", "fish"), ("completion", "powershell")):  # fmt: skip
        result = run(*argv)
        assert result.status == 0
        assert "--headers" not in result.stdout and "Client-Source" not in result.stdout
    assert "--headers" not in run("video", "list", "--header", "x").error["message"]
