"""Lists as tables: which columns there are, and which give way where the terminal is too narrow for all."""

from __future__ import annotations

from heygen.api import path as paths
from heygen.output import cells, values
from heygen.output.outline import lines, one_line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping, Sequence

    from heygen.output.terminal import Terminal

GAP = 2
# A text is cut to no less than this before a whole column goes; what tells rows apart keeps more, and a word all of it.
NARROWEST_TEXT = 10
NARROWEST_TITLE = 20
LONGEST_WORD = 20
# A list without columns of its own shows no more than this many fields, found in so many rows.
MOST_COLUMNS = 6
ROWS_READ = 20
# Where fewer columns than these would fit, each row is a block of its own.
LEAST_COLUMNS = 3

_TITLES = ("title", "name")


class Column:
    """A column: its header, the path of its field, and the values of all rows."""

    def __init__(self, header: str, path: str, rows: Sequence[Any]) -> None:
        self.header = header
        self.path = path
        self.name = path.rpartition(".")[2]
        self.values = [paths.value_at(row, path) for row in rows]
        kinds = {values.kind(self.name, value) for value in self.values} - {values.NOTHING}
        self.kind = kinds.pop() if len(kinds) == 1 else values.TEXT if kinds else values.NOTHING
        self.is_whole = bool(kinds & set(values.WHOLE)) or self.kind in values.WHOLE
        self.is_title = self.name in _TITLES
        self.cells: list[str] = []
        self.width = 0
        self.gap = GAP  # before the next column
        self.least = NARROWEST_TEXT

    @property
    def is_numeric(self) -> bool:
        """Whether its values stand at its right edge."""
        return self.kind in values.NUMERIC

    @property
    def narrowest(self) -> int:
        """The fewest cells that it can be cut to."""
        if self.is_whole or self.kind not in (values.TEXT, values.LIST, values.OBJECT):
            return self.width
        if self.width <= LONGEST_WORD and not any(" " in cell for cell in self.cells):
            return self.width
        return min(self.width, max(self.least, cells.width(self.header)))

    def fill(self, terminal: Terminal) -> None:
        """Make the cells: times in the local zone, and at a terminal how long ago they were."""
        zones = {moment[1] for value in self._times() for moment in [values.local(value, terminal.context)] if moment}
        is_dated = not terminal.is_terminal
        self.cells = [self._cell(value, terminal, is_dated, len(zones) > 1) for value in self.values]
        self.title = f"{self.header} ({zones.pop()})" if is_dated and len(zones) == 1 else self.header
        self.width = max([cells.width(self.title), *map(cells.width, self.cells)])

    def _times(self) -> list[Any]:
        return [value for value in self.values if values.kind(self.name, value) == values.TIME]

    def _cell(self, value: Any, terminal: Terminal, is_dated: bool, with_zone: bool) -> str:
        if isinstance(value, list) and value and not any(isinstance(item, (dict, list)) for item in value):
            return ", ".join(values.text(self.name, item, terminal) for item in value)
        moment = values.local(value, terminal.context) if values.kind(self.name, value) == values.TIME else None
        if moment and not is_dated:
            return values.ago(value, terminal.context)
        return one_line(self.name, value, terminal) + (f" {moment[1]}" if moment and with_zone else "")


def table(rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str] | None, terminal: Terminal) -> list[str] | None:
    """Return the lines of a table; None where the rows have no field that could be a column."""
    found = [Column(header, path, rows) for header, path in (columns or {}).items()]
    if all(column.kind == values.NOTHING for column in found):
        found = _chosen(rows)
    if not found:
        return None
    for column in found:
        column.fill(terminal)
    if not terminal.is_terminal:
        return _draw(found, terminal)
    found = [column for column in found if column.kind != values.NOTHING] or found
    for least in (NARROWEST_TITLE, NARROWEST_TEXT):
        for column in found:
            column.least = least if column.is_title else NARROWEST_TEXT
        fitting = _fitting(found, terminal.width)
        if len(fitting) >= min(LEAST_COLUMNS, len(found)):
            break
    else:
        return _blocks(found, len(rows), terminal)
    _shrink(fitting, terminal.width)
    left_out = [column.header for column in found if column not in fitting]
    return _draw(fitting, terminal) + _footnote(left_out, terminal)


def _chosen(rows: Sequence[Mapping[str, Any]]) -> list[Column]:
    """Return columns for the fields of the first rows, the most telling first; URLs only where there is nothing else."""
    names = list(dict.fromkeys(name for row in rows[:ROWS_READ] for name in row))
    # Of what went wrong, the message.
    every = [Column(values.label(name), paths.render([name, "message"] if name == "error" else [name]), rows) for name in names]
    every = [column for column in every if column.kind not in (values.OBJECT, values.NOTHING) and not _holds_objects(column)]
    every.sort(key=_importance)
    return [column for column in every if column.kind != values.URL][:MOST_COLUMNS] or every[:MOST_COLUMNS]


def _holds_objects(column: Column) -> bool:
    return any(isinstance(item, (dict, list)) for value in column.values if isinstance(value, list) for item in value)


def _importance(column: Column) -> int:
    name = column.name
    if name == "item_index":
        return 0
    if name == "id" or column.kind == values.ID and name.endswith("_id"):
        return 0 if name == "id" else 1
    if column.is_title:
        return 2
    if column.kind == values.STATUS:
        return 3
    if name == "type" or name.endswith("_type"):
        return 4
    return 5 if column.kind == values.TIME else 6


def _total(columns: Sequence[Column]) -> int:
    return sum(column.width + column.gap for column in columns) - columns[-1].gap


def _fitting(columns: Sequence[Column], room: int) -> list[Column]:
    """Return the columns that fit at their narrowest: the first, the title and states are kept longest, the last go first."""
    by_importance = sorted(
        columns, key=lambda column: column is not columns[0] and not column.is_title and column.kind != values.STATUS
    )
    kept: list[Column] = []
    for column in by_importance:
        if sum(each.narrowest + GAP for each in (*kept, column)) - GAP > room:
            break
        kept.append(column)
    return [column for column in columns if column in kept]


def _shrink(columns: Sequence[Column], room: int) -> None:
    """Take cells away until all columns fit: from the gaps where that is enough, else from what tells rows apart last."""
    excess = _total(columns) - room
    if 0 < excess < len(columns):
        for column in columns[:excess]:
            column.gap -= 1
        return
    for column in sorted(reversed(columns), key=lambda column: column.is_title):
        excess = _total(columns) - room
        if excess <= 0:
            return
        column.width = max(column.narrowest, column.width - excess)


def _draw(columns: Sequence[Column], terminal: Terminal) -> list[str]:
    found = [_line(columns, [(column.title, ("bold",)) for column in columns], terminal)]
    for index in range(len(columns[0].values)):
        row = [(column.cells[index], values.styles(column.name, column.values[index])) for column in columns]
        found.append(_line(columns, row, terminal))
    return found


def _line(columns: Sequence[Column], row: Sequence[tuple[str, tuple[str, ...]]], terminal: Terminal) -> str:
    line, blanks = "", 0
    for column, (text, styles) in zip(columns, row):
        part = cells.cut(text, column.width, terminal.symbol("more"))
        before = column.width - cells.width(part)
        line += " " * (blanks + (before if column.is_numeric else 0)) + terminal.paint(part, *styles)
        blanks = column.gap + (0 if column.is_numeric else before)
    return line


def _footnote(left_out: Sequence[str], terminal: Terminal) -> list[str]:
    if not left_out:
        return []
    text = f"Not shown at this width: {', '.join(left_out)}"
    return ["", *(terminal.paint(part, "dim") for part in cells.wrap(text, terminal.width))]


def _blocks(columns: Sequence[Column], count: int, terminal: Terminal) -> list[str]:
    """Return each row as a block of its own."""
    found: list[str] = []
    for index in range(count):
        fields = [(column.name, column.header, column.values[index]) for column in columns]
        found.extend(([""] if index else []) + lines(fields, terminal))
    return found
