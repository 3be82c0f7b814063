"""`heygen config get`: show one setting."""

from __future__ import annotations

from heygen.cli.command import Argument, Command
from heygen.config.settings import key_named
from heygen.core.errors import ExitCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.calls.invocation import Invocation
    from heygen.config.settings import Setting

COMMAND = Command(
    description="Show the value of a setting in effect, and where it comes from: env, file or default.",
    arguments=(Argument(name="key", description="Setting to show; heygen config list shows all."),),
    examples=({"about": "Print the output format in effect", "command": "heygen config get output --get value"},),
)


def run(invocation: Invocation) -> int:
    """Print the setting."""
    invocation.output.result(document(invocation.settings.lookup(key_named(invocation.given["key"]).name)))
    return ExitCode.OK


def document(setting: Setting) -> dict[str, Any]:
    """Return a setting as it is printed; a value that is wrong says why."""
    found = {"key": setting.key.name, "value": setting.value, "source": setting.source}
    return {**found, "problem": setting.problem} if setting.problem else found
