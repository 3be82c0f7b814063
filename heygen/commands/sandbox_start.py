"""`heygen sandbox start`: serves the simulated API until it is interrupted."""

from __future__ import annotations

from heygen.cli.command import Command, Flag
from heygen.commands import sandbox_options
from heygen.core.errors import ExitCode, HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.calls.invocation import Invocation
    from heygen.core.context import Context

COMMAND = Command(
    description=(
        "Serves a simulated HeyGen API on this machine's loopback, and prints where it listens and which variables "
        "point heygen at it. Its first page shows what has been created. It ends with Ctrl-C."
    ),
    flags=(
        Flag(
            name="port",
            type="integer",
            minimum=0,
            maximum=65_535,
            description="The port to listen on; a free one without it.",
        ),
        Flag(name="env", type="boolean", description="Print shell lines to eval instead of JSON."),
        *sandbox_options.FLAGS,
    ),
    examples=(
        {"about": "Serve on a fixed port, with jobs that take ten seconds", "command": "heygen sandbox start --port 8080 --job-seconds 10"},
        {"about": "Keep what is created from one run to the next", "command": "heygen sandbox start --state sandbox.json"},
    ),
)


def run(invocation: Invocation) -> int:
    """Serve until a signal ends it."""
    import threading

    context = invocation.context
    log = _Log(context) if invocation.output.is_human else None
    with sandbox_options.start(context, invocation.given, log) as server:
        try:
            _announce(invocation, sandbox_options.variables(context.environ, server), server.url)
            threading.Event().wait()
        except KeyboardInterrupt:
            pass  # how a server is meant to end
    return ExitCode.OK


def _announce(invocation: Invocation, variables: dict[str, str], url: str) -> None:
    """Print where the sandbox listens, and what points others at it."""
    if not invocation.given.get("env"):
        invocation.output.result({"url": url, "env": variables})
        return
    from shlex import quote

    stdout = invocation.context.stdout
    stdout.write("".join(f"export {name}={quote(value)}\n" for name, value in variables.items()))
    stdout.flush()


class _Log:
    """Writes a line for each request, for people."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def __call__(self, entry: dict[str, Any]) -> None:
        query = "&".join(f"{name}={value}" for name, value in entry["query"])
        target = entry["path"] + (f"?{query}" if query else "")
        printable = "".join(sign if sign.isprintable() else "?" for sign in target)
        try:
            self.context.stderr.write(f"{entry['status'] or 'cut'} {entry['method']} {printable}\n")
            self.context.stderr.flush()
        except (OSError, HeygenError):
            pass  # nobody reads the log; the requests are served all the same
