"""`heygen commands`: prints the commands as data, or as text for a context window."""

from __future__ import annotations

from heygen.cli import catalog
from heygen.cli.command import OUTPUT, Argument, Command, Flag
from heygen.core.errors import ExitCode, usage_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.calls.invocation import Invocation

COMMAND = Command(
    description=(
        "Prints every command, or those of a group, as JSON: its arguments, its flags with their types and values, "
        "whether it waits, deletes or may be repeated, and what it returns. No key needed."
    ),
    arguments=(
        Argument(
            name="group",
            description="Words that commands begin with, such as video, or video batches.",
            is_required=False,
            is_repeated=True,
        ),
    ),
    flags=(
        Flag(
            name="text",
            type="boolean",
            section=OUTPUT,
            description="Print one line for each command instead: all of them in less than 6 kB.",
        ),
    ),
    examples=(
        {"about": "Give an agent every command at once", "command": "heygen commands --text"},
        {"about": "See all about the commands of a group", "command": "heygen commands video"},
        {"about": "List the flags of a command", "command": "heygen commands video create --get 'commands[0].flags[].name'"},
    ),
)


def run(invocation: Invocation) -> int:
    """Print the catalogue, or the part of it that the words name."""
    words = invocation.given.get("group") or []
    try:
        document = catalog.catalog(words)
    except KeyError:
        document = {}
    if not document.get("commands"):
        raise usage_error(f'no command begins with "{" ".join(words)}"', param="<group>", hint="See: heygen commands --text")
    if invocation.given.get("text"):
        invocation.context.stdout.write(catalog.text(words))
        invocation.context.stdout.flush()
    else:
        invocation.output.result(document)
    return ExitCode.OK
