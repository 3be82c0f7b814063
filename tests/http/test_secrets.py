"""The key goes to the API and nowhere else: every combination of redirect, proxy, trace and error, looked at as a whole."""

import base64
import itertools

import pytest
from filehost import video
from hostile import Proxy, hang_up
from servers import TLS, speaking_tls

KEY = "key-that-nobody-may-see"
PASSWORD = "password-that-nobody-may-see"


@pytest.fixture
def far():
    started = speaking_tls()
    yield started
    started.close()


@pytest.fixture
def proxy(far, files):
    made = Proxy({"api.example.test": ("127.0.0.1", far.port), "files.example.test": ("127.0.0.1", files.port)})
    yield made
    made.close()


def refuse(place):
    def answer(handler, recorded):
        # A server, or what stands in its place, that tells all that it was told.
        echo = f'{{"error": {{"code": "unauthorized", "message": "no: {recorded.headers}"}}}}'.replace("'", "")
        handler.reply(401, {"Content-Type": "application/json", "X-Echo": str(recorded.headers.get("x-api-key"))}, echo.encode())

    return answer


def garble(place):
    return lambda handler, recorded: handler.reply(200, {}, f"<html>{recorded.headers}</html>".encode())


def redirect(place):
    return lambda handler, recorded: handler.reply(302, {"Location": f"{place}/elsewhere?api_key={KEY}"}, b"")


OUTCOMES = {"refused": refuse, "garbled": garble, "redirected": redirect, "lost": lambda place: hang_up}
COMMANDS = {
    "read": ("video", "list"),
    "create": ("webhook", "endpoints", "create", "--url", "https://example.com/hook"),
    "upload": ("asset", "upload", str(TLS / "ca.pem")),
}


@pytest.mark.parametrize(
    "outcome, command, through_proxy, is_traced", list(itertools.product(OUTCOMES, COMMANDS, (False, True), (False, True)))
)
def test_no_combination_prints_or_sends_a_key_where_it_does_not_belong(
    run, server, far, files, proxy, outcome, command, through_proxy, is_traced
):
    proxy.authorization = "Basic " + base64.b64encode(f"me:{PASSWORD}".encode()).decode()
    for _ in range(3):
        far.script(OUTCOMES[outcome](files.url))
    files.route("GET", "/elsewhere", {"data": []})
    env = {"HEYGEN_API_KEY": KEY, "HEYGEN_API_BASE": far.url, "HEYGEN_DEBUG": "1" if is_traced else "0"}
    if through_proxy:
        env["HEYGEN_API_BASE"] = "https://api.example.test"
        env["HTTPS_PROXY"] = env["HTTP_PROXY"] = f"http://me:{PASSWORD}@{proxy.address}"
    result = run("--ca-bundle", str(TLS / "ca.pem"), *COMMANDS[command], env=env)
    assert result.status in (1, 3)  # https never leads to http
    assert far.requests and all(request.headers["x-api-key"] == KEY for request in far.requests)
    assert bool(is_traced) == ("> X-Api-Key: ***" in result.stderr)
    seen = [result.stdout, result.stderr, *(repr(request.headers) + request.target for request in files.requests)]
    seen += [repr(head) for head in proxy.heads if not through_proxy]
    for text in seen:
        assert KEY not in text and PASSWORD not in text, text
    # The proxy gets its own password, and nothing of ours.
    assert not [head for head in proxy.heads if KEY in repr(head)]
    far.answers.clear()


def test_an_excerpt_of_what_is_no_json_is_masked_before_it_is_cut(run, server):
    server.answer(body=b"x" * 77 + KEY.encode())
    assert f'JSON: "{"x" * 77}***"' in run("video", "list", env={"HEYGEN_API_KEY": KEY}).error["message"]


@pytest.mark.parametrize("key", ['","hint":"', '{"error":{', '"message"', "},{}}}}}"])
def test_a_key_that_looks_like_a_part_of_the_output_does_not_break_it(run, server, key):
    env = {"HEYGEN_API_KEY": f"x{key}x"}  # quotes around it would be taken for a slip in copying
    text = f"<x{key}x>"
    server.answer({"data": [{"id": text}, {"id": "a"}], "has_more": False})
    assert run("video", "list", env=env).json["data"] == [{"id": "<***>"}, {"id": "a"}]
    server.answer({"error": {"code": text, "message": text}}, status=400)
    error = run("video", "list", env=env).error
    assert (error["code"], error["message"]) == ("<***>", "<***>")


def test_a_key_that_stands_between_two_fields_is_no_part_of_them(run, server):
    env = {"HEYGEN_API_KEY": 'one","message":"two'}
    server.answer({"data": [{"code": "one", "message": "two"}]})
    assert run("video", "list", env=env).json == {"data": [{"code": "one", "message": "two"}]}
    server.answer({"error": {"code": "one", "message": "two"}}, status=400)
    error = run("video", "list", env=env).error
    assert (error["code"], error["message"]) == ("one", "two")


@pytest.mark.parametrize("through_proxy", [False, True])
def test_a_file_host_that_redirects_to_the_api_gets_no_key_for_it(run, server, files, proxy, cwd, through_proxy):
    env = {"HEYGEN_API_KEY": KEY}
    document = video(files)
    if through_proxy:
        document = {"data": {**document["data"], "video_url": "http://files.example.test/v.mp4"}}
        env.update({"HEYGEN_ALLOW_HTTP": "1", "HTTP_PROXY": f"http://{proxy.address}"})
    server.answer(document)
    files.answer({}, status=302, headers={"Location": f"{server.url}/file"})
    server.answer(body=b"bytes")
    result = run("video", "download", "v1", "--debug", env=env)
    assert result.status == 0, result
    assert "x-api-key" not in result.requests[1].headers
    assert KEY not in repr(files.requests[0].headers) + result.stderr + result.stdout + repr(proxy.heads)
