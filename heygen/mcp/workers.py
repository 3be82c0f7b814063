"""Threads that do what takes its time, so that the next message can be read meanwhile. None of them outlives the process."""

from __future__ import annotations

import queue
import threading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

MOST_THREADS = 64
MOST_WAITING = 1000  # pieces of work; beyond, whoever brings another waits


class Workers:
    """Carries out pieces of work, many at a time, in the order in which they come."""

    def __init__(self) -> None:
        self._queue: queue.Queue[Callable[[], None]] = queue.Queue(MOST_WAITING)
        self._idle = threading.Semaphore(0)
        self._count = 0

    def do(self, work: Callable[[], None]) -> None:
        """Have a piece of work done, which raises nothing. To be called by one thread alone."""
        if not self._idle.acquire(blocking=False) and self._count < MOST_THREADS and is_started(self._run):
            self._count += 1
        if self._count:
            self._queue.put(work)
        else:
            work()

    def _run(self) -> None:
        while True:
            self._queue.get()()
            self._idle.release()


def is_started(target: Callable[[], None]) -> bool:
    """Start a thread, and tell whether there is one: a container may allow no more."""
    try:
        threading.Thread(target=target, daemon=True).start()
    except RuntimeError:
        return False
    return True
