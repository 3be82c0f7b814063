"""Questions that a person answers on the terminal."""

from __future__ import annotations

from heygen.output import cells

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from heygen.core.context import Context
    from heygen.output.terminal import Terminal


def confirm(context: Context, terminal: Terminal, question: str, about: Callable[[], str] = str) -> bool | None:
    """Ask a yes-or-no question on stderr, after what `about` gives; None where nobody can be asked.

    Whatever is not yes means no, an empty answer and the end of the input (Ctrl-D) too. So does Ctrl-C, which ends
    the run as it does everywhere; both leave the cursor on a fresh line.
    """
    source = context.answers()
    if source is None:
        return None
    sign = terminal.paint(terminal.symbol("warning"), "bold", "yellow")
    answer = b""
    try:
        context.stderr.write(f"{about()}{sign} {terminal.paint(cells.escape(question), 'bold')} [y/N] ")
        context.stderr.flush()
        answer = source.readline()
    finally:
        if not answer.endswith(b"\n"):
            # Nobody pressed return, so the cursor is still behind the question.
            context.stderr.write("\n")
            context.stderr.flush()
        context.stderr.is_mid_line = False
    return answer.decode("utf-8", "replace").strip().lower() in ("y", "yes")
