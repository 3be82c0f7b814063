"""The printer: what goes to which stream, and how each mode is asked for."""

import json
import subprocess
import sys

import pytest
from conftest import ROOT
from screen import Screen
from shells import Typed

LIST = {"data": [{"id": "a b", "title": "Grüße\x1b[2J\x9b1m", "status": "completed", "created_at": 1_711_288_320}], "has_more": True, "next_token": "t'k"}


def test_a_page_names_the_command_that_shows_the_next_one(run, server):
    server.answer(LIST)
    result = run("--human", "video", "list", "--limit=1", "--folder-id", "a b", "--token", "before")
    assert result.stdout.splitlines()[-1] == "Next page: heygen video list --human --limit 1 --folder-id 'a b' --token 't'\"'\"'k'"
    assert result.stderr == ""


def test_that_command_works(run, sandbox):
    for number in range(3):
        run("webhook", "endpoints", "create", "--url", f"https://example.com/{number}", "--idempotency-key", f"k{number}")
    first = run("webhook", "endpoints", "list", "--limit", "2", "--human").stdout
    command = first.splitlines()[-1].partition("Next page: heygen ")[2].split()
    second = run(*command)
    assert "https://example.com/" in second.stdout and "Next page" not in second.stdout
    shown = [line.split()[0] for page in (first, second.stdout) for line in page.splitlines() if "https://" in line]
    assert len(set(shown)) == 3


def test_an_operation_that_takes_no_cursor_shows_the_cursor_itself(run, server):
    server.answer({"data": {"id": "x"}, "has_more": True, "next_token": "t"})
    assert "Next Token  t" in run("video", "get", "x", "--human").stdout


@pytest.mark.parametrize("how", [{"flags": ("--human",)}, {"env": {"HEYGEN_OUTPUT": "human"}}])
def test_human_is_asked_for_by_flag_or_environment(run, server, how):
    server.answer({"data": []})
    assert run("video", "list", *how.get("flags", ()), env=how.get("env")).stdout == "No results.\n"


def test_the_flag_comes_before_the_environment(run, server):
    server.answer({"data": []})
    assert run("video", "list", "--human=false", env={"HEYGEN_OUTPUT": "human"}).stdout == '{"data":[]}\n'


@pytest.mark.parametrize("color, escapes", [("always", True), ("never", False), ("auto", False)])
def test_color_is_chosen_by_flag_for_results_and_errors_alike(run, server, color, escapes):
    server.answer(LIST)
    assert ("\x1b[32mcompleted\x1b[0m" in run("video", "list", "--human", "--color", color).stdout) is escapes
    server.answer({"error": {"code": "not_found", "message": "no"}}, status=404)
    assert ("\x1b[1;31mError:\x1b[0m" in run("video", "get", "x", "--human", f"--color={color}").stderr) is escapes
    assert ("\x1b[1;31mError:\x1b[0m" in run("vidoe", "--human", "--color", color).stderr) is escapes


def test_a_usage_error_shows_people_the_one_line_that_matters(run, server):
    result = run("video", "get", "--human")
    assert result.stderr == (
        "Error: missing required argument: <video-id>\n"
        "Usage: heygen video get <video-id> [flags]\n"
        "Hint: Find <video-id> with: heygen video list\n"
    )
    assert "Usage: heygen video <command> [flags]\n" in run("video", "gte", "--human").stderr
    assert "Usage: heygen <command> [flags]\n" in run("--humna", "video", "--human").stderr


def test_json_on_a_terminal_is_the_same_document_and_cannot_move_the_cursor(run, server):
    server.answer(LIST)
    result = run("video", "list", terminal=True, env={"NO_COLOR": "1"})
    assert result.stdout == json.dumps(LIST, indent=2, ensure_ascii=False).replace("\x9b", "\\u009b") + "\n"
    assert result.json == LIST
    server.answer(LIST)
    assert run("video", "list").stdout == json.dumps(LIST, separators=(",", ":"), ensure_ascii=False) + "\n"


MIXED = {"data": {"text": 'a "quoted": \\ text', "list": [1, -2.5e-7, True, None], "empty": [], "none": {}}}
COLORED = (
    '\x1b[1;34m"text"\x1b[0m:\x1b[32m"a \\"quoted\\": \\\\ text"\x1b[0m,'
    '\x1b[1;34m"list"\x1b[0m:[\x1b[36m1\x1b[0m,\x1b[36m-2.5e-07\x1b[0m,\x1b[35mtrue\x1b[0m,\x1b[2mnull\x1b[0m]'
)


def test_keys_texts_numbers_and_null_have_colours_of_their_own(run, server):
    server.answer(MIXED).answer(MIXED)
    assert COLORED in run("video", "list", "--color", "always").stdout
    at_terminal = run("video", "list", terminal=True)
    assert at_terminal.json == MIXED and '\x1b[1;34m"text"\x1b[0m: \x1b[32m' in at_terminal.stdout


@pytest.mark.parametrize(
    "flags, env, is_colored",
    [((), {}, True), (("--color", "never"), {}, False), ((), {"NO_COLOR": "1"}, False), ((), {"TERM": "dumb"}, False)],
)
def test_who_wants_no_colour_gets_indented_json_all_the_same(run, server, flags, env, is_colored):
    server.answer(LIST)
    shown = run("video", "list", *flags, env=env, terminal=True).stdout
    assert ("\x1b" in shown) == is_colored
    assert shown.count("\n") > 5


def test_piped_json_is_coloured_by_the_flag_alone(run, server):
    server.answer(LIST).answer(LIST)
    assert run("video", "list", env={"FORCE_COLOR": "1"}).stdout == json.dumps(LIST, separators=(",", ":"), ensure_ascii=False) + "\n"
    colored = run("video", "list", "--color", "always")
    assert colored.stdout.count("\n") == 1 and colored.json == LIST
    server.answer(status=404)
    assert "\x1b" not in run("video", "list", "--color", "always").stderr


def test_a_list_of_several_pages_has_the_layout_of_one(run, server):
    pages = [{"data": [{"id": "a"}, {"id": "b"}], "has_more": True, "next_token": "t"}, {"data": [{"id": "c"}], "has_more": False}]
    for terminal in (True, False):
        for page in pages:
            server.answer(page)
        layout = {"indent": 2} if terminal else {"separators": (",", ":")}
        whole = {"data": [{"id": "a"}, {"id": "b"}, {"id": "c"}], "has_more": False, "next_token": None}
        shown = run("video", "list", "--all", terminal=terminal, env={"NO_COLOR": "1"}).stdout
        assert shown == json.dumps(whole, **layout) + "\n"


def test_fields_that_are_objects_and_errors_are_coloured_at_a_terminal_too(run, server):
    server.answer(MIXED).answer(status=404, document={"error": {"code": "x", "message": "y"}})
    assert run("video", "list", "--get", "data", terminal=True).stdout.startswith('{\n  \x1b[1;34m"text"')
    told = run("video", "list", terminal=True)
    assert told.stderr.startswith('{\x1b[1;34m"error"') and told.stderr.count("\n") == 1


def test_json_stays_json_on_a_terminal_without_unicode(run, server):
    server.answer({"data": "Grüße 🎉"})
    result = run("video", "list", terminal=True, encoding="ascii")
    assert result.stdout == '{\n  \x1b[1;34m"data"\x1b[0m: \x1b[32m"Gr\\u00fc\\u00dfe \\ud83c\\udf89"\x1b[0m\n}\n'
    assert result.json == {"data": "Grüße 🎉"}


def test_a_field_is_raw_in_a_pipe_and_escaped_on_a_terminal(run, server):
    text = "a\x1b[2J\tb\nc"
    server.answer({"data": text}).answer({"data": text})
    assert run("video", "list", "--get", "data").stdout == text + "\n"
    assert run("video", "list", "--get", "data", terminal=True).stdout == "a\\x1b[2J\\tb\nc\n"


def test_a_schema_is_json_in_both_modes(run):
    compact = run("video", "get", "--response-schema").stdout
    indented = run("video", "get", "--response-schema", "--human").stdout
    assert json.loads(compact) == json.loads(indented)
    assert (compact.count("\n"), indented.count("\n") > 50) == (1, True)


def test_the_last_known_state_of_an_error_is_shown_to_people_too(run, server):
    server.answer({"data": {"video_id": "v"}}).answer({"data": {"id": "v", "status": "failed", "failure_message": "no face"}})
    result = run("video-agent", "create", "--prompt", "x", "--wait", "--human", terminal=True, columns=lambda: 80, env={"NO_COLOR": "1"})
    assert result.status == 1
    assert "Failure Message  no face" in result.stdout
    assert "Error: video v failed: no face" in Screen().feed(result.stderr).text()


@pytest.mark.parametrize(
    "argv",
    [
        ("auth", "status"),
        ("config", "list"),
        ("config", "get", "output"),
        ("config", "set", "output", "human"),
        ("video", "list"),
        ("user", "me", "get"),
        ("webhook", "event-types", "list"),
        ("video", "create", "--type", "avatar", "--avatar-id", "a", "--script", "Hi", "--dry-run"),
    ],
)
def test_every_kind_of_command_has_a_form_for_people(run, argv):
    result = run(*argv, "--human")
    assert result.status == 0
    assert result.stdout.strip()
    assert result.stdout[0] not in "{["


def test_json_mode_imports_nothing_of_human_mode():
    source = """
import io, sys
sys.path.insert(0, sys.argv[1])
from heygen.core.context import Context, InputStream, OutputStream
from heygen.output.printer import Printer

streams = {name: OutputStream(io.BytesIO()) for name in ("stdout", "stderr")}
Printer(Context(stdin=InputStream(None), environ={}, **streams)).result({"data": ["Grüße"]})
print(*sorted(name for name in sys.modules if "heygen.output" in name or name in ("unicodedata", "textwrap", "argparse")))
"""
    done = subprocess.run([sys.executable, "-S", "-c", source, str(ROOT)], stdout=subprocess.PIPE, check=True)
    assert done.stdout.split() == [b"heygen.output", b"heygen.output.printer"]


# --- on a real terminal


@pytest.fixture
def typed():
    started = []

    def start(*argv, **options):
        started.append(Typed([sys.executable, "-S", str(ROOT / "heygen.py"), *argv], **options))
        return started[-1]

    yield start
    for each in started:
        each.close()


def test_the_terminal_s_own_width_counts(typed):
    program = typed("help", "waiting", columns=50)
    assert program.finish() == 0
    lines = program.output.decode().replace("\r\n", "\n").splitlines()
    assert 44 <= max(len(line) for line in lines if "\x1b" not in line and '"' not in line) <= 50


def test_a_c_locale_gets_ascii_and_no_error(typed):
    program = typed("sandbox", "run", "--", "voice", "list", "--human", "--limit", "3", LC_ALL="C", HOME="/nonexistent")
    assert program.finish() == 0
    assert program.output.isascii() and b"Voice" in program.output or b"Name" in program.output


def test_a_terminal_is_coloured_and_a_dumb_one_is_not(typed):
    colored, dumb = typed("video", "--help"), typed("video", "--help", TERM="dumb")
    assert (colored.finish(), dumb.finish()) == (0, 0)
    assert b"\x1b[1mUsage:\x1b[0m" in colored.output
    assert b"\x1b" not in dumb.output


@pytest.mark.parametrize("key, status", [("\x04", 1), ("\x03", 130), ("n\n", 1)])
def test_ctrl_c_and_ctrl_d_at_a_question_mean_no_on_a_fresh_line(typed, key, status):
    program = typed("sandbox", "run", "--", "video", "delete", "vid_xyz789", NO_COLOR="1", HOME="/nonexistent")
    program.expect("Delete video vid_xyz789\\? This cannot be undone. \\[y/N\\] ")
    program.interrupt() if key == "\x03" else program.send(key)
    assert program.finish() == status
    assert program.output.decode().splitlines()[-1].startswith('{"error":{"code":"canceled"')


def test_a_question_is_answered_on_the_terminal_where_stdin_was_data(typed, tmp_path):
    """The shell's pipe is the data; the answer is typed."""
    program = tmp_path / "asks.py"
    program.write_text(
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from heygen.core.context import process_context\n"
        "from heygen.output.prompt import confirm\n"
        "from heygen.output.terminal import Terminal\n"
        "context = process_context()\n"
        "context.stdin.read()\n"
        "print(confirm(context, Terminal(context, context.stderr), 'Overwrite it?'))\n"
    )
    shell = Typed(["/bin/sh", "-c", f"echo data | {sys.executable} {program}"], NO_COLOR="1")
    try:
        shell.expect("⚠ Overwrite it\\? \\[y/N\\] ")
        shell.send("y\n")
        assert shell.finish() == 0
        assert shell.output.decode().splitlines()[-1] == "True"
    finally:
        shell.close()
