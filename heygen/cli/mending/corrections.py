"""Corrects one word or flag of a command line after another, by `heygen.cli.mending.synonyms`, until the line can be read."""

from __future__ import annotations

from heygen.cli import tree, values
from heygen.cli.line import CommandLine
from heygen.cli.mending import synonyms
from heygen.cli.parser import read
from heygen.core.errors import HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Sequence

    from heygen.cli.command import Command, Flag
    from heygen.cli.line import Mistake

_MOST = 12  # mistakes of one line


class Draft:
    """A command line on its way to the one that was meant; `said` is what there is to know about it."""

    def __init__(self, argv: Sequence[str]) -> None:
        self.argv = list(argv)
        self.is_certain = True  # whether no other meaning is possible
        self.said: list[str] = []
        self.meant: dict[str, str] = {}  # flags of ours, by those that were written
        self.dropped: set[str] = set()  # flags that need no other
        self.tail = ""  # what follows the command in a shell, such as a pipe

    def put(self, at: int, count: int, *parts: str) -> None:
        """Replace `count` arguments from an index on."""
        self.argv[at : at + count] = parts


def correct(found: Draft, kinds: set[str]) -> CommandLine:
    """Correct one mistake of these kinds after another; return the line as it is read then, with what is still wrong."""
    for _ in range(_MOST):
        line = CommandLine()
        try:
            read(found.argv, line)
            return line
        except HeygenError as error:
            line.problems = line.problems or [error]
            mistake = next((each for each in line.mistakes if each.kind in kinds), None)
        if mistake is None or mistake.at >= len(found.argv):
            return line
        before = list(found.argv)
        {"word": _correct_word, "flag": _correct_flag, "surplus": _correct_surplus}[mistake.kind](found, mistake, line)
        if found.argv == before:
            return line
    return line


# --- words


def _correct_word(found: Draft, mistake: Mistake, line: CommandLine) -> None:
    word, before = mistake.text, mistake.words
    following = found.argv[mistake.at + 1 : mistake.at + 2]
    next_word = following[0] if following and not following[0].startswith("-") else None
    if not before and any(map(str.isspace, word.strip())):
        found.is_certain = False
        found.put(mistake.at, 1, *synonyms.PROMPT.split(), "--prompt", word)
        return
    if not before and word == "schema":
        _schema(found, mistake.at, next_word)
        return
    if not before and next_word and _reversed(found, mistake.at, word, next_word):
        return
    whole = synonyms.COMMANDS.get(" ".join((*before, word)))
    if whole:
        found.is_certain = found.is_certain and not whole.startswith("?")
        alone, _, followed = whole.lstrip("?").partition(" | ")
        _replace(found, [*line.places, mistake.at], (followed if followed and next_word else alone).split())
        return
    if not before and word in synonyms.NOUNS:
        words = synonyms.NOUNS[word].split()
        is_alone = next_word is None and not line.is_help and tree.command((*words, "list")) is not None
        _replace(found, [mistake.at], [*words, *(("list",) if is_alone else ())])
        return
    verb = _verb(word, before)
    if verb:
        _replace(found, [mistake.at], verb.split())
    elif mistake.near:
        found.is_certain = False
        found.meant[word] = mistake.near
        _replace(found, [mistake.at], [mistake.near])


def _replace(found: Draft, places: Sequence[int], words: Sequence[str]) -> None:
    """Put words in the place of those that stand in some places; a flag among them follows after everything else."""
    start = min(places)
    for at in sorted(places, reverse=True):
        del found.argv[at]
    switches = [each for each in words if each.startswith("--")]
    found.argv[start:start] = [each for each in words if each not in switches]
    found.argv += [each for each in switches if each not in found.argv]


def _verb(word: str, before: tuple[str, ...]) -> str | None:
    """Return our words for another verb, if they are those of a command here; the verb of a group may be its only one."""
    verb = synonyms.VERBS.get(word)
    return verb if verb and tree.command((*before, verb.split()[0])) is not None else None


def _reversed(found: Draft, at: int, verb: str, noun: str) -> bool:
    """Correct `list videos` to `video list`; return whether that is what it was."""
    known = tree.children(())
    words = (noun,) if noun in known else tuple(synonyms.NOUNS.get(noun, "").split())
    ours = synonyms.VERBS.get(verb, verb).split() or [verb]
    if not words or tree.command((*words, ours[0])) is None:
        return False
    _replace(found, [at, at + 1], [*words, *ours])
    return True


def _schema(found: Draft, at: int, next_word: str | None) -> None:
    """Correct `schema video create` to `video create --request-schema`."""
    if next_word is None:
        found.is_certain = False
        found.put(at, 1, "video", "create", "--request-schema")
        return
    rest = found.argv[at + 1 :]
    words = tuple(each for each in rest if not each.startswith("-"))
    command = next(filter(None, (tree.command(words[:n]) for n in range(len(words), 0, -1))), None)
    has_body = command is not None and any(flag.name == "request-schema" for flag in command.flags)
    found.put(at, len(rest) + 1, *rest, "--request-schema" if has_body else "--response-schema")


# --- flags


def _correct_flag(found: Draft, mistake: Mistake, line: CommandLine) -> None:
    token = found.argv[mistake.at]
    written, equals, joined = token.partition("=")
    if not token.startswith("--") and not equals and len(token) > 2:
        written, joined = token[:2], token[2:]
    name = written.lstrip("-")
    in_full = _in_full(token, line)
    if in_full:
        found.put(mistake.at, 1, in_full)
        found.meant[mistake.text] = in_full.partition("=")[0]
        return
    found.dropped.add(mistake.text)
    value = joined or (found.argv[mistake.at + 1] if mistake.at + 1 < len(found.argv) else None)
    width = 1 if joined or equals else 2  # of the flag with its value
    command = line.command
    if command is None:
        found.dropped.discard(mistake.text)
        _move_behind(found, mistake.at)
        return
    if name in synonyms.SECRETS:
        found.put(mistake.at, width)
    elif name in synonyms.NEEDLESS:
        found.put(mistake.at, 1)
        found.said.append(synonyms.NEEDLESS[name])
    elif name in synonyms.FORMATS and value is not None and value.lower() in (*synonyms.JSON, *synonyms.HUMAN):
        is_json = value.lower() in synonyms.JSON
        found.put(mistake.at, width, *(() if is_json else ("--human",)))
        found.said.append("the result is JSON anyway" if is_json else "--human is for people")
    elif name in synonyms.FIELDS and value is not None:
        _select(found, mistake.at, width, value, command)
    elif name in synonyms.PAGES and any(flag.name == "token" for flag in command.flags):
        found.put(mistake.at, width, *(() if value in ("0", "1") else ("--all",)))
        found.said.append("pages have no numbers: --token takes the next_token of the page before, --all fetches them all")
    elif name == "status" and _field(command, "status") == "data[].status":
        found.put(mistake.at, width, "--get", "data[].id,data[].status")
        found.said.append("the list cannot be filtered by status")
    else:
        _rename(found, mistake, written, equals + joined if equals else joined, width, value, command)


def _in_full(token: str, line: CommandLine) -> str | None:
    """Return a flag that was written with one dash as one writes it."""
    name = token.partition("=")[0].lstrip("-")
    names = {flag.name for flag in line.command.flags} if line.command else set()
    return f"-{token}" if not token.startswith("--") and len(name) > 1 and name in names else None


def _rename(
    found: Draft, mistake: Mistake, written: str, joined: str, width: int, value: str | None, command: Command
) -> None:
    """Put the flag that was meant in the place of one, if there is one; else the one that is spelled alike."""
    name = written.lstrip("-")
    given = {each.partition("=")[0] for each in found.argv}
    target = _target(name, command, given)
    found.dropped.discard(mistake.text)
    if target is None:
        if mistake.near and mistake.near not in given:
            found.put(mistake.at, 1, mistake.near + (joined if joined[:1] == "=" else f"={joined}" if joined else ""))
        return
    found.meant[mistake.text] = f"--{target.name}"
    if target.type == "boolean":
        # The value of a switch stands with it, and nowhere else.
        found.put(mistake.at, 1, f"--{target.name}")
    elif value is not None:
        found.put(mistake.at, width, f"--{target.name}", value)


def _target(name: str, command: Command, given: set[str]) -> Flag | None:
    from heygen.cli.command import GLOBAL_FLAGS, Flag as Made

    flags = {flag.name: flag for flag in (*GLOBAL_FLAGS, *command.flags)}
    named = {argument.name: Made(name=argument.name) for argument in command.arguments if not argument.is_repeated}
    ids = [each for each in named if each == name or each.endswith("-id")]
    snake = name.replace("_", "-")
    wanted = [snake, f"{snake}-id", f"{snake}-url", *synonyms.FLAGS.get(name, synonyms.FLAGS.get(snake, ()))]
    for each in wanted:
        each = ids[0] if each == "<>" and ids else each
        found = flags.get(each) or named.get(each)
        if found is not None and f"--{each}" not in given:
            return found
    return None


def _move_behind(found: Draft, at: int) -> None:
    """Move a flag of a command from before its words to the end, with its value if the line can be read then."""
    argv = found.argv
    for width in (2, 1):
        moved = [*argv[:at], *argv[at + width :], *argv[at : at + width]]
        line = CommandLine()
        try:
            read(moved, line)
        except HeygenError:
            if not line.command or line.mistakes:
                continue
        found.argv = moved
        return


def _field(command: Command, name: str) -> str | None:
    """Return the path of a field of a command's answer, as --get takes it: the one that is named so, or of that name."""
    if command.operation is None or command.operation.response_schema is None:
        return None
    from heygen.api import answer, path

    shape = (command.operation.response_schema, command.operation.document)
    try:
        steps = path.parse(name)
    except path.PathSyntaxError:
        return None
    if answer.can_have(shape, steps):
        return path.render(steps)
    meant = answer.meant(shape, steps)
    return path.render(meant) if meant and meant[-1] == steps[-1] else None


def _select(found: Draft, at: int, width: int, value: str, command: Command) -> None:
    """Put --get in the place of a flag that picks fields; what is more than fields is left to jq itself."""
    names = [each.strip().lstrip(".") for each in value.split(",")]
    fields = [_field(command, name) if name else None for name in names]
    if value.strip() == ".":
        found.put(at, width)
    elif all(fields):
        found.put(at, width, "--get", ",".join(map(str, fields)))
    else:
        from shlex import quote

        found.put(at, width)
        found.tail = f" | jq {quote(value)}"


# --- what is left over


def _correct_surplus(found: Draft, mistake: Mistake, line: CommandLine) -> None:
    command, at, text = line.command, mistake.at, mistake.text
    if command is None:
        return
    flags = {f"--{flag.name}": flag for flag in command.flags}
    before = found.argv[at - 1] if at else ""
    listed = flags.get(found.argv[at - 2]) if at >= 2 else None
    if before in flags and flags[before].type == "boolean" and text.lower() in (*values.TRUE, *values.FALSE):
        found.put(at - 1, 2, f"{before}={text}")
    elif listed is not None and listed.is_array and listed.is_split:
        found.put(at - 1, 2, f"{before},{_item(text)}")
    elif before == "--json":
        _select(found, at - 1, 2, text, command)
    elif command.words[-1] == "list" and _one_argument((*command.words[:-1], "get")):
        found.argv[line.places[-1]] = "get"
    elif command.words == ("video-translate", "create") and "video" not in line.given:
        _translate(found, at, text)
    else:
        _take_text(found, at, text, command, line)


def _item(text: str) -> str:
    return f'"{text}"' if "," in text and "(" not in text else text


def _one_argument(words: tuple[str, ...]) -> bool:
    command = tree.command(words)
    return command is not None and len(command.arguments) == 1


def _translate(found: Draft, at: int, text: str) -> None:
    """Correct `video-translate create ID`, which takes the URL of a video; a shell finds that of a video of ours."""
    found.is_certain = False
    url = text if "://" in text else f"$(heygen video get {text} --get data.video_url)"
    found.put(at, 1, "--set", "video.type=url", "--set", f"video.url={url}")


def _take_text(found: Draft, at: int, text: str, command: Command, line: CommandLine) -> None:
    """Give a text that stands alone to the flag that it is for."""
    found.is_certain = False
    given = {flag.name for flag, _ in line.flags}
    texts = [flag for name in synonyms.TEXTS for flag in command.flags if flag.name == name and name not in given]
    required = [flag for flag in texts if flag.is_required]
    if not texts:
        required = [flag for flag in command.flags if flag.is_required and flag.type == "string" and flag.name not in given]
        if len(required) == 1:
            found.put(at, 1, f"--{required[0].name}", text)
    elif required or "type" in given or "type" not in {flag.name for flag in command.flags}:
        script = next((flag for flag in texts if flag.name == "script"), texts[0])
        found.put(at, 1, f"--{(required or [script])[0].name}", text)
    else:
        found.put(at, 1, "--prompt", text)
        _replace(found, line.places, synonyms.PROMPT.split())
