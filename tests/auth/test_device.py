"""Signing in on another device."""

from __future__ import annotations

import json
import os
import signal
import sys

import forks
import pytest
from provider import DEVICE_CODE, USER, credential_file, providing
from shells import Typed

from heygen.core import timestamp

DEVICE = "/v1/oauth/device_authorization"
TOKEN = "/v1/oauth/token"


@pytest.fixture
def server():
    yield from providing()


@pytest.fixture
def file(tmp_path):
    return credential_file(tmp_path)


@pytest.fixture
def login(run, server):
    """Run `heygen auth login --device`, with no browser that could be opened."""

    def login(*argv, env=None, **options):
        def browser(url):
            raise AssertionError("a browser was opened")

        return run("auth", "login", "--device", *argv, env={**server.env, **(env or {})}, open_browser=browser, **options)

    return login


def lines(result):
    return [json.loads(line) for line in result.stderr.splitlines()]


def error_of(result):
    """Return the error that came after the notice."""
    notice, error = lines(result)
    assert "notice" in notice
    return error["error"]


def hang_up(handler, recorded):
    handler.close_connection = True


def test_a_sign_in_on_another_device(login, server, file, clock):
    server.polls = ["authorization_pending", "authorization_pending"]
    result = login()
    assert result.status == 0, result
    assert lines(result) == [
        {
            "notice": {
                "code": "cli_device_sign_in",
                "message": "Open https://app.example.com/device on any device, and enter the code WDJB-MJHT to sign in",
                "user_code": "WDJB-MJHT",
                "verification_uri": "https://app.example.com/device",
                "expires_in": 600,
            }
        }
    ]
    assert result.json == {
        "email": "ada@example.com",
        "username": "ada",
        "cleared_oauth": False,
        "cleared_api_key": False,
        "message": "Signed in as ada@example.com with a device code.",
        "verified": True,
        "path": str(file),
        "user": USER,
    }
    assert json.loads(file.read_text()) == {
        "oauth": {
            "access_token": "access-1",
            "token_type": "Bearer",
            "refresh_token": "refresh-1",
            "scope": "openid profile email",
            "expires_at": timestamp.render(clock.started + 15 + 3600),
        },
        "user": USER,
    }
    assert [request.path for request in result.requests] == [DEVICE, TOKEN, TOKEN, TOKEN, "/v3/users/me"]
    assert result.clock.sleeps == [5, 5, 5]
    assert DEVICE_CODE not in result.stdout + result.stderr


def test_the_address_that_has_the_code_in_it_is_told_too(login, server):
    server.device = {"verification_uri_complete": "https://app.example.com/device?user_code=WDJB-MJHT"}
    (told,) = lines(login())
    assert told["notice"]["verification_uri_complete"] == "https://app.example.com/device?user_code=WDJB-MJHT"


@pytest.mark.parametrize("options", [{"terminal": True}, {"env": {"HEYGEN_OUTPUT": "human"}}])
def test_a_person_reads_a_text(login, options):
    result = login(**options)
    assert result.status == 0
    assert result.stderr.startswith("Open this address on any device:\n\n  https://app.example.com/device\n")
    assert "enter this code:\n\n  WDJB-MJHT\n" in result.stderr
    assert "notice" not in result.stderr


@pytest.mark.parametrize("env", [{"CI": "true"}, {"HEYGEN_NONINTERACTIVE": "1"}, {"HEYGEN_NO_BROWSER": "1"}, {"BROWSER": "none"}])
def test_it_asks_nothing_and_needs_no_browser(login, env):
    assert login(env=env).status == 0


@pytest.mark.parametrize(
    "interval, polls, sleeps",
    [
        (None, ["authorization_pending"], [5, 5]),
        (2, ["authorization_pending"], [2, 2]),
        ("7", [], [7]),
        (0.01, [], [1]),
        (5, ["slow_down", "authorization_pending", "slow_down"], [5, 10, 10, 15]),
        (5, [hang_up, hang_up, "authorization_pending"], [5, 10, 20, 5]),
        (40, [hang_up, hang_up], [40, 60, 60]),
        (5, [lambda handler, _: handler.reply(503, {}, b""), lambda handler, _: handler.reply(429, {}, b"")], [5, 10, 20]),
    ],
)
def test_how_often_it_asks(login, server, interval, polls, sleeps):
    server.device = {"interval": interval}
    server.polls = polls
    result = login()
    assert result.status == 0, result
    assert result.clock.sleeps == sleeps


@pytest.mark.parametrize("error", ["access_denied", "expired_token", "invalid_grant"])
def test_a_refusal_ends_the_wait(login, server, file, error):
    server.polls = ["authorization_pending", error]
    result = login()
    said = error_of(result)
    assert (result.status, said["code"], result.stdout) == (3, "auth_error", "")
    assert said["message"] == {
        "access_denied": "the sign-in was declined on the other device",
        "expired_token": "nobody signed in within 10m0s",
        "invalid_grant": "the sign-in was not accepted: invalid_grant",
    }[error]
    assert not file.exists()
    assert result.requests[-1].path == TOKEN


def test_an_answer_that_repeats_the_device_code_is_masked(login, server):
    body = json.dumps({"error": "invalid_grant", "error_description": f"no {DEVICE_CODE} here"}).encode()
    server.polls = [lambda handler, _: handler.reply(400, {}, body)]
    assert error_of(login())["message"] == "the sign-in was not accepted: invalid_grant: no *** here"


@pytest.mark.parametrize("given, said, seconds", [(60, "1m0s", 60), (86400, "30m0s", 1800), (None, "30m0s", 1800)])
def test_it_waits_as_long_as_the_code_is_good_and_half_an_hour_at_most(login, server, file, given, said, seconds):
    server.device = {"expires_in": given, "interval": 7}
    server.polls = ["authorization_pending"] * 1000
    result = login()
    assert (result.status, error_of(result)["message"]) == (3, f"nobody signed in within {said}")
    assert result.clock.elapsed == pytest.approx(seconds)
    assert not file.exists()


def test_a_network_that_stays_away_is_named_in_the_end(login, server):
    server.device = {"expires_in": 30}
    server.polls = [hang_up] * 100
    message = error_of(login())["message"]
    assert message.startswith("nobody signed in within 30s; the identity provider could not be reached at the end: 127.0.0.1")


@pytest.mark.parametrize(
    "answer",
    [
        {"device_code": ""},
        {"device_code": None},
        {"user_code": ""},
        {"user_code": "A\x1b[31mB"},
        {"user_code": "A" * 65},
        {"verification_uri": None},
        {"verification_uri": "http://app.example.com/device"},
        {"verification_uri": "http://127.0.0.1.example.com/device"},
        {"verification_uri": "javascript:alert(1)"},
        {"verification_uri": "https://app.heygen.com@example.com/"},
        {"verification_uri": "https://app.example.com/\x1b[2J"},
        {"verification_uri": "https://app.éxample.com/"},
        {"verification_uri_complete": "http://app.example.com/device?user_code=WDJB-MJHT"},
    ],
)
def test_what_cannot_be_shown_is_refused(login, server, answer):
    server.device = answer
    result = login()
    assert (result.status, result.error["code"]) == (1, "cli_response_parse_error")
    assert DEVICE_CODE not in result.stderr
    assert [request.path for request in result.requests] == [DEVICE]


@pytest.mark.parametrize("uri", ["http://127.0.0.1:8080/device", "http://localhost/device", "https://app.example.com:8443/d?x=1"])
def test_where_one_may_be_sent(login, server, uri):
    server.device = {"verification_uri": uri}
    assert lines(login())[0]["notice"]["verification_uri"] == uri


def test_a_provider_that_has_no_such_thing_is_told(login, server):
    server.routes["POST", DEVICE] = (400, {}, b'{"error": "unauthorized_client"}')
    result = login()
    assert (result.status, result.error["code"]) == (3, "auth_error")
    assert result.error["message"] == "the sign-in could not be started: unauthorized_client"


def test_the_address_of_the_endpoint_must_be_protected(login):
    result = login(env={"HEYGEN_OAUTH_DEVICE_URL": "http://example.com/"})
    assert (result.status, result.error["code"]) == (2, "usage_error")
    assert result.error["message"].startswith("HEYGEN_OAUTH_DEVICE_URL must be https")


@pytest.mark.parametrize("status, exit_code", [(401, 3), (403, 3), (400, 1), (503, 1)])
def test_an_account_that_cannot_be_verified_is_not_stored_and_its_tokens_are_revoked(login, server, file, status, exit_code):
    server.route("GET", "/v3/users/me", {"error": {"code": "x", "message": "No"}}, status=status)
    result = login(env={"HEYGEN_MAX_RETRIES": "0"})
    said = error_of(result)
    assert (result.status, said["revoked"]) == (exit_code, True)
    assert "not stored" in said["message"] or "nothing was stored" in said["message"]
    assert server.revoked == [("refresh_token", "refresh-1")]
    assert not file.exists()


def test_tokens_that_cannot_be_revoked_are_said_to_be_so(login, server):
    server.route("GET", "/v3/users/me", status=401)
    server.routes["POST", "/v1/oauth/revoke"] = (500, {}, b"")
    assert error_of(login())["revoked"] is False


def test_what_was_stored_stays_where_the_new_session_is_refused(login, server, file):
    file.parent.mkdir(parents=True)
    file.write_text('{"api_key": "old"}')
    server.route("GET", "/v3/users/me", status=401)
    assert login().status == 3
    assert file.read_text() == '{"api_key": "old"}'


def test_tokens_are_revoked_where_they_cannot_be_saved(login, server, file, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = login()
    assert (result.status, error_of(result)["code"]) == (1, "cli_file_io_error")
    assert server.revoked == [("refresh_token", "refresh-1")]


def test_debug_shows_no_secret(login, server):
    server.polls = ["authorization_pending"]
    result = login("--debug")
    assert result.status == 0
    assert DEVICE in result.stderr
    for secret in (DEVICE_CODE, "access-1", "refresh-1"):
        assert secret not in result.stderr


def test_a_key_that_was_there_gives_way(login, file):
    file.parent.mkdir(parents=True)
    file.write_text('{"api_key": "old"}')
    assert login().json["cleared_api_key"] is True
    assert "api_key" not in json.loads(file.read_text())


# --- a real terminal


@pytest.fixture
def terminal(server, tmp_path):
    started = []

    def terminal():
        command = [sys.executable, "-IS", os.path.join(forks.ROOT, "heygen.py"), "auth", "login", "--device"]
        started.append(Typed(command, **{**server.env, "HOME": str(tmp_path / "home"), "HEYGEN_NO_ANALYTICS": "1"}))
        return started[-1]

    yield terminal
    for each in started:
        each.close()


def test_an_interrupt_while_waiting_cancels(terminal, server, file):
    screen = terminal()
    screen.expect("Waiting for you to sign in")
    screen.interrupt()
    assert screen.finish() == 130
    assert b'"canceled"' in screen.output and b"Traceback" not in screen.output
    assert [request.path for request in server.requests] == [DEVICE]
    assert not file.exists()


def test_an_interrupt_while_the_account_is_verified_revokes_the_tokens(terminal, server, file):
    server.device = {"interval": 1}
    screen = terminal()

    def me(handler, recorded):
        screen.process.send_signal(signal.SIGINT)
        screen.expect("canceled")
        handler.close_connection = True

    server.routes["GET", "/v3/users/me"] = me
    assert screen.finish() == 130
    assert server.revoked == [("refresh_token", "refresh-1")]
    assert not file.exists()
