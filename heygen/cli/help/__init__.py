"""Help: the pages of every node of the command tree, and how a terminal shows them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.cli.parser import CommandLine
    from heygen.core.context import Context


def text(line: CommandLine, context: Context) -> str:
    """Return the help that a command line asks for, short or whole, at the terminal's width."""
    from heygen.cli.help import layout
    from heygen.output.terminal import Terminal

    terminal = Terminal(context, context.stdout, line.options.get("color", "auto"))
    # A bare `heygen` is a stranger at the door.
    if line.is_brief or not (line.is_help or line.words):
        from heygen.cli.help import brief

        return layout.render(brief.asked_for(line, terminal), terminal)
    from heygen.cli.help import pages

    return layout.render(pages.asked_for(line), terminal)
