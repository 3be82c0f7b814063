"""The media type of a file, from its name or its first bytes."""

from __future__ import annotations

import os

UNKNOWN = "application/octet-stream"
# The types that the API takes, and their neighbours; what mimetypes knows varies with the version of Python.
TYPES = {
    ".aac": "audio/aac",
    ".csv": "text/csv",
    ".flac": "audio/flac",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".m4a": "audio/mp4",
    ".m4v": "video/x-m4v",
    ".mkv": "video/x-matroska",
    ".mov": "video/quicktime",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
    ".ogg": "audio/ogg",
    ".otf": "font/otf",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".srt": "application/x-subrip",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain",
    ".vtt": "text/vtt",
    ".wav": "audio/wav",
    ".webm": "video/webm",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
    ".zip": "application/zip",
}
# The first bytes that tell a type, whatever the file is called: offset, bytes, extension.
SIGNATURES = (
    (0, b"\x89PNG\r\n\x1a\n", ".png"),
    (0, b"\xff\xd8\xff", ".jpg"),
    (0, b"GIF8", ".gif"),
    (0, b"%PDF-", ".pdf"),
    (0, b"\x1aE\xdf\xa3", ".webm"),
    (0, b"ID3", ".mp3"),
    (0, b"\xff\xfb", ".mp3"),
    (0, b"OggS", ".ogg"),
    (0, b"fLaC", ".flac"),
    (0, b"PK\x03\x04", ".zip"),
    (8, b"WAVE", ".wav"),
    (8, b"WEBP", ".webp"),
    (4, b"ftypqt", ".mov"),
    (4, b"ftypM4A", ".m4a"),
    (4, b"ftyp", ".mp4"),
)


def extension(begin: bytes) -> str:
    """Return the extension for a file that begins so, or nothing."""
    return next((name for at, sign, name in SIGNATURES if begin.startswith(sign, at)), "")


def guess(path: str, begin: bytes = b"") -> str:
    """Return the media type that a file's name stands for, else the one that its first bytes do."""
    suffix = os.path.splitext(path)[1].lower()
    if suffix in TYPES:
        return TYPES[suffix]
    if suffix:
        from mimetypes import MimeTypes

        # Without the system's own tables: the same name means the same everywhere.
        guessed, encoding = MimeTypes().guess_type(f"file{suffix}")
        if guessed and not encoding:
            return guessed
    return TYPES.get(extension(begin), UNKNOWN)
