"""Runs a plan: hands rows to threads, waits for what they have made, and tells of each row as it ends.

One thread coordinates, and is alone in changing what stands here. The process's main thread only waits for it, since
that is where an interrupt strikes: so none tears what is being done.
"""

from __future__ import annotations

import itertools
import queue
import threading

from heygen.batch import worker as workers
from heygen.batch.ledger import NEW
from heygen.batch.pace import Gate, PacedClient, Stop
from heygen.batch.planning import REPEAT, SAVE, SEND, WAIT
from heygen.batch.polling import Schedule, Watched
from heygen.batch.saving import Saver
from heygen.batch.worker import Change, Task, Worker
from heygen.core.errors import HeygenError
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.batch.display import Display
    from heygen.batch.journal import Journal
    from heygen.batch.planning import Plan
    from heygen.batch.rows import Row
    from heygen.batch.saving import Names
    from heygen.core.context import Context
    from heygen.http.client import Client

MOST_UNDER_WAY = 2000  # rows that are waited for at a time: each takes memory
MOST_ROUNDS = 4  # of rows that failed for a passing reason
ROUND_PAUSE = 2.0  # seconds before the second round, doubled before each further one
LEAST_PATIENCE = 10  # failures in a row for a passing reason until the API counts as gone
_LOOK = 0.1  # seconds between two looks at the clock
_LAST_REQUEST = 5.0  # seconds that a request still gets when the time is up
# What comes first where several things could be done.
_POLLS, _SAVES, _ROWS, _END = range(4)


class Options(Record):
    """How a plan is to be run."""

    waits: bool
    names: Names | None
    threads: int
    stop_after: int | None
    timeout: float | None  # seconds
    overwrites: bool


class Summary:
    """What a run has done, in rows."""

    def __init__(self, plan: Plan) -> None:
        self.total = plan.rows
        self.before = plan.done + plan.created + plan.failed  # rows that needed nothing
        self.failed_before = plan.failed
        self.counts = dict.fromkeys((workers.COMPLETED, workers.CREATED, workers.FAILED, workers.UNKNOWN, workers.UNSAVED), 0)
        self.saved = 0
        self.under_way = 0
        self.rate_limited = 0

    @property
    def ended(self) -> int:
        """How many rows have come to an end, in this run or before."""
        return self.before + sum(self.counts.values()) - self.counts[workers.UNSAVED]

    @property
    def left(self) -> int:
        """How many rows the next run has to do with."""
        return self.total - self.ended

    def document(self) -> dict[str, int]:
        """Return the numbers as envelopes have them."""
        return {"rows": self.total, "before": self.before, **self.counts, "saved": self.saved, "left": self.left}


class Runner:
    """One run of a plan; `tell` prints what has become of a row."""

    def __init__(
        self,
        context: Context,
        client: Client,
        plan: Plan,
        journal: Journal,
        options: Options,
        display: Display,
        tell: Callable[[dict[str, Any]], None],
    ) -> None:
        self.context = context
        self.plan = plan
        self.journal = journal
        self.options = options
        self.display = display
        self.tell = tell
        self.summary = Summary(plan)
        self.stop = Stop(context)
        self.gate = Gate(context, self.stop.sleep)
        self.deadline = None if options.timeout is None else context.monotonic() + options.timeout
        paced = PacedClient(client, context.with_sleep(self.stop.sleep), self.gate)
        saver = Saver(paced, self.stop, options.names.extension, options.overwrites) if options.names else None
        last = None if self.deadline is None else self.deadline + _LAST_REQUEST
        self.worker = Worker(journal, paced, self.stop, last, options.waits, saver)
        self._tasks: queue.PriorityQueue[Any] = queue.PriorityQueue()
        self._results: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._numbers = itertools.count()
        self._busy = self._sending = 0  # tasks that are with the threads; those of rows
        self._looked_at = 0  # rows of polls under way
        self._schedule = Schedule(context)
        self._steps = plan.steps()
        self._deferred: list[Change] = []
        self._round = 1
        self._failures = self._passing_in_a_row = 0
        self._ledger_stream: Any = None
        self._is_over = threading.Event()
        self._defect: BaseException | None = None

    def run(self) -> HeygenError | None:
        """Run the plan to its end. Returns why it stopped before that, or None; a second interrupt is raised."""
        coordinator = threading.Thread(target=self._coordinate, daemon=True)
        coordinator.start()
        while not self._is_over.is_set():
            try:
                # Not join(): before Python 3.13, one that is interrupted takes the thread for ended.
                self._is_over.wait(_LOOK)
            except KeyboardInterrupt:
                if self.stop.error is not None and self.stop.error.code == "canceled":
                    raise
                self.stop.set(_interrupted())
        if self._defect is not None:
            raise self._defect
        return self.stop.error

    def _coordinate(self) -> None:
        try:
            threads = [threading.Thread(target=self._work, daemon=True) for _ in range(self.options.threads)]
            for thread in threads:
                thread.start()
            try:
                self._loop()
            except KeyboardInterrupt:
                self.stop.set(_interrupted())
                self._loop()  # what is under way comes to its end
            for _ in threads:
                self._tasks.put((_END, next(self._numbers), None))
            for thread in threads:
                thread.join()
        except BaseException as error:  # main prints it, or the traceback of a defect
            self._defect = error
        finally:
            self.display.close()
            if self._ledger_stream is not None:
                self._ledger_stream.close()
            self._is_over.set()

    def _work(self) -> None:
        while True:
            kind, _, job = self._tasks.get()
            if job is None:
                return
            try:
                self._results.put((kind, job()))
            except BaseException as error:  # the coordinator decides what it means
                self._results.put((kind, error))

    def _put(self, kind: int, job: Any) -> None:
        self._busy += 1
        self._sending += kind == _ROWS
        self._tasks.put((kind, next(self._numbers), job))

    # --- the loop

    def _loop(self) -> None:
        while True:
            if self.deadline is not None and self.context.monotonic() >= self.deadline and not self.stop.is_set:
                self.stop.set(HeygenError("timeout", "the time is up"))
            if not self.stop.is_set:
                self._fill()
                self._poll()
            if self._busy:
                self._take()
            elif self.stop.is_set:
                break
            elif len(self._schedule):
                self._sleep((self._schedule.next_due or 0.0) - self.context.monotonic())
            elif not self._begin_round():
                break
            self._show()
        for change in self._deferred:
            self._end(change, workers.UNSAVED if change.ids else workers.PENDING)
        for watched in self._schedule.take_all():
            # It goes on, and the next run waits for it.
            ids = tuple(watched.ids)
            self._end(Change(kind=workers.PENDING, task=watched.task, ids=ids, result=watched.state), workers.PENDING)
        self._show()

    def _fill(self) -> None:
        """Hand on rows, as many as the threads can take soon."""
        while self._busy < 2 * self.options.threads and self._under_way < MOST_UNDER_WAY:
            if self.options.stop_after is not None and self._failures >= self.options.stop_after:
                self._steps = iter(())
            found = next(self._steps, None)
            if found is None:
                return
            self._begin(*found)

    @property
    def _under_way(self) -> int:
        """How many rows have been begun, and not ended."""
        return self._sending + self._looked_at + len(self._schedule)

    def _begin(self, step: int, row: Row) -> None:
        ledger = self.journal.ledger
        number = ledger.find(row.digest)
        stem = self.options.names.stem(row) if self.options.names else None
        if number is None:
            task = Task(row=row, attempt=1, stem=stem)
        else:
            # What was refused for a passing reason is the same attempt still.
            is_anew = ledger.states[number] != NEW or ledger.requests[number] != row.request_digest
            task = Task(
                row=row,
                attempt=ledger.attempts[number] + (step == SEND and is_anew),
                stem=stem,
                sent_at=ledger.sent_at[number] if step == REPEAT else None,
                is_ours=ledger.has("saving", number),
            )
        if step in (WAIT, SAVE):
            self._go_on(step, task, number)
        else:
            self._put(_ROWS, lambda: self.worker.send(task))

    def _go_on(self, step: int, task: Task, number: int | None) -> None:
        """Wait for what an earlier run has created, or save it."""
        if self._ledger_stream is None:
            self._ledger_stream = open(self.journal.path, "rb")
        facts = self.journal.ledger.facts(self._ledger_stream, number or 0)
        created = facts["created"]
        ids, shown_by = tuple(created["ids"]), tuple((created.get("by") or "").split())
        if step == WAIT:
            self._watch(self.worker.watch(task, ids, shown_by))
            return
        change = Change(kind=workers.COMPLETED, task=task, ids=ids, result=facts["ended"].get("result"))
        self._put(_SAVES, lambda: self.worker.save(change, shown_by, dict.fromkeys(ids)))

    def _watch(self, watched: Watched) -> None:
        self._schedule.add(watched)

    def _poll(self) -> None:
        for group in self._schedule.take_due():
            for watched in group:
                watched.put_off(self.context)
            self._look(group)

    def _look(self, group: list[Watched]) -> None:
        self._looked_at += len(group)
        self._put(_POLLS, lambda: self.worker.look(group))

    def _sleep(self, seconds: float) -> None:
        """Let time pass until something is due, and show how it is going meanwhile."""
        end = self.context.monotonic() + seconds
        if self.deadline is not None:
            end = min(end, self.deadline)
        while not self.stop.is_set:
            left = end - self.context.monotonic()
            if left <= 0:
                return
            self._show()
            self.context.sleep(min(left, _LOOK) if self.display.is_live else min(left, 0.5))

    def _begin_round(self) -> bool:
        """Try those again that failed for a passing reason; False where there is nothing left to try."""
        if not self._deferred or self._round >= MOST_ROUNDS:
            return False
        try:
            self.stop.sleep(ROUND_PAUSE * 2 ** (self._round - 1))
        except HeygenError:
            return True  # stopped
        self._round += 1
        again, self._deferred = self._deferred, []
        for change in again:
            self._put(_SAVES if change.ids else _ROWS, change.again)
        return True

    def _show(self) -> None:
        self.summary.under_way = self._under_way
        self.summary.rate_limited = self.gate.refusals
        self.display.update(self.summary)

    # --- what comes back

    def _take(self) -> None:
        try:
            kind, result = self._results.get(timeout=_LOOK)
        except queue.Empty:
            return
        self._busy -= 1
        self._sending -= kind == _ROWS
        if isinstance(result, HeygenError):
            self.stop.set(result)
        elif isinstance(result, BaseException):
            raise result
        elif isinstance(result, list):
            self._looked_at -= len(result)
            for each in result:
                if not isinstance(each, Watched):
                    self._handle(each)
                elif each.is_to_be_fetched and not self.stop.is_set:
                    self._look([each])  # each by itself: the threads share them
                else:
                    self._watch(each)
        else:
            self._handle(result)

    def _handle(self, change: Change) -> None:
        if change.watched is not None:
            self._watch(change.watched)
            self.display.created(change.task.row.id, change.ids)
            self._passing_in_a_row = 0
        elif change.kind == workers.DEFERRED:
            self._deferred.append(change)
            self._passing_in_a_row += change.error is not None and change.error.status != 429
            patience = max(LEAST_PATIENCE, 3 * self.options.threads)
            if self._passing_in_a_row >= patience and change.error is not None:
                self.stop.set(change.error)
        elif change.kind != workers.PENDING:
            self._passing_in_a_row = 0
            self._end(change, change.kind)

    def _end(self, change: Change, status: str) -> None:
        """Tell what has become of a row."""
        row = change.task.row
        if status in self.summary.counts:
            self.summary.counts[status] += 1
        self.summary.saved += bool(change.saved)
        self._failures += status in (workers.FAILED, workers.UNKNOWN, workers.UNSAVED)
        document: dict[str, Any] = {"id": row.id, "line": row.line, "status": status}
        if change.ids:
            document["resource_id"] = change.ids[0]
        if len(change.ids) > 1:
            document["resource_ids"] = list(change.ids)
        if change.result is not None:
            document["result"] = change.result
        if change.saved:
            document["saved"] = list(change.saved)
        if change.error is not None:
            document["error"] = change.error.envelope()["error"]
        try:
            self.tell(document)
        except (HeygenError, BrokenPipeError) as error:
            if isinstance(error, BrokenPipeError):
                error = HeygenError("cli_file_io_error", "nobody reads standard output, where the results were to go")
            self.stop.set(error)


def _interrupted() -> HeygenError:
    return HeygenError("canceled", "interrupted; what was sent is in the journal")
