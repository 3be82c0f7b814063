"""`heygen sandbox run`: rehearses a heygen command, or any program that calls heygen, against the simulated API."""

from __future__ import annotations

import os

from heygen.cli import tree
from heygen.cli.command import Argument, Command, Flag
from heygen.commands import sandbox_options
from heygen.core.errors import HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Mapping

    from heygen.calls.invocation import Invocation

COMMAND = Command(
    description=(
        "Runs a heygen command, or any program that calls heygen, against a HeyGen API simulated on this "
        "machine, and ends with its exit code. What is created lasts until the run ends, or stays in --state FILE. "
        "Your own credential and settings are neither read nor written."
    ),
    arguments=(Argument(name="command", description="The command to run, after --.", is_repeated=True),),
    flags=(
        *sandbox_options.FLAGS,
        Flag(
            name="strict-faults",
            type="boolean",
            description="Exit with 1 if a fault never struck, unless the command itself failed.",
        ),
    ),
    takes_rest=True,
    details=sandbox_options.fault_grammar,
    examples=(
        {
            "about": "See a video being made",
            "command": 'heygen sandbox run -- video-agent create --prompt "Welcome to our Q4 earnings call." --wait',
        },
        {
            "about": "See how a wait survives an API that fails now and then",
            "command": 'heygen sandbox run --fault "GET /v3/videos/* 503 p=0.5" -- video-agent create --prompt Hello --wait',
        },
        {"about": "Rehearse a whole pipeline", "command": "heygen sandbox run -- sh pipeline.sh"},
    ),
)


def run(invocation: Invocation) -> int:
    """Start a sandbox, run the command against it, and return its exit code."""
    context = invocation.context
    words = list(invocation.given["command"])
    folder = _make_folder()
    try:
        with sandbox_options.start(context, invocation.given) as server:
            inner = context.with_environ(
                {**context.environ, **sandbox_options.variables(context.environ, server, os.path.join(folder, "home"))}
            )
            argv = _own_command(words, context.environ)
            if argv is None:
                from heygen.commands.sandbox_program import run_program

                status = run_program(words, inner, folder)
            else:
                from heygen.cli import main as cli

                # The global flags that stood before the command are meant for it.
                status = cli.main(argv, inner, invocation.settings.options)
            # A command that failed has told more than a fault that did not come: its exit code counts.
            sandbox_options.tell_idle_faults(invocation, server, not status and invocation.given.get("strict_faults", False))
            return status
    finally:
        import shutil

        shutil.rmtree(folder, ignore_errors=True)


def _make_folder() -> str:
    """Return a new folder for what the command would write to ~/.heygen."""
    import tempfile

    try:
        return tempfile.mkdtemp(prefix="heygen-sandbox-")
    except OSError as error:
        raise HeygenError("cli_file_io_error", f"cannot create a temporary folder: {error.strerror}") from error


def _own_command(words: list[str], environ: Mapping[str, str]) -> list[str] | None:
    """Return the arguments of heygen itself, or None where another program is meant.

    The words of heygen win over programs of the same name; a word that is neither is taken for a mistyped
    command.
    """
    if words[0] == "heygen":
        return words[1:]
    own = {*tree.children(()), "help"}
    if words[0] in own or words[0].startswith("-"):
        return words
    import shutil

    if os.sep in words[0] or shutil.which(words[0], path=environ.get("PATH")):
        return None
    return words
