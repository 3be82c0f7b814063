"""What the download commands share: which files a resource has, where they are saved, and how they get there."""

from __future__ import annotations

import os

from heygen.calls import jobs
from heygen.cli.command import OUTPUT, OVERWRITE, Argument, Command, Flag
from heygen.core.errors import ExitCode, HeygenError, usage_error
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.api.operations import Operation
    from heygen.calls.invocation import Invocation
    from heygen.files.part import Part
    from heygen.output.progress import Progress


class Asset(Record):
    """A file that a resource has: the field with its link, and the extensions that it may have, the usual one first."""

    field: str
    extensions: tuple[str, ...]
    is_text: bool = False


class Kind(Record):
    """A kind of resource that has files: the words of the command that shows one, and its files by name."""

    shown_by: tuple[str, ...]
    noun: str
    assets: dict[str, Asset]


_VIDEOS = (".mp4", ".webm", ".mov")
_IMAGES = (".jpg", ".jpeg", ".png", ".webp", ".gif")
_VIDEO = Asset(field="video_url", extensions=_VIDEOS)

VIDEO = Kind(
    shown_by=("video", "get"),
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
    shown_by=("lipsync", "get"),
    noun="lipsync",
    assets={"video": _VIDEO, "srt": Asset(field="caption_url", extensions=(".srt", ".vtt"), is_text=True)},
)
TRANSLATION = Kind(
    shown_by=("video-translate", "get"),
    noun="video translation",
    assets={
        "video": _VIDEO,
        "audio": Asset(field="audio_url", extensions=(".mp3", ".wav", ".m4a", ".aac")),
        "srt": Asset(field="srt_caption_url", extensions=(".srt",), is_text=True),
        "vtt": Asset(field="vtt_caption_url", extensions=(".vtt",), is_text=True),
    },
)
KINDS = (VIDEO, LIPSYNC, TRANSLATION)


def command(kind: Kind, examples: tuple[dict[str, str], ...]) -> Command:
    """Return the download command of a kind of resource."""
    return Command(
        description=(
            f"Saves a file of a finished {kind.noun}: {', '.join(kind.assets)}, as far as it has them. A download "
            "that breaks off is carried on by the same command. Prints the asset, a message and the path."
        ),
        arguments=(
            Argument(name=f"{kind.noun.replace(' ', '-')}-id", dest="id", description=f"ID of the {kind.noun}."),
        ),
        flags=(
            Flag(name="asset", enum=tuple(kind.assets), default="video", description="Which file to download."),
            Flag(
                name="output-path",
                section=OUTPUT,
                value_name="<file|dir|->",
                description=(
                    "Where to save it: a file, a directory, or - for standard output (then nothing else is printed). "
                    "Default: a file named after the ID, in the current directory."
                ),
            ),
            OVERWRITE,
        ),
        examples=examples,
    )


def run(invocation: Invocation, kind: Kind) -> int:
    """Download the file that the command line asks for, and print where it is."""
    given = invocation.given
    name = given.get("asset", "video")
    target = Target(invocation, given.get("output_path"))
    resource = Resource(invocation, kind, given["id"])
    path = target.save(resource, name)
    if path is not None:
        invocation.output.result({"asset": name, "message": f"Downloaded {resource.called(name)} to {path}", "path": path})
    return ExitCode.OK


def save_all(
    invocation: Invocation,
    target: Target,
    shown_by: tuple[str, ...],
    finished: dict[str, Any],
    document: Any,
    is_single: bool,
) -> Any:
    """Save the file of each finished resource, given by id with its document; `is_single` tells that there was one.

    Returns `document` with where they are, under `saved`, or None where they went to standard output. Raises
    HeygenError with the document as its result: the resource is paid for, whatever becomes of its file.
    """
    kind = next((each for each in KINDS if each.shown_by == shown_by), None)
    if kind is None or not finished:
        return document
    saved: list[dict[str, Any]] = []
    id = next(iter(finished))
    try:
        if not is_single:
            target.make_directory()
        for id, shown in finished.items():
            resource = Resource(invocation, kind, id, shown)
            there = resource.available()
            name = "audio" if "audio" in there and "video" not in there else "video"
            saved.append({"asset": name, "path": target.save(resource, name)})
    except HeygenError as error:
        error.result = _with_saved(document, saved, is_single)
        error.hint = f"It is finished all the same; download it with: heygen {kind.shown_by[0]} download {_quoted(id)}"
        raise
    except KeyboardInterrupt as interrupt:
        result = _with_saved(document, saved, is_single)
        hint = f"heygen {kind.shown_by[0]} download {_quoted(id)}"
        raise HeygenError("canceled", "interrupted while downloading", hint=hint, result=result) from interrupt
    return None if target.path == "-" else _with_saved(document, saved, is_single)


def _with_saved(document: Any, saved: list[dict[str, Any]], is_single: bool) -> Any:
    if not saved or not isinstance(document, dict):
        return document
    return {**document, "saved": saved[0] if is_single else saved}


def _quoted(text: str) -> str:
    from shlex import quote

    return quote(text)


class Resource:
    """A resource whose files are wanted. It is fetched when something of it is asked for."""

    def __init__(self, invocation: Invocation, kind: Kind, id: str, document: Any = None) -> None:
        self.invocation = invocation
        self.kind = kind
        self.id = id
        self._document = document

    def fetch(self) -> None:
        """Fetch it anew."""
        from heygen.calls import operation as operations
        from heygen.http.client import Call

        shown_by = self._shown_by()
        (parameter,) = (each.name for each in shown_by.parameters if each.location == "path")
        call = Call(method="GET", path=operations.path_of(shown_by, {parameter: self.id}))
        try:
            self._document = self.invocation.client().send(call).document
        except HeygenError as error:
            lister = operations.list_of_ids(shown_by) if error.status == 404 else None
            if lister:
                error.hint = f"Check ID with: {lister}"
            raise

    def _shown_by(self) -> Operation:
        from heygen.api import operations

        found = operations.find_by_words(self.kind.shown_by)
        if found is None:
            raise LookupError(" ".join(self.kind.shown_by))
        return found

    def link(self, name: str) -> str:
        """Return the link of one of its files.

        Raises HeygenError `video_failed`, `video_not_ready` or `asset_not_available`.
        """
        if self._document is None:
            self.fetch()
        found = jobs.field(self._document, f"data.{self.kind.assets[name].field}")
        status = jobs.field(self._document, "data.status")
        plan = self._shown_by().wait
        if plan is not None and status in plan.failed:
            reason = jobs.failure_reason(self._document)
            raise HeygenError(
                "video_failed",
                f"{self.kind.noun} {self.id} failed, so there is nothing to download" + (f": {reason}" if reason else ""),
                hint=f"See all of it with: {self._command('get')}",
            )
        if isinstance(found, str) and found:
            return found
        if plan is not None and status not in plan.succeeded:
            raise HeygenError(
                "video_not_ready",
                f"{self.kind.noun} {self.id} is not finished: its status is {status}",
                hint=f"Wait for it with: {self._command('get')} --wait",
            )
        there = self.available()
        raise HeygenError(
            "asset_not_available",
            f"{self.kind.noun} {self.id} has no {name} file",
            hint=f"It has: {', '.join(there)}" if there else f"See all of it with: {self._command('get')}",
        )

    def available(self) -> list[str]:
        """Return the names of the files that it has."""
        return [
            name for name, asset in self.kind.assets.items() if jobs.field(self._document, f"data.{asset.field}")
        ]

    def renewed_link(self, name: str) -> str:
        """Fetch it anew, and return the link of one of its files."""
        self.fetch()
        return self.link(name)

    def _command(self, verb: str) -> str:
        from shlex import quote

        return " ".join(("heygen", *self.kind.shown_by[:-1], verb, quote(self.id)))

    def called(self, name: str) -> str:
        """Return a file as messages name it: `video`, `video thumbnail`, `lipsync srt`."""
        return self.kind.noun if name == "video" else f"{self.kind.noun} {name}"

    def file_name(self, name: str, link: str) -> str:
        """Return the default name of a file: safe on every system, whatever the id and the link are."""
        kept = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_.") else "_" for sign in self.id)
        stem = kept.strip(".").lstrip("-")[:100] or "download"
        if stem.partition(".")[0].upper() in _RESERVED:
            stem = f"_{stem}"
        known = self.kind.assets[name].extensions
        extension = os.path.splitext(link.partition("#")[0].partition("?")[0])[1].lower()
        return stem + ("" if name == "video" else f"-{name}") + (extension if extension in known else known[0])


_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{name}{number}" for name in ("COM", "LPT") for number in range(1, 10))}


class Target:
    """Where files are to be saved: `path` is a file, a directory, `-`, or None for the current directory.

    What can be told beforehand is refused at once: a file that is there, a directory that is not.
    """

    def __init__(self, invocation: Invocation, path: str | None) -> None:
        self.invocation = invocation
        self.path = path
        self._may_overwrite = bool(invocation.given.get("force"))
        if path == "":
            raise usage_error("--output-path is empty", param="output-path")
        ends_as_directory = path is not None and (path.endswith(os.sep) or bool(os.altsep and path.endswith(os.altsep)))
        self.is_directory = path is None or ends_as_directory or os.path.isdir(path)
        if path is None or path == "-":
            return
        folder = path if self.is_directory else os.path.dirname(path) or "."
        if not os.path.isdir(folder):
            raise HeygenError(
                "cli_file_io_error", f"there is no directory {folder}", hint="Make it first", param="output-path"
            )
        if not self.is_directory:
            self._ask_for(path)

    def _ask_for(self, path: str) -> None:
        """Have the user agree to overwriting a file. Raises `file_exists`."""
        if self._may_overwrite or not os.path.lexists(path) or self._is_special(path):
            return
        from heygen.files.part import file_exists

        self.invocation.confirm(f"{path} exists. Overwrite it?", file_exists(path))
        self._may_overwrite = True

    @staticmethod
    def _is_special(path: str) -> bool:
        """Tell whether this is a device or a pipe, which is written to rather than replaced."""
        return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)

    def make_directory(self) -> None:
        """Have it be a directory, since there are several files. Raises HeygenError where it cannot be."""
        if self.is_directory:
            return
        if self.path == "-":
            raise usage_error("standard output takes one file, and there are several", param="output-path")
        try:
            os.mkdir(self.path or "")
        except OSError as error:
            reason = f"cannot make the directory {self.path} for several files: {error.strerror}"
            raise HeygenError("cli_file_io_error", reason, param="output-path") from error
        self.is_directory = True

    def save(self, resource: Resource, name: str) -> str | None:
        """Download a file of a resource; returns its path, or None where it went to standard output."""
        stdout = self.invocation.context.stdout
        if self.path == "-" and stdout.is_terminal and not resource.kind.assets[name].is_text:
            raise usage_error(
                "standard output is a terminal, and the file is no text", param="output-path", hint="Redirect it: > file"
            )
        link = resource.link(name)
        path = self.path or ""
        if self.is_directory and path != "-":
            path = os.path.join(path, resource.file_name(name, link))
            if os.path.isdir(path):
                raise HeygenError("cli_file_io_error", f"{path} is a directory", param="output-path")
            self._ask_for(path)
        part = self._part(path, resource, name)
        from heygen.files.download import Download

        Download(
            self.invocation.client(),
            link,
            part,
            renew=lambda: resource.renewed_link(name),
            show=lambda total, start: self._progress(path, total, start),
        ).run()
        return None if path == "-" else path

    def _part(self, path: str, resource: Resource, name: str) -> Part:
        from heygen.files.part import PartFile, Stream

        if path == "-":
            return Stream(self.invocation.context.stdout)
        if self._is_special(path):
            from heygen.core.context import OutputStream

            try:
                return Stream(OutputStream(open(path, "wb", buffering=0)), is_ours=True)
            except OSError as error:
                raise HeygenError("cli_file_io_error", f"cannot write {path}: {error.strerror or error}") from error
        return PartFile(path, f"{resource.kind.noun} {resource.id} {name}", self._may_overwrite)

    def _progress(self, path: str, total: int | None, start: int) -> Progress:
        from heygen.output import progress

        label = "Downloading" if path == "-" else f"Downloading {os.path.basename(path)}"
        return progress.transfer(self.invocation, label, total, start)
