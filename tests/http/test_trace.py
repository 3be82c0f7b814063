"""heygen/http/trace.py: what --debug shows, and above all what it does not."""

import json
import time

import pytest

from heygen.core.secrets import MASK, Secrets


def test_an_exchange_is_shown_on_stderr_and_stdout_stays_as_it_is(run, server):
    server.answer({"data": []}, headers={"X-Request-Id": "req_7"})
    result = run("video", "list", "--limit", "2", "--debug")
    assert result.stdout == '{"data":[]}\n'
    lines = result.stderr.splitlines()
    assert lines[0] == f"> GET {server.url}/v3/videos?limit=2"
    assert "> X-Api-Key: ***" in lines
    assert "< 200 OK (after 0.000 s, request id req_7)" in lines
    assert "< Content-Type: application/json" in lines
    assert lines[-1] == '< {"data": []}'


@pytest.mark.parametrize("value, is_on", [("1", True), ("true", True), ("yes", True), ("", False), ("0", False), ("False", False)])
def test_the_environment_asks_for_it_too(run, server, value, is_on):
    server.answer({"data": []})
    assert bool(run("video", "list", env={"HEYGEN_DEBUG": value}).stderr) == is_on


def test_retries_and_failures_are_shown(run, server):
    server.answer({"error": {"code": "x", "message": "no"}}, status=503)
    server.script(lambda handler, recorded: setattr(handler, "close_connection", True))
    server.answer({"data": []})
    text = run("video", "list", "--debug").stderr
    assert "< 503 Service Unavailable" in text
    assert "* trying again in 1.0 s (try 2)" in text
    assert "* failed after 0.000 s: 127.0.0.1" in text and "closed the connection without responding" in text


def test_a_request_body_is_shown(run, server):
    server.answer({"data": {}})
    text = run("webhook", "endpoints", "create", "--url", "https://example.com/hook", "--debug").stderr
    assert '> {"url":"https://example.com/hook"}' in text
    assert "> Idempotency-Key: " in text


@pytest.mark.parametrize("key", ["12345678", "test-key-of-some-length", "a+b/c==d"])
def test_a_key_is_masked_wherever_it_turns_up(run, server, key):
    server.answer({"data": {"echo": f"<{key}>"}}, headers={"X-Echo": f"<{key}>"})
    text = run("video", "list", "--debug", env={"HEYGEN_API_KEY": key}).stderr
    assert f"<{key}>" not in text
    assert text.count(f"<{MASK}>") == 2


@pytest.mark.parametrize("key", ["e", "data", "api-key"])
def test_a_key_that_is_too_short_to_be_one_is_masked_by_its_name_and_leaves_other_words_as_they_are(run, server, key):
    server.answer({"data": {"message": "the data of an api-key"}})
    result = run("video", "list", "--debug", env={"HEYGEN_API_KEY": key})
    assert result.json == {"data": {"message": "the data of an api-key"}}
    assert "> X-Api-Key: ***" in result.stderr and '< {"data": {"message": "the data of an api-key"}}' in result.stderr


def test_the_key_of_another_account_in_an_answer_is_masked_by_its_name(run, server):
    document = {
        "access_token": "tok1", "api_key": "key1", "nested": {"client_secret": 'hid"den1'}, "signing_secret": "whsec1",
        "video_url": "https://files.example.com/v.mp4?Expires=1&Signature=sig1&Key-Pair-Id=pair1",
        "upload_url": "https://s3.example.com/x?X-Amz-Credential=cred1&X-Amz-Date=20240101&X-Amz-Signature=sig2&x-amz-security-token=tok2",
        "other": "https://me:pass1@example.com/?sig=sig3&AWSAccessKeyId=id1", "title": "My token of love",
    }  # fmt: skip
    server.answer({"data": document})
    result = run("video", "get", "v1", "--debug")
    assert result.json["data"] == document  # the result itself is the user's
    for secret in ("tok1", "key1", "den1", "whsec1", "sig1", "pair1", "cred1", "sig2", "tok2", "pass1", "sig3", "id1"):
        assert secret not in result.stderr, secret
    assert "Expires=1&" in result.stderr and "X-Amz-Date=20240101" in result.stderr and "My token of love" in result.stderr


def test_secret_headers_are_masked_by_name(run, server):
    server.answer({"data": []}, headers={"Set-Cookie": "session=abc", "X-Auth-Token": "abc", "Location": "https://h/?token=abc"})
    text = run("video", "list", "--debug").stderr
    assert "abc" not in text
    assert "< Set-Cookie: ***" in text


def test_a_session_is_masked_with_all_its_tokens(run, server, tmp_path):
    home = tmp_path / "home" / ".heygen"
    home.mkdir(parents=True)
    session = {"access_token": "access-1", "refresh_token": "refresh-1", "expires_at": "2100-01-01T00:00:00Z", "scope": "x", "token_type": "Bearer"}
    (home / "credentials").write_text(json.dumps({"oauth": session}))
    (home / "credentials").chmod(0o600)
    server.answer({"data": "access-1 refresh-1"})
    result = run("video", "list", "--debug", env={"HEYGEN_API_KEY": None})
    assert result.status == 0, result
    assert "access-1" not in result.stderr and "refresh-1" not in result.stderr
    assert "> Authorization: ***" in result.stderr


def test_a_long_body_is_cut_and_no_secret_is_cut_in_half(run, server):
    key = "0123456789" * 30
    body = json.dumps({"data": "x" * 3900 + key + "y" * 9000}).encode()
    server.answer(body=body)
    text = run("video", "list", "--debug", env={"HEYGEN_API_KEY": key}).stderr
    assert "0123" not in text
    shown = next(line for line in text.splitlines() if line.startswith('< {"data'))
    assert len(shown) == 4096 + 2
    assert text.splitlines()[-1] == f"< … ({len(body)} bytes in all)"


def test_what_is_no_text_is_only_counted(run, server, tmp_path):
    file = tmp_path / "clip.mp4"
    file.write_bytes(b"\x00\x01" * 500)
    server.answer(body=b"\x89PNG", headers={"Content-Type": "image/png"})
    text = run("asset", "create", "--file", str(file), "--debug").stderr
    assert "< (4 bytes of image/png)" in text
    assert "\x00" not in text and "> (" in text and " bytes)" in text


def test_nothing_of_a_server_moves_the_cursor(run, server):
    server.answer({"data": []}, headers={"X-Odd": "\x1b[2Jgone\u0007"}, body='"\u202e\u0085"'.encode())
    text = run("video", "list", "--debug").stderr
    assert not [sign for sign in text if not sign.isprintable() and sign != "\n"]
    assert "\\x1b[2Jgone\\x07" in text and "\\u202e" in text


def test_a_presigned_link_is_masked_in_a_download(run, server, files, tmp_path):
    server.answer({"data": {"id": "v1", "status": "completed", "video_url": f"{files.url}/v.mp4?Signature=sig1"}})
    files.answer(body=b"bytes", headers={"Content-Type": "video/mp4"})
    result = run("video", "download", "v1", "--output-path", str(tmp_path / "v.mp4"), "--debug")
    assert result.status == 0
    assert "sig1" not in result.stderr and "test-key" not in result.stderr
    assert f"> GET {files.url}/v.mp4?Signature=***" in result.stderr


def test_masking_takes_no_time_that_grows_with_the_square():
    began = time.perf_counter()
    for text in ("?" + "token" * 4000, "&" * 20000, '"secret' * 3000, "://" * 6000, '"api_key":"' + "\\" * 20000):
        Secrets().scrub(text)
    assert time.perf_counter() - began < 2
