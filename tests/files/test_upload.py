"""heygen/files/local_file.py, media_type.py, multipart.py and progress.py: what is sent as a form, from files, pipes and standard input."""

import email.parser
import email.policy
import io
import os
import threading

import pytest
from uploads import ASSET, MP4

from heygen.core.context import InputStream
from heygen.files import media_type, multipart
from heygen.files.local_file import LocalFile
from heygen.files.progress import observed
from heygen.http.message import Body

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX files")


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
    "name, begin, expected",
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
def test_the_type_comes_from_the_name_or_else_from_the_first_bytes(name, begin, expected):
    assert media_type.guess(name, begin) == expected


@pytest.mark.parametrize("command", [("asset", "create", "--file"), ("asset", "upload")])
@pytest.mark.parametrize("kind, words", [("missing", "No such file"), ("directory", "is a directory"), ("empty", "is empty"), ("nul", "null")])
def test_what_cannot_be_uploaded_is_refused_before_anything_is_sent(run, server, tmp_path, command, kind, words):
    path = tmp_path / "x.mp4"
    if kind == "directory":
        path.mkdir()
    if kind == "empty":
        path.write_bytes(b"")
    result = run(*command, f"{path}\0" if kind == "nul" else str(path))
    assert (result.status, result.error["code"]) == ((1, "cli_file_io_error") if kind == "missing" else (2, "usage_error"))
    assert words in result.error["message"]
    assert not result.requests


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_refused(run, server, clip):
    clip.chmod(0)
    assert run("asset", "create", "--file", str(clip)).error["code"] == "cli_file_io_error"


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
    class Large(io.BufferedIOBase):
        left = 24 << 20

        def readinto1(self, buffer):
            assert 0 < len(buffer) <= 1 << 20, "read in blocks"
            count = min(len(buffer), self.left)
            self.left -= count
            return count

    server.answer(ASSET)
    result = run("asset", "create", "--file", "-", stdin=InputStream(Large()))
    assert len(result.requests[0].body) > 24 << 20


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


@posix
@pytest.mark.parametrize("given", ["/dev/zero", "-"])
def test_what_has_no_end_is_refused(run, server, given):
    with open("/dev/zero", "rb") as zeros:
        result = run("asset", "create", "--file", given, stdin=InputStream(zeros))
    assert (result.status, result.error["code"]) == (1, "payload_too_large")
    assert "is larger than 32 MiB" in result.error["message"]
    assert not result.requests


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
    found = LocalFile(str(clip), "clip.mp4", "video/mp4")
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


def test_a_body_is_told_of_as_it_is_read_and_anew_for_each_try():
    told = []

    class Progress:
        reset = staticmethod(lambda: told.append("reset"))
        advance = staticmethod(told.append)
        close = staticmethod(lambda: told.append("close"))

    body = observed(Body(open=lambda: io.BytesIO(b"12345"), length=5), Progress)
    for _ in range(2):
        stream = body.open()
        while stream.readinto(memoryview(bytearray(3))):
            pass
        stream.close()
    assert told == ["reset", 3, 2, 0, "close"] * 2
