"""heygen/cli/mending: what people and agents write instead of our words, and what happens.

Each row is a command line and what comes of it: `RUNS` what it does is that of another command line, `HINT` the error
names another command line, which is then run on the sandbox.
"""

import json
import shlex

import pytest

LOOK, VOICE = "f23bb59004f319bc8a192f86578186f6", "8f6c09234362ee17a363a8800d042837"  # that the sandbox has
AVATAR = ("--type", "avatar", "--avatar-id", LOOK)

# Only reads: carried out. On the right, what it does.
RUNS = [
    ("whoami", "auth status"),
    ("auth whoami", "auth status"),
    ("me", "user me get"),
    ("credits", "user me get"),
    ("balance", "user me get"),
    ("version", "--version"),
    ("-V", "--version"),
    ("docs", "--help"),
    ("help videos", "help video"),
    ("schema video create", "video create --request-schema"),
    ("schema video list", "video list --response-schema"),
    ("list videos", "video list"),
    ("videos", "video list"),
    ("videos list --limit 1", "video list --limit 1"),
    ("video ls", "video list"),
    ("voices", "model audio voices list"),
    ("list voices --limit 1", "model audio voices list --limit 1"),
    ("avatars list --limit 1", "avatar looks list --limit 1"),
    ("languages", "video-translate languages list"),
    ("show video {id}", "video get {id}"),
    ("video show {id}", "video get {id}"),
    ("video status {id}", "video get {id}"),
    ("--get data.id video view {id}", "video get {id} --get data.id"),
    ("video wait {id}", "video get {id} --wait"),
    ("video watch {id} --timeout 1m", "video get {id} --wait --timeout 1m"),
    ("wait video {id}", "video get {id} --wait"),
    ("video list --json", "video list"),
    ("--json video list --human", "video list"),
    ("video show", "video get"),
    ("whoami --bogus", "auth status --bogus"),
]

# Anything else: the error names the right command with the values that were given.
HINTS = [
    # words
    ("status", "auth status"),
    ("status {id}", "video get {id}"),
    ("schema", "video create --request-schema"),
    ("logout", "auth logout"),
    ("upload {file}", "asset upload {file}"),
    ("video upload {file}", "asset upload {file}"),
    ("create video", "video create --type <type>"),
    ("create video --prompt Hi", "video create --prompt Hi --type <type>"),
    ("create folder --name Drafts", "folder create --name Drafts"),
    ("video new --type avatar --script Hi", "video create --type avatar --script Hi --avatar-id <avatar-id>"),
    ("video rm {id} --yes", "video delete {id} --yes"),
    ("delete video {id} -y", "video delete {id} --force"),
    ("video translate {id}", 'video-translate create --set video.type=url --set "video.url=$(heygen video get {id} --get data.video_url)" --output-languages <output-languages>'),
    ("translate https://example.com/a.mp4 --to French", "video-translate create --set video.type=url --set video.url=https://example.com/a.mp4 --output-languages French"),
    ("video lst --limit 1", "video list --limit 1"),
    ("vidoe list", "video list"),
    ("video ls {id}", "video get {id}"),
    ("get {id}", "video get {id}"),
    ("wait {id}", "video get {id} --wait"),
    ("download {id} --output-path x.mp4", "video download {id} --output-path x.mp4"),
    # a text alone
    ("'A video about cats'", "video-agent create --prompt 'A video about cats'"),
    ("create 'A video about cats'", "video-agent create --prompt 'A video about cats'"),
    ("video create 'A video about cats' --wait", "video-agent create --prompt 'A video about cats' --wait"),
    ("video-agent create 'A video about cats'", "video-agent create --prompt 'A video about cats'"),
    ("video create 'Hi there' --type avatar --avatar-id {look}", "video create --script 'Hi there' --type avatar --avatar-id {look}"),
    # formats and fields
    ("video list --format json", "video list"),
    ("video list --output json", "video list"),
    ("video list -o json", "video list"),
    ("video list -ojson", "video list"),
    ("video list --output=table", "video list --human"),
    ("video list -o table", "video list --human"),
    ("video list --jq .data", "video list --get data"),
    ("video list --jq '.data[].id'", "video list --get 'data[].id'"),
    ("video list --jq '.data | length'", "video list | jq '.data | length'"),
    ("video list --fields id", "video list --get 'data[].id'"),
    ("video list --fields id,title", "video list --get 'data[].id,data[].title'"),
    ("video list --json id,title", "video list --get 'data[].id,data[].title'"),
    ("video get {id} --fields=video_url", "video get {id} --get data.video_url"),
    # pages
    ("video list --page 2", "video list --all"),
    ("video list --page 1 --per-page 5", "video list --limit 5"),
    ("video list --per-page=5", "video list --limit 5"),
    ("video list --status completed", "video list --get 'data[].id,data[].status'"),
    # fields of a request
    ("video-agent create --text Hello", "video-agent create --prompt Hello"),
    ("video create --type avatar --avatar {look} --voice {voice} --text Hi --name Foo", "video create --type avatar --avatar-id {look} --voice-id {voice} --script Hi --title Foo"),
    ("video create --type avatar --avatar_id {look} --script Hi", "video create --type avatar --avatar-id {look} --script Hi"),
    ("video create -type avatar --avatar-id {look} --script Hi", "video create --type avatar --avatar-id {look} --script Hi"),
    ("video create --type avatar --avatar-id {look} --script Hi -o out.mp4 --wait", "video create --type avatar --avatar-id {look} --script Hi --output-path out.mp4 --wait"),
    ("video-translate create --set video.type=url --set video.url=https://example.com/a.mp4 --output-languages French German Italian",
     "video-translate create --set video.type=url --set video.url=https://example.com/a.mp4 --output-languages French,German,Italian"),
    ("video-translate create --set video.type=url --set video.url=https://example.com/a.mp4 --language French",
     "video-translate create --set video.type=url --set video.url=https://example.com/a.mp4 --output-languages French"),
    ("video get --id {id}", "video get --video-id {id}"),
    ("video get {id} --wait true", "video get {id} --wait=true"),
    # other flags
    ("video list --verbose", "video list --debug"),
    ("--limit 1 video list", "video list --limit 1"),
    ("video list --limt 1", "video list --limit 1"),
]


@pytest.fixture
def id(run):
    return run("video", "create", *AVATAR, "--script", "Hi", "--wait", "--get", "data.id").stdout.strip()


@pytest.fixture
def words(id, cwd, clip):
    """Split a command line as a shell does, with what the test has made in it."""
    (cwd / "clip.mp4").write_bytes(clip.read_bytes())

    def split(text):
        return shlex.split(text.format(id=id, file="clip.mp4", look=LOOK, voice=VOICE))

    return split


def test_another_word_for_a_login_starts_one(run, cwd, tmp_path):
    result = run("login", stdin="test-key", env={"HEYGEN_API_KEY": None})
    assert result.status == 0, result
    assert json.loads((tmp_path / "home" / ".heygen" / "credentials").read_bytes()) == {"api_key": "test-key"}


@pytest.mark.parametrize(("written", "meant"), RUNS)
def test_a_command_that_only_reads_is_carried_out(run, words, written, meant):
    result, expected = run(*words(written), seed=5), run(*words(meant), seed=5)
    without_id = [text.partition("request_id")[0] for text in (result.stderr, expected.stderr)]
    assert (result.status, without_id[0]) == (expected.status, without_id[1])
    assert [each["path"] for each in result.requests] == [each["path"] for each in expected.requests]
    assert result.stdout.partition("?Expires")[0] == expected.stdout.partition("?Expires")[0]


@pytest.mark.parametrize(("written", "meant"), HINTS)
def test_the_error_names_the_command_that_was_meant(run, words, id, written, meant):
    result = run(*words(written))
    assert (result.status, result.stdout, result.requests, result.error["code"]) == (2, "", [], "usage_error")
    assert result.error["hint"] == "Try: heygen " + meant.format(id=id, file="clip.mp4", look=LOOK, voice=VOICE)
    assert len(result.stderr) < 1200


@pytest.mark.parametrize("flag", ["--cursor", "--after", "--page-token"])
def test_another_word_for_a_cursor_is_one(run, server, flag):
    assert run("video", "list", flag, "abc").error["hint"] == "Try: heygen video list --token abc"


# What stands in angle brackets, where only the user knows it; and the flags with which it is complete.
FILLED = {
    "<type>": f"avatar --avatar-id {LOOK} --script Hi",
    "<avatar-id>": LOOK,
    "<output-languages>": "French",
}


@pytest.mark.parametrize("written", [written for written, _ in HINTS])
def test_the_command_that_an_error_names_runs(run, words, id, written):
    hint = run(*words(written)).error["hint"][len("Try: heygen ") :].partition(" | jq ")[0]
    for name, value in FILLED.items():
        hint = hint.replace(name, value)
    inner = "$(heygen video get " + id + " --get data.video_url)"
    if inner in hint:
        hint = hint.replace(inner, run("video", "get", id, "--get", "data.video_url").stdout.strip())
    if "video create --prompt" in hint:
        hint = hint.replace(f"--prompt Hi --type avatar --avatar-id {LOOK} --script Hi", f"--prompt Hi --type cinematic_avatar --avatar-id {LOOK}")
    result = run(*shlex.split(hint))
    assert result.status == 0, result


def test_all_unknown_flags_of_a_line_are_told_at_once(run, server):
    error = run("video", "create", "--voice", "v", "--titel", "x", "--zzz").error
    assert error["message"] == (
        'unknown flags for "heygen video create": "--voice" (did you mean --voice-id?), "--titel" '
        '(did you mean --title?), "--zzz"'
    )
    assert [each["path"] for each in error["details"]] == ["--voice", "--titel", "--zzz"]
    assert error["hint"] == "See: heygen video create --help"
    assert error["param"] == "--voice"


@pytest.mark.parametrize("flag", ["--api-key", "--api-key=", "--apikey", "--key"])
def test_a_key_on_the_command_line_is_not_repeated(run, server, flag):
    argv = [f"{flag}sk-123"] if flag.endswith("=") else [flag, "sk-123"]
    result = run("video", "list", *argv)
    assert "sk-123" not in result.stderr
    assert result.error["hint"] == "Set HEYGEN_API_KEY, or pipe the key into: heygen auth login; then: heygen video list"


@pytest.mark.parametrize("argv", [("login", "sk-secret"), ("logout", "--", "sk-secret"), ("signin", "--api-key=sk-secret")])
def test_a_secret_after_another_word_is_not_repeated(run, server, argv):
    result = run(*argv)
    assert result.status == 2 and "sk-secret" not in result.stderr


@pytest.mark.parametrize("written", ["create video --prompt Hi", "upload {file}", "video rm {id}", "generate --prompt Hi", "translate x"])
def test_nothing_is_made_or_deleted_by_a_guess(run, words, written):
    assert run(*words(written)).requests == []


def test_a_body_in_single_quotes_is_written_anew(run, id):
    body = "{'type': 'avatar', 'avatar_id': '" + LOOK + "', 'script': \"it's\", 'remove_background': True, 'title': None}"
    error = run("video", "create", "-d", body, "--wait").error
    assert error["hint"].startswith("Try: heygen video create --wait --data ")
    argv = shlex.split(error["hint"])[2:]
    assert json.loads(argv[-1]) == {"type": "avatar", "avatar_id": LOOK, "script": "it's", "remove_background": True, "title": None}
    assert run(*argv).status == 0


@pytest.mark.parametrize("body", ["{'a': __import__('os')}", "{'a': {1, 2}}", "{'a'", "{" * 500, "{a: 1}"])
def test_what_is_no_body_in_any_quotes_is_refused_as_before(run, server, body):
    assert run("video", "create", "-d", body).error["hint"].startswith("The body must be a JSON object")


@pytest.mark.parametrize(
    ("argv", "param", "hint"),
    [
        (("video", "create", "--type", "avatar", "--script", "Hi"), "--avatar-id", "Find --avatar-id with: heygen avatar looks list; or add --no-validate"),
        (("model", "audio", "tts", "create", "--text", "Hi"), "--voice-id", "Find --voice-id with: heygen model audio voices list; or"),
        (("video", "get"), "<video-id>", "Find <video-id> with: heygen video list"),
        (("video", "download"), "<video-id>", "Find <video-id> with: heygen video list"),
        (("lipsync", "download"), "<lipsync-id>", "Find <lipsync-id> with: heygen lipsync list"),
        (("video-translate", "get"), "<video-translation-id>", "Find <video-translation-id> with: heygen video-translate list"),
        (("asset", "list"), "--username", "Find --username with: heygen user me get --get data.username"),
        (("video-translate", "create", "--set", 'video={"type":"url","url":"https://example.com/a.mp4"}'), "--output-languages",
         "Find --output-languages with: heygen video-translate languages list; or"),
        (("template", "generate"), "variables", "Find <template-id> with: heygen template list; give variables with"),
    ],
)
def test_what_is_missing_comes_with_the_command_that_lists_it(run, argv, param, hint):
    error = run(*argv).error
    assert (error["code"], error["param"]) == ("usage_error", param)
    assert error["hint"].startswith(hint)
    command = error["hint"].partition(" with: heygen ")[2].partition(";")[0]
    assert run(*shlex.split(command)).status == 0


def test_a_bad_language_comes_with_the_command_that_lists_them(run):
    url = 'video={"type":"url","url":"https://example.com/a.mp4"}'
    error = run("video-translate", "create", "--set", url, "--output-languages", "Klingon").error
    assert (error["param"], error["flag"]) == ("output_languages[0]", "--output-languages")
    assert error["hint"].endswith("heygen video-translate languages list")


def test_an_api_error_names_the_flag_that_sets_its_param(run, server):
    server.answer({"error": {"code": "invalid_parameter", "message": "no", "param": "voice_id"}}, status=400)
    error = run("video", "create", *AVATAR, "--script", "Hi").error
    assert (error["param"], error["flag"]) == ("voice_id", "--voice-id")
    server.answer({"error": {"code": "invalid_parameter", "message": "no", "param": "background.value"}}, status=400)
    error = run("video", "create", *AVATAR, "--script", "Hi").error
    assert error["param"] == "background.value" and "flag" not in error


@pytest.mark.parametrize(
    ("argv", "param"),
    [
        (("video", "list", "--limit", "x"), "--limit"),
        (("video", "list", "--limt", "3"), "--limt"),
        (("video", "list", "-x"), "-x"),
        (("video", "create", *AVATAR, "--script", "Hi", "--aspect-ratio", "16:10"), "--aspect-ratio"),
        (("video", "create", *AVATAR, "--script", "Hi", "--set", "aspect_ratio=16:10"), "aspect_ratio"),
        (("video", "create", *AVATAR, "--script", "Hi", "--set", "voice_settings.speed=9"), "voice_settings.speed"),
        (("video", "create", "-d", "{"), "--data"),
        (("video", "create", "--set", "x"), "--set"),
        (("completion", "bsh"), "<shell>"),
        (("video", "get", ""), "<video-id>"),
        (("video", "get", "v", "--get", "a..b"), "--get"),
    ],
)
def test_param_is_spelled_as_one_writes_it(run, server, argv, param):
    assert run(*argv).error["param"] == param


@pytest.mark.parametrize(
    "argv",
    [("", "video"), ("  ", "voices"), ("\n",), ("--jq", "", "video"), ("video", ""), ("-type",), ("--", "--", "x"), ("show", "show", "show"),
     ("video", "list", "--jq"), ("video", "list", "--fields", ","), ("video", "list", "--page"), ("video", "list", "--voice="),
     ("schema", "--", "x"), ("schema", "video", "--x"), ("create", "create"), ("video", "create", "--text"), ("video", "list", "-o")],
)
def test_what_means_nothing_is_refused(run, server, argv):
    result = run(*argv)
    assert (result.status, result.stdout, result.error["code"]) == (2, "", "usage_error")


def test_yes_goes_ahead_as_force_does(run, id):
    assert run("video", "delete", id, "--yes").status == 0
    assert run("video", "get", id).error["code"] == "video_not_found"
