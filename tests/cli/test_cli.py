"""The command line's contract: where flags stand, what goes to which stream, and how mistakes are answered."""

import json
import os
import shlex

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


def test_the_words_that_are_expected_are_named_once(run, server):
    expected = run("help", "nothing-like-it").error["message"].partition("expected one of: ")[2].split(", ")
    assert "sandbox" in expected and len(expected) == len(set(expected))


def test_help_says_once_that_a_flag_is_repeatable(run, server):
    shown = run("sandbox", "run", "--help").stdout
    assert "Repeatable. Repeatable" not in " ".join(shown.split())
    assert " ".join(shown.split()).count("Repeatable") == 4


def test_a_malformed_number_of_retries_is_ignored_as_help_says(run, server):
    server.answer({"data": []})
    assert run("video", "list", env={"HEYGEN_MAX_RETRIES": "many"}).status == 0
    shown = " ".join(run("help", "environment").stdout.split())
    assert "(default: 2; 0: never). Ignored if not a number." in shown


@pytest.mark.parametrize("words, heeded", [(("video", "create"), True), (("video-agent", "create"), False), (("model", "audio", "tts", "create"), False)])
def test_help_says_whether_the_api_heeds_an_idempotency_key(run, server, words, heeded):
    shown = " ".join(run(*words, "--help").stdout.split())
    assert ("Key that makes it safe to repeat the call" in shown) is heeded
    assert ("a repeat may do the work twice" in shown) is not heeded


def test_version_is_a_flag_of_the_root_alone(run, server):
    from heygen import __version__

    for argv in (["--version"], ["-v"], ["--human", "--version"]):
        assert run(*argv).stdout == f"heygen {__version__}\n"
    assert run("video", "list", "--version").status == 2


def test_the_deprecated_alias_works_with_a_notice(run, server):
    server.answer({"data": []})
    result = run("brand-kit", "list", "--limit", "2")
    assert result.requests[0].target == "/v3/brand-kits?limit=2"
    assert json.loads(result.stderr)["warning"]["message"] == "heygen brand-kit list is deprecated"


@pytest.mark.parametrize("number", ["-5", "-0.5", "+.5"])
def test_negative_numbers_are_values_not_flags(run, server, number):
    server.answer({"data": {}})
    argv = ("voice", "create", "--prompt", "x", "--no-validate", "--set", "seed=1")
    assert run(*argv, "--gender", number).requests[0].json["gender"] == number


def test_two_dashes_end_the_flags(run, server):
    server.answer({"data": {}})
    assert run("video", "get", "--human=false", "--", "--odd").requests[0].target == "/v3/videos/--odd"


@pytest.mark.parametrize("written, sent", [("--enable-caption", True), ("--enable-caption=false", False)])
def test_booleans_take_a_value(run, server, written, sent):
    server.answer({"data": {}})
    argv = ("video-translate", "proofreads", "generate", "p1", written.replace("enable-caption", "captions"))
    assert run(*argv).requests[0].json == {"captions": sent}


def test_a_full_disk_is_an_envelope(run, server):
    import io

    from heygen.core.context import OutputStream

    class Full(io.RawIOBase):
        def write(self, data):
            raise OSError(28, "No space left on device")

    server.answer({"data": []})
    result = run("video", "list", stdout=OutputStream(Full()))
    assert (result.status, result.error["code"]) == (1, "cli_file_io_error")
    assert result.error["message"] == "cannot write the output: No space left on device"
    assert result.error["result"] == {"data": []}


@pytest.mark.skipif(not hasattr(os, "set_blocking"), reason="pipes as POSIX has them")
def test_a_pipe_that_does_not_block_gets_everything(run, server):
    import io

    from heygen.core.context import OutputStream

    class Busy(io.BytesIO):
        refusals = 2

        def write(self, data):
            if self.refusals:
                self.refusals -= 1
                raise BlockingIOError(11, "would block", super().write(data[:3]))
            return super().write(data)

        def fileno(self):
            return writer

    server.answer({"data": {}})
    reader, writer = os.pipe()
    stdout = Busy()
    result = run("video", "get", "v1", stdout=OutputStream(stdout))
    os.close(reader)
    os.close(writer)
    assert (result.status, stdout.getvalue()) == (0, b'{"data":{}}\n')


def test_a_key_that_an_answer_repeats_is_not_shown(run, server):
    key = "test-key-of-nobody"
    server.answer({"error": {"code": "c", "message": f"{key} is not known", "param": key}}, status=400)
    server.answer(body=f"<p>{key}</p>".encode())
    for _ in range(2):
        result = run("video", "list", env={"HEYGEN_API_KEY": key})
        assert (result.status, key in result.stderr, "***" in result.error["message"]) == (1, False, True)


def test_input_that_cannot_be_read_is_an_envelope(run, server):
    import io

    from heygen.core.context import InputStream

    class WriteOnly(io.BufferedIOBase):
        def readinto1(self, buffer):
            raise OSError(9, "Bad file descriptor")

        def readline(self, size=-1):
            raise OSError(9, "Bad file descriptor")

    result = run("video-agent", "create", "-d", "-", stdin=InputStream(WriteOnly()))
    assert (result.status, result.error["code"]) == (1, "cli_file_io_error")
    assert result.error["message"] == "cannot read standard input: Bad file descriptor"
    result = run("video", "delete", "v1", stdin=InputStream(WriteOnly(), is_terminal=True), terminal=True)
    assert (result.status, "cannot read standard input" in result.stderr) == (1, True)


def test_input_without_an_end_is_refused(run, server):
    import io

    from heygen.core.context import InputStream

    class Endless(io.BufferedIOBase):
        def readinto1(self, buffer):
            buffer[:] = b"y" * len(buffer)
            return len(buffer)

    for argv, most in ((("auth", "login"), 65536), (("video-agent", "create", "--prompt", "-"), 104857600)):
        result = run(*argv, stdin=InputStream(Endless()))
        assert (result.status, result.error["code"]) == (1, "cli_file_io_error")
        assert result.error["message"] == f"standard input is too large: more than {most} bytes"


def test_a_closed_pipe_ends_quietly(run, server):
    import io

    from heygen.core.context import OutputStream

    class Closed(io.RawIOBase):
        def write(self, data):
            raise BrokenPipeError(32, "Broken pipe")

    server.answer({"data": []})
    result = run("video", "list", stdout=OutputStream(Closed()))
    assert (result.status, result.stderr) == (0, "")


@pytest.mark.parametrize("body", [b'{"data": 1e999, "x": "\\ud800"}', b'{"data": 12345678901234567890.5}'])
def test_odd_numbers_and_text_of_a_response_survive(run, server, body):
    import json

    server.answer(body=body)
    assert json.loads(run("video", "list").stdout_bytes.decode("utf-8"))


@pytest.mark.parametrize("body", [b"<html>login</html>", b'{"data": ', b"[" * 100_000, b"\xff\xfe", b'{"a": NaN}'])
def test_an_unreadable_response_is_an_envelope(run, server, body):
    server.answer(body=body)
    result = run("video", "list")
    assert (result.status, result.stdout, result.error["code"]) == (1, "", "cli_response_parse_error")


@pytest.mark.parametrize(
    "status, body, code, exit_code",
    [
        (400, b"", "validation_error", 1),
        (401, b"", "unauthorized", 3),
        (402, b"<h1>pay</h1>", "insufficient_credit", 1),
        (403, b'{"error": {"code": "resource_access_denied", "message": "Not yours"}}', "resource_access_denied", 3),
        (404, b'{"error": "plain"}', "not_found", 1),
        (409, b"[]", "conflict", 1),
        (413, b"", "payload_too_large", 1),
        (418, b"", "unclassified_client_error", 1),
        (501, b"", "unclassified_server_error", 1),
        (422, b'{"error": {"code": "brand_new", "message": "New", "param": "x"}}', "brand_new", 1),
    ],
)
def test_every_error_response_has_a_code(run, server, status, body, code, exit_code):
    server.answer(body=body, status=status, headers={"X-Request-Id": "req_1"})
    result = run("video", "get", "v1")
    assert (result.status, result.error["code"]) == (exit_code, code)
    assert result.error["request_id"] == "req_1"


@pytest.mark.parametrize("body", [b"", b'{"error": {"code": "brand_new", "message": "Pay"}}', b'{"error": {"code": "quota_exceeded"}}'])
def test_what_costs_more_than_there_is_names_the_billing_page(run, server, body):
    server.answer(body=body, status=402)
    hint = run("video", "get", "v1").error["hint"]
    assert hint == "Add credits at https://app.heygen.com/billing, and see the balance with: heygen user me get"


def test_any_command_line_ends_in_an_envelope_or_a_result(run, server):
    import random

    chance = random.Random(1)
    parts = ["video", "list", "create", "get", "help", "--limit", "--human", "--", "-d", "{}", "-", "--set", "a=1", "é\udcff"]
    parts += ["-5", "--wait", "--timeout", "1x", "--get", "[", "--type=avatar", "webhook", "", "--help", "\x00", "=", "--=", "-x"]
    for _ in range(400):
        argv = [chance.choice(parts) for _ in range(chance.randrange(6))]
        result = run(*argv, env={"HEYGEN_API_KEY": None})
        assert result.status in (0, 2, 3), (argv, result)
        assert "Traceback" not in result.stderr
        if result.status and "--human" not in argv:
            assert result.error["code"] in ("usage_error", "auth_error"), (argv, result)


@pytest.mark.parametrize(
    "argv, hint",
    [
        (("video", "get", "x"), "Check ID with: heygen video list"),
        (("avatar", "looks", "get", "x"), "Check ID with: heygen avatar looks list"),
        (("webhook", "endpoints", "rotate-secret", "x"), "Check ID with: heygen webhook endpoints list"),
        (("video-agent", "resources", "get", "x", "y"), "Check ID with: heygen video-agent list"),
        (("video", "batches", "get", "x"), "Check the ID; the command that made the resource printed it"),
        (("video-translate", "proofreads", "get", "x"), "Check ID with: heygen video-translate proofreads list"),
        (("asset", "get", "x"), "Check ID with: heygen asset list --username <username>"),
        (("voice", "speech", "create", "--text", "x", "--voice-id", "y"), "Find a voice with: heygen model audio voices list"),
    ],
)
def test_a_missing_resource_names_the_list(run, server, argv, hint):
    code = "voice_not_found" if argv[0] == "voice" else "not_found"
    server.answer({"error": {"code": code, "message": "Not found"}}, status=404)
    assert run(*argv).error["hint"] == hint


@pytest.mark.parametrize(
    "argv, hint",
    [
        (("voice", "list"), "heygen model audio voices list"),
        (("voice", "list", "--limit", "3", "--type", "public"), "heygen model audio voices list --limit 3"),
        (("--get", "data[].name", "voice", "list", "--token=-t"), "heygen model audio voices list --get 'data[].name' --token=-t"),
        (("voice", "get", "v 1"), "heygen model audio voices get 'v 1'"),
        (("voice", "get", "--", "-v"), "heygen model audio voices get -- -v"),
        (("voice", "speech", "create", "--text", "Hi", "--voice-id", "v"), "heygen model audio tts create --text Hi --voice-id v"),
        # It has no equal: what else is needed, its help says.
        (("voice", "create", "--prompt", "warm"), "heygen model audio voices create --help"),
        (("brand-kit", "list", "--limit", "2"), "heygen brand kits list --limit 2"),
    ],
)
def test_a_deprecated_command_works_and_says_what_to_type_instead(run, server, argv, hint):
    server.answer({"data": [{"name": "x"}]})
    server.answer({"data": [{"name": "x"}]})
    result = run(*argv)
    assert result.status == 0 and len(result.requests) == 1, result
    assert json.loads(result.stderr)["warning"] == {
        "code": "deprecated",
        "message": f"heygen {' '.join(word for word in argv if word in DEPRECATED_WORDS)} is deprecated",
        "hint": hint,
    }
    if not hint.endswith("--help"):
        server.answer({"data": [{"name": "x"}]})
        assert run(*shlex.split(hint)[1:]).stderr == ""
    shown = run("--human", *argv).stderr
    assert shown.startswith("Warning: heygen ") and " is deprecated\nHint: heygen " in shown


DEPRECATED_WORDS = {"voice", "list", "get", "create", "speech", "brand-kit"}


def test_a_group_lists_what_is_deprecated_apart_and_completion_leaves_it_out(run):
    shown = run("voice", "--help").stdout
    assert "\nDeprecated:\n" in shown and "\nCommands:\n" not in shown
    assert "Use heygen model audio voices list" in shown
    assert "Deprecated: it still works. Use heygen model audio voices list." in run("voice", "list", "--help").stdout


TRANSLATE = ("video-translate", "create", "--output-languages", "French", "--set", "video.type=url", "--set", "video.url=https://example.com/v.mp4")


@pytest.mark.parametrize(
    "argv, message, hint, param",
    [
        ((*TRANSLATE, "--enable-caption"), "--enable-caption is deprecated: Ignored: captions are always made", None, "--enable-caption"),
        (
            (*TRANSLATE, "--set", "brand_voice_id=b"),
            "--brand-voice-id is deprecated: Older name of brand_glossary_id, which stands for the same record",
            "Use --brand-glossary-id instead",
            "--brand-voice-id",
        ),
    ],
)
def test_a_deprecated_field_is_sent_with_a_warning(run, server, argv, message, hint, param):
    result = run(*argv, "--dry-run")
    wanted = {"code": "deprecated", "message": message, "hint": hint, "param": param}
    assert result.status == 0
    assert result.notices == [{"warning": {name: value for name, value in wanted.items() if value}}]
    assert run(*argv, "--dry-run", "--no-validate").notices == []
    assert "Deprecated." in run("video-translate", "create", "--help").stdout
    assert "--enable-caption" not in run("completion", "bash").stdout
