"""One finding of the doctor: what was looked at, how it is, and what to do about it."""

from __future__ import annotations

from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.core.errors import HeygenError

OK, WARNING, PROBLEM, NOTE = "ok", "warning", "problem", "note"


class Finding(Record):
    """What one check found. `hint` is what to do, a command wherever there is one; `details` are further fields."""

    check: str
    status: str
    message: str
    hint: str | None = None
    details: dict[str, Any] = {}

    def document(self) -> dict[str, Any]:
        """Return it as the report has it."""
        fields = {"check": self.check, "status": self.status, "message": self.message, "hint": self.hint, **self.details}
        return {name: value for name, value in fields.items() if value is not None}


def ok(check: str, message: str, **details: Any) -> Finding:
    """Return the finding that all is well."""
    return Finding(check=check, status=OK, message=message, details=details)


def from_error(check: str, error: HeygenError) -> Finding:
    """Return the finding that an error is."""
    details = {"code": error.code, "request_id": error.request_id}
    return Finding(check=check, status=PROBLEM, message=error.message, hint=error.hint, details=details)
