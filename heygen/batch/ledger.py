"""What a journal says of each row: its state, and where in the journal the rest stands. A few bytes for each row."""

from __future__ import annotations

from array import array

from heygen.batch.events import event_at, events
from heygen.batch.index import Index
from heygen.batch.rows import digest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

# The states of a row.
NEW, SENT, CREATED, DONE, FAILED = range(5)
NAMES = {NEW: "pending", SENT: "unknown", CREATED: "created", DONE: "completed", FAILED: "failed"}
NOWHERE = -1


class Ledger:
    """The rows of a journal, in the order in which they first stand there."""

    def __init__(self, path: str | None) -> None:
        """Read the journal, if there is one. Raises HeygenError."""
        self.path = path
        self.header: dict[str, Any] = {}
        self.last_run: dict[str, Any] = {}
        self.runs = 0
        self._index = Index()
        self.states = bytearray()
        self.is_unnamed = bytearray()  # whether the row has an ID that we made up
        self.attempts = array("L")
        self.requests = array("Q")  # digests of what was asked for
        self.sent_at = array("d")
        self._at = {name: array("q") for name in ("intent", "created", "ended", "saving", "saved")}
        self.size = 0  # of what is whole, in bytes
        for offset, end, event in events(path) if path else ():
            self.size = end
            self._add(offset, event)

    def _add(self, offset: int, event: dict[str, Any]) -> None:
        kind = event["event"]
        if kind == "journal":
            self.header = event
        elif kind == "run":
            self.last_run = event
            self.runs += 1
        if not isinstance(event.get("id"), str):
            return
        key = digest(event["id"])
        number = self._index.setdefault(key, len(self.states))
        if number == len(self.states):
            for column, nothing in ((self.states, NEW), (self.is_unnamed, 0), (self.attempts, 0), (self.requests, 0)):
                column.append(nothing)  # type: ignore[attr-defined]
            self.sent_at.append(0.0)
            for places in self._at.values():
                places.append(NOWHERE)
        if kind == "intent":
            if event["attempt"] != self.attempts[number]:
                for name in ("created", "ended", "saved"):
                    self._at[name][number] = NOWHERE  # of another attempt
            self.states[number] = SENT
            self.is_unnamed[number] = bool(event.get("is_unnamed"))
            self.attempts[number] = event["attempt"]
            self.requests[number] = int(event["request"], 16)
            self.sent_at[number] = event["time"]
        elif kind == "released":
            self.states[number] = NEW
        elif kind == "created":
            self.states[number] = CREATED
        elif kind == "ended":
            self.states[number] = FAILED if "error" in event else DONE
        if kind in self._at:
            self._at[kind][number] = offset

    def __len__(self) -> int:
        return len(self.states)

    def find(self, key: int) -> int | None:
        """Return the number of the row whose ID has a digest, or None."""
        return self._index.get(key)

    def count(self, state: int) -> int:
        """Return how many rows are in a state."""
        return self.states.count(state)

    def has(self, event: str, number: int) -> bool:
        """Tell whether there is such an event of a row."""
        return self._at[event][number] != NOWHERE

    def facts(self, stream: Any, number: int) -> dict[str, dict[str, Any]]:
        """Return the last events of a row, by name; `stream` is the journal, open for reading."""
        return {name: event_at(stream, places[number]) for name, places in self._at.items() if places[number] != NOWHERE}

    def rows(self) -> Iterator[tuple[int, dict[str, dict[str, Any]]]]:
        """Yield the state and the last events of every row."""
        if self.path is None:
            return
        with open(self.path, "rb") as stream:
            for number, state in enumerate(self.states):
                yield state, self.facts(stream, number)
