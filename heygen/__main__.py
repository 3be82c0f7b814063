"""The process: its arguments, signals and exit code. A bare `--version` is answered before anything is imported."""

import gc
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from heygen.core.context import Context

_IMPATIENCE = 1.0  # seconds in which a second interrupt counts as the same one
_FEW_OBJECTS = 50_000  # a start makes no more, and no garbage among them


def run() -> "NoReturn":
    """Run the command line of this process, and end it."""
    import _signal

    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # until a command takes signals, Ctrl-C ends the process as it is
    if hasattr(gc, "set_threshold"):  # PyPy counts otherwise
        gc.set_threshold(_FEW_OBJECTS)
    status = main()
    threading = sys.modules.get("threading")
    if "atexit" in sys.modules or (threading is not None and threading.active_count() > 1):
        sys.exit(status)
    # Nothing is left to do but to take the interpreter apart, which would take as long as a tenth of its start.
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            pass  # closed, full or gone: what there is to say about it has been said
    (sys.modules.get("posix") or sys.modules["nt"])._exit(status)  # os would have to be imported for it


def main() -> int:
    """Run the command line of this process and return its exit code."""
    if sys.argv[1:] in (["--version"], ["-v"]):
        from heygen import __version__

        try:
            sys.stdout.buffer.raw.write(f"heygen {__version__}\n".encode())  # type: ignore[attr-defined]
            return 0
        except (AttributeError, OSError):
            pass  # closed, full or gone: the rest of the program knows what to say
    if len(sys.argv) == 3 and sys.argv[1] == "--send-usage-events":
        from heygen.analytics.sender import main as send

        return send(int(sys.argv[2]))  # started by ourselves, in the background
    try:
        return _main()
    except KeyboardInterrupt:
        return 130  # at the very end, when everything has been said


def _main() -> int:
    import os

    from heygen.cli.main import main as run
    from heygen.core.context import process_context

    taken: "list[int]" = []
    status = int(run(sys.argv[1:], process_context(lambda context: _turn_signals_into_interrupts(context, taken))))
    _ignore(taken)
    try:
        sys.stdout.flush()
    except (AttributeError, OSError, ValueError):
        # The reader is gone, or the disk full: what is left must not make the interpreter complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return status


def _turn_signals_into_interrupts(context: "Context", taken: "list[int]") -> None:
    """Have the signals that end a process end a command as Ctrl-C does; add them to `taken`."""
    import signal

    last = -_IMPATIENCE

    def interrupt(*_: object) -> None:
        nonlocal last
        before, last = last, context.monotonic()
        # Ctrl-C pressed twice in a row must not cut off what the first one made us say.
        if last - before >= _IMPATIENCE:
            raise KeyboardInterrupt

    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGALRM", "SIGUSR1", "SIGUSR2", "SIGXCPU"):
        number = getattr(signal, name, None)
        # A signal that our caller ignores (nohup, a shell's background job) stays ignored.
        if number is not None and signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, interrupt)
            taken.append(number)


def _ignore(taken: "list[int]") -> None:
    """Let the exit code stand: while the interpreter ends, a signal would have its default effect again."""
    if taken:
        import signal

        for number in taken:
            signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    run()
