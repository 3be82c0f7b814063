"""What a page of help is made of; the terminal and the reference each show it in their own way."""

from __future__ import annotations

from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    # A text is a paragraph.
    Block = Union[str, "Usage", "Section", "Terms", "Examples", "Lines"]


class Usage(Record):
    """The line that shows how something is called."""

    line: str


class Section(Record):
    """A heading; what follows belongs to it until the next one."""

    title: str
    is_tight: bool = False  # without a blank line above


class Lines(Record):
    """Sentences that each begin a line."""

    rows: tuple[str, ...]


class Term(Record):
    """A flag, an argument, a command or a variable, with what it means and short remarks (`Default: 10.`)."""

    name: str
    meaning: str
    remarks: tuple[str, ...] = ()


class Terms(Record):
    """Terms in their order."""

    rows: tuple[Term, ...]


class Example(Record):
    """A command to try, and what it does."""

    command: str
    about: str = ""


class Examples(Record):
    """Commands in their order."""

    rows: tuple[Example, ...]


def terms(*rows: tuple[str, str]) -> Terms:
    """Return terms without remarks."""
    return Terms(rows=tuple(Term(name=name, meaning=meaning) for name, meaning in rows))


def examples(*commands: str) -> Examples:
    """Return commands that speak for themselves."""
    return Examples(rows=tuple(Example(command=command) for command in commands))
