"""heygen/files/download.py: streamed, resumed where it broke off, verified, and never half a file."""

import hashlib
import json
import os
import signal
import sys
import threading

import pytest
from filehost import CONTENT, TAG, download, sending, there, video
from processes import peak_memory, start

from heygen.http import channel

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX files")


# --- the plain case


def test_a_video_is_saved_under_its_id_and_nothing_else_is_left(run, server, files, cwd):
    server.answer(video(files))
    files.script(sending())
    result = download(run)
    assert result.json == {"asset": "video", "message": "Downloaded video to v1.mp4", "path": "v1.mp4"}
    assert result.stderr == ""
    assert there(cwd) == ["v1.mp4"] and (cwd / "v1.mp4").read_bytes() == CONTENT
    assert (cwd / "v1.mp4").stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_nothing_of_the_credential_goes_to_the_file_host(run, server, files, cwd):
    server.answer(video(files))
    files.script(sending())
    download(run, env={"CLAUDECODE": "1"})
    assert set(files.requests[0].headers) == {"host", "accept", "accept-encoding", "user-agent", "connection"}
    assert files.requests[0].headers["accept-encoding"] == "identity"
    assert files.requests[0].target == "/v.mp4?Signature=s"


def test_a_file_host_on_the_apis_own_address_gets_none_either(run, server, cwd):
    server.answer(video(server))
    server.script(sending())
    result = download(run)
    assert result.status == 0
    assert "x-api-key" not in result.requests[1].headers


@pytest.mark.parametrize(
    "headers, content",
    [
        ({"Transfer-Encoding": "chunked", "Content-Length": "0"}, b"400\r\n" + b"x" * 1024 + b"\r\n0\r\n\r\n"),
        ({"Content-Length": "1024"}, b"x" * 1024 + b"more than was said"),
    ],
)
def test_other_framings_are_understood(run, server, files, cwd, headers, content):
    server.answer(video(files))

    def write(handler, recorded):
        handler.send_response(200)
        for name, value in headers.items():
            if not (name == "Content-Length" and "Transfer-Encoding" in headers):
                handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)
        handler.close_connection = True

    files.script(write)
    assert download(run).status == 0
    assert (cwd / "v1.mp4").read_bytes() == b"x" * 1024


def test_a_file_that_is_packed_although_we_asked_for_none_is_unpacked(run, server, files, cwd):
    import gzip

    server.answer(video(files))
    files.answer(body=gzip.compress(CONTENT), headers={"Content-Encoding": "gzip", "ETag": TAG})
    assert download(run).status == 0
    assert (cwd / "v1.mp4").read_bytes() == CONTENT


def test_an_empty_file_is_a_file(run, server, files, cwd):
    server.answer(video(files))
    files.script(sending(b""))
    assert download(run).status == 0
    assert (cwd / "v1.mp4").read_bytes() == b""


def test_an_odd_link_is_encoded(run, server, files, cwd):
    server.answer(video(files, video_url=f"{files.url}/Grüße an alle/v 1.mp4?x=ü%20#part"))
    files.script(sending())
    assert download(run).status == 0
    assert files.requests[0].target == "/Gr%C3%BC%C3%9Fe%20an%20alle/v%201.mp4?x=%C3%BC%20"


@pytest.mark.parametrize("link", ["http://files.example.test/v.mp4", "ftp://files.example.test/v", "/v.mp4", "nonsense", "http://[::1"])
def test_a_link_that_is_no_https_url_is_refused(run, server, files, cwd, link):
    server.answer(video(files, video_url=link))
    result = download(run)
    assert (result.status, result.error["code"]) == (1, "cli_download_failed")
    assert there(cwd) == []


def test_a_redirect_of_the_file_host_is_followed(run, server, files, cwd):
    server.answer(video(files))
    files.answer({}, status=302, headers={"Location": f"{server.url}/cdn"})
    server.script(sending(cut=100_000))
    files.answer({}, status=302, headers={"Location": f"{server.url}/cdn"})
    server.script(sending())
    result = download(run)
    assert result.status == 0
    assert result.requests[2].headers["range"] == "bytes=100000-"
    assert result.requests[2].headers["if-range"] == TAG


# --- what breaks off


@pytest.mark.parametrize("break_off", [False, True])
def test_a_download_that_breaks_off_goes_on_from_there(run, server, files, cwd, clock, break_off):
    server.answer(video(files))
    files.script(sending(cut=100_000, break_off=break_off)).script(sending())
    assert download(run).status == 0
    assert (cwd / "v1.mp4").read_bytes() == CONTENT
    first, second = files.requests
    assert "range" not in first.headers
    position = int(second.headers["range"][len("bytes=") : -1])
    assert 0 < position <= 100_000 and second.headers["if-range"] == TAG
    assert len(clock.sleeps) == 1
    assert there(cwd) == ["v1.mp4"]


def test_the_next_run_goes_on_from_there_too(run, server, files, cwd):
    server.answer(video(files))
    files.script(sending(cut=100_000))
    result = download(run, env={"HEYGEN_MAX_RETRIES": "0"})
    assert (result.status, result.stdout) == (1, "")
    assert result.error["code"] == "cli_download_interrupted"
    assert f"after 100000 of {len(CONTENT)} bytes" in result.error["message"]
    assert "same command again" in result.error["hint"]
    assert there(cwd) == [".v1.mp4.part", ".v1.mp4.part.json"]
    server.answer(video(files, video_url=f"{files.url}/v.mp4?Signature=another"))
    files.script(sending())
    assert download(run).status == 0
    assert files.requests[1].headers["range"] == "bytes=100000-"
    assert (cwd / "v1.mp4").read_bytes() == CONTENT
    assert there(cwd) == ["v1.mp4"]


def test_progress_makes_up_for_any_number_of_breaks(run, server, files, cwd):
    server.answer(video(files))
    for _ in range(7):
        files.script(sending(cut=40_000))
    files.script(sending())
    assert download(run).status == 0
    assert (cwd / "v1.mp4").read_bytes() == CONTENT


def test_no_progress_does_not(run, server, files, cwd, clock):
    server.answer(video(files))
    files.script(sending(cut=100_000))
    for _ in range(2):
        files.script(sending(cut=0))
    result = download(run)
    assert result.error["code"] == "cli_download_interrupted"
    assert len(clock.sleeps) == 2


def test_a_source_that_cannot_continue_starts_over(run, server, files, cwd):
    server.answer(video(files))
    files.script(sending(cut=100_000)).script(sending(ranges=False))
    assert download(run).status == 0
    assert (cwd / "v1.mp4").read_bytes() == CONTENT


def test_a_source_that_has_changed_starts_over(run, server, files, cwd):
    changed = CONTENT[::-1] + b"longer"
    server.answer(video(files))
    files.script(sending(cut=100_000)).script(sending(changed, tag='"version-2"', cut=150_000)).script(sending(changed, tag='"version-2"'))
    assert download(run).status == 0
    assert (cwd / "v1.mp4").read_bytes() == changed
    assert files.requests[2].headers["if-range"] == '"version-2"'


@pytest.mark.parametrize(
    "status, headers",
    [
        (416, {"Content-Range": f"bytes */{len(CONTENT)}"}),
        (206, {"Content-Range": f"bytes 0-{len(CONTENT) - 1}/{len(CONTENT)}"}),
        (206, {"Content-Range": f"bytes 100000-{len(CONTENT)}/{len(CONTENT) + 1}"}),
        (206, {"Content-Range": f"bytes 100000-200000/{len(CONTENT)}"}),
        (206, {"Content-Range": f"bytes 100000-{len(CONTENT) - 1}/{len(CONTENT)}", "ETag": '"other"'}),
        (206, {"Content-Range": "nonsense"}),
        (206, {}),
    ],
)
def test_a_part_that_is_not_the_rest_of_ours_is_not_taken(run, server, files, cwd, status, headers):
    server.answer(video(files))
    files.script(sending(cut=100_000))
    files.answer(body=b"wrong" * 100, status=status, headers=headers)
    files.script(sending())
    assert download(run).status == 0
    assert (cwd / "v1.mp4").read_bytes() == CONTENT
    assert "range" not in files.requests[2].headers


@pytest.mark.parametrize("tag", [None, 'W/"weak"'])
def test_without_a_strong_validator_nothing_is_kept(run, server, files, cwd, tag):
    server.answer(video(files))
    files.script(sending(tag=tag, cut=100_000))
    result = download(run, env={"HEYGEN_MAX_RETRIES": "0"})
    assert result.error["code"] == "cli_download_interrupted"
    assert there(cwd) == []
    server.answer(video(files))
    files.script(sending(tag=tag, cut=100_000)).script(sending(tag=tag))
    assert download(run).status == 0
    assert "range" not in files.requests[2].headers
    assert (cwd / "v1.mp4").read_bytes() == CONTENT


def test_a_date_is_a_validator_where_there_is_no_tag(run, server, files, cwd):
    date = "Sun, 24 Mar 2024 14:32:00 GMT"
    server.answer(video(files))
    files.script(sending(tag=None, cut=100_000, headers={"Last-Modified": date}))
    files.script(sending(tag=date, headers={"Last-Modified": date}))
    assert download(run).status == 0
    assert files.requests[1].headers["if-range"] == date


def test_what_is_complete_but_has_not_got_its_name_is_only_checked(run, server, files, cwd):
    (cwd / ".v1.mp4.part").write_bytes(CONTENT)
    note = {"resource": "video v1 video", "validator": TAG, "length": len(CONTENT)}
    (cwd / ".v1.mp4.part.json").write_text(json.dumps(note))
    server.answer(video(files))
    files.script(sending())
    assert download(run).status == 0
    assert files.requests[0].headers["range"] == f"bytes={len(CONTENT) - 1}-"
    assert there(cwd) == ["v1.mp4"] and (cwd / "v1.mp4").read_bytes() == CONTENT


@pytest.mark.parametrize(
    "note",
    [
        {"resource": "video v2 video", "validator": TAG, "length": len(CONTENT)},
        {"resource": "video v1 captioned", "validator": TAG, "length": len(CONTENT)},
        {"resource": "video v1 video", "validator": TAG, "length": 3},
        {"resource": "video v1 video", "validator": None, "length": None},
        [],
        "half",
        None,
    ],
)
def test_another_resources_beginning_is_not_taken_for_ours(run, server, files, cwd, note):
    (cwd / ".v1.mp4.part").write_bytes(b"other")
    if note is not None:
        (cwd / ".v1.mp4.part.json").write_text(json.dumps(note)[: 10 if note == "half" else None])
    server.answer(video(files))
    files.script(sending())
    assert download(run).status == 0
    assert "range" not in files.requests[0].headers
    assert (cwd / "v1.mp4").read_bytes() == CONTENT
    assert there(cwd) == ["v1.mp4"]


def test_a_stalled_download_ends_in_a_timeout_and_keeps_what_it_has(run, server, files, cwd, monkeypatch):
    monkeypatch.setattr(channel, "STALL_TIMEOUT", 0.4)
    may_end = threading.Event()

    def stall(handler, recorded):
        sending(cut=50_000)(handler, recorded)
        handler.wfile.flush()
        may_end.wait(30)

    server.answer(video(files))
    files.script(stall)
    result = download(run, env={"HEYGEN_MAX_RETRIES": "0"})
    may_end.set()
    assert (result.status, result.error["code"]) == (1, "timeout")
    assert "stalled: less than 16 KiB went through in 400ms" in result.error["message"]
    assert "after 50000 of" in result.error["message"]
    assert there(cwd) == [".v1.mp4.part", ".v1.mp4.part.json"]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_file_host_that_is_busy_is_asked_again(run, server, files, cwd, clock, status):
    server.answer(video(files))
    files.answer(body=b"", status=status, headers={"Retry-After": "7"})
    files.script(sending())
    assert download(run).status == 0
    assert clock.sleeps == [7]


@pytest.mark.parametrize("status", [400, 405, 501])
def test_a_refusal_of_the_file_host_is_told_with_its_words(run, server, files, cwd, status):
    server.answer(video(files))
    files.answer(body=b"<Error><Code>BadThing</Code><Message>No &amp; never</Message></Error>", status=status)
    result = download(run)
    assert (result.status, result.error["code"]) == (1, "cli_download_failed")
    assert "BadThing" in result.error["message"] and str(status) in result.error["message"]
    assert there(cwd) == []


# --- links that expire


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_an_expired_link_is_renewed_once(run, server, files, cwd, status):
    server.answer(video(files)).answer(video(files, video_url=f"{files.url}/fresh.mp4"))
    files.answer(body=b"expired", status=status).script(sending())
    assert download(run).status == 0
    assert [request.path for request in files.requests] == ["/v.mp4", "/fresh.mp4"]
    assert (cwd / "v1.mp4").read_bytes() == CONTENT


def test_a_fresh_link_that_is_refused_too_is_the_end(run, server, files, cwd):
    server.answer(video(files)).answer(video(files))
    for _ in range(2):
        files.answer(body=b"", status=403)
    result = download(run)
    assert (result.status, result.error["code"]) == (1, "cli_download_url_expired")
    assert "403" in result.error["message"]
    assert there(cwd) == []


def test_a_link_that_expires_in_the_middle_is_renewed_and_the_rest_is_fetched(run, server, files, cwd):
    server.answer(video(files)).answer(video(files)).answer(video(files))
    files.answer(body=b"", status=403).script(sending(cut=100_000)).answer(body=b"", status=403).script(sending())
    assert download(run).status == 0
    assert files.requests[3].headers["range"] == "bytes=100000-"


# --- as people see it, and as a process


def test_a_person_sees_how_it_goes_and_where_it_is(run, server, files, cwd):
    def slow(handler, recorded):
        run.clock.elapsed += 10
        sending()(handler, recorded)

    server.answer(video(files))
    files.script(sending())
    result = download(run, "--human")
    assert result.status == 0
    assert "v1.mp4" in result.stdout


@posix
def test_a_killed_download_is_carried_on_by_the_same_command(server, files, cwd):
    content = CONTENT * 40  # 12 MB
    has_begun, may_end = threading.Event(), threading.Event()

    def begin(handler, recorded):
        sending(content, cut=8_000_000)(handler, recorded)
        handler.wfile.flush()
        has_begun.set()
        may_end.wait(30)

    server.route("GET", "/v3/videos/v1", video(files))
    files.script(begin).script(sending(content))
    process = start(server, "video", "download", "v1")
    assert has_begun.wait(30)
    part = cwd / ".v1.mp4.part"
    while not part.exists() or part.stat().st_size < 1_000_000:
        assert process.poll() is None
    process.kill()
    process.communicate()
    may_end.set()
    have = part.stat().st_size
    process = start(server, "video", "download", "v1", "--get", "path")
    assert process.communicate(timeout=30) == (b"v1.mp4\n", b"")
    assert files.requests[1].headers["range"] == f"bytes={have}-"
    assert hashlib.sha256((cwd / "v1.mp4").read_bytes()).digest() == hashlib.sha256(content).digest()
    assert there(cwd) == ["v1.mp4"]


@posix
def test_an_interrupt_keeps_what_can_be_carried_on(server, files, cwd):
    may_end = threading.Event()

    def begin(handler, recorded):
        sending(cut=200_000)(handler, recorded)
        handler.wfile.flush()
        may_end.wait(30)

    server.route("GET", "/v3/videos/v1", video(files))
    files.script(begin)
    process = start(server, "video", "download", "v1")
    part = cwd / ".v1.mp4.part"
    while not part.exists() or part.stat().st_size < 200_000:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    may_end.set()
    error = json.loads(stderr)["error"]
    assert (process.returncode, stdout, error["code"]) == (130, b"", "canceled")
    assert "200000 of 307200 bytes" in error["message"] and "same command again" in error["hint"]
    assert there(cwd) == [".v1.mp4.part", ".v1.mp4.part.json"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_the_file(server, files, cwd):
    size = 256 << 20

    def endless(handler, recorded):
        handler.send_response(200)
        handler.send_header("Content-Length", str(size))
        handler.end_headers()
        block = bytes(1 << 20)
        for _ in range(size >> 20):
            handler.wfile.write(block)

    server.route("GET", "/v3/videos/v1", video(files))
    files.script(endless)
    assert peak_memory(server, "video", "download", "v1", "--output-path", "/dev/null") < 40
