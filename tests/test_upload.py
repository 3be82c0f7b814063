"""Uploads: forms and presigned links, streamed from files, pipes and standard input, tried again from the start."""

import email.parser
import email.policy
import hashlib
import io
import json
import os
import sys
import threading

import pytest
from hostile import RawServer, break_off, read_body, reset
from test_process import peak_memory

from heygen.context import InputStream
from heygen.http import multipart, source
from heygen.http.message import Body

MP4 = b"\x00\x00\x00\x18ftypmp42" + bytes(range(256)) * 100
ASSET = {"data": {"asset_id": "a1", "mime_type": "video/mp4", "size_bytes": len(MP4), "status": "completed", "url": "https://h/a1"}}
SHA = hashlib.sha256(MP4).hexdigest()
posix = pytest.mark.skipif(os.name == "nt", reason="POSIX files")


@pytest.fixture
def clip(tmp_path):
    file = tmp_path / "clip.mp4"
    file.write_bytes(MP4)
    return file


@pytest.fixture
def wire():
    raw_server = RawServer()
    yield raw_server
    raw_server.close()
    assert not raw_server.scripts


def part_of(request):
    """The one part of a form, as an independent reader sees it: name, file name, type, content."""
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    form = email.parser.BytesParser(policy=email.policy.default.clone(utf8=True)).parsebytes(head + request.body)
    (part,) = form.iter_parts()
    raw = request.body.split(b"\r\n")[1].decode("utf-8", "surrogateescape")
    return raw, part.get_content_type(), request.body.partition(b"\r\n\r\n")[2].rpartition(b"\r\n--")[0]


# --- forms


def test_a_file_goes_out_as_a_form_of_known_length(run, server, clip):
    server.answer(ASSET)
    result = run("asset", "create", "--file", str(clip))
    assert result.json == ASSET
    request = result.requests[0]
    assert int(request.headers["content-length"]) == len(request.body)
    assert "transfer-encoding" not in request.headers
    raw, media_type, content = part_of(request)
    assert raw == 'Content-Disposition: form-data; name="file"; filename="clip.mp4"'
    assert (media_type, content) == ("video/mp4", MP4)


@posix
@pytest.mark.parametrize(
    "name, written",
    [
        ("grüße 日本 👋.mp4", "grüße 日本 👋.mp4"),
        ('a"b;c\\d.mp4', 'a\\"b;c\\\\d.mp4'),
        ("line\r\nbreak.mp4", "line%0D%0Abreak.mp4"),
        ("'%22 =&.mp4", "'%22 =&.mp4"),
        ("\udcff.mp4", "\udcff.mp4"),
        ("-", "-"),
    ],
)
def test_odd_names_arrive(run, server, tmp_path, name, written):
    file = tmp_path / name
    file.write_bytes(MP4)
    server.answer(ASSET)
    result = run("asset", "create", "--file", str(file))
    raw, _, content = part_of(result.requests[0])
    assert raw == f'Content-Disposition: form-data; name="file"; filename="{written}"'
    assert content == MP4


@pytest.mark.parametrize(
    "name, begin, media_type",
    [
        ("a.MP4", b"x", "video/mp4"),
        ("a.webm", b"x", "video/webm"),
        ("a.jpeg", b"x", "image/jpeg"),
        ("a.png", b"x", "image/png"),
        ("a.mp3", b"x", "audio/mpeg"),
        ("a.wav", b"x", "audio/wav"),
        ("a.pdf", b"x", "application/pdf"),
        ("a.srt", b"x", "application/x-subrip"),
        ("a.html", b"x", "text/html"),
        ("a.unknown", b"x", "application/octet-stream"),
        ("a.tar.gz", b"x", "application/octet-stream"),
        ("", b"x", "application/octet-stream"),
        ("", MP4, "video/mp4"),
        ("a.unknown", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("", b"RIFF\x00\x00\x00\x00WAVE", "audio/wav"),
        ("", b"RIFF\x00\x00\x00\x00WEBP", "image/webp"),
        ("", b"%PDF-1.7", "application/pdf"),
        ("", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("", b"\x1aE\xdf\xa3", "video/webm"),
        ("", b"ID3\x04", "audio/mpeg"),
    ],
)
def test_the_type_comes_from_the_name_or_else_from_the_first_bytes(name, begin, media_type):
    assert source.content_type(name, begin) == media_type


@pytest.mark.parametrize("command", [("asset", "create", "--file"), ("asset", "upload")])
@pytest.mark.parametrize("kind, words", [("missing", "No such file"), ("directory", "is a directory"), ("empty", "is empty"), ("nul", "null")])
def test_what_cannot_be_uploaded_is_refused_before_anything_is_sent(run, server, tmp_path, command, kind, words):
    path = tmp_path / "x.mp4"
    if kind == "directory":
        path.mkdir()
    if kind == "empty":
        path.write_bytes(b"")
    result = run(*command, f"{path}\0" if kind == "nul" else str(path))
    assert (result.status, result.error["code"]) == (2, "usage_error")
    assert words in result.error["message"]
    assert not result.requests


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(run, server, clip):
    clip.chmod(0)
    assert run("asset", "create", "--file", str(clip)).status == 2


# --- what can be read only once


def test_standard_input_is_uploaded_with_the_name_and_type_that_its_bytes_tell(run, server):
    server.answer(ASSET)
    result = run("asset", "create", "--file", "-", stdin=MP4)
    raw, media_type, content = part_of(result.requests[0])
    assert raw.endswith('filename="upload.mp4"')
    assert (media_type, content) == ("video/mp4", MP4)


def test_standard_input_is_sent_again_when_a_try_fails(run, server):
    server.answer({}, status=429).answer(ASSET)
    result = run("asset", "create", "--file", "-", stdin=MP4)
    assert [part_of(request)[2] for request in result.requests] == [MP4, MP4]


def test_empty_standard_input_is_refused(run, server):
    result = run("asset", "create", "--file", "-", stdin=b"")
    assert (result.status, result.error["message"]) == (2, "standard input is empty")


def test_a_terminal_is_not_read_as_a_file(run, server):
    result = run("asset", "create", "--file", "-", terminal=True)
    assert (result.status, result.error["code"]) == (2, "usage_error")


def test_standard_input_is_kept_on_disk_and_not_in_memory(run, server):
    class Endless(io.RawIOBase):
        left = 64

        def read(self, size=-1):
            assert 0 < size <= 1 << 20, "read in blocks"
            self.left -= 1
            return bytes(size) if self.left >= 0 else b""

    server.answer(ASSET)
    result = run("asset", "create", "--file", "-", stdin=InputStream(Endless()))
    assert len(result.requests[0].body) > 64 << 20


@posix
def test_a_named_pipe_is_read(run, server, tmp_path):
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_bytes(MP4))
    writer.start()
    server.answer(ASSET)
    result = run("asset", "create", "--file", str(pipe))
    writer.join()
    assert part_of(result.requests[0])[2] == MP4


# --- files that change



def test_a_file_that_changes_between_tries_is_not_sent_again(run, server, clip):
    def grow(handler, recorded):
        clip.write_bytes(MP4 + b"more")
        handler.reply(429, {}, b"{}")

    server.script(grow)
    result = run("asset", "create", "--file", str(clip))
    assert (result.status, result.error["code"]) == (1, "cli_file_io_error")
    assert "changed while it was being uploaded" in result.error["message"]
    assert len(result.requests) == 1


@pytest.mark.parametrize("change", ["grow", "shrink", "touch"])
def test_the_last_bytes_only_go_out_when_nothing_has_changed(clip, change):
    found = source.Source(str(clip), "clip.mp4", "video/mp4")
    reading = found.open()
    block = memoryview(bytearray(10_000))
    assert reading.readinto(block) == 10_000
    if change == "grow":
        with open(clip, "ab") as stream:
            stream.write(b"more")
    elif change == "shrink":
        os.truncate(clip, 15_000)
    else:
        os.utime(clip, ns=(0, 0))
    with pytest.raises(Exception, match="changed while it was being uploaded"):
        while reading.readinto(block):
            pass
    reading.close()


def test_a_form_reads_its_pieces_as_one_file(context_free_form):
    body, content = context_free_form
    for size in (1, 7, 1000, 1 << 20):
        stream, read, block = body.open(), b"", memoryview(bytearray(size))
        while True:
            count = stream.readinto(block)
            if not count:
                break
            read += bytes(block[:count])
        stream.close()
        assert read == content and len(read) == body.length


@pytest.fixture
def context_free_form(tmp_path):
    class Context:
        random_bytes = staticmethod(lambda size: bytes(size))

    file = tmp_path / "a.srt"
    file.write_bytes(b"0123456789" * 5)
    form = multipart.form([("title", "x é"), ("file", str(file))], {"file"}, Context)
    boundary = "heygen-" + "00" * 16
    return form.body, (
        f'--{boundary}\r\nContent-Disposition: form-data; name="title"\r\n\r\nx é\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.srt"\r\nContent-Type: application/x-subrip\r\n\r\n'
        f"{'0123456789' * 5}\r\n--{boundary}--\r\n"
    ).encode()


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
    assert upload(run, *(two * 51)).error["message"] == "at most 100 files go at once, not 102"
    assert upload(run, two[0], "--timeout", "5s").error["message"] == "--timeout goes with --wait"
    assert upload(run, two[0], "nonexistent.mp4").status == 2
    assert upload(run, two[0], "--idempotency-key", "a b").status == 2


# --- the sandbox, people, memory


def test_the_sandbox_takes_an_upload_and_gives_it_back(run, sandbox, clip, tmp_path):
    made = upload(run, clip)
    if made.status:
        pytest.skip("the sandbox has no direct uploads")
    shown = run("asset", "get", made.json["data"]["asset_id"])
    import urllib.request

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


def test_a_body_is_told_of_as_it_is_read_and_anew_for_each_try():
    told = []

    class Progress:
        reset = staticmethod(lambda: told.append("reset"))
        advance = staticmethod(told.append)
        close = staticmethod(lambda: told.append("close"))

    body = source.watched(Body(open=lambda: io.BytesIO(b"12345"), length=5), Progress)
    for _ in range(2):
        stream = body.open()
        while stream.readinto(memoryview(bytearray(3))):
            pass
        stream.close()
    assert told == ["reset", 3, 2, 0, "close"] * 2
