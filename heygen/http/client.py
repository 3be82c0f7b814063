"""The client of the API: headers and credential on, retries around, errors translated, JSON out."""

from __future__ import annotations

import json
from codecs import BOM_UTF8

from heygen.core.errors import HeygenError
from heygen.core.record import Record
from heygen.http import errors, retry
from heygen.http.failure import TransportFailure
from heygen.http.message import Body, Request, Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.config.settings import Settings
    from heygen.core.context import Context
    from heygen.http.trace import Trace

READ_TIMEOUT = 30.0  # seconds
WRITE_TIMEOUT = 120.0
UPLOAD_TIMEOUT = 600.0
SHORTEST_TIMEOUT = 5.0  # however near the deadline is
_EXCERPT = 80  # characters
_MOST_EXCERPTED = 64 * 1024  # bytes
LARGEST_DOCUMENT = 100 * 1024 * 1024  # bytes


class Call(Record):
    """What to ask of the API: everything of a request but the credential and our own headers."""

    method: str
    path: str  # already percent-encoded, from the API's base
    query: tuple[tuple[str, str], ...] = ()
    body: bytes | Body | None = None
    content_type: str | None = None
    idempotency_key: str | None = None
    repeat_is_safe: bool = False  # the API keeps a repeat from doing the work twice
    headers: tuple[tuple[str, str], ...] = ()  # besides ours, or in their place; never the credential's
    receive: Callable[[Response], Any] | None = None  # takes a success in place of the reader of JSON; once for each try
    timeout: float | None = None  # seconds for each try; by kind of request where None
    deadline: float | None = None  # monotonic seconds that all tries together end by


class Answer(Record):
    """A successful response: its document (None where it has no body) and the request's id."""

    document: Any
    request_id: str | None = None


class Client:
    """Talks to the API. `credential` has `headers()` and `hint_when_rejected`; some calls need none.

    `renew`, for a credential that ends, takes it and whether the API rejected it, and returns the one to use next.
    """

    def __init__(
        self,
        context: Context,
        settings: Settings,
        credential: Any = None,
        renew: Callable[[Any, bool], Any] | None = None,
    ) -> None:
        self.context = context
        self.settings = settings
        self.credential = credential
        self.renew = renew
        self._transport: Callable[[Request], Response] | None = None
        self._trace: Trace | None = None

    def request(self, call: Call) -> Request:
        """Return the complete HTTP request of a call, credential included."""
        headers = {"Accept": "application/json", **self.own_headers(), **self.settings.client_headers}
        if call.content_type:
            headers["Content-Type"] = call.content_type
        if call.idempotency_key:
            headers["Idempotency-Key"] = call.idempotency_key
        for name, value in call.headers:
            headers = {each: text for each, text in headers.items() if each.lower() != name.lower()}
            headers[name] = value
        if self.credential is not None:
            headers.update(self.credential.headers())
        timeout = call.timeout
        if timeout is None:
            timeout = READ_TIMEOUT if call.method in ("GET", "HEAD") else WRITE_TIMEOUT
            if isinstance(call.body, Body):
                timeout = UPLOAD_TIMEOUT
        if call.deadline is not None:
            timeout = min(timeout, max(call.deadline - self.context.monotonic(), SHORTEST_TIMEOUT))
        url = self.settings.api_base + call.path
        if call.query:
            from urllib.parse import urlencode

            url += "?" + urlencode(call.query, errors="surrogatepass")
        return Request(
            method=call.method,
            url=url,
            headers=headers,
            body=call.body,
            timeout=timeout,
            is_transfer=call.receive is not None,
        )

    def send(self, call: Call, retries: int | None = None) -> Answer:
        """Make a call, retried as the policy allows, and return its answer.

        A session that ends is renewed: shortly before, and once where the API says so first. Raises HeygenError; its
        `outcome_is_unknown` is set where the server may have acted on a call that changes something, and no answer
        says whether it did.
        """
        self._renew(is_rejected=False)
        try:
            return self._send(call, retries)
        except HeygenError as error:
            if error.status != 401 or not self._renew(is_rejected=True):
                raise
        return self._send(call, retries)

    def _renew(self, is_rejected: bool) -> bool:
        """Renew the credential where that is needed; tell whether there is another one now."""
        before = self.credential
        if before is not None and self.renew is not None:
            self.credential = self.renew(before, is_rejected)
        return self.credential is not before

    def _send(self, call: Call, retries: int | None) -> Answer:
        most = self.settings.max_retries if retries is None else retries
        tries = failures = 0
        is_lost = False
        began = self.context.monotonic()
        while True:
            tries += 1
            attempt = self._attempt(call)
            if attempt.answer is not None:
                return attempt.answer
            error = attempt.error
            # What the API says of a repeat whose key it honours holds for the tries before it as well.
            is_lost = attempt.is_lost or (is_lost and not (call.repeat_is_safe and attempt.is_definite))
            pause = retry.delay(tries, self.context.random, error.retry_after)
            then = self.context.monotonic() + pause
            is_too_late = call.deadline is not None and then >= call.deadline
            if error.code == retry.IN_PROGRESS:
                is_too_late = is_too_late or then >= began + retry.LONGEST_IN_PROGRESS
            else:
                failures += 1
            if not attempt.may_repeat or failures > most or is_too_late:
                error.outcome_is_unknown = is_lost and call.method not in ("GET", "HEAD")
                if tries > 1 and error.status is None:
                    error.message += f" ({tries} tries)"
                raise error
            self.note(f"trying again in {pause:.1f} s (try {tries + 1})")
            self.context.sleep(pause)

    def _attempt(self, call: Call) -> _Attempt:
        try:
            with self.exchange(self.request(call)) as response:
                if response.is_success:
                    try:
                        return _Attempt(answer=self._answer(response, call.receive))
                    except HeygenError as error:
                        # Something was done; what it made is in an answer that cannot be read.
                        return _Attempt(error=error, is_lost=True)
                error = self._error(response)
        except TransportFailure as failure:
            error = errors.from_failure(failure)
            error.__cause__ = failure
            may_repeat = retry.may_repeat(call.method, call.repeat_is_safe, was_sent=failure.was_sent)
            return _Attempt(error=error, may_repeat=may_repeat and failure.may_pass, is_lost=failure.was_sent)
        is_in_progress = error.code == retry.IN_PROGRESS and call.repeat_is_safe
        return _Attempt(
            error=error,
            may_repeat=is_in_progress or retry.may_repeat(call.method, call.repeat_is_safe, status=error.status),
            is_lost=is_in_progress or error.status in retry.LOST_STATUSES,
            is_definite=400 <= (error.status or 0) < 500,
        )

    def exchange(self, request: Request) -> Response:
        """Carry one request as it is, along redirects, and return the response; nothing is added to it.

        Raises TransportFailure, and HeygenError for a redirect or an environment that cannot be followed.
        """
        if self._transport is None:
            from heygen.http import transport

            if self.settings.is_debug:
                from heygen.http.trace import Trace

                self._trace = Trace(self.context)
            self._transport = self.context.transport or transport.make(
                self.context, self.settings.ca_bundle, self._trace
            )
        return self._transport(request)

    def note(self, text: str) -> None:
        """Write a line into the trace, where there is one."""
        if self._trace is not None:
            self._trace.say(text)

    @property
    def user_agent(self) -> str:
        """What we call ourselves."""
        from heygen import __version__

        return f"heygen-cli/{__version__}"

    def own_headers(self) -> dict[str, str]:
        """Return the headers by which HeyGen's servers know this program, on every request to them."""
        from heygen.core.agent import calling_agent

        headers = {"User-Agent": self.user_agent, "X-HeyGen-Source": "cli"}
        agent = calling_agent(self.context.environ)
        if agent:
            headers["X-HeyGen-Client-Origin"] = agent
        return headers

    def _answer(self, response: Response, receive: Callable[[Response], Any] | None) -> Answer:
        request_id = response.headers.get("X-Request-Id")
        if receive is not None:
            return Answer(document=receive(response), request_id=request_id)
        try:
            data = response.read(LARGEST_DOCUMENT)
        except ValueError as error:
            raise _unreadable("the API's response is larger than 100 MiB", request_id) from error
        if not data.strip():
            return Answer(document=None, request_id=request_id)
        try:
            return Answer(document=parse_document(data), request_id=request_id)
        except (ValueError, RecursionError) as error:
            text = f"the API responded with something that is not JSON: {self._excerpt(data)}"
            raise _unreadable(text, request_id) from error

    def _excerpt(self, data: bytes) -> str:
        text = data[:_MOST_EXCERPTED].decode("utf-8", "replace")
        text = self.context.secrets.excerpt(text, _MOST_EXCERPTED, is_whole=len(data) <= _MOST_EXCERPTED)
        text = " ".join(text.split())
        return f'"{text[:_EXCERPT]}…"' if len(text) > _EXCERPT else f'"{text}"'

    def _error(self, response: Response) -> HeygenError:
        document = None
        try:
            document = parse_document(response.read(LARGEST_DOCUMENT))
        except (ValueError, RecursionError, TransportFailure):
            pass  # the status says enough
        error = errors.from_response(response, document)
        error.retry_after = retry.retry_after(response.headers.get("Retry-After"), self.context.now())
        if error.status == 401 and self.credential is not None:
            error.hint = self.credential.hint_when_rejected
        return error


class _Attempt(Record):
    """How one try of a call ended: with an answer, or an error."""

    answer: Answer | None = None
    error: HeygenError | None = None
    may_repeat: bool = False
    is_lost: bool = False  # the API may have acted on it, and we have no answer
    is_definite: bool = False  # the API has refused it


def _unreadable(message: str, request_id: str | None) -> HeygenError:
    return HeygenError(
        "cli_response_parse_error",
        message,
        hint="A proxy or a wrong HEYGEN_API_BASE may have answered instead; --debug shows the response",
        request_id=request_id,
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

    return json.loads(data.removeprefix(BOM_UTF8).decode(), parse_float=number, parse_constant=refuse)
