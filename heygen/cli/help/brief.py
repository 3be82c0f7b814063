"""The short page of `-h`: what people use first of a command or group, on the 24 rows of a terminal."""

from __future__ import annotations

from heygen.cli import registry, tree
from heygen.cli.command import GLOBAL_FLAGS
from heygen.cli.help import flags as helped, layout, pages
from heygen.cli.help.blocks import Lines, Section, Term, Terms, Usage, examples, terms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Sequence

    from heygen.cli.command import Command, Flag, Group
    from heygen.cli.help.blocks import Block
    from heygen.cli.parser import CommandLine
    from heygen.output.terminal import Terminal

# One less than a terminal has: the prompt takes the last one.
ROWS = 23
# Where a sentence may end early, the best place first.
_ENDS = (("; ", ": "), (", ", " (", " such as ", " so that ", " unless "))
# What few people set comes after everything else.
_LAST = ("callback_url", "callback_id", "idempotency_key", "no_validate", "dry_run", "request_schema", "response_schema")


def asked_for(line: CommandLine, terminal: Terminal) -> list[Block]:
    """Return the short page that a command line asks for."""
    if line.command is not None:
        return [*pages.removal(line), *_command(line.command, terminal)]
    if not line.words:
        return _root()
    if line.words[0] in {words[0] for words in registry.DEPRECATED}:
        return pages.moved(line.words)
    return _group(tree.group(line.words))


def _root() -> list[Block]:
    names = tree.top_level()
    return [
        Usage(line="heygen <command> [flags]"),
        "Make AI videos from the command line.",
        Section(title="Everyday commands"),
        terms(*((name, names[name]) for name in pages.EVERYDAY)),
        Section(title="More commands"),
        ", ".join([*(name for name in names if name not in pages.EVERYDAY), "help"]),
        Section(title="Try it, without a key or credits"),
        examples(pages.TRY_IT),
        Lines(rows=("All commands, topics and flags: heygen --help",)),
    ]


def _group(node: Group) -> list[Block]:
    """List the commands of a group, or in the place of many of one resource the resource."""
    skipped = len(node.words)
    shown = [each for each in pages.listed(node) if not each.is_deprecated]
    if not shown:
        return pages.group(node)
    rows = {pages.call(each, skipped): each.summary for each in shown}
    if len(rows) > pages.MANY:
        rows = {}
        for each in shown:
            if len(each.words) > skipped + 1:
                rows[f"{each.words[skipped]} ..."] = tree.summary(each.words[: skipped + 1])
            else:
                rows[pages.call(each, skipped)] = each.summary
    more = ("All commands", f"{node.path} --help") if any(row.endswith("...") for row in rows) else ()
    return [
        Usage(line=f"{node.path} <command> [flags]"),
        f"{node.summary}.",
        Section(title="Commands"),
        terms(*rows.items()),
        Lines(rows=(f"What a command takes: {node.path} <command> -h", *((": ".join(more),) if more else ()))),
    ]


def _command(node: Command, terminal: Terminal) -> list[Block]:
    """Show as many flags as there is room for, by weight, with the first example that is short."""
    flags = [flag for flag in helped.ranked(node) if not flag.is_hidden and not flag.is_deprecated]
    flags.sort(key=lambda flag: flag.key in _LAST)
    example = _example(node, terminal)
    shown: list[Flag] = []
    page = _page(node, shown, example, terminal)
    for flag in flags:
        longer = _page(node, [*shown, flag], example, terminal)
        rows = layout.render(longer, terminal).count("\n")
        if rows <= ROWS:
            shown, page = [*shown, flag], longer
        if rows == ROWS:
            break
    return page


def _page(node: Command, flags: Sequence[Flag], example: str, terminal: Terminal) -> list[Block]:
    used = [Term(name=pages.written(each), meaning=each.description) for each in node.arguments]
    names = [each.name for each in used] + [helped.written(flag) for flag in flags]
    room = layout.room(names, terminal)
    page: list[Block] = [Usage(line=node.usage), *pages.deprecation(node), f"{node.summary.rstrip('.')}."]
    if used:
        page += [Section(title="Arguments"), Terms(rows=tuple(each.replace(meaning=clause(each.meaning, room)) for each in used))]
    sections: dict[str, list[Flag]] = {}
    for flag in flags:
        sections.setdefault(helped.heading(flag, node), []).append(flag)
    for title in sorted(sections, key=bool):
        rows = tuple(_term(flag, node, room) for flag in sections[title])
        page += [Section(title=title or "Flags", is_tight=bool(used or title)), Terms(rows=rows)]
    if example:
        page += [Section(title="Example"), examples(example)]
    shared = ", ".join(f"--{flag.name}" for flag in GLOBAL_FLAGS if not flag.is_hidden)
    nested = pages.required_fields(node)
    return [
        *page,
        Lines(
            rows=(
                *((f"Required with -d or --set: {', '.join(nested)}",) if nested else ()),
                f"Global flags: {shared}",
                f"All flags and examples: {node.path} --help",
            )
        ),
    ]


def _term(flag: Flag, node: Command, room: int) -> Term:
    """Return a flag with the start of its description, and what it takes if that fits on the same line."""
    # The usage line shows what is required in any case.
    required = "" if flag.is_required else helped.requirement(flag, node)
    remark = f" ({required[0].lower()}{required[1:]})" if required else ""
    text = clause(flag.description, room - len(remark))
    choices = f": {', '.join(map(str, flag.enum))}"
    is_told = all(str(value) in text for value in flag.enum)
    if not is_told and (len(text + choices + remark) <= room or flag.is_required):
        text += choices
    return Term(name=helped.written(flag), meaning=text + remark)


def clause(text: str, room: int) -> str:
    """Return the first sentence of a text, or as much of it as makes sense alone where it does not fit."""
    first = text.partition(". ")[0].rstrip(".")
    if len(first) <= room:
        return first
    for ends in _ENDS:
        places = [place for place in (first.find(end) for end in ends) if 0 < place <= room]
        if places:
            return first[: min(places)]
    return first


def _example(node: Command, terminal: Terminal) -> str:
    """Return the first example that takes no more than three lines, else the shortest."""
    found = [(len(layout.continued(each["command"], layout.width(terminal) - layout.INDENT)), each["command"]) for each in node.examples]
    if not found:
        return ""
    return next((command for lines, command in found if lines <= 3), min(found, key=lambda each: each[0])[1])
