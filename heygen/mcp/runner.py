"""Carries out a tool: makes the calls of the API that it stands for, and returns the result that the client gets."""

from __future__ import annotations

import os

from heygen.api import operations
from heygen.calls import jobs, request
from heygen.calls.assets import KINDS, Resource
from heygen.calls.creating import send_with_receipt
from heygen.calls.saving import Target
from heygen.calls.waiting import send_and_wait, wait_for
from heygen.core.errors import ExitCode, HeygenError, usage_error
from heygen.mcp import results
from heygen.mcp.arguments import Arguments, checked
from heygen.mcp.invocation import ToolInvocation
from heygen.mcp.tools import DOWNLOAD, UPLOAD, WAIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.config.settings import Settings
    from heygen.core.context import Context
    from heygen.mcp.request import Request
    from heygen.mcp.tools import Catalogue, Tool


class Started(Exception):
    """A job that was begun and is not waited for here: `resource` and `ids` name it, as `wait` does."""

    def __init__(self, resource: str, ids: tuple[str, ...], document: Any) -> None:
        super().__init__(resource, ids)
        self.resource = resource
        self.ids = ids
        self.document = document


class Runner:
    """Carries out tools. `timeout` is how many seconds it waits at most for a job."""

    def __init__(self, settings: Settings, catalogue: Catalogue, timeout: float) -> None:
        self.settings = settings
        self.catalogue = catalogue
        self.timeout = timeout

    def call(self, tool: Tool, given: dict[str, Any], asked: Request) -> dict[str, Any]:
        """Return the result of a tool call; an error that the model can do something about is one as well.

        Raises Started for a job that the client asks for as a task.
        """
        schema = self.catalogue.output_schema(tool.name)
        try:
            return results.success(self._document(tool, given, asked), schema, asked.reporter.notes)
        except HeygenError as error:
            if asked.invocation is not None:
                asked.invocation.receipt.add_to(error)
            error.mask(asked.context.secrets)
            if error.code == "timeout" and error.exit_code == ExitCode.TIMEOUT:
                return self._unfinished(error, schema)
            return results.failure(error, schema, self.catalogue.wording)

    def _document(self, tool: Tool, given: dict[str, Any], asked: Request) -> Any:
        if tool.operation is not None:
            return self._operate(tool, Arguments(tool, given, asked.reporter), asked)
        given = checked(given, self.catalogue.listed(tool.name, False)["inputSchema"], tool.name)
        return {WAIT: self._wait, DOWNLOAD: self._download, UPLOAD: self._upload}[tool.name](given, asked)

    def _operate(self, tool: Tool, arguments: Arguments, asked: Request) -> Any:
        operation = tool.operation
        given = {**arguments.values, "timeout": self.timeout}
        if arguments.key is not None:
            given["idempotency_key"] = arguments.key
        invocation = asked.begin(ToolInvocation(asked.context, self.settings, asked.reporter, given, operation))
        if operation.is_multipart:
            call = request.prepare(invocation)
        else:
            key = request.idempotency_key(invocation) if operation.method == "POST" else None
            call = request.call_of(operation, arguments.values, arguments.content, key)
        client = invocation.client()
        asked.refuse_if_cancelled()
        if arguments.waits and not asked.terms.has_tasks:
            return send_and_wait(invocation, client, call)
        document = send_with_receipt(invocation, operation, client, call).document
        receipt = invocation.receipt
        if arguments.waits and receipt.ids:
            plan = operation.wait
            words = plan.follow_up if jobs.ids(document, plan) or not plan.instead else plan.instead
            raise Started(".".join(words[:-1]), receipt.ids, document)
        return document

    def _wait(self, given: dict[str, Any], asked: Request) -> Any:
        if asked.terms.has_tasks:
            raise Started(given["resource"], (given["id"],), None)
        job = jobs.Job(given["id"])
        job.not_found = jobs.MOST_NOT_FOUND - 2  # one more look: what an ID stands for is seldom made this very moment
        return self.finished(given["resource"], [job], asked, self.timeout)

    def finished(self, resource: str, waited_for: list[jobs.Job], asked: Request, timeout: float) -> Any:
        """Wait for jobs, and return what they made: of a session, the video, where it has made one.

        Raises HeygenError: `timeout` where that takes more than so many seconds.
        """
        deadline = asked.context.monotonic() + timeout
        plan = operations.find_by_words((*resource.split("."), "get")).wait
        given = {"timeout": timeout}
        invocation = asked.begin(ToolInvocation(asked.context, self.settings, asked.reporter, given))
        document = wait_for(invocation, plan, waited_for)
        for operation in operations.operations(resource.partition(".")[0]):
            wanted = operation.wait
            if wanted is None or wanted.instead != plan.follow_up or waited_for[0].status not in wanted.succeeded:
                continue
            made = [jobs.Job(id) for id in jobs.ids(document, wanted)]
            if made:
                given["timeout"] = max(deadline - asked.context.monotonic(), 0.0)
                return wait_for(invocation, wanted, made)
        return document

    def _download(self, given: dict[str, Any], asked: Request) -> Any:
        kind = next(each for each in KINDS if each.get_command[0] == given["resource"])
        name = given.get("asset", "video")
        if name not in kind.assets:
            raise usage_error(f"asset must be one of: {', '.join(kind.assets)}; not {name}", param="asset")
        path = _local(given.get("output_path") or os.curdir, asked.context)
        invocation = asked.begin(ToolInvocation(asked.context, self.settings, asked.reporter, {"force": given.get("force")}))
        target = Target(invocation, path)
        resource = Resource(invocation.client, kind, given["id"])
        saved = os.path.abspath(target.save(resource, name) or path)
        return {"asset": name, "message": f"Downloaded {resource.describe(name)} to {saved}", "path": saved}

    def _upload(self, given: dict[str, Any], asked: Request) -> Any:
        from heygen.calls import direct_upload
        from heygen.files import local_file

        invocation = asked.begin(ToolInvocation(asked.context, self.settings, asked.reporter, given))
        key = request.idempotency_key(invocation)
        file = local_file.find(_local(given["path"], asked.context), "path", asked.context)
        return direct_upload.upload(invocation, [file], key)

    def _unfinished(self, error: HeygenError, schema: dict[str, Any]) -> dict[str, Any]:
        """Return the result for a job that continues: it is no error, and the job must not be started a second time."""
        told = results.envelope(error, self.catalogue.wording)["error"]
        told["message"] = f"{told['message']}; the job continues, so do not start it again"
        told["hint"] = told.pop("resume", told.get("hint"))
        document = {**(error.result if isinstance(error.result, dict) else {}), "notice": told}
        return results.success(document, schema, [])


def _local(path: str, context: Context) -> str:
    """Return the path of a file; `-` is one too, since standard input and output belong to the protocol."""
    if path.startswith("~/") and context.home:
        return os.path.join(context.home, path[2:])
    return os.path.join(os.curdir, path) if path == "-" else path
