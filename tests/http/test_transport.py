"""heygen/http/: one exchange over real sockets, with servers that drip, break off, lie, and compress."""

import gzip
import json
import socket
import subprocess
import sys
import threading

import pytest
from hostile import break_off, drip, hang_up, raw, read_body, reset

from heygen.http import channel, client, failure

BODY = b'{"data":[{"id":"v1"}],"has_more":false}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
WHOLE = HEAD + b"Content-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


def listed(run, **options):
    return run("video", "list", **options)


# --- time


@pytest.mark.parametrize("seconds", [3, 11])
def test_a_server_that_drips_ends_in_a_timeout(run, server, clock, seconds):
    server.script(drip(WHOLE, clock, seconds, until=30))
    result = listed(run, env={"HEYGEN_MAX_RETRIES": "0"})
    assert (result.status, result.stdout) == (1, "")
    assert result.error["code"] == "timeout"
    assert result.error["message"].startswith("no complete response came from 127.0.0.1:")
    assert result.error["message"].endswith(" within 30s")


def test_a_server_that_is_slow_but_in_time_is_waited_for(run, server, clock):
    server.script(drip(WHOLE, clock, 0.2))
    assert listed(run).status == 0


def test_a_silent_server_ends_in_a_timeout_after_all_tries(run, server, monkeypatch):
    monkeypatch.setattr(client, "READ_TIMEOUT", 0.05)
    for _ in range(3):
        server.script(lambda handler, recorded: handler.rfile.read(1))
    result = listed(run)
    assert result.status == 1
    assert result.error["message"].endswith(" within 50ms (3 tries)")
    assert len(result.requests) == 3


def test_a_creation_that_timed_out_is_not_repeated(run, server, monkeypatch):
    monkeypatch.setattr(client, "WRITE_TIMEOUT", 0.05)
    server.script(lambda handler, recorded: handler.rfile.read(1))
    result = run("video-agent", "create", "--prompt", "Hi")
    assert result.status == 1
    assert len(result.requests) == 1
    assert "may have carried out the request" in result.error["message"]
    assert result.error["idempotency_key"] == result.requests[0].headers["idempotency-key"]


def test_all_tries_of_a_creation_end_by_its_deadline(run, server, clock):
    for _ in range(2):
        server.answer({}, status=429, headers={"Retry-After": "20"})
    result = run("video-agent", "create", "--prompt", "Hi", "--wait", "--timeout", "20s", env={"HEYGEN_MAX_RETRIES": "9"})
    assert (result.status, result.error["code"]) == (1, "rate_limit_exceeded")
    assert clock.elapsed == 20  # there is always time for one try of 30 s, and a second 20 s would pass it


def test_a_transfer_lasts_while_enough_of_it_moves(clock):
    patience = channel.Patience("h", 30, clock.monotonic)
    patience.begin_transfer()
    clock.elapsed += 3600  # a slow disk, or a reader that pauses, is none of the network's business
    assert patience.left() == channel.STALL_TIMEOUT
    for _ in range(100):
        patience.count(waited=50, moved=channel.STALL_BYTES)
    patience.count(waited=59, moved=channel.STALL_BYTES - 1)
    assert patience.left() == 1
    patience.count(waited=1, moved=0)
    with pytest.raises(failure.TimedOut) as caught:
        patience.left()
    assert not caught.value.was_sent
    patience.begin_answer(was_sent=True)
    assert patience.left() == 30


# --- connections


def test_a_connection_that_is_refused_is_tried_again_whatever_the_method(run, server, clock):
    port = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{port.getsockname()[1]}"
    port.close()
    result = run("webhook", "endpoints", "create", "--url", "https://example.com/hook", env={"HEYGEN_API_BASE": url})
    assert (result.status, result.error["code"]) == (1, "network_error")
    assert len(clock.sleeps) == 2
    assert result.error["message"] == f"could not connect to {url[7:]}: Connection refused (3 tries)"
    assert "idempotency_key" not in result.error  # nothing can have been made


@pytest.mark.parametrize("answer", [hang_up, break_off(), break_off(HEAD), raw(HEAD + b"Content-Length: 99\r\n\r\n{"), raw(b"SMTP hello\r\n")])
def test_a_read_whose_answer_is_lost_is_repeated(run, server, answer):
    server.script(answer).script(answer).script(raw(WHOLE))
    result = listed(run)
    assert result.status == 0
    assert result.stdout.encode() == BODY + b"\n"


@pytest.mark.parametrize("answer", [hang_up, break_off(), break_off(HEAD), raw(HEAD + b"Content-Length: 99\r\n\r\n{"), raw(b"SMTP hello\r\n")])
def test_a_creation_whose_answer_is_lost_is_not_repeated(run, server, answer):
    server.script(answer)
    result = run("video-agent", "create", "--prompt", "Hi")
    assert (result.status, result.error["code"]) == (1, "network_error")
    assert len(result.requests) == 1
    assert result.error["idempotency_key"] == result.requests[0].headers["idempotency-key"]
    assert result.error["hint"] == "Check before you repeat it: heygen video-agent list"


@pytest.mark.parametrize("status, is_lost", [(408, True), (500, True), (502, True), (503, True), (504, True), (520, True), (524, True), (501, False), (404, False)])
def test_a_server_that_broke_down_may_have_carried_a_creation_out(run, server, status, is_lost):
    server.answer({}, status=status)
    result = run("video-agent", "create", "--prompt", "Hi")
    assert len(result.requests) == 1
    assert ("idempotency_key" in result.error) == is_lost


COVERED = ("webhook", "endpoints", "create", "--url", "https://example.com/hook")
MADE = {"data": {"endpoint_id": "ep_1"}}


@pytest.mark.parametrize("answer", [hang_up, break_off(), break_off(HEAD), raw(b"SMTP hello\r\n")])
def test_a_creation_whose_key_the_api_honours_is_repeated_with_it(run, server, answer):
    server.script(answer).answer({}, status=503).answer(MADE)
    result = run(*COVERED, "--idempotency-key", "k:1_.-")
    assert (result.status, result.json, result.stderr) == (0, MADE, "")
    assert [each.headers["idempotency-key"] for each in result.requests] == ["k:1_.-"] * 3


def test_it_is_reported_when_the_tries_are_used_up(run, server):
    server.script(hang_up).script(hang_up).script(hang_up)
    result = run(*COVERED)
    assert (result.status, result.error["code"], len(result.requests)) == (1, "network_error", 3)
    assert result.error["idempotency_key"] == result.requests[0].headers["idempotency-key"]
    assert result.error["hint"] == "Check before you repeat it with the same --idempotency-key: heygen webhook endpoints list"


def test_what_the_api_says_of_a_repeat_is_what_became_of_it(run, server):
    server.script(hang_up).answer({"error": {"code": "invalid_parameter", "message": "url is no URL"}}, status=400)
    result = run(*COVERED)
    assert (result.status, result.error["code"], result.error["message"]) == (1, "invalid_parameter", "url is no URL")
    assert "idempotency_key" not in result.error


IN_PROGRESS = {"error": {"code": "request_in_progress", "message": "The first request is still being processed."}}


def test_a_repeat_waits_for_the_first_request_to_be_carried_out(run, server, clock):
    server.script(hang_up)
    for _ in range(8):
        server.answer(IN_PROGRESS, status=409)
    server.answer(MADE)
    result = run(*COVERED)
    assert (result.status, result.json) == (0, MADE)
    assert len({each.headers["idempotency-key"] for each in result.requests}) == 1
    assert max(clock.sleeps) <= 30


def test_it_does_not_wait_for_it_for_ever(run, server, clock):
    server.route("POST", "/v3/webhooks/endpoints", IN_PROGRESS, status=409)
    result = run(*COVERED)
    assert (result.status, result.error["code"]) == (1, "request_in_progress")
    assert result.error["idempotency_key"]
    assert 200 < clock.elapsed <= 300


def test_nor_where_the_api_is_not_known_to_honour_the_key(run, server):
    server.answer(IN_PROGRESS, status=409)
    assert run("video-agent", "create", "--prompt", "Hi").error["code"] == "request_in_progress"


def test_an_answer_that_was_lost_once_stays_unknown_when_the_next_try_cannot_connect(run, server):
    def vanish(handler, recorded):
        handler.server.socket.close()
        handler.close_connection = True

    server.script(vanish)
    result = run("asset", "direct-uploads", "batches", "create", "-d", '{"files":[{"filename":"a","content_type":"a/b","size_bytes":1}]}')
    assert result.status == 1
    assert "could not connect" in result.error["message"]
    assert result.error["idempotency_key"]


def test_a_body_that_is_cut_short_is_a_network_error(run, server):
    server.script(raw(HEAD + b"Content-Length: 100\r\n\r\n" + BODY))
    result = listed(run, env={"HEYGEN_MAX_RETRIES": "0"})
    assert (result.status, result.stdout) == (1, "")
    assert result.error["code"] == "network_error"
    assert result.error["message"].endswith(f"was cut short: {100 - len(BODY)} bytes are missing")


# --- framing and encoding


def chunked(data, size=7):
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(b"%x;ext=1\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\nTrailer: x\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(BODY),
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(gzip.compress(BODY)) + gzip.compress(BODY),
        HEAD + b"Content-Encoding: GZIP\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(gzip.compress(BODY)),
        HEAD + b"\r\n" + BODY,  # until the end of the connection
        b"HTTP/1.0 200 OK\r\n\r\n" + BODY,
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n" + WHOLE,
        WHOLE + b"more than was said",
        HEAD + b"X-Odd: \xff\xfe\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY),
    ],
    ids=["chunked", "gzip", "chunked gzip", "to the end", "HTTP/1.0", "interim", "too long", "odd header"],
)
def test_every_form_of_an_answer_is_read(run, server, answer):
    server.script(raw(answer))
    result = listed(run)
    assert (result.status, result.stdout.encode()) == (0, BODY + b"\n")


@pytest.mark.parametrize(
    "answer",
    [
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunked(BODY)[:-20],
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n",
        HEAD + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(BODY)[:-9],
        HEAD + b"Content-Encoding: gzip\r\n\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 1000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"1" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50,
    ],
    ids=["chunks cut", "no chunks", "gzip cut", "no gzip", "headers without end", "header without end", "interim without end"],
)
def test_every_broken_answer_is_a_network_error(run, server, answer):
    server.script(raw(answer))
    result = listed(run, env={"HEYGEN_MAX_RETRIES": "0"})
    assert (result.status, result.stdout, result.error["code"]) == (1, "", "network_error")


@pytest.mark.parametrize("is_packed", [False, True])
def test_an_answer_is_bounded(run, server, monkeypatch, is_packed):
    monkeypatch.setattr(client, "LARGEST_DOCUMENT", 1_000_000)
    body = b'"' + b"a" * 50_000_000 + b'"'
    headers = {"Content-Encoding": "gzip"} if is_packed else {}
    server.answer(body=gzip.compress(body, 1) if is_packed else body, headers=headers)
    result = listed(run)
    assert result.status == 1
    assert result.error["code"] == "cli_response_parse_error"


@pytest.mark.parametrize("argv", [("video", "list"), ("webhook", "endpoints", "create", "--url", "https://example.com/hook")])
def test_an_answer_that_is_no_json_says_so(run, server, argv):
    server.answer(body=b"<html>Sign in to the hotel's network</html>")
    result = run(*argv)
    assert (result.status, result.error["code"]) == (1, "cli_response_parse_error")
    assert "Sign in" in result.error["message"]
    # Something may have been made all the same.
    assert ("idempotency_key" in result.error) == (argv[-1] != "list")


def test_an_error_whose_body_is_cut_short_is_still_told_by_its_status(run, server):
    server.script(raw(b"HTTP/1.1 404 Not Found\r\nContent-Length: 99\r\n\r\n{"))
    assert run("video", "get", "x").error["code"] == "not_found"


def test_a_refused_upload_is_told_by_its_answer_although_the_body_never_went_out(run, server, wire, tmp_path):
    def refuse(connection, head, begin):
        body = b'{"error":{"code":"payload_too_large","message":"no"}}'
        connection.sendall(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        connection.shutdown(socket.SHUT_WR)
        # Like a server that drains for a moment, and then has had enough.
        connection.settimeout(0.2)
        for _ in range(20):
            connection.recv(65536)

    wire.script(refuse)
    file = tmp_path / "big.mp4"
    with open(file, "wb") as stream:
        stream.truncate(64 << 20)
    result = run("asset", "create", "--file", str(file), env={"HEYGEN_API_BASE": wire.url})
    assert result.status == 1
    assert result.error["code"] in ("payload_too_large", "network_error")  # the reset may overtake the answer
    assert len(wire.heads) <= 3 and not wire.scripts


# --- addresses


@pytest.mark.parametrize(
    "base, target",
    [("", "/v3/videos"), ("/", "/v3/videos"), ("/prefix", "/prefix/v3/videos"), ("/a/b//", "/a/b/v3/videos")],
)
def test_a_base_may_have_a_prefix_and_a_slash(run, server, base, target):
    server.answer({"data": []})
    assert listed(run, env={"HEYGEN_API_BASE": server.url + base}).requests[0].target == target


def test_a_base_may_be_an_ipv6_address(run, server):
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this machine has no IPv6")

    heads = []

    def answer():
        connection, _ = listener.accept()
        with connection:
            heads.append(connection.recv(65536))
            connection.sendall(WHOLE)

    thread = threading.Thread(target=answer)
    thread.start()
    port = listener.getsockname()[1]
    result = listed(run, env={"HEYGEN_API_BASE": f"http://[::1]:{port}"})
    thread.join()
    listener.close()
    assert result.status == 0
    assert f"Host: [::1]:{port}\r\n".encode() in heads[0]


@pytest.mark.parametrize(
    "base",
    [
        "api.heygen.com", "ftp://api.heygen.com", "https://", "https:///x", "https://:443", "https://[::1", "https://[x]",
        "https://host:port", "https://host:99999", "https://host:0", "https://user@host", "https://host?x=1",
        "https://host#x", "https://a b", "https://a\\b", "https://hö.st", "https://ho\nst", "https://ho%st",
        "http://api.heygen.com", "http://127.0.0.1.example.com", "http://localhost.example.com", "http://128.0.0.1",
    ],
)  # fmt: skip
def test_a_base_that_cannot_get_the_key_is_a_usage_error(run, server, base):
    result = listed(run, env={"HEYGEN_API_BASE": base})
    assert (result.status, result.error["code"]) == (2, "usage_error")
    assert result.error["message"].startswith("HEYGEN_API_BASE ")
    assert not result.requests


def test_a_key_that_no_header_carries_is_not_sent_and_not_shown(run, server):
    result = listed(run, env={"HEYGEN_API_KEY": "tést-\u20ac-key"})
    assert result.status in (1, 3)
    assert "\u20ac" not in result.stderr and "key\"" not in result.stderr.replace('"auth_error"', "")
    assert not result.requests


def test_a_post_without_a_body_says_that_it_has_none(run, server):
    server.answer({"data": {}})
    result = run("asset", "complete", "create", "a")
    assert result.requests[0].headers["content-length"] == "0"


def test_what_goes_out_is_what_a_client_of_the_api_sends(run, server):
    server.answer({"data": []})
    headers = listed(run).requests[0].headers
    assert headers["host"] == server.url[7:]
    assert headers["connection"] == "close"
    assert headers["accept-encoding"] == "gzip"
    assert headers["accept"] == "application/json"
    assert "content-length" not in headers


# --- uploads on bad connections


def test_an_upload_that_breaks_off_starts_again_from_the_first_byte(run, server, wire, tmp_path):
    bodies = []

    def answer(connection, head, begin):
        bodies.append(read_body(connection, head, begin))
        document = json.dumps({"data": {"asset_id": "a"}}).encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(document), document))

    wire.script(lambda connection, head, begin: reset(connection)).script(answer)
    content = bytes(range(256)) * (1 << 17)  # 32 MiB: more than both sides buffer
    file = tmp_path / "clip.mp4"
    file.write_bytes(content)
    result = run("asset", "create", "--file", str(file), env={"HEYGEN_API_BASE": wire.url})
    assert result.json == {"data": {"asset_id": "a"}}
    assert content in bodies[0]
    keys = {line for head in wire.heads for line in head.split("\r\n") if line.lower().startswith("idempotency-key")}
    assert len(wire.heads) == 2 and len(keys) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX pipes")
def test_the_modules_of_tls_are_not_loaded_for_plain_http(server):
    server.answer({"data": []})
    code = (
        "import sys\nfrom heygen.__main__ import main\nsys.argv = ['heygen', 'video', 'list']\n"
        "main()\nprint('heygen.http.tls' in sys.modules, 'encodings.idna' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env={"HEYGEN_API_BASE": server.url, "HEYGEN_API_KEY": "test-key", "PYTHONPATH": ".", "HEYGEN_NO_ANALYTICS": "1"},
        capture_output=True,
        text=True,
    )
    assert answer.stdout.splitlines()[-1] == "False False", answer
