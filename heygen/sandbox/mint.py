"""Ids, secrets and chances that look random and follow from the seed."""

from __future__ import annotations

import hashlib


class Mint:
    """Makes the same values for the same seed, on every run and every machine."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def digest(self, purpose: str, what: object) -> bytes:
        """Return 32 bytes that follow from the seed, a purpose, and what they are for."""
        return hashlib.sha256(f"{self.seed}/{purpose}/{what}".encode("utf-8", "surrogatepass")).digest()

    def id(self, kind: str, what: object) -> str:
        """Return an id as the API makes them: 32 hexadecimal digits."""
        return self.digest(kind, what).hex()[:32]

    def fraction(self, purpose: str, what: object) -> float:
        """Return a number in [0, 1)."""
        return int.from_bytes(self.digest(purpose, what)[:6], "big") / (1 << 48)

    def signature(self, text: str) -> str:
        """Return what proves that a url was made here."""
        return self.digest("signature", text).hex()[:40]
