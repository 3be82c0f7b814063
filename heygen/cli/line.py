"""A command line as far as it has been read, and how to write it once more with something changed."""

from __future__ import annotations

from heygen.cli import values
from heygen.cli.command import GLOBAL, GLOBAL_FLAGS
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping, Sequence

    from heygen.cli.command import Command, Flag
    from heygen.core.errors import HeygenError
    from heygen.output.selection import Selection


class Mistake(Record):
    """A part of a command line that nothing is known of: an unknown `word` or `flag`, or a text that is `surplus`.

    `at` is its index in the arguments, `words` are those that stand before it.
    """

    kind: str
    at: int
    text: str
    words: tuple[str, ...]
    near: str | None = None  # what it may be a mistyping of


class CommandLine:
    """A command line as far as it has been read: what is to run with which values, and what is wrong with it.

    `command` is None where only a group, or nothing, is named. `given` holds the flags and positionals that the user
    set, by key, `options` the global flags; `missing` names required ones that are not there, as one writes them.
    """

    def __init__(self, options: dict[str, Any] | None = None) -> None:
        self.restart(options or {})

    def restart(self, options: dict[str, Any]) -> None:
        """Forget what was read; `options` are global flags set before."""
        self.words: tuple[str, ...] = ()
        self.command: Command | None = None
        self.given: dict[str, Any] = {}
        self.options: dict[str, Any] = dict(options)
        self.missing: tuple[str, ...] = ()
        self.moved_from: tuple[str, ...] | None = None  # the old words that were used
        self.is_help = False  # `heygen help …`, or --help
        self.is_help_word = False  # `heygen help …` alone
        self.is_brief = False  # -h, or nothing at all: the short help
        self.topic: str | None = None  # of `heygen help <topic>`
        self.problems: list[HeygenError] = []
        self.mistakes: list[Mistake] = []  # those of the problems that there may be a right word for
        self.is_lost = False  # after an unknown word
        self.count = 0  # of arguments
        self.places: list[int] = []  # of the command's words among the arguments
        self.positional_places: list[int] = []
        self.usage = ""  # how the command or group is called; of that with the first problem, if there is one
        self.flags: list[tuple[Flag, str]] = []  # as they were written, in order
        self.positionals: list[str] = []
        self.selection: Selection | None = None  # what --get asks for

    def argv(self) -> list[str]:
        """Return the arguments once more: words, positionals, flags."""
        looks_like_flags = any(text.startswith("-") for text in self.positionals)
        parts = [*self.words, *(() if looks_like_flags else self.positionals)]
        for flag, text in self.flags:
            if flag.type == "boolean":
                parts.append(f"--{flag.name}" + ("=false" if text.lower() in values.FALSE else ""))
            elif text.startswith("-") and text != "-":
                parts.append(f"--{flag.name}={text}")
            else:
                parts.extend((f"--{flag.name}", text))
        return [*parts, "--", *self.positionals] if looks_like_flags else parts

    def typed(self) -> str:
        """Return the command line once more, as one types it in a shell."""
        from shlex import quote

        return " ".join(map(quote, ("heygen", *self.argv())))

    def carried_to(self, command: Command, positionals: Sequence[str], *switches: str) -> CommandLine:
        """Return the line of another command with those of our flags that it takes as well, and these switches set."""
        named = {flag.name: flag for flag in command.flags}
        other = CommandLine()
        other.words, other.command, other.positionals = command.words, command, list(positionals)
        other.flags = [
            (flag, text)
            for flag, text in self.flags
            if flag.section == GLOBAL or (flag.name in named and named[flag.name].key == flag.key)
        ]
        written = {flag.name for flag, _ in other.flags}
        other.flags[:0] = [(named[name], "true") for name in switches if name in named and name not in written]
        return other

    def with_flags(self, changed: Mapping[str, str]) -> str | None:
        """Return this command line, as one types it, with other values for flags; None where it does not take one."""
        named = {flag.name: flag for flag in (*GLOBAL_FLAGS, *self.command.flags)} if self.command else {}
        if not named.keys() >= changed.keys():
            return None
        other = CommandLine()
        other.words, other.positionals = self.words, self.positionals
        kept = [each for each in self.flags if each[0].name not in changed]
        other.flags = [*kept, *((named[name], value) for name, value in changed.items())]
        return other.typed()

    def rehearsed(self) -> str:
        """Return this command line as one types it to run in the sandbox."""
        return self.typed().replace("heygen ", "heygen sandbox run -- ", 1)

    def trying(self, changed: Mapping[str, str]) -> str | None:
        """Return the hint to try this command line with other values for flags."""
        typed = self.with_flags(changed)
        return typed and f"Try: {typed}"
