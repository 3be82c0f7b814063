"""What the uploading commands share: showing how a body is going out."""

from __future__ import annotations

from heygen.http.source import tapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from heygen.http.message import Body
    from heygen.invocation import Invocation


def shown(invocation: Invocation, name: str, body: Body) -> Body:
    """Return the same body, whose progress is shown while it is sent, from the start for each try."""
    from heygen.output.progress import transfer

    progress = transfer(invocation, f"Uploading {name}", body.length)
    left = 0

    def begin() -> Callable[[memoryview], None]:
        nonlocal left
        left = body.length
        progress.reset()
        return show

    def show(block: memoryview) -> None:
        nonlocal left
        left -= len(block)
        progress.advance(len(block))
        if not left:
            progress.close()

    return tapped(body, begin)
