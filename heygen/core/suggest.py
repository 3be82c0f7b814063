"""Near misses: what a mistyped word was probably meant to be."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable


def closest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the known word that is most like `word`, or None where none is near.

    Ratios and sizes (`16:10`, `1080`, `4k`) are compared as the numbers that they are, other words by their letters;
    `cutoff` is a similarity in [0, 1] as difflib measures it.
    """
    by_folded = {candidate.casefold(): candidate for candidate in known}
    folded = word.casefold()
    if folded in by_folded:
        return by_folded[folded]
    kind, size = _measure(folded)
    if kind is not None:
        return _nearest(kind, size, by_folded)
    from difflib import get_close_matches

    matches = get_close_matches(folded, by_folded, n=5, cutoff=cutoff)
    return by_folded[min(matches, key=lambda match: distance(folded, match))] if matches else None


def _nearest(kind: str, size: float, by_folded: dict[str, str]) -> str | None:
    """Return the known measure of the same kind whose ratio to `size` is least, up to twice or half as much."""
    from math import log

    found = []
    for folded, candidate in by_folded.items():
        known_kind, known_size = _measure(folded)
        if known_kind == kind:
            found.append((abs(log(known_size / size)), candidate))
    gap, nearest = min(found, default=(None, None))
    return nearest if gap is not None and gap <= log(2) else None


def _measure(word: str) -> tuple[str | None, float]:
    """Return what a word measures, `ratio` or `size`, and how much; None and 0 for other words."""
    import re

    ratio = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*[:x/×]\s*([0-9]+(?:\.[0-9]+)?)", word)
    size = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)(k|p)?", word)
    kind, value = None, 0.0
    if ratio and float(ratio[2]):
        kind, value = "ratio", float(ratio[1]) / float(ratio[2])
    elif size:
        # A picture that is 4k has 2160 lines.
        kind, value = "size", float(size[1]) * (540 if size[2] == "k" else 1)
    return (kind, value) if value else (None, 0.0)


def slip(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that `name` was most likely meant to be, one or two wrong letters away, or None.

    A longer word that begins with a known one, such as its plural, is a name of its own.
    """
    folded = name.casefold()
    found = []
    for candidate in known:
        most = 2 if len(candidate) > 5 else 1
        if abs(len(candidate) - len(folded)) > most:
            continue
        away = distance(folded, candidate.casefold())
        if away <= most and (away == 0 or not folded.startswith(candidate.casefold())):
            found.append((away, candidate))
    return min(found)[1] if found else None


def distance(one: str, other: str) -> int:
    """Return how many letters must be changed, put in, left out or swapped with the next to make one word the other."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]


def listing(values: Iterable[object]) -> str:
    """Return values as a sentence lists them: `a, b, c`."""
    return ", ".join(str(value) for value in values)
