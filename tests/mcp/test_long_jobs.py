"""Long jobs: tasks for clients that take them, progress and a way to go on for the others, and what is cancelled."""

import json

import pytest
from mcpclient import LIMIT, PREFIX, TASKS

PROMPT = {"prompt": "Hi"}
VIDEO = {"id": "vid_1", "status": "completed", "video_url": "https://example.com/v.mp4", "created_at": 1711288320}
SPEAKING = {"type": "avatar", "avatar_id": "a", "script": "Hi"}


def state(status, **fields):
    return {"data": {**VIDEO, "status": status, **fields}}


def test_a_call_waits_until_what_it_started_is_finished(client):
    client = client()
    result = client.call("video_agent_create", PROMPT, {"progressToken": 7})
    data = result["structuredContent"]["data"]
    assert data["status"] == "completed" and data["video_url"]
    told = [each["params"] for each in client.notifications if each["method"] == "notifications/progress"]
    assert {each["progressToken"] for each in told} == {7} and data["id"] in told[0]["message"]
    assert [each["progress"] for each in told] == sorted({each["progress"] for each in told})
    assert json.loads(client_stderr(client).splitlines()[0])["notice"]["id"] == data["id"]


def client_stderr(client):
    client.close()
    return client.stderr


def test_a_call_need_not_wait(client, sandbox):
    result = client().call("video_agent_create", {**PROMPT, "wait": False})
    assert result["structuredContent"]["data"]["session_id"]
    assert [each["method"] for each in sandbox.requests] == ["POST"]


def test_after_the_timeout_the_answer_says_how_to_go_on(client, server):
    server.route("POST", "/v3/videos", {"data": {"video_id": "vid_1", "status": "waiting"}})
    server.route("GET", "/v3/videos/vid_1", state("processing"))
    client = client("--timeout", "0s")
    result = client.call("video_create", SPEAKING)
    notice = result["structuredContent"]["notice"]
    assert not result.get("isError") and result["structuredContent"]["data"]["status"] == "processing"
    assert notice["id"] == "vid_1" and notice["hint"] == 'wait {"resource": "video", "id": "vid_1"}'
    server.route("GET", "/v3/videos/vid_1", state("completed"))
    assert client.call("wait", {"resource": "video", "id": "vid_1"})["structuredContent"] == state("completed")
    assert len([each for each in server.requests if each.method == "POST"]) == 1


def test_a_job_that_failed_is_an_error_with_its_last_state(client, server):
    server.route("POST", "/v3/videos", {"data": {"video_id": "vid_1", "status": "waiting"}})
    server.route("GET", "/v3/videos/vid_1", state("failed", failure_message="no face"))
    result = client().call("video_create", SPEAKING)
    assert result["isError"] and result["structuredContent"]["data"]["status"] == "failed"
    assert result["structuredContent"]["error"]["code"] == "video_failed"
    assert "no face" in result["structuredContent"]["error"]["message"]


def modern(client, **options):
    return client(is_modern=True, capabilities=TASKS, **options)


def test_a_job_is_a_task_that_any_server_knows(client, sandbox):
    begun = modern(client).call("video_agent_create", PROMPT)
    assert begun["resultType"] == "task" and begun["pollIntervalMs"] >= 2000
    kind, _, id = begun["taskId"].partition(":")
    other = modern(client)
    task = other.ask("tasks/get", {"taskId": begun["taskId"]})["result"]
    assert task["status"] == "completed" and "pollIntervalMs" not in task
    data = task["result"]["structuredContent"]["data"]
    assert data["video_url"] and (kind == "video-agent" or data["id"] == id)
    again = other.call("wait", {"resource": kind, "id": id})
    assert again["resultType"] == "task" and again["taskId"] == begun["taskId"]


def test_a_session_that_has_made_a_video_is_followed_to_it(client, server):
    server.route("POST", "/v3/video-agents", {"data": {"session_id": "s 1", "status": "generating", "video_id": None}})
    server.route("GET", "/v3/video-agents/s%201", {"data": {"session_id": "s 1", "status": "completed", "video_id": "vid_1"}})
    server.route("GET", "/v3/videos/vid_1", state("processing"))
    client = modern(client)
    task = client.call("video_agent_create", PROMPT)
    assert task["taskId"] == "video-agent:s%201"
    assert client.ask("tasks/get", {"taskId": task["taskId"]})["result"]["status"] == "working"
    server.route("GET", "/v3/videos/vid_1", state("completed"))
    done = client.ask("tasks/get", {"taskId": task["taskId"]})["result"]
    assert done["result"]["structuredContent"] == state("completed")


def test_several_jobs_are_one_task(client):
    client = modern(client)
    given = {"video": {"type": "url", "url": "https://example.com/a.mp4"}, "output_languages": ["French", "German"]}
    task = client.call("video_translate_create", given)
    assert task["taskId"].count(",") == 1
    done = client.ask("tasks/get", {"taskId": task["taskId"]})["result"]
    assert [each["status"] for each in done["result"]["structuredContent"]["data"]] == ["completed"] * 2


def test_a_task_tells_when_to_look_again(client, server):
    server.route("GET", "/v3/videos/vid_1", state("processing"))
    task = modern(client).ask("tasks/get", {"taskId": "video:vid_1"})["result"]
    assert task["status"] == "working" and "processing" in task["statusMessage"]
    assert task["createdAt"] == "2024-03-24T13:52:00Z" and task["pollIntervalMs"] == 30_000


def test_a_failed_job_is_a_completed_task_with_an_error(client, server):
    server.route("GET", "/v3/videos/vid_1", state("failed", failure_message="no face"))
    task = modern(client).ask("tasks/get", {"taskId": "video:vid_1"})["result"]
    assert task["status"] == "completed" and task["result"]["isError"]
    assert task["result"]["structuredContent"]["error"]["code"] == "video_failed"


@pytest.mark.parametrize(
    "answer, status, code",
    [({"error": {"code": "not_found"}}, 404, -32602), ({"error": {"code": "unauthorized"}}, 401, -32603), ({}, 503, None)],
)
def test_a_look_that_fails_says_what_that_means(client, server, answer, status, code):
    server.route("GET", "/v3/videos/vid_1", answer, status=status)
    found = modern(client).ask("tasks/get", {"taskId": "video:vid_1"})
    assert found["error"]["code"] == code if code else found["result"]["status"] == "working"


def test_a_cancelled_task_is_not_looked_at_any_more(client, server):
    client = modern(client)
    assert client.ask("tasks/cancel", {"taskId": "video:vid_1"})["result"]["resultType"] == "complete"
    task = client.ask("tasks/get", {"taskId": "video:vid_1"})["result"]
    assert task["status"] == "cancelled" and "continues at HeyGen" in task["statusMessage"]
    assert 'video_get {"video_id": "vid_1"}' in task["statusMessage"] and not server.requests


@pytest.mark.parametrize("method", ["tasks/get", "tasks/cancel", "tasks/update"])
def test_tasks_are_for_those_who_declare_them(client, server, method):
    client = modern(client)
    params = {"taskId": "video:vid_1", "inputResponses": {}}
    error = client.ask(method, params, {f"{PREFIX}clientCapabilities": {}})["error"]
    assert error["code"] == -32021 and error["data"]["requiredCapabilities"] == TASKS
    for id in (None, "vid_1", "video:", "nothing:x", "user.me:x"):
        assert client.ask(method, {**params, "taskId": id})["error"]["code"] == -32602
    if method == "tasks/update":
        assert client.ask(method, params)["result"]["resultType"] == "complete"
        assert client.ask(method, {"taskId": "video:vid_1"})["error"]["code"] == -32602


def test_a_cancelled_call_sends_nothing_more_and_what_it_made_is_told(client, server):
    server.route("POST", "/v3/videos", {"data": {"video_id": "vid_1", "status": "waiting"}})
    server.route("GET", "/v3/videos/vid_1", state("processing"))
    client = client()
    id = client.start("tools/call", {"name": "video_create", "arguments": SPEAKING}, {"progressToken": "t"})
    while not [each for each in client.notifications if "processing" in str(each)]:
        assert client.other()
    client.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id}})
    assert client.ask("ping")["result"] == {}
    told = len(client.notifications)
    assert client.close() == 0
    assert client.answers[id].get(timeout=LIMIT) is None and len(client.notifications) == told
    last = json.loads(client.stderr.splitlines()[-1])["notice"]
    assert last["id"] == "vid_1" and last["resume"] == "heygen video get vid_1 --wait"
