"""What most kinds of resource have in common: a list, and single ones to show, rename and delete."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World


class Collection:
    """All entries of a kind. `parameter` holds the id in the path; `show` makes an entry what the API shows."""

    def __init__(
        self, kind: str, parameter: str, show: Callable[[World, Entry, float], dict[str, Any]], name: str = "Resource"
    ) -> None:
        self.kind = kind
        self.parameter = parameter
        self.show = show
        self.name = name

    def entry(self, call: Call) -> Entry:
        """Return the entry that the path names. Raises the API's 404."""
        return call.entry(self.kind, call.path[self.parameter], self.name)

    def list(self, call: Call) -> dict[str, Any]:
        """Show a page of all entries, newest first."""
        return call.list(call.world.store.all(self.kind), lambda entry: self.show(call.world, entry, call.now))

    def get(self, call: Call) -> dict[str, Any]:
        """Show one entry, as a poll sees it."""
        return {"data": self.show(call.world, call.apply_fault(self.entry(call)), call.now)}

    def rename(self, call: Call) -> dict[str, Any]:
        """Give an entry another title."""
        entry = self.entry(call)
        entry["title"] = call.body["title"]
        return {"data": self.show(call.world, entry, call.now)}

    def delete(self, call: Call) -> dict[str, Any]:
        """Delete an entry for good."""
        entry = self.entry(call)
        call.world.remove(entry)
        return {"data": {"id": entry["id"], "deleted": True}}
