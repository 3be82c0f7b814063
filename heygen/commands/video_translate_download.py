"""`heygen video-translate download`: saves the files of a finished video translation."""

from __future__ import annotations

from heygen.calls.assets import TRANSLATION
from heygen.commands import downloads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.calls.invocation import Invocation

COMMAND = downloads.command(
    TRANSLATION,
    examples=(
        {
            "about": "Save a translated video to a file named after its ID",
            "command": "heygen video-translate download <video-translation-id>",
        },
        {
            "about": "Save only the translated audio",
            "command": "heygen video-translate download <video-translation-id> --asset audio --output-path sound.mp3",
        },
    ),
)


def run(invocation: Invocation) -> int:
    """Download a file of a video translation and print its path."""
    return downloads.run(invocation, TRANSLATION)
