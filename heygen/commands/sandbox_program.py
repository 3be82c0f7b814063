"""Running another program in the sandbox's environment, with a `heygen` on its path that is this very one."""

from __future__ import annotations

import os
import signal

from heygen.core.errors import HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.core.context import Context

_LONGEST_SIGNAL_DELAY = 0.2  # seconds until its handler runs


def run_program(words: list[str], context: Context, folder: str) -> int:
    """Run a program to its end and return its exit code; a signal that ended it counts as a shell counts it."""
    import subprocess

    environ = dict(context.environ)
    programs = os.path.join(folder, "bin")
    _write_launcher(programs)
    environ["PATH"] = os.pathsep.join(filter(None, (programs, environ.get("PATH") or os.defpath)))
    try:
        with _Forwarding() as forwarding:
            process = subprocess.Popen(words, env=environ, executable=_executable(words[0], environ["PATH"]))
            forwarding.to(process)
            status = _wait_for_end(process)
    except OSError as error:
        raise HeygenError("cli_file_io_error", f"cannot run {words[0]}: {error.strerror or error}") from error
    return status if status >= 0 else 128 - status


def _wait_for_end(process: Any) -> int:
    """Wait for a program to end and return its status.

    The handler of a signal that comes just before a system call runs only after it, so no call may last: the
    waiting itself is a thread's.
    """
    import threading

    waiting = threading.Thread(target=process.wait, daemon=True)
    waiting.start()
    while waiting.is_alive():
        waiting.join(_LONGEST_SIGNAL_DELAY)
    return process.wait()


def _executable(name: str, path: str) -> str:
    import shutil

    return shutil.which(name, path=path) or name


def _write_launcher(folder: str) -> None:
    """Put a `heygen` into a folder that starts this program, be it one file, installed, or a checkout."""
    from heygen.core import process

    os.mkdir(folder, 0o700)
    launcher = os.path.join(folder, "heygen.cmd" if os.name == "nt" else "heygen")
    with open(launcher, "w", encoding="utf-8", errors="surrogateescape") as stream:
        if os.name == "nt":
            from subprocess import list2cmdline

            stream.write(f"@{list2cmdline(process.command())} %*\n")
        else:
            from shlex import join

            stream.write(f'#!/bin/sh\nexec {join(process.command())} "$@"\n')
    os.chmod(launcher, 0o700)


class _Forwarding:
    """Passes signals on to a program while it runs, so that it decides how to end."""

    NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT")
    # Keys on the terminal reach the whole group: the program has had these already.
    KEYS = (signal.SIGINT, getattr(signal, "SIGQUIT", None))

    def __init__(self) -> None:
        self._process: Any = None
        self._before: dict[int, Any] = {}
        self._came_early: list[int] = []

    def __enter__(self) -> _Forwarding:
        for name in self.NAMES:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) != signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._pass_on)
        return self

    def to(self, process: Any) -> None:
        """Name the program, and pass on what came before there was one."""
        self._process = process
        for number in self._came_early:
            self._pass_on(number)

    def _pass_on(self, number: int, *_: object) -> None:
        if self._process is None:
            self._came_early.append(number)
        elif number not in self.KEYS or not _is_in_foreground():
            self._process.send_signal(number)

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)


def _is_in_foreground() -> bool:
    """Tell whether this process belongs to the group that the terminal's keys go to."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)

