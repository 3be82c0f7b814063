"""The page of every node of the command tree, as blocks: usage, a sentence, details, flags, examples, what to read next."""

from __future__ import annotations

from heygen.cli import registry, tree
from heygen.cli.command import GLOBAL, GLOBAL_FLAGS, INPUT, OUTPUT, REQUEST, VERSION, WAITING, value_name
from heygen.cli.help.blocks import Example, Examples, Section, Term, Terms, Usage, terms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable

    from heygen.cli.command import Argument, Command, Flag, Group
    from heygen.cli.help.blocks import Block
    from heygen.cli.parser import CommandLine

_SECTIONS = {
    REQUEST: "Request flags",
    INPUT: "Input flags",
    WAITING: "Waiting flags",
    OUTPUT: "Output flags",
    GLOBAL: "Global flags",
}
_VERBS = ("create", "generate", "list", "get", "update", "delete")

_FIRST_STEPS = (
    ("See a video being made: no key, no credits", 'heygen sandbox run -- video-agent create --prompt "Hello" --wait'),
    ("Make one", 'heygen video-agent create --prompt "Welcome to our Q4 earnings call." --wait'),
    ("See your videos as a table", "heygen video list --human"),
)


def asked_for(line: CommandLine) -> list[Block]:
    """Return the page that a command line asks for."""
    if line.topic:
        return topic(line.topic)
    if line.options.get("all"):
        return everything(line.words)
    if line.command is not None:
        page = command(line.command)
        if line.moved_from:
            page.insert(0, f"heygen {' '.join(line.moved_from)} is deprecated; use {line.command.path}.")
        return page
    if not line.words:
        return root()
    if line.words[0] in {words[0] for words in registry.DEPRECATED}:
        return moved(line.words)
    return group(tree.group(line.words))


def root() -> list[Block]:
    """Return the page of `heygen` itself."""
    from heygen.api import documents
    from heygen.cli.topics import TOPICS

    names = tree.top_level()
    of_api = documents.groups()
    tools = [(name, summary) for name, summary in names.items() if name not in of_api]
    return [
        Usage(line="heygen <command> [flags]"),
        "Make AI videos from the command line.",
        Section(title="Commands"),
        terms(*((name, names[name]) for name in of_api)),
        Section(title="Tools"),
        terms(*tools, ("help", "Show help for a command or a topic")),
        Section(title="Topics"),
        terms(*((f"help {each.name}", each.summary) for each in TOPICS.values())),
        *_flags("Global flags", (*GLOBAL_FLAGS, VERSION)),
        Section(title="Examples"),
        Examples(rows=tuple(Example(command=command, about=about) for about, command in _FIRST_STEPS)),
        Section(title="Read next"),
        terms(
            ("heygen <command> --help", "What one command does and takes"),
            ("heygen help --all", "Every command"),
        ),
    ]


def group(node: Group) -> list[Block]:
    """Return the page of a group: its commands, nested ones too, in one list."""
    skipped = len(node.words)
    shown = listed(node)
    present = [(_call(each, skipped), each.summary) for each in shown if not each.is_deprecated]
    deprecated = [(_call(each, skipped), _use_instead(each)) for each in shown if each.is_deprecated]
    return [
        Usage(line=f"{node.path} <command> [flags]"),
        f"{node.summary}.",
        *((Section(title="Commands"), terms(*present)) if present else ()),
        *((Section(title="Deprecated"), terms(*deprecated)) if deprecated else ()),
        Section(title="Read next"),
        terms((f"{node.path} <command> --help", "What one command does and takes")),
    ]


def _use_instead(each: Command) -> str:
    return f"Use heygen {' '.join(each.replaced_by)}" if each.replaced_by else each.summary


def listed(node: Group) -> list[Command]:
    """Return the commands of a group that listings show: direct ones first, those of one resource together."""
    return [each for each in in_order(node) if not each.is_hidden]


def in_order(node: Group) -> list[Command]:
    """Return all commands of a group in the order of a listing, deprecated ones last."""

    def order(each: Command) -> tuple[bool, bool, tuple[str, ...], int]:
        *resource, verb = each.words[len(node.words) :]
        place = _VERBS.index(verb) if verb in _VERBS else len(_VERBS)
        return each.is_deprecated, bool(resource), tuple(resource), place

    return sorted(node.commands, key=order)


def _call(each: Command, skipped: int) -> str:
    return " ".join([*each.words[skipped:], *map(_written, each.arguments)])


def _written(argument: Argument) -> str:
    text = f"<{argument.name}>" + ("..." if argument.is_repeated else "")
    return text if argument.is_required else f"[{text}]"


def _argument(argument: Argument) -> Term:
    remarks = (f"One of: {', '.join(argument.choices)}.",) if argument.choices else ()
    return Term(name=_written(argument), meaning=argument.description, remarks=remarks)


def moved(words: tuple[str, ...]) -> list[Block]:
    """Return the page of a word whose commands have gone elsewhere."""
    found = [(old, new) for old, new in registry.DEPRECATED.items() if old[: len(words)] == words]
    return [
        Usage(line=f"heygen {' '.join(words)} <command> [flags]"),
        "Deprecated: these commands still work, and have new names.",
        Section(title="Commands"),
        terms(*((" ".join(old[len(words) :]), f"Use heygen {' '.join(new)}") for old, new in found)),
        Section(title="Read next"),
        terms(*((f"heygen {' '.join(new)} --help", "What the command does and takes") for _, new in found)),
    ]


def everything(words: tuple[str, ...] = ()) -> list[Block]:
    """Return every command with its arguments, group by group: those that no other listing shows as well."""
    page: list[Block] = []
    alone = []
    for name in [words[0]] if words else tree.top_level():
        single = tree.command((name,))
        if single is not None:
            alone.append(single)
            continue
        node = tree.group((name,))
        page += [Section(title=f"{node.path}: {node.summary}")]
        rows = [(_call(each, 1), f"Deprecated: {_use_instead(each)}" if each.is_deprecated else each.summary) for each in in_order(node)]
        page.append(terms(*rows))
    if alone:
        page += [Section(title="heygen"), terms(*((_call(each, 0), each.summary) for each in alone))]
    return page


def topic(name: str) -> list[Block]:
    """Return the page of a topic."""
    from heygen.cli.topics import TOPICS

    found = TOPICS[name]
    return [
        Section(title=found.summary),
        *found.body(),
        Section(title="Read next"),
        terms(("heygen help", "All commands and topics")),
    ]


def command(node: Command, with_global_flags: bool = True) -> list[Block]:
    """Return the page of a command."""
    page: list[Block] = [Usage(line=node.usage)]
    if node.is_deprecated:
        page.append(f"Deprecated: it still works. {_use_instead(node)}." if node.replaced_by else "Deprecated: it still works.")
    summary = node.summary.rstrip(".")
    if not node.description.startswith(summary):
        page.append(f"{summary}.")
    if node.description:
        page.append(node.description)
    if node.arguments:
        page.append(Section(title="Arguments"))
        page.append(Terms(rows=tuple(map(_argument, node.arguments))))
    for section, title in _SECTIONS.items():
        flags = [flag for flag in node.flags if flag.section == section]
        if section == GLOBAL and with_global_flags:
            flags += [flag for flag in GLOBAL_FLAGS if flag.name not in {each.name for each in node.flags}]
        if section == INPUT and node.operation is None:
            title = "Flags"
        page += _flags(title, sorted(flags, key=lambda flag: not flag.is_required), node)
        if section == REQUEST:
            page += _nested_fields(node)
    if node.details is not None:
        page += node.details()
    if node.examples:
        page.append(Section(title="Examples"))
        page.append(Examples(rows=tuple(Example(command=each["command"], about=each["about"]) for each in node.examples)))
    following = _following(node)
    if following:
        page += [Section(title="Read next"), terms(*following)]
    return page


def _flags(title: str, flags: Iterable[Flag], node: Command | None = None) -> list[Block]:
    rows = tuple(Term(name=written(flag), meaning=flag.description, remarks=_remarks(flag, node)) for flag in flags if not flag.is_hidden)
    return [Section(title=title), Terms(rows=rows)] if rows else []


def written(flag: Flag) -> str:
    """Return a flag as its help shows it: `--data, -d <json|file|->`."""
    value = "" if flag.type == "boolean" else f" {value_name(flag)}"
    return f"--{flag.name}{f', -{flag.short}' if flag.short else ''}{value}"


def _remarks(flag: Flag, node: Command | None) -> tuple[str, ...]:
    """Return in short sentences what a flag demands and allows."""
    found = []
    chooser = _discriminator(node)
    if flag.is_deprecated:
        found.append("Deprecated.")
    if flag.is_required:
        found.append("Required.")
    elif chooser and node:
        found += _variants(flag, node, chooser)
    if flag.enum:
        found.append(f"One of: {', '.join(map(str, flag.enum))}.")
    elif flag.minimum is not None or flag.maximum is not None:
        found.append(_limits(flag.minimum, flag.maximum))
    if flag.is_array:
        found.append("Repeatable, or separated by commas." if flag.is_split else "Repeatable.")
    if flag.takes_stdin:
        found.append("Give - to read it from stdin.")
    if flag.default is not None and flag.default is not False:
        default = str(flag.default).lower() if isinstance(flag.default, bool) else flag.default
        found.append(f"Default: {', '.join(map(str, default)) if isinstance(default, list) else default}.")
    return tuple(remark for remark in found if remark not in flag.description)


def _variants(flag: Flag, node: Command, chooser: str) -> list[str]:
    """Return which variants of a union body take a flag, and which require it."""
    field = next((each for each in node.fields if each.name == flag.dest), None)
    if field is None:
        return []
    required, taken = tuple(field.required_in), tuple(field.shapes)
    if required == taken:
        return [f"Required with --{chooser} {_either(taken)}, and for no other."]
    found = [f"Only with --{chooser} {_either(taken)}."] if flag.note else []
    return found + ([f"Required with --{chooser} {_either(required)}."] if required else [])


def _discriminator(node: Command | None) -> str | None:
    if node is None or node.operation is None:
        return None
    return (node.operation.body_schema or {}).get("discriminator", {}).get("propertyName")


def _either(values: Iterable[str]) -> str:
    *rest, last = values
    return f"{', '.join(rest)} or {last}" if rest else last


def _limits(low: float | None, high: float | None) -> str:
    if low is None:
        return f"At most {high}."
    return f"At least {low}." if high is None else f"From {low} to {high}."


def _nested_fields(node: Command) -> list[Block]:
    """Return the paragraph that names the fields without a flag."""
    if node.operation is None or node.operation.body_schema is None:
        return []
    from heygen.api.fields import nested_fields

    chooser = _discriminator(node)
    names = []
    for name, required_in in nested_fields(node.operation.body_schema, node.operation.document).items():
        where = f" with --{chooser} {_either(required_in)}" if chooser and required_in else ""
        names.append(f"{name} (required{where})" if required_in else name)
    return [f"With -d or --set alone: {', '.join(names)}."] if names else []


def _following(node: Command) -> list[tuple[str, str]]:
    """Return what to read after this page: commands and topics."""
    found = []
    operation = node.operation
    if operation is None:
        return found
    if operation.wait is not None:
        found.append(("heygen help waiting", "How --wait ends, and how to go on"))
    if operation.body_schema is not None and not operation.is_multipart:
        found.append(("heygen help data", "Request bodies with -d, --set and flags"))
    if any(flag.name == "token" for flag in node.flags):
        found.append(("heygen help formatting", "Pages, tables and single fields"))
    return found
