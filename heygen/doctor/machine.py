"""Checks of the machine: Python, platform, locale, terminal, and the room on its disks."""

from __future__ import annotations

import os
import sys

from heygen.core import storage
from heygen.doctor.finding import OK, PROBLEM, WARNING, Finding, ok

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

    from heygen.core.context import Context
    from heygen.output.terminal import Terminal

LITTLE_ROOM, NO_ROOM = 500 * 1024**2, 10 * 1024**2  # bytes


def python() -> Finding:
    """Tell which Python runs, and whether it has what this program needs."""
    import platform

    version = f"{platform.python_implementation()} {platform.python_version()}"
    missing = [name for name in ("ssl", "zlib") if not _is_there(name)]
    if missing:
        return Finding(
            check="python",
            status=PROBLEM,
            message=f"{version} was built without {' and '.join(missing)}: https does not work with it",
            hint="Install the Python of your system, or name another one: python3.12 heygen.pyz",
            details={"executable": sys.executable},
        )
    return ok("python", version, executable=sys.executable)


def _is_there(module: str) -> bool:
    from importlib import import_module

    try:
        import_module(module)
    except ImportError:
        return False
    return True


def system() -> Finding:
    """Tell the operating system and the processor."""
    import platform

    return ok("platform", f"{platform.system()} {platform.release()} on {platform.machine()}")


def locale(context: Context) -> Finding:
    """Tell which characters a terminal is said to show."""
    names = ("LC_ALL", "LC_CTYPE", "LANG")
    name, value = next(((each, context.environ[each]) for each in names if context.environ.get(each)), (None, None))
    if value in ("C", "POSIX"):
        return Finding(
            check="locale",
            status=WARNING,
            message=f"{name} is {value}: a terminal is shown ASCII alone, everything else escaped",
            hint=f"export {name}=C.UTF-8",
        )
    return ok("locale", f"{name}={value}" if name else "not set; UTF-8 is written")


def terminal(context: Context, shown: Terminal) -> Finding:
    """Tell what stdout is, and what can be shown on it."""
    if not context.stdout.is_terminal:
        return ok("terminal", "stdout is not a terminal: JSON on one line, no colour")
    kind = context.environ.get("TERM") or "unknown kind"
    color = "colour" if shown.has_color else "no colour"
    return ok("terminal", f"{kind}, {context.columns} columns, {color}")


def room(context: Context) -> Iterator[Finding]:
    """Tell how much room there is where files are written: our own, downloads, and temporary ones."""
    import shutil
    import tempfile

    places = {"settings": storage.folder(context), "downloads": os.getcwd(), "temporary files": tempfile.gettempdir()}
    told = set()
    for what, place in places.items():
        while place and not os.path.isdir(place):
            place = os.path.dirname(place)
        try:
            device = os.stat(place or os.sep).st_dev
            free = shutil.disk_usage(place or os.sep).free
        except OSError as error:
            message = f"the folder for {what}, {place}, cannot be looked at: {error.strerror or error}"
            yield Finding(check="disk", status=PROBLEM, message=message)
            continue
        if device in told and free >= LITTLE_ROOM:
            continue
        told.add(device)
        status = PROBLEM if free < NO_ROOM else WARNING if free < LITTLE_ROOM else OK
        message = f"{_size(free)} free for {what} in {place}"
        yield Finding(
            check="disk",
            status=status,
            message=message,
            hint=f"Make room: see what takes it with: du -sh {place}/*" if status != OK else None,
            details={"path": place, "free_bytes": free},
        )


def _size(count: int) -> str:
    return f"{count / 1024**3:.1f} GiB" if count >= 1024**3 else f"{count / 1024**2:.0f} MiB"
