"""`heygen completion`: prints the script that completes heygen's command lines in a shell."""

from __future__ import annotations

from heygen.cli.command import Argument, Command
from heygen.core.errors import ExitCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.calls.invocation import Invocation

SHELLS = ("bash", "zsh", "fish", "powershell")

COMMAND = Command(
    description=(
        "Print a script that completes commands, flags, values and file names. It does not call heygen while you type, so "
        "print it again after an update. The examples show where each shell looks for it; new shells then use it."
    ),
    arguments=(Argument(name="shell", description="The shell to complete in.", choices=SHELLS),),
    examples=(
        {
            "about": "bash, with the package bash-completion",
            "command": "heygen completion bash > ~/.local/share/bash-completion/completions/heygen",
        },
        {
            "about": "bash without it: this line in ~/.bashrc",
            "command": 'eval "$(heygen completion bash)"',
        },
        {
            "about": "zsh: a folder of $fpath, which ~/.zshrc names before it calls compinit",
            "command": "heygen completion zsh > ~/.zfunc/_heygen",
        },
        {
            "about": "fish",
            "command": "heygen completion fish > ~/.config/fish/completions/heygen.fish",
        },
        {
            "about": "PowerShell: this line in the file that $PROFILE names",
            "command": "heygen completion powershell | Out-String | Invoke-Expression",
        },
    ),
)


def run(invocation: Invocation) -> int:
    """Print the script as it is, whatever the output format: a shell reads it."""
    from importlib import import_module

    script = import_module(f"heygen.cli.completion.{invocation.given['shell']}").script()
    invocation.context.stdout.write(script)
    invocation.context.stdout.flush()
    return ExitCode.OK
