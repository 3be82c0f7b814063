"""`heygen lipsync download`: saves the files of a finished lipsync."""

from __future__ import annotations

from heygen.calls.assets import LIPSYNC
from heygen.commands import downloads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.calls.invocation import Invocation

COMMAND = downloads.command(
    LIPSYNC,
    examples=(
        {"about": "Save a lip-synced video to a file named after its ID", "command": "heygen lipsync download <lipsync-id>"},
        {
            "about": "Save its captions",
            "command": "heygen lipsync download <lipsync-id> --asset srt --output-path captions.srt",
        },
    ),
)


def run(invocation: Invocation) -> int:
    """Download a file of a lipsync and print its path."""
    return downloads.run(invocation, LIPSYNC)
