"""Faults on demand, and the endpoints that script them."""

from __future__ import annotations

import email.utils
import http.client
import json
import re
import socket

import pytest
from sandbox_api import LOOK, VOICE, Api

from heygen.sandbox import faults
from heygen.sandbox.mint import Mint
from heygen.sandbox.options import Options
from heygen.sandbox.server import start

VIDEO = {"type": "avatar", "avatar_id": LOOK, "voice_id": VOICE, "script": "Hello"}


@pytest.fixture
def faulty(clock):
    """Start a sandbox with rules, and return a client."""
    made = []

    def faulty(*rules, **options):
        server = start(Options(clock=clock.now, faults=rules, **options))
        api = Api(server.url)
        made.append((server, api))
        return api

    yield faulty
    for server, api in made:
        api.close()
        server.close()
        assert not server.defects


# --- rules


@pytest.mark.parametrize(
    "path, pattern, matches",
    [
        ("/v3/videos/x", "/v3/videos/*", True),
        ("/v3/videos", "/v3/videos/*", False),
        ("/v3/videos/x/y", "/v3/videos/*", False),
        ("/v3/videos/x/y", "/v3/**", True),
        ("/v3/videos/a.b", "/v3/videos/a?b", False),
        ("/v3/video-agents", "/v3/video*", True),
        ("/anything", "**", True),
    ],
)
def test_a_path_matches(path, pattern, matches):
    assert faults.parse(f"GET {pattern} 503").matches("GET", path) is matches


def test_a_method_matches():
    assert faults.parse("* /x reset").matches("PATCH", "/x")
    assert not faults.parse("get /x reset").matches("PATCH", "/x")


@pytest.mark.parametrize(
    "rule, complaint",
    [
        ("", "needs a method"),
        ("GET /v3/videos", "needs a method"),
        ("FETCH /v3/videos 503", "is not a method"),
        ("GET v3/videos 503", "must start with"),
        ("GET /v3/videos p=0.5", "has no action"),
        ("GET /v3/videos 503 p=2", "neither an action"),
        ("GET /v3/videos 503 p=half", '"p=half"'),
        ("GET /v3/videos 999", "neither an action"),
        ("GET /v3/videos 503 504", "contradicts"),
        ("GET /v3/videos delay=2", "needs a unit"),
        ("GET /v3/videos explode", '"explode" is neither'),
        ("GET /v3/videos status=failed delay=1s", "a rule of its own"),
        ("GET /v3/videos 503 times=-1", "neither an action"),
        ("GET /v3/videos slow=0kB/s", "neither an action"),
        ("GET /v3/videos slow=1kB", "neither an action"),
        ("GET /v3/videos reset slow=1kB/s", "leaves none"),
        ("GET /v3/videos status=failed slow=1kB/s", "a rule of its own"),
        ("GET /v3/videos reset retry-after=3", "goes with a status"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule, complaint):
    with pytest.raises(ValueError, match=complaint):
        faults.parse(rule)


def test_conditions_say_when_a_rule_strikes():
    given = ["GET /v3/videos 503 after=1 times=2", "GET /v3/videos reset p=0.3"]
    rules = faults.Faults(Mint(0), given)
    struck = [[rule.action for rule in rules.of_request("GET", "/v3/videos")] for _ in range(1000)]
    assert ["answer" in each for each in struck[:5]] == [False, True, True, False, False]
    assert 250 < sum("reset" in each for each in struck) < 350
    again = faults.Faults(Mint(0), given)
    assert [[rule.action for rule in again.of_request("GET", "/v3/videos")] for _ in range(1000)] == struck


# --- what they do


def test_a_status_is_answered_in_the_envelope(faulty):
    api = faulty("GET /v3/videos/* 503 times=1", "GET /v3/videos 429 retry-after=7")
    reply = api.get("/v3/videos/x")
    assert (reply.status, reply.error["code"]) == (503, "internal_error")
    assert api.get("/v3/videos/x").status == 404
    reply = api.get("/v3/videos")
    assert (reply.error["code"], reply.headers["Retry-After"]) == ("rate_limit_exceeded", "7")


def test_html_is_answered_as_a_proxy_does(faulty):
    api = faulty("GET /files/** html-502")
    reply = api.get("/files/public/a.jpg")
    assert (reply.status, reply.headers["Content-Type"]) == (502, "text/html")
    assert b"<h1>502</h1>" in reply.body


def lost(api, method, path, body=None):
    """Send a request whose answer does not come whole; return what was left of it."""
    with pytest.raises((ConnectionError, http.client.HTTPException)) as found:
        api.connection.request(method, path, json.dumps(body) if body else None, {"X-Api-Key": "k", "Content-Type": "application/json"})
        api.connection.getresponse().read()
    api.connection.close()
    return found.value


def test_a_reset_comes_before_anything_is_done(faulty):
    api = faulty("POST /v3/videos reset times=1")
    assert isinstance(lost(api, "POST", "/v3/videos", VIDEO), ConnectionResetError)
    assert api.get("/v3/videos").data == []
    assert api.post("/v3/videos", VIDEO).status == 200


def test_a_reset_after_the_write_leaves_what_was_created(faulty):
    api = faulty("POST /v3/videos reset-after-write")
    assert isinstance(lost(api, "POST", "/v3/videos", VIDEO), ConnectionResetError)
    assert len(api.get("/v3/videos").data) == 1


@pytest.mark.parametrize("action, is_read", [("reset", True), ("reset-before-read", False)])
def test_a_reset_comes_before_or_after_the_body_is_read(faulty, action, is_read):
    api = faulty(f"POST /v3/videos {action} times=1")
    size = 16 * 1024 * 1024  # more than lies between the two ends
    with socket.create_connection(("127.0.0.1", int(api.url.rpartition(":")[2])), 20) as connection:
        connection.sendall(f"POST /v3/videos HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {size}\r\n\r\n".encode())
        sent = 0
        try:
            while sent < size:
                sent += connection.send(b"x" * min(65536, size - sent))
            assert connection.recv(1) == b""
        except ConnectionError:
            pass
    assert (sent == size) is is_read
    assert api.get("/v3/videos").data == []


def test_a_signed_link_expires(faulty):
    api = faulty("* ** expire times=2")
    id = api.post("/v3/videos", VIDEO).data["video_id"]
    video = api.get(f"/v3/videos/{id}").data["video_url"]
    assert api.get("/files/public/a.jpg").status == 200
    reply = api.get(video)
    assert (reply.status, b"<Code>AccessDenied</Code>" in reply.body) == (403, True)
    slot = api.post("/v3/assets/direct-uploads", {"filename": "a.mp4", "content_type": "video/mp4", "size_bytes": 1}).data
    assert api.put(slot["upload_url"], b"x", headers=slot["upload_headers"]).status == 403
    assert api.get(video).status == 200


def test_a_download_renews_a_link_that_has_expired(run, cwd):
    made = ("video-agent", "create", "--prompt", "Hi", "--wait", "--output-path", "a.mp4")
    result = run("sandbox", "run", "--strict-faults", "--fault", "GET /files/** expire times=1", "--", *made)
    assert (result.status, (cwd / "a.mp4").stat().st_size > 1000) == (0, True), result


@pytest.mark.parametrize("header, fits", [("7", lambda value, now: value == "7"), ("date", lambda value, now: 1 <= parsed(value) - now <= 2)])
def test_a_status_says_when_to_come_back_in_seconds_or_as_a_date(faulty, clock, header, fits):
    api = faulty(f"GET /v3/videos 429 retry-after={header}")
    assert fits(api.get("/v3/videos").headers["Retry-After"], clock.now())


def parsed(value):
    return email.utils.parsedate_to_datetime(value).timestamp()


def test_a_wait_keeps_to_the_date_that_it_is_told(run):
    result = run("sandbox", "run", "--fault", "GET /v3/videos 429 retry-after=date times=1", "--", "video", "list")
    assert result.status == 0
    assert 1 <= sum(result.clock.sleeps) <= 2


def test_a_slow_answer_comes_at_its_speed(faulty, monkeypatch):
    api = faulty("GET /files/** slow=10kB/s", "GET /v3/users/me slow=500B/s")
    waited = []
    monkeypatch.setattr("heygen.sandbox.server.Listener.pause", lambda self, seconds: waited.append(seconds))
    size = len(api.get("/files/public/a.mp4").body)
    assert sum(waited) == pytest.approx(size / 10_000)
    assert max(waited) <= 0.1
    waited.clear()
    size = len(api.get("/v3/users/me").body)
    assert sum(waited) == pytest.approx(size / 500)
    waited.clear()
    assert api.get("/v3/videos").status == 200 and not any(waited)


def test_a_truncated_answer_announces_more_than_it_has(faulty):
    api = faulty("GET /v3/users/me truncate")
    left = lost(api, "GET", "/v3/users/me")
    assert isinstance(left, http.client.IncompleteRead)
    assert abs(left.expected - len(left.partial)) <= 1
    api = faulty("GET /files/** truncate")
    assert isinstance(lost(api, "GET", "/files/public/a.mp4"), http.client.IncompleteRead)


@pytest.mark.parametrize("action, body", [("garbage", b'{"data": {"id": "\xff\xfe\x00'), ("empty", b"")])
def test_an_answer_may_be_no_document(faulty, action, body):
    api = faulty(f"GET /files/public/* {action}")
    assert api.get("/files/public/a.jpg").body == body


def test_a_delay_holds_the_answer_back(faulty, monkeypatch):
    api = faulty("GET /v3/users/me delay=1h30m", "GET /v3/users/me 500")
    waited = []
    monkeypatch.setattr("heygen.sandbox.server.Listener.pause", lambda self, seconds: waited.append(seconds))
    assert api.get("/v3/users/me").status == 500
    assert sum(waited) == 5400


@pytest.mark.parametrize(
    "rule, complaint",
    [
        ("GET /v3/video 503", 'the path "/v3/video" matches no endpoint; did you mean "/v3/videos"?'),
        ("GET /files/* truncate", 'did you mean "/files/\\*\\*"'),
        ("POST /v3/assets/* 503 p=0.1", None),
        ("GET /v3 503", 'did you mean "/v3/\\*\\*"'),
        ("PUT /v3/videos 503", "no endpoint at .* takes PUT; use one of GET, POST"),
        ("GET /v3/videos expire", "expire is for signed links"),
        ("* /files/** expire", None),
        ("PUT /uploads/* expire", None),
        ("GET /v3/voices status=failed", "does neither"),
        ("GET /v3/videos/*/scenes status=failed", None),
        ("GET /v3/videos/vid_of_production 503", None),
        ("* ** reset", None),
        ("GET / 503", None),
    ],
)
def test_a_fault_that_can_strike_nothing_is_refused_when_it_is_given(run, faulty, rule, complaint):
    told = run("sandbox", "run", "--fault", rule, "--", "--version")
    answer = faulty().post("/_sandbox/faults", {"rules": ["GET /v3/videos 503", rule]})
    if complaint is None:
        assert (told.status, answer.status) == (0, 200)
        return
    assert (told.status, told.error["param"], answer.status) == (2, "--fault", 400)
    for message in (told.error["message"], answer.error["message"]):
        assert re.search(complaint, message), message


def test_of_several_faults_all_are_taken_or_none(faulty):
    api = faulty()
    assert api.post("/_sandbox/faults", {"rules": ["GET /v3/videos 503", "GET /nowhere 503"]}).status == 400
    assert api.get("/_sandbox/faults").data == []


@pytest.mark.parametrize(
    "rule, statuses",
    [
        ("POST /v3/videos status=failed", ["pending", "processing", "failed"]),
        ("POST /v3/videos status=processing", ["processing"]),
        ("GET /v3/videos/* status=failed after=1", ["pending", "failed"]),
        ("GET /v3/videos/* status=failed after=10", ["pending", "processing", "completed", "failed"]),
        ("GET /v3/videos/* status=completed after=1", ["pending", "completed"]),
        ("GET /v3/videos/* status=stalled times=1", ["stalled", "pending", "processing", "completed"]),
    ],
)
def test_a_job_ends_or_stays_as_asked(clock, rule, statuses):
    with start(Options(clock=clock.now, faults=(rule,), job_seconds=8)) as server:
        api = Api(server.url)
        id = api.post("/v3/videos", VIDEO).data["video_id"]
        found = []
        for _ in range(12):
            video = json.loads(_plain(api, f"/v3/videos/{id}"))["data"]
            if not found or found[-1] != video["status"]:
                found.append(video["status"])
            clock.elapsed += 1
        assert found == statuses
        assert (video["failure_code"] is not None) == (statuses[-1] == "failed")
        api.close()


def _plain(api, path):
    """Get an answer without checking it: a status that was asked for may be none of the schema's."""
    api.connection.request("GET", path, headers={"X-Api-Key": "k"})
    return api.connection.getresponse().read()


@pytest.mark.parametrize("rule", ["GET /v3/videos/* status=failed", "GET /v3/** status=failed", "* ** status=failed"])
def test_a_job_that_is_done_at_the_first_look_fails_at_it(run, rule):
    result = run("sandbox", "run", "--fault", rule, "--", "video-agent", "create", "--prompt", "Hi", "--wait")
    assert (result.status, result.error["code"], result.json["data"]["status"]) == (1, "video_failed", "failed")


def test_a_job_that_fails_after_its_end_is_paid_back_and_told_of(faulty):
    api = faulty("GET /v3/videos/* status=failed")
    before = api.get("/v3/users/me").data["wallet"]["remaining_balance"]
    id = api.post("/v3/videos", VIDEO).data["video_id"]
    assert api.get("/v3/users/me").data["wallet"]["remaining_balance"] == before - 1
    assert [api.get(f"/v3/videos/{id}").data["status"] for _ in range(2)] == ["failed"] * 2
    assert api.get("/v3/users/me").data["wallet"]["remaining_balance"] == before
    assert api.get("/v3/webhooks/events").data[0]["event_type"] == "avatar_video.fail"
    assert api.get("/_sandbox/faults").data[0]["fired"] == 1


def test_looks_at_many_jobs_at_once_may_turn_each(faulty):
    api = faulty("GET /v3/videos/statuses status=failed times=1", "GET /v3/videos/batches/* status=processing times=1")
    batch = api.post("/v3/videos/batches", {"videos": [VIDEO] * 2}).data["batch_id"]
    path = f"/v3/videos/batches/{batch}"
    assert [item["status"] for item in api.get(path).data["items"]] == ["processing", "completed"]
    assert [each["status"] for each in api.get("/v3/videos/statuses", batch_ids=batch).data] == ["failed", "completed"]
    assert api.get(path).data["counts_by_status"]["failed"] == 1


def test_each_job_of_a_request_is_drawn_on_its_own(faulty):
    api = faulty("POST /v3/video-translations status=failed times=1", "POST /v3/videos/batches status=failed after=1")
    body = {"video": {"type": "url", "url": "https://example.com/a.mp4"}, "output_languages": ["French", "German"]}
    ids = api.post("/v3/video-translations", body).data["video_translation_ids"]
    assert [api.get(f"/v3/video-translations/{id}").data["status"] for id in ids] == ["failed", "completed"]
    batch = api.post("/v3/videos/batches", {"videos": [VIDEO] * 3}).data
    items = api.get(f"/v3/videos/batches/{batch['batch_id']}").data["items"]
    assert [item["status"] for item in items] == ["completed", "failed", "failed"]
    assert items[1]["error"]["code"]


def test_a_session_fails_with_its_video(faulty):
    api = faulty("POST /v3/video-agents status=failed")
    session = api.post("/v3/video-agents", {"prompt": "x"}).data
    found = api.get(f"/v3/video-agents/{session['session_id']}").data
    assert found["status"] == "failed"
    assert found["messages"][0]["type"] == "error"


@pytest.mark.parametrize("mode", ["generate", "chat"])
def test_a_look_at_a_session_may_turn_it(faulty, mode):
    api = faulty("GET /v3/video-agents/* status=reviewing times=1", "GET /v3/video-agents/* status=failed", job_seconds=9)
    session = api.post("/v3/video-agents", {"prompt": "x", "mode": mode}).data
    looks = [api.get(f"/v3/video-agents/{session['session_id']}").data["status"] for _ in range(3)]
    assert looks == ["reviewing", "failed", "failed"]


# --- control


def test_a_test_suite_scripts_the_sandbox(faulty):
    api = faulty(job_seconds=60)
    added = api.post("/_sandbox/faults", {"rules": ["GET /v3/videos 503", "GET /v3/lipsyncs 500"]}).data
    assert api.get("/v3/videos").status == 503
    assert [each["fired"] for each in api.get("/_sandbox/faults").data] == [1, 0]
    assert api.delete(f"/_sandbox/faults/{added[0]['id']}").status == 200
    assert api.delete(f"/_sandbox/faults/{added[0]['id']}").status == 404
    assert api.get("/v3/videos").status == 200
    assert api.delete("/_sandbox/faults").status == 200
    assert api.get("/v3/lipsyncs").status == 200
    assert api.post("/_sandbox/faults", {"rule": "nonsense"}).error["param"] == "rule"

    first = api.post("/v3/videos", VIDEO).data["video_id"]
    assert api.get(f"/v3/videos/{first}").data["status"] == "pending"
    api.post("/_sandbox/clock", {"advance": "1m"})
    assert api.get(f"/v3/videos/{first}").data["status"] == "completed"
    assert api.post("/_sandbox/clock", {"advance": -1}).status == 400
    second = api.post("/v3/videos", VIDEO).data["video_id"]
    api.post(f"/_sandbox/jobs/{second}", {"status": "failed"})
    assert api.get(f"/v3/videos/{second}").data["status"] == "failed"
    assert api.post(f"/_sandbox/jobs/{second}", {"status": "failed"}).status == 409
    assert api.post("/_sandbox/jobs/nobody", {"status": "failed"}).status == 404

    log = api.get("/_sandbox/requests").data
    assert [(each["method"], each["status"]) for each in log[-2:]] == [("POST", 200), ("GET", 200)]
    assert log[-2]["json"] == VIDEO
    assert log[-2]["headers"]["x-api-key"] == "***"
    api.delete("/_sandbox/requests")
    assert api.get("/_sandbox/requests").data == []

    api.send("PATCH", "/_sandbox/settings", {"job_seconds": {"video": 0}, "credits": 1, "rate": "1/h"})
    third = api.post("/v3/videos", VIDEO)
    assert third.status == 200
    assert api.post("/v3/videos", VIDEO).status == 429
    assert api.send("PATCH", "/_sandbox/settings", {"rate": "often"}).status == 400
    api.send("PATCH", "/_sandbox/settings", {"rate": None})
    assert api.get(f"/v3/videos/{third.data['video_id']}").data["status"] == "completed"
    assert api.post("/v3/videos", VIDEO).status == 402

    assert api.get("/_sandbox").data["resources"]["video"] == 3
    assert len(api.get("/_sandbox/resources").data["video"]) == 3
    api.put("/_sandbox/templates/of-production", {"variables": {"city": "text"}})
    assert api.get("/v3/templates/of-production").data["variables"]["city"]["type"] == "text"
    api.post("/_sandbox/reset")
    assert api.get("/v3/videos").data == []
    assert api.get("/v3/users/me").data["wallet"]["remaining_balance"] > 1
    assert api.get("/_sandbox/elsewhere").status == 404


STRANGERS = [
    {"Host": "attacker.example"},
    {"Host": "127.0.0.1.attacker.example"},
    {"Origin": "https://attacker.example"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "null"},
]


@pytest.mark.parametrize("headers", [*STRANGERS, {"Sec-Fetch-Site": "cross-site"}])
def test_other_sites_cannot_control_it(faulty, headers):
    api = faulty()
    assert api.send("POST", "/_sandbox/reset", headers=headers).status == 403


@pytest.mark.parametrize("headers", STRANGERS)
def test_no_path_answers_other_sites(faulty, headers):
    api = faulty()
    id = api.post("/v3/videos", VIDEO).data["video_id"]
    link = api.get(f"/v3/videos/{id}").data["video_url"]
    for path in ("/", "/v3/videos", f"/videos/{id}", "/_sandbox", link, "/nowhere"):
        assert api.send("GET", path, headers=headers).status == 403, path
    assert api.send("POST", "/v3/videos", VIDEO, headers=headers).status == 403
    assert len(api.get("/v3/videos").data) == 1


def test_its_own_pages_are_answered_and_a_malformed_host_is_not(faulty):
    api = faulty()
    host = api.url.partition("://")[2]
    assert api.send("GET", "/v3/videos", headers={"Host": host, "Origin": f"http://{host}"}).status == 200
    assert api.send("GET", "/v3/videos", headers={"Host": f"localhost:{host.rpartition(':')[2]}"}).status == 200
    assert api.send("GET", "/v3/videos", headers={"Host": "["}).status == 400
