"""What is particular to the revisions of the protocol that begin with a handshake, 2024-11-05 to 2025-11-25."""

from __future__ import annotations

from heygen.mcp.messages import INVALID_PARAMS, ProtocolError, text_param
from heygen.mcp.modern import CAPABILITIES, SERVER_INFO, Terms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
WITH_BATCHES = "2025-03-26"  # the one revision that takes several messages as an array
NO_SUCH_RESOURCE = -32002
LOG_LEVELS = ("debug", "info", "notice", "warning", "error", "critical", "alert", "emergency")


class Session:
    """What holds from one request to the next: the revision that was agreed on, and the level of the log."""

    def __init__(self) -> None:
        self.version: str | None = None
        self.log_level: str | None = None

    @property
    def takes_batches(self) -> bool:
        """Whether an array of messages may come."""
        return self.version == WITH_BATCHES

    def terms(self) -> Terms:
        """Return what holds for a request."""
        return Terms(log_level=self.log_level)

    def initialize(self, params: dict[str, Any], instructions: str) -> dict[str, Any]:
        """Agree on a revision: the client's, or our newest where we do not know that. Raises ProtocolError."""
        asked = text_param(params, "protocolVersion")
        self.version = asked if asked in VERSIONS else VERSIONS[-1]
        return {
            "protocolVersion": self.version,
            "capabilities": CAPABILITIES,
            "serverInfo": SERVER_INFO,
            "instructions": instructions,
        }

    def set_level(self, params: dict[str, Any]) -> dict[str, Any]:
        """Set how much is told of what goes on. Raises ProtocolError."""
        level = text_param(params, "level")
        if level not in LOG_LEVELS:
            raise ProtocolError(INVALID_PARAMS, f"level is one of: {', '.join(LOG_LEVELS)}")
        self.log_level = level
        return {}


def is_told(level: str, wanted: str | None) -> bool:
    """Tell whether a log message of a level is wanted, where `wanted` is the lowest that is."""
    return wanted in LOG_LEVELS and LOG_LEVELS.index(level) >= LOG_LEVELS.index(wanted)
