"""`heygen webhook listen`: a real process, the sandbox's webhooks, and forged ones."""

import hashlib
import hmac
import http.client
import json
import os
import re
import signal
import socket
import sys
import threading
import time

import processes
import pytest
from sandbox_api import LOOK, VOICE, Api

from heygen.sandbox.options import Options
from heygen.sandbox.server import start

VIDEO = {"type": "avatar", "avatar_id": LOOK, "voice_id": VOICE, "script": "Hello"}
SECRET = "whsec_of_a_test"
EVENT = {"event_id": "evt_1", "event_type": "avatar_video.success", "event_data": {"video_id": "vid_1", "count": 2}}


class Listening:
    """A `webhook listen` of its own, and calls to it."""

    def __init__(self, sandbox, *argv, secret=None, **options):
        env = {"HEYGEN_WEBHOOK_SECRET": secret} if secret else {}
        self.process = processes.start(sandbox, "webhook", "listen", *argv, env=env, **options)
        self.url = json.loads(self.process.stderr.readline())["notice"]["url"]
        self.warning = None if secret else json.loads(self.process.stderr.readline())["warning"]

    def call(self, event=EVENT, secret=SECRET, method="POST", body=None, **headers):
        """Send an event; return the status of the answer."""
        body = json.dumps(event).encode() if body is None else body
        sent = {"Content-Type": "application/json", "Heygen-Timestamp": str(int(time.time()))}
        if secret:
            sent["Heygen-Signature"] = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
        sent.update({name.replace("_", "-"): value for name, value in headers.items()})
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=30)
        connection.request(method, "/hooks?a=b", body, {name: value for name, value in sent.items() if value is not None})
        status = connection.getresponse().status
        connection.close()
        return status

    def event(self):
        """Return the next event that is printed."""
        return json.loads(self.process.stdout.readline())

    def told(self):
        """Return the next warning."""
        return json.loads(self.process.stderr.readline())["warning"]

    def end(self, number=signal.SIGINT):
        """Interrupt it; return its exit status and the rest of what it wrote."""
        self.process.send_signal(number)
        stdout, stderr = self.process.communicate(timeout=30)
        return self.process.returncode, stdout, stderr


@pytest.fixture
def listen(sandbox):
    made = []

    def listen(*argv, secret=SECRET, **options):
        made.append(Listening(sandbox, *argv, secret=secret, **options))
        return made[-1]

    yield listen
    for each in made:
        each.process.kill()
        each.process.communicate()


@pytest.fixture
def echo(tmp_path):
    """A command that appends its stdin, and what the environment tells, to a file; and that file."""
    script = tmp_path / "echo.py"
    script.write_text(
        "import os, sys\n"
        "print(os.environ['HEYGEN_EVENT_VIDEO_ID'], os.environ['HEYGEN_EVENT_TYPE'])\n"
        f"with open({str(tmp_path / 'seen')!r}, 'ab') as file: file.write(sys.stdin.buffer.read() + b'\\n')\n"
    )
    return f'"{sys.executable}" "{script}"', tmp_path / "seen"


def test_a_webhook_of_the_sandbox_arrives_verified_and_a_forged_one_does_not(listen, echo, tmp_path):
    command, seen = echo
    with start(Options(job_seconds=0.05)) as sandbox:
        api = Api(sandbox.url)
        # The secret is known only once there is an endpoint, and the endpoint's url once the listener is there.
        probe = socket.socket()
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        endpoint = api.post("/v3/webhooks/endpoints", {"url": f"http://127.0.0.1:{port}/hooks"}).data
        probe.close()
        listening = listen("--port", str(port), "--exec", command, secret=endpoint["secret"])
        video = api.post("/v3/videos", VIDEO).data["video_id"]
        event = listening.event()
        assert (event["event_type"], event["event_data"]["video_id"]) == ("avatar_video.success", video)
        assert listening.process.stderr.readline().decode() == f"{video} avatar_video.success\n"
        assert listening.call(secret="another") == 401
        assert listening.told()["code"] == "cli_signature_mismatch"
        api.close()
    assert listening.end() == (0, b"", b"")
    assert [json.loads(line) for line in seen.read_bytes().splitlines()] == [event]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"secret": None}, 401, "cli_signature_missing"),
        ({"Heygen_Signature": "0" * 64}, 401, "cli_signature_mismatch"),
        ({"Heygen_Timestamp": None}, 400, "cli_timestamp_missing"),
        ({"Heygen_Timestamp": "1"}, 400, "cli_timestamp_expired"),
        ({"body": b"[1]"}, 400, "cli_event_invalid"),
    ],
)
def test_what_is_not_real_is_refused_and_told(listen, change, status, code):
    listening = listen()
    assert listening.call(**change) == status
    assert listening.told()["code"] == code
    assert listening.end() == (0, b"", b"")


def test_without_a_secret_it_says_that_nothing_is_checked(listen):
    listening = listen(secret=None)
    assert listening.warning["code"] == "cli_webhook_unverified"
    assert listening.call(secret=None, Heygen_Timestamp=None) == 200
    assert listening.event() == EVENT


def test_an_event_that_comes_twice_is_handled_once(listen, echo):
    command, seen = echo
    listening = listen("--exec", command)
    # The header with the ID is not signed.
    assert [listening.call(Heygen_Event_Id=each) for each in ("evt_1", "evt_1", "evt_new")] == [200] * 3
    assert len(seen.read_bytes().splitlines()) == 1
    assert listening.end()[1] == json.dumps(EVENT, separators=(",", ":")).encode() + b"\n"


def test_one_that_comes_while_it_is_handled_waits_for_its_end(listen, tmp_path):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    listening = listen("--exec", f"read line < '{gate}'; exit $line")
    statuses = []
    callers = [threading.Thread(target=lambda: statuses.append(listening.call())) for _ in range(3)]
    for each in callers:
        each.start()
    gate.write_text("0\n")
    for each in callers:
        each.join()
    assert statuses == [200] * 3
    assert len(listening.end()[1].splitlines()) == 1


def test_an_event_whose_command_fails_is_asked_for_again(listen, tmp_path):
    listening = listen("--exec", f"test -e '{tmp_path / 'ready'}'")
    assert listening.call() == 500
    assert listening.told() == {"code": "cli_webhook_command_failed", "message": "the command ended with exit status 1 for event evt_1"}
    (tmp_path / "ready").touch()
    assert listening.call() == 200
    assert listening.event() == EVENT


def test_events_are_forwarded_as_they_came_and_again_where_that_fails(listen, server):
    server.answer({}, 503).answer({})
    listening = listen("--forward", f"{server.url}/inbox?x=1", "--secret", SECRET)
    body = json.dumps(EVENT, indent=3).encode()
    assert listening.call(body=body, Heygen_Event_Id="evt_header") == 200
    assert [each.target for each in server.requests] == ["/inbox?x=1"] * 2
    sent = server.requests[1]
    assert (sent.method, sent.body) == ("POST", body)
    assert sent.headers["heygen-event-id"] == "evt_header"
    assert sent.headers["heygen-signature"] == hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()


def test_what_cannot_be_forwarded_is_not_taken(listen, server):
    for _ in range(3):
        server.answer({}, 500)
    listening = listen("--forward", server.url)
    assert listening.call() == 500
    assert listening.told()["message"] == f"{server.url} answered with 500, 3 times for event evt_1"


def test_only_the_events_that_are_wanted_are_handled(listen):
    listening = listen("--events", "video_agent.success,batch.finished")
    assert listening.call() == 200
    assert listening.call({**EVENT, "event_id": "evt_2", "event_type": "batch.finished"}) == 200
    assert listening.event()["event_id"] == "evt_2"


def test_it_ends_after_the_last_event_that_was_asked_for(listen):
    listening = listen("--max-events", "2", "--get", "event_data.video_id")
    assert [listening.call({**EVENT, "event_id": each}) for each in ("evt_1", "evt_2")] == [200, 200]
    assert listening.process.communicate(timeout=30) == (b"vid_1\nvid_1\n", b"")
    assert listening.process.returncode == 0


def test_people_get_a_line_for_each(sandbox):
    process = processes.start(sandbox, "webhook", "listen", "--human", "--secret", SECRET)
    url = re.search(rb"http://\S+(?=;)", process.stderr.readline())[0].decode()
    listening = Listening.__new__(Listening)
    listening.process, listening.url = process, url
    assert listening.call({**EVENT, "event_data": {"video_id": "v\x1b[31m"}}) == 200
    assert re.fullmatch(rb"\d\d:\d\d:\d\d  avatar_video.success +v\\x1b\[31m\n", process.stdout.readline())
    assert listening.end()[0] == 0


def test_an_event_that_nobody_can_read_is_not_taken(listen):
    listening = listen()
    listening.process.stdout.close()
    assert listening.call() == 500
    assert listening.process.wait(30) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_is_under_way_is_let_finish(listen, tmp_path, number):
    gate = tmp_path / "gate"
    os.mkfifo(gate)
    listening = listen("--exec", f"echo >&2 ready; read line < '{gate}'")
    statuses = []
    caller = threading.Thread(target=lambda: statuses.append(listening.call()))
    caller.start()
    assert listening.process.stderr.readline() == b"ready\n"
    listening.process.send_signal(number)
    gate.write_text("\n")
    caller.join()
    assert listening.event() == EVENT
    assert listening.process.wait(30) == 0
    assert statuses == [200]


def test_odd_callers_are_turned_away_and_it_goes_on(listen):
    listening = listen()
    assert listening.call(method="OPTIONS", body=b"") == 200
    assert listening.call(method="GET", body=b"") == 405
    assert listening.call(Origin="https://example.com") == 403
    assert listening.call(Content_Length=str(11 * 1024 * 1024), body=b"x") == 413
    for garbage in (b"", b"nonsense\r\n\r\n", b"POST / HTTP/1.1\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nshort"):
        with socket.create_connection(("127.0.0.1", int(listening.url.rpartition(":")[2]))) as connection:
            connection.sendall(garbage)
    assert listening.call() == 200
    assert listening.event() == EVENT
    assert listening.end() == (0, b"", b"")


@pytest.mark.parametrize(
    ("flags", "param", "message"),
    [
        (("--events", "avatar_video.sucess"), "events", "did you mean avatar_video.success?"),
        (("--forward", "ftp://localhost/"), "forward", "http or https"),
        (("--forward", "http://[/"), "forward", "http or https"),
        (("--port", "70000"), "port", ""),
    ],
)
def test_a_wrong_flag_is_refused_before_it_listens(run, flags, param, message):
    result = run("webhook", "listen", *flags)
    assert (result.status, result.error["param"]) == (2, f"--{param}")
    assert message in result.error["message"]


def test_a_port_that_is_taken_is_told(run, sandbox):
    result = run("webhook", "listen", "--port", sandbox.url.rpartition(":")[2])
    assert (result.status, result.error["code"]) == (1, "cli_port_unavailable")
