"""heygen/http/redirect.py: where a request may be sent on to, and what goes with it."""

import pytest

SECRETS = ("x-api-key", "authorization", "idempotency-key", "x-heygen-client-origin")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("place", ["/elsewhere?x=1", "elsewhere?x=1", "{url}/elsewhere?x=1", "//{host}/elsewhere?x=1#part"])
def test_a_read_follows_within_its_host_and_keeps_the_key(run, server, status, place):
    server.answer({}, status=status, headers={"Location": place.format(url=server.url, host=server.url[7:])})
    server.answer({"data": []})
    result = run("video", "list", "--limit", "3")
    assert result.status == 0
    path = "/v3/elsewhere" if place.startswith("else") else "/elsewhere"
    assert (result.requests[1].path, result.requests[1].query) == (path, [("x", "1")])
    assert result.requests[1].headers["x-api-key"] == "test-key"


def test_no_secret_goes_to_another_host_or_comes_back_from_there(run, server, files):
    server.answer({}, status=302, headers={"Location": f"{files.url}/a"})
    files.answer({}, status=302, headers={"Location": f"{server.url}/b"})
    server.answer({"data": []})
    result = run("video", "list", env={"CLAUDECODE": "1"})
    assert result.status == 0
    for request in (files.requests[0], result.requests[1]):
        assert not [name for name in SECRETS if name in request.headers]
        assert "test-key" not in repr(request.headers)
    assert files.requests[0].headers["accept"] == "application/json"


def test_another_port_and_another_name_are_another_host(run, server, files):
    server.answer({}, status=302, headers={"Location": server.url.replace("127.0.0.1", "localhost") + "/v3/videos"})
    server.answer({"data": []})
    result = run("video", "list")
    assert "x-api-key" not in result.requests[1].headers


def test_five_redirects_are_followed_and_no_more(run, server):
    for number in range(5):
        server.answer({}, status=302, headers={"Location": f"/{number}"})
    server.answer({"data": []})
    assert run("video", "list").status == 0
    for number in range(6):
        server.answer({}, status=302, headers={"Location": f"/{number}"})
    result = run("video", "list")
    assert (result.status, result.error["code"]) == (1, "cli_redirect_refused")
    assert result.error["message"] == f"{server.url}/4 redirected (302) more than 5 times, most recently to {server.url}/5"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "argv",
    [
        ("webhook", "endpoints", "create", "--url", "https://example.com/hook"),
        ("video", "delete", "v1", "--force"),
    ],
)
def test_a_change_is_never_sent_on_and_says_where_it_pointed(run, server, files, status, argv):
    server.answer({}, status=status, headers={"Location": f"{files.url}/new?token=abc", "X-Request-Id": "req_1"})
    result = run(*argv)
    assert (result.status, result.error["code"]) == (1, "cli_redirect_refused")
    assert f"to {files.url}/new," in result.error["message"] and "abc" not in result.stderr
    assert result.error["request_id"] == "req_1"
    assert len(result.requests) == 1 and not files.requests


@pytest.mark.parametrize(
    "headers, words",
    [
        ({}, "without saying where to"),
        ({"Location": ""}, "without saying where to"),
        ({"Location": "ftp://example.com/x"}, "not an http or https URL"),
        ({"Location": "file:///etc/passwd"}, "not an http or https URL"),
        ({"Location": "http://[::1"}, "cannot be reached"),
        ({"Location": "http://h:x/"}, "cannot be reached"),
    ],
)
def test_a_redirect_to_nowhere_is_an_error(run, server, headers, words):
    server.answer({}, status=302, headers=headers)
    result = run("video", "list")
    assert (result.status, result.error["code"]) == (1, "cli_redirect_refused")
    assert words in result.error["message"]


def test_an_odd_place_is_encoded(run, server):
    server.answer({}, status=302, headers={"Location": "/a b/\xfc?x=%20"})
    server.answer({"data": []})
    result = run("video", "list")
    assert result.requests[1].target == "/a%20b/%FC?x=%20"


def test_a_password_in_a_place_is_not_sent(run, server, files):
    place = files.url.replace("http://", "http://me:hunter2@")
    server.answer({}, status=302, headers={"Location": f"{place}/a#part"})
    files.answer({"data": []})
    assert run("video", "list").status == 0
    assert (files.requests[0].target, files.requests[0].headers["host"]) == ("/a", files.url[7:])
    assert "authorization" not in files.requests[0].headers


def test_the_body_of_a_redirect_is_not_waited_for(run, server):
    def without_end(handler, recorded):
        handler.wfile.write(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 1000000\r\n\r\n")
        handler.rfile.read(1)  # until the other side hangs up

    server.script(without_end).answer({"data": []})
    assert run("video", "list").status == 0


def test_a_password_in_a_place_is_not_shown(run, server):
    server.answer({}, status=301, headers={"Location": "https://me:hunter2@h.example/"})
    result = run("webhook", "endpoints", "create", "--url", "https://example.com/hook")
    assert "hunter2" not in result.stderr and "https://h.example/" in result.error["message"]


@pytest.mark.parametrize("status", [300, 304])
def test_other_answers_of_the_kind_are_plain_errors(run, server, status):
    server.answer(body=b"", status=status, headers={"Location": "/x"})
    assert run("video", "list").error["code"] == "unclassified_client_error"
