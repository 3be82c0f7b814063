"""Breaking text into lines; for help, which starts without `textwrap`, and for results, which measure in cells."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable


# A blank at which no line is broken.
NO_BREAK = "\u00a0"


def wrap(text: str, room: int, measure: Callable[[str], int] = len) -> list[str]:
    """Return the text in lines that measure no more than `room`, broken at blanks; a longer word stays whole."""
    lines: list[str] = []
    line, length = "", 0
    for word in text.split(" "):
        taken = measure(word)
        if line and length + 1 + taken > room:
            lines.append(line.rstrip(" "))
            line, length = word, taken
        else:
            line, length = (f"{line} {word}", length + 1 + taken) if line else (word, taken)
    return [*lines, line]
