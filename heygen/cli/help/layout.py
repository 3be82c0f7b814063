"""Pages of help on a terminal: wrapped to its width, aligned, lightly coloured."""

from __future__ import annotations

from heygen.cli.help.blocks import Examples, Lines, Section, Terms, Usage
from heygen.output.wrap import NO_BREAK, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Sequence

    from heygen.cli.help.blocks import Block, Example, Term
    from heygen.output.terminal import Terminal

INDENT = 2
GAP = 2
# Longer lines than this are hard to read, however wide the terminal is.
WIDEST = 120
NARROWEST = 20
# Names that are longer have their meaning below them.
WIDEST_NAME = 30
# A remark that is no longer than this stays on one line.
SHORT_REMARK = 20
# On less than this, every meaning stands below its name.
NARROWEST_COLUMNS = 64


def render(page: Sequence[Block], terminal: Terminal) -> str:
    """Return a page as text with a newline at its end."""
    layout = _Layout(page, terminal)
    lines: list[str] = []
    for block in page:
        # A heading stands right above what it is about, and apart from what comes before.
        if lines and lines[-1] and not layout.is_heading_last and not (isinstance(block, Section) and block.is_tight):
            lines.append("")
        lines.extend(layout.lines(block))
    return "".join(f"{line}\n" for line in lines)


def width(terminal: Terminal) -> int:
    """Return how wide a page is."""
    return min(max(terminal.width, NARROWEST), WIDEST)


def room(names: Sequence[str], terminal: Terminal) -> int:
    """Return how much of a meaning stands on one line, beside these names."""
    start = INDENT + max(map(len, names), default=0) + GAP
    return width(terminal) - (start if width(terminal) >= NARROWEST_COLUMNS else 3 * INDENT)


class _Layout:
    """The measures of one page."""

    def __init__(self, page: Sequence[Block], terminal: Terminal) -> None:
        self.terminal = terminal
        self.width = width(terminal)
        self.is_heading_last = False
        self._depth = 0
        every = [term for block in page if isinstance(block, Terms) for term in block.rows]
        self._columns = [self._column([term for term in every if _is_command(term) is kind]) for kind in (False, True)]

    def lines(self, block: Block) -> list[str]:
        """Return the lines of one block."""
        self.is_heading_last = isinstance(block, Section)
        if isinstance(block, Section):
            self._depth = INDENT
            return self._filled(block.title + ("" if ":" in block.title else ":"), 0, "bold")
        if isinstance(block, Usage):
            head, *rest = wrap(block.line, self.width - len("Usage: "))
            return [f"{self.terminal.paint('Usage:', 'bold')} {head}", *(" " * len("Usage: ") + line for line in rest)]
        if isinstance(block, Terms):
            return [line for term in block.rows for line in self._term(term)]
        if isinstance(block, Examples):
            return self._examples(block.rows)
        if isinstance(block, Lines):
            return [line for row in block.rows for line in self._filled(row, 0)]
        return self._filled(block, self._depth)

    def _filled(self, text: str, indent: int, *styles: str) -> list[str]:
        return [" " * indent + self.terminal.paint(part, *styles) for part in wrap(text, self.width - indent)]

    def _column(self, terms: Sequence[Term]) -> int:
        """Return how wide the column of these terms' names is; 0 where meanings stand below."""
        if not terms or self.width < NARROWEST_COLUMNS:
            return 0
        longest = max(len(term.name) for term in terms)
        if INDENT + longest + GAP + max(len(" ".join((term.meaning, *term.remarks))) for term in terms) <= self.width:
            return longest
        return max((len(term.name) for term in terms if len(term.name) <= WIDEST_NAME), default=0)

    def _term(self, term: Term) -> list[str]:
        column = self._columns[_is_command(term)]
        start = INDENT + column + GAP if column else 3 * INDENT
        longest = min(SHORT_REMARK, self.width - start)
        remarks = (each.replace(" ", NO_BREAK) if len(each) <= longest else each for each in term.remarks)
        text = " ".join((term.meaning, *remarks)) if term.remarks else term.meaning
        parts = wrap(text, self.width - start) if text else []
        parts = self._dimmed(parts, len(text) - len(term.meaning)) if term.remarks else parts
        names = self._filled(term.name, INDENT, "cyan")
        if parts and column and len(term.name) <= column:
            names[0] += " " * (start - INDENT - len(term.name)) + parts.pop(0)
        return [*names, *(" " * start + part for part in parts)]

    def _dimmed(self, parts: list[str], count: int) -> list[str]:
        """Paint the last `count` signs of a text that was broken into lines."""
        found: list[str] = []
        for part in reversed(parts):
            bright = part[: max(len(part) - count, 0)]
            found.insert(0, bright + self.terminal.paint(part[len(bright) :].replace(NO_BREAK, " "), "dim"))
            count = max(count - len(part) - 1, 0)
        return found

    def _examples(self, rows: Sequence[Example]) -> list[str]:
        lines: list[str] = []
        for row in rows:
            if row.about:
                lines += [""] if lines else []
                about = wrap(row.about, self.width - INDENT - len("# "))
                lines += [" " * INDENT + self.terminal.paint(f"# {part}", "dim") for part in about]
            lines += [" " * INDENT + line for line in continued(row.command, self.width - INDENT)]
        return lines


def _is_command(term: Term) -> bool:
    """Tell whether a term is a whole command; these are aligned among themselves."""
    return term.name.startswith("heygen ")


def continued(command: str, room: int) -> list[str]:
    """Return a command over several lines that can be copied as they stand.

    It is broken before flags, where each line but the last ends in ` \\`, and between the values of quoted JSON, where a
    line may end anyway.
    """
    lines: list[str] = []
    line = ""
    for part in _at_flags(command):
        if line and len(line) + len(part) + len(" \\") + 1 > room:
            lines.append(f"{line} \\")
            line = f"    {part}"
        else:
            line = f"{line} {part}" if line else part
        *whole, line = _at_values(line, room)
        lines += whole
    return [*lines, line]


def _at_values(line: str, room: int) -> list[str]:
    """Return a line in several, broken between the values of the quoted JSON in it: after commas, if need be after colons."""
    start = line.find("'{")
    lines = []
    while start >= 0 and len(line) + len(" \\") > room:
        blanks = _blanks(line, start)
        if not blanks:
            break
        fitting = [at for at in blanks if at <= room] or blanks[:1]
        place = max((at for at in fitting if line[at - 1] == ","), default=fitting[-1])
        lines.append(line[:place])
        line, start = f"      {line[place + 1 :]}", 0
    return [*lines, line]


def _blanks(text: str, start: int) -> list[int]:
    """Return where blanks stand between the values of the JSON in a text."""
    found, is_string = [], False
    for index in range(start, len(text)):
        if text[index] == '"' and text[index - 1] != "\\":
            is_string = not is_string
        elif text[index] == " " and not is_string and text[index - 1] in ",:":
            found.append(index)
    return found


def _at_flags(command: str) -> list[str]:
    parts, quote = [""], ""
    for index, sign in enumerate(command):
        if sign in "\"'" and quote in ("", sign):
            quote = "" if quote else sign
        if sign == " " and not quote and command[index + 1 : index + 2] == "-" and command[index + 2 : index + 3] not in ("", " "):
            parts.append("")
        else:
            parts[-1] += sign
    return parts
