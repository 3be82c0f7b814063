"""heygen/cli/catalog.py: every command as data, and as text for a context window."""

import shlex

import pytest

from heygen.cli import tree


def test_it_has_every_command_that_is_not_hidden(run, server):
    named = {each["command"] for each in run("commands").json["commands"]}
    words = {each for word in tree.top_level() for each in tree.command_words(word)}
    assert named == {" ".join(each) for each in words if not tree.command(each).is_hidden}


def test_a_command_has_what_it_takes_does_and_returns(run, server):
    (made,) = run("commands", "video", "create").json["commands"]
    assert (made["summary"], made["waitable"], made["destructive"]) == ("Make a video", True, False)
    assert made["idempotent"] == "--idempotency-key"
    assert made["returns"] == ["data.output_format", "data.status", "data.video_id"]
    assert made["returns_with_wait"] == "what video get returns"
    flags = {each["name"]: each for each in made["flags"]}
    assert flags["--type"] == {
        "name": "--type",
        "type": "string",
        "required": True,
        "values": ["avatar", "image", "cinematic_avatar", "studio"],
    }
    assert (flags["--timeout"]["type"], flags["--timeout"]["default"]) == ("duration", "20m")
    assert flags["--audio-url"]["only_with_type"] == ["avatar", "image"]
    (deleted,) = run("commands", "video", "delete").json["commands"]
    assert (deleted["destructive"], deleted["arguments"]) == (True, [{"name": "video-id", "required": True}])


@pytest.mark.parametrize(
    ("words", "is_idempotent"),
    [
        ("video get", True),
        ("video delete", True),
        ("avatar update", False),
        ("video-agent create", False),
        ("asset complete create", True),
        ("background-removal create", "--request-id"),
    ],
)
def test_it_says_what_may_be_repeated(run, server, words, is_idempotent):
    assert run("commands", *words.split(), "--get", "commands[0].idempotent").stdout.strip() == str(is_idempotent).replace(
        "True", "true"
    ).replace("False", "false")


def test_what_it_says_is_returned_can_be_asked_for(run, server):
    for each in run("commands").json["commands"]:
        if each["command"].endswith(" get") and not each.get("deprecated"):
            argv = [*each["command"].split(), *("x" for _ in each["arguments"])]
            for path in each.get("returns", ()):
                # Whether there is a key is looked at after all that is wrong with the command line.
                assert run(*argv, "--get", path, env={"HEYGEN_API_KEY": None}).error["code"] == "auth_error"


def test_a_group_and_a_group_in_it_have_theirs(run, server):
    assert {each["command"].split()[0] for each in run("commands", "video").json["commands"]} == {"video"}
    assert [each["command"] for each in run("commands", "video", "batches").json["commands"]] == [
        "video batches create",
        "video batches get",
    ]
    error = run("commands", "nonsense").error
    assert (error["param"], error["hint"]) == ("<group>", "See: heygen commands --text")


def test_the_text_has_each_command_on_a_line_and_fits_a_context_window(run, server):
    text = run("commands", "--text").stdout
    assert len(text.encode()) <= 6000
    head, *lines = text.splitlines()
    words = {each for word in tree.top_level() for each in tree.command_words(word)}
    shown = [each for each in words if not tree.command(each).is_hidden and not tree.command(each).is_deprecated]
    assert len(lines) == len(shown)
    for each in shown:
        assert any(f"{line} ".startswith(" ".join(each) + " ") for line in lines)
    assert "video create --type avatar|image|cinematic_avatar|studio [wd]" in lines
    assert "video delete <video-id> [!]" in lines
    assert "video-translate create --output-languages <text> {video} [wd]" in lines


def test_the_hint_for_a_group_that_is_none_runs(run, server):
    hint = run("commands", "nonsense").error["hint"]
    assert run(*shlex.split(hint.partition("heygen ")[2])).status == 0
