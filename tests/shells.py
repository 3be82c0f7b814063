"""Real shells on a terminal of their own, to type at."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess

import pytest

PATIENCE = 20  # seconds without a sign of life


def needed(name):
    """Return the path of a shell; skips the test where it is not installed."""
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed")
    return path


class Typed:
    """A program on a pty: what is sent is typed, what it writes is read."""

    def __init__(self, argv, columns=80, rows=24, **environ):
        import fcntl
        import struct
        import termios

        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        environ = {"PATH": os.environ["PATH"], "TERM": "xterm-256color", "LANG": "C.UTF-8", **environ}

        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        self.process = subprocess.Popen(
            argv,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={name: value for name, value in environ.items() if value is not None},
            preexec_fn=own_terminal,
        )
        os.close(slave)
        self.output = b""
        self._seen = 0

    def send(self, text):
        os.write(self.master, text.encode() if isinstance(text, str) else text)
        return self

    def interrupt(self):
        """Press Ctrl-C until the program ends: a signal just before a read begins is seen when the read ends."""
        for _ in range(10):
            self.send("\x03")
            try:
                self.process.wait(2)
                return self
            except subprocess.TimeoutExpired:
                continue
        return self

    def resize(self, columns, rows=24):
        import fcntl
        import struct
        import termios

        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def expect(self, pattern):
        """Read until a pattern stands in what was not yet expected; return what came before it and it."""
        expression = re.compile(pattern.encode() if isinstance(pattern, str) else pattern, re.DOTALL)
        while True:
            found = expression.search(self.output, self._seen)
            if found:
                text = self.output[self._seen : found.end()]
                self._seen = found.end()
                return text.decode("utf-8", "replace")
            if not self._read():
                raise AssertionError(f"{pattern!r} never came; got {self.output[self._seen:]!r}")

    def _read(self):
        ready, _, _ = select.select([self.master], [], [], PATIENCE)
        if not ready:
            return False
        try:
            data = os.read(self.master, 65536)
        except OSError:  # how Linux ends a pty
            return False
        self.output += data
        return bool(data)

    def finish(self):
        """Read to the end and return the exit status."""
        while self._read():
            pass
        return self.process.wait(PATIENCE)

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        os.close(self.master)
