"""`heygen batch report`: what a batch has made, from its journals alone: JSON, a table, or a page to look it through."""

from __future__ import annotations

from heygen.cli.command import OUTPUT, OVERWRITE, Command, Flag
from heygen.commands.batch_status import JOBS, JOURNALS
from heygen.core.errors import ExitCode, HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable

    from heygen.batch.ledger import Ledger
    from heygen.calls.invocation import Invocation

COMMAND = Command(
    description=(
        "Lists every row that was sent, and what has become of it, from the journals beside the file: those of all shards "
        "that lie there. As html it is one self-contained page with a player for every file that was saved; put it where "
        "the files are, and look two hundred videos through. Sends nothing."
    ),
    arguments=(JOBS,),
    flags=(
        Flag(name="format", section=OUTPUT, enum=("json", "csv", "html"), default="json", description="What to print."),
        Flag(
            name="output-path",
            section=OUTPUT,
            value_name="<file>",
            description="Write it to this file. The page's links count from its folder, or from the current one.",
        ),
        OVERWRITE,
        JOURNALS,
    ),
    examples=(
        {"about": "Make a contact sheet", "command": "heygen batch report jobs.jsonl --format html --output-path report.html"},
        {"about": "List what has failed", "command": "heygen batch report jobs.jsonl --format csv"},
    ),
)


def run(invocation: Invocation) -> int:
    """Print the report, or write it to a file."""
    from heygen.batch import report

    given, context = invocation.given, invocation.context
    ledgers = report.open_all(report.journals_of(given["jobs"], given.get("journal", ())))
    path = given.get("output_path")
    text = _text(given["jobs"], ledgers, given.get("format", "json"), path, context.now())
    if text is None:
        _print_rows(invocation, ledgers)
    elif path is None:
        for piece in text:
            context.stdout.write(context.secrets.mask(piece))
        context.stdout.flush()
    else:
        _write(invocation, path, text)
        invocation.output.result({"message": f"Wrote the report to {path}", "path": path})
    return ExitCode.OK


def _text(jobs: str, ledgers: list[Ledger], format: str, path: str | None, now: float) -> Iterable[str] | None:
    """Return the report in pieces, or None where it is a list to be printed like any other."""
    import os

    from heygen.batch import report

    if format == "html":
        from heygen.batch import contact_sheet

        return contact_sheet.page(os.path.basename(jobs), ledgers, os.path.dirname(path or ""), now)
    if format == "csv":
        return report.csv_lines(ledgers)
    if path is None:
        return None
    from heygen.output.printer import compact

    return (compact(row) + "\n" for ledger in ledgers for row in report.rows(ledger))


def _print_rows(invocation: Invocation, ledgers: list[Ledger]) -> None:
    from heygen.batch import report

    listing = invocation.output.listing({"ID": "id", "Line": "line", "Status": "status", "Resource": "resource_id", "Saved": "saved"})
    for ledger in ledgers:
        for row in report.rows(ledger):
            listing.add([row])
    listing.end(False, None)


def _write(invocation: Invocation, path: str, text: Iterable[str]) -> None:
    import os

    if os.path.lexists(path) and not invocation.given.get("force"):
        from heygen.files.part import file_exists

        invocation.confirm(f"{path} exists. Overwrite it?", file_exists(path))
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "w", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            stream.writelines(map(invocation.context.secrets.mask, text))
        os.replace(temporary, path)
    except OSError as error:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise HeygenError("cli_file_io_error", f"cannot write {path}: {error.strerror or error}", param="--output-path") from error
