"""`heygen config set`: keep a setting in the settings file."""

from __future__ import annotations

from heygen.cli.command import Argument, Command
from heygen.config.settings import key_named
from heygen.core.errors import ExitCode, usage_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.calls.invocation import Invocation

COMMAND = Command(
    description="Write a setting to the settings file. The rest of the file, comments included, is left unchanged.",
    arguments=(
        Argument(name="key", description="Setting to change; heygen config list shows all."),
        Argument(name="value", description="New value."),
    ),
    examples=(
        {"about": "Show tables instead of JSON by default", "command": "heygen config set output human"},
        {"about": "Send no usage analytics", "command": "heygen config set analytics false"},
    ),
)


def run(invocation: Invocation) -> int:
    """Check the value, write it, and print what was written."""
    from heygen.config import file as config_file

    key, value = key_named(invocation.given["key"]), invocation.given["value"]
    problem = key.problem(value, invocation.context)
    if problem:
        raise usage_error(f"{key.name} {problem}", param="value")
    config_file.store(invocation.context, key.name, key.typed(value))
    result = {"key": key.name, "value": value}
    overriding = key.from_env(invocation.context)
    if overriding:
        result["note"] = f"{overriding[1]} is set and takes precedence"
    invocation.output.result(result)
    return ExitCode.OK
