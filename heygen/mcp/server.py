"""The server: reads messages, has each answered by whoever knows the answer, and ends when the client is gone."""

from __future__ import annotations

import base64
import threading
import zlib

from heygen.core.errors import HeygenError
from heygen.core.record import Record
from heygen.mcp import messages, modern, prompts
from heygen.mcp.complete import Completion
from heygen.mcp.connection import LONGEST_LINE, Connection
from heygen.mcp.legacy import Session
from heygen.mcp.messages import INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND, ProtocolError
from heygen.mcp.request import Request
from heygen.mcp.resources import Resources
from heygen.mcp.runner import Runner, Started
from heygen.mcp.tasks import Tasks
from heygen.mcp.workers import Workers, is_started

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Any, Callable, Mapping

    from heygen.config.settings import Settings
    from heygen.core.context import Context
    from heygen.mcp.messages import Incoming
    from heygen.mcp.resources import Topic
    from heygen.mcp.tools import Catalogue

TOOLS_OF_A_PAGE = 50


class Method(Record):
    """How a method is answered: `answer` returns its result. `is_slow` tells that it may take the network's time."""

    answer: Callable[[Request], dict[str, Any]]
    is_slow: bool = False
    is_cacheable: bool = False
    is_modern: bool = True
    is_legacy: bool = True


class Server:
    """One connection with one client."""

    def __init__(
        self, context: Context, settings: Settings, catalogue: Catalogue, topics: Mapping[str, Topic], timeout: float
    ) -> None:
        self.context = context
        self.settings = settings
        self.catalogue = catalogue
        self.connection = Connection(context)
        self.session = Session()
        self.workers = Workers()
        self.runner = Runner(settings, catalogue, timeout)
        self.tasks = Tasks(self.runner, catalogue)
        self.resources = Resources(topics)
        self._transport = context.transport
        self._under_way: dict[str | int, Request] = {}
        self._unanswered: set[Request] = set()
        self._lock = threading.Lock()
        completion = Completion(settings)
        self.methods = {
            "initialize": Method(answer=self._initialize, is_modern=False),
            "ping": Method(answer=lambda _: {}, is_modern=False),
            "logging/setLevel": Method(answer=lambda asked: self.session.set_level(asked.params), is_modern=False),
            "server/discover": Method(answer=self._discover, is_cacheable=True, is_legacy=False),
            "tools/list": Method(answer=self._list_tools, is_cacheable=True),
            "tools/call": Method(answer=self._call_tool, is_slow=True),
            "resources/list": Method(answer=lambda _: {"resources": self.resources.listed()}, is_cacheable=True),
            "resources/templates/list": Method(
                answer=lambda _: {"resourceTemplates": self.resources.templates()}, is_cacheable=True
            ),
            "resources/read": Method(answer=lambda asked: {"contents": self.resources.read(asked)}, is_cacheable=True),
            "prompts/list": Method(answer=lambda _: {"prompts": prompts.listed()}, is_cacheable=True),
            "prompts/get": Method(answer=lambda asked: prompts.get(asked.params)),
            "completion/complete": Method(answer=completion.complete, is_slow=True),
            "tasks/get": Method(answer=self.tasks.get, is_slow=True, is_legacy=False),
            "tasks/update": Method(answer=self.tasks.update, is_legacy=False),
            "tasks/cancel": Method(answer=self.tasks.cancel, is_legacy=False),
        }

    def run(self) -> None:
        """Serve until the client is gone. What is under way then is left; what it may have created is told on stderr."""
        try:
            if not is_started(self._read):
                self._read()
            while not self.connection.ended.wait(0.2):  # a signal just before a wait is seen only when that wait ends
                pass
        finally:
            self.connection.ended.set()
            with self._lock:
                left = list(self._unanswered)
            for each in left:
                each.cancelled.set()
                each.save_receipt("the client went away")

    def _read(self) -> None:
        try:
            for line in self.connection.lines():
                self._take(line)
        finally:
            self.connection.ended.set()

    def _take(self, line: bytes | None) -> None:
        """Take a line; None is one that was too long."""
        try:
            if line is None:
                raise ProtocolError(INVALID_REQUEST, f"the line is longer than {LONGEST_LINE >> 20} MiB")
            document = messages.parse(line)
        except ProtocolError as error:
            self.connection.send(messages.failure(None, error))
            return
        if isinstance(document, list) and document and self.session.takes_batches:
            self._receive_batch(document)
        else:
            self._receive(document, self.connection.send)

    def _receive_batch(self, documents: list[Any]) -> None:
        """Take several messages, and answer them with one array once all of them have their answer."""
        batch = _Batch(self.connection.send, sum(1 for each in documents if _wants_answer(each)))
        for each in documents:
            self._receive(each, batch.add, batch.skip)

    def _receive(
        self, document: Any, answer: Callable[[Any], bool], skip: Callable[[], object] = lambda: None
    ) -> None:
        """Take a message; `answer` takes what answers it, `skip` notes that nothing will."""
        try:
            incoming = messages.incoming(document)
            if incoming is None:
                return
            if incoming.id is None:
                self._take_note(incoming)
                return
            request, method = self._request(incoming, answer, skip)
        except ProtocolError as error:
            is_notification = isinstance(document, dict) and "method" in document and "id" not in document
            if not is_notification or document.get("jsonrpc") != "2.0":
                answer(messages.failure(messages.id_of(document), error))
            return
        if method.is_slow:
            self.workers.do(lambda: self._carry_out(request, method))
        else:
            self._carry_out(request, method)

    def _request(
        self, incoming: Incoming, answer: Callable[[Any], bool], skip: Callable[[], object]
    ) -> tuple[Request, Method]:
        is_modern = modern.is_modern(incoming.method, incoming.params)
        terms = modern.terms(incoming.params) if is_modern else self.session.terms()
        method = self.methods.get(incoming.method)
        if method is None or not (method.is_modern if is_modern else method.is_legacy):
            raise ProtocolError(METHOD_NOT_FOUND, f"there is no method {incoming.method}")
        request = Request(incoming, terms, self.context, self.connection.send, answer, skip, self._carrier)
        with self._lock:
            if incoming.id in self._under_way:
                # Sent again before it was answered, it would be done, and paid for, twice.
                raise ProtocolError(INVALID_REQUEST, f"a request with the id {incoming.id!r} is under way")
            self._under_way[incoming.id] = request
            self._unanswered.add(request)
        return request, method

    def _carrier(self) -> Any:
        """Return what carries requests for all calls, so that proxies and CAs are read once; None while each is traced."""
        if self._transport is None and not self.settings.is_debug:
            from heygen.http import transport

            self._transport = transport.make(self.context, self.settings.ca_bundle)
        return self._transport

    def _take_note(self, incoming: Incoming) -> None:
        if incoming.method == "notifications/cancelled":
            id = messages.id_of({"id": incoming.params.get("requestId")})
            with self._lock:
                request = self._under_way.get(id) if id is not None else None
            if request is not None and request.method != "initialize":
                request.cancelled.set()

    def _carry_out(self, request: Request, method: Method) -> None:
        with _Answering(self, request) as answering:
            request.refuse_if_cancelled()
            value = method.answer(request)
            if request.terms.is_modern:
                value = modern.finished(value, method.is_cacheable)
            answering.message = messages.result(request.id, value)

    def ended(self, request: Request, message: Any) -> None:
        """Send the answer of a request, which is under way no more."""
        with self._lock:
            del self._under_way[request.id]  # type: ignore[arg-type]
        # From here on, the client may use the id for another.
        request.end(message)
        with self._lock:
            self._unanswered.discard(request)

    # --- the methods

    def _initialize(self, asked: Request) -> dict[str, Any]:
        return self.session.initialize(asked.params, self._instructions())

    def _discover(self, _: Request) -> dict[str, Any]:
        return modern.discovery(self._instructions())

    def _instructions(self) -> str:
        names = self.catalogue.tools
        told = ["HeyGen makes AI videos: from a prompt, with avatars that speak a script, and by translating videos."]
        if "video_agent_create" in names:
            told.append("Unless asked for something else, use video_agent_create: it makes a video from one prompt.")
        if "wait" in names and not self.catalogue.choice.is_read_only:
            told.append(
                "Making a video takes minutes and costs credits: never restart a job that is still running; call wait with its "
                "resource and id instead. Errors say what to correct."
            )
        told.append("The resource heygen://schema/{tool} has the complete schema of a tool.")
        return " ".join(told)

    def _list_tools(self, asked: Request) -> dict[str, Any]:
        names = list(self.catalogue.tools)
        start = self._start(asked.params.get("cursor"), len(names))
        page = names[start : start + TOOLS_OF_A_PAGE]
        result: dict[str, Any] = {"tools": [self.catalogue.listed(name, asked.terms.is_modern) for name in page]}
        if start + TOOLS_OF_A_PAGE < len(names):
            result["nextCursor"] = self._cursor(start + TOOLS_OF_A_PAGE)
        return result

    def _cursor(self, start: int) -> str:
        """Return the cursor of a page; it holds for this choice of tools alone."""
        mark = zlib.crc32(" ".join(self.catalogue.tools).encode())
        return base64.urlsafe_b64encode(f"{mark:08x}{start}".encode()).decode()

    def _start(self, cursor: Any, count: int) -> int:
        if cursor is None:
            return 0
        for start in range(TOOLS_OF_A_PAGE, count, TOOLS_OF_A_PAGE):
            if cursor == self._cursor(start):
                return start
        raise ProtocolError(INVALID_PARAMS, "there is no such cursor")

    def _call_tool(self, asked: Request) -> dict[str, Any]:
        name = messages.text_param(asked.params, "name")
        arguments = messages.object_param(asked.params, "arguments")
        tool = self.catalogue.tools.get(name)
        if tool is None:
            why = "; deleting needs a server that was started with --allow-destructive" if name in self.catalogue.refused else ""
            raise ProtocolError(INVALID_PARAMS, f"there is no tool {name}{why}")
        try:
            return self.runner.call(tool, arguments, asked)
        except Started as started:
            return self.tasks.begun(started, asked)


class _Answering:
    """Gives a request its answer, whatever comes of it: the one place where a defect becomes a message of the protocol."""

    def __init__(self, server: Server, request: Request) -> None:
        self.server = server
        self.request = request
        self.message: Any = None

    def __enter__(self) -> _Answering:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if error is not None and not isinstance(error, KeyboardInterrupt):
            self.message = messages.failure(self.request.id, self._told(error))
        # Interrupted, it was cancelled: then nothing is sent.
        self.server.ended(self.request, self.message)
        return True

    def _told(self, error: BaseException) -> ProtocolError:
        if isinstance(error, ProtocolError):
            return error
        if not isinstance(error, HeygenError):
            if self.server.settings.is_debug:
                import traceback

                text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
                self.server.context.stderr.write(text)
            error = HeygenError("cli_internal_error", f"{type(error).__name__}: {error}")
        error.mask(self.server.context.secrets)
        return ProtocolError(messages.INTERNAL_ERROR, error.message, error.envelope())


class _Batch:
    """Collects the answers to an array of messages, and sends them together."""

    def __init__(self, send: Callable[[Any], bool], count: int) -> None:
        self._send = send
        self._left = count
        self._answers: list[Any] = []
        self._lock = threading.Lock()

    def add(self, answer: Any) -> bool:
        """Take an answer; the last one sends them all."""
        with self._lock:
            self._answers.append(answer)
        return self.skip()

    def skip(self) -> bool:
        """Note that one more message has had what it gets."""
        with self._lock:
            self._left -= 1
            is_complete = self._left == 0 and bool(self._answers)
        return self._send(self._answers) if is_complete else True


def _wants_answer(document: Any) -> bool:
    """Tell whether a message of a batch is answered: requests are, and so is what is no message at all."""
    try:
        incoming = messages.incoming(document)
    except ProtocolError:
        return not (isinstance(document, dict) and document.get("jsonrpc") == "2.0" and "method" in document and "id" not in document)
    return incoming is not None and incoming.id is not None
