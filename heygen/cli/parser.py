"""From argv to a command and its values: finds the words, then has argparse read what follows them.

argparse alone can take neither global flags before a command word, nor `--flag=false`, nor a value that starts
with a dash, nor flags after positionals of a subcommand, and it suggests nothing. So the command line is put
into one canonical order first: words, `--flag=value`, `--`, positionals. This is the one place that does it.
argparse is imported only where a flag has a value to read: for switches alone, such as --help, it takes half of
a start and has nothing to do.
"""

from __future__ import annotations

from heygen.cli import tree
from heygen.cli.tree import Command, Flag, Group
from heygen.core.errors import HeygenError, usage_error
from heygen.core.record import Record
from heygen.core.suggest import closest, listing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, Sequence

_TRUE = ("true", "1", "t")
_FALSE = ("false", "0", "f")


class Parsed(Record):
    """A command line, read. `command` is None where only a group, or nothing, was named.

    `given` holds the flags that the user set and the positionals, by key; `missing` names required arguments
    and flags that are not there, as the user would write them.
    """

    words: tuple[str, ...]
    command: Command | None
    given: dict[str, Any]
    options: dict[str, Any]  # the global flags
    missing: tuple[str, ...] = ()
    deprecated: tuple[str, ...] | None = None
    topic: str | None = None  # of `heygen help <topic>`


def parse(argv: Sequence[str]) -> Parsed:
    """Read a command line (without the program's name). Raises usage errors that suggest near misses."""
    return _Reader(argv).read()


def parse_leniently(argv: Sequence[str]) -> dict[str, Any]:
    """Return the global flags of a command line that parse() refused, as far as they can be told."""
    options: dict[str, Any] = {}
    flags = {f"--{flag.name}": flag for flag in tree.GLOBAL_FLAGS}
    for index, text in enumerate(argv):
        if text == "--":
            break
        name, equals, value = text.partition("=")
        flag = flags.get(name)
        if flag is None:
            continue
        if flag.type == "boolean":
            options[flag.key] = value.lower() not in _FALSE if equals else True
        elif flag.enum:
            value = value if equals else next(iter(argv[index + 1 :]), "")
            if value in flag.enum:
                options[flag.key] = value
    return options


def usage(argv: Sequence[str]) -> str:
    """Return the line that shows how the command is called that a command line, right or wrong, is about."""
    reader = _Reader(argv)
    try:
        reader.read()
    except HeygenError:
        pass  # it was reported before; here the words matter that it had by then
    return reader.command.usage if reader.command else " ".join(("heygen", *reader.words, "<command>", "[flags]"))


def repeated(argv: Sequence[str], name: str, value: str) -> str | None:
    """Return a right command line once more, as one types it, with another value for a flag; None where it has none."""
    from shlex import quote

    reader = _Reader(argv)
    reader.read()
    if reader.command is None or all(flag.name != name for flag in reader.command.flags):
        return None
    parts = [*reader.words, *reader.positionals]
    for flag, given in reader.flags:
        if flag.name != name:
            parts.extend([f"--{flag.name}"] if (flag.type, given) == ("boolean", "true") else [f"--{flag.name}", given])
    return " ".join(quote(part) for part in ("heygen", *parts, f"--{name}", value))


class _Reader:
    """Reads one command line from left to right."""

    def __init__(self, argv: Sequence[str]) -> None:
        self.tokens = list(argv)
        self.at = 0
        self.words: tuple[str, ...] = ()
        self.command: Command | None = None
        self.deprecated: tuple[str, ...] | None = None
        self.flags: list[tuple[Flag, str]] = []
        self.positionals: list[str] = []
        self.help_asked = False
        self.topic: str | None = None

    def read(self) -> Parsed:
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            self.at += 1
            if token == "--":
                self._take_rest()
            elif token.startswith("--"):
                self._long_flag(token)
            elif len(token) > 1 and token.startswith("-") and not _is_number(token):
                self._short_flag(token)
            else:
                self._word(token)
        return self._result()

    # --- words

    def _word(self, token: str) -> None:
        if self.command is not None:
            self.positionals.append(token)
            if self.command.takes_rest:
                self._take_rest()
            return
        if token == "help" and not self.help_asked:
            self.help_asked = True
            return
        words = (*self.words, token)
        level = self._children()
        if self.help_asked and not self.words:
            from heygen.cli.topics import TOPICS

            # `heygen help sandbox` is about the topic, `heygen help sandbox start` about the command.
            if token in TOPICS and (token not in level or all(each.startswith("-") for each in self.tokens[self.at :])):
                self.topic = token
                return
            level = [*level, *TOPICS]
        if token not in level:
            raise self._unknown_word(token, level)
        self.words = words
        if words in tree.DEPRECATED:
            self.deprecated, self.words = words, tree.DEPRECATED[words]
        if self.words in self._commands():
            self.command = tree.command(self.words)

    def _commands(self) -> list[tuple[str, ...]]:
        return tree.command_words(self.words[0]) if self.words else []

    def _children(self) -> list[str]:
        """Return the words that may follow those read so far."""
        depth = len(self.words)
        if not depth:
            return [*tree.top_level(), *(words[0] for words in tree.DEPRECATED)]
        candidates = [*self._commands(), *tree.DEPRECATED]
        return list(dict.fromkeys(each[depth] for each in candidates if len(each) > depth and each[:depth] == self.words))

    def _unknown_word(self, token: str, level: Iterable[str]) -> HeygenError:
        shown = [word for word in level if (*self.words, word)[:1] not in [(old[0],) for old in tree.DEPRECATED]]
        shown = list(dict.fromkeys(shown))  # a tool and a topic of help may have one name
        near = closest(token, shown)
        where = " ".join(("heygen", *self.words))
        message = f'unknown command "{token}" for "{where}"'
        if near:
            return usage_error(f"{message}; did you mean {near}?", hint=f"Try: {where} {near} --help")
        return usage_error(f"{message}; expected one of: {listing(shown)}", hint=f"See: {where} --help")

    def _take_rest(self) -> None:
        self.positionals.extend(self.tokens[self.at :])
        self.at = len(self.tokens)

    # --- flags

    def _available(self) -> dict[str, Flag]:
        root_alone = () if self.words else (tree.VERSION,)
        help_alone = (tree.HELP_ALL,) if self.help_asked else ()
        flags = (*tree.GLOBAL_FLAGS, *root_alone, *help_alone, *(self.command.flags if self.command else ()))
        return {flag.name: flag for flag in flags}

    def _long_flag(self, token: str) -> None:
        name, equals, value = token[2:].partition("=")
        flag = self._available().get(name)
        if flag is None:
            raise self._unknown_flag(f"--{name}", name)
        self._take(flag, value if equals else None, f"--{name}")

    def _short_flag(self, token: str) -> None:
        flag = next((each for each in self._available().values() if each.short == token[1]), None)
        if flag is None:
            raise self._unknown_flag(token, token[1:])
        value = token[2:]
        self._take(flag, value[1:] if value.startswith("=") else value or None, token[:2])

    def _take(self, flag: Flag, value: str | None, written: str) -> None:
        if value is None and flag.type == "boolean":
            value = "true"
        if value is None:
            if self.at >= len(self.tokens):
                raise usage_error(f"{written} needs a value: {tree.value_name(flag)}", param=flag.name)
            value = self.tokens[self.at]
            self.at += 1
        self.flags.append((flag, value))

    def _unknown_flag(self, written: str, name: str) -> HeygenError:
        available = self._available()
        where = " ".join(("heygen", *self.words))
        near = closest(name, available)
        message = f'unknown flag "{written}" for "{where}"'
        if near:
            return usage_error(f"{message}; did you mean --{near}?", hint=f"See: {where} --help", param=name)
        if self.command is None:
            message += "; the flags of a command stand after its words"
        return usage_error(message, hint=f"See: {where} --help", param=name)

    # --- the end

    def _result(self) -> Parsed:
        if any(flag.name == "help" for flag, _ in self.flags):
            # Help is for a command line that is still being written; its other values do not matter yet.
            self.flags, self.positionals = [each for each in self.flags if each[0] in tree.GLOBAL_FLAGS], []
        given = {**_argparse_values(self.words, self.flags), **self._grouped_positionals()}
        own = {flag.key for flag in self.command.flags} if self.command else set()
        general = [flag.key for flag in (*tree.GLOBAL_FLAGS, tree.VERSION, tree.HELP_ALL) if flag.key not in own]
        options = {key: given.pop(key) for key in general if key in given}
        if self.help_asked:
            options["help"] = True
        missing: list[str] = []
        if self.command is not None:
            missing.extend(f"<{each.name}>" for each in self.command.arguments if each.is_required and each.key not in given)
            missing.extend(f"--{each.name}" for each in self.command.flags if each.is_required and each.key not in given)
        return Parsed(
            words=self.words,
            command=self.command,
            given=given,
            options=options,
            missing=tuple(missing),
            deprecated=self.deprecated,
            topic=self.topic,
        )

    def _grouped_positionals(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        rest = self.positionals
        for argument in self.command.arguments if self.command else ():
            if argument.is_repeated:
                if rest:
                    values[argument.key], rest = rest, []
            elif rest:
                values[argument.key], rest = rest[0], rest[1:]
                if not values[argument.key]:
                    raise usage_error(f"<{argument.name}> must not be empty", param=argument.name)
                if argument.choices and values[argument.key] not in argument.choices:
                    raise _not_among(f"<{argument.name}>", values[argument.key], argument.choices, argument.name)
        if rest and self.command is not None:
            if any(flag.is_secret for flag in self.command.flags):
                raise usage_error(
                    f'unexpected argument for "{self.command.path}"',
                    hint="A secret on the command line is seen by other users and kept in the shell's history; pipe it in",
                )
            raise usage_error(
                f'unexpected argument "{rest[0]}" for "{self.command.path}"', hint=f"Usage: {self.command.usage}"
            )
        return values


def _argparse_values(words: tuple[str, ...], flags: list[tuple[Flag, str]]) -> dict[str, Any]:
    """Return the typed values of the flags that were given, by key; the last one counts, an array's add up.

    The argparse tree has the one path that is walked, and of its flags those that were given: an unknown one has
    been refused by now, with a suggestion.
    """
    if all(flag.type == "boolean" for flag, _ in flags):
        return {flag.key: convert(flag, text) for flag, text in flags}
    from argparse import SUPPRESS, ArgumentParser

    parser = root = ArgumentParser(prog="heygen", add_help=False, allow_abbrev=False)
    for word in words:
        parser = parser.add_subparsers().add_parser(word, add_help=False, allow_abbrev=False)
    for flag in {flag.name: flag for flag, _ in flags}.values():
        parser.add_argument(
            f"--{flag.name}",
            dest=flag.key,
            action="extend" if flag.is_array else "store",
            default=SUPPRESS,
            type=lambda text, flag=flag: convert(flag, text[1:]),
        )
    # A sign before each value: one that is `--` and nothing else would be lost.
    canonical = [*words, *(f"--{flag.name}=:{value}" for flag, value in flags)]
    return vars(root.parse_args(canonical))


def convert(flag: Flag, text: str) -> Any:
    """Return the typed value of a flag; for an array, the list of items that one occurrence gives.

    Raises a usage error that names the flag and what it allows.
    """
    if not flag.is_array:
        return _scalar(flag, text)
    parts = _split(text) if flag.is_split else [text]
    return [_scalar(flag, part) for part in parts]


def _split(text: str) -> list[str]:
    """Split at commas, but for those in double quotes or in parentheses: `Chinese (Mandarin, Simplified)` is one."""
    items, item, depth, is_quoted = [], "", 0, False
    for sign in text:
        if sign == '"':
            is_quoted = not is_quoted
        elif sign == "," and not is_quoted and depth <= 0:
            items.append(item)
            item = ""
        else:
            depth += (sign == "(") - (sign == ")")
            item += sign
    return [each.strip() for each in (*items, item) if each.strip()]


def _scalar(flag: Flag, text: str) -> Any:
    name = f"--{flag.name}"
    value: Any = text
    if flag.type == "boolean":
        if text.lower() in _TRUE:
            return True
        if text.lower() in _FALSE:
            return False
        shown = "what was given" if flag.is_secret else f'"{text}"'
        raise usage_error(f"{name} must be true or false, not {shown}", param=flag.name)
    if flag.type == "integer":
        if not _is_integer(text):
            raise usage_error(f'{name} must be an integer, not "{text}"', param=flag.name)
        value = int(text)
    elif flag.type == "number":
        if not _is_number(text):
            raise usage_error(f'{name} must be a number, not "{text}"', param=flag.name)
        value = int(text) if _is_integer(text) else float(text)
    elif flag.type == "duration":
        from heygen.core import duration

        try:
            return duration.parse(text)
        except ValueError as error:
            raise usage_error(f"{name} {error}", param=flag.name) from error
    if flag.enum and value not in flag.enum:
        raise _not_among(name, text, flag.enum, flag.name)
    if flag.type in ("integer", "number"):
        low, high = flag.minimum, flag.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            from heygen.api.validation import bounds

            limits = bounds({"minimum": low, "maximum": high})
            raise usage_error(f"{name} must be {limits}, not {text}", param=flag.name)
    return value


def _not_among(name: str, text: str, allowed: Sequence[Any], param: str) -> HeygenError:
    near = closest(text, [str(each) for each in allowed])
    suggestion = f"; did you mean {near}?" if near else ""
    return usage_error(f'{name} must be one of: {listing(allowed)}; not "{text}"{suggestion}', param=param)


def _is_integer(text: str) -> bool:
    digits = text[1:] if text[:1] in ("-", "+") else text
    return digits.isascii() and digits.isdigit() and len(digits) <= 18


def _is_number(text: str) -> bool:
    if not text.isascii() or any(sign not in "0123456789.+-eE" for sign in text):
        return False
    try:
        return abs(float(text)) != float("inf")
    except ValueError:
        return False
