"""From a request to its answer: finds what it is for, and refuses what the API would refuse."""

from __future__ import annotations

import json
import threading

from heygen.api import body as bodies
from heygen.api.validation import validate
from heygen.core.context import process_context
from heygen.sandbox import strangers
from heygen.sandbox.blobs import Blobs
from heygen.sandbox.call import Call
from heygen.sandbox.courier import Courier
from heygen.sandbox.exchange import Answer, document_answer, refusal_answer
from heygen.sandbox.problems import Refusal, invalid
from heygen.sandbox.replays import Replays
from heygen.sandbox.resources import index
from heygen.sandbox.router import Router

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.api.operations import Operation, Parameter
    from heygen.api.validation import Problem
    from heygen.sandbox.exchange import Incoming
    from heygen.sandbox.faults import Rule
    from heygen.sandbox.multipart import Upload
    from heygen.sandbox.world import World

# Files in a form, as POST /v3/assets documents it.
MAX_UPLOAD = 32 * 1024 * 1024
LOG_LENGTH = 10_000
LARGEST_LOGGED = 256 * 1024  # bytes of a body


class Service:
    """Answers requests, of any thread, for one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.defects: list[BaseException] = []
        self._router = Router()
        self._replays = Replays(world)
        self._counter = threading.Lock()
        # How long an answer takes is real, whatever the sandbox's clock says.
        self._monotonic = process_context().monotonic
        self._state_file: Any = None
        self._feed: Any = None
        if world.options.state_file:
            from heygen.sandbox.state_file import StateFile

            self._state_file = StateFile(world, world.options.state_file)
        world.blobs = Blobs(self._state_file.folder if self._state_file else None)
        world.courier = Courier(world)

    def open(self) -> None:
        """Start what runs beside the requests."""
        self.world.courier.start()

    def drain(self) -> None:
        """Deliver what is due, once, and send the pages away that watch."""
        if self._feed is not None:
            self._feed.close()
        self.world.courier.close()

    def close(self) -> None:
        """Keep the state, if it is to be kept, and clean up."""
        if self._state_file is not None:
            with self.world.lock:
                self._state_file.save()
            self._state_file.release()
        self.world.blobs.close()

    def request_id(self) -> str:
        """Return the next X-Request-Id."""
        with self._counter:
            self.world.requests += 1
            return "req_" + self.world.mint.id("request", self.world.requests)[:24]

    def faults(self, incoming: Incoming) -> list[Rule]:
        """Return the faults that strike a request; the sandbox's own endpoints have none."""
        if incoming.path.startswith("/_sandbox"):
            return []
        is_signed = any(name == "Signature" for name, _ in incoming.query)
        with self.world.lock:
            return self.world.faults.of_request(incoming.method, incoming.path, is_signed)

    def note(self, incoming: Incoming, status: int, size: int | None = 0) -> None:
        """Put a request into the log, with the status of its answer (0: cut off) and the size of the body."""
        if incoming.path.startswith("/_sandbox"):
            return
        seconds = self._monotonic() - incoming.arrived
        entry = {**incoming.entry(), "status": status, "time": self.world.clock.now(), "seconds": seconds, "size": size}
        if entry["body"] is not None and len(entry["body"]) > LARGEST_LOGGED:
            entry["body"] = entry["json"] = None
        with self.world.lock:
            log = self.world.log
            log.append(entry)
            self.world.logged += 1
            if len(log) > LOG_LENGTH:
                del log[: LOG_LENGTH // 10]
        self._touch()
        if self.world.options.log is not None:
            self.world.options.log(entry)

    def arrived(self, incoming: Incoming) -> None:
        """Note that a request is under way, with its key if it has one."""
        incoming.arrived = self._monotonic()
        with self.world.lock:
            self._replays.claim(incoming)

    def left(self, incoming: Incoming) -> None:
        """Note that a request is no longer under way."""
        with self.world.lock:
            self._replays.release(incoming)

    def answer(self, incoming: Incoming) -> Answer:
        """Carry a request out and return its answer, refusals included."""
        try:
            answer = self._dispatch(incoming)
        except Refusal as refusal:
            answer = refusal_answer(refusal)
        self.note(incoming, answer.status, answer.length)
        return answer

    def _dispatch(self, incoming: Incoming) -> Answer:
        strangers.refuse(incoming)
        path = incoming.path
        if path.startswith("/files/"):
            from heygen.sandbox import files

            return files.serve(self.world, incoming)
        if path.startswith("/uploads/"):
            from heygen.sandbox.resources import uploads

            return uploads.receive(self.world, incoming)
        if path == "/_sandbox" or path.startswith("/_sandbox/"):
            return self._control(incoming)
        if path == "/" or path.startswith(("/videos/", "/consent/")):
            from heygen.sandbox import page

            return page.serve(self.world, incoming)
        return self._operate(incoming)

    def _control(self, incoming: Incoming) -> Answer:
        words = incoming.path[len("/_sandbox/") :]
        if incoming.method in ("GET", "HEAD"):
            from heygen.sandbox import page

            if words in page.FILES:
                return page.file(incoming)
            if words == "events":
                strangers.refuse_navigation(incoming)
                return self._open_feed().listen(incoming)
            if words.startswith("files/"):
                from heygen.sandbox import files

                strangers.refuse_navigation(incoming)
                return files.deliver(self.world, incoming, words)
        from heygen.sandbox import control

        answer = control.serve(self.world, incoming)
        self._save()
        self._touch()
        return answer

    def _open_feed(self) -> Any:
        """Return what tells pages of all that happens; there is one from the first page on."""
        with self._counter:
            if self._feed is None:
                from heygen.sandbox.feed import Feed

                self._feed = Feed(self.world)
            return self._feed

    def _touch(self) -> None:
        if self._feed is not None:
            self._feed.touch()

    # --- operations

    def _operate(self, incoming: Incoming) -> Answer:
        operation, path = self._router.find(incoming.method, incoming.path)
        self._authenticate(incoming, operation.scope)
        with self.world.lock:
            self.world.limiter.admit(self.world.clock.now())
        query = _query(operation, incoming)
        content = _document(operation, incoming) if operation.body_schema and not operation.is_multipart else {}
        upload = self._upload(operation, incoming) if operation.is_multipart else None
        with self.world.lock:
            self.world.process_ended_jobs()
            call = Call(self.world, operation, incoming.method, incoming.path, path, query, content, upload)
            answer = self._run_once(call, incoming)
            self.world.process_ended_jobs()
            if incoming.method != "GET":
                self._save()
        self.world.courier.wake()
        return answer

    def _authenticate(self, incoming: Incoming, scope: str | None) -> None:
        options = self.world.options
        key = incoming.headers.get("x-api-key", "").strip()
        if not key:
            scheme, _, token = incoming.headers.get("authorization", "").partition(" ")
            key = token.strip() if scheme.lower() == "bearer" else ""
        if not key:
            raise Refusal(401, "unauthorized", "Give an API key in X-Api-Key, or a token in Authorization: Bearer")
        if options.keys is not None and key not in options.keys:
            raise Refusal(401, "unauthorized", "The API key is not valid")
        if scope and options.scopes is not None and scope not in options.scopes:
            raise Refusal(403, "forbidden", f"The API key lacks the scope {scope}")

    def _run_once(self, call: Call, incoming: Incoming) -> Answer:
        """Run the operation, or give back the first result of the same idempotency key."""
        kind = call.operation.idempotency or ""
        key = None
        if kind == "header":
            key = incoming.headers.get("idempotency-key")
        elif kind.startswith("body:"):
            key = call.body.get(kind[len("body:") :]) or None
        if key is None:
            return document_answer(*index.run(call))
        answer = self._replays.find(call, incoming, key)
        if answer is None:
            answer = document_answer(*index.run(call))
            self._replays.keep(call, key, answer)
        return answer

    def _upload(self, operation: Operation, incoming: Incoming) -> Upload:
        from heygen.sandbox.multipart import FormReader, boundary

        if incoming.content_type != "multipart/form-data":
            raise _unsupported(incoming, "multipart/form-data")
        form = FormReader(incoming.body, boundary(incoming.headers["content-type"]))
        blobs = self.world.blobs

        def receive() -> Any:
            with self.world.lock:
                return blobs.receive("form")

        return form.read_file("file", MAX_UPLOAD, receive)

    def _save(self) -> None:
        if self._state_file is not None:
            with self.world.lock:
                self._state_file.save()


def _unsupported(incoming: Incoming, wanted: str) -> Refusal:
    given = incoming.headers.get("content-type")
    return Refusal(415, "unsupported_media_type", f"Content-Type must be {wanted}, not {given or 'missing'}")


def _document(operation: Operation, incoming: Incoming) -> dict[str, Any]:
    """Return the checked JSON body; an optional one that is missing is empty. Raises 400, 413, 415."""
    content = incoming.read()
    if not content.strip():
        if operation.body_is_required:
            raise invalid("The request needs a JSON body")
        _refuse(bodies.problems(operation, None))
        return {}
    media_type = incoming.content_type
    if media_type != "application/json" and not (media_type.startswith("application/") and media_type.endswith("+json")):
        raise _unsupported(incoming, "application/json")
    try:
        document = bodies.strict_json(content.decode("utf-8"))
    except json.JSONDecodeError as error:
        raise invalid(f"The body is not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from error
    except (ValueError, RecursionError) as error:
        raise invalid("The body is not JSON that can be read") from error
    incoming.document = document
    _refuse(validate(document, operation.body_schema or {}, operation.document))
    return document if isinstance(document, dict) else {}


def _refuse(found: list[Problem]) -> None:
    """Refuse a body with these problems, if there are any."""
    if found:
        raise invalid("; ".join(problem.text() for problem in found), found[0].path or None)


def _query(operation: Operation, incoming: Incoming) -> dict[str, Any]:
    """Return the query parameters, typed and with their defaults. Raises 400. Unknown ones are ignored."""
    values: dict[str, Any] = {}
    for parameter in operation.parameters:
        if parameter.location != "query":
            continue
        given = [value for name, value in incoming.query if name == parameter.name]
        if given:
            values[parameter.name] = _parameter(parameter, given, operation)
        elif parameter.is_required:
            raise invalid(f"{parameter.name} is required", parameter.name)
        elif "default" in parameter.schema:
            values[parameter.name] = parameter.schema["default"]
    return values


def _parameter(parameter: Parameter, given: list[str], operation: Operation) -> Any:
    schema = parameter.schema
    if schema.get("type") == "array":
        value: Any = given
    else:
        value = _typed(given[-1], schema.get("type", "string"))
    found = validate(value, schema, operation.document, parameter.name)
    if found:
        raise invalid(found[0].text(), parameter.name)
    return value


def _typed(text: str, kind: str) -> Any:
    """Return the text as the value that it writes, or as itself where it writes none of that type."""
    try:
        if kind == "integer" and text.isascii() and text.lstrip("+-").isdigit():
            return int(text)
        if kind == "number" and text.isascii():
            number = float(text)
            return number if abs(number) != float("inf") and number == number else text
    except ValueError:
        return text
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    return text
