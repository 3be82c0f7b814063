"""Reading a journal: its events with their places, whatever interrupted the writing of it."""

from __future__ import annotations

import json
import os

from heygen.core.errors import HeygenError
from heygen.core.regular_file import open_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

VERSION = 1


def events(path: str) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """Yield the events of a journal, each with the bytes at which it begins and ends; a torn last line is left out.

    Raises HeygenError for a file that is no journal, or damaged before its last line.
    """
    try:
        stream = open(open_regular(path, os.O_RDONLY, follows_links=True), "rb")
    except OSError as error:
        raise HeygenError("cli_file_io_error", f"cannot read the journal {path}: {error.strerror or error}") from error
    with stream:
        offset, damaged = 0, 0
        for number, line in enumerate(stream, 1):
            event = _event(line)
            if damaged:
                raise _foreign(path) if damaged == 1 else _damaged(path, damaged)  # not the last one
            if event is None:
                damaged = number
            elif number == 1 and (event.get("event") != "journal" or not isinstance(event.get("name"), str)):
                raise _foreign(path)
            elif number == 1 and event.get("version") != VERSION:
                raise HeygenError(
                    "cli_batch_journal_mismatch", f"{path} was written by another version", hint="Run: heygen update"
                )
            else:
                yield offset, offset + len(line), event
            offset += len(line)
        if damaged == 1 and not _may_be_torn_header(path):
            raise _foreign(path)


def event_at(stream: Any, offset: int) -> dict[str, Any]:
    """Return the event that begins at a byte of a journal that is open."""
    stream.seek(offset)
    found: dict[str, Any] = json.loads(stream.readline())
    return found


def _event(line: bytes) -> dict[str, Any] | None:
    if not line.endswith(b"\n"):
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) and isinstance(found.get("event"), str) else None


def _may_be_torn_header(path: str) -> bool:
    """Tell whether a file with nothing readable in it is a journal whose first line was never finished."""
    with open(path, "rb") as stream:
        begun = stream.read(64)
    start = b'{"event":"journal","version":'
    return start.startswith(begun[: len(start)]) or not begun.strip(b"\0\n")


def _damaged(path: str, line: int) -> HeygenError:
    return HeygenError(
        "cli_batch_journal_damaged",
        f"{path}:{line}: this line of the journal is damaged, and there are others after it",
        param="--journal",
        hint="Restore the file: without it nobody knows what that row has made",
    )


def _foreign(path: str) -> HeygenError:
    return HeygenError(
        "cli_batch_journal_mismatch", f"{path} is not a batch journal", param="--journal", hint="Name another with --journal"
    )
