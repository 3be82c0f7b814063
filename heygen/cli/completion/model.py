"""What there is to complete, for every shell alike: the words, flags and values at each place of a command line."""

from __future__ import annotations

from heygen.cli import tree
from heygen.cli.command import GLOBAL_FLAGS, HELP_ALL, VERSION, value_name
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Mapping

    from heygen.cli.command import Command, Flag

# In place of values: the name of a file goes there; JSON files are offered first, and others where there are none.
FILES = ("<file>",)
JSON_FILES = ("<json>",)
# The path of `heygen help`, which is followed by other words.
HELP = "help"
LONGEST = 70  # signs of a description


class Candidate(Record):
    """A word that may be completed, with its description."""

    word: str
    about: str = ""


class Option(Record):
    """A flag. `values` are those to choose from, FILES, JSON_FILES, or none where it is not known what goes there."""

    name: str  # with its dashes
    about: str
    takes_value: bool
    values: tuple[str, ...] = ()


class Tables(Record):
    """Everything there is to complete, by place: the form in which the scripts carry it.

    `values` has a key `path --flag` for each flag that takes a value, and `* --flag` for those that hold everywhere;
    `arguments` has `path 0` for the first positional, and `path *` for all of one that repeats.
    """

    words: dict[str, tuple[Candidate, ...]]
    options: dict[str, tuple[Option, ...]]
    always: tuple[Option, ...]
    values: dict[str, tuple[str, ...]]
    arguments: dict[str, tuple[str, ...]]
    nests: tuple[str, ...]


class Place(Record):
    """A node of the command tree. `path` are its words, joined by blanks; the root has none.

    `values` are those of each positional argument in turn; of the last one, if it repeats, for all that follow.
    """

    path: str
    words: tuple[Candidate, ...] = ()
    options: tuple[Option, ...] = ()
    values: tuple[tuple[str, ...], ...] = ()
    repeats: bool = False
    # What follows `--` is a command line of its own.
    nests: bool = False


def brief(text: str) -> str:
    """Return the first sentence of a description, on one line and not too long."""
    first = text.split(". ")[0].rstrip(".")
    return first if len(first) <= LONGEST else first[: LONGEST - 3].rsplit(" ", 1)[0].rstrip(",;:") + "..."


def tables() -> Tables:
    """Return what there is to complete."""
    every, always = places(), _options(GLOBAL_FLAGS)
    by_key = {f"{place.path} {option.name}": option for place in every for option in place.options}
    by_key.update({f"* {option.name}": option for option in always})
    arguments = {}
    for place in every:
        for index, choices in enumerate(place.values):
            is_last = index == len(place.values) - 1
            arguments[f"{place.path} {'*' if is_last and place.repeats else index}"] = choices
    return Tables(
        words={place.path: place.words for place in every if place.words},
        options={place.path: place.options for place in every if place.options},
        always=always,
        values={key: option.values for key, option in by_key.items() if option.takes_value},
        arguments=arguments,
        nests=tuple(place.path for place in every if place.nests),
    )


def grouped(rows: Mapping[str, Iterable[str]]) -> dict[tuple[str, ...], list[str]]:
    """Return the keys that have the same words, by these."""
    found: dict[tuple[str, ...], list[str]] = {}
    for key, words in rows.items():
        found.setdefault(tuple(words), []).append(key)
    return found


def places() -> list[Place]:
    """Return every place of the tree, the root first."""
    from heygen.cli.topics import TOPICS

    names = {name: summary for name, summary in tree.top_level().items() if not tree.is_deprecated(name)}
    root = tuple(Candidate(word=name, about=brief(summary)) for name, summary in names.items())
    help_word = Candidate(word="help", about="Show help for a command or a topic")
    topics = tuple(Candidate(word=each.name, about=each.summary) for each in TOPICS.values() if each.name not in names)
    found = [
        Place(path="", words=(*root, help_word), options=_options((VERSION,))),
        Place(path=HELP, words=(*root, *topics), options=_options((HELP_ALL,))),
    ]
    for name in tree.top_level():
        found.extend(_below(name))
    return found


def _below(name: str) -> list[Place]:
    """Return the places under a top-level word."""
    alone = tree.command((name,))
    if alone is not None:
        return _command_places(alone)
    group = tree.group((name,))
    shown = [command for command in group.commands if not command.is_hidden and not command.is_deprecated]
    below: dict[tuple[str, ...], dict[str, str]] = {}
    for command in shown:
        for depth in range(1, len(command.words)):
            below.setdefault(command.words[:depth], {})[command.words[depth]] = brief(command.summary)
    groups = []
    for path, words in below.items():
        about = {word: brief(tree.summary((*path, word))) if (*path, word) in below else told for word, told in words.items()}
        candidates = tuple(Candidate(word=word, about=text) for word, text in about.items())
        groups.append(Place(path=" ".join(path), words=candidates))
    return groups + [place for command in group.commands for place in _command_places(command)]


def _command_places(command: Command) -> list[Place]:
    known = command.operation.document.get("x-cli-values", {}) if command.operation else {}
    path, options = " ".join(command.words), _options(command.flags, known)
    if command.words[0] == "config" and command.arguments and command.arguments[0].name == "key":
        # What a setting may be set to depends on the setting, so each is a place of its own.
        from heygen.config.settings import KEYS

        keys = tuple(Candidate(word=key.name, about=brief(key.help)) for key in KEYS.values())
        takes_value = len(command.arguments) > 1
        below = [Place(path=f"{path} {key.name}", options=options, values=(key.values,)) for key in KEYS.values()]
        return [Place(path=path, words=keys, options=options), *(below if takes_value else ())]
    values = tuple(argument.choices or _files(argument.name) for argument in command.arguments)
    repeats = any(argument.is_repeated for argument in command.arguments)
    return [
        Place(
            path=path,
            options=options,
            values=values if any(values) else (),
            repeats=repeats,
            nests=command.takes_rest,
        )
    ]


def _options(flags: Iterable[Flag], known: Mapping[str, Iterable[str]] | None = None) -> tuple[Option, ...]:
    """Return flags as options; `known` has values of those that take others too."""
    return tuple(
        Option(
            name=f"--{flag.name}",
            about=brief(flag.description),
            takes_value=flag.type != "boolean",
            values=tuple(map(str, flag.enum)) or tuple((known or {}).get(flag.key, ())) or _files(value_name(flag)),
        )
        for flag in flags
        if not flag.is_hidden and not flag.is_deprecated
    )


def _files(value_name: str) -> tuple[str, ...]:
    return JSON_FILES if value_name.startswith("<json|file") else FILES if "file" in value_name else ()
