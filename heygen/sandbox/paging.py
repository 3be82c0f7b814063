"""Pages of a list, by cursors that survive inserts and deletions."""

from __future__ import annotations

import base64
import json

from heygen.sandbox.problems import invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Sequence

DEFAULT_LIMIT = 10


def newest_first(entry: dict[str, Any]) -> int:
    """Return the number by which entries are sorted so that what was created last comes first."""
    return -entry["n"]


def page(
    entries: Sequence[Any], query: dict[str, Any], scope: str, order: Callable[[Any], int] = newest_first
) -> tuple[list[Any], bool, str | None]:
    """Return one page of a list: its entries, whether more follow, and the cursor to them.

    `order` gives each entry a number of its own that never changes; a cursor holds the last one of its page,
    so that what is created or deleted meanwhile shifts nothing. `scope` names the list: a cursor of another
    one is refused.
    """
    ordered = sorted(entries, key=order)
    token = query.get("token")
    if token is not None:
        after = _decode(token, scope)
        ordered = [entry for entry in ordered if order(entry) > after]
    limit = query.get("limit", DEFAULT_LIMIT)
    found = ordered[:limit]
    more = len(ordered) > limit
    return found, more, _encode(order(found[-1]), scope) if more else None


def _encode(after: int, scope: str) -> str:
    return base64.urlsafe_b64encode(json.dumps({"in": scope, "after": after}).encode()).decode().rstrip("=")


def _decode(token: str, scope: str) -> int:
    try:
        cursor = json.loads(base64.b64decode(token + "=" * (-len(token) % 4), "-_", validate=True))
        if cursor["in"] == scope and type(cursor["after"]) is int:
            return cursor["after"]
    except (ValueError, TypeError, KeyError, RecursionError):
        pass
    raise invalid("token is not a cursor of this list; take it from next_token of the previous page", "token")
