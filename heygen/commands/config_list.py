"""`heygen config list`: show all settings and where each comes from."""

from __future__ import annotations

from heygen.cli.command import Command
from heygen.commands.config_get import document
from heygen.config.settings import KEYS
from heygen.core.errors import ExitCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.calls.invocation import Invocation

COMMAND = Command(
    description="Show every setting with its value and where it comes from: env, file or default.",
    examples=(
        {"about": "Show all settings", "command": "heygen config list --human"},
        {"about": "Print only the names", "command": "heygen config list --get '[].key'"},
    ),
)
_COLUMNS = {"Key": "key", "Value": "value", "Source": "source"}


def run(invocation: Invocation) -> int:
    """Print the settings as a list."""
    settings = [document(invocation.settings.lookup(name)) for name in KEYS]
    notice = _analytics_notice(invocation)
    if notice:
        settings[list(KEYS).index("analytics")]["notice"] = notice
    wrong = any("problem" in each for each in settings)
    invocation.output.result(settings, {**_COLUMNS, "Problem": "problem"} if wrong else _COLUMNS)
    if notice and invocation.output.is_human:
        invocation.output.notice("analytics", notice)
    return ExitCode.OK


def _analytics_notice(invocation: Invocation) -> str | None:
    """Return what is sent, where anything is: without a terminal, this is where one learns of it."""
    from heygen.analytics import dispatch

    return dispatch.NOTICE if dispatch.is_on(invocation.context, invocation.settings) else None
