"""A terminal's screen, as far as this program's output goes: what a person sees after some bytes were written."""

from __future__ import annotations

import re
import unicodedata

_TOKEN = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|([\r\n\b])|(\x1b.|[\x00-\x1f\x7f\x80-\x9f])|([^\x1b\x00-\x1f\x7f\x80-\x9f])")


class Screen:
    """Rows of cells and a cursor. A sequence that the program has no business writing raises AssertionError."""

    def __init__(self, columns=80):
        self.columns = columns
        self.rows = [[]]
        self.row = self.column = 0
        self.frames = []  # what the screen showed before each return to a line's start

    def feed(self, text):
        if isinstance(text, bytes):
            text = text.decode()
        for parameters, final, control, other, sign in _TOKEN.findall(text):
            if sign:
                self._put(sign)
            elif final == "J" and parameters in ("", "0"):
                self._line()[self.column :] = []
                del self.rows[self.row + 1 :]
            elif final == "K" and parameters in ("", "0"):
                self._line()[self.column :] = []
            elif final == "A":
                self.row = max(self.row - int(parameters or 1), 0)
            elif final == "m":
                pass
            elif final == "A":
                self.row -= int(parameters or 1)
            elif control == "\r":
                self.frames.append(self.text())
                self.column = 0
            elif control == "\n":
                self.row, self.column = self.row + 1, 0
                self._line()
            else:
                raise AssertionError(f"the program wrote {parameters + final or control or other!r}")
        return self

    def _line(self):
        while len(self.rows) <= self.row:
            self.rows.append([])
        return self.rows[self.row]

    def _put(self, sign):
        cells = 0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if self.column + cells > self.columns:
            self.row, self.column = self.row + 1, 0
        line = self._line()
        line.extend([" "] * (self.column - len(line)))
        line[self.column : self.column + cells] = [sign, ""][:cells]
        self.column += cells

    def text(self):
        """Return what is to be seen, without blanks at the ends of lines and without empty lines at the end."""
        return "\n".join("".join(line).rstrip() for line in self.rows).rstrip()
