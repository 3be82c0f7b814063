"""Where the files of a batch go: names from the columns of each row, safe on every system, and their download."""

from __future__ import annotations

import os
from hashlib import sha256

from heygen.batch.template import Pattern
from heygen.calls.assets import KINDS, Resource, not_reserved
from heygen.core.errors import HeygenError, usage_error
from heygen.core.observer import TransferObserver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Mapping, Sequence

    from heygen.api.operations import Wait
    from heygen.batch.pace import Stop
    from heygen.batch.rows import Row
    from heygen.calls.assets import Kind
    from heygen.http.client import Client

_UNSAFE = frozenset('<>:"/\\|?*')
_LONGEST_NAME = 180  # bytes of what a column gives


class Names:
    """The names of a batch's files: `--output-path` as a directory, or as a pattern such as `out/{city}/{id}.mp4`."""

    def __init__(self, output_path: str) -> None:
        if not output_path or output_path == "-":
            raise usage_error("--output-path needs a directory, or a pattern such as out/{id}.mp4", param="--output-path")
        is_pattern = "{" in output_path
        text = output_path if is_pattern else os.path.join(output_path.replace("}", "}}"), "{id}")
        stem, self.extension = os.path.splitext(text)
        if "}" in self.extension or not is_pattern:
            stem, self.extension = text, ""  # the file's own, then
        self._pattern = Pattern(stem, "--output-path")
        if not is_pattern and os.path.lexists(output_path) and not os.path.isdir(output_path):
            raise usage_error(f"--output-path {output_path} is not a directory", param="--output-path")
        self.columns = self._pattern.columns
        if is_pattern and not self.columns:
            raise usage_error("--output-path names the same file for every row: give it a {column}", param="--output-path")

    def check(self, header: Sequence[str]) -> None:
        """Refuse a pattern that names no column of a table. Raises a usage error."""
        self._pattern.check([*header, "id", "line"], "--output-path")

    def stem(self, row: Row) -> str:
        """Return the path of a row's file, without its extension. Raises KeyError for a column that is not there."""
        return self._pattern.fill({**row.columns, "id": row.id, "line": row.line}, _safe)

    def existing(self, stem: str) -> str | None:
        """Return the file that is where a row's is to go, or None."""
        extensions = (self.extension,) if self.extension else KINDS[0].assets["video"].extensions
        return next((stem + each for each in extensions if os.path.lexists(stem + each)), None)


def _safe(text: str) -> str:
    """Return a value as a part of a file's name: it leads into no other folder, and no system refuses it."""
    made = "".join("_" if sign in _UNSAFE or not sign.isprintable() else sign for sign in text).strip(" .")
    raw = made.encode("utf-8", "backslashreplace")
    if len(raw) > _LONGEST_NAME:
        made = raw[: _LONGEST_NAME - 17].decode("utf-8", "ignore") + "-" + sha256(raw).hexdigest()[:16]
    return not_reserved(made or "_")


def kind_of(plan: Wait | None) -> Kind | None:
    """Return the kind of what is waited for, or None where it has no files."""
    return next((each for each in KINDS if plan is not None and each.get_command == plan.follow_up), None)


class _Progress(TransferObserver):
    """Ends a download where the batch stops: the next run goes on from there."""

    def __init__(self, stop: Stop) -> None:
        self.stop = stop

    def advance(self, count: int) -> None:
        self.stop.sleep(0.0)


class Saver:
    """Downloads the files of finished rows, for any thread; `note` hears of the names before the files appear."""

    def __init__(self, client: Client, stop: Stop, extension: str, may_overwrite: bool) -> None:
        self.client = client
        self.stop = stop
        self.extension = extension
        self.may_overwrite = may_overwrite

    def save(
        self,
        stem: str,
        kind: Kind,
        resources: Mapping[str, Any],
        is_ours: Callable[[list[str]], bool],
    ) -> list[str]:
        """Download the file of each resource, given by ID with its document, or None, and return their paths.

        `is_ours` is told the paths beforehand, and says whether what is there comes from an earlier run. Raises
        HeygenError.
        """
        from heygen.files.download import Download
        from heygen.files.part import PartFile, file_exists

        wanted: list[tuple[Resource, str, str, str]] = []
        for number, (id, document) in enumerate(resources.items(), 1):
            resource = Resource(lambda: self.client, kind, id, document)
            if document is None:
                resource.fetch()
            available = resource.available()
            name = "audio" if "audio" in available and "video" not in available else "video"
            link = resource.link(name)
            suffix = f"-{number}" if number > 1 else ""
            extension = self.extension or resource.extension(name, link)
            wanted.append((resource, name, link, f"{stem}{suffix}{extension}"))
        paths = [each[-1] for each in wanted]
        overwrites = is_ours(paths) or self.may_overwrite
        for resource, name, link, target in wanted:
            if os.path.isdir(target):
                raise HeygenError("cli_file_io_error", f"{target} is a directory", param="--output-path")
            if not overwrites and os.path.lexists(target):
                raise file_exists(target)
            _make_folder(os.path.dirname(target))
            part = PartFile(target, f"{kind.noun} {resource.id} {name}", overwrites)

            def renew(resource: Resource = resource, name: str = name) -> str:
                return resource.fresh_link(name)

            Download(self.client, link, part, renew, lambda total, start: _Progress(self.stop)).run()
        return paths


def _make_folder(folder: str) -> None:
    try:
        os.makedirs(folder or os.curdir, exist_ok=True)
    except OSError as error:
        raise HeygenError(
            "cli_file_io_error", f"cannot make the directory {folder}: {error.strerror}", param="--output-path"
        ) from error
