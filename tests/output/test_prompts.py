"""The confirmation of destructive commands: how it asks, who may answer, and what counts as yes."""

import io

import pytest

from heygen.core.context import Context, InputStream, OutputStream
from heygen.output.prompt import confirm
from heygen.output.terminal import Terminal

QUESTION = "⚠ Delete video vid_xyz789? This cannot be undone. [y/N] "
DELETE = ("video", "delete", "vid_xyz789")


class Interrupted(io.BytesIO):
    def readline(self, *_):
        raise KeyboardInterrupt


@pytest.mark.parametrize("answer", [b"y\n", b"Y\n", b"yes\n", b" YES \r\n"])
def test_yes_deletes(run, server, answer):
    server.answer({"data": {"id": "vid_xyz789", "deleted": True}})
    result = run(*DELETE, terminal=True, stdin=answer, env={"NO_COLOR": "1"})
    assert (result.status, result.stderr) == (0, QUESTION)
    assert [request.method for request in result.requests] == ["DELETE"]


@pytest.mark.parametrize("answer, ending", [(b"\n", ""), (b"n\n", ""), (b"yep\n", ""), (b"", "\n"), (b"n", "\n")])
def test_anything_else_means_no_and_leaves_the_cursor_on_a_fresh_line(run, server, answer, ending):
    result = run(*DELETE, terminal=True, stdin=answer, env={"NO_COLOR": "1"})
    assert (result.status, result.stdout) == (1, "")
    assert result.stderr == f'{QUESTION}{ending}{{"error":{{"code":"canceled","message":"canceled: nothing was changed"}}}}\n'
    assert not result.requests


def test_an_interrupt_means_no(run, server):
    result = run(*DELETE, "--human", terminal=True, stdin=InputStream(Interrupted(), True), env={"NO_COLOR": "1"})
    assert (result.status, result.stderr) == (130, f"{QUESTION}\nError: interrupted\n")
    assert not result.requests


@pytest.mark.parametrize("where", [{"terminal": False}, {"env": {"CI": "true"}}, {"env": {"HEYGEN_NONINTERACTIVE": "1"}}])
def test_it_is_refused_where_nobody_can_be_asked(run, server, where):
    result = run(*DELETE, **{"terminal": True, **where})
    assert result.status == 1
    assert result.error["code"] == "confirmation_required"
    assert result.error["hint"] == "Add --force to go ahead without being asked"


def test_force_asks_nothing(run, server):
    server.answer({"data": {}})
    assert run(*DELETE, "--force", terminal=True).stderr == ""


def test_what_is_deleted_cannot_forge_the_question(run, server):
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
