"""What a thread of a batch does: sends rows, looks at jobs, saves files; each step stands in the journal before the next."""

from __future__ import annotations

import os
import re

from heygen.api import operations, path as paths
from heygen.batch.polling import Poller, Watched
from heygen.batch.saving import kind_of
from heygen.calls import hints, jobs
from heygen.calls.creating import created_by, path_of_id
from heygen.calls.request import call_of
from heygen.calls.sending import send
from heygen.core.errors import HeygenError
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.batch.journal import Journal
    from heygen.batch.pace import PacedClient, Stop
    from heygen.batch.rows import Row
    from heygen.batch.saving import Saver
    from heygen.http.client import Call

# What becomes of a row in this run.
CREATED, COMPLETED, FAILED, UNKNOWN = "created", "completed", "failed", "unknown"
UNSAVED, PENDING = "unsaved", "pending"  # the next run goes on with it
DEFERRED = "deferred"  # this run tries again

KEY_LIFETIME = 23 * 3600.0  # seconds; the API honours a key for a day
FATAL_STATUSES = (401, 402)  # no other row would fare better
_CLOCK_SKEW = 120.0  # seconds
_MOST_CANDIDATES = 5
# Of the answer to a creation, and of a finished resource: what is kept in the journal.
_LARGEST_RESULT = 64 * 1024  # bytes, of its JSON


class Task(Record):
    """A row to be sent: its attempt, and when it was sent before, where its answer was lost."""

    row: Row
    attempt: int
    sent_at: float | None = None
    stem: str | None = None  # of its file's path
    is_ours: bool = False  # an earlier run may have put a file there


class Change(Record):
    """What has become of a row. `watched` is what is to be waited for, and `again` tries once more what was deferred."""

    kind: str
    task: Task
    ids: tuple[str, ...] = ()
    result: Any = None
    error: HeygenError | None = None
    watched: Watched | None = None
    saved: tuple[str, ...] = ()
    again: Callable[[], Change] | None = None


class Worker:
    """Does the work, for any thread."""

    def __init__(
        self, journal: Journal, client: PacedClient, stop: Stop, deadline: float | None, waits: bool, saver: Saver | None
    ) -> None:
        self.journal = journal
        self.client = client
        self.context = client.context
        self.stop = stop
        self.deadline = deadline
        self.waits = waits
        self.saver = saver
        self.poller = Poller(client)

    # --- sending

    def send(self, task: Task) -> Change:
        """Send a row, and return what has become of it. Raises HeygenError where the whole batch has to end."""
        row = task.row
        if self.stop.is_set:
            return Change(kind=PENDING, task=task)
        if task.sent_at is not None and not self._may_repeat(task):
            return self._look_for(task)
        key = key_of(self.journal.name, row.id, task.attempt)
        if task.sent_at is None:
            self._write_intent(task, key)
            task = task.replace(sent_at=self.context.now())
        call = row.call(key)
        if self.deadline is not None:
            call = call.replace(deadline=self.deadline)
        try:
            answer = send(row.operation, self.client, call)
        except HeygenError as error:
            return self._refused(task, call, error)
        ids, shown_by = created_by(row.operation, answer.document)
        if not ids and (path_of_id(row.operation) or answer.document is None and row.operation.response_schema):
            what = "the answer does not say what was created"
            return self._lost(task, HeygenError("cli_response_parse_error", what, request_id=answer.request_id))
        if ids:
            self._append(task, ids, "created", ids=list(ids), by=" ".join(shown_by or ()) or None)
        if shown_by:
            if not self.waits:
                return Change(kind=CREATED, task=task, ids=ids, result=_data(answer.document))
            return Change(kind=CREATED, task=task, ids=ids, watched=self.watch(task, ids, shown_by))
        result = _data(answer.document)
        self._append(task, ids, "ended", status=COMPLETED, result=_bounded(result))
        return Change(kind=COMPLETED, task=task, ids=ids, result=result)

    def _write_intent(self, task: Task, key: str) -> None:
        row = task.row
        facts = {"is_unnamed": True} if not row.has_own_id else {}
        self.journal.append(
            self.journal.event(
                "intent",
                row.id,
                line=row.line,
                attempt=task.attempt,
                key=key,
                request=f"{row.request_digest:016x}",
                command=row.command,
                **facts,
            )
        )

    def _append(self, task: Task, made: tuple[str, ...], event: str, **facts: Any) -> None:
        """Write an event of a row that has made something; where that fails, the error names it."""
        try:
            self.journal.append(self.journal.event(event, task.row.id, **facts))
        except HeygenError as error:
            details = {"row": task.row.id, "ids": list(made), **error.details}
            raise HeygenError(error.code, error.message, hint=error.hint, param=error.param, details=details) from error

    def _may_repeat(self, task: Task) -> bool:
        age = self.context.now() - (task.sent_at or 0.0)
        return task.row.repeat_is_safe and (age < KEY_LIFETIME or task.row.operation.method == "PUT")

    def _refused(self, task: Task, call: Call, error: HeygenError) -> Change:
        """Return what has become of a row whose request has failed. Raises what no other row would survive."""
        if error.outcome_is_unknown or (error.code == "canceled" and call.repeat_is_safe):
            return self._lost(task, error)
        is_fatal = error.status in FATAL_STATUSES or error.code == "auth_error"
        if is_fatal or error.code == "canceled" or error.status == 429 or jobs.is_passing(error):
            # Nothing came of it, and something may at another time.
            self.journal.append(self.journal.event("released", task.row.id, error=error.envelope()["error"]))
            if is_fatal:
                self.stop.set(error)  # at once, for all threads
                raise error
            return self._deferred(task.replace(sent_at=None), error)
        return self._failed(task, (), error)

    def _lost(self, task: Task, error: HeygenError) -> Change:
        if self._may_repeat(task):
            error.message = error.message.partition("; the API may have")[0]
            error.hint = "Run the same command again: it repeats the request with its key, which makes nothing twice"
            return self._deferred(task, error)
        return self._look_for(task)

    def _deferred(self, task: Task, error: HeygenError) -> Change:
        return Change(kind=DEFERRED, task=task, error=error, again=lambda: self.send(task))

    def _look_for(self, task: Task) -> Change:
        """Look whether something like it was made, and say so: it is not for us to decide whether it is this row's."""
        operation, sent_at = task.row.operation, task.sent_at or 0.0
        command = hints.list_command_for_created(operation)
        found = self._candidates(task, command) if command else None
        why = "the API does not keep a repeat of it from doing the work twice"
        if task.row.repeat_is_safe:
            why = "it was sent more than 23 hours ago, so its key protects it no longer"
        text = f"its answer was lost, and {why}"
        if found:
            text += f"; made since: {', '.join(found)}"
        elif found is not None:
            text += "; nothing has been made since"
        look = f"Look at it with: {command}; " if command else ""
        error = HeygenError(
            "cli_batch_outcome_unknown",
            text,
            hint=f"{look}if it is not there, add --rerun unknown to make it anew",
            details={"candidates": found, "sent_at": round(sent_at)} if found is not None else None,
        )
        return Change(kind=UNKNOWN, task=task, error=error)

    def _candidates(self, task: Task, command: str) -> list[str] | None:
        """Return the IDs of what was made since a row was sent, the newest first, or None where nobody can tell."""
        operation = operations.find_by_words(tuple(command.split()[1:]))
        if operation is None:
            return None
        try:
            document = self.client.send(call_of(operation, {}, None)).document
        except HeygenError:
            return None
        items = document.get("data") if isinstance(document, dict) else None
        found = []
        for item in items if isinstance(items, list) else ():
            names = [name for name in item if name == "id" or name.endswith("_id")] if isinstance(item, dict) else []
            made = paths.value_at(item, "created_at")
            if names and isinstance(made, (int, float)) and made >= (task.sent_at or 0.0) - _CLOCK_SKEW:
                title = (task.row.content or {}).get("title")
                if title is None or item.get("title") in (None, title):
                    found.append(str(item[names[0]]))
        return found[:_MOST_CANDIDATES]

    # --- waiting

    def watch(self, task: Task, ids: tuple[str, ...], shown_by: tuple[str, ...]) -> Watched:
        """Return what waits for the resources that a row has made, as the command that shows them does."""
        shown = operations.find_by_words(shown_by)
        if shown is None or shown.wait is None:
            raise HeygenError("cli_batch_journal_damaged", f"no command waits by {' '.join(shown_by)}")
        own = task.row.operation.wait
        return Watched(task, ids, shown.wait, own or shown.wait, self.context.monotonic())

    def look(self, group: list[Watched]) -> list[Change | Watched]:
        """Look at jobs; returns what has become of their rows, and what is still waited for."""
        try:
            self.poller.look(group)
        except HeygenError as error:
            if error.code != "canceled":
                self.stop.set(error)
            return list(group)
        return [self._seen(watched) if watched.is_over else watched for watched in group]

    def _seen(self, watched: Watched) -> Change | Watched:
        """Return what has become of a row whose jobs are over."""
        task, first = watched.task, watched.jobs[0]
        ids = tuple(watched.ids)
        refused = [job for job in watched.jobs if job.state == jobs.REFUSED]
        if refused:
            error = refused[0].error or HeygenError("error", "it cannot be looked at")
            if error.status in (404, 410):
                return self._failed(task, ids, error)
            # It was made, and may be there: the next run looks again.
            return Change(kind=FAILED, task=task, ids=ids, error=error)
        if watched.plan.follow_up != watched.wanted.follow_up:
            made = tuple(jobs.ids(first.document, watched.wanted))
            if made and first.state == jobs.SUCCEEDED and first.status in watched.wanted.succeeded:
                self._append(task, made, "created", ids=list(made), by=" ".join(watched.wanted.follow_up))
                return self.watch(task, made, watched.wanted.follow_up)
        documents = [job.document for job in watched.jobs]
        result = _data(documents[0]) if len(documents) == 1 else [_data(each) for each in documents]
        failed = [job for job in watched.jobs if job.state == jobs.FAILED]
        is_session = watched.plan.follow_up != watched.wanted.follow_up
        if failed or is_session:
            job = failed[0] if failed else first
            reason = jobs.failure_reason(job.document)
            code = "video_failed" if watched.plan.follow_up == ("video", "get") else "cli_job_failed"
            text = f"{' '.join(watched.plan.follow_up[:-1])} {job.id} {job.status}" + (f": {reason}" if reason else "")
            error = HeygenError(code, text, hint=hints.command_line(*watched.plan.follow_up, job.id))
            return self._failed(task, ids, error, result)
        self._append(task, ids, "ended", status=COMPLETED, result=_bounded(result))
        change = Change(kind=COMPLETED, task=task, ids=ids, result=result)
        return change if self.saver is None else self.save(change, watched.plan.follow_up, dict(zip(ids, documents)))

    def _failed(self, task: Task, ids: tuple[str, ...], error: HeygenError, result: Any = None) -> Change:
        facts = {"result": _bounded(result)} if result is not None else {}
        self._append(task, ids, "ended", status=FAILED, error=error.envelope()["error"], **facts)
        return Change(kind=FAILED, task=task, ids=ids, result=result, error=error)

    # --- saving

    def save(self, change: Change, shown_by: tuple[str, ...], resources: dict[str, Any]) -> Change:
        """Download the files of a finished row, whose resources are given by ID with their documents, or None."""
        task = change.task
        plan = (operations.find_by_words(shown_by) or task.row.operation).wait
        kind = kind_of(plan)
        if self.saver is None or task.stem is None or kind is None:
            return change

        def announce(files: list[str]) -> bool:
            self._append(task, change.ids, "saving", paths=list(map(self._from_journal, files)))
            return task.is_ours

        try:
            files = self.saver.save(task.stem, kind, resources, announce)
        except HeygenError as error:
            if error.status in FATAL_STATUSES or error.param == "journal":
                raise
            if error.code != "file_exists":
                error.hint = "Run the same command again: it is finished, and is only downloaded"
            if error.code == "canceled":
                return change.replace(kind=UNSAVED)
            if jobs.is_passing(error) or error.code.startswith("cli_download_"):
                later = change.replace(kind=COMPLETED, error=None)
                fresh = dict.fromkeys(resources)  # with links of their own time
                return change.replace(kind=DEFERRED, error=error, again=lambda: self.save(later, shown_by, fresh))
            return change.replace(kind=UNSAVED, error=error)
        self._append(task, change.ids, "saved", paths=list(map(self._from_journal, files)))
        return change.replace(saved=tuple(files))

    def _from_journal(self, file: str) -> str:
        """Return a path as the journal has it: from its own folder on, so that both may be moved."""
        try:
            return os.path.relpath(file, os.path.dirname(self.journal.path) or os.curdir).replace(os.sep, "/")
        except ValueError:  # another drive
            return os.path.abspath(file)


def key_of(journal: str, id: str, attempt: int) -> str:
    """Return the idempotency key of an attempt at a row: 1 to 255 of the signs that the API takes, whatever the ID is."""
    if re.fullmatch(r"[A-Za-z0-9_.-]{1,150}", id):
        return f"{journal}:{attempt}:{id}"
    from hashlib import sha256

    return f"{journal}:{attempt}::{sha256(id.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _data(document: Any) -> Any:
    return document["data"] if isinstance(document, dict) and "data" in document else document


def _bounded(result: Any) -> Any:
    """Return what the journal keeps of a result: all of it, but for one that is very long."""
    from heygen.output.printer import compact

    return result if result is None or len(compact(result)) <= _LARGEST_RESULT else {"is_too_long": True}
