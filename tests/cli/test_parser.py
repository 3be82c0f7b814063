"""heygen/cli/parser.py: what each command line means, the same on every Python."""

import json

import pytest


def body(run, *argv):
    result = run(*argv, "--dry-run")
    assert result.status == 0, result
    return result.json["body"]


@pytest.mark.parametrize("value", ["-x", "--wait", "--", "--prompt", "-5", "-", ":", "", " ", "a=b", "=", "--x=y", "-d", "help", "@f", "é\n"])
@pytest.mark.parametrize("is_joined", [True, False])
def test_a_value_may_look_like_anything(run, server, value, is_joined):
    words = [f"--prompt={value}"] if is_joined else ["--prompt", value]
    if value == "-":
        assert run("video-agent", "create", *words, "--dry-run", stdin="from stdin").json["body"] == {"prompt": "from stdin"}
    elif value.strip() and value != "@f":
        assert body(run, "video-agent", "create", *words) == {"prompt": value}
    else:
        result = run("video-agent", "create", *words, "--dry-run", "--no-validate")
        assert result.json["body"] == {"prompt": value}


@pytest.mark.parametrize(
    ("argv", "target"),
    [
        (("video", "get", "v1"), "/videos/v1"),
        (("video", "get", "--human=false", "v1"), "/videos/v1"),
        (("video", "get", "--", "v1"), "/videos/v1"),
        (("video", "get", "--", "--v1"), "/videos/--v1"),
        (("video", "get", "--", "--"), "/videos/--"),
        (("video", "get", "-5"), "/videos/-5"),
        (("video", "get", "-"), "/videos/-"),
        (("--human=false", "video", "--debug=false", "get", "v1"), "/videos/v1"),
        (("video", "--", "get", "v1"), "/videos/v1"),
        (("--", "video", "get", "v1"), "/videos/v1"),
        (("video", "get", "--video-id", "v1"), "/videos/v1"),
        (("video", "get", "--video-id=-v"), "/videos/-v"),
        (("video", "list", "--limit", "3", "--limit=4"), "/videos?limit=4"),
        (("video", "list", "--title=a,b", "--folder-id", "-f"), "/videos?folder_id=-f&title=a%2Cb"),
        (("video-agent", "resources", "get", "s1", "r1"), "/video-agents/s1/resources/r1"),
        (("video-agent", "resources", "get", "--resource-id", "r1", "s1"), "/video-agents/s1/resources/r1"),
        (("video-agent", "resources", "get", "r1", "--session-id", "s1"), "/video-agents/s1/resources/r1"),
        (("video-agent", "resources", "get", "--resource-id=r1", "--session-id=s1"), "/video-agents/s1/resources/r1"),
    ],
)
def test_flags_and_positionals_mix(run, server, argv, target):
    server.answer({"data": {}})
    assert [each.target for each in run(*argv).requests] == [f"/v3{target}"]


@pytest.mark.parametrize(
    ("argv", "fields"),
    [
        (("--enable-caption",), {"enable_caption": True}),
        (("--enable-caption=false",), {"enable_caption": False}),
        (("--enable-caption=F",), {"enable_caption": False}),
        (("--enable-caption", "--enable-caption=0"), {"enable_caption": False}),
        (("--output-languages", "French", "--output-languages=German"), {"output_languages": ["French", "German"]}),
        (("--output-languages", "French, German"), {"output_languages": ["French", "German"]}),
        (("--output-languages", '"a,b",c'), {"output_languages": ["a,b", "c"]}),
        (("--output-languages", "Chinese (Mandarin, Simplified)"), {"output_languages": ["Chinese (Mandarin, Simplified)"]}),
        (("--output-languages", ""), {"output_languages": []}),
        (("--speaker-num", "-2"), {"speaker_num": -2}),
        (("-d", '{"title":"-"}'), {"title": "-"}),
        (('-d{"title":"t"}',), {"title": "t"}),
        (('-d={"title":"t"}',), {"title": "t"}),
        (("--set", "a,b=c,d", "--set", "e=-1"), {"a,b": "c,d", "e": -1}),
    ],
)
def test_a_flag_reaches_the_body_as_what_it_is(run, server, argv, fields):
    assert body(run, "video-translate", "create", "--no-validate", *argv) == fields


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (("video", "get", "v1", "--video-id", "v2"), 'unexpected argument "v1" for "heygen video get"'),
        (("video", "get", "--video-id="), "<video-id> must not be empty"),
        (("video", "get", "--video-id"), "--video-id needs a value: <id>"),
        (("video-agent", "resources", "get", "--resource-id", "r1"), "missing required argument: <session-id>"),
        (("video-agent", "resources", "get"), "missing required arguments: <session-id>, <resource-id>"),
        (("video", "list", "--lim", "3"), 'unknown flag "--lim" for "heygen video list"; did you mean --limit?'),
        (("--limit", "3", "video", "list"), 'unknown flag "--limit" for "heygen"; flags of a command come after its name'),
        (("video", "list", "-q"), 'unknown flag "-q" for "heygen video list"'),
        (("video", "list", "--wait=maybe"), 'unknown flag "--wait" for "heygen video list"'),
        (("video", "get", "v1", "--wait=maybe"), '--wait must be true or false, not "maybe"'),
        (("completion", "bsh"), '<shell> must be one of: bash, zsh, fish, powershell; not "bsh"; did you mean bash?'),
        (("--color", "purple", "video", "list"), '--color must be one of: auto, always, never; not "purple"'),
        (("video", "get", "v1", "--timeout", "5 parsecs", "--wait"), "--timeout"),
        (("video", "lst", "--nonsense"), 'unknown command "lst" for "heygen video"; did you mean list?'),
        (("asset", "create", "--file"), "--file needs a value: <file>"),
    ],
)
def test_a_mistake_is_named_first_come_first_told(run, server, argv, message):
    result = run(*argv)
    assert (result.status, result.stdout, result.requests) == (2, "", [])
    assert result.error["message"].startswith(message)
    assert result.error["code"] == "usage_error"


@pytest.mark.parametrize(
    "argv",
    [
        ("vidoe", "list", "--human"),
        ("video", "lst", "--human"),
        ("video", "list", "--bogus", "--human"),
        ("video", "list", "--limit", "x", "--human"),
        ("video", "get", "a", "b", "--human"),
        ("--human", "vidoe"),
        ("video", "lst", "--color", "purple", "--human"),
    ],
)
def test_a_mistake_is_told_in_the_mode_that_was_asked_for(run, server, argv):
    result = run(*argv)
    assert result.status == 2 and result.stderr.startswith("Error: ") and "Usage: heygen" in result.stderr


@pytest.mark.parametrize("argv", [("auth", "login", "sk-secret"), ("auth", "login", "--", "sk-secret"), ("auth", "login", "--api-key=sk-secret")])
def test_a_secret_among_the_arguments_is_not_repeated(run, server, argv):
    result = run(*argv)
    assert result.status == 2 and "sk-secret" not in result.stderr


def test_help_minds_no_values(run, server):
    shown = run("video", "create", "--help").stdout
    assert run("video", "create", "--type", "nonsense", "--set", "", "--help", "extra").stdout == shown
    assert run("--help", "video", "create", "--timeout", "x").stdout == shown
    assert run("help", "video", "create", "--timeout", "x").stdout == shown
    assert run("video", "help", "create").stdout == shown


@pytest.mark.parametrize("env, argv", [({"HEYGEN_DEBUG": "1"}, ()), ({}, ("--debug",)), ({}, ("--debug=true",))])
def test_debug_shows_where_a_defect_is(run, server, env, argv):
    def broken(request):
        raise ZeroDivisionError("for the test")

    shown = run("video", "list", *argv, env=env, transport=broken)
    hidden = run("video", "list", "--debug=false", transport=broken)
    assert (shown.status, hidden.status) == (1, 1)
    assert "Traceback" in shown.stderr and "in broken" in shown.stderr
    assert hidden.error["code"] == "cli_internal_error" and "Traceback" not in hidden.stderr


def test_the_sandbox_hands_on_the_flags_before_its_command(run):
    shown = run("--human", "sandbox", "run", "--", "user", "me", "get")
    assert shown.status == 0 and not shown.stdout.startswith("{")
    assert json.loads(run("--human", "sandbox", "run", "--", "user", "me", "get", "--human=false").stdout)


def test_what_follows_the_first_argument_is_not_read_here(run):
    assert run("sandbox", "run", "--seed", "1", "echo", "--human", "--", "-x").status == 0
    assert run("sandbox", "run", "video", "list", "--limit", "1").json["data"] == []
