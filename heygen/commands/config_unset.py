"""`heygen config unset`: go back to a setting's default."""

from __future__ import annotations

from heygen.cli.command import Argument, Command
from heygen.commands.config_get import document
from heygen.config.settings import Settings, key_named
from heygen.core.errors import ExitCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.calls.invocation import Invocation

COMMAND = Command(
    description="Remove a setting from the settings file, and show the value now in effect.",
    arguments=(Argument(name="key", description="Setting to remove; heygen config list shows all."),),
    examples=({"about": "Print JSON by default again", "command": "heygen config unset output"},),
)


def run(invocation: Invocation) -> int:
    """Remove the key from the file, and print the setting as it is without it."""
    from heygen.config import file as config_file

    key = key_named(invocation.given["key"])
    config_file.drop(invocation.context, key.name)
    invocation.output.result(document(Settings(invocation.context, {}).lookup(key.name)))
    return ExitCode.OK
