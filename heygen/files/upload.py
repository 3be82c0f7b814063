"""Sending a file to a presigned link: streamed, tried again from its start, and with none of our credential."""

from __future__ import annotations

from heygen.core.errors import HeygenError
from heygen.files import link
from heygen.http import errors, retry
from heygen.http.client import UPLOAD_TIMEOUT
from heygen.http.failure import TransportFailure
from heygen.http.message import Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Mapping

    from heygen.http.client import Client
    from heygen.http.message import Body


class Slot:
    """Where a file is to go, as the API says it: a link, and the headers that the link was signed for."""

    def __init__(self, url: str, headers: Mapping[str, str], most: int | None = None) -> None:
        """`most` is how many bytes it takes, None where the API does not say."""
        self.url = url
        self.headers = headers
        self.most = most

    @classmethod
    def of(cls, data: object) -> Slot:
        """Return the slot that the API's answer describes. Raises `cli_response_parse_error`."""
        described = data if isinstance(data, dict) else {}
        url, headers, most = (described.get(name) for name in ("upload_url", "upload_headers", "max_bytes"))
        if not isinstance(url, str) or not isinstance(headers, (dict, type(None))):
            raise HeygenError("cli_response_parse_error", "the API's response does not say where to upload the file")
        return cls(url, {str(name): str(value) for name, value in (headers or {}).items()}, most)


def put(client: Client, slot: Slot, body: Body, renew: Callable[[], Slot] | None = None) -> None:
    """Send a body to its slot. Where the link is refused, `renew` may fetch another slot, once.

    Raises HeygenError `payload_too_large`, `cli_upload_failed`, `cli_upload_url_expired` and those of the network.
    """
    most = client.settings.max_retries
    tries = 0
    while True:
        tries += 1
        error, may_repeat = _attempt(client, slot, body)
        if error is None:
            return
        if error.status in link.EXPIRED_STATUSES:
            if renew is None:
                error.code = "cli_upload_url_expired"
                raise error
            client.note("the link for the upload was refused; asking the API for another")
            slot, renew = renew(), None
            continue
        if not may_repeat or tries > most:
            if tries > 1:
                error.message += f" ({tries} tries)"
            raise error
        pause = retry.delay(tries, client.context.random, error.retry_after)
        client.note(f"sending the file again in {pause:.1f} s (try {tries + 1} of {most + 1})")
        client.context.sleep(pause)


def _attempt(client: Client, slot: Slot, body: Body) -> tuple[HeygenError | None, bool]:
    """Send it once; returns the error, None for success, and whether another try may fare better."""
    if isinstance(slot.most, int) and body.length > slot.most:
        text = f"the file is {body.length} bytes long, and the API accepts at most {slot.most}"
        raise HeygenError("payload_too_large", text, hint="Make the file smaller")
    # The length is that of the body, and the host that of the link, whatever the API says.
    headers = {name: value for name, value in slot.headers.items() if name.lower() not in ("content-length", "host")}
    request = Request(
        method="PUT",
        url=link.url(slot.url, "cli_upload_failed", client.context),
        headers={"User-Agent": client.user_agent, **headers},
        body=body,
        timeout=UPLOAD_TIMEOUT,
    )
    try:
        with client.exchange(request) as response:
            if response.is_success:
                return None, False
            error = link.refusal(response, "cli_upload_failed", client.context)
            return error, retry.may_repeat("PUT", True, status=response.status)
    except TransportFailure as failure:
        error = errors.from_failure(failure)
        error.__cause__ = failure
        return error, failure.may_pass
