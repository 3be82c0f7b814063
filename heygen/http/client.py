"""The client of the API: headers and credential on, retries around, errors translated, JSON out."""

from __future__ import annotations

import json

from heygen.errors import HeygenError
from heygen.http import errors, retry
from heygen.http.failure import AnswerLost, TransportFailure
from heygen.http.message import Body, Request, Response
from heygen.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.context import Context
    from heygen.credentials import Credential
    from heygen.settings import Settings

READ_TIMEOUT = 30.0  # seconds
WRITE_TIMEOUT = 120.0
UPLOAD_TIMEOUT = 600.0
LARGEST_DOCUMENT = 100 * 1024 * 1024  # bytes
_BLOCK = 64 * 1024  # bytes


class Call(Record):
    """What to ask of the API: everything of a request but the credential and our own headers."""

    method: str
    path: str  # already percent-encoded, from the API's base
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | Body | None = None
    content_type: str | None = None
    idempotency_key: str | None = None
    repeat_is_safe: bool = False  # the API keeps a repeat from doing the work twice
    timeout: float | None = None  # seconds; by kind of request where None


class Answer(Record):
    """A successful response: its document (None where it has no body) and the request's id."""

    document: Any
    request_id: str | None = None


class Client:
    """Talks to the API. `credential` may be None only for calls that need none."""

    def __init__(self, context: Context, settings: Settings, credential: Credential | None) -> None:
        self.context = context
        self.settings = settings
        self.credential = credential
        self._transport = context.transport

    def request(self, call: Call) -> Request:
        """Return the complete HTTP request of a call, credential included."""
        headers = {"Accept": "application/json", **self._own_headers()}
        if call.content_type:
            headers["Content-Type"] = call.content_type
        if call.idempotency_key:
            headers["Idempotency-Key"] = call.idempotency_key
        if self.credential is not None:
            headers.update(self.credential.headers())
        timeout = call.timeout
        if timeout is None:
            timeout = READ_TIMEOUT if call.method in ("GET", "HEAD") else WRITE_TIMEOUT
            if isinstance(call.body, Body):
                timeout = UPLOAD_TIMEOUT
        return Request(method=call.method, url=self.url(call), headers=headers, body=call.body, timeout=timeout)

    def url(self, call: Call) -> str:
        """Return the absolute url of a call."""
        url = self.settings.api_base + call.path
        if call.query:
            from urllib.parse import urlencode

            url += "?" + urlencode(call.query)
        return url

    def send(self, call: Call, retries: int | None = None) -> Answer:
        """Make a call, retried as the policy allows, and return its answer.

        Raises HeygenError; its `outcome_is_unknown` is set where the server may have acted on a call that is
        not safe to repeat.
        """
        request = self.request(call)
        most = self.settings.max_retries if retries is None else retries
        tries = 0
        while True:
            tries += 1
            try:
                with self.exchange(request) as response:
                    if response.is_success:
                        return self._answer(response)
                    error = self._error(response)
                    again = retry.may_repeat(call.method, call.repeat_is_safe, status=response.status)
                    wanted = retry.retry_after(response.headers.get("Retry-After"), self.context.now())
                    error.retry_after = wanted
            except TransportFailure as failure:
                error = errors.from_failure(failure, self.settings.api_host)
                error.__cause__ = failure
                again = retry.may_repeat(call.method, call.repeat_is_safe, was_sent=failure.was_sent)
                wanted = None
                if failure.was_sent and not again:
                    error.outcome_is_unknown = True
            if not again or tries > most:
                raise error
            self.context.sleep(retry.delay(tries, self.context.random, wanted))

    def exchange(self, request: Request) -> Response:
        """Carry one request as it is. Raises TransportFailure."""
        if self._transport is None:
            from heygen.http import transport

            self._transport = transport.make(self.context.environ)
        return self._transport(request)

    def _own_headers(self) -> dict[str, str]:
        from heygen import __version__
        from heygen.agent import calling_agent

        headers = {"User-Agent": f"heygen-cli/{__version__}", "X-HeyGen-Source": "cli"}
        agent = calling_agent(self.context.environ)
        if agent:
            headers["X-HeyGen-Client-Origin"] = agent
        return headers

    def _answer(self, response: Response) -> Answer:
        request_id = response.headers.get("X-Request-Id")
        data = _read(response)
        if not data.strip():
            return Answer(document=None, request_id=request_id)
        try:
            return Answer(document=parse_document(data), request_id=request_id)
        except (ValueError, RecursionError) as error:
            raise HeygenError(
                "cli_response_parse_error",
                f"the API answered with something that is not JSON: {_excerpt(data)}",
                hint="A proxy or a wrong HEYGEN_API_BASE may have answered in its place; --debug shows the response",
                request_id=request_id,
            ) from error

    def _error(self, response: Response) -> HeygenError:
        try:
            document = parse_document(_read(response))
        except (ValueError, RecursionError):
            document = None
        return errors.from_response(
            response.status, response.reason, document, response.headers.get("X-Request-Id")
        )


def parse_document(data: bytes) -> Any:
    """Return a JSON response as the API sent it: field order kept, numbers that no float holds as text.

    Raises ValueError and RecursionError.
    """

    def number(text: str) -> Any:
        value = float(text)
        return value if abs(value) != float("inf") else text

    def refuse(name: str) -> Any:
        raise ValueError(f"{name} is not JSON")

    return json.loads(data.decode("utf-8-sig"), parse_float=number, parse_constant=refuse)


def _read(response: Response) -> bytes:
    import http.client

    pieces, size = [], 0
    try:
        # On older Pythons a read of n bytes allocates all n at once, so the limit is not asked for in one go.
        while size <= LARGEST_DOCUMENT:
            piece = response.stream.read(_BLOCK)
            if not piece:
                return b"".join(pieces)
            pieces.append(piece)
            size += len(piece)
    except (OSError, http.client.HTTPException) as error:
        raise AnswerLost(f"the answer was cut short: {error}") from error
    raise HeygenError("cli_response_parse_error", "the API's answer is larger than 100 MiB")


def _excerpt(data: bytes) -> str:
    text = " ".join(data[:400].decode("utf-8", "replace").split())
    return f'"{text[:80]}…"' if len(text) > 80 else f'"{text}"'
