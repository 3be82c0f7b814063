"""`heygen config list`: show all settings and where each comes from."""

from __future__ import annotations

from heygen.commands.config_get import document
from heygen.config import KEYS
from heygen.errors import ExitCode
from heygen.tree import Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.invocation import Invocation

COMMAND = Command(
    words=("config", "list"),
    summary="Show all settings",
    description="Show every setting with its value and its source: env, file or default.",
    runner="heygen.commands.config_list:run",
    examples=(
        {"about": "Show all settings", "command": "heygen config list --human"},
        {"about": "Print only the names", "command": "heygen config list --get [].key"},
    ),
)
_COLUMNS = {"Key": "key", "Value": "value", "Source": "source"}


def run(invocation: Invocation) -> int:
    """Print the settings as a list."""
    settings = [document(invocation.settings.lookup(name)) for name in KEYS]
    wrong = any("problem" in each for each in settings)
    invocation.output.result(settings, {**_COLUMNS, "Problem": "problem"} if wrong else _COLUMNS)
    return ExitCode.OK
