"""Text in the cells of a terminal: its width, cutting and breaking it, and escaping what a terminal must not get.

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
    """Return the text with controls, and whatever reorders or hides text, as escapes: `\\x1b`, `\\u202e`, `\\n`."""
    if text.isascii() and text.isprintable():
        return text
    # A combining mark at the start would be drawn over whatever is printed before the text.
    first = _code(text[0]) if _cells(text[0]) == 0 else _escaped(text[0])
    return first + "".join(map(_escaped, text[1:]))


def _escaped(sign: str) -> str:
    if sign in (_JOINER, _NON_JOINER) or unicodedata.category(sign) not in _UNSAFE:
        return sign
    return _SHORT.get(sign) or _code(sign)


def _code(sign: str) -> str:
    code = ord(sign)
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
        own = _cells(sign)
        joins = own == 0 or is_open and _is_symbol(sign) or _is_skin_tone(sign) and cells == 2
        if is_flag and _is_regional(sign):
            joins, is_flag = True, False
        if index and joins:
            if sign == _EMOJI_STYLE and _is_symbol(text[index - 1]):
                cells = 2
        else:
            if index:
                yield text[start:index], cells
            start, is_flag = index, _is_regional(sign)
            cells = 2 if is_flag else own
        # The joiner makes one emoji of two; in Arabic or Devanagari it only shapes letters, which keep their own cells.
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


def _is_symbol(sign: str) -> bool:
    """Tell whether a sign can be part of an emoji; the digits, # and * can: they are keycaps."""
    return unicodedata.category(sign) in ("So", "Sm", "Cn") or sign in "0123456789#*\u203c\u2049\u3030"


def _is_skin_tone(sign: str) -> bool:
    return "\U0001f3fb" <= sign <= "\U0001f3ff"


def _is_regional(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"


def cut(text: str, cells: int, more: str = "…") -> str:
    """Return the text in no more than this many cells, its end replaced by `more` where it is longer."""
    if width(text) <= cells:
        return text
    more = more[: max(cells, 0)]
    room, kept = cells - len(more), ""
    for cluster, taken in clusters(text):
        if taken > room:
            break
        kept, room = kept + cluster, room - taken
    return kept + more


def wrap(text: str, room: int) -> list[str]:
    """Return the text in lines of no more than `room` cells.

    What is in ASCII without a blank stays whole, since it may be an ID or a URL that somebody copies; scripts that
    have no blanks break anywhere.
    """
    lines: list[str] = []
    for line in breaking.wrap(text, room, width):
        while width(line) > room and not line.replace(breaking.NO_BREAK, " ").isascii():
            part = cut(line, room, "") or next(clusters(line))[0]
            lines.append(part)
            line = line[len(part) :]
        lines.append(line)
    return lines
