"""`--wait`: sends the creating call or resumes by ID, and waits until the resource is finished or the time is up."""

from __future__ import annotations

from heygen.api import operations
from heygen.calls import hints, jobs
from heygen.calls.creating import send_with_receipt
from heygen.calls.request import path_of
from heygen.core import duration
from heygen.core.errors import ExitCode, HeygenError
from heygen.core.observer import WaitObserver
from heygen.http.client import READ_TIMEOUT, Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

    from heygen.api.operations import Operation, Wait
    from heygen.calls.invocation import Invocation
    from heygen.calls.saving import Target
    from heygen.http.client import Answer, Client

DEFAULT_TIMEOUT = 20 * 60.0  # seconds
# The poll at the deadline itself is given this long.
SHORTEST_REQUEST = 5.0


def send_and_wait(invocation: Invocation, client: Client, call: Call) -> Any:
    """Make the call, wait for what it created (or, for a `get`, for what it shows), and return the finished resource.

    The deadline covers both. Returns None where the resource's file went to standard output, and nothing else may
    follow it. Raises HeygenError with the last known state as its result.
    """
    return _Waiting(invocation, client, invocation.command.operation.wait).run(call)


def wait_for(invocation: Invocation, plan: Wait, id: str) -> Any:
    """Wait for a resource that a hand-written command has made, and return it as `get` shows it.

    Raises HeygenError as send_and_wait() does.
    """
    waiting = _Waiting(invocation, invocation.client(), plan)
    return waiting.resources(waiting.wait([jobs.Job(id)]), None)


class _Waiting:
    """One wait: what it is about, when it must end, and how it is reported."""

    def __init__(self, invocation: Invocation, client: Client, plan: Wait) -> None:
        self.invocation = invocation
        self.client = client
        self.context = invocation.context
        self.operation: Operation = invocation.command.operation  # None for a hand-written command
        self.plan = plan
        self.target: Target | None = None  # where the finished files are to be saved
        self.budget = invocation.given.get("timeout", DEFAULT_TIMEOUT)
        self.deadline = self.context.monotonic() + self.budget

    def run(self, call: Call) -> Any:
        if self.invocation.given.get("output_path") is not None:
            from heygen.calls.saving import Target

            # Before anything is paid for: an existing file or a missing directory is refused now.
            self.target = Target(self.invocation, self.invocation.given["output_path"])
        # A creation that is cut off may have cost credits all the same, so its answer gets a little longer.
        answer = self._send(call.replace(deadline=self.deadline + SHORTEST_REQUEST))
        if self.operation.method == "GET":
            waited_for = [jobs.Job(self._own_id())]
            # This very call was the first poll.
            jobs.update(waited_for[0], self.plan, answer.document)
            if jobs.has_no_status(answer.document, self.plan):
                return answer.document
        else:
            waited_for = [jobs.Job(id) for id in jobs.ids(answer.document, self.plan)]
        if not waited_for:
            return self._run_instead(answer.document)
        return self._finish(self.wait(waited_for), answer.document)

    def _send(self, call: Call) -> Answer:
        """Make the creating call, or the first poll of a `get`."""
        if self.operation.method == "GET":
            self._watch((self._own_id(),))
        try:
            return send_with_receipt(self.invocation, self.operation, self.client, call)
        except KeyboardInterrupt as interrupt:
            # Only a poll: a creation that is interrupted has its own error.
            raise HeygenError(
                "canceled", "interrupted while waiting; the job continues", hint=self._resume_hint((jobs.Job(self._own_id()),))
            ) from interrupt

    def _watch(self, ids: tuple[str, ...]) -> None:
        """Have every error from now on name what is waited for, and the command that carries on."""
        resume = "; ".join(self.invocation.waiting_command(self.plan.follow_up, [*self._outer_ids(), id]) for id in ids)
        self.invocation.receipt.watch(ids, resume)

    def wait(self, waited_for: list[jobs.Job]) -> jobs.Outcome:
        """Poll the jobs until they have ended, or the time is up."""
        self._watch(tuple(job.id for job in waited_for))
        receipt, noun = self.invocation.receipt, self._polled_operation().noun
        if receipt.is_open:
            # Before the first poll: whatever ends this process, even kill -9, the ID is known.
            what = f"created {noun} {receipt.ids[0]}" if len(receipt.ids) == 1 else f"created {len(receipt.ids)} {noun}s"
            hint = None if self.invocation.output.is_human else receipt.resume
            self.invocation.output.notice("created", what, hint=hint, **receipt.names())
        observer = self.invocation.output.wait_progress(noun)
        return jobs.wait(waited_for, self.plan, self._poll, self.context, self.deadline, observer)

    def _run_instead(self, created: Any) -> Any:
        """Wait for the session that will name the resource, then for the resource.

        A session that stops to ask for something ends the wait too: its state is the result.
        """
        wanted = self.plan
        self.plan = operations.find_by_words(wanted.instead).wait
        sessions = [jobs.Job(id) for id in jobs.ids(created, self.plan)]
        outcome = self.wait(sessions)
        document = self._document(outcome.jobs, created)
        found = jobs.ids(document, wanted)
        if not found or any(job.state != jobs.SUCCEEDED for job in outcome.jobs):
            return self._finish(outcome, created)
        if sessions[0].status in wanted.succeeded:
            self.plan = wanted
            outcome = self.wait([jobs.Job(id) for id in found])
        return self._finish(outcome, document)

    def _remaining(self, longest: float) -> float:
        return min(longest, max(self.deadline - self.context.monotonic(), SHORTEST_REQUEST))

    def _own_id(self) -> str:
        return self.invocation.given[self.invocation.command.arguments[-1].key]

    def _poll(self, id: str, token: str | None = None) -> Any:
        operation = self._polled_operation()
        # A nested path keeps the values of the outer ones (GET /sessions/{a}/videos/{b}).
        values = {**self.invocation.given, _last_parameter(operation): id}
        call = Call(
            method="GET",
            path=path_of(operation, values),
            query=(("token", token),) if token else (),
            timeout=self._remaining(READ_TIMEOUT),
        )
        document = self.client.send(call, retries=0).document
        if len(self.invocation.receipt.ids) == 1 and document is not None:
            self.invocation.receipt.state = document
        return document

    def _polled_operation(self) -> Operation:
        found = operations.find_by_words(self.plan.follow_up)
        if found is None:
            raise LookupError(" ".join(self.plan.follow_up))
        return found

    # --- the end

    def _finish(self, outcome: jobs.Outcome, created: Any) -> Any:
        try:
            return self._saved(outcome, self.resources(outcome, created))
        except HeygenError as error:
            if error.code in ("video_failed", "cli_job_failed") and len(outcome.jobs) > 1:
                # Those that have not failed are paid for as well.
                error.result = self._saved(outcome, error.result)
            raise

    def _saved(self, outcome: jobs.Outcome, document: Any) -> Any:
        """Save the files of what is finished, and return the document with their paths."""
        if self.target is None:
            return document
        from heygen.calls.saving import save_all

        finished = {job.id: job.document for job in outcome.jobs if job.state == jobs.SUCCEEDED}
        is_single = len(outcome.jobs) == 1
        return save_all(self.invocation, self.target, self.plan.follow_up, finished, document, is_single)

    def resources(self, outcome: jobs.Outcome, created: Any) -> Any:
        """Return the finished resources. Raises HeygenError with the last known state where they are not."""
        waited_for = outcome.jobs
        if all(job.state == jobs.SUCCEEDED for job in waited_for):
            self._complete_pages(waited_for)
        document = self._document(waited_for, created)
        self._watch(tuple(job.id for job in _unfinished(waited_for)))
        failed = [job for job in waited_for if job.state == jobs.FAILED or _failed_items(job.document)]
        if outcome.is_interrupted:
            raise HeygenError(
                "canceled", "interrupted while waiting; the job continues", hint=self._resume_hint(waited_for), result=document
            )
        refused = [job for job in waited_for if job.state == jobs.REFUSED]
        if refused:
            raise self._refusal(refused[0], document)
        if outcome.is_timeout and not failed:
            raise HeygenError(
                "timeout",
                f"polling timed out after {duration.render(self.budget)}",
                hint=self._resume_hint(waited_for),
                result=document,
            )
        if failed:
            raise self._failure(failed, waited_for, document)
        return document

    def _document(self, waited_for: tuple[jobs.Job, ...], created: Any) -> Any:
        """Return what is known: one resource as `get` prints it, or all of them under `data`."""
        if len(waited_for) == 1:
            return waited_for[0].document if waited_for[0].document is not None else created
        if all(job.document is None for job in waited_for):
            return created
        return {"data": [_data(job) for job in waited_for]}

    def _complete_pages(self, waited_for: tuple[jobs.Job, ...]) -> None:
        """Bring in the further pages of a finished batch, so that all its items are there."""
        for job in waited_for:
            data = job.document.get("data") if isinstance(job.document, dict) else None
            if not isinstance(data, dict) or not isinstance(data.get("items"), list):
                continue
            token, seen = data.get("next_token"), set()
            while data.get("has_more") and token and token not in seen:
                seen.add(token)
                page = self._page(job, token)
                data["items"].extend(page.get("items", []))
                data["has_more"], token = page.get("has_more", False), page.get("next_token")
                data["next_token"] = token

    def _page(self, job: jobs.Job, token: str) -> dict[str, Any]:
        pages: list[Any] = []

        def poll(id: str) -> Any:
            document = self._poll(id, token)
            pages.append(document)
            return document

        page = jobs.Job(job.id)
        jobs.wait([page], self.plan, poll, self.context, self.deadline, WaitObserver())
        if not pages or page.state != jobs.SUCCEEDED:
            raise HeygenError(
                "network_error",
                "the batch is finished, but not all of its items could be fetched",
                hint=self._resume_hint((job,)),
                result=job.document,
            )
        return pages[-1]["data"]

    def _refusal(self, job: jobs.Job, document: Any) -> HeygenError:
        error = job.error
        if error.exit_code != ExitCode.AUTH:
            error.hint = self._resume_hint((job,))
        else:
            error.hint = f"{error.hint}; then continue with: {self._resume_hint((job,))}"
        error.result = document
        return error

    def _failure(self, failed: list[jobs.Job], waited_for: tuple[jobs.Job, ...], document: Any) -> HeygenError:
        is_video = self.plan.poll_path == "/v3/videos/{video_id}"
        if len(waited_for) == 1:
            items = _failed_items(failed[0].document)
            if items:
                what = f"{len(items)} of {len(failed[0].document['data']['items'])} items failed: {'; '.join(items)}"
            else:
                reason = jobs.failure_reason(failed[0].document)
                what = f"{self._polled_operation().noun} {failed[0].id} {failed[0].status}" + (f": {reason}" if reason else "")
        else:
            each = [
                job.id + (f" ({reason})" if reason else "")
                for job in failed
                for reason in [jobs.failure_reason(job.document)]
            ]
            what = f"{len(failed)} of {len(waited_for)} failed: {'; '.join(each)}"
        unfinished = tuple(job for job in waited_for if job.state == jobs.RUNNING)
        return HeygenError(
            "video_failed" if is_video else "cli_job_failed",
            what,
            hint=self._resume_hint(unfinished or tuple(failed)),
            result=document,
        )

    def _resume_hint(self, waited_for: tuple[jobs.Job, ...]) -> str:
        """Return the commands that show the jobs that have not ended well; with --wait they wait for them."""
        outer = self._outer_ids()
        return "; ".join(hints.command_line(*self.plan.follow_up, *outer, job.id) for job in _unfinished(waited_for))

    def _outer_ids(self) -> list[str]:
        """Return the IDs that stand before that of the resource, where a `get` takes several."""
        if self.operation is None or self.operation.method != "GET":
            return []
        return [self.invocation.given[each.key] for each in self.invocation.command.arguments[:-1]]


def _unfinished(waited_for: Sequence[jobs.Job]) -> list[jobs.Job]:
    """Return the jobs that have not ended well; all of them where all have."""
    return [job for job in waited_for if job.state != jobs.SUCCEEDED] or list(waited_for)


def _last_parameter(operation: Operation) -> str:
    return [parameter.name for parameter in operation.parameters if parameter.location == "path"][-1]


def _data(job: jobs.Job) -> Any:
    if isinstance(job.document, dict) and "data" in job.document:
        return job.document["data"]
    return {"id": job.id, "status": "unknown"}


def _failed_items(document: Any) -> list[str]:
    """Return the failed items of a batch as text, `#3 (reason)`; none for anything else."""
    data = document.get("data") if isinstance(document, dict) else None
    items = data.get("items") if isinstance(data, dict) else None
    found = []
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and item.get("status") == "failed":
            reason = jobs.failure_reason({"data": item})
            found.append(f"#{item.get('item_index')}" + (f" ({reason})" if reason else ""))
    return found
