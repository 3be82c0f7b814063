"""Waiting for many jobs with one cadence: which are due, and what the API says of all of them in one answer."""

from __future__ import annotations

from heygen.api import operations
from heygen.calls import jobs
from heygen.calls.request import call_of, path_of
from heygen.core.errors import HeygenError
from heygen.http.client import Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

    from heygen.api.operations import Operation, Wait
    from heygen.core.context import Context
    from heygen.http.client import Client

MOST_IDS = 100  # in one request, as the documents say
GATHERING = 1.0  # seconds in which what is due is gathered into one request
_NOT_FOUND = "not_found"
_REFUSED_ALTOGETHER = (401, 402, 403)


class Watched:
    """What a row has made and waits for: its jobs, and when they are to be looked at next."""

    def __init__(self, task: Any, ids: Sequence[str], plan: Wait, wanted: Wait, now: float) -> None:
        self.task = task
        self.plan = plan
        self.wanted = wanted  # another plan than `plan` while the session is waited for that will name the resource
        self.jobs = [jobs.Job(id) for id in ids]
        self.interval = jobs.FIRST_INTERVAL
        self.due = now + GATHERING
        self.is_to_be_fetched = False  # a list says that it is over, or does not know it

    @property
    def ids(self) -> list[str]:
        """The IDs of its jobs."""
        return [job.id for job in self.jobs]

    @property
    def state(self) -> Any:
        """The last that is known of a single job, or None."""
        document = self.jobs[0].document if len(self.jobs) == 1 else None
        return document["data"] if isinstance(document, dict) and "data" in document else document

    @property
    def is_over(self) -> bool:
        """Whether all of its jobs have ended."""
        return all(job.state != jobs.RUNNING for job in self.jobs)

    def put_off(self, context: Context) -> None:
        """Decide when to look at it next."""
        jittered = self.interval * (1 + jobs.JITTER * (2 * context.random() - 1))
        self.due = context.monotonic() + jittered
        self.interval = min(self.interval * 2, jobs.LONGEST_INTERVAL)


class Schedule:
    """All that is waited for, and what is due."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._waiting: list[Watched] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, watched: Watched) -> None:
        """Wait for it."""
        self._waiting.append(watched)

    @property
    def next_due(self) -> float | None:
        """When something is due next, in monotonic seconds."""
        return min((each.due for each in self._waiting), default=None)

    def take_all(self) -> list[Watched]:
        """Take out all that is waited for."""
        taken, self._waiting = self._waiting, []
        return taken

    def take_due(self) -> list[list[Watched]]:
        """Take out what is due now, in groups that one request can ask for.

        What would be due within a part of its interval comes along.
        """
        now = self.context.monotonic()
        if not any(each.due <= now for each in self._waiting):
            return []
        taken = [each for each in self._waiting if each.due <= now + each.interval / 4]
        chosen = set(map(id, taken))
        self._waiting = [each for each in self._waiting if id(each) not in chosen]
        groups: dict[Any, list[list[Watched]]] = {}
        for each in taken:
            of_kind = groups.setdefault(each.plan.poll_path, [[]])
            if sum(len(other.jobs) for other in of_kind[-1]) + len(each.jobs) > MOST_IDS and of_kind[-1]:
                of_kind.append([])
            of_kind[-1].append(each)
        return [group for of_kind in groups.values() for group in of_kind]


class Poller:
    """Asks the API for the states of jobs, for any thread."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self._without_statuses: set[str] = set()  # paths that the API turned out not to have

    def look(self, group: list[Watched]) -> None:
        """Bring the jobs of a group up to date; they all wait by the same plan. Of several, only the statuses are asked
        for, and what is over is left to be fetched.

        Raises HeygenError where the API refuses us altogether; a passing failure changes nothing.
        """
        if len(group) == 1:
            self._fetch(group[0])
            return
        running = [(each, job) for each in group for job in each.jobs if job.state == jobs.RUNNING]
        found = self._statuses(group[0].plan, [job.id for _, job in running])
        plan = group[0].plan
        for each, job in running:
            status = None if found is None else found.get(job.id, "")
            # What is over is looked at itself, and so is an ID that may be missing: the list says too little of both.
            if status is None or status in (*plan.succeeded, *plan.failed, _NOT_FOUND):
                each.is_to_be_fetched = True
            elif status:
                job.status, job.not_found = status, 0

    def _fetch(self, watched: Watched) -> None:
        """Bring the jobs of one row up to date, with their documents."""
        watched.is_to_be_fetched = False
        for job in watched.jobs:
            if job.state == jobs.RUNNING:
                jobs.poll_once(job, watched.plan, lambda id: self._get(watched, id))
                if job.error is not None and (job.error.status in _REFUSED_ALTOGETHER or job.error.code == "canceled"):
                    error, job.state, job.error = job.error, jobs.RUNNING, None  # it says nothing of the job
                    raise error

    def _statuses(self, plan: Wait, ids: list[str]) -> dict[str, str] | None:
        """Return the statuses by ID; empty after a passing failure, None where no request gets those of many."""
        operation = _statuses_operation(plan)
        if operation is None or operation.path in self._without_statuses or any("," in id for id in ids):
            return None
        (name,) = (each.name for each in operation.parameters if each.name != "batch_ids")
        try:
            answer = self.client.send(call_of(operation, {name: ",".join(ids)}, None), retries=0)
        except HeygenError as error:
            if jobs.is_passing(error):
                return {}
            if error.status in _REFUSED_ALTOGETHER or error.code == "canceled":
                raise
            self._without_statuses.add(operation.path)
            return None
        data = answer.document.get("data") if isinstance(answer.document, dict) else None
        entries = [each for each in data if isinstance(each, dict)] if isinstance(data, list) else []
        own_name = name[:-1]
        return {
            str(entry.get(own_name) or entry.get("video_id")): entry["status"]
            for entry in entries
            if isinstance(entry.get("status"), str)
        }

    def _get(self, watched: Watched, id: str) -> Any:
        operation = operations.find_by_words(watched.plan.follow_up)
        if operation is None:
            raise LookupError(" ".join(watched.plan.follow_up))
        last = [each.name for each in operation.parameters if each.location == "path"][-1]
        call = Call(method="GET", path=path_of(operation, {**watched.task.row.values, last: id}))
        return self.client.send(call, retries=0).document


def _statuses_operation(plan: Wait) -> Operation | None:
    """Return the operation that gives the statuses of many jobs at once, or None where there is none."""
    return operations.find_by_request("GET", plan.poll_path.rpartition("/")[0] + "/statuses")
