"""What to type in place of a command that is deprecated."""

from __future__ import annotations

from heygen.cli import tree
from heygen.cli.line import CommandLine
from heygen.cli.parser import read
from heygen.core.errors import HeygenError


def replacement(line: CommandLine) -> str | None:
    """Return the command line to use instead of a deprecated one, or None where there is none.

    It has the values that the user gave, as far as the new command takes them; where it needs others as well, its help
    is what to read.
    """
    if line.moved_from:
        return line.typed()
    command = tree.command(line.command.replaced_by) if line.command.replaced_by else None
    if command is None:
        return None
    carried = line.carried_to(command, [str(line.given[each.key]) for each in command.arguments if each.key in line.given])
    try:
        read(carried.argv(), found := CommandLine())
    except HeygenError:
        return f"{command.path} --help"
    return f"{command.path} --help" if found.missing else carried.typed()
