"""What is told of work as it goes on: of a wait, and of a transfer. These observers stay silent."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Protocol, Sequence

    class Job(Protocol):
        """What an observer reads of a job that is waited for; `progress` is a percentage."""

        id: str
        status: str | None
        progress: float | None
        is_unreachable: bool
        has_succeeded: bool


class WaitObserver:
    """Is told of a wait."""

    def update(self, jobs: Sequence[Job]) -> None:
        """Take note of the jobs' present states."""

    def sleep(self, seconds: float, sleep: Callable[[float], None]) -> None:
        """Let the time pass."""
        sleep(seconds)

    def close(self) -> None:
        """Leave nothing on the terminal."""


class TransferObserver:
    """Is told of an upload or a download."""

    def advance(self, count: int) -> None:
        """Take note of `count` more bytes."""

    def reset(self, done: int = 0) -> None:
        """Take note that the transfer starts again, with `done` bytes there."""

    def close(self) -> None:
        """Leave nothing on the terminal."""
