"""Following the cursors of a list that comes in pages."""

from __future__ import annotations

from heygen.core.errors import HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterator


def pages(fetch: Callable[[str | None], Any], token: str | None = None) -> Iterator[tuple[list[Any], str | None]]:
    """Yield the items of each page from a cursor on, with the cursor of the page that follows, None after the last.

    `fetch` returns the document of the page at a cursor, the first one at None. Raises HeygenError for what is no page,
    and for a cursor that came before, which would lead round in a circle.
    """
    seen = {token}
    while True:
        document = fetch(token)
        items = document.get("data") if isinstance(document, dict) else None
        if not isinstance(items, list):
            raise HeygenError("cli_no_list", "the response has no list under data, so there are no pages to fetch")
        token = document.get("next_token") if document.get("has_more") is not False else None
        if not isinstance(token, str) or not token:
            token = None
        yield items, token
        if token is None:
            if document.get("has_more"):
                raise HeygenError("cli_cursor_missing", "the API says there is more, but gives no cursor for it")
            return
        if token in seen:
            raise HeygenError("cli_cursor_repeated", f"the API gave the same cursor twice: {token}")
        seen.add(token)
