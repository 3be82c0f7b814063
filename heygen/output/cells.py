"""Text in the cells of a terminal: how wide it is, how it is cut, and what of it must never get there.

Whatever a server sends is data. Characters that a terminal obeys (controls, escape sequences, line ends) and
those that reorder or hide text (bidi controls, zero-width ones) are shown as escapes before anything is measured.
"""

from __future__ import annotations

import unicodedata

from heygen.output import wrap as breaking

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

_JOINER = "\u200d"
_NON_JOINER = "\u200c"  # Persian and others need it, and it moves nothing
_EMOJI_STYLE = "\ufe0f"
_UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def escape(text: str) -> str:
    """Return the text with everything that is not to be seen as itself as an escape: `\\x1b`, `\\u202e`, `\\n`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(sign) for sign in text)


def _escaped(sign: str) -> str:
    if sign in (_JOINER, _NON_JOINER) or unicodedata.category(sign) not in _UNSAFE:
        return sign
    code = ord(sign)
    if sign in _SHORT:
        return _SHORT[sign]
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def width(text: str) -> int:
    """Return the number of cells that the text takes."""
    if text.isascii():
        return len(text)
    return sum(cells for _, cells in clusters(text))


def clusters(text: str) -> Iterator[tuple[str, int]]:
    """Yield what stands together on the screen, and its cells: a sign with its marks, a flag, a joined emoji."""
    start, cells, is_open, is_flag = 0, 0, False, False
    for index, sign in enumerate(text):
        joins = _cells(sign) == 0 or is_open or _is_skin_tone(sign) and cells == 2
        if is_flag and _is_regional(sign):
            joins, is_flag = True, False
        if index and joins:
            # A variation selector makes the sign before it an emoji; whatever else joins adds nothing.
            cells = 2 if sign == _EMOJI_STYLE and cells == 1 else cells or _cells(sign)
        else:
            if index:
                yield text[start:index], cells
            start, cells = index, _cells(sign)
            is_flag = _is_regional(sign)
            if is_flag:
                cells = 2
        # Emoji are joined by it; in Arabic or Devanagari it shapes letters, which keep their own cells.
        is_open = sign == _JOINER and cells == 2
    if text:
        yield text[start:], cells


def _cells(sign: str) -> int:
    code = ord(sign)
    if code < 0x300:
        return 1
    if unicodedata.category(sign) in ("Mn", "Me", "Cf") or 0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FF:
        return 0  # marks, joiners, and the vowels and finals that complete a Hangul syllable
    return 2 if unicodedata.east_asian_width(sign) in ("W", "F") else 1


def _is_skin_tone(sign: str) -> bool:
    return "\U0001f3fb" <= sign <= "\U0001f3ff"


def _is_regional(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"


def cut(text: str, cells: int, more: str = "…") -> str:
    """Return the text in no more than this many cells, its end given up for `more` where it is longer."""
    if width(text) <= cells:
        return text
    more = more[: max(cells, 0)]
    room, kept = cells - len(more), ""
    for cluster, taken in clusters(text):
        if taken > room:
            break
        kept, room = kept + cluster, room - taken
    return kept + more


def pad(text: str, cells: int) -> str:
    """Return the text with blanks after it until it takes this many cells."""
    return text + " " * (cells - width(text))


def wrap(text: str, room: int) -> list[str]:
    """Return the text in lines of no more than `room` cells.

    What is in ASCII without a blank stays whole, since it may be an ID or a URL that somebody copies; scripts that
    have no blanks break anywhere.
    """
    lines: list[str] = []
    for line in breaking.wrap(text, room, width):
        while width(line) > room and not line.isascii():
            part = cut(line, room, "") or next(clusters(line))[0]
            lines.append(part)
            line = line[len(part) :]
        lines.append(line)
    return lines
