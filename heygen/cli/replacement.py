"""What to type in place of a command that is deprecated."""

from __future__ import annotations

from heygen.cli import tree
from heygen.cli.command import GLOBAL
from heygen.cli.parser import CommandLine, read
from heygen.core.errors import HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.cli.command import Command


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
    carried = _carried(line, command)
    try:
        read(carried.argv(), found := CommandLine())
    except HeygenError:
        return f"{command.path} --help"
    return f"{command.path} --help" if found.missing else carried.typed()


def _carried(line: CommandLine, command: Command) -> CommandLine:
    """Return the command line of another command with the arguments and flags that both have."""
    carried = CommandLine()
    carried.words, carried.command = command.words, command
    named = {flag.name: flag for flag in command.flags}
    carried.positionals = [str(line.given[each.key]) for each in command.arguments if each.key in line.given]
    carried.flags = [
        (flag, text) for flag, text in line.flags if flag.section == GLOBAL or (flag.name in named and named[flag.name].key == flag.key)
    ]
    return carried
