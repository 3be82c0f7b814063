"""The tools: which there are, what is listed of them, and that each can be called."""

import json
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from examples import examples, filled
from servers import CREATED
from uploads import MP4

from heygen.api import documents, operations
from heygen.api.validation import validate

SPEAKING = {"type": "avatar", "avatar_id": "a", "script": "Hi"}
EVERYDAY = {"video_agent_create", "video_create", "video_get", "video_list", "video_translate_create", "avatar_looks_list"}


def listed(client):
    """Return all tools by name, page by page."""
    found, cursor, pages = {}, None, 0
    while True:
        result = client.ask("tools/list", {"cursor": cursor} if cursor else {})["result"]
        pages += 1
        found.update({each["name"]: each for each in result["tools"]})
        cursor = result.get("nextCursor")
        if cursor is None:
            return found, pages


def every_operation():
    return [each for group in documents.groups() for each in operations.operations(group) if not each.is_hidden]


def name_of(operation):
    return "_".join(operation.words).replace("-", "_")


def references(node):
    if isinstance(node, dict):
        for key, value in node.items():
            yield from [value] if key == "$ref" else references(value)
    elif isinstance(node, list):
        for each in node:
            yield from references(each)


def test_the_everyday_tools_are_small_and_few(client):
    found, pages = listed(client())
    assert EVERYDAY | {"wait", "download", "upload"} <= found.keys() and len(found) < 25 and pages == 1
    assert len(json.dumps(list(found.values()), ensure_ascii=False, separators=(",", ":"))) < 60_000


@pytest.mark.parametrize("is_modern", [False, True])
def test_all_tools_are_listed_page_by_page_in_one_order(client, is_modern):
    client = client("--tools", "all", "--allow-destructive", is_modern=is_modern)
    found, pages = listed(client)
    assert pages > 1 and list(listed(client)[0]) == list(found)
    assert set(found) == {name_of(each) for each in every_operation()} | {"wait", "download", "upload"}
    for name, tool in found.items():
        schema = tool["inputSchema"]
        # A union at the root is what the APIs of several models refuse.
        assert is_modern or not schema.keys() & {"oneOf", "anyOf", "allOf"}, name
        assert set(schema.get("required", ())) <= schema["properties"].keys()
        used = {reference.rpartition("/")[2] for reference in references(schema)}
        assert used == set(schema.get("$defs", ())), name
        assert tool["description"] and "heygen " not in tool["description"].replace("heygen mcp", ""), name
    assert found["video_get"]["annotations"] == {"readOnlyHint": True}
    assert found["video_delete"]["annotations"] == {"destructiveHint": True, "idempotentHint": True}
    assert found["video_create"]["annotations"] == {"destructiveHint": False, "idempotentHint": False}
    assert ("oneOf" in found["video_create"]["inputSchema"]) == is_modern


def test_the_variants_of_a_body_are_one_object(client):
    schema = listed(client("--tools", "video_create"))[0]["video_create"]["inputSchema"]
    kind = schema["properties"]["type"]
    assert kind["enum"] == ["avatar", "image", "cinematic_avatar", "studio"] and "image needs image" in kind["description"]
    assert schema["required"] == ["type"]
    assert schema["properties"]["image"]["description"].startswith("[image] ")
    assert len(schema["properties"]["avatar_id"]["anyOf"]) == 2  # a text, or for a cinematic avatar a list
    assert len(schema["properties"]["engine"]["oneOf"]) == 3


@pytest.mark.parametrize(
    "flags, there, missing",
    [
        (["--tools", "user"], {"user_me_get"}, {"video_get", "wait", "upload"}),
        (["--tools", "webhook,video_list"], {"webhook_endpoints_create", "video_list"}, {"video_get", "webhook_endpoints_delete"}),
        (["--tools", "everyday,folder"], {"video_create", "folder_get", "wait"}, {"webhook_events_list"}),
        (["--tools", "all", "--read-only"], {"video_get"}, {"video_create", "download", "upload", "template_update"}),
        (["--tools", "video", "--allow-destructive"], {"video_delete"}, set()),
    ],
)
def test_flags_choose_the_tools(client, flags, there, missing):
    found = listed(client(*flags))[0].keys()
    assert there <= found and not missing & found


def test_deleting_is_refused_without_the_flag(client, sandbox):
    client = client("--tools", "all")
    answer = client.ask("tools/call", {"name": "video_delete", "arguments": {"video_id": "x"}})
    assert answer["error"]["code"] == -32602 and "--allow-destructive" in answer["error"]["message"]
    assert client.ask("tools/call", {"name": "nothing"})["error"]["code"] == -32602
    assert client.ask("tools/list", {"cursor": "MTIz"})["error"]["code"] == -32602
    assert not sandbox.requests


def test_an_unknown_group_is_a_usage_error(run):
    result = run("mcp", "--tools", "vidoe")
    assert result.status == 2 and result.error["message"].endswith("did you mean video?")


def without(argv, *flags):
    """Return the words of a command line without some flags and their values."""
    kept = list(argv)
    for flag in flags:
        while flag in kept:
            at = kept.index(flag)
            del kept[at : at + (1 if flag in ("--wait", "--force", "--human") else 2)]
    return kept


def arguments_of(operation, request):
    """Return the arguments of a tool that make the request that a dry run shows."""
    parts = urlsplit(request["url"])
    named = zip(operation.path.split("/"), parts.path.split("/")[-len(operation.path.split("/")) :])
    arguments = {part[1:-1]: unquote(value) for part, value in named if part.startswith("{")}
    for parameter in operation.parameters:
        values = [value for name, value in parse_qsl(parts.query) if name == parameter.name]
        if values:
            value = values if "array" in parameter.schema.get("type", ()) else values[0]
            kind = parameter.schema.get("type")
            arguments[parameter.name] = json.loads(value) if kind in ("integer", "number", "boolean") else value
    return {**arguments, **(request["body"] or {})}


def test_every_tool_answers_as_its_schema_says(run, client, tmp_path):
    client = client("--tools", "all", "--allow-destructive")
    tools = listed(client)[0]
    left = dict.fromkeys(tools)
    for command, _ in examples():
        words = command.split()[1:]
        operation = next(
            (each for count in range(5, 1, -1) for each in [operations.find_by_words(tuple(words[:count]))] if each), None
        )
        name = name_of(operation) if operation else None
        if name not in left:
            continue
        argv = filled(run, tmp_path, command)
        if operation.is_multipart:
            arguments = {"file": argv[argv.index("--file") + 1]}
        else:
            request = run(*without(argv, "--wait", "--force", "--human", "--get", "--timeout"), "--dry-run").json
            arguments = arguments_of(operation, request)
        result = client.call(name, arguments)
        document = json.loads(result["content"][0]["text"])
        assert not result.get("isError"), (name, arguments, document)
        assert result["structuredContent"] == document, f"{name}: something does not fit its outputSchema"
        assert not validate(document, tools[name]["outputSchema"], {}), name
        del left[name]
    assert set(left) == {"wait", "download", "upload"}


def test_a_file_goes_up_and_down(client, tmp_path, clip):
    client = client()
    made = client.call("upload", {"path": str(clip)})["structuredContent"]["data"]["asset_id"]
    video = client.call("video_agent_create", {"prompt": "Hi", "files": [{"type": "asset_id", "asset_id": made}]})
    id = video["structuredContent"]["data"]["id"]
    target = tmp_path / "saved.mp4"
    wanted = {"resource": "video", "id": id, "output_path": str(target)}
    saved = client.call("download", wanted)["structuredContent"]
    assert saved["path"] == str(target) and target.read_bytes()[4:8] == MP4[4:8]
    refused = client.call("download", wanted)
    assert refused["isError"] and refused["structuredContent"]["error"]["code"] == "file_exists"
    assert "force" in refused["structuredContent"]["error"]["hint"] and "--" not in refused["structuredContent"]["error"]["hint"]
    assert client.call("download", {**wanted, "force": True})["structuredContent"]["path"] == str(target)
    wrong = client.call("download", {"resource": "video", "id": id, "asset": "srt", "output_file": "x"})["structuredContent"]["error"]
    assert "output_file is not a known argument; did you mean output_path?" in wrong["message"]
    assert client.call("upload", {"path": "-"})["structuredContent"]["error"]["code"] == "cli_file_io_error"


def test_all_that_is_wrong_with_the_arguments_is_told_at_once(client, sandbox):
    client = client()
    result = client.call("video_create", {"type": "avatar", "scrpt": "Hi", "title": 5})
    error = result["structuredContent"]["error"]
    assert result["isError"] and json.loads(result["content"][0]["text"]) == {"error": error}
    assert error["code"] == "usage_error" and "heygen://schema/video_create" in error["hint"]
    assert {each["path"] for each in error["details"]} == {"avatar_id", "scrpt", "title"}
    assert "did you mean script?" in error["message"]
    error = client.call("video_list", {"limt": 5, "limit": "5"})["structuredContent"]["error"]
    assert error["message"] == "limit must be an integer, not a string; limt is not a known argument; did you mean limit?"
    assert client.call("video_get", {"video_id": ""})["structuredContent"]["error"]["details"][0]["path"] == "video_id"
    assert client.call("video_get")["structuredContent"]["error"]["message"] == "missing required argument: video_id"
    assert not sandbox.requests


def test_what_is_sent_all_the_same_is_warned_of(client, server):
    server.answer(CREATED)
    result = client().call("video_agent_create", {"prompt": "Hi", "quantum": 1, "wait": False})
    (warning,) = (json.loads(each["text"])["warning"] for each in result["content"][1:])
    assert warning["code"] == "unknown_field" and warning["param"] == "quantum"
    assert server.requests[-1].json["quantum"] == 1


def test_hints_name_tools_and_their_arguments(client):
    client = client()
    error = client.call("video_get", {"video_id": "nope"})["structuredContent"]["error"]
    assert error["hint"] == "Check ID with: video_list" and error["request_id"]
    error = client.call("download", {"resource": "lipsync", "id": "nope"})["structuredContent"]["error"]
    assert "heygen lipsync list" in error["hint"]  # which has no tool here


def test_the_schema_of_an_answer_is_kept_even_where_the_api_does_not(client, server):
    server.answer({"data": {"id": 5, "status": "completed", "new": {"x": 1}, "video_url": None}})
    result = client().call("video_get", {"video_id": "v"})
    assert json.loads(result["content"][0]["text"])["data"]["id"] == 5
    assert result["structuredContent"] == {"data": {"status": "completed", "new": {"x": 1}, "video_url": None}}


def test_without_a_credential_the_server_starts_and_a_call_says_how_to_get_one(client):
    client = client(env={"HEYGEN_API_KEY": ""})
    result = client.call("user_me_get")
    error = result["structuredContent"]["error"]
    assert result["isError"] and error["code"] == "auth_error" and "heygen auth login" in error["hint"]


def test_a_key_that_an_answer_repeats_is_masked(client, server):
    key = "sk-0123456789-secret"
    server.answer({"data": {"username": key, "note": f"key {key}"}})
    client = client(env={"HEYGEN_API_KEY": key})
    result = client.call("user_me_get")
    assert "secret" not in json.dumps(result) and "***" in result["content"][0]["text"]


@pytest.mark.parametrize("given", [{}, {"idempotency_key": "mine"}])
def test_an_idempotency_key_is_sent_and_told_where_the_outcome_is_unknown(client, server, given):
    server.answer({}, status=500)
    result = client(env={"HEYGEN_MAX_RETRIES": "0"}).call("video_create", {**SPEAKING, **given})
    error = result["structuredContent"]["error"]
    assert error["idempotency_key"] == server.requests[0].headers["idempotency-key"] == given.get("idempotency_key", error["idempotency_key"])
    assert "the same idempotency_key" in error["hint"] and "video_list" in error["hint"]


def test_a_repeated_call_with_a_key_makes_one_thing(client, sandbox):
    client = client()
    avatar = client.call("avatar_looks_list", {"limit": 1})["structuredContent"]["data"][0]["id"]
    wanted = {"type": "avatar", "avatar_id": avatar, "script": "Hi", "idempotency_key": "once", "wait": False}
    first, second = (client.call("video_create", wanted)["structuredContent"]["data"]["video_id"] for _ in range(2))
    assert first == second and len(client.call("video_list")["structuredContent"]["data"]) == 1
    wrong = client.call("video_create", {**wanted, "idempotency_key": "not a key"})["structuredContent"]["error"]
    assert wrong["message"].startswith("idempotency_key must be")
