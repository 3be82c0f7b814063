"""Webhooks: really sent to loopback, signed, tried again; and to nobody else."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from sandbox_api import LOOK, VOICE, Api

from heygen.sandbox import courier
from heygen.sandbox.options import Options
from heygen.sandbox.server import start

VIDEO = {"type": "avatar", "avatar_id": LOOK, "voice_id": VOICE, "script": "Hello", "callback_id": "mine"}


class Receiver:
    """A server that keeps what is posted to it, and answers with the statuses it was given, then 200."""

    def __init__(self, *statuses):
        self.calls = []
        self._come = threading.Condition()
        receiver = self
        left = list(statuses)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(left.pop(0) if left else 200)
                self.end_headers()
                with receiver._come:
                    receiver.calls.append((self.path, {n.lower(): v for n, v in self.headers.items()}, body))
                    receiver._come.notify_all()

            def log_message(self, *args):
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def wait_for(self, count):
        with self._come:
            assert self._come.wait_for(lambda: len(self.calls) >= count, 5), f"{len(self.calls)} of {count} calls"
        return self.calls

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver(request):
    made = Receiver(*getattr(request, "param", ()))
    yield made
    made.close()


def test_a_job_that_ends_is_told_to_its_callback_and_to_endpoints(receiver, sandbox):
    api = Api(sandbox.url)
    endpoint = api.post("/v3/webhooks/endpoints", {"url": f"{receiver.url}/all?x=1"}).data
    api.post("/v3/webhooks/endpoints", {"url": f"{receiver.url}/other", "events": ["ai_clipping.success"]})
    api.post("/v3/webhooks/endpoints", {"url": f"{receiver.url}/scoped", "entity_id": "nobody"})
    id = api.post("/v3/videos", {**VIDEO, "callback_url": f"{receiver.url}/own"}).data["video_id"]
    calls = {path: (headers, body) for path, headers, body in receiver.wait_for(2)}
    assert set(calls) == {"/own", "/all?x=1"}
    headers, body = calls["/all?x=1"]
    assert headers["heygen-signature"] == hmac.new(endpoint["secret"].encode(), body, hashlib.sha256).hexdigest()
    event = json.loads(body)
    assert event["event_type"] == "avatar_video.success"
    assert event["event_data"]["video_id"] == id
    assert event["event_data"]["callback_id"] == "mine"
    assert headers["heygen-event-id"] == event["event_id"]
    assert api.get(event["event_data"]["url"]).headers["Content-Type"] == "video/mp4"
    assert "heygen-signature" not in calls["/own"][0]
    api.close()


@pytest.mark.parametrize("receiver", [(500, 503)], indirect=True)
def test_a_call_that_fails_is_made_again(receiver, sandbox, monkeypatch):
    monkeypatch.setattr(courier, "RETRIES", (0.0, 0.0))
    api = Api(sandbox.url)
    api.post("/v3/videos", {**VIDEO, "callback_url": receiver.url})
    bodies = [body for _, _, body in receiver.wait_for(3)]
    assert bodies[0] == bodies[1] == bodies[2]
    api.close()
    sandbox.close()
    assert [each["status"] for each in sandbox.world.courier.attempts] == [500, 503, 200]


@pytest.mark.parametrize("receiver", [(500,) * 9], indirect=True)
def test_a_call_that_keeps_failing_is_made_four_times(receiver, sandbox, monkeypatch):
    assert courier.RETRIES == tuple(sorted(courier.RETRIES))
    monkeypatch.setattr(courier, "RETRIES", tuple(each / 100 for each in courier.RETRIES))
    api = Api(sandbox.url)
    api.post("/v3/videos", {**VIDEO, "callback_url": receiver.url})
    receiver.wait_for(4)
    api.close()
    sandbox.close()
    assert [each["status"] for each in sandbox.world.courier.attempts] == [500] * 4


def test_the_end_of_a_job_is_told_without_anybody_asking(receiver):
    with start(Options(job_seconds=0.05)) as server:
        api = Api(server.url)
        api.post("/v3/lipsyncs/batches", {"callback_url": receiver.url, "lipsyncs": [{"video": {"type": "url", "url": "https://example.com/a"}, "audio": {"type": "url", "url": "https://example.com/b"}}]})
        api.close()
        event = json.loads(receiver.wait_for(1)[0][2])
    assert (event["event_type"], event["event_data"]["completed"]) == ("batch.finished", 1)


def test_closing_tries_once_what_is_due(receiver, clock):
    with start(Options(clock=clock.now)) as server:
        api = Api(server.url)
        for _ in range(20):
            api.post("/v3/videos", {**VIDEO, "callback_url": receiver.url})
        api.close()
    assert len(receiver.calls) == 20


def test_closing_does_not_wait_for_ever(clock, monkeypatch):
    monkeypatch.setattr(courier, "PATIENCE", 0.0)
    sending = threading.Event()

    def send(parcel):
        sending.set()
        while not server.world.courier._is_closing:
            pass
        return 200

    monkeypatch.setattr(courier, "send", send)
    with start(Options(clock=clock.now)) as server:
        api = Api(server.url)
        for _ in range(3):
            api.post("/v3/videos", {**VIDEO, "callback_url": "http://127.0.0.1:1/"})
        api.close()
        assert sending.wait(30)
    assert len(server.world.courier.attempts) == 1


def test_a_failure_is_told_as_one(receiver, clock):
    with start(Options(clock=clock.now, faults=("POST /v3/video-agents status=failed",))) as server:
        api = Api(server.url)
        api.post("/v3/video-agents", {"prompt": "x", "callback_url": receiver.url})
        api.close()
        event = json.loads(receiver.wait_for(1)[0][2])
    assert event["event_type"] == "video_agent.fail"
    assert event["event_data"]["failure_message"]
    assert event["event_data"]["session_id"]


@pytest.mark.parametrize(
    "url", ["https://example.com/hook", "http://127.0.0.1.example.com/", "http://10.0.0.1/", "http://localhost.example.com/"]
)
def test_other_machines_are_never_called(sandbox, monkeypatch, url):
    sent = []
    monkeypatch.setattr(courier, "send", lambda parcel: sent.append(parcel) or 200)
    api = Api(sandbox.url)
    api.post("/v3/videos", {**VIDEO, "callback_url": url})
    assert len(api.get("/v3/webhooks/events").data) == 1
    api.close()
    sandbox.close()
    assert sent == []


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://[::1/", "http://127.0.0.1:99999/", "https://127.0.0.1:1/"])
def test_a_call_that_cannot_be_made_has_no_status(url):
    assert courier.send(courier.Parcel(url=url, body=b"{}", headers={})) == 0
