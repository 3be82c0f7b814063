"""Downloading one file: streamed, resumed where it broke off, its length verified, its expired link renewed once.

A file comes from a host of its own, by a presigned link: nothing of our credential goes there.
"""

from __future__ import annotations

from heygen.core.errors import HeygenError
from heygen.files import link
from heygen.http import errors, retry
from heygen.http.client import READ_TIMEOUT
from heygen.http.failure import AnswerLost, TimedOut, TransportFailure
from heygen.http.message import Request, Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from heygen.core.observer import TransferObserver
    from heygen.files.part import Part
    from heygen.http.client import Client

BLOCK = 512 * 1024


class _Changed(Exception):
    """The server does not have the rest of the version that we have a part of."""


class _Refused(Exception):
    """An answer that is no file."""

    def __init__(self, error: HeygenError) -> None:
        super().__init__(error.message)
        self.error = error


class Download:
    """One file on its way. `url` is its link, and `renew` fetches a fresh one; `show` begins to show the progress."""

    def __init__(
        self,
        client: Client,
        url: str,
        part: Part,
        renew: Callable[[], str],
        show: Callable[[int | None, int], TransferObserver],
    ) -> None:
        self.client = client
        self.context = client.context
        self.url = url
        self.part = part
        self._renew = renew
        self._show = show
        self._progress: TransferObserver | None = None
        self._is_renewed = False

    def run(self) -> None:
        """Download the whole file. Raises HeygenError; what can be resumed stays for the next run."""
        try:
            self._run()
        except KeyboardInterrupt as interrupt:
            if not self.part.leave():
                raise
            raise HeygenError(
                "canceled", f"interrupted after {self._amount()}; they are kept", hint=_CARRY_ON
            ) from interrupt
        except BaseException:
            self.part.leave()
            raise
        finally:
            if self._progress is not None:
                self._progress.close()

    def _run(self) -> None:
        tries, furthest = 0, self.part.have
        while True:
            tries += 1
            try:
                if self._attempt():
                    self.part.finish()
                    return
                tries -= 1  # nothing failed: the link had expired, or the part cannot be resumed
                continue
            except TransportFailure as failure:
                error, may_repeat = self._broken_off(failure), failure.may_pass
            except _Refused as refusal:
                error, may_repeat = refusal.error, retry.may_repeat("GET", True, status=refusal.error.status)
            if self.part.have > furthest:
                # A link that breaks now and then is no reason to give up, while each try brings us further.
                tries, furthest, self._is_renewed = 1, self.part.have, False
            if not may_repeat or tries > self.client.settings.max_retries:
                raise error
            pause = retry.delay(tries, self.context.random, error.retry_after)
            self.client.note(f"continuing from byte {self.part.have} in {pause:.1f} s")
            self.context.sleep(pause)

    def _attempt(self) -> bool:
        """Make one request; returns whether the file is complete now, or has to be asked for differently."""
        part = self.part
        position = self._position()
        with self.client.exchange(self._request(position)) as response:
            if response.status in link.EXPIRED_STATUSES:
                self._renew_link(response)
                return False
            if position is not None and response.status in (206, 416):
                try:
                    self._resume(response, position)
                except _Changed:
                    part.validator = None  # from the start, then
                    return False
            elif response.status == 200:
                part.start(*version(response))
                self._start_progress(0)
            else:
                raise _Refused(self._refusal(response))
            receive(response, part, self._progress)
        return True

    def _position(self) -> int | None:
        """Return the byte to go on from, or None for the whole file."""
        part = self.part
        if not part.have or part.validator is None:
            return None
        # Of a complete file, its last byte is asked for again: the answer tells whether it is still the same version.
        return part.have if part.length is None else min(part.have, part.length - 1)

    def _request(self, position: int | None) -> Request:
        url = link.url(self.url, "cli_download_failed", self.context)
        headers = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": self.client.user_agent}
        if position is not None:
            headers["Range"] = f"bytes={position}-"
            headers["If-Range"] = self.part.validator or ""
        return Request(method="GET", url=url, headers=headers, timeout=READ_TIMEOUT, is_transfer=True)

    def _renew_link(self, response: Response) -> None:
        if self._is_renewed:
            error = self._refusal(response)
            error.code = "cli_download_url_expired"
            error.message = f"the link to the file was refused, and so was a fresh one: {error.message}"
            raise error
        self._is_renewed = True
        self.client.note("the link to the file was refused; asking the API for a fresh one")
        self.url = self._renew()

    def _refusal(self, response: Response) -> HeygenError:
        return link.refusal(response, "cli_download_failed", self.context)

    def _resume(self, response: Response, position: int) -> None:
        part = self.part
        if response.status == 416:
            raise _Changed
        first, last, length = _content_range(response.headers.get("Content-Range", ""))
        tag = response.headers.get("ETag")
        if first != position or last is None or (length is not None and last + 1 != length):
            raise _Changed
        if part.length is not None and length not in (None, part.length):
            raise _Changed
        if tag is not None and part.validator is not None and part.validator[:1] == '"' and tag != part.validator:
            raise _Changed
        part.length = part.length or last + 1
        part.resume(position)
        self._start_progress(position)

    def _start_progress(self, done: int) -> None:
        if self._progress is None:
            self._progress = self._show(self.part.length, done)
        else:
            self._progress.reset(done)

    def _broken_off(self, failure: TransportFailure) -> HeygenError:
        error = errors.from_failure(failure)
        if self.part.have:
            if not isinstance(failure, TimedOut):
                error.code = "cli_download_interrupted"
            error.message = f"the download stopped after {self._amount()}: {failure}"
            if self.part.validator is not None:
                error.hint = _CARRY_ON
        error.__cause__ = failure
        return error

    def _amount(self) -> str:
        return _amount(self.part)


_CARRY_ON = "Run the same command again to continue from there"


def receive(response: Response, part: Part, progress: TransferObserver | None) -> None:
    """Put the body of a response into a part. Raises TransportFailure, and `cli_file_io_error`."""
    buffer = memoryview(bytearray(BLOCK))
    while True:
        count = response.stream.readinto(buffer)
        if not count:
            break
        part.write(buffer[:count])
        if progress is not None:
            progress.advance(count)
    if part.length is not None and part.have != part.length:
        raise AnswerLost(f"the file ended after {_amount(part)}")


def _amount(part: Part) -> str:
    return f"{part.have} bytes" if part.length is None else f"{part.have} of {part.length} bytes"


def version(response: Response) -> tuple[str | None, int | None]:
    """Return a strong validator of what the server sends, and its length in bytes, each where it tells."""
    headers = response.headers
    if headers.get("Content-Encoding", "identity") not in ("", "identity"):
        return None, None  # both are of the compressed form, and we keep the decompressed one
    tag = headers.get("ETag")
    validator = tag if tag and tag.startswith('"') else None
    if tag is None:
        # Good enough for files that are made once; a second one within the same second would be taken for the first.
        validator = headers.get("Last-Modified")
    length = headers.get("Content-Length", "")
    is_number = length.isascii() and length.isdigit() and headers.get("Transfer-Encoding") is None
    return validator, int(length) if is_number else None


def _content_range(text: str) -> tuple[int | None, int | None, int | None]:
    """Return first byte, last byte and length of a Content-Range (RFC 9110, section 14.4), None where unknown."""
    unit, _, rest = text.strip().partition(" ")
    span, _, total = rest.strip().partition("/")
    first, _, last = span.partition("-")
    if unit.lower() != "bytes" or not all(part.isascii() and part.isdigit() for part in (first, last)):
        return None, None, None
    return int(first), int(last), int(total) if total.isascii() and total.isdigit() else None
