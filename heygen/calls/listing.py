"""Prints a whole list of the API as one, page after page (`--all`)."""

from __future__ import annotations

from heygen.calls.paging import pages
from heygen.core.errors import HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.api.operations import Operation
    from heygen.calls.invocation import Invocation
    from heygen.http.client import Answer, Call


class _Whole:
    """Has what is done in a `with` come to its end before an interrupt counts, since no cursor leads into a page.

    A reader may be slow, or have stopped for good: a second interrupt cuts it off.
    """

    def __init__(self) -> None:
        self.is_cut_off = False
        self._has_come = False
        self._handlers: dict[Any, Any] = {}

    def __enter__(self) -> None:
        import signal
        import threading

        if threading.current_thread() is threading.main_thread():
            for number in signal.valid_signals():
                handler = signal.getsignal(number)
                if callable(handler):
                    self._handlers[number] = handler
                    signal.signal(number, self._take)

    def _take(self, number: int, frame: Any) -> None:
        try:
            self._handlers[number](number, frame)
        except KeyboardInterrupt:
            self.is_cut_off, self._has_come = self._has_come, True
            if self.is_cut_off:
                raise

    def __exit__(self, kind: Any, *_: object) -> None:
        if self._handlers:
            import signal

            for number, handler in self._handlers.items():
                signal.signal(number, handler)
        if self._has_come and kind is None:
            raise KeyboardInterrupt


class Listing:
    """The pages that a command line asks for: from its cursor on, up to its number of items. `call` is that of one page.

    `operation`, where it is known, has the size of a page and the columns of the table.
    """

    def __init__(self, invocation: Invocation, call: Call, operation: Operation | None = None) -> None:
        self.invocation = invocation
        self.call = call
        self.start = dict(call.query).get("token")
        self.most: int | None = invocation.given.get("max_items")
        self.columns = operation.columns if operation else None
        limit = next((each for each in operation.parameters if each.name == "limit"), None) if operation else None
        self.page_size: int | None = invocation.given.get("limit", limit.schema.get("default") if limit else None)
        self.count = 0  # items read

    def call_at(self, token: str | None) -> Call:
        """Return the call of the page at a cursor; it asks for no more items than are still wanted.

        So the last page ends where the user's number does, and its cursor is that of the item that follows.
        """
        query = dict(token=token) if token is not None else {}
        if self.most is not None and self.page_size is not None and self.most - self.count < self.page_size:
            query["limit"] = str(self.most - self.count)
        kept = tuple(pair for pair in self.call.query if pair[0] not in ("token", *query))
        return self.call.replace(query=(*kept, *query.items()))

    def print(self, send: Callable[[Call], Answer]) -> None:
        """Fetch the pages and print their items.

        Where that breaks off, what was read is printed all the same. Raises HeygenError, which has the command that
        goes on as `resume`.
        """
        output = self.invocation.output.listing(self.columns)
        cursor, is_begun, has_more = self.start, False, True
        whole = _Whole()

        def fetch(token: str | None) -> Any:
            try:
                return send(self.call_at(token)).document
            except HeygenError as error:
                self._add_resume(error, token)
                raise

        try:
            for items, following in pages(fetch, self.start):
                left = len(items) if self.most is None else self.most - self.count
                if len(items) > left:
                    # The API gave more than it was asked for: to go on after what we cut off would lose that.
                    following = cursor
                is_begun = True
                with whole:
                    output.add(items[:left])
                    self.count += len(items[:left])
                    has_more, cursor = len(items) > left or following is not None, following
                if self.count == self.most:
                    break
        except (HeygenError, KeyboardInterrupt) as caught:
            if not is_begun:
                raise
            error = caught if isinstance(caught, HeygenError) else HeygenError("canceled", "interrupted")
            if error is not caught or error.code == "cli_no_list":
                self._add_resume(error, cursor)
            if whole.is_cut_off:
                error.message = "interrupted while a page was written; the output ends in the middle of it"
                self.invocation.context.stdout.abandon()
                raise error from caught
            try:
                # A cursor that leads on from here is one that was not refused as leading nowhere.
                output.end(has_more or error is caught, cursor if "resume" in error.details else None)
            except (HeygenError, BrokenPipeError):
                pass  # what broke it off matters more
            if error is not caught:
                raise error from caught
            raise
        output.end(has_more, cursor)

    def _add_resume(self, error: HeygenError, token: str | None) -> None:
        """Add to an error the command that goes on at a cursor, for what is still wanted."""
        if token is None or token == self.start:
            return
        others = {} if self.most is None else {"max-items": str(self.most - self.count)}
        error.details = {**error.details, "resume": self.invocation.output.next_page(token, **others)}
        error.hint = error.hint or error.details["resume"]
