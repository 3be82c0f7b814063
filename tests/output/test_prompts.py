"""The confirmation of destructive commands: how it asks, who may answer, and what counts as yes."""

import io

import pytest

from heygen.core.context import Context, InputStream, OutputStream
from heygen.output.prompt import confirm
from heygen.output.terminal import Terminal

QUESTION = "⚠ Delete video vid_xyz789? This cannot be undone. [y/N] "
DELETE = ("video", "delete", "vid_xyz789")


VIDEO = "/v3/videos/vid_xyz789"


@pytest.fixture
def server(server):
    """The API, which knows nothing of the video before it is to be deleted."""
    return server.route("GET", VIDEO, {"error": {"code": "video_not_found", "message": "Video not found"}}, status=404)


def methods(result):
    return [request.method for request in result.requests]


class Interrupted(io.BytesIO):
    def readline(self, *_):
        raise KeyboardInterrupt


@pytest.mark.parametrize("answer", [b"y\n", b"Y\n", b"yes\n", b" YES \r\n"])
def test_yes_deletes(run, server, answer):
    server.answer({"data": {"id": "vid_xyz789", "deleted": True}})
    result = run(*DELETE, terminal=True, stdin=answer, env={"NO_COLOR": "1"})
    assert (result.status, result.stderr) == (0, QUESTION)
    assert methods(result) == ["GET", "DELETE"]


@pytest.mark.parametrize("answer, ending", [(b"\n", ""), (b"n\n", ""), (b"yep\n", ""), (b"", "\n"), (b"n", "\n")])
def test_anything_else_means_no_and_leaves_the_cursor_on_a_fresh_line(run, server, answer, ending):
    result = run(*DELETE, terminal=True, stdin=answer, env={"NO_COLOR": "1"})
    assert (result.status, result.stdout) == (1, "")
    assert result.stderr == f'{QUESTION}{ending}{{"error":{{"code":"canceled","message":"canceled: nothing was changed"}}}}\n'
    assert methods(result) == ["GET"]


def test_an_interrupt_means_no(run, server):
    result = run(*DELETE, "--human", terminal=True, stdin=InputStream(Interrupted(), True), env={"NO_COLOR": "1"})
    assert (result.status, result.stderr) == (130, f"{QUESTION}\nError: interrupted\n")
    assert methods(result) == ["GET"]


@pytest.mark.parametrize("where", [{"terminal": False}, {"env": {"CI": "true"}}, {"env": {"HEYGEN_NONINTERACTIVE": "1"}}])
def test_it_is_refused_where_nobody_can_be_asked(run, server, where):
    result = run(*DELETE, **{"terminal": True, **where})
    assert result.status == 1
    assert result.error["code"] == "confirmation_required"
    assert result.error["hint"] == "Add --force to go ahead without being asked"
    assert not result.requests


def test_force_asks_nothing(run, server):
    server.answer({"data": {}})
    result = run(*DELETE, "--force", terminal=True)
    assert (result.stderr, methods(result)) == ("", ["DELETE"])


def asked(run):
    """Return what stands above the question."""
    result = run(*DELETE, terminal=True, stdin=b"n\n", env={"NO_COLOR": "1"})
    above, question, _ = result.stderr.partition(QUESTION)
    assert question
    return above


@pytest.mark.parametrize(
    "fields, line",
    [
        ({"title": "Quarterly update", "status": "completed", "created_at": -7200}, "Quarterly update · completed · created 2 h ago\n"),
        ({"name": "Drafts"}, "Drafts\n"),
        ({"title": None, "status": "failed"}, "failed\n"),
        ({"title": "a\x1b[2J\nb"}, "a\\x1b[2J\\nb\n"),
        ({"title": 5, "status": [], "created_at": "soon"}, ""),
        ({}, ""),
    ],
)
def test_a_line_above_the_question_says_which_one_it_is(run, server, clock, fields, line):
    if "created_at" in fields and fields["created_at"] != "soon":
        fields = {**fields, "created_at": clock.now() + fields["created_at"]}
    server.route("GET", VIDEO, {"data": {"id": "vid_xyz789", **fields}})
    assert asked(run) == line


def no_answer(handler, recorded):
    """Keep the connection, and say nothing on it until the client has hung up."""
    handler.connection.recv(1)
    handler.close_connection = True


@pytest.mark.parametrize("failure", [(500, {}, b"no"), (200, {}, b"[1"), (200, {}, b"[]"), (200, {}, b'{"data": 1}'), no_answer])
def test_a_look_that_fails_changes_nothing(run, server, clock, failure):
    server.routes["GET", VIDEO] = failure
    assert asked(run) == ""


def test_without_a_credential_it_asks_all_the_same(run, server):
    result = run(*DELETE, terminal=True, stdin=b"n\n", env={"NO_COLOR": "1", "HEYGEN_API_KEY": None})
    assert result.stderr.startswith(QUESTION) and not result.requests


def test_what_is_deleted_cannot_forge_the_question(run, server):
    server.answer(status=404)
    result = run("video", "delete", "x\n\x1b[2Jy", terminal=True, env={"NO_COLOR": "1"})
    assert r"Delete video x\n\x1b[2Jy? This" in result.stderr


def test_the_sign_is_one_of_ascii_where_the_encoding_has_no_other(run, server):
    result = run(*DELETE, terminal=True, encoding="ascii", env={"NO_COLOR": "1"})
    assert result.stderr.startswith("! Delete video vid_xyz789? This cannot be undone. [y/N] \n")


def test_an_answer_comes_from_the_terminal_where_stdin_was_data():
    context = Context(
        stdin=InputStream(io.BytesIO(b"{}")),
        stdout=OutputStream(io.BytesIO()),
        stderr=OutputStream(io.BytesIO(), is_terminal=True),
        environ={"NO_COLOR": "1"},
        open_terminal=lambda: InputStream(io.BytesIO(b"y\n"), True),
    )
    terminal = Terminal(context, context.stderr)
    assert confirm(context, terminal, "Overwrite a.mp4?") is None  # stdin is somebody's data still
    context.stdin.read()
    assert confirm(context, terminal, "Overwrite a.mp4?") is True
    assert context.stderr.raw.getvalue().decode() == "⚠ Overwrite a.mp4? [y/N] "
