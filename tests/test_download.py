"""Downloads: streamed beside the target, resumed where they broke off, verified, and never half a file."""

import hashlib
import json
import os
import pathlib
import sys

import pytest
from hostile import reset

from heygen.commands import downloading

CONTENT = bytes(range(256)) * 1200  # 307,200 bytes
TAG = '"version-1"'
posix = pytest.mark.skipif(os.name == "nt", reason="POSIX files")


def video(files, status="completed", **fields):
    return {"data": {"id": "v1", "status": status, "video_url": f"{files.url}/v.mp4?Signature=s", **fields}}


def sending(content=CONTENT, tag=TAG, cut=None, ranges=True, headers=None, break_off=False):
    """Answer as a file host does; with `cut`, only so many bytes of the answer arrive."""

    def write(handler, recorded):
        wanted = recorded.headers.get("range") if ranges and recorded.headers.get("if-range", tag) == tag else None
        first = int(wanted[len("bytes=") : -1]) if wanted else 0
        body = content[first:]
        status = 206 if wanted else 200
        handler.send_response(status)
        if tag:
            handler.send_header("ETag", tag)
        if wanted:
            handler.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        for name, value in {"Content-Length": str(len(body)), "Content-Type": "video/mp4", **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body[:cut])
        handler.close_connection = True
        if break_off:
            reset(handler.connection)

    return write


@pytest.fixture
def place(tmp_path, monkeypatch):
    """An empty directory, which is the current one."""
    folder = tmp_path / "place"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def there(folder):
    return sorted(os.listdir(folder))


def download(run, *argv, **options):
    return run("video", "download", "v1", *argv, **options)


# --- the plain case


def test_a_video_is_saved_under_its_id_and_nothing_else_is_left(run, server, files, place):
    server.answer(video(files))
    files.script(sending())
    result = download(run)
    assert result.json == {"asset": "video", "message": "Downloaded video to v1.mp4", "path": "v1.mp4"}
    assert result.stderr == ""
    assert there(place) == ["v1.mp4"] and (place / "v1.mp4").read_bytes() == CONTENT
    assert (place / "v1.mp4").stat().st_mode & 0o777 == 0o666 & ~_umask()


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_nothing_of_the_credential_goes_to_the_file_host(run, server, files, place):
    server.answer(video(files))
    files.script(sending())
    download(run, env={"CLAUDECODE": "1"})
    assert set(files.requests[0].headers) == {"host", "accept", "accept-encoding", "user-agent", "connection"}
    assert files.requests[0].headers["accept-encoding"] == "identity"
    assert files.requests[0].target == "/v.mp4?Signature=s"


def test_a_file_host_on_the_apis_own_address_gets_none_either(run, server, place):
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
def test_other_framings_are_understood(run, server, files, place, headers, content):
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
    assert (place / "v1.mp4").read_bytes() == b"x" * 1024


def test_a_file_that_is_packed_although_we_asked_for_none_is_unpacked(run, server, files, place):
    import gzip

    server.answer(video(files))
    files.answer(body=gzip.compress(CONTENT), headers={"Content-Encoding": "gzip", "ETag": TAG})
    assert download(run).status == 0
    assert (place / "v1.mp4").read_bytes() == CONTENT


def test_an_empty_file_is_a_file(run, server, files, place):
    server.answer(video(files))
    files.script(sending(b""))
    assert download(run).status == 0
    assert (place / "v1.mp4").read_bytes() == b""


def test_an_odd_link_is_encoded(run, server, files, place):
    server.answer(video(files, video_url=f"{files.url}/Grüße an alle/v 1.mp4?x=ü%20#part"))
    files.script(sending())
    assert download(run).status == 0
    assert files.requests[0].target == "/Gr%C3%BC%C3%9Fe%20an%20alle/v%201.mp4?x=%C3%BC%20"


@pytest.mark.parametrize("link", ["http://files.example.test/v.mp4", "ftp://files.example.test/v", "/v.mp4", "nonsense", "http://[::1"])
def test_a_link_that_is_no_https_url_is_refused(run, server, files, place, link):
    server.answer(video(files, video_url=link))
    result = download(run)
    assert (result.status, result.error["code"]) == (1, "cli_download_failed")
    assert there(place) == []


def test_a_redirect_of_the_file_host_is_followed(run, server, files, place):
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
def test_a_download_that_breaks_off_goes_on_from_there(run, server, files, place, clock, break_off):
    server.answer(video(files))
    files.script(sending(cut=100_000, break_off=break_off)).script(sending())
    assert download(run).status == 0
    assert (place / "v1.mp4").read_bytes() == CONTENT
    first, second = files.requests
    assert "range" not in first.headers
    position = int(second.headers["range"][len("bytes=") : -1])
    assert 0 < position <= 100_000 and second.headers["if-range"] == TAG
    assert len(clock.sleeps) == 1
    assert there(place) == ["v1.mp4"]


def test_the_next_run_goes_on_from_there_too(run, server, files, place):
    server.answer(video(files))
    files.script(sending(cut=100_000))
    result = download(run, env={"HEYGEN_MAX_RETRIES": "0"})
    assert (result.status, result.stdout) == (1, "")
    assert result.error["code"] == "cli_download_interrupted"
    assert f"after 100000 of {len(CONTENT)} bytes" in result.error["message"]
    assert "same command again" in result.error["hint"]
    assert there(place) == [".v1.mp4.part", ".v1.mp4.part.json"]
    server.answer(video(files, video_url=f"{files.url}/v.mp4?Signature=another"))
    files.script(sending())
    assert download(run).status == 0
    assert files.requests[1].headers["range"] == "bytes=100000-"
    assert (place / "v1.mp4").read_bytes() == CONTENT
    assert there(place) == ["v1.mp4"]


def test_progress_makes_up_for_any_number_of_breaks(run, server, files, place):
    server.answer(video(files))
    for _ in range(7):
        files.script(sending(cut=40_000))
    files.script(sending())
    assert download(run).status == 0
    assert (place / "v1.mp4").read_bytes() == CONTENT


def test_no_progress_does_not(run, server, files, place, clock):
    server.answer(video(files))
    files.script(sending(cut=100_000))
    for _ in range(2):
        files.script(sending(cut=0))
    result = download(run)
    assert result.error["code"] == "cli_download_interrupted"
    assert len(clock.sleeps) == 2


def test_a_source_that_cannot_continue_starts_over(run, server, files, place):
    server.answer(video(files))
    files.script(sending(cut=100_000)).script(sending(ranges=False))
    assert download(run).status == 0
    assert (place / "v1.mp4").read_bytes() == CONTENT


def test_a_source_that_has_changed_starts_over(run, server, files, place):
    changed = CONTENT[::-1] + b"longer"
    server.answer(video(files))
    files.script(sending(cut=100_000)).script(sending(changed, tag='"version-2"', cut=150_000)).script(sending(changed, tag='"version-2"'))
    assert download(run).status == 0
    assert (place / "v1.mp4").read_bytes() == changed
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
def test_a_part_that_is_not_the_rest_of_ours_is_not_taken(run, server, files, place, status, headers):
    server.answer(video(files))
    files.script(sending(cut=100_000))
    files.answer(body=b"wrong" * 100, status=status, headers=headers)
    files.script(sending())
    assert download(run).status == 0
    assert (place / "v1.mp4").read_bytes() == CONTENT
    assert "range" not in files.requests[2].headers


@pytest.mark.parametrize("tag", [None, 'W/"weak"'])
def test_without_a_strong_validator_nothing_is_kept(run, server, files, place, tag):
    server.answer(video(files))
    files.script(sending(tag=tag, cut=100_000))
    result = download(run, env={"HEYGEN_MAX_RETRIES": "0"})
    assert result.error["code"] == "cli_download_interrupted"
    assert there(place) == []
    server.answer(video(files))
    files.script(sending(tag=tag, cut=100_000)).script(sending(tag=tag))
    assert download(run).status == 0
    assert "range" not in files.requests[2].headers
    assert (place / "v1.mp4").read_bytes() == CONTENT


def test_a_date_is_a_validator_where_there_is_no_tag(run, server, files, place):
    date = "Sun, 24 Mar 2024 14:32:00 GMT"
    server.answer(video(files))
    files.script(sending(tag=None, cut=100_000, headers={"Last-Modified": date}))
    files.script(sending(tag=date, headers={"Last-Modified": date}))
    assert download(run).status == 0
    assert files.requests[1].headers["if-range"] == date


def test_what_is_complete_but_has_not_got_its_name_is_only_checked(run, server, files, place):
    (place / ".v1.mp4.part").write_bytes(CONTENT)
    note = {"resource": "video v1 video", "validator": TAG, "length": len(CONTENT)}
    (place / ".v1.mp4.part.json").write_text(json.dumps(note))
    server.answer(video(files))
    files.script(sending())
    assert download(run).status == 0
    assert files.requests[0].headers["range"] == f"bytes={len(CONTENT) - 1}-"
    assert there(place) == ["v1.mp4"] and (place / "v1.mp4").read_bytes() == CONTENT


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
def test_another_resources_beginning_is_not_taken_for_ours(run, server, files, place, note):
    (place / ".v1.mp4.part").write_bytes(b"other")
    if note is not None:
        (place / ".v1.mp4.part.json").write_text(json.dumps(note)[: 10 if note == "half" else None])
    server.answer(video(files))
    files.script(sending())
    assert download(run).status == 0
    assert "range" not in files.requests[0].headers
    assert (place / "v1.mp4").read_bytes() == CONTENT
    assert there(place) == ["v1.mp4"]


def test_a_stalled_download_ends_in_a_timeout_and_keeps_what_it_has(run, server, files, place, monkeypatch):
    import threading

    from heygen.http import connection

    monkeypatch.setattr(connection, "STALL_TIMEOUT", 0.4)
    may_end = threading.Event()

    def stall(handler, recorded):
        sending(cut=50_000)(handler, recorded)
        handler.wfile.flush()
        may_end.wait(30)

    server.answer(video(files))
    files.script(stall)
    result = download(run, env={"HEYGEN_MAX_RETRIES": "0"})
    may_end.set()
    assert (result.status, result.error["code"]) == (4, "timeout")
    assert "stalled: less than 16 KiB went through in 400ms" in result.error["message"]
    assert "after 50000 of" in result.error["message"]
    assert there(place) == [".v1.mp4.part", ".v1.mp4.part.json"]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_file_host_that_is_busy_is_asked_again(run, server, files, place, clock, status):
    server.answer(video(files))
    files.answer(body=b"", status=status, headers={"Retry-After": "7"})
    files.script(sending())
    assert download(run).status == 0
    assert clock.sleeps == [7]


@pytest.mark.parametrize("status", [400, 405, 501])
def test_a_refusal_of_the_file_host_is_told_with_its_words(run, server, files, place, status):
    server.answer(video(files))
    files.answer(body=b"<Error><Code>BadThing</Code><Message>No &amp; never</Message></Error>", status=status)
    result = download(run)
    assert (result.status, result.error["code"]) == (1, "cli_download_failed")
    assert "BadThing" in result.error["message"] and str(status) in result.error["message"]
    assert there(place) == []


# --- links that expire


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_an_expired_link_is_renewed_once(run, server, files, place, status):
    server.answer(video(files)).answer(video(files, video_url=f"{files.url}/fresh.mp4"))
    files.answer(body=b"expired", status=status).script(sending())
    assert download(run).status == 0
    assert [request.path for request in files.requests] == ["/v.mp4", "/fresh.mp4"]
    assert (place / "v1.mp4").read_bytes() == CONTENT


def test_a_fresh_link_that_is_refused_too_is_the_end(run, server, files, place):
    server.answer(video(files)).answer(video(files))
    for _ in range(2):
        files.answer(body=b"", status=403)
    result = download(run)
    assert (result.status, result.error["code"]) == (1, "cli_download_url_expired")
    assert "403" in result.error["message"]
    assert there(place) == []


def test_a_link_that_expires_in_the_middle_is_renewed_and_the_rest_is_fetched(run, server, files, place):
    server.answer(video(files)).answer(video(files)).answer(video(files))
    files.answer(body=b"", status=403).script(sending(cut=100_000)).answer(body=b"", status=403).script(sending())
    assert download(run).status == 0
    assert files.requests[3].headers["range"] == "bytes=100000-"


# --- targets


def test_a_file_that_is_there_is_not_overwritten_without_a_terminal(run, server, files, place):
    (place / "here.mp4").write_text("precious")
    result = download(run, "--output-path", "here.mp4")
    assert (result.status, result.error["code"]) == (1, "file_exists")
    assert "--force" in result.error["hint"]
    assert not result.requests
    server.answer(video(files))
    files.script(sending())
    assert download(run, "--output-path", "here.mp4", "--force").status == 0
    assert (place / "here.mp4").read_bytes() == CONTENT


@pytest.mark.parametrize("answer, is_overwritten", [(b"y\n", True), (b"n\n", False), (b"\n", False)])
def test_a_file_that_is_there_is_asked_for_on_a_terminal(run, server, files, place, answer, is_overwritten):
    (place / "v1.mp4").write_text("precious")
    server.answer(video(files))
    if is_overwritten:
        files.script(sending())
    result = download(run, terminal=True, stdin=answer)
    assert "v1.mp4 exists. Overwrite it?" in result.stderr and "[y/N]" in result.stderr
    assert ((place / "v1.mp4").read_bytes() == CONTENT) == is_overwritten
    assert (result.status == 0) == is_overwritten
    assert there(place) == ["v1.mp4"]


def test_a_file_that_appears_meanwhile_is_not_overwritten_either(run, server, files, place):
    def appear(handler, recorded):
        (place / "v1.mp4").write_text("precious")
        sending()(handler, recorded)

    server.answer(video(files))
    files.script(appear)
    result = download(run)
    assert (result.status, result.error["code"]) == (1, "file_exists")
    assert (place / "v1.mp4").read_text() == "precious"
    server.answer(video(files))
    files.script(sending())
    assert download(run, "--force").status == 0  # with what was downloaded, but for a byte to check it
    assert files.requests[1].headers["range"] == f"bytes={len(CONTENT) - 1}-"
    assert (place / "v1.mp4").read_bytes() == CONTENT


@pytest.mark.parametrize("path", [".", "./", "sub", "sub/"])
def test_a_directory_gets_the_default_name_inside(run, server, files, place, path):
    (place / "sub").mkdir()
    server.answer(video(files))
    files.script(sending())
    result = download(run, "--output-path", path)
    assert result.json["path"] == os.path.join(path, "v1.mp4")
    assert (place / path / "v1.mp4").read_bytes() == CONTENT


@pytest.mark.parametrize("path", ["none/v.mp4", "none/", "file/v.mp4"])
def test_a_directory_that_is_not_there_is_an_error_before_anything_is_asked(run, server, place, path):
    (place / "file").write_text("")
    result = download(run, "--output-path", path)
    assert (result.status, result.error["code"]) == (1, "cli_file_io_error")
    assert not result.requests


def test_an_empty_path_is_a_usage_error(run, server, place):
    assert download(run, "--output-path", "").status == 2


@pytest.mark.parametrize(
    "id, name",
    [
        ("v1", "v1.mp4"),
        ("../../etc/passwd", "_.._etc_passwd.mp4"),
        ("/etc/passwd", "_etc_passwd.mp4"),
        ("..", "download.mp4"),
        (".hidden", "hidden.mp4"),
        ("-rf", "rf.mp4"),
        ("a b\nc\x00d\x1b", "a_b_c_d_.mp4"),
        ("grüße", "gr__e.mp4"),
        ("con", "_con.mp4"),
        ("COM1.x", "_COM1.x.mp4"),
        ("a" * 300, "a" * 100 + ".mp4"),
        ("c:\\windows", "c__windows.mp4"),
    ],
)
def test_the_default_name_is_safe_whatever_the_id_is(id, name):
    assert downloading.Resource(None, downloading.VIDEO, id).file_name("video", "https://h/x.mp4") == name


@pytest.mark.parametrize(
    "asset, link, name",
    [
        ("video", "https://h/x.webm?y=.mov", "v1.webm"),
        ("video", "https://h/x.exe", "v1.mp4"),
        ("captioned", "https://h/x", "v1-captioned.mp4"),
        ("thumbnail", "https://h/x.PNG", "v1-thumbnail.png"),
        ("gif", "https://h/x.gif", "v1-gif.gif"),
        ("subtitle", "https://h/x.vtt", "v1-subtitle.vtt"),
    ],
)
def test_the_default_name_tells_what_it_is(asset, link, name):
    assert downloading.Resource(None, downloading.VIDEO, "v1").file_name(asset, link) == name


def test_a_name_as_long_as_the_file_system_takes_is_fine(run, server, files, place):
    name = "ü" * 120 + "x" * 11 + ".mp4"
    assert len(name.encode()) == 255
    server.answer(video(files)).answer(video(files))
    files.script(sending(cut=1000)).script(sending())
    assert download(run, "--output-path", name, env={"HEYGEN_MAX_RETRIES": "0"}).status == 1
    assert download(run, "--output-path", name).status == 0
    assert there(place) == [name] and files.requests[1].headers["range"] == "bytes=1000-"


# --- standard output and other streams


def test_a_dash_writes_to_standard_output_and_nothing_else_does(run, server, files, place):
    server.answer(video(files))
    files.script(sending(cut=100_000)).script(sending())
    result = download(run, "--output-path", "-")
    assert (result.status, result.stderr) == (0, "")
    assert result.stdout_bytes == CONTENT
    assert there(place) == []


def test_what_went_out_cannot_start_over(run, server, files, place):
    server.answer(video(files))
    files.script(sending(cut=100_000)).script(sending(ranges=False))
    result = download(run, "--output-path", "-")
    assert (result.status, result.error["code"]) == (1, "cli_download_interrupted")
    assert result.stdout_bytes == CONTENT[:100_000]


def test_a_video_does_not_go_to_a_terminal_but_a_text_does(run, server, files, place):
    result = download(run, "--output-path", "-", terminal=True)
    assert (result.status, result.error["code"]) == (2, "usage_error")
    assert not result.requests
    server.answer(video(files, subtitle_url=f"{files.url}/s.srt"))
    files.answer(body=b"1\n00:00\nHi\n")
    result = download(run, "--asset", "subtitle", "--output-path", "-", terminal=True)
    assert result.stdout == "1\n00:00\nHi\n"


@posix
def test_a_device_is_written_to_and_not_replaced(run, server, files, place):
    server.answer(video(files)).answer(video(files))
    files.script(sending()).script(sending())
    assert download(run, "--output-path", "/dev/null").json["path"] == "/dev/null"
    assert pathlib.Path("/dev/null").is_char_device()
    if os.path.exists("/dev/full"):
        result = download(run, "--output-path", "/dev/full")
        assert (result.status, result.error["code"]) == (1, "cli_file_io_error")
        assert "No space left" in result.error["message"]
    else:
        files.answers.clear(), server.answers.clear()


# --- a disk that does not want to


@posix
def test_a_full_disk_is_an_error_and_leaves_nothing(run, server, files, place):
    import resource

    server.answer(video(files))
    files.script(sending())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        result = download(run)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (result.status, result.error["code"]) == (1, "cli_file_io_error")
    assert result.error["message"].startswith("cannot write v1.mp4: ")
    assert there(place) == []


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_without_permission_is_an_error(run, server, files, place):
    place.chmod(0o500)
    server.answer(video(files))
    result = download(run)
    place.chmod(0o700)
    assert result.error["code"] == "cli_file_io_error"


@posix
def test_a_directory_that_goes_away_meanwhile_is_an_error(run, server, files, place):
    import shutil

    (place / "sub").mkdir()

    def vanish(handler, recorded):
        shutil.rmtree(place / "sub")
        sending()(handler, recorded)

    server.answer(video(files))
    files.script(vanish)
    result = download(run, "--output-path", "sub/v.mp4")
    assert (result.status, result.error["code"]) == (1, "cli_file_io_error")
    assert there(place) == []


@posix
def test_a_link_in_the_place_of_the_part_leads_nowhere(run, server, files, place, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (place / ".v1.mp4.part").symlink_to(victim)
    server.answer(video(files))
    result = download(run)
    assert result.error["code"] == "cli_file_io_error"
    assert victim.read_text() == "precious"


@posix
def test_a_link_in_the_place_of_the_target_is_followed(run, server, files, place):
    (place / "real").mkdir()
    (place / "real" / "file.mp4").write_text("old")
    (place / "v.mp4").symlink_to("real/file.mp4")
    server.answer(video(files))
    files.script(sending())
    assert download(run, "--output-path", "v.mp4", "--force").status == 0
    assert (place / "v.mp4").is_symlink() and (place / "real" / "file.mp4").read_bytes() == CONTENT


@posix
def test_two_runs_do_not_write_into_one_anothers_part(run, server, files, place):
    import fcntl

    server.answer(video(files))
    with open(place / ".v1.mp4.part", "wb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        result = download(run)
    assert (result.status, result.error["code"]) == (1, "cli_download_in_progress")


# --- what there is to download


@pytest.mark.parametrize(
    "document, code, words",
    [
        ({"status": "failed", "failure_code": "bad_script", "failure_message": "No words"}, "video_failed", "bad_script: No words"),
        ({"status": "processing", "video_url": None}, "video_not_ready", "its status is processing"),
        ({"status": "brand_new", "video_url": None}, "video_not_ready", "its status is brand_new"),
        ({"status": "completed", "video_url": None, "gif_url": "https://h/x"}, "asset_not_available", "has no video file"),
    ],
)
def test_what_cannot_be_downloaded_has_a_code_of_its_own(run, server, files, place, document, code, words):
    server.answer({"data": {"id": "v1", **document}})
    result = download(run)
    assert (result.status, result.stdout, result.error["code"]) == (1, "", code)
    assert words in result.error["message"]
    assert result.error["hint"]


def test_a_video_that_is_not_there_says_how_to_find_it(run, server, place):
    server.answer({"error": {"code": "video_not_found", "message": "Video not found"}}, status=404)
    assert download(run).error["hint"] == "Check ID with: heygen video list"


@pytest.mark.parametrize(
    "group, path, fields",
    [
        ("video", "/v3/videos/x", {"video": "video_url", "captioned": "captioned_video_url", "thumbnail": "thumbnail_url", "gif": "gif_url", "subtitle": "subtitle_url"}),
        ("lipsync", "/v3/lipsyncs/x", {"video": "video_url", "srt": "caption_url"}),
        ("video-translate", "/v3/video-translations/x", {"video": "video_url", "audio": "audio_url", "srt": "srt_caption_url", "vtt": "vtt_caption_url"}),
    ],
)  # fmt: skip
def test_every_file_of_a_resource_can_be_had(run, server, files, place, group, path, fields):
    for asset, field in fields.items():
        server.route("GET", path, {"data": {"id": "x", "status": "completed", field: f"{files.url}/{field}"}})
        files.answer(body=asset.encode())
        result = run(group, "download", "x", "--asset", asset)
        assert result.status == 0, result
        assert (place / result.json["path"]).read_text() == asset
        assert result.json["asset"] == asset
    assert run(group, "download", "x", "--asset", "nonsense").status == 2


def test_the_documents_have_the_fields_that_files_are_read_from():
    from heygen.api import operations, schema

    for kind in downloading.KINDS:
        shown = operations.find_by_words(kind.shown_by)
        data = schema.resolve(shown.response_schema["properties"]["data"], shown.document)
        assert {asset.field for asset in kind.assets.values()} <= set(data["properties"])


# --- together with --wait


def test_a_wait_may_go_straight_to_disk(run, server, files, place):
    server.answer({"data": {"session_id": "s", "video_id": "v1", "status": "generating"}})
    server.answer(video(files, "processing", video_url=None)).answer(video(files))
    files.script(sending())
    result = run("video-agent", "create", "--prompt", "Hi", "--wait", "--output-path", "out.mp4")
    assert result.status == 0, result
    assert result.json == {**video(files), "saved": {"asset": "video", "path": "out.mp4"}}
    assert there(place) == ["out.mp4"]
    assert "x-api-key" not in files.requests[0].headers


def test_a_get_may_wait_and_save_too(run, server, files, place):
    server.answer(video(files))
    files.script(sending())
    result = run("video", "get", "v1", "--wait", "--output-path", ".", "--get", "saved.path")
    assert result.stdout == "./v1.mp4\n"


def test_a_wait_may_end_on_standard_output(run, server, files, place):
    server.answer(video(files))
    files.script(sending())
    assert run("video", "get", "v1", "--wait", "--output-path", "-").stdout_bytes == CONTENT


@pytest.mark.parametrize("argv", [("video-agent", "create", "--prompt", "Hi"), ("video", "get", "v1")])
def test_a_path_without_a_wait_is_a_usage_error(run, server, place, argv):
    result = run(*argv, "--output-path", "x.mp4")
    assert (result.status, result.error["message"]) == (2, "--output-path goes with --wait")


def test_what_is_in_the_way_is_refused_before_anything_is_paid_for(run, server, place):
    (place / "x.mp4").write_text("precious")
    for path in ("x.mp4", "none/x.mp4"):
        result = run("video-agent", "create", "--prompt", "Hi", "--wait", "--output-path", path)
        assert result.status == 1 and not result.requests


def test_a_download_that_fails_does_not_lose_the_resource(run, server, files, place):
    server.answer(video(files))
    files.script(sending(cut=100_000))
    result = run("video", "get", "v1", "--wait", "--output-path", "x.mp4", env={"HEYGEN_MAX_RETRIES": "0"})
    assert result.status == 1
    assert result.json == video(files)
    assert result.error["code"] == "cli_download_interrupted"
    assert "heygen video download v1" in result.error["hint"]
    server.answer(video(files))
    files.script(sending())
    assert download(run, "--output-path", "x.mp4").status == 0
    assert files.requests[1].headers["range"] == "bytes=100000-"


def translated(server, files, **states):
    server.answer({"data": {"video_translation_ids": list(states)}})
    for id, fields in states.items():
        server.answer({"data": {"id": id, "status": "completed", "video_url": f"{files.url}/{id}", **fields}})


TRANSLATE = (
    "video-translate", "create", "-d", '{"video":{"type":"url","url":"https://h/v"},"output_languages":["German","French"]}', "--wait",
)  # fmt: skip


def test_several_results_go_into_a_directory(run, server, files, place):
    translated(server, files, t1={}, t2={"video_url": None, "audio_url": f"{files.url}/t2.wav"})
    files.answer(body=b"one").answer(body=b"two")
    result = run(*TRANSLATE, "--output-path", "out")
    assert result.status == 0, result
    assert result.json["saved"] == [{"asset": "video", "path": "out/t1.mp4"}, {"asset": "audio", "path": "out/t2-audio.wav"}]
    assert (place / "out" / "t1.mp4").read_text() == "one" and (place / "out" / "t2-audio.wav").read_text() == "two"


def test_those_that_have_not_failed_are_saved_as_well(run, server, files, place):
    translated(server, files, t1={"status": "failed", "video_url": None, "failure_message": "No voice"}, t2={})
    files.answer(body=b"two")
    result = run(*TRANSLATE, "--output-path", "out/")
    assert result.status == 1 and not result.requests  # a directory that is named as one has to be there
    (place / "out").mkdir()
    result = run(*TRANSLATE, "--output-path", "out/")
    assert (result.status, result.error["code"]) == (1, "cli_job_failed")
    assert result.json["saved"] == [{"asset": "video", "path": "out/t2.mp4"}]


def test_several_results_do_not_go_to_standard_output(run, server, files, place):
    translated(server, files, t1={}, t2={})
    result = run(*TRANSLATE, "--output-path", "-")
    assert result.status == 2
    assert [each["id"] for each in result.json["data"]] == ["t1", "t2"]


# --- as people see it, and as a process


def test_a_person_sees_how_it_goes_and_where_it_is(run, server, files, place):
    def slow(handler, recorded):
        run.clock.elapsed += 10
        sending()(handler, recorded)

    server.answer(video(files))
    files.script(sending())
    result = download(run, "--human")
    assert result.status == 0
    assert "v1.mp4" in result.stdout


@posix
def test_a_killed_download_is_carried_on_by_the_same_command(server, files, place):
    import threading

    from test_process import start

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
    part = place / ".v1.mp4.part"
    while not part.exists() or part.stat().st_size < 1_000_000:
        assert process.poll() is None
    process.kill()
    process.communicate()
    may_end.set()
    have = part.stat().st_size
    process = start(server, "video", "download", "v1", "--get", "path")
    assert process.communicate(timeout=30) == (b"v1.mp4\n", b"")
    assert files.requests[1].headers["range"] == f"bytes={have}-"
    assert hashlib.sha256((place / "v1.mp4").read_bytes()).digest() == hashlib.sha256(content).digest()
    assert there(place) == ["v1.mp4"]


@posix
def test_an_interrupt_keeps_what_can_be_carried_on(server, files, place):
    import signal
    import threading

    from test_process import start

    may_end = threading.Event()

    def begin(handler, recorded):
        sending(cut=200_000)(handler, recorded)
        handler.wfile.flush()
        may_end.wait(30)

    server.route("GET", "/v3/videos/v1", video(files))
    files.script(begin)
    process = start(server, "video", "download", "v1")
    part = place / ".v1.mp4.part"
    while not part.exists() or part.stat().st_size < 200_000:
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=30)
    may_end.set()
    error = json.loads(stderr)["error"]
    assert (process.returncode, stdout, error["code"]) == (130, b"", "canceled")
    assert "200000 of 307200 bytes" in error["message"] and "same command again" in error["hint"]
    assert there(place) == [".v1.mp4.part", ".v1.mp4.part.json"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_the_file(server, files, place):
    from test_process import peak_memory

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
