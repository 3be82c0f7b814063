"""JSON in colour: keys, texts, numbers, true and false, and null each in a style of their own."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.output.terminal import Terminal

_TOKEN = re.compile(r'("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)|true|false|(null)')


def colored(text: str, terminal: Terminal) -> str:
    """Return a JSON text, or a part of one that breaks no token apart, in the colours that the terminal has."""
    if not terminal.has_color:
        return text

    def painted(token: re.Match[str]) -> str:
        string, colon, number, null = token.groups()
        if string is None:
            return terminal.paint(token[0], "cyan" if number else "dim" if null else "magenta")
        return terminal.paint(string, "bold", "blue") + colon if colon else terminal.paint(string, "green")

    return _TOKEN.sub(painted, text)
