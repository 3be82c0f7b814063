"""Faults on demand, and the endpoints that script them."""

from __future__ import annotations

import http.client
import json
import pathlib

import pytest
from sandbox_api import LOOK, VOICE, Api

from heygen.commands import sandbox_run, sandbox_start
from heygen.sandbox import control, faults
from heygen.sandbox.mint import Mint
from heygen.sandbox.options import JOB_KINDS, Options
from heygen.sandbox.server import start

ROOT = pathlib.Path(__file__).resolve().parents[2]
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
        ("FETCH /v3/videos 503", "is no method"),
        ("GET v3/videos 503", "must start with"),
        ("GET /v3/videos p=0.5", "says no action"),
        ("GET /v3/videos 503 p=2", "neither an action"),
        ("GET /v3/videos 503 p=half", '"p=half"'),
        ("GET /v3/videos 999", "neither an action"),
        ("GET /v3/videos 503 504", "contradicts"),
        ("GET /v3/videos delay=2", "needs a unit"),
        ("GET /v3/videos explode", '"explode" is neither'),
        ("GET /v3/videos status=failed delay=1s", "a rule of its own"),
        ("GET /v3/videos 503 times=-1", "neither an action"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule, complaint):
    with pytest.raises(ValueError, match=complaint):
        faults.parse(rule)


def test_conditions_say_when_a_rule_strikes():
    rules = faults.Faults(Mint(0), ["GET /x 503 after=1 times=2", "GET /x reset p=0.3"])
    struck = [[rule.action for rule in rules.of_request("GET", "/x")] for _ in range(1000)]
    assert ["answer" in each for each in struck[:5]] == [False, True, True, False, False]
    assert 250 < sum("reset" in each for each in struck) < 350
    again = faults.Faults(Mint(0), ["GET /x 503 after=1 times=2", "GET /x reset p=0.3"])
    assert [[rule.action for rule in again.of_request("GET", "/x")] for _ in range(1000)] == struck


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


def test_a_truncated_answer_announces_more_than_it_has(faulty):
    api = faulty("GET /v3/users/me truncate")
    left = lost(api, "GET", "/v3/users/me")
    assert isinstance(left, http.client.IncompleteRead)
    assert abs(left.expected - len(left.partial)) <= 1
    api = faulty("GET /files/** truncate")
    assert isinstance(lost(api, "GET", "/files/public/a.mp4"), http.client.IncompleteRead)


@pytest.mark.parametrize("action, body", [("garbage", b'{"data": {"id": "\xff\xfe\x00'), ("empty", b"")])
def test_an_answer_may_be_no_document(faulty, action, body):
    api = faulty(f"POST /files/x {action}", f"GET /files/x {action}")
    assert api.get("/files/x").body == body


def test_a_delay_holds_the_answer_back(faulty, monkeypatch):
    api = faulty("GET /v3/users/me delay=1h30m", "GET /v3/users/me 500")
    waited = []
    monkeypatch.setattr("heygen.sandbox.server.Listener.pause", lambda self, seconds: waited.append(seconds))
    assert api.get("/v3/users/me").status == 500
    assert sum(waited) == 5400


@pytest.mark.parametrize(
    "rule, statuses",
    [
        ("POST /v3/videos status=failed", ["pending", "processing", "failed"]),
        ("POST /v3/videos status=processing", ["processing"]),
        ("GET /v3/videos/* status=failed after=1", ["pending", "failed"]),
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


def test_the_page_shows_what_exists(faulty):
    api = faulty()
    assert b"Nothing has been created" in api.get("/").body
    id = api.post("/v3/videos", {**VIDEO, "title": "<script>alert(1)</script>"}).data["video_id"]
    api.post("/v3/ai-clipping", {"video": {"type": "url", "url": "https://example.com/a"}, "title": "Cuts"})
    session = api.post("/v3/video-agents", {"prompt": "x", "mode": "chat"}).data["session_id"]
    page = api.get("/")
    assert session.encode() in page.body
    text = page.body.decode()
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "&lt;script&gt;alert(1)" in text
    assert "<script" not in text
    assert text.count("<video controls") == 2
    own = api.get(f"/videos/{id}").body.decode()
    assert "video.mp4?Expires=" in own
    assert api.get("/videos/nobody").status == 404


def test_the_manual_knows_all_of_it():
    manual = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
    routes = {f"/_sandbox/{pattern.split()[0]}" for _, pattern, _ in control._ROUTES if pattern}
    flags = {f"--{flag.name}" for flag in (*sandbox_run.COMMAND.flags, *sandbox_start.COMMAND.flags)}
    for word in {*faults.PLAIN, *JOB_KINDS, *routes, *flags}:
        assert word in manual, word
