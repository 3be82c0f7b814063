"""Signing in through the browser, and keeping the session alive."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from urllib.parse import parse_qs, parse_qsl, urlsplit

import forks
import pytest
from provider import USER, Browser, credential_file, load, providing, store, stored

from heygen.auth import authorization, page
from heygen.core import timestamp


@pytest.fixture
def server():
    yield from providing()


@pytest.fixture
def file(tmp_path):
    return credential_file(tmp_path)


@pytest.fixture
def browser():
    opened = Browser()
    yield opened
    opened.close()


@pytest.fixture
def auth(run, server, browser):
    """Run `heygen auth …` with the provider's addresses."""

    def auth(*argv, env=None, **options):
        options = {"open_browser": browser.open, **options}
        return run("auth", *argv, env={**server.env, **(env or {})}, **options)

    return auth




# --- the sign-in


def test_the_example_of_rfc_7636():
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert authorization.challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_sign_in_in_the_browser(auth, server, browser, file, clock):
    result = auth("login", "--oauth")
    assert result.status == 0, result
    assert result.json["message"] == "Signed in as ada@example.com with a browser session."
    assert list(result.json)[:3] == ["email", "username", "cleared_oauth"]
    assert result.json["verified"] is True
    assert result.json["user"] == USER
    assert result.stderr == ""
    assert stored(file) == {
        "oauth": {
            "access_token": "access-1",
            "token_type": "Bearer",
            "refresh_token": "refresh-1",
            "scope": "openid profile email",
            "expires_at": timestamp.render(clock.now() + 3600),
        },
        "user": USER,
    }
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert "access-1" not in result.stdout and "refresh-1" not in result.stdout
    browser.close()
    status, headers, text = browser.pages[0]
    assert status == 200
    assert "You are signed in as ada@example.com." in text
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store")
    query = parse_qs(urlsplit(browser.urls[0]).query)
    assert query["redirect_uri"][0].startswith("http://127.0.0.1:")


def test_every_sign_in_has_secrets_of_its_own(auth, browser):
    for seed in (1, 2):
        assert auth("login", "--oauth", seed=seed).status == 0
    first, second = (parse_qs(urlsplit(url).query) for url in browser.urls)
    assert first["state"] != second["state"]
    assert first["code_challenge"] != second["code_challenge"]


def test_stray_and_forged_callbacks_do_not_end_the_wait(auth, server, file):
    answers = []

    def attack(url):
        back = parse_qs(urlsplit(url).query)["redirect_uri"][0]
        origin = back.rpartition("/oauth/callback")[0]
        for target in (
            f"{back}?code=forged&state=wrong",
            f"{back}?code=forged",
            f"{back}?state=é&error=access_denied",
            f"{back}?error=access_denied",
            f"{origin}/favicon.ico",
            f"{origin}/",
            f"{back}",
        ):
            answers.append(load(target.replace("é", "%C3%A9"))[0])

    browser = Browser(before=attack)
    result = auth("login", "--oauth", open_browser=browser.open)
    browser.close()
    assert answers == [400, 400, 400, 400, 404, 404, 400]
    assert result.status == 0
    assert stored(file)["oauth"]["access_token"] == "access-1"


def test_a_connection_that_stays_silent_does_not_hold_up_the_browser(auth):
    import socket

    idle = []

    def preconnect(url):
        back = urlsplit(parse_qs(urlsplit(url).query)["redirect_uri"][0])
        idle.append(socket.create_connection((back.hostname, back.port)))

    browser = Browser(before=preconnect)
    assert auth("login", "--oauth", open_browser=browser.open).status == 0
    browser.close()
    idle[0].close()


def test_a_refusal_is_told_in_the_terminal_and_in_the_browser(auth, server, browser, file):
    server.denies = "access_denied"
    result = auth("login", "--oauth")
    assert (result.status, result.error["code"]) == (3, "auth_error")
    assert result.error["message"] == "the sign-in was refused: access_denied: <b>No</b>"
    browser.close()
    assert "access_denied: &lt;b&gt;No&lt;/b&gt;" in browser.pages[0][2]
    assert not file.exists()


def test_a_code_that_is_not_accepted_is_told_in_both_places(auth, server, browser, file):
    server.routes["POST", "/v1/oauth/token"] = (400, {}, b'{"error": "invalid_grant"}')
    result = auth("login", "--oauth")
    assert (result.status, result.error["message"]) == (3, "the sign-in was not accepted: invalid_grant")
    browser.close()
    assert "Sign-in failed" in browser.pages[0][2]
    assert not file.exists()


def test_a_session_that_the_api_refuses_is_not_stored(auth, server, file):
    server.route("GET", "/v3/users/me", {"error": {"code": "unauthorized", "message": "No"}}, status=401)
    store(file, access_token="old", refresh_token="old-refresh")
    before = file.read_bytes()
    result = auth("login", "--oauth")
    assert (result.status, result.error["code"]) == (3, "unauthorized")
    assert (file.read_bytes(), server.revoked) == (before, [("refresh_token", "refresh-1")])


def test_nobody_comes_back(auth, server):
    times = iter(range(0, 10_000, 100))
    result = auth("login", "--oauth", open_browser=lambda url: True, monotonic=lambda: next(times))
    assert (result.status, result.error["code"]) == (3, "auth_error")
    assert "within five minutes" in result.error["message"]


def test_without_browser_and_terminal_it_fails_at_once(auth, server):
    for env in ({"BROWSER": "none"}, {"HEYGEN_NO_BROWSER": "1"}):
        result = auth("login", "--oauth", env=env)
        assert (result.status, result.error["code"]) == (3, "auth_error")
        assert result.error["hint"] == 'Sign in with an API key: echo "$KEY" | heygen auth login'
    assert not result.requests


@pytest.mark.parametrize("variable", ["CI", "HEYGEN_NONINTERACTIVE"])
def test_a_run_that_is_not_interactive_waits_for_nobody(auth, variable):
    result = auth("login", "--oauth", terminal=True, env={"BROWSER": "none", variable: "1"})
    assert result.status == 3
    assert "there is no browser to sign in with" in result.stderr


def test_no_secret_of_a_sign_in_is_shown_by_debug(auth, server):
    result = auth("login", "--oauth", "--debug")
    assert result.status == 0
    form = dict(parse_qsl(next(request for request in result.requests if request.method == "POST").body.decode()))
    for secret in (form["code"], form["code_verifier"], "access-1", "refresh-1"):
        assert secret not in result.stderr
    assert "/v1/oauth/token" in result.stderr


def test_without_a_browser_the_terminal_shows_the_address(auth, server, browser):
    """The address on the terminal is all that a person has, who then opens it by hand."""
    import io

    from heygen.core.context import OutputStream

    class Terminal(io.BytesIO):
        def write(self, data):
            for line in bytes(data).decode().splitlines():
                if line.startswith("  http"):
                    browser.open(line.strip())
            return super().write(data)

    screen = Terminal()
    result = auth("login", "--oauth", env={"BROWSER": "none"}, stderr=OutputStream(screen, is_terminal=True))
    assert result.status == 0
    assert b"Open this address to sign in:" in screen.getvalue()


def test_a_real_browser_command_is_started_and_its_chatter_kept_out_of_the_result(server, file, tmp_path):
    script = tmp_path / "browser"
    script.write_text(
        f"#!{sys.executable} -I\n"
        "import sys, urllib.request\n"
        "print('Opening in existing browser session.', flush=True)\n"
        "urllib.request.build_opener(urllib.request.ProxyHandler({})).open(sys.argv[1]).read()\n"
    )
    script.chmod(0o755)
    environ = {**{name: value for name, value in server.env.items() if value}, "HOME": str(tmp_path / "home")}
    answer = subprocess.run(
        [sys.executable, "-IS", os.path.join(forks.ROOT, "heygen.py"), "auth", "login", "--oauth"],
        env={**environ, "BROWSER": f"{script} %s &", "PATH": os.defpath},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=60,
    )
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert json.loads(answer.stdout)["user"] == USER
    assert stored(file)["oauth"]["access_token"] == "access-1"


def test_no_browser_in_text_takes_over_the_terminal(clock):
    """Without a display, what the system would start is lynx."""
    from heygen.core.context import Context, InputStream, OutputStream

    nothing = OutputStream(None)
    assert Context(stdin=InputStream(None), stdout=nothing, stderr=nothing, environ={}).open_browser("http://127.0.0.1:9/") is False


@pytest.mark.parametrize("url", ["http://example.com/token", "ftp://127.0.0.1/", "not a url", "https://user@example.com/"])
def test_an_endpoint_must_be_https_or_on_this_machine(auth, file, url):
    store(file, access_token="a", refresh_token="r", expires_at="2020-01-01T00:00:00Z")
    result = auth("status", env={"HEYGEN_OAUTH_TOKEN_URL": url})
    assert (result.status, result.error["code"]) == (2, "usage_error")
    assert result.error["message"].startswith("HEYGEN_OAUTH_TOKEN_URL ")


def test_the_page_escapes_everything_and_loads_nothing():
    text = page.render('<script>alert("1")</script>', "</p><img src=x onerror=alert(1)>", is_good=False).decode()
    assert "<script" not in text and "<img" not in text
    assert "&lt;script&gt;" in text
    assert "http" not in text.replace("http-equiv", "")


def test_the_style_of_the_page_is_the_one_that_its_policy_allows():
    import base64
    import hashlib
    import re

    style = re.search(r"<style>(.*?)</style>", page.render("a", "b", is_good=True).decode(), re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in page.HEADERS["Content-Security-Policy"]


# --- status and logout


def test_status_tells_of_a_session_and_shows_no_token(auth, server, file, clock):
    tokens = server.issue()
    store(file, **{**tokens, "expires_at": timestamp.render(clock.now() + 1800)})
    result = auth("status")
    assert result.json == {
        "data": {**USER, "billing_type": None},
        "credential": {
            "type": "oauth",
            "source": "file",
            "path": str(file),
            "expires_at": timestamp.render(clock.now() + 1800),
            "expires_in_seconds": 1800,
            "scope": "openid profile email",
            "refreshable": True,
            "user": USER,
        },
    }
    assert "access-1" not in result.stdout and "refresh-1" not in result.stdout


def test_logout_revokes_the_session_and_keeps_what_it_does_not_know(auth, server, file):
    store(file, access_token="a", refresh_token="r")
    result = auth("logout")
    assert result.json == {
        "cleared_api_key": False,
        "cleared_oauth": True,
        "cleared_credential": "oauth",
        "message": "Signed out: the session was removed.",
        "cleared": "oauth",
        "path": str(file),
        "revoked": True,
    }
    assert server.revoked == [("refresh_token", "r")]
    assert stored(file) == {"theirs": {"kept": True}}
    assert auth("status").error["code"] == "auth_error"


def test_logout_is_local_where_the_provider_cannot_be_reached(auth, file):
    store(file, access_token="a", refresh_token="r")
    result = auth("logout", env={"HEYGEN_OAUTH_REVOKE_URL": "http://127.0.0.1:9/revoke"})
    assert (result.status, result.json["revoked"]) == (0, False)
    assert "oauth" not in stored(file)


# --- renewal


def test_a_session_is_renewed_before_it_ends(auth, server, file, clock):
    tokens = server.issue()
    store(file, **{**tokens, "expires_at": timestamp.render(clock.now() + 59), "id_token": "kept"})
    server.valid = set()
    result = auth("status")
    assert result.status == 0, result
    assert [request.path for request in result.requests] == ["/v1/oauth/token", "/v3/users/me"]
    assert result.requests[1].headers["authorization"] == "Bearer access-2"
    assert result.json["credential"]["expires_in_seconds"] == 3600
    assert stored(file) == {
        "oauth": {
            "access_token": "access-2",
            "refresh_token": "refresh-2",
            "expires_in": 3600,
            "expires_at": timestamp.render(clock.now() + 3600),
            "scope": "openid profile email",
            "token_type": "Bearer",
            "id_token": "kept",
        },
        "user": USER,
        "theirs": {"kept": True},
    }


def test_a_session_that_lasts_is_not_renewed(auth, server, file, clock):
    store(file, **{**server.issue(), "expires_at": timestamp.render(clock.now() + 61)})
    assert [request.path for request in auth("status").requests] == ["/v3/users/me"]


def test_a_session_is_renewed_once_after_a_401(auth, server, file):
    tokens = server.issue()
    store(file, access_token="stale", refresh_token=tokens["refresh_token"])
    result = auth("status")
    assert [request.path for request in result.requests] == ["/v3/users/me", "/v1/oauth/token", "/v3/users/me"]
    assert result.status == 0

    server.valid = set()
    server.routes["GET", "/v3/users/me"] = (401, {}, b"")
    result = auth("status")
    assert [request.path for request in result.requests] == ["/v3/users/me", "/v1/oauth/token", "/v3/users/me"]
    assert (result.status, result.error["code"]) == (3, "unauthorized")
    assert result.error["hint"] == f"The session in {file} was not accepted: sign in again with: heygen auth login"


def test_a_refresh_token_that_does_not_rotate_is_kept(auth, server, file):
    tokens = server.issue()
    server.rotates = False
    store(file, access_token="stale", refresh_token=tokens["refresh_token"])
    assert auth("status").status == 0
    assert stored(file)["oauth"]["refresh_token"] == tokens["refresh_token"]


def test_a_rejected_refresh_token_asks_to_sign_in_and_leaves_the_file(auth, file):
    store(file, access_token="stale", refresh_token="gone", expires_at="2020-01-01T00:00:00Z")
    before = file.read_bytes()
    result = auth("status")
    assert (result.status, result.error["code"]) == (3, "auth_error")
    assert result.error["message"] == "the session has ended: invalid_grant: The refresh token is not valid."
    assert result.error["hint"] == "Sign in again with: heygen auth login"
    assert file.read_bytes() == before


@pytest.mark.parametrize("url, code", [("http://127.0.0.1:9/token", "network_error"), (None, "unclassified_server_error")])
def test_a_network_that_fails_keeps_the_session(auth, server, file, url, code):
    store(file, access_token="stale", refresh_token="r", expires_at="2020-01-01T00:00:00Z")
    before = file.read_bytes()
    server.routes["POST", "/v1/oauth/token"] = (503, {}, b"down")
    result = auth("status", env={"HEYGEN_OAUTH_TOKEN_URL": url} if url else None)
    assert (result.status, result.error["code"]) == (1, code)
    assert file.read_bytes() == before


def test_a_token_that_still_lasts_is_used_where_it_cannot_be_renewed(auth, server, file, clock):
    store(file, **{**server.issue(), "expires_at": timestamp.render(clock.now() + 30)})
    result = auth("status", env={"HEYGEN_OAUTH_TOKEN_URL": "http://127.0.0.1:9/token"})
    assert result.status == 0, result


def test_a_session_that_was_renewed_elsewhere_is_taken_over(auth, server, file):
    """Between our reading the file and the API's 401, another process has renewed it."""
    fresh = server.issue()

    def me(handler, recorded):
        if recorded.headers["authorization"] == "Bearer stale":
            store(file, **fresh)
        server._me(handler, recorded)

    server.routes["GET", "/v3/users/me"] = me
    store(file, access_token="stale", refresh_token="void")
    result = auth("status")
    assert result.status == 0
    assert [request.path for request in result.requests] == ["/v3/users/me", "/v3/users/me"]


def test_signing_out_meanwhile_ends_the_run(auth, server, file):
    def me(handler, recorded):
        file.unlink()
        server._me(handler, recorded)

    server.routes["GET", "/v3/users/me"] = me
    store(file, access_token="stale", refresh_token="r")
    result = auth("status")
    assert (result.status, result.error["code"]) == (3, "auth_error")
    assert not file.exists()


def test_no_token_is_shown_by_debug(auth, server, file):
    tokens = server.issue()
    store(file, access_token="stale", refresh_token=tokens["refresh_token"])
    result = auth("status", "--debug")
    assert result.status == 0
    assert "/v1/oauth/token" in result.stderr
    for secret in ("stale", "access-2", tokens["refresh_token"], "refresh-2"):
        assert secret not in result.stderr


def test_two_hundred_processes_renew_once(server, file, tmp_path):
    tokens = server.issue()
    store(file, **{**tokens, "expires_at": "2020-01-01T00:00:00Z"})
    printed = forks.at_once(
        200,
        """
from heygen.auth import credentials
from heygen.config.settings import Settings
from heygen.core.context import process_context
from heygen.auth import session

context = process_context()
before = credentials.read(context)

def work(index):
    os.write(1, session.fresh(before, context, Settings(context, {})).secret.encode() + b"\\n")
""",
        {**{key: value for key, value in server.env.items() if value}, "HOME": str(tmp_path / "home")},
    )
    assert printed.split() == ["access-2"] * 200
    assert server.issued == 2
    assert stored(file)["oauth"]["refresh_token"] == "refresh-2"
