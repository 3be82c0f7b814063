"""What the uploading commands share: showing how a body is going out."""

from __future__ import annotations

from heygen.files.source import watched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.calls.invocation import Invocation
    from heygen.http.message import Body


def shown(invocation: Invocation, name: str, body: Body) -> Body:
    """Return the same body, whose progress is shown while it is sent."""
    from heygen.output.progress import transfer

    return watched(body, transfer(invocation, f"Uploading {name}", body.length))
