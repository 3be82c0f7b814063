"""The file of jobs: JSON lines, CSV or TSV, read as a stream; every record knows its line and where it begins."""

from __future__ import annotations

import csv
import json
import os
import unicodedata

from heygen.api.body import strict_json
from heygen.core.errors import HeygenError, usage_error
from heygen.core.record import Record
from heygen.core.suggest import slip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO, Iterator

    from heygen.core.context import Context

FORMATS = ("jsonl", "csv", "tsv")
_BY_EXTENSION = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".tab": "tsv"}
LONGEST_ROW = 1024 * 1024  # bytes
_KEYS = ("id", "command", "arguments", "data")
_SPOOLED = 1024 * 1024  # bytes of standard input that are kept in memory


class Job(Record):
    """One record of the file. `columns` are its values by name, those that a template and a file name can take."""

    line: int
    offset: int  # of its first byte
    columns: dict[str, Any]
    id: str | None = None
    command: str | None = None
    arguments: dict[str, Any] | None = None
    data: Any = None


class Malformed(Exception):
    """A record that cannot be read; its text is for the user."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class JobFile:
    """A file of jobs, open for as long as the batch runs; standard input is copied, since it is read twice."""

    def __init__(self, context: Context, path: str, format: str | None = None) -> None:
        self.path = path
        self.name = "stdin" if path == "-" else path
        self.format = format or _BY_EXTENSION.get(os.path.splitext(path)[1].lower(), "jsonl")
        self._stream = _spooled(context) if path == "-" else _opened(path)
        self.header: list[str] | None = None  # the columns of a table
        csv.field_size_limit(LONGEST_ROW)
        if self.format != "jsonl":
            try:
                self.header = self._read_header()
            except HeygenError:
                self.close()
                raise

    def jobs(self) -> Iterator[Job | Malformed]:
        """Yield every record from the first on, and what is none in its place."""
        start, line = self._start if self.header is not None else (0, 1)
        return self._read(start, line)

    def at(self, offset: int, line: int) -> Job | Malformed | None:
        """Return the record that begins at a byte, or None where the file ends before it."""
        return next(self._read(offset, line), None)

    def _read(self, offset: int, line: int) -> Iterator[Job | Malformed]:
        lines = _Lines(self._stream, offset, line)
        return self._records(lines) if self.format == "jsonl" else self._table(lines)

    def _records(self, lines: _Lines) -> Iterator[Job | Malformed]:
        while True:
            line, offset = lines.line, lines.offset
            lines.begin_row()
            try:
                text = next(lines, None)
            except Malformed as error:
                yield error
                continue
            if text is None:
                return
            if text.strip():
                try:
                    yield _job_of_json(text, line, offset)
                except Malformed as error:
                    yield error

    def _table(self, lines: _Lines) -> Iterator[Job | Malformed]:
        header = self.header or []
        rows = self._rows(lines)
        while True:
            line, offset = lines.line, lines.offset
            try:
                cells = _cells(rows, lines)
            except Malformed as error:
                yield Malformed(line, str(error))
                continue
            if cells is None:
                return
            if not cells:
                continue
            if len(cells) != len(header):
                than = "more" if len(cells) > len(header) else "fewer"
                yield Malformed(line, f"has {than} cells than there are columns: {len(cells)}, not {len(header)}")
                continue
            columns = dict(zip(header, cells))
            yield Job(line=line, offset=offset, columns=columns, id=_clean_id(columns.get("id", "")) or None)

    def _rows(self, lines: _Lines) -> Iterator[list[str]]:
        return csv.reader(lines, delimiter="\t" if self.format == "tsv" else ",", strict=True)

    def _read_header(self) -> list[str]:
        lines = _Lines(self._stream, 0, 1)
        try:
            cells = _cells(self._rows(lines), lines)
        except Malformed as error:
            raise usage_error(f"{self.name}:1: {error}", param="<jobs>") from None
        if not cells:
            raise usage_error(f"{self.name} has no line with the names of its columns", param="<jobs>")
        names = [_clean_id(cell) for cell in cells]
        for index, name in enumerate(names):
            if not name:
                raise usage_error(f"{self.name}:1: column {index + 1} has no name", param="<jobs>")
            if name in names[:index]:
                raise usage_error(f"{self.name}:1: two columns are called {name}", param="<jobs>")
        self._start = lines.offset, lines.line
        return names

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()


class _Lines:
    """The lines of a file as text from a byte on; `line` and `offset` are those of the next one."""

    def __init__(self, stream: BinaryIO, offset: int, line: int) -> None:
        self._stream = stream
        self.offset = offset
        self.line = line
        self._row_begins = offset

    def begin_row(self) -> None:
        """Note that a row of a table begins here."""
        self._row_begins = self.offset

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        self._stream.seek(self.offset)
        raw = self._stream.readline(LONGEST_ROW + 1)
        if not raw:
            raise StopIteration
        line, self.line = self.line, self.line + 1
        is_too_long = len(raw) > LONGEST_ROW
        self.offset += len(raw)
        while is_too_long and not raw.endswith(b"\n"):
            raw = self._stream.readline(LONGEST_ROW)
            self.offset += len(raw)
            if not raw:
                break
        if is_too_long or self.offset - self._row_begins > LONGEST_ROW:
            raise Malformed(line, f"is too long: a row has at most {LONGEST_ROW // 1024} KiB")
        try:
            text = raw.decode("utf-8-sig" if line == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise Malformed(line, f"is not UTF-8 text: byte {error.start + 1} is wrong") from None
        return text


def _cells(rows: Iterator[list[str]], lines: _Lines) -> list[str] | None:
    """Return the cells of the next row of a table, which may take several lines; None at the end. Raises Malformed."""
    lines.begin_row()
    try:
        return next(rows, None)
    except csv.Error as error:
        raise Malformed(lines.line, f"is no row of a table: {error}") from None


def _job_of_json(text: str, line: int, offset: int) -> Job:
    try:
        found = strict_json(text)
    except json.JSONDecodeError as error:
        raise Malformed(line, f"is not valid JSON: {error.msg} at column {error.colno}") from None
    except (ValueError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise Malformed(line, f"is not valid JSON: {why}") from None
    if not isinstance(found, dict):
        raise Malformed(line, "must be a JSON object, such as {\"id\": …, \"command\": …, \"data\": {…}}")
    id = found.get("id")
    if isinstance(id, int) and not isinstance(id, bool):
        id = str(id)
    if id is not None and not (isinstance(id, str) and _clean_id(id)):
        raise Malformed(line, "id must be a text that is not empty")
    for name, kind in (("command", str), ("arguments", dict)):
        if found.get(name) is not None and not isinstance(found[name], kind):
            raise Malformed(line, f"{name} must be {'a text' if kind is str else 'an object'}")
    others = {name: value for name, value in found.items() if name not in _KEYS}
    for name in others:
        near = slip(name, [key for key in _KEYS if key not in found])
        if near:
            raise Malformed(line, f"{name} is not a known key; did you mean {near}?")
    columns = {name: value for name, value in others.items() if not isinstance(value, (dict, list))}
    return Job(
        line=line,
        offset=offset,
        columns=columns if id is None else {"id": _clean_id(id), **columns},
        id=None if id is None else _clean_id(id),
        command=found.get("command"),
        arguments=found.get("arguments"),
        data=found.get("data"),
    )


def _clean_id(text: str) -> str:
    """Return an ID, or the name of a column, without blanks around it and in one form of Unicode."""
    text = text.strip()
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _opened(path: str) -> BinaryIO:
    try:
        stream = open(path, "rb")
        if stream.seekable():
            return stream
        stream.close()
        reason = "it is no regular file"
    except OSError as error:
        reason = error.strerror or str(error)
    raise HeygenError(
        "cli_file_io_error", f"cannot read {path}: {reason}", param="<jobs>", hint="Give a file, or - for standard input"
    )


def _spooled(context: Context) -> BinaryIO:
    import tempfile

    copy: Any = tempfile.SpooledTemporaryFile(_SPOOLED)
    try:
        while True:
            block = context.stdin.read_block()
            if not block:
                return copy
            copy.write(block)
    except OSError as error:
        raise HeygenError("cli_file_io_error", f"cannot keep standard input: {error.strerror or error}") from error
