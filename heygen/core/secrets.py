"""The secrets that this process has seen, masked in every text that leaves it."""

from __future__ import annotations

MASK = "***"


class Secrets:
    """Knows keys, tokens and verifiers from the moment that the program sees them."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def add(self, *values: str | None) -> None:
        """Mask these from now on; None and the empty string are no secrets."""
        self._known.update(filter(None, values))

    def mask(self, text: str) -> str:
        """Return a text with every known secret in it masked; nothing of one is left, not even its length."""
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, MASK)
        return text
