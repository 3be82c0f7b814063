"""A request of the client while it is under way: what it says of itself, and whether it was cancelled."""

from __future__ import annotations

import threading
import time

from heygen.core.errors import HeygenError
from heygen.mcp.reporter import Reporter, tell

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.core.context import Context
    from heygen.mcp.invocation import ToolInvocation
    from heygen.mcp.messages import Incoming
    from heygen.mcp.modern import Terms


class Request:
    """A request under way. `answer` takes the message that ends it, and tells whether it went out; `skip` is called
    where nothing ends it, because it was cancelled. `carrier` returns what carries its requests to the API."""

    def __init__(
        self,
        incoming: Incoming,
        terms: Terms,
        context: Context,
        send: Callable[[Any], bool],
        answer: Callable[[Any], bool],
        skip: Callable[[], object],
        carrier: Callable[[], Any],
    ) -> None:
        self.id = incoming.id
        self.method = incoming.method
        self.params = incoming.params
        self.terms = terms
        self.invocation: ToolInvocation | None = None
        self.cancelled = threading.Event()
        self._answer, self._skip, self._carrier = answer, skip, carrier
        self._send = send
        # A wait ends with its request, unless somebody else keeps the time.
        self._pause = self.cancelled.wait if context.sleep is time.sleep else context.sleep
        self.context = context.of_one_call(self._sleep)
        meta = self.params.get("_meta")
        token = meta.get("progressToken") if isinstance(meta, dict) else None
        is_token = isinstance(token, (str, int)) and not isinstance(token, bool)
        self.reporter = Reporter(self.context, self._notify, token if is_token else None, terms.log_level)

    def begin(self, invocation: ToolInvocation) -> ToolInvocation:
        """Note what the request calls; from then on its receipt tells what may have been created. Raises HeygenError."""
        self.invocation = invocation
        self.context.transport = self._carrier()
        return invocation

    def _sleep(self, seconds: float) -> None:
        self.refuse_if_cancelled()
        self._pause(seconds)
        self.refuse_if_cancelled()

    def refuse_if_cancelled(self) -> None:
        """End the work as Ctrl-C ends that of a command, where the client has cancelled the request."""
        if self.cancelled.is_set():
            raise KeyboardInterrupt

    def _notify(self, message: Any) -> bool:
        return not self.cancelled.is_set() and self._send(message)

    def end(self, message: Any) -> None:
        """Send the answer, unless the request was cancelled; what was created is told in any case."""
        if self.cancelled.is_set() or message is None:
            self._skip()
        elif self._answer(message) and self.invocation is not None:
            self.invocation.receipt.close()
        self.save_receipt("the request was cancelled")

    def save_receipt(self, why: str) -> None:
        """Tell on stderr what the request has created, or may have, where the client was not told."""
        receipt = self.invocation.receipt if self.invocation is not None else None
        if receipt is None or not receipt.is_open:
            return
        if receipt.ids:
            receipt.close()
            text = f"{why}, and this had been created: {', '.join(receipt.ids)}"
            facts: dict[str, Any] = {"code": "created", "message": text, **receipt.facts()}
            facts["hint"] = receipt.resume
            tell(self.context, {"notice": {name: each for name, each in facts.items() if each is not None}})
            return
        error = HeygenError("canceled", f"{why} while {self.method} was under way; the API may have carried it out")
        receipt.add_to(error)
        receipt.close()
        tell(self.context, error.envelope())
