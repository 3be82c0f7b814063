"""The connection with the client: one message a line, in from standard input and out to standard output.

Nothing of it goes through Python's buffered streams: a thread that waits in one of those while the interpreter ends
would take it down.
"""

from __future__ import annotations

import threading

from heygen.output.printer import compact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    from heygen.core.context import Context

LONGEST_LINE = 16 * 1024 * 1024  # bytes; what is longer is dropped as it arrives
_BLOCK = 64 * 1024


class Connection:
    """Lines in, messages out. `ended` is set when the client is gone: its end of either stream is closed."""

    def __init__(self, context: Context) -> None:
        self._secrets = context.secrets
        self._stdin, self._stdout = _unbuffered(context.stdin.raw), _unbuffered(context.stdout.raw)
        self._lock = threading.Lock()
        self.ended = threading.Event()

    def lines(self) -> Iterator[bytes | None]:
        """Yield the lines that the client sends, without those that are blank; None stands for one that is too long."""
        line, is_too_long = bytearray(), False
        while not self.ended.is_set():
            block = self._read()
            if not block:
                break
            *ends, rest = block.split(b"\n")
            for end in ends:
                line += end
                if is_too_long or len(line) > LONGEST_LINE:
                    yield None
                elif line.strip():
                    yield bytes(line)
                line, is_too_long = bytearray(), False
            if not is_too_long:
                line += rest
            if len(line) > LONGEST_LINE:
                line, is_too_long = bytearray(), True
        if line.strip():
            yield bytes(line)

    def _read(self) -> bytes:
        """Return what comes next; empty at the end, and where the stream is closed or broken."""
        buffer = bytearray(_BLOCK)
        try:
            while self._stdin is not None:
                count = self._stdin.readinto(buffer)
                if count is not None:
                    return bytes(buffer[:count])
                from select import select

                select((self._stdin,), (), ())  # our caller has set it to non-blocking
        except (OSError, ValueError):
            pass
        return b""

    def send(self, message: Any) -> bool:
        """Send a message; tells whether it went out."""
        text = compact(message)
        if self._secrets.are_in(text):
            text = compact([*map(self._masked, message)] if isinstance(message, list) else self._masked(message))
        with self._lock:
            if not self.ended.is_set() and self._write(f"{text}\n".encode()):
                return True
            self.ended.set()
            return False

    def _masked(self, message: dict[str, Any]) -> dict[str, Any]:
        """Return a message without secrets; what makes it a message stays as it is, whatever the secrets are."""
        kept = ("jsonrpc", "id", "method")
        return {name: each if name in kept else self._secrets.masked(each) for name, each in message.items()}

    def _write(self, data: bytes) -> bool:
        view = memoryview(data)
        try:
            while view and self._stdout is not None:
                count = self._stdout.write(view)
                if count is None:
                    from select import select

                    select((), (self._stdout,), ())
                view = view[count or 0 :]
        except (OSError, ValueError):
            return False
        return not view


def _unbuffered(stream: Any) -> Any:
    return getattr(stream, "raw", stream)
