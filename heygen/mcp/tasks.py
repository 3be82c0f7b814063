"""Long jobs as tasks (`io.modelcontextprotocol/tasks`): a task's ID is that of the HeyGen job, so no state has to last.

`video:vid_1` is what `heygen video get vid_1` shows; a translation into several languages has several IDs, with commas.
"""

from __future__ import annotations

import threading
from urllib.parse import quote, unquote

from heygen.api import operations, path as paths
from heygen.calls import jobs
from heygen.core import timestamp
from heygen.core.errors import ExitCode, HeygenError
from heygen.core.record import Record
from heygen.mcp import results
from heygen.mcp.messages import INTERNAL_ERROR, INVALID_PARAMS, ProtocolError, object_param, text_param
from heygen.mcp.modern import finished, require_tasks
from heygen.mcp.tools import ANY_OUTPUT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

    from heygen.mcp.request import Request
    from heygen.mcp.runner import Runner, Started
    from heygen.mcp.tools import Catalogue

_NEW = 60.0  # seconds in which an ID of ours may not have appeared yet
_MOST_REMEMBERED = 10_000


class _Seen(Record):
    """What this process knows of a task besides its ID: none of it is needed, all of it is better known."""

    since: float  # seconds since the epoch
    is_ours: bool = False  # begun by this process
    is_cancelled: bool = False
    has_ended: bool = False


class Tasks:
    """Answers what clients ask about tasks, by looking at the jobs."""

    def __init__(self, runner: Runner, catalogue: Catalogue) -> None:
        self.runner = runner
        self.catalogue = catalogue
        self._seen: dict[str, _Seen] = {}
        self._lock = threading.Lock()

    def begun(self, started: Started, asked: Request) -> dict[str, Any]:
        """Return the result that stands for a job in place of what it will make."""
        id = task_id(started.resource, started.ids)
        is_new = started.document is not None
        since = _created_at(started.document) or asked.context.now()
        self._remember(id, _Seen(since=since, is_ours=is_new))
        what = "is being made" if is_new else "is waited for"
        message = f"{started.resource} {', '.join(started.ids)} {what}"
        return {"resultType": "task", **self._task(id, "working", message, since, asked)}

    def get(self, asked: Request) -> dict[str, Any]:
        """Answer tasks/get: look at the job once. Raises ProtocolError."""
        id, resource, ids = self._named(asked)
        seen = self._recall(id, asked)
        if seen.is_cancelled:
            how = self.catalogue.wording.of("; ".join(f"heygen {resource.replace('.', ' ')} get {each}" for each in ids))
            text = f"no longer waited for; the job itself continues at HeyGen: {how}"
            return self._task(id, "cancelled", text, seen.since, asked)
        waited_for = [jobs.Job(each) for each in ids]
        for job in waited_for:
            # Only of what was made a moment ago is "not found" no answer.
            is_new = seen.is_ours and asked.context.now() - seen.since < _NEW
            job.not_found = 0 if is_new else jobs.MOST_NOT_FOUND
        try:
            document = self.runner.finished(resource, waited_for, asked, 0.0)
            result = results.success(document, ANY_OUTPUT, asked.reporter.notes)
        except HeygenError as error:
            error.mask(asked.context.secrets)
            if error.code == "timeout" and error.exit_code == ExitCode.TIMEOUT:
                since = _created_at(error.result) or seen.since
                return self._task(id, "working", _states(resource, waited_for), since, asked)
            if error.status == 404:
                raise ProtocolError(INVALID_PARAMS, f"there is no task {id}") from error
            if error.code not in ("video_failed", "cli_job_failed"):
                data = results.envelope(error, self.catalogue.wording)
                raise ProtocolError(INTERNAL_ERROR, f"cannot look at the task: {error.message}", data) from error
            result, document = results.failure(error, ANY_OUTPUT, self.catalogue.wording), error.result
        self._remember(id, seen.replace(has_ended=True))
        since = _created_at(document) or seen.since
        task = self._task(id, "completed", _states(resource, waited_for), since, asked)
        return {**task, "result": finished(result, False)}

    def cancel(self, asked: Request) -> dict[str, Any]:
        """Answer tasks/cancel: end our waiting, not the job. Raises ProtocolError."""
        id, _, _ = self._named(asked)
        seen = self._recall(id, asked)
        if not seen.has_ended:
            self._remember(id, seen.replace(is_cancelled=True))
        return {}

    def update(self, asked: Request) -> dict[str, Any]:
        """Answer tasks/update: no task of ours asks for anything, so there is nothing to take. Raises ProtocolError."""
        self._named(asked)
        if "inputResponses" not in asked.params:
            raise ProtocolError(INVALID_PARAMS, "inputResponses is required")
        object_param(asked.params, "inputResponses")
        return {}

    def _named(self, asked: Request) -> tuple[str, str, tuple[str, ...]]:
        require_tasks(asked.terms)
        id = text_param(asked.params, "taskId")
        return (id, *_parts(id))

    def _recall(self, id: str, asked: Request) -> _Seen:
        with self._lock:
            return self._seen.setdefault(id, _Seen(since=asked.context.now()))

    def _remember(self, id: str, seen: _Seen) -> None:
        with self._lock:
            self._seen[id] = seen
            if len(self._seen) > _MOST_REMEMBERED:
                del self._seen[next(iter(self._seen))]

    def _task(self, id: str, status: str, message: str, since: float, asked: Request) -> dict[str, Any]:
        now = asked.context.now()
        task = {
            "taskId": id,
            "status": status,
            "statusMessage": message,
            "createdAt": timestamp.render(since),
            "lastUpdatedAt": timestamp.render(now),
            "ttlMs": None,  # as long as HeyGen keeps the job
        }
        if status == "working":
            task["pollIntervalMs"] = int(jobs.interval_after(now - since) * 1000)
        return task


def task_id(resource: str, ids: Sequence[str]) -> str:
    """Return the ID of the task for jobs that `wait` knows by these names."""
    return f"{resource}:{','.join(quote(each, safe='') for each in ids)}"


def _parts(id: str) -> tuple[str, tuple[str, ...]]:
    """Return what a task's ID names. Raises ProtocolError."""
    resource, _, rest = id.partition(":")
    shown_by = operations.find_by_words((*resource.split("."), "get"))
    ids = tuple(unquote(each) for each in rest.split(","))
    if shown_by is None or shown_by.wait is None or not all(ids):
        raise ProtocolError(INVALID_PARAMS, f"there is no task {id}")
    return resource, ids


def _created_at(document: Any) -> float | None:
    """Return when a resource says that it was created, in seconds since the epoch."""
    found = paths.value_at(document, "data.created_at")
    if isinstance(found, (int, float)) and not isinstance(found, bool) and 0 < found < 1e11:
        return float(found)
    try:
        return timestamp.parse(found)
    except (TypeError, ValueError, AttributeError):
        return None


def _states(resource: str, waited_for: Sequence[jobs.Job]) -> str:
    return "; ".join(f"{resource} {job.id}: {job.status or 'no answer yet'}" for job in waited_for)
