"""The media that the sandbox serves: kept small, or made from what a resource says."""

from __future__ import annotations

import os

_FOLDER = os.path.join(os.path.dirname(__file__), "media")
# Made once, with a box that crosses a plain background: what each file is, in seconds and pixels.
VIDEO_SECONDS = 2.0
IMAGE_WIDTH, IMAGE_HEIGHT = 320, 180

TYPES = {
    "mp4": "video/mp4",
    "webm": "video/webm",
    "gif": "image/gif",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "svg": "image/svg+xml",
    "wav": "audio/wav",
    "mp3": "audio/mpeg",
    "pdf": "application/pdf",
    "srt": "application/x-subrip",
    "vtt": "text/vtt",
}
_KEPT = {"mp4": "video.mp4", "webm": "foreground.webm", "gif": "preview.gif", "jpg": "thumbnail.jpg", "png": "icon.png"}
_ICON = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" width="64" height="64">'
    b'<circle cx="32" cy="32" r="24" fill="#7559ff"/></svg>'
)
_loaded: dict[str, bytes] = {}

# How fast people speak, in words a second, and what a voice sounds like here.
WORDS_PER_SECOND = 2.5
SAMPLE_RATE = 8000
LONGEST_AUDIO = 600.0  # seconds


def suffix(name: str) -> str:
    """Return a file name's extension, in lower case."""
    return name.rpartition(".")[2].lower()


def content_type(name: str) -> str:
    """Return the media type that belongs to a file name."""
    return TYPES.get(suffix(name), "application/octet-stream")


def make(name: str, text: str = "") -> bytes | None:
    """Return the bytes of a file by its name's extension; subtitles and speech say the text. None for others."""
    kind = suffix(name)
    if kind in _KEPT:
        return _load(_KEPT[kind])
    if kind == "svg":
        return _ICON
    if kind == "wav":
        return wav(speech_seconds(text))
    if kind in ("srt", "vtt"):
        return subtitles(text, VIDEO_SECONDS, kind)
    return None


def _load(name: str) -> bytes:
    if name not in _loaded:
        # Through the loader, so that it works inside a zip file as well.
        _loaded[name] = __loader__.get_data(os.path.join(_FOLDER, name))  # type: ignore[name-defined]
    return _loaded[name]


def speech_seconds(text: str) -> float:
    """Return how long a text takes to say, to the tenth of a second."""
    return min(LONGEST_AUDIO, max(0.4, round(len(text.split()) / WORDS_PER_SECOND, 1)))


def wav(seconds: float) -> bytes:
    """Return a WAV file of that length: a soft tone, 8 bits, one channel."""
    import struct

    # One period of 200 Hz is 40 samples; a triangle needs no mathematics.
    period = bytes(128 + (20 - abs(index - 20)) - 10 for index in range(40))
    count = int(seconds * SAMPLE_RATE)
    data = (period * (count // 40 + 1))[:count]
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + count, b"WAVE", b"fmt ", 16, 1, 1, SAMPLE_RATE, SAMPLE_RATE, 1, 8, b"data", count
    )
    return head + data


def subtitles(text: str, seconds: float, kind: str) -> bytes:
    """Return a text as SRT or VTT, a sentence a cue, spread over so many seconds."""
    lines = _sentences(text) or ["(no speech)"]
    total = sum(len(line) for line in lines)
    mark = "," if kind == "srt" else "."
    out = [] if kind == "srt" else ["WEBVTT", ""]
    passed = 0
    for number, line in enumerate(lines, 1):
        begin = seconds * passed / total
        passed += len(line)
        out.extend((str(number), f"{_stamp(begin, mark)} --> {_stamp(seconds * passed / total, mark)}", line, ""))
    return "\n".join(out).encode("utf-8", "replace")


def _sentences(text: str) -> list[str]:
    found: list[str] = []
    for word in text.split():
        if found and not found[-1].endswith((".", "!", "?", "。")) and len(found[-1]) + len(word) < 80:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def _stamp(seconds: float, mark: str) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}{mark}{thousandths:03}"


def sniff(head: bytes) -> str | None:
    """Return the media type that the first bytes of a file tell, or None where they tell none."""
    for magic, kind in (
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"\x1aE\xdf\xa3", "video/webm"),
        (b"%PDF-", "application/pdf"),
        (b"ID3", "audio/mpeg"),
        (b"PK\x03\x04", "application/zip"),
    ):
        if head.startswith(magic):
            return kind
    if head[4:8] == b"ftyp":
        return "video/mp4"
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "audio/wav"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2:  # an MPEG audio frame
        return "audio/mpeg"
    return None


def family(media_type: str) -> str:
    """Return what people call such a file: image, video, audio, or document."""
    first = media_type.partition("/")[0]
    return first if first in ("image", "video", "audio", "font") else "document"


