"""The files of our own folder: private from the moment they exist, written whole or not at all, one writer at a time."""

from __future__ import annotations

import os
import stat
import time

from heygen.core.errors import HeygenError
from heygen.core.regular_file import is_of_this_user, open_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.core.context import Context

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600
LARGEST_FILE = 1024 * 1024  # bytes; more is none of ours, and a device may have no end
_PATIENCE = 30.0  # seconds to wait for another process
_LONGEST_PAUSE = 0.05  # seconds between two looks at a lock that is taken
_LONGEST_WRITE = 3600.0  # seconds; a temporary file that is older is nobody's any more, whoever has its number now


def folder(context: Context) -> str | None:
    """Return the folder of the settings and the credential (HEYGEN_CONFIG_DIR, else ~/.heygen), or None
    where there is no home either."""
    given = context.environ.get("HEYGEN_CONFIG_DIR")
    if given:
        return given
    return os.path.join(context.home, ".heygen") if context.home else None


def path(context: Context, name: str) -> str | None:
    """Return the path of one of our files, or None where there is no folder for them."""
    where = folder(context)
    return os.path.join(where, name) if where else None


def writable_path(context: Context, name: str) -> str:
    """Return the path of one of our files. Raises `cli_file_io_error` where there is no folder for them."""
    found = path(context, name)
    if found is None:
        raise HeygenError(
            "cli_file_io_error",
            f"no home directory is known, so there is nowhere to keep the file {name}",
            hint="Set HOME, or HEYGEN_CONFIG_DIR to the folder to use",
        )
    return found


def read(file: str) -> bytes | None:
    """Return a file's content, or None where there is none, or no way to it. Raises OSError, for a pipe or a device too."""
    try:
        with open(open_regular(file, os.O_RDONLY, follows_links=True), "rb") as stream:
            data = stream.read(LARGEST_FILE + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError:
        if not os.access(os.path.dirname(file) or ".", os.X_OK):
            return None  # another user's home: it is as if we had none
        raise
    if len(data) > LARGEST_FILE:
        raise OSError(None, "it is larger than 1 MiB")
    return data


def is_exposed(file: str) -> bool:
    """Tell whether others than its owner may read or change a file."""
    try:
        return os.name == "posix" and bool(os.stat(file).st_mode & 0o077)
    except OSError:
        return False


def write(file: str, data: bytes) -> None:
    """Put a file in place with its whole content, readable by its owner alone. Raises `cli_file_io_error`.

    A crash leaves the old file or the new one. Where the name is a link, what it points to is replaced.
    """
    with Draft(file) as draft:
        draft.put_in_place(data)


class Draft:
    """What is to take a file's place, and has `room` bytes on the disk from the beginning of a `with`.

    Whatever would keep it from being written has shown by then. Raises `cli_file_io_error`.
    """

    def __init__(self, file: str, room: int = 0) -> None:
        self.file = file
        self.room = room
        self._target = os.path.realpath(file)
        self._temporary = os.path.join(os.path.dirname(self._target), f".{os.path.basename(self._target)}.{os.getpid()}")

    def __enter__(self) -> Draft:
        try:
            make_folder(os.path.dirname(self._target))
            sweep(self.file)
            self._stream = open(_create(self._temporary), "wb")
            try:
                if self.room:
                    self._write(b" " * self.room)
            except BaseException:
                self.__exit__()
                raise
        except OSError as error:
            raise unwritable(self.file, error) from error
        return self

    def put_in_place(self, data: bytes) -> None:
        """Put the file in place with this content, whole and written through to the disk."""
        try:
            self._stream.seek(0)
            self._write(data)
            self._stream.close()
            os.replace(self._temporary, self._target)
        except OSError as error:
            raise unwritable(self.file, error) from error

    def _write(self, data: bytes) -> None:
        self._stream.write(data)
        self._stream.truncate()
        self._stream.flush()
        os.fsync(self._stream.fileno())

    def __exit__(self, *_: object) -> None:
        try:
            self._stream.close()
        except OSError:
            pass  # what was left to be written is not wanted any more
        try:
            os.unlink(self._temporary)
        except OSError:
            pass  # in place, or swept up


def _create(file: str) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        return os.open(file, flags, PRIVATE_FILE)
    except FileExistsError:
        os.unlink(file)  # of an earlier process with our number, which was killed
        return os.open(file, flags, PRIVATE_FILE)


def make_folder(wanted: str) -> None:
    """Make a folder and those above it, for their owner alone; one that exists stays as it is. Raises OSError."""
    if not wanted or os.path.isdir(wanted):
        return
    make_folder(os.path.dirname(wanted))
    try:
        os.mkdir(wanted, PRIVATE_FOLDER)
    except FileExistsError:
        if not os.path.isdir(wanted):
            raise


def sweep(file: str, is_locked: bool = False) -> None:
    """Remove what processes that were killed while writing a file have left beside it; nothing but that.

    `is_locked` tells that the caller keeps others from writing the file, so that nothing beside it is still needed.
    """
    for path in debris(file, is_locked):
        try:
            os.unlink(path)
        except OSError:
            pass  # gone meanwhile, or not ours to remove


def debris(file: str, is_locked: bool = False) -> list[str]:
    """Return the paths of what sweep() removes."""
    folder, name = os.path.split(os.path.realpath(file))
    try:
        with os.scandir(folder or os.curdir) as entries:
            return [entry.path for entry in entries if _is_debris(entry, f".{name}.", is_locked)]
    except OSError:
        return []


def _is_debris(entry: os.DirEntry[str], prefix: str, is_locked: bool) -> bool:
    number = entry.name[len(prefix) :]
    if not entry.name.startswith(prefix) or not (number.isascii() and number.isdigit()):
        return False
    try:
        found = os.lstat(entry.path)
    except OSError:
        return False
    if not stat.S_ISREG(found.st_mode) or not is_of_this_user(found):
        return False
    return is_locked or time.time() - found.st_mtime > _LONGEST_WRITE or not is_running(int(number))


def is_running(process: int) -> bool:
    """Tell whether there is a process with a number; where the system cannot be asked, there is."""
    if os.name != "posix":
        return True  # os.kill would end it
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        pass
    return True


def remove(file: str) -> None:
    """Remove a file, if it is there, and what was left of it. Raises `cli_file_io_error`."""
    sweep(file)
    try:
        os.unlink(os.path.realpath(file))
    except FileNotFoundError:
        pass
    except OSError as error:
        raise unwritable(file, error) from error


def unwritable(file: str, error: OSError) -> HeygenError:
    """Return the error for one of our files that cannot be written."""
    return HeygenError(
        "cli_file_io_error",
        f"cannot write {file}: {error.strerror or error}",
        hint="Make the folder writable, or set HEYGEN_CONFIG_DIR to one that is",
    )


class Lock:
    """Keeps other processes from changing a file, for as long as a `with` lasts.

    The lock is the operating system's and ends with the process that holds it. Where the file system has no
    locks, there is none: writing whole files still keeps them whole.
    """

    def __init__(self, context: Context, file: str, patience: float = _PATIENCE) -> None:
        self.context = context
        self.file = file
        self.patience = patience
        self._descriptor = -1

    def __enter__(self) -> Lock:
        name = os.path.join(os.path.dirname(self.file), f".{os.path.basename(self.file)}.lock")
        try:
            make_folder(os.path.dirname(name))
            self._descriptor = open_regular(name, os.O_RDWR | os.O_CREAT, PRIVATE_FILE)
        except OSError as error:
            raise unwritable(self.file, error) from error
        try:
            self._wait()
        except BaseException:
            self._close()
            raise
        return self

    def _wait(self) -> None:
        deadline = self.context.monotonic() + self.patience
        pause = 0.001
        while not try_lock(self._descriptor):
            if self.context.monotonic() >= deadline:
                raise HeygenError(
                    "cli_file_io_error",
                    f"another process has been changing {self.file} for {self.patience:.0f} seconds",
                    hint="Stop the other heygen or let it finish, then try again",
                )
            # Not in step with the others that wait.
            self.context.sleep(pause * (0.5 + self.context.random()))
            pause = min(pause * 2, _LONGEST_PAUSE)

    def __exit__(self, *_: object) -> None:
        self._close()

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def try_lock(descriptor: int) -> bool:
    """Take the lock of an open file, which closing it gives back; False where another process has it."""
    try:
        import fcntl
    except ImportError:
        return _try_lock_on_windows(descriptor)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass  # a file system without locks
    return True


def _try_lock_on_windows(descriptor: int) -> bool:
    try:
        import msvcrt
    except ImportError:
        return True  # a system without locks

    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
    except PermissionError:
        return False
    except OSError:
        pass
    return True
