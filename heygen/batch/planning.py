"""Checks all rows before anything is sent, and decides what is to be done with each: a few bytes for each row."""

from __future__ import annotations

import os
import unicodedata
from array import array

from heygen.batch import ledger as ledgers
from heygen.batch.index import Index
from heygen.batch.job_file import Malformed
from heygen.batch.rows import Refused, digest
from heygen.batch.saving import kind_of
from heygen.core.errors import ExitCode, HeygenError, usage_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    from heygen.batch.job_file import JobFile
    from heygen.batch.ledger import Ledger
    from heygen.batch.rows import Row, RowMaker
    from heygen.batch.saving import Names
    from heygen.batch.shard import Shard

RERUN = ("failed", "changed", "unknown")
MOST_TOLD = 100  # problems under `details`
MOST_IN_MESSAGE = 5

# What is to be done with a row.
SEND, REPEAT, WAIT, SAVE = range(4)


class Problems:
    """What is wrong with a file of jobs, the first hundred in full."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0
        self.rows = 0
        self.told: list[dict[str, Any]] = []
        self.codes: set[str] = set()

    def add(self, line: int, *problems: tuple[str, str], id: str | None = None, code: str = "usage_error") -> None:
        """Note what is wrong with a row: each a field, or "", and a sentence that names it."""
        self.count += len(problems)
        self.rows += 1
        self.codes.add(code)
        for path, text in problems if len(self.told) < MOST_TOLD else ():
            place = {"line": line, **({"id": id} if id else {}), **({"path": path} if path else {})}
            self.told.append({**place, "problem": text})

    def error(self, rows: int, hint: str) -> HeygenError:
        """Return the one error for all of it."""
        first = [f"{self.name}:{each['line']}: {each['problem']}" for each in self.told[:MOST_IN_MESSAGE]]
        more = self.count - len(first)
        text = "; ".join([*first, *([f"and {more} more problems, in {self.rows} of {rows} rows in all"] if more else [])])
        return HeygenError(
            next(iter(self.codes)) if len(self.codes) == 1 else "usage_error",
            text,
            exit_code=ExitCode.USAGE,
            hint=hint,
            details={"problems": self.count, "rows_with_problems": self.rows, "details": self.told[:MOST_TOLD]},
        )


class Plan:
    """What is to be done with the rows of a file, in its order, and how many there are of which kind."""

    def __init__(self, jobs: JobFile, maker: RowMaker, ledger: Ledger) -> None:
        self.jobs = jobs
        self.maker = maker
        self.ledger = ledger
        self.total = 0  # rows of the file
        self.rows = 0  # of this shard
        self.done = self.failed = self.created = 0  # rows that need nothing
        self.commands: dict[str, int] = {}  # what is to be sent, by command
        self.warnings: dict[tuple[str, str], list[Any]] = {}  # remarks by kind and path: the first, its line, how many
        self._steps = bytearray()
        self._lines, self._offsets, self._requests = array("L"), array("q"), array("Q")
        self._occurrences: dict[int, int] = {}  # of rows without an ID that are alike, by place, from the second on

    def add(self, step: int, row: Row, offset: int, occurrence: int) -> None:
        """Note what is to be done with a row."""
        if occurrence > 1:
            self._occurrences[len(self._steps)] = occurrence
        self._steps.append(step)
        self._lines.append(row.line)
        self._offsets.append(offset)
        self._requests.append(row.request_digest)
        if step in (SEND, REPEAT):
            self.commands[row.command] = self.commands.get(row.command, 0) + 1

    def __len__(self) -> int:
        return len(self._steps)

    def count(self, *steps: int) -> int:
        """Return how many rows there is such a thing to do with."""
        return sum(map(self._steps.count, steps))

    def steps(self) -> Iterator[tuple[int, Row]]:
        """Yield what is to be done, and the row, read anew. Raises HeygenError where the file has changed meanwhile."""
        for place, step in enumerate(self._steps):
            line = self._lines[place]
            job = self.jobs.at(self._offsets[place], line)
            row = None
            if job is not None and not isinstance(job, Malformed):
                try:
                    row = self.maker.make(job, is_known=True)
                except Refused:
                    row = None
            if row is None or row.request_digest != self._requests[place]:
                raise HeygenError(
                    "cli_file_io_error",
                    f"{self.jobs.name}:{line}: the file was changed while the batch was running",
                    hint="Run the same command again",
                )
            yield step, numbered(row, self._occurrences.get(place, 1))


def numbered(row: Row, occurrence: int) -> Row:
    """Return a row without an ID of its own as the nth of those that are alike."""
    if occurrence == 1:
        return row
    id = f"{row.id}-{occurrence}"
    return row.replace(id=id, digest=digest(id))


class Planner:
    """Makes a plan; `rerun` are the kinds of rows to be made anew."""

    def __init__(self, plan: Plan, shard: Shard, names: Names | None, waits: bool, rerun: set[str], overwrites: bool) -> None:
        self.plan = plan
        self.ledger = plan.ledger
        self.shard = shard
        self.names = names
        self.waits = waits
        self.rerun = rerun
        self.overwrites = overwrites
        self.problems = Problems(plan.jobs.name)
        self.changes = Problems(plan.jobs.name)
        self._lines, self._stems = Index(), Index()  # lines by digest of an ID, and of a file's name
        self._alike: dict[int, int] = {}
        self._new_unnamed: list[Row] = []
        self._seen = bytearray(len(self.ledger))

    def run(self) -> None:
        """Look at every row. Raises the usage error for all that is wrong."""
        plan, maker = self.plan, self.plan.maker
        for job in plan.jobs.jobs():
            plan.total += 1
            if isinstance(job, Malformed):
                self.problems.add(job.line, ("", f"the row {job}"))
                continue
            try:
                row = maker.make(job)
                self._check_name(row)
            except Refused as refused:
                self.problems.add(job.line, *refused.problems, id=job.id)
                continue
            occurrence = self._occurrence(row)
            row = numbered(row, occurrence)
            other = self._lines.setdefault(row.digest, row.line)
            if other != row.line:
                self.problems.add(row.line, ("id", f"the id {row.id} is that of line {other} too"), id=row.id)
            for remark in maker.remarks(row):
                plan.warnings.setdefault((remark.kind, remark.path), [remark, row.line, 0])[2] += 1
            if self.shard.has(row.digest):
                plan.rows += 1
                self._decide(row, job.offset, occurrence)
        if not plan.total:
            raise usage_error(f"{plan.jobs.name} has no rows", param="<jobs>")
        if self.problems.count:
            is_checkable = maker.is_checked and self.problems.codes == {"usage_error"}
            unchecked = "; or add --no-validate to send rows as they are" if is_checkable else ""
            hint = "Use --force to overwrite them, or another --output-path"
            if self.problems.codes != {"file_exists"}:
                hint = f"Correct the rows; nothing was sent{unchecked}"
            raise self.problems.error(plan.total, hint)
        self._refuse_what_changed()

    def _occurrence(self, row: Row) -> int:
        """Return how many rows without an ID have asked for the same up to this one."""
        if row.has_own_id or self._lines.get(row.digest) is None:
            return 1
        self._alike[row.digest] = self._alike.get(row.digest, 1) + 1
        return self._alike[row.digest]

    def _check_name(self, row: Row) -> None:
        """Refuse a file that two rows would have. Raises Refused."""
        if self.names is None:
            return
        if kind_of(row.operation.wait) is None:
            raise Refused(("command", f"{row.command} makes no file for --output-path"))
        try:
            stem = self.names.stem(row)
        except KeyError as error:
            raise Refused(("", f"--output-path: the row has no column {error.args[0]}")) from None
        # Some file systems take names for the same that differ in case, or in the form of Unicode.
        key = digest(unicodedata.normalize("NFC", os.path.normpath(stem)).casefold())
        other = self._stems.setdefault(key, row.line)
        if other != row.line:
            raise Refused(("", f"its file {stem}{self.names.extension} would be that of line {other} too"))

    def _decide(self, row: Row, offset: int, occurrence: int) -> None:
        plan, ledger = self.plan, self.ledger
        number = ledger.find(row.digest)
        state = ledgers.NEW
        if number is not None:
            self._seen[number] = 1
            state = ledger.states[number]
        elif not row.has_own_id:
            self._new_unnamed.append(row) if len(self._new_unnamed) < MOST_TOLD else None
        if number is not None and state != ledgers.NEW and ledger.requests[number] != row.request_digest:
            if "failed" in self.rerun and state == ledgers.FAILED:
                pass
            elif "changed" not in self.rerun:
                self.changes.add(row.line, ("", f"row {row.id} has changed since it was sent"), id=row.id)
                return
            elif state == ledgers.SENT and "unknown" not in self.rerun:
                text = f"row {row.id} has changed, and the answer to what it was before was lost: add --rerun unknown as well"
                self.changes.add(row.line, ("", text), id=row.id)
                return
            plan.add(SEND, row, offset, occurrence)
        elif state == ledgers.FAILED:
            if "failed" in self.rerun:
                plan.add(SEND, row, offset, occurrence)
            else:
                plan.failed += 1
        elif state == ledgers.NEW:
            if number is None or not ledger.has("saving", number):
                self._refuse_existing(row)
            plan.add(SEND, row, offset, occurrence)
        elif state == ledgers.SENT:
            plan.add(SEND if "unknown" in self.rerun and not row.repeat_is_safe else REPEAT, row, offset, occurrence)
        elif state == ledgers.CREATED:
            if self.waits:
                plan.add(WAIT, row, offset, occurrence)
            else:
                plan.created += 1
        elif self.names is not None and not self._is_saved(row, number):
            if number is not None and not ledger.has("saving", number):
                self._refuse_existing(row)
            plan.add(SAVE, row, offset, occurrence)
        else:
            plan.done += 1

    def _refuse_existing(self, row: Row) -> None:
        found = self.names.existing(self.names.stem(row)) if self.names is not None and not self.overwrites else None
        if found:
            self.problems.add(row.line, ("", f"{found} already exists"), id=row.id, code="file_exists")

    def _is_saved(self, row: Row, number: int | None) -> bool:
        """Tell whether the file of a row is where it is to be."""
        has_event = number is not None and self.ledger.has("saved", number)
        return has_event and self.names is not None and self.names.existing(self.names.stem(row)) is not None

    def _refuse_what_changed(self) -> None:
        """Refuse rows that are not what they were when they were sent, and a file that is another one altogether."""
        ledger = self.ledger
        gone = [number for number, seen in enumerate(self._seen) if not seen and ledger.states[number] != ledgers.NEW]
        if gone and len(gone) == len(ledger):
            raise HeygenError(
                "cli_batch_journal_mismatch",
                f"{ledger.path} is the journal of another file: it has none of the rows of {self.plan.jobs.name}",
                param="--journal",
                exit_code=ExitCode.USAGE,
                hint="Name another with --journal, or move it away where the rows are to be made anew",
            )
        if "changed" not in self.rerun and self._new_unnamed and any(ledger.is_unnamed[number] for number in gone):
            for row in self._new_unnamed:
                text = "this row has no id and is new, while another without an id is gone: one may be the other, edited"
                self.changes.add(row.line, ("", text))
        if self.changes.count:
            hint = "Add --rerun changed to make changed rows anew, which is paid for again; or give them back what they were"
            self.changes.codes = {"cli_batch_row_changed"}
            raise self.changes.error(self.plan.total, hint)
