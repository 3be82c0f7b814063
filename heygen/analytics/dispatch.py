"""Whether a run is counted, and handing it to a process of its own, so that it ends as if nobody counted.

This is all that the run itself pays for: what is sent is made up by the other process.
"""

from __future__ import annotations

import os

from heygen.analytics.identity import FILE, Identity
from heygen.config.settings import Settings
from heygen.core import build, secrets, storage
from heygen.core.errors import HeygenError
from heygen.core.regular_file import open_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.core.context import Context

WORD = "--send-usage-events"
_ABOUT = "heygen sends anonymous usage analytics (commands, exit codes, versions; never their content)"
_OPT_OUT = "Turn them off with: heygen config set analytics false"
NOTICE = f"{_ABOUT}. {_OPT_OUT}"
_SLOTS = 3  # processes at once
_LONGEST_CODE = 80  # characters
_LARGEST = 4000  # bytes; what a pipe takes at once, however little of it is left to this user


def sink(context: Context) -> str:
    """Return the address that events go to, or nothing where this build names none."""
    return context.environ.get("HEYGEN_ANALYTICS_URL") or build.ANALYTICS_URL


def is_on(context: Context, settings: Settings) -> bool:
    """Tell whether events are sent: not where the settings cannot be read, since they might say no."""
    try:
        return bool(sink(context)) and settings.value("analytics") == "true"
    except HeygenError:
        return False


def report(context: Context, options: dict[str, Any], outcome: dict[str, str], status: int, seconds: float) -> None:
    """Have a run counted, after its result is out. Never raises, prints nothing but the notice.

    `options` are the global flags; `outcome` has the words of the `command`, where the command line names one, and
    the `error_code`.
    """
    try:
        _report(context, options, {**outcome, "exit_code": status, "seconds": seconds})
    except (HeygenError, OSError, ValueError, NotImplementedError, KeyboardInterrupt):
        pass  # the run has ended, and its exit code stands


def _report(context: Context, options: dict[str, Any], run: dict[str, Any]) -> None:
    settings = Settings(context, options)
    if run.get("command", "").startswith("sandbox") or not is_on(context, settings):
        return
    network = {name: os.path.abspath(value) for name, value in options.items() if name == "ca_bundle"}
    run = context.secrets.masked(run)  # a server may put anything into an error's code
    run["error_code"] = (run.get("error_code") or "")[:_LONGEST_CODE]
    _start(context, {"url": sink(context), "run": run, "options": network})
    if context.stderr.is_terminal and not Identity(context).has_seen_notice:
        _show_notice(context, settings.is_human)


def _show_notice(context: Context, is_human: bool) -> None:
    Identity(context).mark_notice_as_seen()
    if is_human:
        context.stderr.write(f"{NOTICE}\n")
        context.stderr.flush()
        return
    from heygen.output.printer import Printer

    Printer(context).notice("cli_usage_analytics", _ABOUT, hint=_OPT_OUT)


def take_slot(context: Context) -> int:
    """Return an open file that counts for one of the few processes at once, or -1 where all are taken.

    It is free again when nobody has it open any more, however its holders ended.
    """
    for number in range(_SLOTS):
        file = storage.writable_path(context, f".analytics.{number}.lock")
        storage.make_folder(os.path.dirname(file))
        descriptor = open_regular(file, os.O_RDWR | os.O_CREAT, storage.PRIVATE_FILE)
        if storage.try_lock(descriptor):
            return descriptor
        os.close(descriptor)
    return -1


def _start(context: Context, order: dict[str, Any]) -> None:
    import json

    from heygen.core import process

    message = json.dumps(order).encode()
    # What it has no use for stays here, and it works in another folder.
    environ = {name: value for name, value in context.environ.items() if name not in secrets.VARIABLES}
    environ["HEYGEN_CONFIG_DIR"] = os.path.abspath(os.path.dirname(storage.writable_path(context, FILE)))
    command = [*process.command(), WORD]
    if len(message) > _LARGEST:
        return
    if not hasattr(os, "posix_spawn"):
        from heygen.analytics import windows

        windows.start([*command, "-1"], environ, message)
        return
    slot = take_slot(context)
    if slot >= 0:
        try:
            os.set_inheritable(slot, True)
            _spawn([*command, str(slot)], environ, message)
        finally:
            os.close(slot)


def _spawn(command: list[str], environ: dict[str, str], message: bytes) -> None:
    """Start a process with the message on its stdin, without the 10 ms that importing `subprocess` takes."""
    reading, writing = os.pipe()
    try:
        if min(reading, writing) < 3:
            return  # our caller closed one of the standard streams
        os.write(writing, message)
        actions = [
            (os.POSIX_SPAWN_DUP2, reading, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ]
        os.posix_spawn(command[0], command, environ, file_actions=actions)
    finally:
        os.close(reading)
        os.close(writing)
