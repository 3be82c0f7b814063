"""Numbers by 64-bit digests, as a dict has them, in a fifth of its memory: a hash table in two arrays."""

from __future__ import annotations

from array import array


class Index:
    """Maps digests, which are spread evenly by their nature, to numbers from 0 on."""

    def __init__(self) -> None:
        self._count = 0
        self._make(1024)

    def _make(self, slots: int) -> None:
        self._mask = slots - 1
        self._digests = array("Q", bytes(8 * slots))
        self._numbers = array("L", [0]) * slots  # each one more than it is: 0 is a slot that is free

    def _slot(self, digest: int) -> int:
        """Return the slot of a digest, or the free one where it would go."""
        slot = digest & self._mask
        while self._numbers[slot] and self._digests[slot] != digest:
            slot = slot + 1 & self._mask
        return slot

    def get(self, digest: int) -> int | None:
        """Return the number of a digest, or None."""
        number = self._numbers[self._slot(digest)]
        return number - 1 if number else None

    def setdefault(self, digest: int, number: int) -> int:
        """Return the number of a digest, which is this one if it had none."""
        slot = self._slot(digest)
        if self._numbers[slot]:
            return self._numbers[slot] - 1
        self._digests[slot], self._numbers[slot] = digest, number + 1
        self._count += 1
        if 3 * self._count > 2 * self._mask:
            self._grow()
        return number

    def _grow(self) -> None:
        digests, numbers = self._digests, self._numbers
        self._make(2 * len(numbers))
        for digest, number in zip(digests, numbers):
            if number:
                slot = self._slot(digest)
                self._digests[slot], self._numbers[slot] = digest, number
