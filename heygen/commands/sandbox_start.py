"""`heygen sandbox start`: serves the simulated API until it is interrupted."""

from __future__ import annotations

import os

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
        "Serves a simulated HeyGen API on this machine's loopback interface, and prints its address and the variables "
        "that point heygen at it. Open the address in a browser to see what has been created, and each request as it "
        "comes. Press Ctrl-C to stop it. On a terminal, or with --human, requests are logged on stderr."
    ),
    flags=(
        Flag(
            name="port",
            type="integer",
            minimum=0,
            maximum=65_535,
            description="The port to listen on. By default, any free one.",
        ),
        Flag(name="env", type="boolean", description="Print shell lines to eval instead of JSON."),
        Flag(
            name="ready-file",
            value_name="<file>",
            description="Write the URL to this file once the sandbox listens, and remove it at the end.",
        ),
        *sandbox_options.FLAGS,
    ),
    details=sandbox_options.fault_grammar,
    examples=(
        {"about": "Serve on a fixed port, with jobs that take ten seconds", "command": "heygen sandbox start --port 8080 --job-seconds 10"},
        {"about": "Start it in a CI job, and go on once it listens", "command": "heygen sandbox start --ready-file ready.txt"},
        {"about": "Keep what is created from one run to the next", "command": "heygen sandbox start --state sandbox.json"},
    ),
)


def run(invocation: Invocation) -> int:
    """Serve until a signal ends it."""
    import threading

    context = invocation.context
    is_logged = invocation.output.is_human or _is_for_people(invocation)
    with sandbox_options.start(context, invocation.given, _Log(context) if is_logged else None) as server:
        ready = invocation.given.get("ready_file")
        try:
            _announce(invocation, sandbox_options.variables(context.environ, server), server.url)
            if ready:
                _write_whole(ready, f"{server.url}\n")
            never = threading.Event()
            while not never.wait(0.2):  # a signal that comes just before a wait begins is seen only when that wait ends
                pass
        except KeyboardInterrupt:
            pass  # how a server is meant to end
        finally:
            if ready:
                _remove(ready, f"{server.url}\n")
        sandbox_options.tell_idle_faults(invocation, server)
    return ExitCode.OK


def _is_for_people(invocation: Invocation) -> bool:
    """Tell whether somebody at a terminal reads what is printed, and not a program or a shell."""
    given = invocation.given.get("env") or invocation.settings.options.get("get")
    return invocation.context.stdout.is_terminal and not given


def _announce(invocation: Invocation, variables: dict[str, str], url: str) -> None:
    """Print where the sandbox listens, and what points others at it."""
    from shlex import quote

    lines = [f"export {name}={quote(value)}\n" for name, value in variables.items()]
    if _is_for_people(invocation):
        lines = [
            f"The sandbox listens. Its page, with all that is made: {url}/\n\n",
            "To use it, paste into another terminal:\n\n",
            *(f"  {line}" for line in lines),
            "\nCtrl-C stops it.\n",
        ]
    elif not invocation.given.get("env"):
        invocation.output.result({"url": url, "env": variables})
        return
    stdout = invocation.context.stdout
    stdout.write("".join(lines))
    stdout.flush()


def _write_whole(path: str, text: str) -> None:
    """Write a file that others wait for: it is not there, or there with all of its content."""
    temporary = f"{path}.{os.urandom(8).hex()}.tmp"
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "w", encoding="utf-8") as stream:
            stream.write(text)
        os.replace(temporary, path)
    except OSError as error:
        if os.path.exists(temporary):
            os.remove(temporary)
        raise HeygenError("cli_file_io_error", f"cannot write {path}: {error.strerror or error}") from error


def _remove(path: str, text: str) -> None:
    """Remove a file that still has the content that was written."""
    from heygen.core.regular_file import open_regular

    try:
        with open(open_regular(path, os.O_RDONLY), encoding="utf-8", errors="replace") as stream:
            is_ours = stream.read(len(text) + 1) == text
        if is_ours:
            os.remove(path)
    except OSError:
        pass  # somebody has taken it away


class _Log:
    """Writes a line for each request, for people: `14:32:07 200 GET /v3/videos 3 ms 1.2 kB`."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def __call__(self, entry: dict[str, Any]) -> None:
        import time

        from heygen.output.values import size

        query = "&".join(f"{name}={value}" for name, value in entry["query"])
        target = entry["path"] + (f"?{query}" if query else "")
        printable = "".join(sign if sign.isprintable() else "?" for sign in target)
        at = time.strftime("%H:%M:%S", self.context.local_time(self.context.now()))
        spent = f"{entry['seconds'] * 1000:.0f} ms"
        line = f"{at} {entry['status'] or 'cut'} {entry['method']} {printable} {spent} {size(entry['size'] or 0)}\n"
        try:
            self.context.stderr.write(line)
            self.context.stderr.flush()
        except (OSError, HeygenError):
            pass  # nobody reads the log; the requests are served all the same
