"""Help: the pages of every node of the command tree, and how a terminal shows them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.cli.parser import CommandLine
    from heygen.core.context import Context


def text(line: CommandLine, context: Context) -> str:
    """Return the help that a command line asks for, at the terminal's width."""
    from heygen.cli.help import layout, pages
    from heygen.output.terminal import Terminal

    terminal = Terminal(context, context.stdout, line.options.get("color", "auto"))
    return layout.render(pages.asked_for(line), terminal)
