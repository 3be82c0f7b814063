"""Our own files: who may read them, that they are whole, and that one process writes at a time."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import types

import pytest
from processes import start

from heygen.core import storage
from heygen.core.context import Context, InputStream, OutputStream
from heygen.core.errors import HeygenError

posix = pytest.mark.skipif(os.name == "nt", reason="POSIX files")


@pytest.fixture
def context(clock, tmp_path):
    return Context(
        stdin=InputStream(None),
        stdout=OutputStream(None),
        stderr=OutputStream(None),
        environ={"HEYGEN_CONFIG_DIR": str(tmp_path / "a" / "b")},
        monotonic=clock.monotonic,
        sleep=clock.sleep,
    )


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


@pytest.mark.parametrize("mask", [0o000, 0o077, 0o777])
def test_a_file_is_private_whatever_the_umask(tmp_path, mask):
    before = os.umask(0o022)
    seen = []
    really_write = os.fsync
    file = tmp_path / "new" / "deep" / "file"
    try:
        storage.make_folder(str(tmp_path / "new" / "deep"))
        os.umask(mask)
        os.fsync = lambda descriptor: (seen.append(stat.S_IMODE(os.fstat(descriptor).st_mode)), really_write(descriptor))
        storage.write(str(file), b"secret")
    finally:
        os.fsync = really_write
        os.umask(before)
    assert seen[0] & 0o077 == 0
    assert mode(file) & 0o077 == 0
    assert mode(tmp_path / "new") == mode(tmp_path / "new" / "deep") == 0o700
    assert os.listdir(tmp_path / "new" / "deep") == ["file"]


def test_a_write_that_fails_leaves_the_old_file_and_no_debris(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_bytes(b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(HeygenError, match="No space left") as caught:
        storage.write(str(file), b"new")
    assert caught.value.code == "cli_file_io_error"
    assert file.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


def test_debris_of_a_killed_process_is_no_obstacle(tmp_path):
    (tmp_path / f".file.{os.getpid()}").write_bytes(b"half")
    storage.write(str(tmp_path / "file"), b"whole")
    assert (tmp_path / "file").read_bytes() == b"whole"
    assert os.listdir(tmp_path) == ["file"]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real" / "file")
    storage.write(str(link), b"new")
    assert link.is_symlink()
    assert (tmp_path / "real" / "file").read_bytes() == b"new"


def test_a_file_without_an_end_is_an_error(tmp_path):
    """Such as a link to a device."""
    file = tmp_path / "config.toml"
    file.write_bytes(b"#" * storage.LARGEST_FILE)
    assert len(storage.read(str(file))) == storage.LARGEST_FILE
    file.write_bytes(b"#" * (storage.LARGEST_FILE + 1))
    with pytest.raises(OSError, match="larger than 1 MiB"):
        storage.read(str(file))


def test_a_lock_that_is_not_given_back_ends_in_an_error(context, clock):
    file = storage.writable_path(context, "file")
    with storage.Lock(context, file):
        with pytest.raises(HeygenError, match="another process") as caught:
            with storage.Lock(context, file):
                pass
        assert caught.value.code == "cli_file_io_error"
    assert 30 <= clock.elapsed < 31
    with storage.Lock(context, file):
        pass


def test_no_lock_is_needed_where_the_file_system_has_none(context, monkeypatch):
    import fcntl

    def unsupported(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", unsupported)
    with storage.Lock(context, storage.writable_path(context, "file")):
        pass


def test_windows_locks_through_msvcrt(context, clock, monkeypatch):
    held = set()

    def locking(descriptor, kind, size):
        assert (kind, size) == (2, 1)
        if held:
            raise PermissionError(13, "Permission denied")
        held.add(descriptor)

    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", types.SimpleNamespace(locking=locking, LK_NBLCK=2))
    file = storage.writable_path(context, "file")
    with storage.Lock(context, file):
        with pytest.raises(HeygenError, match="another process"):
            with storage.Lock(context, file):
                pass
    held.clear()
    with storage.Lock(context, file):
        assert held


def test_without_a_home_there_is_no_place(context):
    context.environ = {}
    assert storage.path(context, "file") is None
    with pytest.raises(HeygenError, match="no home directory"):
        storage.writable_path(context, "file")


# --- what killed processes have left, and what is no file


@pytest.fixture
def dead():
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@posix
@pytest.mark.parametrize("change", [lambda file: storage.write(file, b"new"), storage.remove])
def test_debris_of_killed_processes_is_swept_up_and_nothing_else(tmp_path, dead, change):
    alive = os.getppid()
    debris, others = f".file.{dead}", [".file.lock", f".file.{alive}", f".other.{dead}", f".file.{dead}.json", f"file.{dead}", ".file."]
    for name in (debris, *others):
        (tmp_path / name).write_bytes(b"half")
    (tmp_path / f".file.0{dead}").symlink_to(tmp_path / ".file.lock")
    (tmp_path / f".file.00{dead}").mkdir()
    others += [f".file.0{dead}", f".file.00{dead}"]
    if os.geteuid() == 0:
        others.append(f".file.000{dead}")
        (tmp_path / others[-1]).write_bytes(b"half")
        os.chown(tmp_path / others[-1], 65534, 65534)
    change(str(tmp_path / "file"))
    assert sorted(set(os.listdir(tmp_path)) - {"file"}) == sorted(others)
    os.utime(tmp_path / f".file.{alive}", (0, 0))  # from before its number was given to another process
    change(str(tmp_path / "file"))
    assert sorted(set(os.listdir(tmp_path)) - {"file"}) == sorted(set(others) - {f".file.{alive}"})


@posix
@pytest.mark.parametrize("is_signed_in", [True, False])
def test_logout_sweeps_up_as_well(run, tmp_path, dead, is_signed_in):
    folder = tmp_path / "home" / ".heygen"
    folder.mkdir(parents=True)
    if is_signed_in:
        storage.write(str(folder / "credentials"), b'{"api_key": "a-test-key"}')
    (folder / f".credentials.{dead}").write_bytes(b'{"api_key": "a-test-key"}')
    assert run("auth", "logout", env={"HEYGEN_API_KEY": None}).status == 0
    assert [name for name in os.listdir(folder) if name != ".credentials.lock"] == []


@posix
@pytest.mark.parametrize("name, code", [("config.toml", "cli_file_io_error"), ("credentials", "auth_error")])
@pytest.mark.parametrize("kind, words", [("pipe", "a named pipe"), ("device", "a device"), ("directory", "a directory")])
def test_what_is_no_file_is_an_error_at_once(server, tmp_path, name, code, kind, words):
    if kind == "pipe":
        os.mkfifo(tmp_path / name)
    elif kind == "directory":
        (tmp_path / name).mkdir()
    else:
        (tmp_path / name).symlink_to("/dev/zero")
    environ = {"HEYGEN_CONFIG_DIR": str(tmp_path), "HEYGEN_API_KEY": ""}
    process = start(server, "video", "list", env=environ)
    try:
        _, stderr = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    error = json.loads(stderr)["error"]
    assert (error["code"], process.returncode) == (code, 3 if code == "auth_error" else 1)
    assert str(tmp_path / name) in error["message"] and f"{words}, not a regular file; remove it" in error["message"]


@posix
def test_a_link_in_the_place_of_a_lock_leads_nowhere(context, tmp_path):
    file = storage.writable_path(context, "file")
    storage.make_folder(os.path.dirname(file))
    os.symlink(tmp_path / "elsewhere", os.path.join(os.path.dirname(file), ".file.lock"))
    with pytest.raises(HeygenError) as caught:
        with storage.Lock(context, file):
            pass
    assert caught.value.code == "cli_file_io_error"
    assert not (tmp_path / "elsewhere").exists()
