"""One call of a tool, as the rooms below know the call of a command."""

from __future__ import annotations

from heygen.api.fields import body_fields
from heygen.calls import hints
from heygen.calls.invocation import Invocation
from heygen.core.receipt import Receipt
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

    from heygen.api.fields import Field
    from heygen.api.operations import Operation
    from heygen.config.settings import Settings
    from heygen.core.context import Context
    from heygen.core.errors import HeygenError
    from heygen.mcp.reporter import Reporter


class Form(Record):
    """What is asked of a command: here it has an operation, and the fields of a form, but no line on which they stand."""

    operation: Operation | None = None
    fields: tuple[Field, ...] = ()
    flags: tuple[Any, ...] = ()
    path: str = ""


class ToolInvocation(Invocation):
    """An invocation without a command line and without a person to ask; it has a receipt of its own."""

    def __init__(
        self,
        context: Context,
        settings: Settings,
        reporter: Reporter,
        given: dict[str, Any],
        operation: Operation | None = None,
    ) -> None:
        fields: tuple[Field, ...] = ()
        if operation is not None and operation.is_multipart:
            fields = tuple(body_fields(operation.body_schema or {}, operation.document))
        form: Any = Form(operation=operation, fields=fields)
        printer: Any = reporter
        super().__init__(context, form, given, (), settings, printer, Receipt(), _waiting_command, lambda _: None)

    def confirm(self, question: str, refusal: HeygenError) -> None:
        """Refuse: nobody can be asked."""
        raise refusal


def _waiting_command(words: Sequence[str], arguments: Sequence[str]) -> str:
    return hints.command_line(*words, *arguments, "--wait")
