"""The page of every node of the command tree, as blocks: usage, a sentence, details, flags, examples, what to read next."""

from __future__ import annotations

from heygen.cli import registry, tree
from heygen.cli.command import GLOBAL_FLAGS, REQUEST, VERSION
from heygen.cli.help import flags as helped
from heygen.cli.help.blocks import Example, Examples, Section, Term, Terms, Usage, examples, terms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

    from heygen.cli.command import Argument, Command, Group
    from heygen.cli.help.blocks import Block
    from heygen.cli.parser import CommandLine

_VERBS = ("create", "generate", "list", "get", "update", "delete")
# The commands that most people need; the others are listed below them.
EVERYDAY = ("video", "video-agent", "video-translate", "avatar", "model", "asset", "auth", "sandbox")
TRY_IT = 'heygen sandbox run -- video-agent create --prompt "Hello" --wait'
# More commands than these are listed by resource.
MANY = 12
_FIRST_STEPS = (
    ("Sign in", "heygen auth login"),
    ("Make a video", 'heygen video-agent create --prompt "Welcome to our Q4 earnings call." --wait'),
    ("See your videos as a table", "heygen video list --human"),
)


def asked_for(line: CommandLine) -> list[Block]:
    """Return the page that a command line asks for."""
    if line.topic:
        return topic(line.topic)
    if line.options.get("all"):
        return everything(line.words)
    if line.command is not None:
        return [*removal(line), *command(line.command)]
    if not line.words:
        return root()
    if line.words[0] in {words[0] for words in registry.DEPRECATED}:
        return moved(line.words)
    return group(tree.group(line.words))


def removal(line: CommandLine) -> list[Block]:
    """Return the sentence that says where a command has moved, if it has."""
    if not line.moved_from or line.command is None:
        return []
    return [f"heygen {' '.join(line.moved_from)} is deprecated; use {line.command.path}."]


def deprecation(node: Command) -> list[Block]:
    """Return the sentence that says that a command is deprecated, if it is."""
    if not node.is_deprecated:
        return []
    return [f"Deprecated: it still works. {_use_instead(node)}." if node.replaced_by else "Deprecated: it still works."]


def root() -> list[Block]:
    """Return the page of `heygen` itself."""
    from heygen.api import documents
    from heygen.cli.topics import TOPICS

    names = {**tree.top_level(), "help": "Show help for a command or a topic"}
    of_api = documents.groups()
    others = [name for name in names if name not in EVERYDAY]
    return [
        Usage(line="heygen <command> [flags]"),
        "Make AI videos from the command line.",
        Section(title="Try it, without a key or credits"),
        examples(TRY_IT),
        Section(title="Everyday commands"),
        terms(*((name, names[name]) for name in EVERYDAY)),
        Section(title="More commands"),
        terms(*((name, names[name]) for name in others if name in of_api)),
        Section(title="Tools"),
        terms(*((name, names[name]) for name in others if name not in of_api)),
        Section(title="Topics"),
        terms(*((f"help {each.name}", each.summary) for each in TOPICS.values())),
        Section(title="Global flags"),
        Terms(rows=tuple(helped.term(flag) for flag in (*GLOBAL_FLAGS, VERSION) if not flag.is_hidden)),
        Section(title="Examples"),
        Examples(rows=tuple(Example(command=command, about=about) for about, command in _FIRST_STEPS)),
        Section(title="Read next"),
        terms(
            ("heygen <command> -h", "What a command does and takes, in short; --help has all of it"),
            ("heygen help --all", "Every command"),
        ),
    ]


def group(node: Group) -> list[Block]:
    """Return the page of a group: its commands; those of one resource together, where they are many."""
    skipped = len(node.words)
    shown = listed(node)
    present = [each for each in shown if not each.is_deprecated]
    deprecated = [(call(each, skipped), _use_instead(each)) for each in shown if each.is_deprecated]
    by_resource: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for each in present:
        resource = each.words[: skipped + 1] if len(present) > MANY and len(each.words) > skipped + 1 else node.words
        by_resource.setdefault(resource, []).append((call(each, skipped), each.summary))
    page: list[Block] = [Usage(line=f"{node.path} <command> [flags]"), f"{node.summary}."]
    for resource, rows in by_resource.items():
        title = "Commands" if resource == node.words else f"{' '.join(resource[skipped:])}: {tree.summary(resource)}"
        page += [Section(title=title), terms(*rows)]
    if deprecated:
        page += [Section(title="Deprecated"), terms(*deprecated)]
    return [
        *page,
        Section(title="Read next"),
        terms((f"{node.path} <command> -h", "What a command does and takes, in short; --help has all of it")),
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


def call(each: Command, skipped: int) -> str:
    """Return a command's words from the given one on, with its arguments."""
    return " ".join([*each.words[skipped:], *map(written, each.arguments)])


def written(argument: Argument) -> str:
    """Return an argument as usage and help show it: `<file>...`."""
    text = f"<{argument.name}>" + ("..." if argument.is_repeated else "")
    return text if argument.is_required else f"[{text}]"


def _argument(argument: Argument) -> Term:
    remarks = (f"One of: {', '.join(argument.choices)}.",) if argument.choices else ()
    return Term(name=written(argument), meaning=argument.description, remarks=remarks)


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
        rows = [(call(each, 1), f"Deprecated: {_use_instead(each)}" if each.is_deprecated else each.summary) for each in in_order(node)]
        page.append(terms(*rows))
    if alone:
        page += [Section(title="heygen"), terms(*((call(each, 0), each.summary) for each in alone))]
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
    page: list[Block] = [Usage(line=node.usage), *deprecation(node)]
    summary = node.summary.rstrip(".")
    if not node.description.startswith(summary):
        page.append(f"{summary}.")
    if node.description:
        page.append(node.description)
    if node.arguments:
        page.append(Section(title="Arguments"))
        page.append(Terms(rows=tuple(map(_argument, node.arguments))))
    nested = _nested_fields(node)
    for title, flags in helped.groups(node, with_global_flags):
        if nested and flags[0].section != REQUEST:
            page, nested = [*page, *nested], []
        page += [Section(title=title), Terms(rows=tuple(helped.term(flag, node) for flag in flags))]
    if node.details is not None:
        page += node.details()
    if node.examples:
        page.append(Section(title="Examples"))
        page.append(Examples(rows=tuple(Example(command=each["command"], about=each["about"]) for each in node.examples)))
    following = _following(node)
    if following:
        page += [Section(title="Read next"), terms(*following)]
    return page


def _nested_fields(node: Command) -> list[Block]:
    """Return the paragraph that names the fields without a flag."""
    names = [f"{name} (required{where})" if is_required else name for name, is_required, where in _without_flag(node)]
    return [f"Only with -d or --set: {', '.join(names)}."] if names else []


def required_fields(node: Command) -> list[str]:
    """Return the required fields without a flag: `video`, or `image (--type image)` where a body is a union."""
    return [name + (f" ({where[len(' with '):]})" if where else "") for name, is_required, where in _without_flag(node) if is_required]


def _without_flag(node: Command) -> Iterator[tuple[str, bool, str]]:
    """Yield the name of each field without a flag, whether it is required, and with which variants of a union."""
    if node.operation is None or node.operation.body_schema is None:
        return
    from heygen.api.fields import nested_fields

    chooser = helped.discriminator(node)
    for name, required_in in nested_fields(node.operation.body_schema, node.operation.document).items():
        yield name, bool(required_in), f" with --{chooser} {helped.either(required_in)}" if chooser and required_in else ""


def _following(node: Command) -> list[tuple[str, str]]:
    """Return what to read after this page: commands and topics."""
    found = []
    operation = node.operation
    if operation is None:
        return found
    if operation.wait is not None:
        found.append(("heygen help waiting", "How --wait ends, and how to continue"))
    if operation.body_schema is not None and not operation.is_multipart:
        found.append(("heygen help data", "Request bodies with -d, --set and flags"))
    if any(flag.name == "token" for flag in node.flags):
        found.append(("heygen help formatting", "Pages, tables and single fields"))
    return found
