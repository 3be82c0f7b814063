"""`heygen api`: any endpoint, by its method and path."""

import json
import signal

import pytest

TEN = {"data": [{"id": f"v{number}"} for number in range(10)], "has_more": False, "next_token": None}


def page(*ids, token=None):
    return {"data": [{"id": each} for each in ids], "has_more": token is not None, "next_token": token}


def refused(run, *argv, **options):
    """Run a command that must be refused before anything is sent, and return the error."""
    result = run("api", *argv, **options)
    assert (result.status, result.stdout, result.requests) == (2, "", []), result
    assert result.error["code"] == "usage_error"
    return result.error


# --- the request


@pytest.mark.parametrize("path", ["/v3/videos", "v3/videos"])
@pytest.mark.parametrize("method", ["GET", "get", "Get"])
def test_a_get_has_our_credential_and_prints_the_answer(run, server, method, path):
    server.answer(TEN)
    result = run("api", method, path)
    assert (result.status, result.json, result.stderr) == (0, TEN, "")
    (request,) = result.requests
    assert (request.method, request.target, request.body) == ("GET", "/v3/videos", b"")
    assert request.headers["x-api-key"] == "test-key"
    assert request.headers["x-heygen-source"] == "cli"
    assert "idempotency-key" not in request.headers


def test_method_and_path_may_be_flags(run, server):
    server.answer(TEN)
    assert run("api", "--path", "v3/videos", "--method", "get").requests[0].method == "GET"


def test_an_endpoint_that_no_command_wraps_is_called_as_well(run, server):
    server.answer({"data": {"id": "p1"}})
    result = run("api", "POST", "v3/podcasts", "-d", '{"title": "a"}', "--set", "voice.speed=1.2", "--get", "data.id")
    assert (result.status, result.stdout) == (0, "p1\n")
    (request,) = result.requests
    assert request.json == {"title": "a", "voice": {"speed": 1.2}}
    assert request.headers["content-type"] == "application/json"
    assert len(request.headers["idempotency-key"]) == 36


def test_a_body_comes_from_a_file_and_from_stdin(run, server, tmp_path):
    file = tmp_path / "body.json"
    file.write_text('{"a": 1}')
    server.answer({}).answer({})
    assert run("api", "PUT", "v3/x", "-d", str(file)).requests[0].json == {"a": 1}
    assert run("api", "PATCH", "v3/x", "-d", "-", stdin='{"a": 2}').requests[0].json == {"a": 2}


def test_query_parameters_come_from_the_path_and_from_flags(run, server):
    server.answer(TEN)
    argv = ("--query", "title=a,b=c&d", "--query", "type=x", "--query", "type=y", "--query", "empty=", "--token", "t 2")
    result = run("api", "GET", "v3/videos?limit=5&token=t1", *argv)
    assert result.requests[0].query == [
        ("limit", "5"), ("title", "a,b=c&d"), ("type", "x"), ("type", "y"), ("empty", ""), ("token", "t 2"),
    ]  # fmt: skip


def test_headers_are_added_and_replace_ours(run, server):
    server.answer(TEN)
    result = run("api", "GET", "v3/videos", "--header", "X-Extra: a, b:c", "--header", "accept: application/vnd.x+json")
    headers = result.requests[0].headers
    assert (headers["x-extra"], headers["accept"]) == ("a, b:c", "application/vnd.x+json")


def test_a_dry_run_prints_the_request_and_needs_no_key(run, server):
    argv = ("api", "post", "v3/folders", "--set", "name=x", "--query", "a=b", "--header", "X-Extra: y", "--dry-run")
    result = run(*argv, env={"HEYGEN_API_KEY": None})
    assert (result.status, result.requests) == (0, [])
    assert result.json["url"] == f"{server.url}/v3/folders?a=b"
    assert (result.json["method"], result.json["body"]) == ("POST", {"name": "x"})
    assert result.json["headers"]["X-Extra"] == "y"
    assert run(*argv).json["headers"]["X-Api-Key"] == "***"


# --- paths lead nowhere else


@pytest.mark.parametrize(
    "path",
    [
        "//elsewhere.example/v3/videos",
        "https://elsewhere.example/v3/videos",
        "http://elsewhere.example/v3/videos",
        "HTTPS://elsewhere.example/v3",
        "ftp://elsewhere.example/v3",
        "javascript:alert(1)",
        "\\\\elsewhere.example\\v3",
        "/\\elsewhere.example/v3",
        "/v3/../../x",
        "v3/..",
        "./v3/videos",
        "v3/%2e%2e/x",
        "v3/%2E./x",
        "v3/..%2fx",
        "v3/..%5cx",
        "v3/videos/<video-id>",
        "v3/videos/{video_id}",
        "v3/vid eos",
        "v3/videos\r\nX-Evil: 1",
        "v3/vidéos",
        "v3/videos#top",
        "/",
        "",
        "?a=b",
        "@elsewhere.example:80/v3",
    ],
)  # fmt: skip
def test_a_path_that_leads_elsewhere_is_refused(run, server, path):
    assert refused(run, "GET", path)["param"] == "path"


@pytest.mark.parametrize("before, after", [("user:secret@", ""), ("", ".elsewhere.example"), ("", "0"), ("", "@elsewhere.example")])
def test_a_url_near_the_base_is_refused(run, server, before, after):
    url = server.url.replace("//", f"//{before}") + after
    assert refused(run, "GET", f"{url}/v3/videos")["param"] == "path"


def test_a_url_at_the_base_is_a_path(run, server):
    server.answer(TEN)
    result = run("api", "GET", f"{server.url}/inner/v3/videos?limit=2", env={"HEYGEN_API_BASE": f"{server.url}/inner"})
    assert [each.target for each in result.requests] == ["/inner/v3/videos?limit=2"]
    refused(run, "GET", f"{server.url}/innermost/v3/videos", env={"HEYGEN_API_BASE": f"{server.url}/inner"})


def test_a_percent_encoded_part_stays_as_it_is(run, server):
    server.answer(TEN)
    assert run("api", "GET", "v3/videos/a%2Fb:c@d").requests[0].target == "/v3/videos/a%2Fb:c@d"


# --- what is refused


@pytest.mark.parametrize(
    "argv, message",
    [
        (("FETCH", "v3/x"), "<method> must be one of: GET, POST, PUT, PATCH, DELETE; not \"FETCH\"; did you mean PATCH?"),
        (("GET",), "missing required argument: <path>"),
        (("GET", "v3/x", "-d", "{}"), "--data works with methods that change something, not with GET"),
        (("GET", "v3/x", "--set", "a=1"), "--set works with methods that change something, not with GET"),
        (("get", "v3/x", "--idempotency-key", "k"), "--idempotency-key works with methods that change something, not with GET"),
        (("POST", "v3/x", "--paginate"), "--paginate works with GET, not with POST"),
        (("POST", "v3/x", "--token", "t"), "--token works with GET, not with POST"),
        (("POST", "v3/x", "-d", "[1]"), "the value of -d must be a JSON object, not a list"),
        (("GET", "v3/x", "--query", "limit"), "--query limit: expected NAME=VALUE"),
        (("GET", "v3/x", "--paginate", "--output-path", "x"), "--output-path and --paginate cannot be combined"),
        (("GET", "v3/x", "--output-path", "."), "--output-path must be a file or -, and not a directory"),
    ],
)
def test_what_is_wrong_is_refused(run, server, argv, message):
    assert refused(run, *argv)["message"] == message


@pytest.mark.parametrize(
    "header",
    [
        "X-Api-Key: hush-hush",
        "authorization:Bearer hush-hush",
        "Proxy-Authorization: hush-hush",
        "Cookie: hush-hush",
        "Idempotency-Key: hush-hush",
        "Host: hush-hush",
        "Content-Length: hush-hush",
        "X-HeyGen-Source: hush-hush",
        "hush-hush",
        ": hush-hush",
        "X Y: hush-hush",
        "X-Y: hush-hush\r\nX-Api-Key: z",
        "X-Y: hush-hush é",
    ],
)
def test_a_header_that_is_not_taken_is_refused_without_its_value(run, server, header):
    assert "hush" not in json.dumps(refused(run, "GET", "v3/x", "--header", header))


# --- repeats


def test_a_get_is_repeated(run, server):
    server.answer({}, status=503).answer(TEN)
    assert run("api", "GET", "v3/anything").json == TEN


def test_a_create_that_honours_its_key_is_repeated_with_the_same(run, server):
    server.answer({}, status=504).answer({"data": {"video_id": "v1"}})
    result = run("api", "POST", "v3/videos", "-d", "{}", "--idempotency-key", "mine")
    assert result.status == 0
    assert [each.headers["idempotency-key"] for each in result.requests] == ["mine", "mine"]


@pytest.mark.parametrize("path", ["v3/podcasts", "v3/video-agents", "v3/videos/", "v3/models/audio/tts"])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_what_may_do_the_work_twice_is_not_repeated(run, server, method, path):
    server.answer({}, status=504)
    result = run("api", method, path, "-d", "{}", "--idempotency-key", "mine")
    assert (result.status, len(result.requests)) == (1, 1)
    assert "may have carried out the request anyway, so it was not repeated" in result.error["message"]
    assert result.error["idempotency_key"] == "mine"


def test_the_command_that_checks_is_named_where_there_is_one(run, server):
    server.answer({}, status=504)
    hint = run("api", "POST", "v3/video-agents", "-d", "{}").error["hint"]
    assert hint == "Check before you repeat it: heygen video-agent list"


def test_too_many_requests_are_waited_for(run, server):
    server.answer({}, status=429, headers={"Retry-After": "7"}).answer({"data": {}})
    result = run("api", "POST", "v3/podcasts", "-d", "{}")
    assert (result.status, result.clock.sleeps) == (0, [7])


# --- errors


def test_an_error_of_the_api_passes_through(run, server):
    server.answer({"error": {"code": "odd", "message": "Not test-key today"}}, status=418, headers={"X-Request-Id": "r1"})
    result = run("api", "GET", "v3/x")
    assert result.status == 1
    assert result.error == {"code": "odd", "message": "Not *** today", "request_id": "r1"}


def test_a_missing_credential_is_told_before_anything_is_sent(run, server):
    result = run("api", "GET", "v3/x", env={"HEYGEN_API_KEY": None})
    assert (result.status, result.error["code"], result.requests) == (3, "auth_error", [])


def test_hints_are_those_of_the_command_that_wraps_the_endpoint(run, server):
    for _ in range(2):
        server.answer({}, status=404)
    for _ in range(2):
        server.answer({}, status=400)
    assert run("api", "GET", "v3/videos/nope").error["hint"] == "Check ID with: heygen video list"
    assert run("api", "GET", "v3/nope").error["hint"].endswith("heygen help --all")
    assert run("api", "POST", "v3/videos").error["hint"] == "See what it takes with: heygen video create --help"
    assert run("api", "POST", "v3/nope").error["hint"] == "Add --dry-run to see the request"


def test_what_was_made_is_not_lost_to_a_mistyped_get(run, server):
    server.answer({"data": {"id": "p1"}})
    result = run("api", "POST", "v3/podcasts", "--get", "data.nope")
    assert result.error["result"] == {"data": {"id": "p1"}}
    server.answer({"data": {"video_id": "v1"}})
    result = run("api", "POST", "v3/videos", "--get", "data.nope")
    assert (result.error["id"], result.error["resume"]) == ("v1", "heygen video get v1 --wait --get data.nope")


def test_an_answer_need_not_be_as_documented(run, server):
    server.answer({"data": {}}).answer(body=b"")
    assert run("api", "POST", "v3/videos").json == {"data": {}}
    assert run("api", "GET", "v3/videos").json == {}


def test_an_answer_that_is_no_json_is_told_with_the_way_to_get_it(run, server):
    server.answer(body=b"<html>", headers={"Content-Type": "text/html"})
    error = run("api", "GET", "v3/x").error
    assert error["code"] == "cli_response_parse_error"
    assert error["message"].endswith("; --output-path - prints it as it is")


def test_an_empty_answer_is_an_empty_document(run, server):
    server.answer(body=b"", status=204)
    assert run("api", "PUT", "v3/x").json == {}


# --- deleting


def test_deleting_asks(run, server):
    result = run("api", "delete", "v3/videos/v1")
    assert (result.status, result.error["code"], result.requests) == (1, "confirmation_required", [])
    result = run("api", "delete", "v3/videos/v1", terminal=True, stdin="n\n")
    assert "Delete /v3/videos/v1? This cannot be undone." in result.stderr
    assert result.requests == []
    server.answer({"data": {}}).answer({"data": {}})
    assert len(run("api", "delete", "v3/videos/v1", terminal=True, stdin="y\n").requests) == 1
    (request,) = run("api", "delete", "v3/videos/v1", "--force").requests
    assert (request.method, request.target) == ("DELETE", "/v3/videos/v1")


# --- the command that does the same


def test_people_are_told_of_the_command_that_wraps_the_endpoint(run, server):
    for _ in range(4):
        server.answer(TEN)
    assert run("api", "GET", "v3/videos", "--human").stderr == "heygen video list does this with checks and tables\n"
    assert run("api", "GET", "v3/videos/v%201", "--human").stderr == "heygen video get 'v 1' does this with checks and tables\n"
    assert run("api", "GET", "v3/videos/voice-capabilities", "--human").stderr.startswith("heygen video voice-capabilities get does")
    assert run("api", "GET", "v3/podcasts", "--human").stderr == ""


# --- pages


def test_one_page_is_one_page(run, server):
    server.answer(page("a", token="t2"))
    assert run("api", "GET", "v3/videos").json == page("a", token="t2")


def test_people_are_given_the_command_for_the_next_page(run, server):
    server.answer(page("a", token="t2"))
    assert "Next page: heygen api GET v3/videos --human --token t2" in run("api", "GET", "v3/videos", "--human").stdout


def test_every_page_is_one_document(run, server):
    server.answer(page("a", "b", token="t2")).answer(page(token="t3")).answer(page("c"))
    result = run("api", "GET", "v3/anything?limit=2&token=t1", "--paginate")
    assert (result.status, result.json) == (0, page("a", "b", "c"))
    assert [each.query for each in result.requests] == [[("limit", "2"), ("token", each)] for each in ("t1", "t2", "t3")]


def test_fields_of_every_page_are_printed(run, server):
    server.answer(page("a", token="t2")).answer(page("b"))
    assert run("api", "GET", "v3/videos", "--paginate", "--get", "data[].id").stdout == "a\nb\n"


def test_people_see_one_table(run, server):
    server.answer(page("a1", token="t2")).answer(page("b1"))
    stdout = run("api", "GET", "v3/videos", "--paginate", "--human").stdout
    assert [line.split() for line in stdout.splitlines()] == [["ID"], ["a1"], ["b1"]]


def test_a_page_that_fails_leaves_what_was_read_and_the_way_on(run, server):
    server.answer(page("a", token="t2"))
    server.answer({}, status=500)
    result = run("api", "GET", "v3/videos", "--query", "limit=1", "--paginate", env={"HEYGEN_MAX_RETRIES": "0"})
    assert (result.status, result.json) == (1, page("a", token="t2"))
    resume = result.error["resume"]
    assert resume == "heygen api GET v3/videos --query limit=1 --paginate --token t2"
    server.answer(page("b"))
    assert run(*resume.split()[1:]).json == page("b")


def test_an_interrupt_leaves_what_was_read_and_the_way_on(run, server):
    server.answer(page("a", token="t2"))

    def interrupt(handler, recorded):
        handler.reply(503, {}, b"")

    def sleep(seconds):
        raise KeyboardInterrupt

    server.script(interrupt)
    result = run("api", "GET", "v3/videos", "--paginate", sleep=sleep)
    assert (result.status, result.json) == (128 + signal.SIGINT, page("a", token="t2"))
    assert result.error["code"] == "canceled"
    assert result.error["resume"] == "heygen api GET v3/videos --paginate --token t2"


def test_a_cursor_that_comes_again_ends_in_an_error(run, server):
    server.answer(page("a", token="t2")).answer(page("b", token="t3")).answer(page("c", token="t2"))
    result = run("api", "GET", "v3/videos", "--paginate")
    assert (result.status, result.error["code"]) == (1, "cli_cursor_repeated")
    assert result.json == {**page("a", "b", "c"), "has_more": True}
    assert "resume" not in result.error


def test_more_without_a_cursor_is_an_error(run, server):
    server.answer({"data": [1], "has_more": True, "next_token": None})
    result = run("api", "GET", "v3/videos", "--paginate")
    assert (result.status, result.error["code"]) == (1, "cli_cursor_missing")
    assert result.json == {"data": [1], "has_more": True, "next_token": None}


@pytest.mark.parametrize("document", [{"data": {"id": "u1"}}, [], {}, "text"])
def test_what_has_no_pages_is_told(run, server, document):
    server.answer(document)
    result = run("api", "GET", "v3/users/me", "--paginate")
    assert (result.status, result.stdout, result.error["code"]) == (1, "", "cli_no_list")


# --- the body as it is

BYTES = bytes(range(256)) * 4096


def test_any_body_goes_to_a_file(run, server, cwd):
    server.answer(body=BYTES, headers={"Content-Type": "audio/mpeg"})
    result = run("api", "POST", "v3/speech", "-d", "{}", "--output-path", "speech.mp3")
    assert result.json == {"message": "Saved the response to speech.mp3", "path": "speech.mp3"}
    assert result.requests[0].headers["accept"] == "*/*"
    assert (cwd / "speech.mp3").read_bytes() == BYTES
    assert [each.name for each in cwd.iterdir()] == ["speech.mp3"]


def test_any_body_goes_to_standard_output(run, server):
    server.answer(body=BYTES).answer(body=b'{"data" : 1e400}\n')
    assert run("api", "GET", "v3/x", "--output-path", "-").stdout_bytes == BYTES
    assert run("api", "GET", "v3/x", "--output-path", "-", "--header", "Accept: text/csv").stdout == '{"data" : 1e400}\n'


def test_a_terminal_is_spared_what_is_no_text(run, server):
    server.answer(body=BYTES, headers={"Content-Type": "image/png"}).answer({"data": 1})
    result = run("api", "GET", "v3/x", "--output-path", "-", terminal=True)
    assert (result.status, result.stdout) == (1, "")
    assert result.error["hint"] == "Redirect it: > file"
    assert run("api", "GET", "v3/x", "--output-path", "-", terminal=True).stdout == '{"data": 1}'


def test_a_file_that_exists_is_overwritten_with_force_alone(run, server, cwd):
    (cwd / "x").write_text("old")
    result = run("api", "GET", "v3/x", "--output-path", "x")
    assert (result.status, result.error["code"], result.requests) == (1, "file_exists", [])
    server.answer({"a": 1})
    assert run("api", "GET", "v3/x", "--output-path", "x", "--force").status == 0
    assert (cwd / "x").read_text() == '{"a": 1}'


def cut_short(handler, recorded):
    handler.reply(200, {"Content-Length": "100"}, b"half")
    handler.close_connection = True


def test_a_body_that_breaks_off_is_asked_for_again(run, server, cwd):
    server.script(cut_short).answer(body=b"whole")
    assert run("api", "GET", "v3/x", "--output-path", "x").status == 0
    assert (cwd / "x").read_bytes() == b"whole"


def test_nothing_is_left_of_a_body_that_breaks_off(run, server, cwd):
    server.script(cut_short)
    result = run("api", "GET", "v3/x", "--output-path", "x", env={"HEYGEN_MAX_RETRIES": "0"})
    assert (result.status, result.error["code"]) == (1, "network_error")
    server.answer({"error": {"code": "nope", "message": "No."}}, status=409)
    assert run("api", "GET", "v3/x", "--output-path", "x").error["code"] == "nope"
    assert list(cwd.iterdir()) == []


def test_standard_output_has_nothing_twice(run, server):
    server.script(cut_short).answer(body=b"whole")
    result = run("api", "GET", "v3/x", "--output-path", "-")
    assert (result.status, result.stdout, result.error["code"]) == (1, "half", "cli_download_interrupted")


def test_a_post_whose_body_breaks_off_is_not_repeated(run, server, cwd):
    server.script(cut_short)
    result = run("api", "POST", "v3/speech", "--output-path", "x")
    assert (result.status, len(result.requests)) == (1, 1)
    assert "so it was not repeated" in result.error["message"]


# --- against the simulated API


def test_the_examples_of_a_life_cycle_run(run):
    created = run("api", "POST", "v3/webhooks/endpoints", "-d", '{"url": "https://example.com/hook"}', "--get", "data.endpoint_id")
    assert created.status == 0, created
    id = created.stdout.strip()
    assert id in run("api", "GET", "v3/webhooks/endpoints", "--paginate", "--get", "data[].endpoint_id").stdout
    assert run("api", "DELETE", f"v3/webhooks/endpoints/{id}", "--force").status == 0


def test_a_dry_run_masks_the_key_wherever_it_was_written(run, server):
    result = run("api", "GET", "v3/videos", "--header", "X-Other: test-key", "--dry-run")
    assert "test-key" not in result.stdout
