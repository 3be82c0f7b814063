"""`asset upload`: files that go straight to the file host, one or many, and can be sent again."""

import hashlib
import json
import os
import sys
import urllib.request

import pytest
from hostile import break_off, read_body, reset
from processes import peak_memory, start
from uploads import ASSET, MP4, SHA

# --- `asset upload`, one file


def slot(server, id="a1", **fields):
    return {
        "asset_id": id,
        "upload_url": f"{server.url}/put/{id}?X-Amz-Signature=s",
        "upload_headers": {"Content-Type": "video/mp4", "x-amz-checksum-sha256": "abc"},
        "expires_in_seconds": 900,
        "max_bytes": 1 << 30,
        "status": "pending_upload",
        **fields,
    }


def upload(run, *argv, **options):
    return run("asset", "upload", *map(str, argv), **options)


def test_one_file_is_asked_for_sent_and_completed(run, server, files, clip):
    server.answer({"data": slot(files)})
    files.answer(body=b"")
    server.answer(ASSET)
    result = upload(run, clip)
    assert (result.status, result.stderr) == (0, "") and result.json == ASSET
    asked, completed = result.requests
    assert (asked.method, asked.path) == ("POST", "/v3/assets/direct-uploads")
    assert asked.json == {"filename": "clip.mp4", "content_type": "video/mp4", "size_bytes": len(MP4)}
    assert (completed.method, completed.path) == ("POST", "/v3/assets/a1/complete")
    assert completed.json == {"checksum_sha256": SHA}
    assert asked.headers["idempotency-key"] != completed.headers["idempotency-key"]
    (sent,) = files.requests
    assert (sent.method, sent.target, sent.body) == ("PUT", "/put/a1?X-Amz-Signature=s", MP4)
    assert set(sent.headers) == {
        "host", "accept-encoding", "user-agent", "connection", "content-length", "content-type", "x-amz-checksum-sha256",
    }  # fmt: skip
    assert int(sent.headers["content-length"]) == len(MP4)


def test_a_field_that_is_not_there_costs_no_second_upload(run, server, files, clip):
    server.answer({"data": slot(files)})
    files.answer(body=b"")
    server.answer(ASSET)
    result = upload(run, clip, "--get", "data[].id")
    assert (result.status, result.error["result"]) == (1, ASSET)
    assert result.error["hint"].startswith("Nothing needs to be repeated")


def test_no_content_type_is_sent_that_the_slot_was_not_signed_for(run, server, files, clip):
    server.answer({"data": slot(files, upload_headers={})})
    files.answer(body=b"")
    server.answer(ASSET)
    assert upload(run, clip).status == 0
    assert "content-type" not in files.requests[0].headers


def test_the_headers_of_a_slot_do_not_override_the_length(run, server, files, clip):
    server.answer({"data": slot(files, upload_headers={"content-length": "1", "HOST": "elsewhere", "X-Number": 5})})
    files.answer(body=b"")
    server.answer(ASSET)
    assert upload(run, clip).status == 0
    assert files.requests[0].body == MP4
    assert files.requests[0].headers["host"] == files.url[7:] and files.requests[0].headers["x-number"] == "5"


@pytest.mark.parametrize("failure", [503, "reset"])
def test_sending_is_tried_again_from_the_first_byte(run, server, files, clip, clock, failure):
    server.answer({"data": slot(files)})
    if failure == "reset":
        files.script(break_off())
    else:
        files.answer(body=b"", status=failure)
    files.answer(body=b"")
    server.answer(ASSET)
    result = upload(run, clip)
    assert result.status == 0
    assert [request.body for request in files.requests] == [MP4, MP4]
    assert result.requests[1].json == {"checksum_sha256": SHA}
    assert len(clock.sleeps) == 1


def test_a_connection_that_breaks_in_the_middle_of_the_file_is_tried_again(run, server, wire, tmp_path):
    bodies = []

    def take(connection, head, begin):
        bodies.append(read_body(connection, head, begin))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    wire.script(lambda connection, head, begin: reset(connection)).script(take)
    file = tmp_path / "big.mp4"
    content = MP4 * 1000
    file.write_bytes(content)
    server.answer({"data": slot(wire)}).answer(ASSET)
    result = upload(run, file)
    assert result.status == 0, result
    assert bodies == [content]
    assert result.requests[1].json == {"checksum_sha256": hashlib.sha256(content).hexdigest()}


def test_a_refused_link_is_replaced_once(run, server, files, clip):
    server.answer({"data": slot(files)}).answer({"data": slot(files, "a2")})
    files.answer(body=b"", status=403).answer(body=b"")
    server.answer(ASSET)
    result = upload(run, clip)
    assert result.status == 0
    first, second, completed = result.requests
    assert completed.path == "/v3/assets/a2/complete"
    assert first.headers["idempotency-key"] != second.headers["idempotency-key"]
    server.answer({"data": slot(files)}).answer({"data": slot(files, "a2")})
    for _ in range(2):
        files.answer(body=b"<Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>", status=403)
    result = upload(run, clip)
    assert (result.status, result.error["code"]) == (1, "cli_upload_url_expired")
    assert "AccessDenied: Request has expired" in result.error["message"]


def test_a_failed_upload_says_how_to_repeat_it_safely(run, server, files, clip):
    server.answer({"data": slot(files)})
    files.answer(body=b"<Error><Code>BadDigest</Code><Message>no</Message></Error>", status=400)
    result = upload(run, clip, "--idempotency-key", "key-1")
    assert (result.status, result.error["code"]) == (1, "cli_upload_failed")
    assert "BadDigest" in result.error["message"]
    assert result.error["idempotency_key"] == "key-1"
    assert "--idempotency-key key-1" in result.error["hint"]
    assert result.requests[0].headers["idempotency-key"] == "key-1"


def test_an_interrupted_upload_says_so_too(run, server, files, clip):
    def interrupt(seconds):
        raise KeyboardInterrupt

    server.answer({"data": slot(files)})
    files.answer(body=b"", status=503)
    result = upload(run, clip, "--idempotency-key", "key-1", sleep=interrupt)
    assert (result.status, result.error["code"]) == (130, "canceled")
    assert "--idempotency-key key-1" in result.error["hint"]


def test_a_file_that_is_too_large_is_not_sent(run, server, files, clip):
    server.answer({"data": slot(files, max_bytes=100)})
    result = upload(run, clip)
    assert (result.status, result.error["code"]) == (1, "payload_too_large")
    assert str(len(MP4)) in result.error["message"]


@pytest.mark.parametrize("data", [{}, {"asset_id": "a"}, {"upload_url": 5}, [], None, {"upload_url": "https://h/", "upload_headers": "x"}])
def test_an_answer_that_does_not_say_where_to_is_an_error(run, server, clip, data):
    server.answer({"data": data})
    result = upload(run, clip)
    assert (result.status, result.error["code"]) == (1, "cli_response_parse_error")


@pytest.mark.parametrize("link", ["http://files.example.test/x", "nonsense"])
def test_a_file_is_not_sent_over_plain_http(run, server, clip, link):
    server.answer({"data": slot(server, upload_url=link)})
    assert upload(run, clip).error["code"] == "cli_upload_failed"


def test_a_redirected_upload_is_an_error(run, server, files, clip):
    server.answer({"data": slot(files)})
    files.answer({}, status=307, headers={"Location": f"{server.url}/elsewhere"})
    assert upload(run, clip).error["code"] == "cli_redirect_refused"


def test_standard_input_can_be_uploaded(run, server, files):
    server.answer({"data": slot(files)})
    files.answer(body=b"")
    server.answer(ASSET)
    assert upload(run, "-", stdin=MP4).status == 0
    assert files.requests[0].body == MP4


def test_a_lost_answer_does_not_ask_for_a_second_asset(run, server, clip):
    server.script(break_off())
    result = upload(run, clip)
    assert (result.status, result.error["code"]) == (1, "network_error")
    assert len(result.requests) == 1
    assert result.error["idempotency_key"]


# --- `asset upload`, several files


@pytest.fixture
def two(tmp_path):
    paths = [tmp_path / "intro.mp4", tmp_path / "logo.png"]
    paths[0].write_bytes(MP4)
    paths[1].write_bytes(b"\x89PNG")
    return paths


def batch(files):
    return {"data": {"batch_id": "b1", "items": [slot(files, "a1"), slot(files, "a2")]}}


def test_several_files_go_as_a_batch(run, server, files, two):
    server.answer(batch(files)).answer({"data": {"batch_id": "b1"}}, status=202)
    files.answer(body=b"").answer(body=b"")
    result = upload(run, *two, "--title", "Spring", "--idempotency-key", "key-1")
    assert result.status == 0, result
    asked, completed = result.requests
    assert (asked.path, asked.headers["idempotency-key"]) == ("/v3/assets/direct-uploads/batches", "key-1")
    described = [
        {"filename": "intro.mp4", "content_type": "video/mp4", "size_bytes": len(MP4), "checksum_sha256": SHA},
        {"filename": "logo.png", "content_type": "image/png", "size_bytes": 4, "checksum_sha256": hashlib.sha256(b"\x89PNG").hexdigest()},
    ]
    assert asked.json == {"files": described, "title": "Spring"}
    assert (completed.path, completed.json) == ("/v3/assets/complete/batches", {"batch_id": "b1"})
    assert [(request.path, request.body) for request in files.requests] == [("/put/a1", MP4), ("/put/a2", b"\x89PNG")]
    assert result.json["data"] == {
        "batch_id": "b1",
        "status": "processing",
        "items": [
            {"path": str(path), "asset_id": id, "status": "processing", **about}
            for path, id, about in zip(two, ("a1", "a2"), described)
        ],
    }


def test_a_batch_can_be_waited_for(run, server, files, two, clock):
    server.answer(batch(files)).answer({"data": {"batch_id": "b1"}}, status=202)
    files.answer(body=b"").answer(body=b"")
    items = [{"item_index": 0, "status": "completed", "video_id": "a1"}, {"item_index": 1, "status": "queued", "video_id": None}]
    shown = {"batch_id": "b1", "status": "processing", "total_items": 2, "counts_by_status": {}, "created_at": 1, "items": items, "has_more": False}
    server.answer({"data": shown})
    done = {**shown, "status": "completed", "items": [items[0], {**items[1], "status": "completed", "video_id": "a2"}]}
    server.answer({"data": done})
    result = upload(run, *two, "--wait")
    assert result.status == 0, result
    assert [item["status"] for item in result.json["data"]["items"]] == ["completed", "completed"]
    assert [item["asset_id"] for item in result.json["data"]["items"]] == ["a1", "a2"]
    assert result.requests[2].path == "/v3/assets/batches/b1"


def test_a_batch_that_takes_longer_than_the_wait_says_how_to_follow_it(run, server, files, two):
    server.answer(batch(files)).answer({}, status=202)
    files.answer(body=b"").answer(body=b"")
    server.answer({"data": {"batch_id": "b1", "status": "processing", "items": []}})
    result = upload(run, *two, "--wait", "--timeout", "0")
    assert (result.status, result.error["code"], result.error["hint"]) == (4, "timeout", "heygen asset batches get b1")
    assert [item["asset_id"] for item in result.json["data"]["items"]] == ["a1", "a2"]


def test_a_batch_with_a_bad_file_fails_and_says_which(run, server, files, two):
    server.answer(batch(files)).answer({"data": {"batch_id": "b1"}}, status=202)
    files.answer(body=b"").answer(body=b"")
    items = [
        {"item_index": 0, "status": "completed", "video_id": "a1"},
        {"item_index": 1, "status": "failed", "video_id": None, "error": {"code": "bad_file", "message": "No image"}},
    ]
    server.answer({"data": {"batch_id": "b1", "status": "completed", "items": items, "has_more": False}})
    result = upload(run, *two, "--wait")
    assert (result.status, result.error["code"]) == (1, "cli_job_failed")
    assert "No image" in result.error["message"]
    assert [(item["path"], item["status"]) for item in result.json["data"]["items"]] == [(str(two[0]), "completed"), (str(two[1]), "failed")]
    assert result.error["hint"] == "heygen asset batches get b1"


def test_a_batch_that_is_asked_for_again_with_its_key_is_the_same(run, server, files, two):
    server.answer({}, status=503).script(break_off()).answer(batch(files)).answer({}, status=202)
    files.answer(body=b"").answer(body=b"")
    result = upload(run, *two)
    assert result.status == 0, result
    assert len({request.headers["idempotency-key"] for request in result.requests[:3]}) == 1


@pytest.mark.parametrize("items", [[], [{}], None, {"x": 1}])
def test_a_batch_without_a_slot_for_each_file_is_an_error(run, server, files, two, items):
    server.answer({"data": {"batch_id": "b1", "items": items}})
    assert upload(run, *two).error["code"] == "cli_response_parse_error"


def test_wrong_command_lines_are_refused(run, server, two):
    assert upload(run).status == 2
    assert upload(run, "-", "-").error["message"] == "only one file can be standard input"
    assert upload(run, *(two * 51)).error["message"] == "at most 100 files can be uploaded at once, not 102"
    assert upload(run, two[0], "nonexistent.mp4").status == 1
    assert upload(run, two[0], "--idempotency-key", "a b").status == 2


# --- the sandbox, people, memory


def test_the_sandbox_takes_an_upload_and_gives_it_back(run, sandbox, clip, tmp_path):
    made = upload(run, clip)
    if made.status:
        pytest.skip("the sandbox has no direct uploads")
    shown = run("asset", "get", made.json["data"]["asset_id"])

    with urllib.request.urlopen(shown.json["data"]["url"]) as answer:
        assert answer.read() == MP4


def test_a_person_sees_the_asset(run, server, files, clip):
    server.answer({"data": slot(files)})
    files.answer(body=b"")
    server.answer(ASSET)
    result = upload(run, clip, "--human")
    assert result.status == 0 and "a1" in result.stdout and "{" not in result.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("command", ["create", "upload"])
def test_memory_does_not_grow_with_the_file(server, wire, tmp_path, command):
    def swallow(connection, head, begin):
        left = next(int(line.split(":")[1]) for line in head.split("\r\n") if line.lower().startswith("content-length:")) - len(begin)
        while left:
            left -= len(connection.recv(1 << 20))
        body = json.dumps(ASSET).encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    file = tmp_path / "big.mp4"
    with open(file, "wb") as stream:
        stream.truncate(200 << 20)
    wire.script(swallow)
    if command == "create":
        assert peak_memory(wire, "asset", "create", "--file", str(file)) < 40
    else:
        server.answer({"data": slot(wire)}).answer(ASSET)
        assert peak_memory(server, "asset", "upload", str(file)) < 40


@pytest.mark.skipif(os.name == "nt", reason="streams as POSIX has them")
def test_an_asset_whose_result_nobody_reads_is_named_on_stderr(server, files, clip):
    server.answer({"data": slot(files)})
    files.answer(body=b"")
    server.answer(ASSET)
    reader, writer = os.pipe()
    os.close(reader)
    process = start(server, "asset", "upload", os.fspath(clip), stdout=writer)
    os.close(writer)
    _, stderr = process.communicate(timeout=60)
    error = json.loads(stderr)["error"]
    assert (process.returncode, error["code"]) == (1, "cli_file_io_error")
    assert error["id"] == ASSET["data"]["asset_id"]
