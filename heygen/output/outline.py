"""One object as labels and values, the values aligned at every depth, what is nested in it indented below its label.

Fields without a value are left out, and those that people look for first come first.
"""

from __future__ import annotations

import json

from heygen.output import cells, values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, Mapping, Sequence

    from heygen.output.terminal import Terminal

INDENT = 2
GAP = 2
WIDEST_LABEL = 24
# Where less is left beside the labels, values stand below them.
NARROWEST_VALUE = 16
# Nobody reads deeper than this: from here on an object is shown as JSON.
DEEPEST = 8
_FIRST = (
    "id name title type status failure_code failure_message error progress video_url captioned_video_url audio_url url duration"
).split()


def outline(
    fields: Mapping[str, Any], terminal: Terminal, indent: int = 0, depth: int = 0, column: int | None = None
) -> list[str]:
    """Return the lines of an object, those that say what it is first."""
    return lines([(name, values.label(name), fields[name]) for name in _ordered(fields)], terminal, indent, depth, column)


def _ordered(fields: Mapping[str, Any]) -> list[str]:
    """Return the names of fields, what is nested last."""
    first = _FIRST if "id" in fields else [next((name for name in fields if name.endswith("_id")), "id"), *_FIRST]
    return sorted(fields, key=lambda name: (_is_nested(fields[name]), first.index(name) if name in first else len(first)))


def lines(
    fields: Sequence[tuple[str, str, Any]], terminal: Terminal, indent: int = 0, depth: int = 0, column: int | None = None
) -> list[str]:
    """Return the lines of fields, each a name, a label and a value, in their order.

    `column` is where values stand; without it, as near to the widest of the labels as there is room for.
    """
    fields = [field for field in fields if values.kind(field[0], field[2]) != values.NOTHING]
    if not fields:
        return [" " * indent + terminal.paint("(none)", "dim")]
    if column is None:
        widest = min(WIDEST_LABEL, terminal.width // 2 if terminal.is_terminal else WIDEST_LABEL)
        column = max((width for width in _label_ends(fields, indent, depth) if width <= widest), default=widest) + GAP
    found: list[str] = []
    for name, label, value in fields:
        head = " " * indent + terminal.paint(label, "bold")
        if _is_nested(value) and depth < DEEPEST:
            found.append(head)
            found.extend(_nested(value, terminal, indent + INDENT, depth + 1, column))
            continue
        if _is_nested(value):
            value = json.dumps(value, ensure_ascii=False)
        if isinstance(value, str) and "\n" in value.strip("\n"):
            found.append(head)
            found.extend(_block(value, terminal, indent + INDENT))
            continue
        end = indent + cells.width(label)
        start = max(column, end + GAP)
        if _belongs_below(name, value, terminal, start, indent + INDENT, start > column):
            start = indent + INDENT
            found.append(head)
            head, end = "", 0
        for part in _value(name, value, terminal, _room(terminal, start)):
            found.append(head + " " * (start - end) + part)
            head, end = "", 0
    return found


def _label_ends(fields: Sequence[tuple[str, str, Any]], indent: int, depth: int) -> Iterator[int]:
    """Yield the cells up to the end of each label with a value beside it, at every depth."""
    for name, label, value in fields:
        if not _is_nested(value) or depth >= DEEPEST:
            yield indent + cells.width(label)
            continue
        # The items of a list stand behind a dash, which takes as much as an indent.
        inner = indent + (INDENT if isinstance(value, dict) else 2 * INDENT)
        for each in [value] if isinstance(value, dict) else value:
            if isinstance(each, dict):
                shown = [(name, values.label(name), each[name]) for name in each if values.kind(name, each[name]) != values.NOTHING]
                yield from _label_ends(shown, inner, depth + 1)


def _is_nested(value: Any) -> bool:
    if isinstance(value, list):
        return any(isinstance(item, (dict, list)) and item for item in value)
    return isinstance(value, dict) and bool(value)


def _room(terminal: Terminal, start: int) -> int:
    """Return the cells from a column to the right edge; without a terminal there is no edge, and nothing is broken or cut."""
    return max(terminal.width - start, 1) if terminal.is_terminal else 1 << 30


def _belongs_below(name: str, value: Any, terminal: Terminal, beside: int, below: int, is_pushed: bool) -> bool:
    """Tell whether a value has its place below its label: where it is never cut and fits there alone, or has no room.

    `is_pushed` tells that the label is so long that the value would not stand with the others.
    """
    room = _room(terminal, beside)
    if room < NARROWEST_VALUE:
        return True
    kind = values.kind(name, value)
    if kind == values.URL and terminal.has_links:
        return False
    width = cells.width(one_line(name, value, terminal))
    return width > room if is_pushed else kind in values.WHOLE and room < width <= _room(terminal, below)


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
    found: list[str] = []
    for each in value if kind == values.LIST else [value]:
        text = one_line(name, each, terminal)
        if values.kind(name, each) == values.URL:
            found.append(terminal.link(text, room))
            continue
        parts = [text] if values.kind(name, each) in values.WHOLE else cells.wrap(text, room)
        found += (terminal.paint(part, *values.styles(name, value)) for part in parts)
    return found


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


def _nested(value: Any, terminal: Terminal, indent: int, depth: int, column: int) -> list[str]:
    if isinstance(value, dict):
        return outline(value, terminal, indent, depth, column)
    return items(value, terminal, indent, depth, column)


def items(
    entries: Sequence[Any], terminal: Terminal, indent: int = 0, depth: int = 0, column: int | None = None
) -> list[str]:
    """Return the lines of a list, `- ` before each of its items."""
    found: list[str] = []
    dash = terminal.symbol("item")
    for entry in entries:
        if isinstance(entry, dict) and entry and depth < DEEPEST:
            first, *rest = outline(entry, terminal, indent + INDENT, depth + 1, column)
            found.append(" " * indent + dash + first[indent + INDENT :])
            found.extend(rest)
        else:
            first, *rest = cells.wrap(one_line("", entry, terminal), _room(terminal, indent + INDENT))
            found.append(" " * indent + dash + first)
            found.extend(" " * (indent + INDENT) + part for part in rest)
    return found
