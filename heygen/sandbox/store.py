"""The resources that exist: records by kind and id, newest first. The caller holds the world's lock."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.mint import Mint

    # What is kept of a resource. It is JSON, so that a state file can hold it.
    Entry = dict[str, Any]


class Store:
    """Entries by kind. Each has `id`, `kind`, `n` (its number in the order of creation) and `created`."""

    def __init__(self, mint: Mint) -> None:
        self._mint = mint
        self.sequence = 0
        self.tables: dict[str, dict[str, Entry]] = {}
        self.deleted: set[str] = set()

    def next(self) -> int:
        """Return the next number of the one sequence that everything created takes part in."""
        self.sequence += 1
        return self.sequence

    def add(self, kind: str, created: float, fields: dict[str, Any], id: str | None = None) -> Entry:
        """Keep a new entry and return it; its id is made up unless it is given."""
        number = self.next()
        entry = {
            "id": id or self._mint.id(kind, number),
            "kind": kind,
            "n": number,
            "created": created,
            **fields,
        }
        self.tables.setdefault(kind, {})[entry["id"]] = entry
        return entry

    def get(self, kind: str, id: str) -> Entry | None:
        """Return an entry, or None."""
        return self.tables.get(kind, {}).get(id)

    def remove(self, kind: str, id: str) -> None:
        """Forget an entry, but for its having been there."""
        if self.tables.get(kind, {}).pop(id, None) is not None:
            self.mark_deleted(kind, id)

    def mark_deleted(self, kind: str, id: str) -> None:
        """Note that something is no more; it may have been there from the start."""
        self.deleted.add(f"{kind} {id}")

    def was_deleted(self, kind: str, id: str) -> bool:
        """Tell whether there once was such an entry."""
        return f"{kind} {id}" in self.deleted

    def all(self, kind: str) -> list[Entry]:
        """Return the entries of a kind, newest first."""
        return list(reversed(list(self.tables.get(kind, {}).values())))
