"""Downloads into folders where others may have put something: nothing of theirs is taken for ours, or waited for."""

import json
import os
import stat

import pytest
from filehost import CONTENT, TAG, download, sending, there, video
from processes import start

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX files")
root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")

NOBODY = 65534


@pytest.fixture
def planted(cwd):
    """The part and the note of a download, as an interrupted run would have left them, but with other bytes."""
    part, note = cwd / ".v1.mp4.part", cwd / ".v1.mp4.part.json"
    part.write_bytes(b"planted" * 100)
    note.write_text(json.dumps({"resource": "video v1 video", "validator": TAG, "length": len(CONTENT)}))
    part.chmod(0o600), note.chmod(0o600)
    return part, note


def in_process(server, folder, *argv):
    process = start(server, "video", "download", "v1", *argv, cwd=folder)
    try:
        _, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    return process.returncode, stderr.decode()


def test_what_is_planted_here_would_be_resumed_if_it_were_ours(run, server, files, planted):
    server.answer(video(files))
    files.script(sending())
    assert download(run).status == 0
    assert files.requests[0].headers["range"] == "bytes=700-"


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("how", ["writable by others", "another name"])
def test_a_part_that_others_may_have_written_to_is_not_resumed(run, server, files, cwd, planted, tmp_path, which, how):
    victim = tmp_path / "victim"
    if how == "writable by others":
        planted[which].chmod(0o666)
    else:
        os.link(planted[which], victim)
        content = victim.read_bytes()
    server.answer(video(files))
    files.script(sending())
    assert download(run).status == 0
    assert "range" not in files.requests[0].headers
    assert (cwd / "v1.mp4").read_bytes() == CONTENT
    assert there(cwd) == ["v1.mp4"]
    if how == "another name":
        assert victim.read_bytes() == content


@root
def test_the_part_of_another_user_is_refused(run, server, files, cwd, planted):
    os.chown(planted[0], NOBODY, NOBODY)
    server.answer(video(files))
    result = download(run)
    assert (result.status, result.error["code"]) == (1, "cli_file_io_error")
    assert "belongs to another user" in result.error["message"]
    assert planted[0].read_bytes() == b"planted" * 100


@root
def test_the_note_of_another_user_is_not_believed(run, server, files, cwd, planted):
    os.chown(planted[1], NOBODY, NOBODY)
    server.answer(video(files))
    files.script(sending())
    assert download(run).status == 0
    assert "range" not in files.requests[0].headers
    assert there(cwd) == ["v1.mp4"]


def test_a_link_in_the_place_of_the_note_leads_nowhere(run, server, files, cwd, planted, tmp_path):
    victim = tmp_path / "victim"
    os.rename(planted[1], victim)
    planted[1].symlink_to(victim)
    content = victim.read_bytes()
    server.answer(video(files))
    files.script(sending())
    assert download(run).status == 0
    assert "range" not in files.requests[0].headers
    assert victim.read_bytes() == content


def test_a_pipe_in_the_place_of_the_note_is_not_waited_for(server, files, cwd, planted):
    os.unlink(planted[1])
    os.mkfifo(planted[1])
    server.answer(video(files))
    files.script(sending())
    assert in_process(server, cwd) == (0, "")
    assert there(cwd) == ["v1.mp4"]


def test_a_directory_in_the_place_of_the_note_is_refused(run, server, files, cwd, planted):
    os.unlink(planted[1])
    os.mkdir(planted[1])
    server.answer(video(files))
    files.script(sending())
    result = download(run)
    assert (result.status, result.error["code"]) == (1, "cli_file_io_error")
    assert ".v1.mp4.part.json is in the way" in result.error["message"]


def test_a_pipe_in_the_place_of_the_part_or_the_target_is_refused(server, files, cwd):
    for name in (".v1.mp4.part", "v1.mp4"):
        os.mkfifo(cwd / name)
        server.answer(video(files))
        status, stderr = in_process(server, cwd)
        assert status == 1 and json.loads(stderr)["error"]["code"] == "cli_file_io_error", stderr
        assert name in stderr and "regular file" in stderr
        os.unlink(cwd / name)


@root
def test_the_link_of_another_user_is_not_followed(run, server, files, cwd, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (cwd / "v1.mp4").symlink_to(victim)
    os.chown(cwd / "v1.mp4", NOBODY, NOBODY, follow_symlinks=False)
    cwd.chmod(0o1777)
    server.answer(video(files))
    result = download(run, "--force")
    assert (result.status, result.error["code"]) == (1, "cli_file_io_error")
    assert "is a link that belongs to another user" in result.error["message"]
    assert victim.read_text() == "precious"


def test_what_takes_the_place_of_the_part_meanwhile_is_not_handed_out(run, server, files, cwd):
    def exchange(handler, recorded):
        (cwd / "other").write_bytes(b"planted")
        os.replace(cwd / "other", cwd / ".v1.mp4.part")
        sending()(handler, recorded)

    server.answer(video(files))
    files.script(exchange)
    result = download(run)
    assert (result.status, result.error["code"]) == (1, "cli_file_io_error")
    assert "replaced during the download" in result.error["message"]
    assert not (cwd / "v1.mp4").exists()


def test_a_part_is_private_until_it_is_complete(run, server, files, cwd):
    seen = []

    def look(handler, recorded):
        seen.extend(stat.S_IMODE(os.stat(cwd / name).st_mode) for name in there(cwd))
        sending()(handler, recorded)

    server.answer(video(files))
    files.script(look)
    before = os.umask(0)
    try:
        assert download(run).status == 0
    finally:
        os.umask(before)
    assert seen == [0o600]
    assert stat.S_IMODE(os.stat(cwd / "v1.mp4").st_mode) == 0o666
