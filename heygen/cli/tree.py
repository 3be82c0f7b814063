"""The command tree: which words follow which, and the command or group behind them."""

from __future__ import annotations

from heygen.api import documents, operations
from heygen.cli import registry
from heygen.cli.command import Command, Group

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.cli.registry import Entry


def top_level() -> dict[str, str]:
    """Return the words after `heygen` with their summaries: groups, and commands that stand alone."""
    return {**documents.groups(), **registry.tools()}


def is_deprecated(word: str) -> bool:
    """Tell whether every command under a top-level word is deprecated."""
    if command((word,)) is not None:
        return False
    return all(each.is_deprecated for each in group((word,)).commands)


def children(words: tuple[str, ...]) -> list[str]:
    """Return the words that may follow these, old ones included."""
    old = list(registry.DEPRECATED)
    if not words:
        return list(dict.fromkeys([*top_level(), *(each[0] for each in old)]))
    depth = len(words)
    below = [each for each in [*command_words(words[0]), *old] if len(each) > depth and each[:depth] == words]
    return list(dict.fromkeys(each[depth] for each in below))


def command_words(word: str) -> list[tuple[str, ...]]:
    """Return the full words of every command under a top-level word, without building any."""
    found = [words for words in registry.COMMANDS if words[0] == word]
    if word in documents.groups():
        for item in documents.load(word)["paths"].values():
            for raw in item.values():
                if "x-cli-command" in raw:
                    found.append((word, *raw["x-cli-command"].split()))
    return found


def command(words: tuple[str, ...]) -> Command | None:
    """Return the command with these complete words, or None where they name none."""
    if words in registry.COMMANDS:
        return hand_written(registry.COMMANDS[words])
    operation = operations.find_by_words(words)
    if operation is None:
        return None
    from heygen.cli import operation_command

    return operation_command.make(operation)


def hand_written(entry: Entry) -> Command:
    """Return a hand-written command as its module declares it."""
    declared: Command = entry.load().COMMAND
    return declared.replace(words=entry.words, summary=entry.summary)


def group(words: tuple[str, ...]) -> Group:
    """Return a group, such as `video` or `video-translate proofreads`, with every command below it."""
    from heygen.cli import operation_command

    word = words[0]
    commands: list[Command] = []
    if word in documents.groups():
        commands.extend(map(operation_command.make, operations.operations(word)))
    commands.extend(hand_written(entry) for entry in registry.COMMANDS.values() if entry.words[0] == word)
    below = tuple(each for each in commands if each.words[: len(words)] == words)
    return Group(words=words, summary=summary(words), commands=below)


def summary(words: tuple[str, ...]) -> str:
    """Return the sentence that tells what the commands of a group are for."""
    if len(words) == 1:
        return top_level()[words[0]]
    sentences = documents.load(words[0]).get("x-cli-groups", {}) if words[0] in documents.groups() else {}
    return sentences.get(" ".join(words[1:])) or f"The commands {', '.join(children(words))}"
