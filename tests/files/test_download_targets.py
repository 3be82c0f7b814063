"""heygen/files/part.py and the commands' targets: files, directories, links, devices, streams, and disks that are full."""

import os
import pathlib
import shutil

import pytest
from filehost import CONTENT, download, sending, there, video

from heygen.calls import assets

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX files")


def test_a_file_that_is_there_is_not_overwritten_without_a_terminal(run, server, files, cwd):
    (cwd / "here.mp4").write_text("precious")
    result = download(run, "--output-path", "here.mp4")
    assert (result.status, result.error["code"]) == (1, "file_exists")
    assert "--force" in result.error["hint"]
    assert not result.requests
    server.answer(video(files))
    files.script(sending())
    assert download(run, "--output-path", "here.mp4", "--force").status == 0
    assert (cwd / "here.mp4").read_bytes() == CONTENT


@pytest.mark.parametrize("answer, is_overwritten", [(b"y\n", True), (b"n\n", False), (b"\n", False)])
def test_a_file_that_is_there_is_asked_for_on_a_terminal(run, server, files, cwd, answer, is_overwritten):
    (cwd / "v1.mp4").write_text("precious")
    server.answer(video(files))
    if is_overwritten:
        files.script(sending())
    result = download(run, terminal=True, stdin=answer)
    assert "v1.mp4 exists. Overwrite it?" in result.stderr and "[y/N]" in result.stderr
    assert ((cwd / "v1.mp4").read_bytes() == CONTENT) == is_overwritten
    assert (result.status == 0) == is_overwritten
    assert there(cwd) == ["v1.mp4"]


def test_a_file_that_appears_meanwhile_is_not_overwritten_either(run, server, files, cwd):
    def appear(handler, recorded):
        (cwd / "v1.mp4").write_text("precious")
        sending()(handler, recorded)

    server.answer(video(files))
    files.script(appear)
    result = download(run)
    assert (result.status, result.error["code"]) == (1, "file_exists")
    assert (cwd / "v1.mp4").read_text() == "precious"
    server.answer(video(files))
    files.script(sending())
    assert download(run, "--force").status == 0  # with what was downloaded, but for a byte to check it
    assert files.requests[1].headers["range"] == f"bytes={len(CONTENT) - 1}-"
    assert (cwd / "v1.mp4").read_bytes() == CONTENT


@pytest.mark.parametrize("path", [".", "./", "sub", "sub/"])
def test_a_directory_gets_the_default_name_inside(run, server, files, cwd, path):
    (cwd / "sub").mkdir()
    server.answer(video(files))
    files.script(sending())
    result = download(run, "--output-path", path)
    assert result.json["path"] == os.path.join(path, "v1.mp4")
    assert (cwd / path / "v1.mp4").read_bytes() == CONTENT


@pytest.mark.parametrize("path", ["none/v.mp4", "none/", "file/v.mp4"])
def test_a_directory_that_is_not_there_is_an_error_before_anything_is_asked(run, server, cwd, path):
    (cwd / "file").write_text("")
    result = download(run, "--output-path", path)
    assert (result.status, result.error["code"]) == (1, "cli_file_io_error")
    assert not result.requests


def test_an_empty_path_is_a_usage_error(run, server, cwd):
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
    assert assets.Resource(None, assets.VIDEO, id).file_name("video", "https://h/x.mp4") == name


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
    assert assets.Resource(None, assets.VIDEO, "v1").file_name(asset, link) == name


def test_a_name_as_long_as_the_file_system_takes_is_fine(run, server, files, cwd):
    name = "ü" * 120 + "x" * 11 + ".mp4"
    assert len(name.encode()) == 255
    server.answer(video(files)).answer(video(files))
    files.script(sending(cut=1000)).script(sending())
    assert download(run, "--output-path", name, env={"HEYGEN_MAX_RETRIES": "0"}).status == 1
    assert download(run, "--output-path", name).status == 0
    assert there(cwd) == [name] and files.requests[1].headers["range"] == "bytes=1000-"


# --- standard output and other streams


def test_a_dash_writes_to_standard_output_and_nothing_else_does(run, server, files, cwd):
    server.answer(video(files))
    files.script(sending(cut=100_000)).script(sending())
    result = download(run, "--output-path", "-")
    assert (result.status, result.stderr) == (0, "")
    assert result.stdout_bytes == CONTENT
    assert there(cwd) == []


def test_what_went_out_cannot_start_over(run, server, files, cwd):
    server.answer(video(files))
    files.script(sending(cut=100_000)).script(sending(ranges=False))
    result = download(run, "--output-path", "-")
    assert (result.status, result.error["code"]) == (1, "cli_download_interrupted")
    assert result.stdout_bytes == CONTENT[:100_000]


def test_a_video_does_not_go_to_a_terminal_but_a_text_does(run, server, files, cwd):
    result = download(run, "--output-path", "-", terminal=True)
    assert (result.status, result.error["code"]) == (2, "usage_error")
    assert not result.requests
    server.answer(video(files, subtitle_url=f"{files.url}/s.srt"))
    files.answer(body=b"1\n00:00\nHi\n")
    result = download(run, "--asset", "subtitle", "--output-path", "-", terminal=True)
    assert result.stdout == "1\n00:00\nHi\n"


@posix
def test_a_device_is_written_to_and_not_replaced(run, server, files, cwd):
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
def test_a_full_disk_is_an_error_and_leaves_nothing(run, server, files, cwd):
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
    assert there(cwd) == []


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_without_permission_is_an_error(run, server, files, cwd):
    cwd.chmod(0o500)
    server.answer(video(files))
    result = download(run)
    cwd.chmod(0o700)
    assert result.error["code"] == "cli_file_io_error"


@posix
def test_a_directory_that_goes_away_meanwhile_is_an_error(run, server, files, cwd):
    (cwd / "sub").mkdir()

    def vanish(handler, recorded):
        shutil.rmtree(cwd / "sub")
        sending()(handler, recorded)

    server.answer(video(files))
    files.script(vanish)
    result = download(run, "--output-path", "sub/v.mp4")
    assert (result.status, result.error["code"]) == (1, "cli_file_io_error")
    assert there(cwd) == []


@posix
def test_a_link_in_the_place_of_the_part_leads_nowhere(run, server, files, cwd, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (cwd / ".v1.mp4.part").symlink_to(victim)
    server.answer(video(files))
    result = download(run)
    assert result.error["code"] == "cli_file_io_error"
    assert victim.read_text() == "precious"


@posix
def test_a_link_in_the_place_of_the_target_is_followed(run, server, files, cwd):
    (cwd / "real").mkdir()
    (cwd / "real" / "file.mp4").write_text("old")
    (cwd / "v.mp4").symlink_to("real/file.mp4")
    server.answer(video(files))
    files.script(sending())
    assert download(run, "--output-path", "v.mp4", "--force").status == 0
    assert (cwd / "v.mp4").is_symlink() and (cwd / "real" / "file.mp4").read_bytes() == CONTENT


@posix
def test_two_runs_do_not_write_into_one_anothers_part(run, server, files, cwd):
    import fcntl

    server.answer(video(files))
    with open(cwd / ".v1.mp4.part", "wb") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        result = download(run)
    assert (result.status, result.error["code"]) == (1, "cli_download_in_progress")
