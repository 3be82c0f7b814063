"""What a stream can show to a person: colour, characters beyond ASCII, a line that is redrawn, and its width."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.core.context import Context, OutputStream

# The eight basic colours alone: the terminal's own theme makes them readable on dark and on light.
_CODES = {
    "bold": "1",
    "dim": "2",
    "underline": "4",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "magenta": "35",
    "cyan": "36",
}

_SYMBOLS = {
    "nothing": ("–", "-"),
    "more": ("…", "..."),
    "warning": ("⚠", "!"),
    "done": ("✓", "*"),
    "separator": (" · ", ", "),
    "gutter": ("│ ", "| "),
    "item": ("- ", "- "),
    "spinner": ("⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "|/-\\"),
    "filled": ("━", "="),
    "half": ("╸", ">"),
}


class Terminal:
    """A stream of the context with what it can show. `color` is auto, always or never."""

    def __init__(self, context: Context, stream: OutputStream, color: str = "auto") -> None:
        self.context = context
        self.stream = stream
        self.is_terminal = stream.is_terminal
        self.has_unicode = _takes_unicode(stream.encoding)
        # Windows consoles read escape sequences only once they are told to.
        reads_sequences = stream.is_terminal and context.environ.get("TERM") != "dumb" and _is_switched_on(stream)
        self.can_redraw = reads_sequences
        self.has_color = _wants_color(context, color, reads_sequences)

    @property
    def width(self) -> int:
        """The cells of a line now: a window may be resized at any time."""
        return self.context.columns

    def paint(self, text: str, *styles: str) -> str:
        """Return the text in the named styles, or as it is where there is no colour."""
        if not self.has_color or not text or not styles:
            return text
        return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{text}\x1b[0m"

    def symbol(self, name: str) -> str:
        """Return one of our own signs, in ASCII where the stream's encoding has no other."""
        return _SYMBOLS[name][0 if self.has_unicode else 1]


def _takes_unicode(encoding: str) -> bool:
    try:
        "".join(sign for sign, _ in _SYMBOLS.values()).encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _wants_color(context: Context, color: str, reads_sequences: bool) -> bool:
    if color != "auto":
        return color == "always"
    if context.is_set("NO_COLOR"):
        return False
    if context.is_set("FORCE_COLOR"):
        return context.is_on("FORCE_COLOR")
    return reads_sequences


def _is_switched_on(stream: OutputStream) -> bool:
    if os.name != "nt":
        return True
    from heygen.output import windows

    return windows.switch_on_sequences(stream)
