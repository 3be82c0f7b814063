"""Reads a command line with a tree of argparse parsers: one per group and per command, made when its word is read.

argparse finds the words, the flags and their values, converts and checks them, and gives each positional its place.
What it lacks stands in `Parser` and nowhere else: flags anywhere, `--flag=false`, values that look like flags, a path
parameter given as a flag, near misses, and going on after a mistake, so that an error is told in the mode that the
rest of the command line asks for.
"""

from __future__ import annotations

from argparse import PARSER, SUPPRESS, Action, ArgumentParser, HelpFormatter

from heygen.cli import registry, tree, values
from heygen.cli.command import GLOBAL, GLOBAL_FLAGS, HELP_ALL, VERSION, Flag, value_name
from heygen.core.errors import HeygenError, usage_error
from heygen.core.suggest import closest, listing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import Any, Iterator, Mapping, Sequence

    from heygen.cli.command import Argument, Command

# Stands before every value that argparse is handed, so that none looks like a flag to it.
_MARK = ":"
# Global flags may have the name of a request field; argparse keeps them apart by this.
_GLOBAL = "global "


class CommandLine:
    """A command line as far as it has been read: what is to run with which values, and what is wrong with it.

    `command` is None where only a group, or nothing, is named. `given` holds the flags and positionals that the user
    set, by key, `options` the global flags; `missing` names required ones that are not there, as one writes them.
    """

    def __init__(self, options: dict[str, Any] | None = None) -> None:
        self.words: tuple[str, ...] = ()
        self.command: Command | None = None
        self.given: dict[str, Any] = {}
        self.options: dict[str, Any] = dict(options or {})
        self.missing: tuple[str, ...] = ()
        self.moved_from: tuple[str, ...] | None = None  # the old words that were used
        self.is_help = False  # `heygen help …`, or --help
        self.is_help_word = False  # `heygen help …` alone
        self.is_brief = False  # -h, or nothing at all: the short help
        self.topic: str | None = None  # of `heygen help <topic>`
        self.problems: list[HeygenError] = []
        self.usage = ""  # how the command or group is called; of that with the first problem, if there is one
        self.flags: list[tuple[Flag, str]] = []  # as they were written, in order
        self.positionals: list[str] = []

    def argv(self) -> list[str]:
        """Return the arguments once more: words, positionals, flags."""
        looks_like_flags = any(text.startswith("-") for text in self.positionals)
        parts = [*self.words, *(() if looks_like_flags else self.positionals)]
        for flag, text in self.flags:
            if flag.type == "boolean":
                parts.append(f"--{flag.name}" + ("=false" if text.lower() in values.FALSE else ""))
            elif text.startswith("-"):
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
        named = {flag.name: flag for flag in self.command.flags} if self.command else {}
        if not named.keys() >= changed.keys():
            return None
        other = CommandLine()
        other.words, other.positionals = self.words, self.positionals
        kept = [each for each in self.flags if each[0].name not in changed]
        other.flags = [*kept, *((named[name], value) for name, value in changed.items())]
        return other.typed()


def read(argv: Sequence[str], line: CommandLine) -> None:
    """Read a command line (without the program's name) into `line`.

    Raises the first of the usage errors, which suggest near misses; `line` then holds all that could be read.
    """
    for key, value in vars(Parser(line).parse_args(argv)).items():
        if key.startswith(_GLOBAL):
            line.options[key[len(_GLOBAL) :]] = value
        else:
            line.given[key] = value
    if line.is_help_word:
        line.options["help"] = True
    command = line.command
    if command is not None:
        empty = [each for each in command.arguments if line.given.get(each.key) == ""]
        line.problems += (usage_error(f"<{each.name}> must not be empty", param=each.name) for each in empty)
        needed = [(f"<{each.name}>", each) for each in command.arguments]
        needed += [(f"--{each.name}", each) for each in command.flags]
        line.missing = tuple(written for written, each in needed if each.is_required and each.key not in line.given)
    if line.problems:
        raise line.problems[0]


class Parser(ArgumentParser):
    """The parser of one group or command: reads what stands after its word, into the command line it belongs to.

    After an unknown word (`is_lost`), only the global flags can still be told.
    """

    def __init__(self, line: CommandLine, words: tuple[str, ...] = (), is_lost: bool = False) -> None:
        command = tree.command(words) if words and not is_lost else None
        prog = " ".join(("heygen", *words))
        super().__init__(
            prog=prog,
            usage=command.usage if command else f"{prog} <command> [flags]",
            add_help=False,
            allow_abbrev=False,
            argument_default=SUPPRESS,
            # argparse makes a formatter to check each argument; one without a width would look for the terminal's.
            formatter_class=lambda prog: HelpFormatter(prog, width=80),
        )
        self.color = False  # what argparse would print, from 3.14 on in colour, is never printed
        self.line = line
        self.words = words
        self.is_lost = is_lost
        self.command = command
        if not line.problems:
            line.usage = self.usage
        self.flags: dict[str, Flag] = {}  # by how they are written
        self.stand_ins: dict[str, Flag] = {}  # for positionals, by their names
        if command is not None:
            line.command = command
            for flag in command.flags:
                self._add_flag(flag, flag.key)
            for argument in command.arguments:
                if not argument.is_repeated and f"--{argument.name}" not in self.flags:
                    self.stand_ins[argument.name] = Flag(
                        name=argument.name, enum=argument.choices, is_upper=argument.is_upper
                    )
                    self._add_flag(self.stand_ins[argument.name], argument.key)
        elif not is_lost:
            self.add_subparsers(prog=self.prog, action=_Word, dest=SUPPRESS)
        for flag in (*GLOBAL_FLAGS, *(() if words else (VERSION,)), *((HELP_ALL,) if line.is_help_word else ())):
            if f"--{flag.name}" not in self.flags:
                self._add_flag(flag, _GLOBAL + flag.key)

    def _add_flag(self, flag: Flag, dest: str) -> None:
        self.flags[f"--{flag.name}"] = flag
        if flag.short:
            self.flags.setdefault(f"-{flag.short}", flag)
        self.add_argument(
            f"--{flag.name}",
            dest=dest,
            # A value that is split may come to nothing, or to several.
            action=("extend" if flag.is_split else "append") if flag.is_array else "store",
            nargs="*" if flag.is_array and flag.is_split else None,
            type=lambda text: self._typed(flag, text[len(_MARK) :]),
            choices=None if flag.is_of_body else flag.enum or None,
        )

    def _add_positional(self, argument: Argument) -> None:
        def value(text: str) -> str:
            # Until 3.11, argparse converts the default of a positional that is not there as well.
            if text is SUPPRESS:
                return text
            return text[len(_MARK) :].upper() if argument.is_upper else text[len(_MARK) :]

        self.add_argument(
            argument.key,
            metavar=argument.name,
            nargs="*" if argument.is_repeated else "?",
            type=value,
            choices=argument.choices or None,
        )

    # --- what argparse calls

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> tuple[Namespace, list[str]]:
        """Read the arguments, brought into the order that argparse needs; what is left over is a problem."""
        flags, rest = self._sorted(list(args))
        if self.line.is_help:
            # Help is for a command line that is still being written: its values do not matter yet.
            flags = [(flag, text) for flag, text in flags if flag.section == GLOBAL]
            rest = rest if self.command is None else []
        self.line.flags += flags
        marked = [part for flag, text in flags for part in _marked(flag, text)]
        if self.command is None:
            return super().parse_known_args([*marked, *rest], namespace)
        self.line.positionals = rest
        given = [flag for flag, _ in flags]
        for argument in self.command.arguments:
            if self.stand_ins.get(argument.name) not in given:
                self._add_positional(argument)
        namespace, surplus = super().parse_known_args([*(_MARK + text for text in rest), *marked], namespace)
        if surplus:
            self.line.problems.append(self._surplus(surplus[0][len(_MARK) :]))
        return namespace, []

    def _typed(self, flag: Flag, text: str) -> Any:
        try:
            return values.typed(flag, text)
        except HeygenError as error:
            self.line.problems.append(error)
            return text

    def _check_value(self, action: Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices and value is not SUPPRESS:
            written = action.option_strings[0] if action.option_strings else f"<{action.metavar}>"
            self.line.problems.append(values.not_among(written, value, tuple(action.choices), written.strip("-<>")))

    def error(self, message: str) -> Any:
        """Raise argparse's own complaint as a usage error; nothing is printed and nothing exits here."""
        raise usage_error(message)

    # --- flags

    def _sorted(self, tokens: list[str]) -> tuple[list[tuple[Flag, str]], list[str]]:
        """Return the flags that stand here, each with its value, and the rest: positionals, or a word and all after it."""
        flags: list[tuple[Flag, str]] = []
        rest: list[str] = []
        following = iter(tokens)
        for token in following:
            if token == "--":
                rest += following
            elif token.startswith("-") and token != "-" and not values.is_number(token):
                flags += self._flag(token, following)
            else:
                rest.append(token)
                if self.takes_rest:
                    rest += following
        return flags, [] if self.is_lost else rest

    @property
    def takes_rest(self) -> bool:
        """Whether what follows the first word is read elsewhere: by the parser of that word, or by another program."""
        return not self.is_lost and (self.command is None or self.command.takes_rest)

    def _flag(self, token: str, following: Iterator[str]) -> list[tuple[Flag, str]]:
        """Return the flag that a token names, with the value that is written with it or follows; none if unknown."""
        if token.startswith("--"):
            written, equals, value = token.partition("=")
            text = value if equals else None
        else:
            written, value = token[:2], token[2:]
            text = value[1:] if value.startswith("=") else value or None
        flag = self.flags.get(written)
        if flag is None:
            self.line.problems.append(self._unknown_flag(written if written.startswith("--") else token))
            return []
        if text is None:
            text = "true" if flag.type == "boolean" else next(following, None)
        if text is None:
            self.line.problems.append(usage_error(f"{written} needs a value: {value_name(flag)}", param=flag.name))
            return []
        if flag.name == "help" and text.lower() in values.TRUE:
            self.line.is_help = True
            self.line.is_brief = written == "-h" and not self.line.is_help_word
        return [(flag, text)]

    def _unknown_flag(self, written: str) -> HeygenError:
        name = written.lstrip("-")
        near = closest(name, [flag.name for flag in self.flags.values() if not flag.is_hidden])
        message = f'unknown flag "{written}" for "{self.prog}"'
        if near:
            message += f"; did you mean --{near}?"
        elif self.command is None:
            message += "; flags of a command come after its name"
        return usage_error(message, hint=f"See: {self.prog} --help", param=name)

    # --- words and positionals

    def child(self, word: str, rest: list[str]) -> Parser:
        """Return the parser of what follows a word, which stands before `rest`."""
        line = self.line
        if word == "help" and not line.is_help_word:
            line.is_help_word = line.is_help = True
            return Parser(line, self.words)
        level = tree.children(self.words)
        if line.is_help_word and not self.words:
            from heygen.cli.topics import TOPICS

            # `heygen help sandbox` is about the topic, `heygen help sandbox start` about the command.
            if word in TOPICS and (word not in level or all(each.startswith("-") for each in rest)):
                line.topic = word
                return Parser(line)
            level = [*level, *TOPICS]
        words = (*self.words, word)
        if word not in level:
            line.problems.append(self._unknown_word(word, level))
            return Parser(line, self.words, is_lost=True)
        if words in registry.DEPRECATED:
            line.moved_from, words = words, registry.DEPRECATED[words]
        line.words = words
        return Parser(line, words)

    def _unknown_word(self, word: str, level: list[str]) -> HeygenError:
        old = {words[0] for words in registry.DEPRECATED}
        shown = [each for each in dict.fromkeys(level) if (self.words or (each,))[0] not in old]
        near = closest(word, shown)
        message = f'unknown command "{word}" for "{self.prog}"'
        if near:
            is_topic = self.line.is_help_word and near not in tree.children(self.words)
            wanted = f"{self.prog} help {near}" if is_topic else f"{self.prog} {near} --help"
            return usage_error(f"{message}; did you mean {near}?", hint=f"Try: {wanted}")
        return usage_error(f"{message}; expected one of: {listing(shown)}", hint=f"See: {self.prog} --help")

    def _surplus(self, text: str) -> HeygenError:
        message = f'for "{self.prog}"'
        if any(flag.is_secret for flag in self.flags.values()):
            return usage_error(
                f"unexpected argument {message}",
                hint="A secret on the command line is seen by other users and kept in the shell's history; pipe it in",
            )
        return usage_error(f'unexpected argument "{text}" {message}', hint=f"Usage: {self.line.usage}")


class _Word(Action):
    """The subparsers of a group: hands everything after a word to the parser of that word, which is made then."""

    def __init__(self, option_strings: Sequence[str], prog: str, parser_class: type[Parser], **options: Any) -> None:
        super().__init__(option_strings, nargs=PARSER, **options)

    def __call__(self, parser: Any, namespace: Any, values: Any, option_string: str | None = None) -> None:
        word, *rest = values
        parser.child(word, rest).parse_known_args(rest, namespace)


def _marked(flag: Flag, text: str) -> list[str]:
    parts = values.items(text) if flag.is_array and flag.is_split else [text]
    return [f"--{flag.name}", *(_MARK + part for part in parts)]
