"""Turning an error response, or the lack of one, into the error that the user sees."""

from __future__ import annotations

from heygen import duration
from heygen.errors import ExitCode, HeygenError
from heygen.http.failure import ProxyFailure, TimedOut, TlsFailure, TransportFailure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

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


def from_response(status: int, reason: str, document: Any, request_id: str | None) -> HeygenError:
    """Return the error for a response that is no success; its own code, message and fields pass through."""
    error = document.get("error") if isinstance(document, dict) else None
    error = error if isinstance(error, dict) else {}
    given = error.get("code")
    code = given if isinstance(given, str) and given else code_for_status(status)
    message = error.get("message")
    if not isinstance(message, str) or not message:
        outer = document.get("message") if isinstance(document, dict) else None
        message = outer if isinstance(outer, str) and outer else f"HTTP {status} {reason}".strip()
    exit_code = ExitCode.AUTH if status in (401, 403) else ExitCode.ERROR
    return HeygenError(
        code,
        message,
        param=_text(error.get("param")),
        doc_url=_text(error.get("doc_url")),
        request_id=request_id,
        exit_code=exit_code,
        status=status,
    )


def from_failure(failure: TransportFailure, host: str) -> HeygenError:
    """Return the error for a request that got no whole answer."""
    if isinstance(failure, TimedOut):
        return HeygenError(
            "timeout",
            f"no answer from {host} within {duration.render(failure.budget)}",
            hint="Check the connection and try again; --debug shows each attempt",
        )
    if isinstance(failure, TlsFailure):
        return HeygenError("network_error", str(failure), hint=failure.hint)
    if isinstance(failure, ProxyFailure):
        return HeygenError("network_error", str(failure), hint="Check HTTPS_PROXY, HTTP_PROXY and NO_PROXY")
    return HeygenError("network_error", str(failure))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
