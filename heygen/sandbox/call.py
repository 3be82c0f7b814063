"""One request to an operation, checked, and what an operation needs to answer it."""

from __future__ import annotations

from heygen.sandbox import jobs
from heygen.sandbox.paging import newest_first, page
from heygen.sandbox.problems import missing
from heygen.sandbox.rendering import ABSENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Sequence

    from heygen.api.operations import Operation
    from heygen.sandbox.multipart import Upload
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World


class Call:
    """An operation's request: `path` and `query` values by name, typed, with the API's defaults; the JSON body."""

    def __init__(
        self,
        world: World,
        operation: Operation,
        method: str,
        url_path: str,
        path: dict[str, str],
        query: dict[str, Any],
        body: dict[str, Any],
        upload: Upload | None = None,
    ) -> None:
        self.world = world
        self.operation = operation
        self.method = method
        self.url_path = url_path
        self.path = path
        self.query = query
        self.body = body
        self.upload = upload
        self.now = world.clock.now()

    def entry(self, kind: str, id: str, name: str = "Resource") -> Entry:
        """Return an entry. Raises the API's 404."""
        found = self.world.store.get(kind, id)
        if found is None:
            raise missing(kind, id, name=name)
        return found

    def poll(self, kind: str, id: str, name: str = "Resource") -> Entry:
        """Return an entry as a poll sees it: a fault may decide its job's status. Raises the API's 404."""
        return self.apply_fault(self.entry(kind, id, name))

    def apply_fault(self, found: Entry) -> Entry:
        """Return an entry with the status that a fault asks for.

        An end is for good, and `failed` the end even of a job that is done; any other status is shown this once.
        """
        if "job" not in found or jobs.has_failed(found, self.now):
            return found
        asked = self.world.faults.job_status(self.method, self.url_path)
        if asked is None or (asked == jobs.COMPLETED and jobs.has_ended(found, self.now)):
            return found
        if asked in (jobs.COMPLETED, jobs.FAILED):
            jobs.finish(found, asked, self.now)
            self.world.enqueue(found)
            self.world.process_ended_jobs()
            return found
        return {**found, "job": {**found["job"], "held": asked}}

    def create(self, kind: str, **fields: Any) -> Entry:
        """Keep a new entry of a kind and return it."""
        return self.world.store.add(kind, self.now, fields)

    def begin(self, entry: Entry, job_kind: str) -> Entry:
        """Start the job of a new entry; a fault may decide how it ends."""
        asked = self.world.faults.job_status(self.method, self.url_path)
        jobs.begin(entry, job_kind, self.now, self.world.options.seconds(job_kind), asked)
        self.world.enqueue(entry)
        return entry

    def list(
        self,
        entries: Sequence[Any],
        show: Callable[[Any], dict[str, Any]],
        order: Callable[[Any], int] = newest_first,
    ) -> dict[str, Any]:
        """Return the document of one page of entries, each as `show` has it."""
        found, more, token = page(entries, self.query, self.url_path, order)
        return {"data": [show(entry) for entry in found], "has_more": more, "next_token": token}

    def remove(self, entry: Entry) -> None:
        """Delete an entry and what belongs to it."""
        self.world.remove(entry)


def when(condition: bool, value: Any) -> Any:
    """Return the value, or ABSENT where the condition does not hold."""
    return value if condition else ABSENT
