"""`heygen config path`: say where the settings file is."""

from __future__ import annotations

from heygen.cli.command import Command
from heygen.config.file import FILE
from heygen.core import storage
from heygen.core.errors import ExitCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.calls.invocation import Invocation

COMMAND = Command(
    description="Show the path of the settings file, whether or not it exists yet.",
    examples=({"about": "Edit the settings by hand", "command": 'vi "$(heygen config path --get path)"'},),
)


def run(invocation: Invocation) -> int:
    """Print the path."""
    invocation.output.result({"path": storage.writable_path(invocation.context, FILE)})
    return ExitCode.OK
