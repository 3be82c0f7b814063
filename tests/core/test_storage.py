"""Our own files: who may read them, that they are whole, and that one process writes at a time."""

from __future__ import annotations

import os
import stat
import sys
import types

import pytest

from heygen.core import storage
from heygen.core.context import Context, InputStream, OutputStream
from heygen.core.errors import HeygenError


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
