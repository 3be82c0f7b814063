"""From argv to an exit code: parses, runs the command, and prints whatever went wrong. Nothing else prints errors."""

from __future__ import annotations

from heygen.cli import parser as arguments, tree
from heygen.core import build
from heygen.core.errors import ExitCode, HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Sequence

    from heygen.cli.parser import Parsed
    from heygen.config.settings import Settings
    from heygen.core.context import Context
    from heygen.output.printer import Printer


def main(argv: Sequence[str], context: Context) -> int:
    """Run one command line (without the program's name) and return its exit code."""
    outcome: dict[str, str] = {}
    began = context.monotonic()
    status = _guarded(argv, context, outcome)
    if outcome and (build.ANALYTICS_URL or context.is_set("HEYGEN_ANALYTICS_URL")):
        from heygen.analytics import dispatch

        options = arguments.parse_leniently(argv)
        dispatch.report(context, options, outcome, status, context.monotonic() - began)
    return status


def _guarded(argv: Sequence[str], context: Context, outcome: dict[str, str]) -> int:
    """Run the command line, whatever happens; note in `outcome` which command it was, and its error."""
    try:
        return _run(argv, context, outcome)
    except BrokenPipeError:
        # The reader has what it wanted (`| head`).
        return ExitCode.OK
    except KeyboardInterrupt:
        error = HeygenError("canceled", "interrupted")
    except HeygenError as caught:
        error = caught
    except Exception as caught:  # the one place that turns a defect into an envelope
        error = _defect(caught, argv, context)
    outcome["error_code"] = error.code
    return _report(error, argv, context)


def _run(argv: Sequence[str], context: Context, outcome: dict[str, str]) -> int:
    parsed = arguments.parse(argv)
    if parsed.options.get("version"):
        from heygen import __version__

        context.stdout.write(f"heygen {__version__}\n")
        context.stdout.flush()
        return ExitCode.OK
    if parsed.options.get("help") or parsed.command is None:
        from heygen.cli import help

        context.stdout.write(help.text(parsed, context))
        context.stdout.flush()
        return ExitCode.OK
    outcome["command"] = " ".join(parsed.words)
    from heygen.config.settings import Settings
    from heygen.output.printer import Printer

    settings = Settings(context, parsed.options, is_lenient=parsed.words[0] == "config")
    output = Printer(
        context,
        settings.is_human,
        parsed.options.get("get"),
        settings.color,
        lambda token: arguments.repeated(argv, "token", token),
    )
    if parsed.deprecated:
        old, new = (" ".join(("heygen", *words)) for words in (parsed.deprecated, parsed.words))
        output.notice(f"`{old}` is deprecated; use `{new}`")
    return _call(parsed, context, settings, output)


def _call(parsed: Parsed, context: Context, settings: Settings, output: Printer) -> int:
    from importlib import import_module

    from heygen.calls.invocation import Invocation

    context.take_signals()
    module, _, function = parsed.command.runner.partition(":")
    invocation = Invocation(context, parsed.command, parsed.given, parsed.missing, settings, output)
    if parsed.missing and parsed.command.operation is None:
        from heygen.api.body import refusal

        raise refusal([], (), parsed.command.path, parsed.missing)
    return getattr(import_module(module), function)(invocation)


def _report(error: HeygenError, argv: Sequence[str], context: Context) -> int:
    """Print an error in the mode that the command line asked for, however wrong the rest of it is."""
    from heygen.config.settings import Settings
    from heygen.output.printer import Printer

    settings = Settings(context, arguments.parse_leniently(argv))
    try:
        is_human = settings.is_human
    except HeygenError:
        is_human = False
    try:
        Printer(context, is_human, _field(argv, error), settings.color).error(error, lambda: arguments.usage(argv))
    except (BrokenPipeError, HeygenError):
        pass  # stderr takes nothing either: the exit code is all that is left
    return error.exit_code


def _field(argv: Sequence[str], error: HeygenError) -> str | None:
    """Return the --get of the command line, for the state that an error carries."""
    if error.result is None:
        return None
    return arguments.parse(argv).options.get("get")


def _defect(error: Exception, argv: Sequence[str], context: Context) -> HeygenError:
    if "--debug" in argv:
        import traceback

        context.stderr.write(traceback.format_exc())
    return HeygenError("cli_internal_error", f"{type(error).__name__}: {error}")
