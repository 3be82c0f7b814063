"""From argv to an exit code: parses, runs the command, and prints whatever went wrong. Nothing else prints errors."""

from __future__ import annotations

from heygen.cli.parser import CommandLine, read
from heygen.cli.registry import COMMANDS
from heygen.core import build
from heygen.core.errors import ExitCode, HeygenError
from heygen.core.receipt import Receipt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

    from heygen.config.settings import Settings
    from heygen.core.context import Context
    from heygen.output.printer import Printer


def main(argv: Sequence[str], context: Context, options: dict[str, Any] | None = None) -> int:
    """Run one command line (without the program's name) and return its exit code; `options` are global flags set before."""
    line = CommandLine(options)
    receipt = Receipt()
    outcome: dict[str, str] = {}
    began = context.monotonic()
    status = _guarded(argv, line, context, receipt, outcome)
    if outcome and (build.ANALYTICS_URL or context.is_set("HEYGEN_ANALYTICS_URL")):
        from heygen.analytics import dispatch

        dispatch.report(context, line.options, outcome, status, context.monotonic() - began)
    return status


def _guarded(argv: Sequence[str], line: CommandLine, context: Context, receipt: Receipt, outcome: dict[str, str]) -> int:
    """Run the command line, whatever happens; note in `outcome` which command it was, and its error."""
    try:
        status = _run(argv, line, context, receipt, outcome)
        if not receipt.is_open or not context.stdout.is_closed:
            return status
        error = _unread()
    except BrokenPipeError:
        if not receipt.is_open:
            # The reader has what it wanted (`| head`).
            return ExitCode.OK
        error = _unread()
    except KeyboardInterrupt:
        error = HeygenError("canceled", "interrupted")
    except HeygenError as caught:
        error = caught
    except Exception as caught:  # the one place that turns a defect into an envelope
        error = _defect(caught, line, context)
    receipt.add_to(error)
    outcome["error_code"] = error.code
    return _report(error, line, context, receipt)


def _unread() -> HeygenError:
    return HeygenError("cli_file_io_error", "standard output was closed before the result was written")


def _run(argv: Sequence[str], line: CommandLine, context: Context, receipt: Receipt, outcome: dict[str, str]) -> int:
    read(argv, line)
    if line.options.get("version"):
        from heygen import __version__

        context.stdout.write(f"heygen {__version__}\n")
        context.stdout.flush()
        return ExitCode.OK
    if line.options.get("help") or line.command is None:
        from heygen.cli import help

        context.stdout.write(help.text(line, context))
        context.stdout.flush()
        return ExitCode.OK
    outcome["command"] = " ".join(line.words)
    from heygen.config.settings import Settings
    from heygen.output.printer import Printer

    settings = Settings(context, line.options, is_lenient=line.words[0] in ("config", "doctor"))
    output = Printer(
        context,
        settings.is_human,
        line.options.get("get"),
        settings.color,
        lambda token, **others: line.with_flags({"token": token, **others}),
    )
    old = line.moved_from or (line.words if line.command.is_deprecated else None)
    if old:
        from heygen.cli.replacement import replacement

        output.warning("deprecated", f"heygen {' '.join(old)} is deprecated", hint=replacement(line))
    return _call(line, context, settings, output, receipt)


def _call(line: CommandLine, context: Context, settings: Settings, output: Printer, receipt: Receipt) -> int:
    from heygen.calls.invocation import Invocation

    def waiting_command(words: Sequence[str], arguments: Sequence[str]) -> str:
        from heygen.cli import tree

        return line.carried_to(tree.command(tuple(words)), arguments, "wait").typed()

    context.take_signals()
    command = line.command
    invocation = Invocation(context, command, line.given, line.missing, settings, output, receipt, waiting_command)
    if command.operation is not None:
        from heygen.calls import operation

        return operation.run(invocation)
    if line.missing:
        from heygen.api.body import refusal

        raise refusal([], (), command.path, line.missing)
    return COMMANDS[command.words].load().run(invocation)


def _report(error: HeygenError, line: CommandLine, context: Context, receipt: Receipt) -> int:
    """Print an error in the mode that the command line asked for, however wrong the rest of it is."""
    from heygen.config.settings import Settings
    from heygen.output.printer import Printer, compact

    settings = Settings(context, line.options)
    try:
        is_human = settings.is_human
    except HeygenError:
        is_human = False
    # --get is for the state that an error carries.
    field = line.options.get("get") if error.result is not None else None
    try:
        is_told = Printer(context, is_human, field, settings.color).error(error, lambda: line.usage)
        if not is_told and receipt.is_open:
            # What may have been paid for is worth breaking the rule that stdout holds results alone.
            context.stdout.write(compact(error.envelope()) + "\n")
            context.stdout.flush()
    except (BrokenPipeError, HeygenError):
        pass  # no stream takes anything: the exit code is all that is left
    return error.exit_code


def _defect(error: Exception, line: CommandLine, context: Context) -> HeygenError:
    from heygen.config.settings import Settings

    if Settings(context, line.options).is_debug:
        import traceback

        context.stderr.write(traceback.format_exc())
    return HeygenError("cli_internal_error", f"{type(error).__name__}: {error}")
