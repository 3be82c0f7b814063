"""`heygen batch status`: how far a batch has come, from its journals alone."""

from __future__ import annotations

from heygen.cli.command import Argument, Command, Flag
from heygen.core.errors import ExitCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.calls.invocation import Invocation

JOBS = Argument(name="jobs", description="The file of jobs. It need not be there: its journals are.")
JOURNALS = Flag(
    name="journal",
    is_array=True,
    is_split=False,
    value_name="<file>",
    description="A journal to read, in place of those beside the file; repeatable.",
)
_MOST_TOLD = 20

COMMAND = Command(
    description=(
        "Says how many rows of a batch are done, failed and left, from the journals beside the file: those of all shards "
        "that lie there. Sends nothing, and may be asked while the batch is running."
    ),
    arguments=(JOBS,),
    flags=(JOURNALS,),
    examples=({"about": "See how far it has come", "command": "heygen batch status jobs.jsonl"},),
)


def run(invocation: Invocation) -> int:
    """Print the numbers, and the first rows that have failed."""
    from heygen.batch import report

    given = invocation.given
    paths = report.journals_of(given["jobs"], given.get("journal", ()))
    ledgers = report.open_all(paths)
    counts = [report.counts(ledger) for ledger in ledgers]
    failed: list[dict[str, Any]] = []
    for ledger in ledgers:
        for row in report.rows(ledger):
            if row["status"] in ("failed", "unknown") and len(failed) < _MOST_TOLD:
                failed.append({name: row[name] for name in ("id", "line", "status", "error") if name in row})
    document = {
        **report.total(counts),
        "is_running": any(map(report.is_running, paths)),
        "journals": [
            {"path": path, "shard": ledger.header.get("shard"), **count} for path, ledger, count in zip(paths, ledgers, counts)
        ],
        "not_well": failed,
    }
    invocation.output.result({"data": document})
    return ExitCode.OK
