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

_FIRST_VTE_WITH_LINKS = 5000
_PROGRAMS_WITH_LINKS = ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby", "rio")
_TERMS_WITH_LINKS = ("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "foot-extra", "wezterm")


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
        self.has_links = reads_sequences and self.has_color and _shows_links(context)

    @property
    def width(self) -> int:
        """The cells of a line now: a window may be resized at any time."""
        return self.context.columns

    def paint(self, text: str, *styles: str) -> str:
        """Return the text in the named styles, or as it is where there is no colour."""
        if not self.has_color or not text or not styles:
            return text
        return f"\x1b[{';'.join(_CODES[style] for style in styles)}m{text}\x1b[0m"

    def link(self, url: str, room: int) -> str:
        """Return a URL that is fit to be shown; where a click opens it, in as many cells as there are, else whole."""
        if not self.has_links or not (url.isascii() and url.isprintable()):
            return url
        text = url
        if len(url) > room:
            host, _, path = url.partition("://")[2].partition("/")
            name = path.partition("?")[0].partition("#")[0].rpartition("/")[2]
            text = f"{host}/{self.symbol('more')}/{name}"
            if len(text) > room:
                text = text[: max(room - len(self.symbol("more")), 0)] + self.symbol("more")
            text = self.paint(text, "underline")
        return f"\x1b]8;;{url}\x1b\\{text}\x1b]8;;\x1b\\"

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


def _shows_links(context: Context) -> bool:
    """Tell whether the terminal is known to make links of OSC 8; what stands between it and us may not let them through."""
    environ = context.environ
    if any(context.is_set(name) for name in ("TMUX", "STY", "CI")):
        return False
    version = environ.get("VTE_VERSION", "")
    return (
        version.isdigit() and int(version) >= _FIRST_VTE_WITH_LINKS
        or environ.get("TERM_PROGRAM") in _PROGRAMS_WITH_LINKS
        or environ.get("TERM") in _TERMS_WITH_LINKS
        or any(context.is_set(name) for name in ("WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "DOMTERM"))
    )


def _is_switched_on(stream: OutputStream) -> bool:
    if os.name != "nt":
        return True
    from heygen.output import windows

    return windows.switch_on_sequences(stream)
