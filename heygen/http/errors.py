"""Turning an error response, or the lack of one, into the error that the user sees."""

from __future__ import annotations

from heygen.core.errors import HINTS, ExitCode, HeygenError
from heygen.http.failure import TimedOut, TransportFailure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.http.message import Response

# The codes for responses that carry none of their own.
CODE_BY_STATUS = {
    400: "validation_error",
    401: "unauthorized",
    402: "insufficient_credit",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    413: "payload_too_large",
    429: "rate_limit_exceeded",
}


def code_for_status(status: int) -> str:
    """Return the error code that stands for a status where the body names none."""
    if status in CODE_BY_STATUS:
        return CODE_BY_STATUS[status]
    return "unclassified_server_error" if status >= 500 else "unclassified_client_error"


def from_response(response: Response, document: Any) -> HeygenError:
    """Return the error for a response that is no success; its own code, message and fields pass through.

    `document` is its body, or None where that is not JSON.
    """
    status = response.status
    error = document.get("error") if isinstance(document, dict) else None
    error = error if isinstance(error, dict) else {}
    given = error.get("code")
    code = given if isinstance(given, str) and given else code_for_status(status)
    message = error.get("message")
    if not isinstance(message, str) or not message:
        outer = document.get("message") if isinstance(document, dict) else None
        message = outer if isinstance(outer, str) and outer else _about(response, document)
    exit_code = ExitCode.AUTH if status in (401, 403) else ExitCode.ERROR
    return HeygenError(
        code,
        message,
        # Whatever the API calls it, what is missing is credit.
        hint=HINTS[CODE_BY_STATUS[402]] if status == 402 else None,
        param=_text(error.get("param")),
        doc_url=_text(error.get("doc_url")),
        request_id=response.headers.get("X-Request-Id"),
        exit_code=exit_code,
        status=status,
    )


def from_failure(failure: TransportFailure) -> HeygenError:
    """Return the error for a request that got no whole answer."""
    if isinstance(failure, TimedOut):
        hint = "Check the connection and try again; --debug shows each attempt"
        # 4 is for what exists and goes on; of this, nothing is known to exist.
        return HeygenError("timeout", str(failure), hint=hint, exit_code=ExitCode.ERROR)
    return HeygenError("network_error", str(failure), hint=failure.hint)


def _about(response: Response, document: Any) -> str:
    """Return what there is to say about an error that says nothing itself."""
    text = f"HTTP {response.status} {response.reason}".strip()
    if response.proxy and document is None:
        return f"{text}, from the proxy {response.proxy} or something behind it"
    return text


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
