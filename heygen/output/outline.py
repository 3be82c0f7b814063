"""One object as aligned labels and values, what is nested in it indented below its label."""

from __future__ import annotations

import json

from heygen.output import cells, values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping, Sequence

    from heygen.output.terminal import Terminal

INDENT = 2
GAP = 2
WIDEST_LABEL = 24
# Where less is left beside the labels, values stand below them.
NARROWEST_VALUE = 16
# Nobody reads deeper than this: from here on an object is shown as JSON.
DEEPEST = 8
_FIRST = ("id", "name", "title", "status")


def outline(fields: Mapping[str, Any], terminal: Terminal, indent: int = 0, depth: int = 0) -> list[str]:
    """Return the lines of an object, those that say what it is first."""
    return lines([(name, values.label(name), fields[name]) for name in sorted(fields, key=_rank)], terminal, indent, depth)


def _rank(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def lines(
    fields: Sequence[tuple[str, str, Any]], terminal: Terminal, indent: int = 0, depth: int = 0
) -> list[str]:
    """Return the lines of fields, each a name, a label and a value, in their order."""
    if not fields:
        return [" " * indent + terminal.paint("(none)", "dim")]
    column = max([cells.width(label) for _, label, value in fields if not _is_nested(value)], default=0)
    column = min(column, WIDEST_LABEL, terminal.width // 2 if terminal.is_terminal else WIDEST_LABEL)
    found: list[str] = []
    for name, label, value in fields:
        head = " " * indent + terminal.paint(label, "bold")
        if _is_nested(value) and depth < DEEPEST:
            found.append(head)
            found.extend(_nested(value, terminal, indent + INDENT, depth + 1))
            continue
        if _is_nested(value):
            value = json.dumps(value, ensure_ascii=False)
        if isinstance(value, str) and "\n" in value.strip("\n"):
            found.append(head)
            found.extend(_block(value, terminal, indent + INDENT))
            continue
        start = indent + max(column, cells.width(label)) + GAP
        if _room(terminal, start) < NARROWEST_VALUE or _fits_below_alone(name, value, terminal, start, indent + INDENT):
            start = indent + INDENT
            found.append(head)
            head = ""
        for part in _value(name, value, terminal, _room(terminal, start)):
            found.append(head + " " * (start - (indent + cells.width(label) if head else 0)) + part)
            head = ""
    return found


def _is_nested(value: Any) -> bool:
    if isinstance(value, list):
        return any(isinstance(item, (dict, list)) and item for item in value)
    return isinstance(value, dict) and bool(value)


def _room(terminal: Terminal, start: int) -> int:
    """Return the cells from a column to the right edge; without a terminal there is no edge, and nothing is broken or cut."""
    return max(terminal.width - start, 1) if terminal.is_terminal else 1 << 30


def _fits_below_alone(name: str, value: Any, terminal: Terminal, beside: int, below: int) -> bool:
    """Tell whether a value that is never cut fits on the line below its label, but not beside the label."""
    if values.kind(name, value) not in values.WHOLE:
        return False
    return _room(terminal, beside) < cells.width(values.text(name, value, terminal)) <= _room(terminal, below)


def _value(name: str, value: Any, terminal: Terminal, room: int) -> list[str]:
    """Return the lines of a value that is not nested."""
    kind = values.kind(name, value)
    if kind == values.NOTHING:
        return [terminal.paint("(none)", "dim")]
    if kind == values.TIME:
        moment = values.local(value, terminal.context)
        if moment:
            distance = f" ({values.ago(value, terminal.context)})"
            text = " ".join(moment)
            return [text + (terminal.paint(distance, "dim") if len(text) + len(distance) <= room else "")]
    entries = value if kind == values.LIST else [value]
    text = ", ".join(one_line(name, each, terminal) for each in entries)
    parts = [text] if kind in values.WHOLE else cells.wrap(text, room)
    return [terminal.paint(part, *values.styles(name, value)) for part in parts]


def one_line(name: str, value: Any, terminal: Terminal) -> str:
    """Return any value on one line, fit to be shown."""
    if isinstance(value, (dict, list)) and value:
        return cells.escape(json.dumps(value, ensure_ascii=False))
    return values.text(name, value, terminal)


def _block(text: str, terminal: Terminal, indent: int) -> list[str]:
    """Return a text of several lines, each behind a gutter, so that none can pass for a field."""
    gutter = " " * indent + terminal.paint(terminal.symbol("gutter"), "dim")
    room = _room(terminal, indent + cells.width(terminal.symbol("gutter")))
    # A \r that is left of a line end would be shown as an escape.
    whole = text.strip("\n").replace("\r\n", "\n")
    return [(gutter + part).rstrip() for line in whole.split("\n") for part in cells.wrap(cells.escape(line), room)]


def _nested(value: Any, terminal: Terminal, indent: int, depth: int) -> list[str]:
    if isinstance(value, dict):
        return outline(value, terminal, indent, depth)
    return items(value, terminal, indent, depth)


def items(entries: Sequence[Any], terminal: Terminal, indent: int = 0, depth: int = 0) -> list[str]:
    """Return the lines of a list, `- ` before each of its items."""
    found: list[str] = []
    dash = terminal.symbol("item")
    for entry in entries:
        if isinstance(entry, dict) and entry and depth < DEEPEST:
            first, *rest = outline(entry, terminal, indent + INDENT, depth + 1)
            found.append(" " * indent + dash + first[indent + INDENT :])
            found.extend(rest)
        else:
            first, *rest = cells.wrap(one_line("", entry, terminal), _room(terminal, indent + INDENT))
            found.append(" " * indent + dash + first)
            found.extend(" " * (indent + INDENT) + part for part in rest)
    return found
