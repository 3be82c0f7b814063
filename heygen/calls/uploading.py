"""What the uploading commands share: showing how far a body has been sent."""

from __future__ import annotations

from heygen.files.progress import observed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.calls.invocation import Invocation
    from heygen.http.message import Body


def with_progress(invocation: Invocation, name: str, body: Body) -> Body:
    """Return the same body, whose progress is shown while it is sent."""
    return observed(body, invocation.output.transfer_progress(f"Uploading {name}", body.length))
