"""The simulated API as an HTTP server: what it refuses, how it serves files, and many clients at once."""

from __future__ import annotations

import http.client
import json
import socket
import threading

import pytest
from sandbox_api import LOOK, VOICE, Api

from heygen.sandbox.options import Options
from heygen.sandbox.server import start

VIDEO = {"type": "avatar", "avatar_id": LOOK, "voice_id": VOICE, "script": "Hello there"}


@pytest.fixture
def api(sandbox):
    made = Api(sandbox.url)
    yield made
    made.close()
    assert not sandbox.defects


def raw(sandbox, data):
    """Send bytes, and return all that comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", int(sandbox.url.rsplit(":", 1)[1])), 5) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").read()


# --- what is refused


@pytest.mark.parametrize(
    "method, path, options, status, code, param",
    [
        ("GET", "/v3/nothing", {}, 404, "not_found", None),
        ("GET", "/v3/videos/", {}, 404, "not_found", None),
        ("GET", "/", {"headers": {"Host": "example.com"}}, 403, "forbidden", None),
        ("PATCH", "/v3/videos", {}, 405, "method_not_allowed", None),
        ("OPTIONS", "/v3/videos", {}, 405, "method_not_allowed", None),
        ("DELETE", "/v3/videos/statuses", {}, 405, "method_not_allowed", None),
        ("QUERY", "/v3/videos", {}, 405, "method_not_allowed", None),
        ("GET", "/v3/videos", {"key": None}, 401, "unauthorized", None),
        ("GET", "/v3/videos", {"key": " "}, 401, "unauthorized", None),
        ("GET", "/v3/videos", {"key": None, "headers": {"Authorization": "Bearer "}}, 401, "unauthorized", None),
        ("GET", "/v3/videos", {"key": None, "headers": {"Authorization": "Basic abc"}}, 401, "unauthorized", None),
        ("GET", "/v3/videos?limit=0", {}, 400, "invalid_parameter", "limit"),
        ("GET", "/v3/videos?limit=101", {}, 400, "invalid_parameter", "limit"),
        ("GET", "/v3/videos?limit=ten", {}, 400, "invalid_parameter", "limit"),
        ("GET", "/v3/videos?limit=", {}, 400, "invalid_parameter", "limit"),
        ("GET", "/v3/videos?limit=" + "9" * 5000, {}, 400, "invalid_parameter", "limit"),
        ("GET", "/v3/videos?token=nonsense", {}, 400, "invalid_parameter", "token"),
        ("GET", "/v3/videos?token=%C3%A4", {}, 400, "invalid_parameter", "token"),
        ("GET", "/v3/assets", {}, 400, "invalid_parameter", "username"),
        ("GET", "/v3/assets/search?query=x&type=film", {}, 400, "invalid_parameter", "type"),
        ("GET", "/v3/audio/sounds?query=x&min_score=nan", {}, 400, "invalid_parameter", "min_score"),
        ("GET", "/v3/videos/a%2Fb", {}, 404, "video_not_found", None),
        ("GET", "/v3/voices/%ff%00", {}, 404, "voice_not_found", None),
        ("POST", "/v3/videos", {}, 400, "invalid_parameter", None),
        ("POST", "/v3/videos", {"body": b"{}"}, 415, "unsupported_media_type", None),
        ("POST", "/v3/videos", {"body": b"<x/>", "headers": {"Content-Type": "text/xml"}}, 415, "unsupported_media_type", None),
        ("POST", "/v3/assets", {"body": {}}, 415, "unsupported_media_type", None),
        ("POST", "/v3/videos", {"body": []}, 400, "invalid_parameter", None),
        ("POST", "/v3/videos", {"body": {"type": "film"}}, 400, "invalid_parameter", "type"),
        ("POST", "/v3/videos", {"body": {"type": "avatar"}}, 400, "invalid_parameter", "avatar_id"),
        ("POST", "/v3/videos", {"body": {**VIDEO, "titel": "x"}}, 400, "invalid_parameter", "titel"),
        ("POST", "/v3/videos", {"body": {**VIDEO, "resolution": "8k"}}, 400, "invalid_parameter", "resolution"),
        ("POST", "/v3/videos", {"body": {**VIDEO, "audio_url": "https://example.com/a"}}, 400, "invalid_parameter", "audio_url"),
        ("POST", "/v3/videos", {"body": {"type": "avatar", "avatar_id": LOOK}}, 400, "invalid_parameter", "script"),
        ("POST", "/v3/videos", {"body": {**VIDEO, "callback_url": "ftp://x"}}, 400, "invalid_parameter", "callback_url"),
        ("POST", "/v3/videos", {"body": {**VIDEO, "voice_settings": {"speed": 3}}}, 400, "invalid_parameter", "voice_settings.speed"),
        ("POST", "/v3/videos", {"body": {"type": "studio", "scenes": []}}, 400, "invalid_parameter", "scenes"),
        ("POST", "/v3/video-agents", {"body": {"prompt": ""}}, 400, "invalid_parameter", "prompt"),
    ],
)
def test_it_refuses(api, method, path, options, status, code, param):
    reply = api.send(method, path, **options)
    assert (reply.status, reply.error["code"], reply.error.get("param")) == (status, code, param)
    assert api.get("/v3/users/me").status == 200  # the connection is as good as before


@pytest.mark.parametrize(
    "content",
    [b"{", b"\xff", b'{"prompt": NaN}', b"[" * 100_000, b'{"prompt": ' + b"9" * 5000 + b"}", b'"text"', b"null"],
)
def test_a_body_that_is_no_document_is_refused(api, content):
    reply = api.send("POST", "/v3/video-agents", content, {"Content-Type": "application/json"})
    assert (reply.status, reply.error["code"]) == (400, "invalid_parameter")


def test_a_405_says_what_is_allowed(api):
    assert api.send("PUT", "/v3/videos/x").headers["Allow"] == "DELETE, GET"


def test_a_bearer_token_is_as_good_as_a_key(api):
    assert api.send("GET", "/v3/users/me", key=None, headers={"Authorization": "Bearer token"}).status == 200


def test_half_a_surrogate_pair_comes_back(api):
    id = api.post("/v3/videos", {**VIDEO, "title": "\ud83d"}).data["video_id"]
    assert api.get(f"/v3/videos/{id}").data["title"] == "\ud83d"
    assert api.get(f"/videos/{id}").status == 200


def test_a_body_over_the_limit_is_refused_before_it_is_sent(sandbox):
    answer = raw(
        sandbox,
        b"POST /v3/videos HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Api-Key: k\r\nContent-Type: application/json\r\n"
        b"Expect: 100-continue\r\nContent-Length: 999999999\r\n\r\n",
    )
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b'"payload_too_large"' in answer


def test_a_file_over_the_limit_is_refused(api):
    reply = api.upload("a.png", b"\x89PNG\r\n\x1a\n" + bytes(32 * 1024 * 1024))
    assert (reply.status, reply.error["code"]) == (413, "payload_too_large")


@pytest.mark.parametrize(
    "name, content, options, message",
    [
        ("a.exe", b"MZ", {}, "must be an image"),
        ("a.png", b"", {}, "not empty"),
        ("a.png", b"x", {"field": "other"}, "file is required"),
    ],
)
def test_a_form_without_a_usable_file_is_refused(api, name, content, options, message):
    reply = api.upload(name, content, **options)
    assert reply.status == 400
    assert message in reply.error["message"]
    assert api.get("/v3/assets", username="sandbox").data == []


@pytest.mark.parametrize("form", [b"", b"--m\r\n", b"--m\r\nContent-Disposition: form-data; name=file; filename=a.png\r\n\r\nabc", b"--m--"])
def test_a_broken_form_is_refused(api, form):
    reply = api.send("POST", "/v3/assets", form, {"Content-Type": "multipart/form-data; boundary=m"})
    assert reply.status == 400


@pytest.mark.parametrize("head", [b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"POST /v3/videos HTTP/1.1\r\nContent-Length: many\r\n\r\n"])
def test_what_is_no_request_is_answered_in_the_envelope(sandbox, head):
    answer = raw(sandbox, head)
    assert b'{"error":{"code":"invalid_parameter"' in answer
    assert b"X-Request-Id: req_" in answer


# --- HTTP


def test_chunked_bodies_and_pipelined_requests_are_understood(sandbox):
    content = json.dumps({"prompt": "Hello"}).encode()
    head = b"POST /v3/video-agents HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: k\r\nContent-Type: application/json\r\n"
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n"
    chunked += b"%x;name=value\r\n%b\r\n" % (5, content[:5]) + b"%X\r\n%b\r\n" % (len(content) - 5, content[5:])
    chunked += b"0\r\nTrailer: x\r\n\r\n"
    answer = raw(sandbox, chunked + b"GET /v3/video-agents HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: k\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 OK") == 2
    assert b'"title":"Hello"' in answer


def test_every_answer_has_a_request_id_of_its_own(api):
    ids = [api.send("GET", path).headers["X-Request-Id"] for path in ("/v3/users/me", "/v3/none", "/files/x", "/", "/_sandbox")]
    assert len(set(ids)) == 5


def test_a_client_that_leaves_in_the_middle_harms_nobody(sandbox, api):
    head = b"POST /v3/videos HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: k\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"
    assert raw(sandbox, head + b"{") == b""
    assert api.get("/v3/videos").data == []


@pytest.mark.parametrize(
    "wanted, status, sent",
    [
        ("bytes=0-3", 206, slice(0, 4)),
        ("bytes=100-", 206, slice(100, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=0-999999", 206, slice(None)),
        ("bytes=999999-", 416, slice(0, 0)),
        ("bytes=-0", 416, slice(0, 0)),
        ("bytes=5-2", 200, slice(None)),
        ("bytes=0-1,4-5", 200, slice(None)),
        ("lines=0-1", 200, slice(None)),
    ],
)
def test_files_are_served_in_ranges(api, wanted, status, sent):
    id = api.post("/v3/videos", VIDEO).data["video_id"]
    url = api.get(f"/v3/videos/{id}").data["video_url"]
    whole = api.get(url)
    assert whole.body[4:8] == b"ftyp"
    part = api.send("GET", url, headers={"Range": wanted})
    assert (part.status, part.body) == (status, whole.body[sent])
    size = len(whole.body)
    if status == 206:
        first, last, _ = sent.indices(size)
        assert part.headers["Content-Range"] == f"bytes {first}-{last - 1}/{size}"
    elif status == 416:
        assert part.headers["Content-Range"] == f"bytes */{size}"
    assert api.send("GET", url, headers={"Range": wanted, "If-Range": '"other"'}).body == whole.body
    assert api.send("GET", url, headers={"If-None-Match": whole.headers["ETag"]}).status == 304
    head = api.send("HEAD", url)
    assert (head.headers["Content-Length"], head.body) == (str(size), b"")


def test_links_to_files_are_signed_and_expire(api, clock):
    id = api.post("/v3/videos", VIDEO).data["video_id"]
    url = api.get(f"/v3/videos/{id}").data["video_url"]
    assert api.get(url.replace("video.mp4", "other.mp4")).status == 403
    assert api.get(url.partition("?")[0]).status == 403
    clock.elapsed += 7 * 24 * 3600
    assert api.get(url).status == 200
    clock.elapsed += 2
    expired = api.get(url)
    assert (expired.status, expired.headers["Content-Type"]) == (403, "application/xml")
    assert b"Request has expired" in expired.body


# --- lists


def test_cursors_survive_inserts_and_deletions(api):
    ids = [api.post("/v3/videos", VIDEO).data["video_id"] for _ in range(7)][::-1]
    page = api.get("/v3/videos", limit=3).json
    api.post("/v3/videos", VIDEO)
    api.delete(f"/v3/videos/{ids[2]}")  # the last one of the page
    api.delete(f"/v3/videos/{ids[3]}")  # the first one of the next
    rest = api.get("/v3/videos", limit=3, token=page["next_token"]).json
    assert [each["id"] for each in page["data"] + rest["data"]] == ids[:3] + ids[4:]
    assert (rest["has_more"], rest["next_token"]) == (False, None)
    assert api.get("/v3/lipsyncs", token=page["next_token"]).error["param"] == "token"


# --- the account


def test_credits_run_out_and_come_back_with_a_failure(clock):
    rules = ("POST /v3/videos status=failed times=1",)
    with start(Options(clock=clock.now, credits=2, job_seconds=5, faults=rules)) as server:
        api = Api(server.url)
        api.post("/v3/videos", VIDEO)
        api.post("/v3/videos", VIDEO)
        refused = api.post("/v3/videos", VIDEO)
        assert (refused.status, refused.error["code"]) == (402, "insufficient_credit")
        refused = api.post("/v3/video-agents", {"prompt": "x"})
        assert refused.status == 402
        assert api.get("/v3/video-agents").data == []
        clock.elapsed += 5
        assert api.get("/v3/users/me").data["wallet"]["remaining_balance"] == 1
        batch = api.post("/v3/videos/batches", {"videos": [VIDEO, VIDEO]}).data
        items = api.get(f"/v3/videos/batches/{batch['batch_id']}").data["items"]
        assert [(item["error"] or {}).get("code") for item in items] == [None, "insufficient_credit"]
        assert api.post("/v3/videos/batches", {"videos": [VIDEO]}).status == 402
        api.close()


@pytest.mark.parametrize(("rate", "burst", "pause"), [("2/m", 2, 30), ("7/m", 7, 9), ("5/s", 5, 1)])
def test_a_rate_limit_says_when_to_come_back(clock, rate, burst, pause):
    with start(Options(clock=clock.now, rate=rate)) as server:
        api = Api(server.url)
        assert [api.get("/v3/videos").status for _ in range(burst + 1)] == [200] * burst + [429]
        refused = api.get("/v3/videos")
        assert (refused.error["code"], refused.headers["Retry-After"]) == ("rate_limit_exceeded", str(pause))
        clock.elapsed += pause
        assert api.get("/v3/videos").status == 200
        api.close()


def test_the_first_result_comes_back_where_the_api_honours_a_key(api):
    key = {"Idempotency-Key": "same"}
    lipsync = {"video": {"type": "url", "url": "https://example.com/a"}, "audio": {"type": "url", "url": "https://example.com/b"}}
    first = api.post("/v3/lipsyncs/batches", {"lipsyncs": [lipsync]}, headers=key).data
    assert api.post("/v3/lipsyncs/batches", {"lipsyncs": [lipsync]}, headers=key).data == first
    assert api.post("/v3/lipsyncs/batches", {"lipsyncs": [lipsync]}, headers={"Idempotency-Key": "b"}).data != first
    removal = {"video": lipsync["video"], "request_id": "mine"}
    again = [api.post("/v3/background-removals", removal, headers=key).data["id"] for _ in range(2)]
    assert again[0] == again[1]
    assert api.post("/v3/background-removals", {**removal, "request_id": "other"}).data["id"] != again[0]
    prompt = {"prompt": "A film"}
    sessions = {api.post("/v3/video-agents", prompt, headers=key).data["session_id"] for _ in range(2)}
    assert len(sessions) == 2  # here it does not


def test_a_replay_says_so_and_lasts_for_a_day(clock, tmp_path):
    key = {"Idempotency-Key": "A-z_0:9.b"}
    options = Options(clock=clock.now, state_file=str(tmp_path / "state"))

    def posted():
        server = start(options)
        client = Api(server.url)
        reply = client.post("/v3/videos", VIDEO, headers=key)
        client.close()
        server.close()
        return reply

    first, second = posted(), posted()  # the second by another process, in a way
    clock.elapsed += 24 * 3600 - 1
    third = posted()
    clock.elapsed += 1
    fourth = posted()
    assert (first.body, first.status) == (second.body, second.status) == (third.body, third.status)
    replayed = [reply.headers.get("Idempotent-Replayed") for reply in (first, second, third, fourth)]
    assert replayed == [None, "true", "true", None]
    assert fourth.data["video_id"] != first.data["video_id"]


def test_a_key_is_for_one_body_and_one_path(api):
    key = {"Idempotency-Key": "same"}
    api.post("/v3/videos", VIDEO, headers=key)
    reused = api.post("/v3/videos", {**VIDEO, "title": "Another"}, headers=key)
    assert (reused.status, reused.error["code"]) == (409, "idempotency_key_reused")
    assert api.post("/v3/folders", {"name": "n"}, headers=key).status == 200
    endpoints = [api.post("/v3/webhooks/endpoints", {"url": "https://example.com/a"}).data for _ in range(2)]
    secrets = {
        api.send("POST", f"/v3/webhooks/endpoints/{each['endpoint_id']}/rotate-secret", headers=key).data["secret"]
        for each in endpoints
    }
    assert len(secrets) == 2


@pytest.mark.parametrize("key", ["", "a b", "a/b", "x" * 256])
def test_a_key_has_letters_digits_and_few_signs(api, key):
    refused = api.post("/v3/folders", {"name": "n"}, headers={"Idempotency-Key": key})
    assert (refused.status, refused.error["code"]) == (400, "invalid_parameter")
    assert api.post("/v3/video-agents", {"prompt": "Hi"}, headers={"Idempotency-Key": key}).status == 200


def test_a_repeat_of_what_is_under_way_is_refused(sandbox, api):
    key = {"Idempotency-Key": "k"}
    body = b'{"name": "n"}'
    head = (
        "POST /v3/folders HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: k\r\nIdempotency-Key: k\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", int(sandbox.url.rsplit(":", 1)[1])), 5) as connection:
        connection.sendall(head.encode())
        assert b"100 Continue" in connection.recv(100)  # it has arrived, and lacks its body
        refused = api.post("/v3/folders", {"name": "n"}, headers=key)
        connection.sendall(body)
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
    assert (refused.status, refused.error["code"]) == (409, "request_in_progress")
    assert api.post("/v3/folders", {"name": "n"}, headers=key).headers["Idempotent-Replayed"] == "true"


def test_a_refusal_is_not_what_comes_back(api):
    for count in (0, 1):
        body = {"lipsyncs": [{"video": {"type": "url", "url": "https://example.com/a"}, "audio": {"type": "url", "url": "https://example.com/b"}}] * count}
        reply = api.post("/v3/lipsyncs/batches", body, headers={"Idempotency-Key": "k"})
        assert reply.status == (202 if count else 400)


def test_the_same_seed_gives_the_same_world():
    def made(seed):
        with start(Options(seed=seed, clock=iter(range(1000, 2000)).__next__)) as server:
            api = Api(server.url)
            found = [
                api.post("/v3/video-agents", {"prompt": "Hello"}).data,
                api.get("/v3/voices").data[0]["voice_id"],
                api.get("/v3/brand-glossaries").data,
            ]
            api.close()
            return found

    assert made(1) == made(1)
    assert made(1) != made(2)


# --- many at once


def test_fifty_clients_lose_nothing_and_leave_no_thread(clock):
    before = set(threading.enumerate())
    rounds, clients = 4, 50
    server = start(Options(clock=clock.now, credits=rounds * clients))
    failures = []

    def work(number):
        api = Api(server.url)
        for turn in range(rounds):
            created = api.post("/v3/videos", {**VIDEO, "title": f"{number}.{turn}"})
            if created.status != 200 or api.get(f"/v3/videos/{created.data['video_id']}").data["title"] != f"{number}.{turn}":
                failures.append(created)
        # Half of the connections are left open.
        if number % 2:
            api.close()
        else:
            kept.append(api)

    kept = []
    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    api = Api(server.url)
    assert not failures
    titles, token = [], None
    while True:
        page = api.get("/v3/videos", limit=100, **({"token": token} if token else {})).json
        titles += [each["title"] for each in page["data"]]
        token = page["next_token"]
        if not page["has_more"]:
            break
    assert sorted(titles) == sorted(f"{number}.{turn}" for number in range(clients) for turn in range(rounds))
    assert api.get("/v3/users/me").data["wallet"]["remaining_balance"] == 0
    assert len({each["id"] for each in server.requests}) == len(server.requests)
    server.close()
    assert not server.defects
    assert set(threading.enumerate()) <= before
    for each in [api, *kept]:
        each.close()


def test_it_listens_on_loopback_alone(sandbox):
    assert sandbox.url.startswith("http://127.0.0.1:")
    with pytest.raises(OSError):
        with socket.create_connection((socket.gethostbyname(socket.gethostname()), int(sandbox.url.rsplit(":", 1)[1])), 1) as found:
            if found.getpeername()[0].startswith("127."):
                raise OSError("this machine is called localhost")


def test_a_request_that_is_being_served_may_finish_when_the_server_closes(clock):
    server = start(Options(clock=clock.now, faults=("GET /v3/users/me delay=30s",)))
    connection = http.client.HTTPConnection("127.0.0.1", int(server.url.rsplit(":", 1)[1]), timeout=5)
    connection.request("GET", "/v3/users/me", headers={"X-Api-Key": "k"})
    while not server.world.faults.rules[0].fired:
        pass
    server.close()
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Connection"]) == (200, "close")
    connection.close()
