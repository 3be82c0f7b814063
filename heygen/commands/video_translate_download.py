"""`heygen video-translate download`: saves the files of a finished video translation."""

from __future__ import annotations

from heygen.calls import downloading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.calls.invocation import Invocation

COMMAND = downloading.command(
    downloading.TRANSLATION,
    examples=(
        {
            "about": "Save a translated video under its ID",
            "command": "heygen video-translate download <video-translation-id>",
        },
        {
            "about": "Save the translated sound alone",
            "command": "heygen video-translate download <video-translation-id> --asset audio --output-path sound.mp3",
        },
    ),
)


def run(invocation: Invocation) -> int:
    """Download a file of a video translation and print where it is."""
    return downloading.run(invocation, downloading.TRANSLATION)
