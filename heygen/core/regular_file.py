"""Opening a file by its name where somebody else may have put something: never a pipe or a device, and none of theirs."""

from __future__ import annotations

import errno
import os
import stat

_KINDS = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a named pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
    stat.S_IFLNK: "a link",
}


class NotRegular(OSError):
    """Something else than a regular file has the name."""

    def __init__(self, path: str, mode: int) -> None:
        kind = _KINDS.get(stat.S_IFMT(mode), "something else")
        super().__init__(errno.EINVAL, f"it is {kind}, not a regular file; remove it or move it away", path)


def open_regular(path: str, flags: int, mode: int = 0o600, follows_links: bool = False) -> int:
    """Return the descriptor of a regular file, without ever waiting for one. Raises OSError, NotRegular.

    It is looked at before it is opened, since opening a device may have an effect, and again after, since it may have
    been exchanged in between. Where the system has no O_NOFOLLOW, the look before has to do.
    """
    try:
        found = (os.stat if follows_links else os.lstat)(path)
    except FileNotFoundError:
        if not flags & os.O_CREAT:
            raise
    else:
        _check(path, found)
    for name in ("O_BINARY", "O_CLOEXEC", "O_NONBLOCK", *(() if follows_links else ("O_NOFOLLOW",))):
        flags |= getattr(os, name, 0)
    descriptor = os.open(path, flags, mode)
    try:
        _check(path, os.fstat(descriptor))
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _check(path: str, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise NotRegular(path, found.st_mode)


def is_of_this_user(found: os.stat_result) -> bool:
    """Tell whether a file is this user's; true where the system has no owners."""
    return not hasattr(os, "geteuid") or found.st_uid == os.geteuid()


def is_private(found: os.stat_result) -> bool:
    """Tell whether nobody else can have written to a file: it is ours, has one name, and is not open to others."""
    if os.name != "posix":
        return True
    return is_of_this_user(found) and found.st_nlink == 1 and not found.st_mode & 0o022
