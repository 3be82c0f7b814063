"""Holding back the signals that end a command, while something is done that must not be left half done."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Held:
    """Keeps signals from interrupting this process, for as long as a `with` lasts; the first that came counts then.

    Only what has a handler in Python is held: a signal that nobody takes, or that is ignored, has its usual effect. In
    another thread than the main one there is nothing to hold, since no handler runs in it.
    """

    def __init__(self) -> None:
        self._handlers: dict[int, Any] = {}
        self._came: list[int] = []

    def __enter__(self) -> Held:
        import signal
        import threading

        if threading.current_thread() is threading.main_thread():
            for number in signal.valid_signals():
                handler = signal.getsignal(number)
                if callable(handler):
                    self._handlers[number] = handler
                    signal.signal(number, lambda number, _: self._came.append(number))
        return self

    def check(self) -> None:
        """Let a signal that has come interrupt after all, at a moment when it does no harm."""
        if self._came:
            number = self._came.pop(0)
            self._handlers[number](number, None)

    def __exit__(self, *_: object) -> None:
        if self._handlers:
            import signal

            for number, handler in self._handlers.items():
                signal.signal(number, handler)
            self.check()
