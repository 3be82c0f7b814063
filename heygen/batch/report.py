"""What journals say has become of their rows, as one record for each: for `batch status` and `batch report`."""

from __future__ import annotations

import os

from heygen.batch import ledger as ledgers
from heygen.batch.ledger import Ledger
from heygen.calls.hints import command_line
from heygen.core.errors import HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, Sequence

CSV_COLUMNS = (
    "id", "line", "command", "status", "resource_id", "path", "title", "duration", "url", "page", "error_code", "error_message",
    "attempt", "sent_at", "ended_at", "journal",
)  # fmt: skip


def open_all(paths: Sequence[str]) -> list[Ledger]:
    """Return the ledgers of journals, each read once. Raises HeygenError."""
    return [Ledger(path) for path in paths]


def rows(ledger: Ledger) -> Iterator[dict[str, Any]]:
    """Yield what has become of each row of a journal, without what is not known of it."""
    for state, facts in ledger.rows():
        intent, created, ended, saved = (facts.get(name, {}) for name in ("intent", "created", "ended", "saved"))
        any_fact = intent or created or ended
        row: dict[str, Any] = {
            "id": any_fact.get("id"),
            "line": intent.get("line"),
            "command": intent.get("command"),
            "status": ledgers.NAMES[state],
            "attempt": intent.get("attempt"),
            "sent_at": intent.get("time"),
            "ended_at": ended.get("time"),
        }
        ids = created.get("ids", [])
        if ids:
            row["resource_id"] = ids[0]
        if len(ids) > 1:
            row["resource_ids"] = ids
        if saved:
            row["saved"] = [_from_here(ledger, each) for each in saved["paths"]]
        row.update({name: ended[name] for name in ("result", "error") if name in ended})
        yield {name: value for name, value in row.items() if value is not None}


def _from_here(ledger: Ledger, path: str) -> str:
    """Return a path of a journal, which counts from the journal's own folder, as it is from here."""
    folder = os.path.dirname(ledger.path or "")
    return os.path.normpath(os.path.join(folder, path))


def counts(ledger: Ledger) -> dict[str, int]:
    """Return how many rows of a journal are in which state; rows that were never begun are `pending`."""
    found = {name: ledger.count(state) for state, name in ledgers.NAMES.items() if state != ledgers.NEW}
    begun = sum(found.values())
    total = max(ledger.last_run.get("rows", 0), begun)
    saved = sum(ledger.has("saved", number) for number in range(len(ledger)))
    return {"rows": total, **found, "pending": total - begun, "saved": saved}


def total(each: Sequence[dict[str, int]]) -> dict[str, int]:
    """Return the sums of several counts."""
    return {name: sum(one[name] for one in each) for name in each[0]}


def csv_lines(ledgers_of_batch: Sequence[Ledger]) -> Iterator[str]:
    """Yield the lines of a table (RFC 4180) with a row for each row."""
    import csv
    import io

    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, CSV_COLUMNS, extrasaction="ignore")
    writer.writeheader()
    for ledger in ledgers_of_batch:
        for row in rows(ledger):
            result, error = row.get("result"), row.get("error", {})
            result = result if isinstance(result, dict) else {}
            facts = {
                **row,
                "path": "; ".join(row.get("saved", ())),
                "title": result.get("title"),
                "duration": result.get("duration"),
                "url": result.get("video_url"),
                "page": result.get("video_page_url"),
                "error_code": error.get("code"),
                "error_message": error.get("message"),
                "journal": ledger.path,
            }
            writer.writerow({name: _harmless(value) for name, value in facts.items()})
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()


def _harmless(value: Any) -> Any:
    """Return a value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value


def journals_of(jobs: str, named: Sequence[str]) -> list[str]:
    """Return the journals of a file of jobs: those that are named, or those beside it. Raises HeygenError."""
    from heygen.batch import shard

    found = list(named) or list(shard.journals(jobs))
    if not found:
        raise HeygenError(
            "cli_batch_no_journal",
            f"there is no journal beside {jobs}: it was never run here",
            param="<jobs>",
            hint=f"Name the journal with --journal, or start the batch with: {command_line('batch', 'run', jobs)}",
        )
    return found


def is_running(path: str) -> bool:
    """Tell whether a process is running a batch now: whether it holds the lock of the journal."""
    from heygen.batch.journal import LOCKED_BYTE
    from heygen.core import storage

    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        return not storage.try_lock(descriptor, LOCKED_BYTE)
    finally:
        os.close(descriptor)
