"""Hints name commands that run as they stand. Every hint that a test sees is checked where it is seen (tests/hints.py)."""

import hints
import pytest

from heygen.core.errors import HINTS


@pytest.mark.parametrize("code", HINTS)
def test_the_hint_of_a_code_runs(run, code):
    for command in hints.commands(HINTS[code]):
        assert hints.problem_of(command) is None
        if "auth login" not in command:
            assert run(*command.split()[1:]).status == 0


@pytest.mark.parametrize(
    "command, problem",
    [
        ("heygen video get <video-id>", "it has a placeholder"),
        ("heygen asset upload FILE", "it has a placeholder"),
        ("heygen video get", "it lacks <video-id>"),
        ("heygen video", "it names no command"),
        ("heygen video lst", 'unknown command "lst" for "heygen video"; did you mean list?'),
        ("heygen sandbox run -- video get", "it lacks <video-id>"),
        ('heygen asset list --username "$(heygen user me)"', "it names no command"),
    ],
)
def test_a_hint_that_does_not_run_is_found(command, problem):
    assert hints.problem_of(command) == problem


def test_commands_are_found_in_a_sentence():
    told = "Add credits, and see: heygen user me get; or: heygen video get 'a; b' --wait"
    assert hints.commands(told) == ["heygen user me get", "heygen video get 'a; b' --wait"]
    assert hints.commands('Pipe it in: echo "$KEY" | heygen auth login') == ["heygen auth login"]


@pytest.mark.parametrize("text", ["--human=TRUE", "--human=t", "--human"])
def test_the_next_page_is_asked_for_with_a_flag_that_is_taken(run, server, text):
    server.answer({"data": [{"id": "a"}], "has_more": True, "next_token": "t"})
    shown = run("video", "list", text).stdout
    assert shown.endswith("Next page: heygen video list --human --token t\n")
    assert hints.problem_of(shown.rpartition("Next page: ")[2].strip()) is None


def test_a_mistyped_topic_is_looked_up_as_a_topic(run, server):
    assert run("help", "waitng").error["hint"] == "Try: heygen help waiting"
    assert run("help", "vidoe").error["hint"] == "Try: heygen help video"
