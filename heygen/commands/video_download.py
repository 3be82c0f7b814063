"""`heygen video download`: saves the files of a finished video."""

from __future__ import annotations

from heygen.calls.assets import VIDEO
from heygen.commands import downloads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.calls.invocation import Invocation

COMMAND = downloads.command(
    VIDEO,
    examples=(
        {"about": "Save a video to a file named after its ID", "command": "heygen video download <video-id>"},
        {
            "about": "Save the version with captions to another file",
            "command": "heygen video download <video-id> --asset captioned --output-path captioned.mp4",
        },
        {
            "about": "Print the subtitles, for another program to read",
            "command": "heygen video download <video-id> --asset subtitle --output-path -",
        },
    ),
)


def run(invocation: Invocation) -> int:
    """Download a file of a video and print its path."""
    return downloads.run(invocation, VIDEO)
