"""The files that a finished resource has, by the name that `--asset` takes, and the links to them."""

from __future__ import annotations

import os

from heygen.api import operations, path as paths
from heygen.calls import hints, jobs
from heygen.core.errors import HeygenError
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.api.operations import Operation
    from heygen.http.client import Client


class Asset(Record):
    """A file that a resource has: the field with its link, and the extensions that it may have, the usual one first."""

    field: str
    extensions: tuple[str, ...]
    is_text: bool = False


class Kind(Record):
    """A kind of resource that has files: the words of the command that gets one, and its files by name."""

    get_command: tuple[str, ...]
    noun: str
    assets: dict[str, Asset]


_VIDEOS = (".mp4", ".webm", ".mov")
_IMAGES = (".jpg", ".jpeg", ".png", ".webp", ".gif")
_VIDEO = Asset(field="video_url", extensions=_VIDEOS)

VIDEO = Kind(
    get_command=("video", "get"),
    noun="video",
    assets={
        "video": _VIDEO,
        "captioned": Asset(field="captioned_video_url", extensions=_VIDEOS),
        "thumbnail": Asset(field="thumbnail_url", extensions=_IMAGES),
        "gif": Asset(field="gif_url", extensions=(".gif",)),
        "subtitle": Asset(field="subtitle_url", extensions=(".srt", ".vtt", ".ass"), is_text=True),
    },
)
LIPSYNC = Kind(
    get_command=("lipsync", "get"),
    noun="lipsync",
    assets={"video": _VIDEO, "srt": Asset(field="caption_url", extensions=(".srt", ".vtt"), is_text=True)},
)
TRANSLATION = Kind(
    get_command=("video-translate", "get"),
    noun="video translation",
    assets={
        "video": _VIDEO,
        "audio": Asset(field="audio_url", extensions=(".mp3", ".wav", ".m4a", ".aac")),
        "srt": Asset(field="srt_caption_url", extensions=(".srt",), is_text=True),
        "vtt": Asset(field="vtt_caption_url", extensions=(".vtt",), is_text=True),
    },
)
KINDS = (VIDEO, LIPSYNC, TRANSLATION)


class Resource:
    """A resource whose files are wanted. Its document is fetched when it is first needed."""

    def __init__(self, client: Callable[[], Client], kind: Kind, id: str, document: Any = None) -> None:
        self.client = client
        self.kind = kind
        self.id = id
        self._document = document

    def fetch(self) -> None:
        """Get its document from the API, whether or not there is one already."""
        from heygen.calls.request import path_of
        from heygen.calls.sending import send
        from heygen.http.client import Call

        operation = self._operation()
        (parameter,) = (each.name for each in operation.parameters if each.location == "path")
        call = Call(method="GET", path=path_of(operation, {parameter: self.id}))
        answer = send(operation, self.client(), call)
        if answer.document is None:
            raise HeygenError("cli_response_parse_error", "the answer is empty", request_id=answer.request_id)
        self._document = answer.document

    def _operation(self) -> Operation:
        """Return the operation that gets it."""
        found = operations.find_by_words(self.kind.get_command)
        if found is None:
            raise LookupError(" ".join(self.kind.get_command))
        return found

    def link(self, name: str) -> str:
        """Return the link of one of its files.

        Raises HeygenError `video_failed`, `video_not_ready` or `asset_not_available`.
        """
        if self._document is None:
            self.fetch()
        found = paths.value_at(self._document, f"data.{self.kind.assets[name].field}")
        status = paths.value_at(self._document, "data.status")
        plan = self._operation().wait
        if plan is not None and status in plan.failed:
            reason = jobs.failure_reason(self._document)
            raise HeygenError(
                "video_failed",
                f"{self.kind.noun} {self.id} failed, so there is nothing to download" + (f": {reason}" if reason else ""),
                hint=f"See the details with: {self._get_command()}",
            )
        if isinstance(found, str) and found:
            return found
        if plan is not None and not isinstance(status, str):
            raise HeygenError(
                "cli_response_parse_error",
                f"the API's answer does not say how {self.kind.noun} {self.id} is coming along",
                hint=f"See all of it with: {self._get_command()}",
            )
        if plan is not None and status not in plan.succeeded:
            raise HeygenError(
                "video_not_ready",
                f"{self.kind.noun} {self.id} is not finished: its status is {status}",
                hint=f"Wait for it with: {self._get_command()} --wait",
            )
        available = self.available()
        raise HeygenError(
            "asset_not_available",
            f"{self.kind.noun} {self.id} has no {name} file",
            hint=f"Available: {', '.join(available)}" if available else f"See the details with: {self._get_command()}",
        )

    def page(self) -> str:
        """Return the link of its page, or of its file where it has none. Raises HeygenError as link() does."""
        from heygen.calls import opening

        if self._document is None:
            self.fetch()
        return opening.page(self._document) or self.link("video")

    def available(self) -> list[str]:
        """Return the names of the files that it has."""
        return [
            name
            for name, asset in self.kind.assets.items()
            if paths.value_at(self._document, f"data.{asset.field}")
        ]

    def fresh_link(self, name: str) -> str:
        """Fetch it again, and return the link of one of its files."""
        self.fetch()
        return self.link(name)

    def _get_command(self) -> str:
        return hints.command_line(*self.kind.get_command, self.id)

    def describe(self, name: str) -> str:
        """Return a file as messages name it: `video`, `video thumbnail`, `lipsync srt`."""
        return self.kind.noun if name == "video" else f"{self.kind.noun} {name}"

    def file_name(self, name: str, link: str) -> str:
        """Return the default name of a file: safe on every system, whatever the ID and the link are."""
        stem = safe_stem(self.id) + ("" if name == "video" else f"-{name}")
        return stem + self.extension(name, link)

    def extension(self, name: str, link: str) -> str:
        """Return the extension of a file: that of its link, where it is one that such a file can have."""
        known = self.kind.assets[name].extensions
        extension = os.path.splitext(link.partition("#")[0].partition("?")[0])[1].lower()
        return extension if extension in known else known[0]


_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{name}{number}" for name in ("COM", "LPT") for number in range(1, 10))}


def safe_stem(id: str) -> str:
    """Return an ID as the beginning of a file's name that is safe on every system."""
    safe = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in id)
    return not_reserved(safe.strip(".").lstrip("-")[:100] or "download")


def not_reserved(name: str) -> str:
    """Return the name of a file, changed where Windows keeps it for a device."""
    return f"_{name}" if name.partition(".")[0].upper() in _RESERVED else name
