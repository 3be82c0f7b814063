"""Saves the files of resources: to a file, into a directory, or to standard output."""

from __future__ import annotations

import os

from heygen.calls import hints
from heygen.calls.assets import KINDS, Resource
from heygen.core.errors import HeygenError, usage_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.calls.invocation import Invocation
    from heygen.core.observer import TransferObserver
    from heygen.files.part import Part


def save_all(
    invocation: Invocation,
    target: Target,
    get_command: tuple[str, ...],
    finished: dict[str, Any],
    document: Any,
    is_single: bool,
) -> Any:
    """Save the file of each finished resource, given by ID with its document; `is_single` tells that there was one.

    Returns `document` with their paths under `saved`, or None where they went to standard output. Raises
    HeygenError with the document as its result: the resource is paid for, whatever becomes of its file.
    """
    kind = next((each for each in KINDS if each.get_command == get_command), None)
    if kind is None or not finished:
        return document
    group = kind.get_command[0]
    saved: list[dict[str, Any]] = []
    id = next(iter(finished))
    try:
        if not is_single:
            target.make_directory()
        for id, fetched in finished.items():
            resource = Resource(invocation.client, kind, id, fetched)
            available = resource.available()
            name = "audio" if "audio" in available and "video" not in available else "video"
            saved.append({"asset": name, "path": target.save(resource, name)})
    except HeygenError as error:
        error.result = _with_saved(document, saved, is_single)
        error.hint = f"It has finished; download it with: {hints.command_line(group, 'download', id)}"
        raise
    except KeyboardInterrupt as interrupt:
        result = _with_saved(document, saved, is_single)
        hint = hints.command_line(group, "download", id)
        raise HeygenError("canceled", "interrupted while downloading", hint=hint, result=result) from interrupt
    return None if target.path == "-" else _with_saved(document, saved, is_single)


def _with_saved(document: Any, saved: list[dict[str, Any]], is_single: bool) -> Any:
    if not saved or not isinstance(document, dict):
        return document
    return {**document, "saved": saved[0] if is_single else saved}


class Target:
    """Where files are to be saved: `path` is a file, a directory, `-`, or None for the current directory.

    What can be known beforehand is refused at once: a file that exists, a directory that does not.
    """

    def __init__(self, invocation: Invocation, path: str | None) -> None:
        self.invocation = invocation
        self.path = path
        self._may_overwrite = bool(invocation.given.get("force"))
        if path == "":
            raise usage_error("--output-path is empty", param="--output-path")
        ends_as_directory = path is not None and (path.endswith(os.sep) or bool(os.altsep and path.endswith(os.altsep)))
        self.is_directory = path is None or ends_as_directory or os.path.isdir(path)
        if path is None or path == "-":
            return
        folder = path if self.is_directory else os.path.dirname(path) or "."
        if not os.path.isdir(folder):
            from shlex import quote

            raise HeygenError(
                "cli_file_io_error",
                f"the directory {folder} does not exist",
                hint=f"Create it with: mkdir -p {quote(folder)}",
                param="--output-path",
            )
        if not self.is_directory:
            self._confirm_overwriting(path)

    def _confirm_overwriting(self, path: str) -> None:
        """Have the user agree to overwriting a file. Raises `file_exists`."""
        if self._may_overwrite or not os.path.lexists(path) or self._is_special(path):
            return
        from heygen.files.part import file_exists, forget_finished

        forget_finished(path)
        self.invocation.confirm(f"{path} exists. Overwrite it?", file_exists(path))
        self._may_overwrite = True

    @staticmethod
    def _is_special(path: str) -> bool:
        """Tell whether this is a device or a pipe, which is written to rather than replaced."""
        return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)

    def make_directory(self) -> None:
        """Make it a directory, since there are several files. Raises HeygenError where that cannot be."""
        if self.is_directory:
            return
        if self.path == "-":
            raise usage_error("standard output can take only one file, and there are several", param="--output-path")
        try:
            os.mkdir(self.path or "")
        except OSError as error:
            reason = f"cannot create the directory {self.path} for several files: {error.strerror}"
            raise HeygenError("cli_file_io_error", reason, param="--output-path") from error
        self.is_directory = True

    def save(self, resource: Resource, name: str) -> str | None:
        """Download a file of a resource; returns its path, or None where it went to standard output."""
        stdout = self.invocation.context.stdout
        if self.path == "-" and stdout.is_terminal and not resource.kind.assets[name].is_text:
            raise usage_error(
                "standard output is a terminal, and the file is not text", param="--output-path", hint="Redirect it: > file"
            )
        link = resource.link(name)
        path = self.path or ""
        if self.is_directory and path != "-":
            path = os.path.join(path, resource.file_name(name, link))
            if os.path.isdir(path):
                raise HeygenError("cli_file_io_error", f"{path} is a directory", param="--output-path")
            if self._is_special(path):  # which only whoever names it can mean
                raise HeygenError("cli_file_io_error", f"{path} is not a regular file", param="--output-path", hint="Remove it")
            self._confirm_overwriting(path)
        part = self.part(path, f"{resource.kind.noun} {resource.id} {name}")
        from heygen.files.download import Download

        Download(
            self.invocation.client(),
            link,
            part,
            renew=lambda: resource.fresh_link(name),
            show=lambda total, start: self.progress(path, total, start),
        ).run()
        return None if path == "-" else path

    def part(self, path: str, what: str) -> Part:
        """Return what takes the bytes of a file in; `what` names it, the same in every run. Raises HeygenError."""
        from heygen.files.part import PartFile, Stream

        if path == "-":
            return Stream(self.invocation.context.stdout)
        if self._is_special(path):
            from heygen.core.context import OutputStream

            try:
                return Stream(OutputStream(open(path, "wb", buffering=0)), is_ours=True)
            except OSError as error:
                raise HeygenError("cli_file_io_error", f"cannot write {path}: {error.strerror or error}") from error
        return PartFile(path, what, self._may_overwrite)

    def progress(self, path: str, total: int | None, start: int = 0) -> TransferObserver:
        """Return what shows the progress of a download, in bytes."""
        label = "Downloading" if path == "-" else f"Downloading {os.path.basename(path)}"
        return self.invocation.output.transfer_progress(label, total, start)
