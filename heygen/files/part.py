"""Where a download's bytes go: to a file beside the target that takes its name when it is complete, or into a stream.

Beside `clip.mp4` lie `.clip.mp4.part` with the bytes so far and `.clip.mp4.part.json` with what they are the beginning
of: the resource, the validator (RFC 9110, section 8.8) and the length. So the next run, whatever ended this one, can ask
for the rest, and be sure that it is the rest of the same.
"""

from __future__ import annotations

import json
import os
from _thread import allocate_lock

from heygen.core.errors import HeygenError
from heygen.core.regular_file import NotRegular, is_of_this_user, is_private, open_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.core.context import OutputStream

LONGEST_NAME = 255  # bytes, in every common file system
_UMASK = allocate_lock()  # the process has one, which can be read only by setting it
_LARGEST_NOTE = 64 * 1024  # bytes


class Part:
    """A download under way. `have` bytes are there, of `length`, if that is known.

    `validator` is what the server calls the version that they belong to, or None where they cannot be resumed.
    """

    have = 0
    length: int | None = None
    validator: str | None = None

    def start(self, validator: str | None, length: int | None) -> None:
        """Begin at the first byte of a version that the server identifies so."""
        raise NotImplementedError

    def resume(self, position: int) -> None:
        """Go on at a byte that is already there, or at the next one."""

    def write(self, block: memoryview) -> None:
        """Take the next bytes in. Raises `cli_file_io_error`."""
        raise NotImplementedError

    def finish(self) -> None:
        """Put the complete file in place."""

    def leave(self) -> bool:
        """End without the complete file; returns whether the next run can go on from what is there."""
        return False


class Stream(Part):
    """A download into a stream, which cannot be rewound; one that is ours is closed at its end."""

    def __init__(self, stream: OutputStream, is_ours: bool = False) -> None:
        self._stream = stream
        self._is_ours = is_ours
        self._repeated = 0  # bytes still to come that have been written before

    def start(self, validator: str | None, length: int | None) -> None:
        """Begin at the first byte. Raises `cli_download_interrupted` where some have gone out before."""
        if self.have:
            raise HeygenError(
                "cli_download_interrupted",
                f"the connection broke after {self.have} bytes, and the server cannot continue from there",
                hint="Run it again with a file as --output-path, so that a download can be resumed",
            )
        self.validator, self.length = validator, length

    def resume(self, position: int) -> None:
        """Go on; bytes that have been written before are skipped."""
        self._repeated = self.have - position

    def write(self, block: memoryview) -> None:
        """Pass the bytes on. Raises BrokenPipeError where the reader is gone."""
        repeated = min(self._repeated, len(block))
        self._repeated -= repeated
        self._stream.write_bytes(block[repeated:])  # type: ignore[arg-type]
        self.have += len(block) - repeated

    def finish(self) -> None:
        """Flush the stream, and let go of it."""
        self._stream.flush()
        self.leave()

    def leave(self) -> bool:
        """Let go of the stream; a next run cannot go on from what was written."""
        if self._is_ours and self._stream.raw is not None:
            self._stream.raw.close()
        return False


class PartFile(Part):
    """A download into a file, which is locked against a second run that downloads to the same target."""

    def __init__(self, target: str, resource: str, overwrites: bool) -> None:
        """`resource` names what is downloaded, the same in every run. Raises HeygenError."""
        # A symbolic link is followed, as a plain write would follow it.
        self.target = _followed(target) if os.path.islink(target) else target
        self.display_path = target
        self.resource = resource
        self.overwrites = overwrites
        self.path, self.note = _paths(self.target)
        self._descriptor = self._open()
        self._read_note()

    def _open(self) -> int:
        """Return the descriptor of a locked file that nobody else has written to."""
        while True:
            descriptor, is_new = self._open_once()
            try:
                opened = os.fstat(descriptor)
                if not is_new and not is_of_this_user(opened):
                    raise self._in_the_way(self.path, "it belongs to another user")
                self._lock(descriptor)
                # Between opening and locking, another run may have finished with the file, and renamed it to the target.
                if os.path.samestat(opened, os.lstat(self.path)):
                    if is_new or is_private(opened):
                        return descriptor
                    os.unlink(self.path)  # others may know it by another name, or have written to it
            except FileNotFoundError:
                pass
            except OSError as error:
                os.close(descriptor)
                raise self._error(error) from error
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)

    def _open_once(self) -> tuple[int, bool]:
        """Return a descriptor, and whether the file was made for it."""
        try:
            try:
                mode = 0o600 if hasattr(os, "fchmod") else 0o666
                return open_regular(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode), True
            except FileExistsError:
                return open_regular(self.path, os.O_RDWR | os.O_CREAT), False
        except NotRegular as error:
            raise self._in_the_way(self.path, "it is not a regular file") from error
        except OSError as error:
            raise self._error(error) from error

    def _lock(self, descriptor: int) -> None:
        try:
            import fcntl
        except ImportError:  # Windows
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise HeygenError(
                "cli_download_in_progress",
                f"another heygen is downloading to {self.display_path}",
                hint="Wait for it, or use another --output-path",
            ) from error
        except OSError:
            pass  # a file system without locks

    def _read_note(self) -> None:
        try:
            with open(open_regular(self.note, os.O_RDONLY), encoding="utf-8") as stream:
                if not is_private(os.fstat(stream.fileno())):
                    return
                note = json.loads(stream.read(_LARGEST_NOTE))
            size = os.fstat(self._descriptor).st_size
        except (OSError, ValueError, RecursionError):
            return
        if not isinstance(note, dict) or note.get("resource") != self.resource:
            return
        validator, length = note.get("validator"), note.get("length")
        if isinstance(validator, str) and (length is None or isinstance(length, int) and 0 < size <= length):
            self.have, self.validator, self.length = size, validator, length

    def start(self, validator: str | None, length: int | None) -> None:
        """Begin at the first byte; what was there is dropped. Raises `cli_file_io_error`."""
        self.have, self.validator, self.length = 0, validator, length
        try:
            # The note is removed first: without it no run takes the old bytes for the beginning of the new.
            _remove(self.note)
            os.ftruncate(self._descriptor, 0)
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            if validator is not None:
                note = {"resource": self.resource, "validator": validator, "length": length}
                descriptor = open_regular(self.note, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
                with open(descriptor, "w", encoding="utf-8") as stream:
                    json.dump(note, stream)
        except (NotRegular, FileExistsError) as error:
            raise self._in_the_way(self.note, "it cannot be removed") from error
        except OSError as error:
            raise self._error(error) from error

    def resume(self, position: int) -> None:
        """Go on at a byte that is already there, or at the next one."""
        os.lseek(self._descriptor, position, os.SEEK_SET)
        self.have = position

    def write(self, block: memoryview) -> None:
        """Take the next bytes in. Raises `cli_file_io_error`, and leaves nothing behind then."""
        try:
            while block:
                written = os.write(self._descriptor, block)
                self.have += written
                block = block[written:]
        except OSError as error:
            self._discard()
            raise self._error(error) from error

    def finish(self) -> None:
        """Give the complete file its name. Raises `file_exists`, `cli_file_io_error`."""
        try:
            if not os.path.samestat(os.fstat(self._descriptor), os.lstat(self.path)):
                raise self._in_the_way(self.path, "it was replaced during the download")
            self._open_to_others()
            self._put_in_place()
        except FileExistsError as error:
            self._close()  # complete, for a next run with --force
            raise file_exists(self.display_path) from error
        except OSError as error:
            self._discard()
            raise self._error(error) from error
        _remove(self.note)
        self._close()

    def _open_to_others(self) -> None:
        """Give the file the mode of a new one: until it is complete, it is for its owner alone."""
        if not hasattr(os, "fchmod"):
            return
        with _UMASK:
            mask = os.umask(0o077)
            os.umask(mask)
        try:
            os.fchmod(self._descriptor, 0o666 & ~mask)
        except OSError:
            pass  # a file system without modes

    def _put_in_place(self) -> None:
        if os.name == "nt":
            self._close()  # an open file cannot be renamed there
        if self.overwrites:
            os.replace(self.path, self.target)
            return
        try:
            os.link(self.path, self.target)  # which, unlike a rename, never replaces what has appeared meanwhile
        except FileExistsError:
            raise
        except OSError:
            if os.path.lexists(self.target):
                raise FileExistsError(self.target) from None
            os.replace(self.path, self.target)
        else:
            os.unlink(self.path)

    def leave(self) -> bool:
        """Keep what can be resumed, and nothing else."""
        if self.have and self.validator is not None:
            self._close()
            return True
        self._discard()
        return False

    def _discard(self) -> None:
        for path in (self.note, self.path):
            _remove(path)
        self._close()

    def _close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    @staticmethod
    def _in_the_way(path: str, why: str) -> HeygenError:
        return HeygenError("cli_file_io_error", f"{path} is in the way: {why}", hint="Remove it")

    def _error(self, error: OSError) -> HeygenError:
        return HeygenError("cli_file_io_error", f"cannot write {self.display_path}: {error.strerror or error}")


def forget_finished(target: str) -> None:
    """Remove what is left beside a complete file where a run was killed right after it had given the file its name."""
    path, note = _paths(os.path.realpath(target))
    try:
        is_finished = os.path.samestat(os.lstat(path), os.stat(target))
    except FileNotFoundError:
        is_finished = os.path.exists(target)  # a note without the part that it is about
    except OSError:
        return
    if is_finished:
        for each in (note, path):
            _remove(each)


def _paths(target: str) -> tuple[str, str]:
    """Return where the bytes of a file lie until it is complete, and the note about them."""
    folder, name = os.path.split(target)
    path = os.path.join(folder, f".{_shortened(name)}.part")
    return path, f"{path}.json"


def file_exists(path: str) -> HeygenError:
    """Return the error for a target that is there already."""
    return HeygenError("file_exists", f"{path} already exists")


def _followed(link: str) -> str:
    """Return where a link leads. Raises HeygenError for one that a stranger has put into a folder open to all."""
    target = os.path.realpath(link)
    found, folder = os.lstat(link), os.stat(os.path.dirname(link) or os.curdir)
    # The rule of Linux's protected_symlinks, which does not hold for a path that is resolved beforehand.
    if folder.st_mode & 0o022 and not is_of_this_user(found) and found.st_uid != folder.st_uid:
        raise HeygenError("cli_file_io_error", f"{link} is a link that belongs to another user", hint="Remove it")
    return target


def _shortened(name: str) -> str:
    """Return a name short enough for our suffix to fit, and still different for every name."""
    raw = os.fsencode(name)
    if len(raw) + len("..part.json") <= LONGEST_NAME:
        return name
    from hashlib import sha256

    return f"{os.fsdecode(raw[:100])}-{sha256(raw).hexdigest()[:16]}"


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass
