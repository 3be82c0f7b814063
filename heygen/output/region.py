"""The lines at the terminal's bottom that are redrawn in place, whatever else is printed meanwhile."""

from __future__ import annotations

import os
from threading import RLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any

    from heygen.core.context import Context
    from heygen.output.terminal import Terminal

_CLEAR = "\r\x1b[J"


class Region:
    """Lines on stderr that are drawn in place of the last ones; what else goes to the terminal is printed above them.

    Several threads may draw and print. The cursor is never hidden and rests at the start of the first line. So there
    is nothing to bring back however the program ends; and what a narrower window has made of the lines stands after the
    cursor, and goes with them.
    """

    def __init__(self, context: Context, terminal: Terminal) -> None:
        self.terminal = terminal
        self.is_shown = False
        self._lock = RLock()
        self._is_open = self._is_drawing = False
        self._before: Any = None
        self._streams = [stream for stream in (context.stdout, context.stderr) if stream.is_terminal]

    def draw(self, *lines: str) -> None:
        """Show lines, each already cut to less than the terminal's width.

        Nothing is drawn over a line that somebody has begun to print and not yet ended, or that the shell has its
        prompt on.
        """
        with self._lock:
            self._open()
            if self._is_in_background() or any(stream.is_mid_line for stream in self._streams):
                return
            self.is_shown = True
            up = f"\x1b[{len(lines) - 1}A" if len(lines) > 1 else ""
            self._write("\x1b[K\r\n".join(lines) + f"\x1b[J{up}\r")

    def clear(self) -> None:
        """Take the lines away."""
        with self._lock:
            if self.is_shown:
                self.is_shown = False
                self._write(_CLEAR)

    def _open(self) -> None:
        if not self._is_open:
            self._is_open = True
            for stream in self._streams:
                stream.region = self
            self._watch()

    def close(self) -> None:
        """Take the lines away for good."""
        self.clear()
        self._is_open = False
        for stream in self._streams:
            if stream.region is self:
                stream.region = None
        if self._before is not None:
            import signal

            signal.signal(signal.SIGTSTP, self._before)
            self._before = None

    def __enter__(self) -> None:
        """Make room for what somebody prints; the next frame draws the lines again, below it."""
        self._lock.acquire()
        try:
            if not self._is_drawing:
                self.clear()
        except BaseException:  # an interrupt: nobody would let go of the lock
            self._lock.release()
            raise

    def __exit__(self, *_: object) -> None:
        self._lock.release()

    def _write(self, text: str) -> None:
        self._is_drawing = True
        try:
            self.terminal.stream.write(text)
            self.terminal.stream.flush()
        finally:
            self._is_drawing = self.terminal.stream.is_mid_line = False

    def _descriptor(self) -> int | None:
        try:
            descriptor = self.terminal.stream.raw.fileno()  # type: ignore[union-attr]
            return descriptor if os.isatty(descriptor) else None
        except (AttributeError, OSError, ValueError):
            return None

    def _is_in_background(self) -> bool:
        """Whether the shell has its own prompt on the terminal now (`^Z`, `bg`), where lines would be in its way."""
        descriptor = self._descriptor()
        if descriptor is None or not hasattr(os, "tcgetpgrp"):
            return False
        try:
            return os.tcgetpgrp(descriptor) != os.getpgrp()
        except OSError:
            return False

    def _watch(self) -> None:
        """Take the lines away when the process is suspended (Ctrl-Z), and draw them again when it is continued."""
        if self._descriptor() is None:
            return
        import signal

        number = getattr(signal, "SIGTSTP", None)
        if number is None or signal.getsignal(number) != signal.SIG_DFL:
            return
        try:
            signal.signal(number, self._suspend)
        except ValueError:  # no main thread, no signals
            return
        self._before = signal.SIG_DFL

    def _suspend(self, number: int, frame: FrameType | None) -> None:
        import signal

        descriptor = self._descriptor()
        if self.is_shown and descriptor is not None:
            # Not through the stream, which may be in the middle of a write. The next frame draws the lines again.
            os.write(descriptor, _CLEAR.encode())
            self.is_shown = False
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)  # it goes on here once the shell continues it
        signal.signal(number, self._suspend)
