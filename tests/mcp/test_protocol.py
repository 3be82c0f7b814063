"""The protocol on the wire: both eras, what is no message, and how a session ends. (The client checks every shape.)"""

import json
import os
import signal
import subprocess

import pytest
import zipapps
from mcpclient import LIMIT, PREFIX, TASKS
from processes import start
from servers import CREATED

from heygen.mcp.connection import LONGEST_LINE

VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")


@pytest.mark.parametrize("asked, agreed", [*((each, each) for each in VERSIONS), ("2026-07-28", VERSIONS[-1]), ("1999", VERSIONS[-1])])
def test_a_handshake_agrees_on_a_revision(run, asked, agreed):
    request = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"protocolVersion": asked}}
    result = run("mcp", stdin=json.dumps(request))
    assert result.status == 0 and result.json["result"]["protocolVersion"] == agreed
    assert result.json["result"]["serverInfo"]["name"] == "heygen"


def test_both_eras_are_spoken_on_one_stream(client):
    client = client()
    assert client.ask("ping")["result"] == {}
    assert client.ask("logging/setLevel", {"level": "debug"})["result"] == {}
    assert client.ask("logging/setLevel", {"level": "loud"})["error"]["code"] == -32602
    assert client.ask("tasks/get", {"taskId": "video:x"})["error"]["code"] == -32601
    client.is_modern = True
    found = client.ask("server/discover")["result"]
    assert found["supportedVersions"] == ["2026-07-28"] and found["capabilities"]["extensions"] == TASKS["extensions"]
    assert client.ask("ping")["error"]["code"] == -32601
    assert client.ask("logging/setLevel", {"level": "debug"})["error"]["code"] == -32601
    assert client.ask("initialize", {"protocolVersion": "2026-07-28"})["error"]["code"] == -32601
    assert client.ask("resources/read", {"uri": "heygen://nothing"})["error"]["code"] == -32602
    client.is_modern = False
    assert client.ask("resources/read", {"uri": "heygen://nothing"})["error"]["code"] == -32002
    assert client.ask("server/nothing")["error"]["code"] == -32601


def test_discovery_is_answered_before_anything_else(client):
    client = client(version=None)
    client.is_modern = True
    assert client.ask("server/discover", meta={f"{PREFIX}clientCapabilities": {}})["result"]["instructions"]
    client.asked[0] = "server/discover"
    client.send({"jsonrpc": "2.0", "id": 0, "method": "server/discover"})
    assert client.other()["result"]["resultType"] == "complete"


def test_an_unknown_revision_is_refused_with_those_that_are_known(client):
    client = client(is_modern=True)
    error = client.ask("tools/list", meta={f"{PREFIX}protocolVersion": "2030-01-01"})["error"]
    assert error["code"] == -32022 and error["data"] == {"supported": ["2026-07-28"], "requested": "2030-01-01"}
    assert client.ask("tools/list", meta={f"{PREFIX}clientCapabilities": None})["error"]["code"] == -32602


@pytest.mark.parametrize(
    "line, code, id",
    [
        (b'{"jsonrpc": "2.0"', -32700, None),
        (b"\xff\xfe", -32700, None),
        (b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":NaN}}', -32700, None),
        (b"[" * 100_000, -32700, None),
        (b"9" * 5_000, -32700, None),
        (b"[]", -32600, None),
        (b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]', -32600, None),
        (b"null", -32600, None),
        (b"{}", -32600, None),
        (b'{"jsonrpc":"2.0","id":null,"method":"ping"}', -32600, None),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"ping"}', -32600, None),
        (b'{"jsonrpc":"2.0","id":true,"method":"ping"}', -32600, None),
        (b'{"jsonrpc":"1.0","id":7,"method":"ping"}', -32600, 7),
        (b'{"jsonrpc":"2.0","id":"a","method":5}', -32600, "a"),
        (b'{"jsonrpc":"2.0","id":"a","method":"ping","params":[1]}', -32602, "a"),
        (b'{"jsonrpc":"2.0","id":0,"method":"nothing"}', -32601, 0),
        (b'{"jsonrpc":"2.0","id":"a","method":"tools/list","params":{"cursor":5}}', -32602, "a"),
        (b'{"jsonrpc":"2.0","id":"a","method":"prompts/get","params":{"name":"nothing"}}', -32602, "a"),
        (b'{"jsonrpc":"2.0","id":"a","method":"prompts/get","params":{"name":"make_video"}}', -32602, "a"),
        (b'{"jsonrpc":"2.0","id":"a","method":"resources/read","params":{}}', -32602, "a"),
        (b'{"jsonrpc":"2.0","id":"a","method":"initialize","params":{}}', -32602, "a"),
    ],
)
def test_what_is_wrong_is_refused_and_the_next_line_answered(run, line, code, id):
    result = run("mcp", stdin=line + b'\r\n\n{"jsonrpc":"2.0","id":"next","method":"ping"}\n')
    wrong, after = map(json.loads, result.stdout.splitlines())
    assert wrong["error"]["code"] == code and wrong.get("id") == id
    assert after == {"jsonrpc": "2.0", "id": "next", "result": {}}
    assert result.status == 0 and not result.stderr


def test_notifications_and_answers_are_not_answered(run):
    lines = [
        {"jsonrpc": "2.0", "method": "nothing"},
        {"jsonrpc": "2.0", "method": "ping", "params": []},
        {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 99}},
        {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": [1]}},
        {"jsonrpc": "2.0", "id": 1, "result": {}},
        {"jsonrpc": "2.0", "id": 2, "error": {"code": 1, "message": ""}},
    ]
    result = run("mcp", stdin="\n".join(map(json.dumps, [*lines, {"jsonrpc": "2.0", "id": "last", "method": "ping"}])))
    assert result.status == 0 and result.json["id"] == "last"


def test_one_revision_has_batches(client):
    client = client(version="2025-03-26")
    client.asked.update({1: "ping", 2: "tools/call"})
    called = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "user_me_get"}}
    client.send([{"jsonrpc": "2.0", "id": 1, "method": "ping"}, called, {"jsonrpc": "2.0", "method": "x"}, {"jsonrpc": "2.0", "id": 3, "method": "x"}])
    answers = client.other()
    assert sorted(each["id"] for each in answers) == [1, 2, 3]
    client.send([{"jsonrpc": "2.0", "method": "notifications/initialized"}])
    assert client.ask("ping")["result"] == {}


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory is read from /proc")
def test_a_line_without_an_end_is_refused_in_bounded_memory(client):
    client = client()
    client.send_bytes(b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":"' + b"a" * (50 << 20) + b'"}}\n')
    assert client.other()["error"]["code"] == -32600
    assert client.ask("ping")["result"] == {}
    with open(f"/proc/{client.process.pid}/status") as status:
        peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    assert peak < 80 * 1024
    nearly = {"jsonrpc": "2.0", "id": "n", "method": "ping", "params": {"x": ""}}
    client.asked["n"] = "ping"
    client.send_bytes(json.dumps(nearly).replace('""', f'"{"a" * (LONGEST_LINE - 200)}"').encode() + b"\n")
    assert client.other()["id"] == "n"


def test_many_calls_at_once_are_all_answered(client):
    client = client()
    ids = [client.start("tools/call", {"name": "video_list", "arguments": {"limit": 1}}) for _ in range(200)]
    assert all("data" in client.answer(id)["result"]["structuredContent"] for id in ids)


def test_an_id_that_is_under_way_is_not_taken_twice(client, server):
    server.script(never_answered)
    client = client()
    call = {"name": "video_agent_create", "arguments": {"prompt": "Hi"}}
    id = client.start("tools/call", call)
    server.wait_for(1)
    client.send({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": call})
    assert client.answer(id)["error"]["code"] == -32600
    assert len(server.requests) == 1


def test_an_id_may_be_used_again_once_it_is_answered(client):
    client = client()
    for _ in range(50):
        id = client.start("tools/call", {"name": "video_get", "arguments": {}}, id="same")
        assert client.answer(id)["result"]["isError"]


def test_the_end_of_the_input_ends_the_server_at_once(client):
    client = client()
    assert client.close() == 0 and client.stderr == b""


def test_a_create_that_is_under_way_at_the_end_is_told_with_its_key(client, server):
    server.script(never_answered)
    client = client()
    client.start("tools/call", {"name": "video_create", "arguments": {"type": "avatar", "avatar_id": "a", "script": "Hi"}})
    server.wait_for(1)
    assert client.close() == 0
    error = json.loads(client.stderr)["error"]
    assert error["code"] == "canceled" and error["idempotency_key"] == server.requests[0].headers["idempotency-key"]
    assert "heygen video list" in error["hint"]


def never_answered(handler, recorded):
    """Keep the connection open until the client is gone."""
    handler.connection.settimeout(LIMIT)
    try:
        handler.connection.recv(1)
    except OSError:
        pass
    handler.close_connection = True


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_a_signal_ends_it_as_it_ends_every_command(client):
    client = client()
    client.process.send_signal(signal.SIGTERM)
    assert client.process.wait(LIMIT) == 130
    client.close()
    assert json.loads(client.stderr)["error"]["code"] == "canceled"


def test_a_client_that_reads_no_more_ends_it(sandbox):
    process = start(sandbox, "mcp", stdin=subprocess.PIPE)
    process.stdout.close()
    process.stdin.write(b'{"jsonrpc":"2.0","id":1,"method":"ping"}\n')
    process.stdin.flush()
    assert process.wait(LIMIT) == 0 and process.stderr.read() == b""
    process.stdin.close()
    process.stderr.close()


@pytest.mark.parametrize("flags, told", [([], 0), (["warning"], 1), (["error"], 0)])
def test_log_messages_come_to_those_who_ask_for_them(client, server, flags, told):
    for _ in range(2):
        server.answer(CREATED)
    call = {"name": "video_agent_create", "arguments": {"prompt": "Hi", "quantum": 1, "wait": False}}
    old, new = client(), client(is_modern=True)
    for level in flags:
        old.ask("logging/setLevel", {"level": level})
    old.ask("tools/call", call)
    new.ask("tools/call", call, {f"{PREFIX}logLevel": level for level in flags})
    for each in (old, new):
        found = [message["params"] for message in each.notifications if message["method"] == "notifications/message"]
        assert [message["data"]["code"] for message in found] == ["unknown_field"] * told


def test_resources_are_the_help_topics_and_the_schemas(client):
    client = client()
    found = client.ask("resources/list")["result"]["resources"]
    assert {"heygen://help/waiting", "heygen://help/agents"} <= {each["uri"] for each in found}
    for each in found:
        (content,) = client.ask("resources/read", {"uri": each["uri"]})["result"]["contents"]
        assert content["text"].startswith(each["title"]) and "\x1b" not in content["text"]
    (template,) = client.ask("resources/templates/list")["result"]["resourceTemplates"]
    uri = template["uriTemplate"].replace("{tool}", "video_create")
    schema = json.loads(client.ask("resources/read", {"uri": uri})["result"]["contents"][0]["text"])
    assert len(schema["request"]["oneOf"]) == 4 and schema["response"]["properties"]["data"]


def test_prompts_lead_through_the_everyday_jobs(client):
    client = client()
    tools = {each["name"] for each in client.ask("tools/list")["result"]["tools"]}
    found = client.ask("prompts/list")["result"]["prompts"]
    assert 3 <= len(found) <= 4
    for each in found:
        arguments = {argument["name"]: f"<{argument['name']}>" for argument in each["arguments"]}
        (message,) = client.ask("prompts/get", {"name": each["name"], "arguments": arguments})["result"]["messages"]
        text = message["content"]["text"]
        assert all(value in text for value in arguments.values()) and "{" not in text
        words = {word.strip(".,;") for word in text.split()}
        assert {word for word in words if "_" in word and word.split("_")[0] in ("video", "lipsync", "model")} <= tools | {"video_url"}


@pytest.mark.parametrize(
    "ref, name, typed, found",
    [
        ("translate_video", "languages", "Spanish (M", ["Spanish (Mexico)"]),
        ("translate_video", "languages", "French, Spanish (M", ["French, Spanish (Mexico)"]),
        ("make_video", "orientation", "p", ["portrait"]),
        ("avatar_video", "aspect_ratio", "9", ["9:16"]),
        ("avatar_video", "script", "x", []),
        ("heygen://schema/{tool}", "tool", "video_tr", ["video_translate_create", "video_translate_get"]),
    ],
)
def test_arguments_are_completed(client, ref, name, typed, found):
    kind = {"type": "ref/resource", "uri": ref} if ":" in ref else {"type": "ref/prompt", "name": ref}
    result = client().ask("completion/complete", {"ref": kind, "argument": {"name": name, "value": typed}})["result"]["completion"]
    assert set(found) <= set(result["values"]) and bool(found) == bool(result["values"])
    assert result["total"] >= len(result["values"]) and result["hasMore"] is False


def test_avatars_and_voices_are_found_by_name(client):
    client = client()
    look = client.call("avatar_looks_list", {"limit": 1})["structuredContent"]["data"][0]
    asked = {"ref": {"type": "ref/prompt", "name": "avatar_video"}, "argument": {"name": "avatar", "value": look["name"][:5].lower()}}
    assert look["id"] in client.ask("completion/complete", asked)["result"]["completion"]["values"]
    asked["argument"]["name"] = "nothing"
    assert client.ask("completion/complete", asked)["error"]["code"] == -32602


@pytest.mark.parametrize("name", ["claude", "cursor", "vscode", "codex"])
def test_a_client_gets_its_entry_with_the_path_of_this_program(run, name):
    result = run("mcp", "--print-config", name, "--tools", "all", "--read-only", "--timeout", "90s")
    assert result.status == 0
    if name == "codex":
        assert result.stdout.startswith("[mcp_servers.heygen]\ncommand = \"")
        assert result.stdout.endswith('"mcp", "--tools", "all", "--read-only", "--timeout", "1m30s"]\n')
        return
    entry = result.json["servers" if name == "vscode" else "mcpServers"]["heygen"]
    assert entry["args"][-6:] == ["mcp", "--tools", "all", "--read-only", "--timeout", "1m30s"]


def test_the_entry_starts_the_one_file_from_anywhere(tmp_path):
    (tmp_path / "a folder").mkdir()
    file = zipapps.write(tmp_path / "a folder" / "heygen.pyz", zipapps.data())
    for mode in (0o644, 0o755):
        os.chmod(file, mode)
        printed = subprocess.run([zipapps.THIS_PYTHON.path, str(file), "mcp", "--print-config", "claude"], capture_output=True, check=True)
        entry = json.loads(printed.stdout)["mcpServers"]["heygen"]
        command = [entry["command"], *entry["args"]]
        assert command == ([] if mode == 0o755 else ["python3"]) + [str(file), "mcp"]
        discover = b'{"jsonrpc":"2.0","id":1,"method":"server/discover"}\n'
        answer = subprocess.run(command, input=discover, capture_output=True, check=True, cwd=os.sep)
        assert json.loads(answer.stdout)["id"] == 1
