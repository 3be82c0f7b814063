"""The program's file: whether a downloaded one is ours and starts, and putting it in the old one's place."""

from __future__ import annotations

import os
import sys

from heygen.core import storage
from heygen.core.errors import HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.core.context import Context
    from heygen.update.semver import Version

LARGEST = 32 * 1024 * 1024  # bytes; a release has two million at most
LARGEST_UNPACKED = 128 * 1024 * 1024  # bytes of all that is in it
_START_SECONDS = 60.0
_LEFT_BEHIND = 3600.0  # seconds
_MOST_QUOTED = 200  # characters of what the new program says
# All that the new program gets of our environment when it is tried: no key, no token, no proxy's password.
_ENVIRONMENT = (
    "PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
    "SYSTEMROOT", "WINDIR", "USERPROFILE", "TEMP", "TMP",
)  # fmt: skip


def verify(data: bytes, digest: str) -> None:
    """Refuse a file that is not the release's, by its SHA-256 in hex, or no zipapp of ours."""
    import hashlib
    import io
    import struct
    import zipfile
    import zlib

    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        raise _refused(f"its checksum is {found}, and the release says {digest}")
    try:
        if not data.startswith(b"#!"):
            raise ValueError("it does not start with #!")
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if sum(member.file_size for member in members) > LARGEST_UNPACKED:
                raise ValueError(f"it unpacks to more than {LARGEST_UNPACKED // 1024 // 1024} MiB")
            if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in members):
                raise ValueError("it is compressed in a way that no release is")
            damaged = archive.testzip()  # reads no more of a member than it is said to have
            names = set(archive.namelist())
        if damaged is not None:
            raise ValueError(f"{damaged} in it is damaged")
        if not {"__main__.py", "heygen/__main__.py"} <= names:
            raise ValueError("it does not contain this program")
    except (ValueError, OSError, EOFError, RuntimeError, struct.error, zipfile.BadZipFile, zlib.error) as error:
        raise _refused(f"it is not a heygen.pyz: {error}") from error


def replace(path: str, data: bytes, version: Version, context: Context) -> None:
    """Put new content in the place of the program's file, once it has been seen to start.

    The old file stands until the new one takes its name, whole and written through to the disk, with the same
    mode and owner. Whatever runs from the old one keeps it. Raises HeygenError, and then nothing has changed.
    """
    folder, name = os.path.split(path)
    try:
        old = os.stat(path)
        _remove_leftovers(folder, name, context.now())
        temporary = os.path.join(folder, f".{name}.{os.getpid()}.{context.random_bytes(8).hex()}.new")
        # Nobody else may open it before it is what it says: it is about to be run.
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    except OSError as error:
        raise _not_written(path, error) from error
    try:
        try:
            with open(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            start(temporary, version, context)
            os.chmod(temporary, old.st_mode & 0o7777)
            _give_to(temporary, old)
            os.replace(temporary, path)
        except BaseException:
            _remove(temporary)
            raise
        _sync_folder(folder)
    except OSError as error:
        raise _not_written(path, error) from error


def start(path: str, version: Version, context: Context) -> None:
    """Refuse a file that does not answer --version with its version when this interpreter runs it."""
    import subprocess

    environ = {name: context.environ[name] for name in _ENVIRONMENT if name in context.environ}
    try:
        answer = subprocess.run(
            [sys.executable, "-I", "-S", path, "--version"],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=_START_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise _refused(f"it did not answer --version within {_START_SECONDS:.0f} s") from error
    said = answer.stdout.decode("utf-8", "replace").strip()
    if answer.returncode != 0:
        last = said.splitlines()[-1] if said else "nothing"
        last = context.secrets.excerpt(last, _MOST_QUOTED)
        raise _refused(f"it does not start here: exit code {answer.returncode}, and it said {last}")
    if version.text not in (word.lstrip("v") for word in said.split()):
        raise _refused(f"it says that it is {context.secrets.excerpt(said, _MOST_QUOTED)!r}, and not {version.tag}")


def _give_to(path: str, old: os.stat_result) -> None:
    """Give a file the owner of the old one, as far as we may."""
    if not hasattr(os, "chown"):
        return
    mine = os.stat(path)
    if (mine.st_uid, mine.st_gid) == (old.st_uid, old.st_gid):
        return
    try:
        os.chown(path, old.st_uid, old.st_gid)
    except PermissionError:
        return  # it is ours then, as every file that we write
    os.chmod(path, old.st_mode & 0o7777)  # a change of owner clears the special bits


def _sync_folder(folder: str) -> None:
    """Write the new name through to the disk, where folders can be opened for that."""
    try:
        descriptor = os.open(folder or os.curdir, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass  # some file systems have none; the name is there all the same
    finally:
        os.close(descriptor)


def _remove_leftovers(folder: str, name: str, now: float) -> None:
    """Remove what updates that were killed have left: one that is at work runs, and has touched its file within the hour."""
    for entry in os.scandir(folder or os.curdir):
        if entry.name.startswith(f".{name}.") and entry.name.endswith(".new"):
            process, dot, _ = entry.name[len(name) + 2 : -len(".new")].partition(".")
            has_ended = bool(dot) and process.isascii() and process.isdigit() and not storage.is_running(int(process))
            try:
                if has_ended or now - entry.stat(follow_symlinks=False).st_mtime > _LEFT_BEHIND:
                    os.unlink(entry.path)
            except OSError:
                pass  # another update was quicker, or it is not ours


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass  # what brought us here is the error to report


def _refused(reason: str) -> HeygenError:
    return HeygenError(
        "cli_update_refused",
        f"the downloaded program was not installed: {reason}",
        hint="Nothing was changed; try again, or tell the publisher of the releases",
    )


def _not_written(path: str, error: OSError) -> HeygenError:
    from shlex import quote

    hint = "Nothing was changed; free up space or choose another disk"
    if isinstance(error, PermissionError) or error.errno == 30:  # EROFS
        hint = f"Run it as a user who may write to {os.path.dirname(path)}: sudo {quote(path)} update"
    return HeygenError("cli_file_io_error", f"cannot replace {path}: {error.strerror or error}", hint=hint)
