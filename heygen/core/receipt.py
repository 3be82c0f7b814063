"""What a run has created, or may have created, so that the user learns of it however the run ends."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.core.errors import HeygenError


class Receipt:
    """Kept from the moment a request that creates something may have gone out, until the result is on stdout.

    There is one for each run: what sends and waits writes into it what it knows, and `cli/main.py`, where every run
    ends, adds it to whatever error ends the run.
    """

    def __init__(self) -> None:
        self.is_open = False  # something may exist that the user does not know of
        self.idempotency_key: str | None = None
        self.list_command: str | None = None  # which shows whether it exists, where no answer came
        self.ids: tuple[str, ...] = ()
        self.resume: str | None = None  # the command that carries on
        self.state: Any = None  # the last document that shows it

    def begin(self, idempotency_key: str | None, list_command: str | None) -> None:
        """Note that the request may go out from now on."""
        self.is_open = True
        self.idempotency_key, self.list_command = idempotency_key, list_command

    def created(self, ids: tuple[str, ...], state: Any, resume: str | None = None) -> None:
        """Note what was created, and the document that says so."""
        self.ids, self.state, self.resume = ids, state, resume

    def watch(self, ids: tuple[str, ...], resume: str) -> None:
        """Note what is waited for that was there before; nothing is lost with it but the wait."""
        self.ids, self.resume = ids, resume

    def close(self) -> None:
        """Note that nothing was created, or that the user has been told of it."""
        self.is_open = False

    def names(self) -> dict[str, Any]:
        """Return the `id` or `ids` as envelopes have them."""
        if not self.ids:
            return {}
        return {"id": self.ids[0]} if len(self.ids) == 1 else {"ids": list(self.ids)}

    def facts(self) -> dict[str, Any]:
        """Return what an envelope says of it: the id, and the command that carries on; or the key, where no id is known."""
        if not self.ids:
            return {"idempotency_key": self.idempotency_key} if self.idempotency_key else {}
        return {**self.names(), "resume": self.resume} if self.resume else self.names()

    def add_to(self, error: HeygenError) -> None:
        """Add to an error what its envelope lacks of this, and the last state as its result."""
        if not self.is_open and not self.ids:
            return
        error.details = {**error.details, **{name: value for name, value in self.facts().items() if name not in error.details}}
        if error.result is None and "result" not in error.details:
            error.result = self.state
        if self.resume and not error.hint:
            error.hint = self.resume
        elif not self.ids and self.list_command and self.list_command not in (error.hint or ""):
            error.hint = f"See what came of it with: {self.list_command}"
