"""The one error type of the program, its exit codes, and what to do next for each known code."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.core.secrets import Secrets


class ExitCode:
    """Exit codes (spec, "Exit Codes"); an interrupt ends with the shell's 128 + SIGINT.

    Plain numbers: importing `enum` takes a fifth of a start.
    """

    OK = 0
    ERROR = 1
    USAGE = 2
    AUTH = 3
    TIMEOUT = 4
    INTERRUPTED = 130


EXIT_CODE_MEANINGS = {
    ExitCode.OK: "The operation completed.",
    ExitCode.ERROR: "The API, the network or the job failed.",
    ExitCode.USAGE: "The command line is wrong; nothing was sent.",
    ExitCode.AUTH: "The API key or session is missing, invalid or not allowed to do this (401, 403).",
    ExitCode.TIMEOUT: "Time ran out; the resource may exist, and its last known state is on stdout.",
    ExitCode.INTERRUPTED: "Interrupted by Ctrl-C or a signal.",
}

EXIT_CODE_BY_CODE = {
    "usage_error": ExitCode.USAGE,
    "auth_error": ExitCode.AUTH,
    "unauthorized": ExitCode.AUTH,
    "forbidden": ExitCode.AUTH,
    "timeout": ExitCode.TIMEOUT,
    "canceled": ExitCode.INTERRUPTED,
}

BILLING_PAGE = "https://app.heygen.com/billing"

# What to do next, by code. A hint names a command to run wherever there is one.
HINTS = {
    "unauthorized": "Check the API key with: heygen auth status",
    "auth_error": "Set HEYGEN_API_KEY, or sign in with: heygen auth login",
    "forbidden": "This account is not allowed to do that; see which account it is with: heygen user me get",
    "resource_access_denied": "The resource belongs to another account; see yours with: heygen user me get",
    "ai_vendor_access_restricted": "Your workspace restricts this AI vendor; an administrator can allow it",
    "insufficient_credit": f"Add credits at {BILLING_PAGE}, and see the balance with: heygen user me get",
    "quota_exceeded": "See what your plan includes with: heygen user me get",
    "rate_limit_exceeded": "Wait a moment and try again; raise HEYGEN_MAX_RETRIES to let the CLI wait longer",
    "not_found": "Check the ID; the command that made the resource printed it",
    "resource_not_found": "Check the ID; the command that made the resource printed it",
    "video_not_found": "Check ID with: heygen video list",
    "avatar_not_found": "Find an avatar with: heygen avatar looks list",
    "voice_not_found": "Find a voice with: heygen model audio voices list",
    "voice_not_usable": "Choose another voice with: heygen model audio voices list",
    "payload_too_large": "Upload large files with: heygen asset upload FILE, and refer to them by asset_id",
    "invalid_parameter": "See what the command accepts with --help or --request-schema",
    "validation_error": "See what the command accepts with --help or --request-schema",
    "conflict": "The resource has changed or already exists; check its current state before trying again",
    "internal_error": "Something went wrong on HeyGen's side; try again later, and quote the request ID to HeyGen's support",
    "unclassified_server_error": "Something went wrong on HeyGen's side; try again later, and quote the request ID to HeyGen's support",
    "network_error": "Check the connection and any proxy settings; --debug shows each attempt",
    "file_exists": "Use --force to overwrite it, or another --output-path",
    "confirmation_required": "Add --force to go ahead without being asked",
    "cli_internal_error": "This is a bug in the CLI; --debug shows where it happened",
}


class HeygenError(Exception):
    """An error as the user sees it: the envelope on stderr, and the exit code.

    `result` is a document that still goes to stdout (the last known state of a job); `hint` falls back to
    the table above, and `exit_code` follows from the code unless it is given. `details` are further fields of
    the envelope. `status` is that of the HTTP response, if there was one, and `retry_after` the seconds that it
    asked for; `outcome_is_unknown` tells that the request was sent and may have been acted on.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        hint: str | None = None,
        param: str | None = None,
        doc_url: str | None = None,
        request_id: str | None = None,
        exit_code: int | None = None,
        result: Any = None,
        details: dict[str, Any] | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint if hint is not None else HINTS.get(code)
        self.param = param
        self.doc_url = doc_url
        self.request_id = request_id
        self.exit_code = exit_code if exit_code is not None else EXIT_CODE_BY_CODE.get(code, ExitCode.ERROR)
        self.result = result
        self.details = details or {}
        self.status = status
        self.retry_after: float | None = None
        self.outcome_is_unknown = False

    def mask(self, secrets: Secrets) -> None:
        """Take the secrets out of all that is told of it: an answer may repeat them, and errors go into logs."""
        self.message = secrets.scrub(self.message)
        for name in ("code", "hint", "param", "doc_url", "request_id"):
            setattr(self, name, secrets.masked(getattr(self, name)))
        self.details = secrets.masked(self.details)

    def envelope(self) -> dict[str, Any]:
        """Return the error as the JSON document that goes to stderr (spec, "Error Handling")."""
        fields = {
            "code": self.code,
            "message": self.message,
            "hint": self.hint,
            "param": self.param,
            "doc_url": self.doc_url,
            "request_id": self.request_id,
            **self.details,
        }
        return {"error": {name: value for name, value in fields.items() if value is not None}}


def usage_error(message: str, *, hint: str | None = None, param: str | None = None) -> HeygenError:
    """Return the error for a command line that is wrong (exit code 2)."""
    return HeygenError("usage_error", message, hint=hint, param=param)
