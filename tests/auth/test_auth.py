"""`heygen auth` with an API key: from a pipe, from a prompt, and what becomes of it."""

from __future__ import annotations

import json
import os
import signal
import stat
import sys

import forks
import pytest
from shells import Typed

from heygen.cli import registry, tree

USER = {"email": "ada@example.com", "first_name": "Ada", "last_name": "Example", "username": "ada"}
NOBODY = {"HEYGEN_API_KEY": None}


@pytest.fixture
def me(server):
    return server.route("GET", "/v3/users/me", {"data": {**USER, "wallet": {"remaining_balance": 5}}})


@pytest.fixture
def file(tmp_path):
    return tmp_path / "home" / ".heygen" / "credentials"


@pytest.mark.parametrize("flags", [(), ("--api-key",)])
def test_a_key_from_a_pipe_is_checked_and_stored(run, me, file, flags):
    result = run("auth", "login", *flags, stdin=' "piped-key"\r\n', env=NOBODY)
    assert result.status == 0, result
    assert list(result.json)[:3] == ["email", "username", "cleared_oauth"]
    assert result.json == {
        "email": "ada@example.com",
        "username": "ada",
        "cleared_oauth": False,
        "cleared_api_key": False,
        "message": "Signed in as ada@example.com with an API key.",
        "verified": True,
        "path": str(file),
        "user": USER,
    }
    assert result.stderr == ""
    assert file.read_text() == '{\n  "api_key": "piped-key"\n}\n'
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(file.parent).st_mode) == 0o700
    assert [request.headers["x-api-key"] for request in result.requests] == ["piped-key"]


@pytest.mark.parametrize("status, code", [(401, "unauthorized"), (403, "forbidden")])
def test_a_rejected_key_is_not_stored(run, server, file, status, code):
    server.answer({"error": {"code": code, "message": "Invalid API key"}}, status=status)
    result = run("auth", "login", stdin="bad-key", env=NOBODY)
    assert (result.status, result.stdout) == (3, "")
    assert result.error["code"] == code
    assert result.error["message"] == "the credential was not accepted, and not stored: Invalid API key"
    assert not file.exists()
    assert "bad-key" not in result.stderr


@pytest.mark.parametrize("answer", [{"status": 503, "body": b""}, {"status": 200, "body": b"<html>"}, None])
def test_without_the_api_the_key_is_stored_unverified(run, server, file, answer):
    env = {**NOBODY, "HEYGEN_MAX_RETRIES": "0"}
    if answer:
        server.answer(**answer)
    else:
        env["HEYGEN_API_BASE"] = "http://127.0.0.1:9"
    result = run("auth", "login", stdin="new-key", env=env)
    assert result.status == 0, result
    assert result.json["verified"] is False
    assert result.json["message"].startswith("Stored an API key, which is not verified: ")
    assert result.json["cleared_oauth"] is False and "email" not in result.json
    assert json.loads(file.read_text()) == {"api_key": "new-key"}


def test_a_wrong_base_is_refused_before_anything_is_stored(run, server, file):
    result = run("auth", "login", stdin="new-key", env={**NOBODY, "HEYGEN_API_BASE": "nonsense"})
    assert (result.status, result.error["code"]) == (2, "usage_error")
    assert not file.exists()


@pytest.mark.parametrize("stdin, why", [("", "is empty"), (" \n", "is empty"), ("a b", "contains a space"), ("a\nb", "contains a space")])
def test_what_is_no_key_is_refused_and_not_shown(run, server, file, stdin, why):
    result = run("auth", "login", stdin=stdin, env=NOBODY)
    assert (result.status, result.error["code"]) == (2, "usage_error")
    assert result.error["message"].startswith(f"the API key {why}")
    assert result.error["hint"].endswith('echo "$KEY" | heygen auth login')
    assert not file.exists()


@pytest.mark.parametrize(
    "argv", [("secret-key",), ("--api-key", "secret-key"), ("--api-key=secret-key",), ("--oauth", "secret-key")]
)
def test_a_key_on_the_command_line_is_refused_and_not_repeated(run, server, argv):
    result = run("auth", "login", *argv, stdin="x", env=NOBODY)
    assert (result.status, result.error["code"]) == (2, "usage_error")
    assert "secret-key" not in result.stderr


@pytest.mark.parametrize("first, second", [("--api-key", "--oauth"), ("--api-key", "--device"), ("--oauth", "--device")])
def test_one_way_at_a_time(run, server, first, second):
    result = run("auth", "login", first, second, env=NOBODY)
    assert (result.status, result.error["message"]) == (2, f"{first} and {second} cannot be combined")


@pytest.mark.parametrize("variable", ["CI", "HEYGEN_NONINTERACTIVE"])
@pytest.mark.parametrize("flags", [(), ("--api-key",)])
def test_a_run_that_is_not_interactive_never_prompts(run, server, variable, flags):
    def prompt(_):
        raise AssertionError("prompted")

    result = run("auth", "login", *flags, terminal=True, ask_secret=prompt, env={**NOBODY, variable: "1"})
    assert result.status == 2
    assert "not interactive" in result.error["message"]
    assert "How do you" not in result.stderr


@pytest.mark.parametrize("stdin", ["2\n", "3\nx\n2\n"])
def test_the_picker_leads_to_the_prompt(run, me, file, stdin):
    asked = []
    result = run(
        "auth", "login", stdin=stdin, terminal=True, ask_secret=lambda prompt: asked.append(prompt) or "typed-key", env=NOBODY
    )
    assert result.status == 0, result
    assert asked == ["API key (it is not shown): "]
    assert json.loads(file.read_text()) == {"api_key": "typed-key"}
    assert result.stderr.count("Choose 1 or 2 [1]: ") == len(stdin.splitlines())


@pytest.mark.parametrize("flags", [(), ("--api-key",)])
def test_an_end_of_input_cancels(run, server, file, flags):
    def end(_):
        raise EOFError

    result = run("auth", "login", *flags, terminal=True, ask_secret=end, env=NOBODY)
    assert result.status == 1
    assert '"code":"canceled"' in result.stderr
    assert not file.exists()


def test_a_variable_that_takes_precedence_is_pointed_out(run, me):
    note = "HEYGEN_API_KEY is set and takes precedence"
    assert run("auth", "login", stdin="k").json["note"] == note
    result = run("auth", "logout")
    assert result.json["cleared"] == "api_key"
    assert result.json["note"] == "HEYGEN_API_KEY is set and is still used; unset it as well"


def test_signing_in_replaces_a_session(run, me, file):
    file.parent.mkdir(parents=True)
    file.write_text('{"oauth": {"access_token": "a"}, "user": {"email": "b"}}')
    assert run("auth", "login", stdin="k", env=NOBODY).json["cleared_oauth"] is True
    assert json.loads(file.read_text()) == {"api_key": "k"}


def test_status_shows_the_account_and_the_source(run, me, file):
    result = run("auth", "status")
    assert result.json == {
        "data": {**USER, "wallet": {"remaining_balance": 5}},
        "credential": {"type": "api_key", "source": "env", "variable": "HEYGEN_API_KEY"},
    }
    run("auth", "login", stdin="stored-key", env=NOBODY)
    result = run("auth", "status", env=NOBODY)
    assert result.json["credential"] == {"type": "api_key", "source": "file", "path": str(file)}
    assert "stored-key" not in result.stdout


def test_a_401_names_the_credential_that_was_used(run, server, file):
    server.answer({"error": {"message": "Invalid"}}, status=401)
    hint = run("video", "list").error["hint"]
    assert hint.startswith("The key in HEYGEN_API_KEY was not accepted")
    file.parent.mkdir(parents=True)
    file.write_text("stored-key")
    server.answer({"error": {"message": "Invalid"}}, status=401)
    error = run("video", "list", env=NOBODY).error
    assert error["hint"] == f"The API key in {file} was not accepted: sign in again with: heygen auth login"


def test_logout_removes_the_file(run, me, file):
    run("auth", "login", stdin="k", env=NOBODY)
    result = run("auth", "logout", env=NOBODY)
    assert list(result.json)[:3] == ["cleared_api_key", "cleared_oauth", "cleared_credential"]
    assert result.json == {
        "cleared_api_key": True,
        "cleared_oauth": False,
        "cleared_credential": "api_key",
        "message": "Signed out: the API key was removed.",
        "cleared": "api_key",
        "path": str(file),
    }
    assert not file.exists()
    result = run("auth", "logout", env=NOBODY)
    assert (result.status, result.json["cleared"]) == (0, None)
    assert [result.json[name] for name in ("cleared_api_key", "cleared_oauth", "cleared_credential")] == [False, False, ""]


def test_logout_tells_of_all_that_the_file_held(run, server, file):
    file.parent.mkdir(parents=True)
    file.write_text('{"api_key": "k", "oauth": {"access_token": "a"}}')
    result = run("auth", "logout", env={**NOBODY, "HEYGEN_OAUTH_REVOKE_URL": "http://127.0.0.1:9/"})
    found = [result.json[name] for name in ("cleared_api_key", "cleared_oauth", "cleared_credential")]
    assert found == [True, True, "both"]
    assert not file.exists()


def test_no_argument_or_flag_takes_a_secret():
    """Arguments are seen by every user of the machine."""
    for words in registry.COMMANDS:
        if words[0] == "auth":
            command = tree.command(words)
            assert not command.arguments
            assert all(flag.type == "boolean" for flag in command.flags)


# --- a real terminal


@pytest.fixture
def terminal(server, tmp_path):
    """Start the program on a terminal of its own."""
    started = []

    def terminal(*argv):
        command = [sys.executable, "-IS", os.path.join(forks.ROOT, "heygen.py"), *argv]
        env = {"HOME": str(tmp_path / "home"), "HEYGEN_API_BASE": server.url, "HEYGEN_NO_ANALYTICS": "1", "BROWSER": "none"}
        started.append(Typed(command, **env))
        return started[-1]

    yield terminal
    for each in started:
        each.close()


def test_a_key_that_is_typed_is_not_shown(terminal, me, file):
    screen = terminal("auth", "login")
    screen.expect(r"Choose 1 or 2 \[1\]: ")
    screen.send("2\n")
    screen.expect(r"API key \(it is not shown\): ")
    screen.send("typed-secret\n")
    screen.expect("Signed in as ada@example.com with an API key.")
    assert screen.finish() == 0
    assert b"typed-secret" not in screen.output
    assert json.loads(file.read_text()) == {"api_key": "typed-secret"}


@pytest.mark.parametrize("key, status", [("\x03", 130), ("\x04", 1)])
def test_leaving_the_prompt_cancels(terminal, server, file, key, status):
    screen = terminal("auth", "login", "--api-key")
    screen.expect(r"API key \(it is not shown\): ")
    screen.interrupt() if key == "\x03" else screen.send(key)
    assert screen.finish() == status
    assert b'"canceled"' in screen.output
    assert b"Traceback" not in screen.output
    assert not file.exists()


def test_an_interrupt_while_the_browser_is_away_cancels(terminal, server, file):
    screen = terminal("auth", "login", "--oauth")
    screen.expect("Waiting for you to sign in")
    screen.process.send_signal(signal.SIGINT)
    assert screen.finish() == 130
    assert b'"canceled"' in screen.output
    assert not file.exists()
