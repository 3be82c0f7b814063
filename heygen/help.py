"""The help of every node of the command tree, as text."""

from __future__ import annotations

from heygen import tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.arguments import Parsed
    from heygen.context import Context
    from heygen.tree import Command, Group


def text(parsed: Parsed, context: Context) -> str:
    """Return the help of what a command line names, at the terminal's width."""
    if parsed.command is not None:
        return _command(parsed.command)
    if parsed.words:
        words = tree.DEPRECATED.get(parsed.words, parsed.words)
        return _group(tree.group(words[0]) if len(words) == 1 else tree.subgroup(words))
    lines = ["Usage: heygen <command> [flags]", "", "Commands:"]
    lines += [f"  {name:20}{summary}" for name, summary in tree.top_level().items()]
    return "\n".join(lines) + "\n"


def _group(group: Group) -> str:
    lines = [f"Usage: {group.path} <command> [flags]", "", group.summary, "", "Commands:"]
    for command in group.commands:
        if not command.is_hidden:
            lines.append(f"  {' '.join(command.words[len(group.words):]):30}{command.summary}")
    return "\n".join(lines) + "\n"


def _command(command: Command) -> str:
    lines = [f"Usage: {command.usage}", "", command.description or command.summary, ""]
    for flag in (*command.flags, *tree.GLOBAL_FLAGS):
        lines.append(f"  --{flag.name} {'' if flag.type == 'boolean' else tree.value_name(flag)}  {flag.description}")
    for example in command.examples:
        lines += ["", f"# {example['about']}", example["command"]]
    return "\n".join(lines) + "\n"
