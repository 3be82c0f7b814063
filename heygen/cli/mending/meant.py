"""From a command line with words or flags that we do not have to the one that was meant.

One that differs by other words for a command that only reads is carried out; of any other, the error names the right one,
with the values that were given.
"""

from __future__ import annotations

from heygen.cli.mending import synonyms
from heygen.cli.mending.corrections import Draft, correct
from heygen.core.errors import HeygenError, usage_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Sequence

    from heygen.cli.line import CommandLine, Mistake

# Hand-written commands that may be carried out under other words: they change nothing, or what they change is asked for.
_HARMLESS = {("auth", "login"), ("auth", "status"), ("config", "list")}


def carried_out(argv: Sequence[str], line: CommandLine) -> list[str] | None:
    """Return the arguments to read in place of ones that have other words for a command that only reads, or None."""
    if not any(each.kind == "word" for each in line.mistakes):
        return None
    found = Draft(argv)
    read = correct(found, {"word"})
    if not found.is_certain or any(each.kind == "word" for each in read.mistakes) or read.is_lost:
        return None
    command = read.command
    if command is None or read.is_help or read.given.get("request_schema") or read.given.get("response_schema"):
        return found.argv
    is_read = command.operation.method == "GET" if command.operation else command.words in _HARMLESS
    return found.argv if is_read else None


def mended(error: HeygenError, argv: Sequence[str], line: CommandLine) -> HeygenError:
    """Return the error for a command line, with the one that was meant as its hint."""
    first = line.mistakes[0]
    unknown = [each for each in line.mistakes if each.kind == "flag"]
    is_about_flags = bool(unknown) and error.param == unknown[0].text
    if error.code != "usage_error" or not (is_about_flags or (error.param is None and first.kind != "flag")):
        return error
    found = Draft(argv)
    read = correct(found, {"word", "flag", "surplus"})
    is_read = not read.problems
    prog = " ".join(("heygen", *first.words))
    if is_about_flags:
        error = _unknown_flags(unknown, found, error)
    elif first.kind == "word" and read.command is not None and first.text not in found.meant:
        words, before = read.command.words, len(first.words)
        meant = " ".join(words[before:] if words[:before] == first.words else words)
        error.message = f'unknown command "{first.text}" for "{prog}"; did you mean {meant}?'
    error.message += "".join(f"; {each}" for each in found.said)
    if is_read:
        error.hint = f"Try: {_typed(found, read)}"
    elif first.kind == "word" and read.command is not None:
        error.hint = f"See: {read.command.path} --help"
    if any(each.text.lstrip("-") in synonyms.SECRETS for each in unknown):
        then = f"; then: {_typed(found, read)}" if is_read else ""
        error.hint = f"Set HEYGEN_API_KEY, or pipe the key into: heygen auth login{then}"
    return error


def _unknown_flags(unknown: Sequence[Mistake], found: Draft, first: HeygenError) -> HeygenError:
    """Return the one error for all unknown flags of a command line."""
    meant = {each.text: found.meant.get(each.text, each.near if each.text not in found.dropped else None) for each in unknown}
    prog = " ".join(("heygen", *unknown[0].words))
    if len(meant) == 1:
        ((name, other),) = meant.items()
        message = f'unknown flag "{name}" for "{prog}"'
        if other:
            message += f"; did you mean {other}?"
        elif not unknown[0].words:
            message += "; flags of a command come after its name"
        return usage_error(message, hint=first.hint, param=name)
    told = [f'"{name}"' + (f" (did you mean {other}?)" if other else "") for name, other in meant.items()]
    error = usage_error(f'unknown flags for "{prog}": {", ".join(told)}', hint=first.hint, param=unknown[0].text)
    error.details = {
        "details": [
            {"path": name, "problem": "is not a known flag" + (f"; did you mean {other}?" if other else "")}
            for name, other in meant.items()
        ]
    }
    return error


def _typed(found: Draft, line: CommandLine) -> str:
    """Return the line as one types it; what it still lacks stands in angle brackets."""
    from shlex import quote

    def shown(part: str) -> str:
        # A command in a value, `$(heygen ...)`, is for the shell to carry out.
        return f'"{part}"' if "$(heygen " in part and not set('"`\\') & set(part) else quote(part)

    parts = ["heygen", *map(shown, found.argv)]
    for written in _lacking(line):
        parts.append(written if written.startswith("<") else f"{written} <{written[2:]}>")
    return " ".join(parts) + found.tail


def _lacking(line: CommandLine) -> list[str]:
    """Return what a command line needs and has not, as one writes it: arguments, and flags that nothing stands in for."""
    import re

    from heygen.api.fields import flag_name

    if line.command is None or line.is_help or any(line.given.get(key) for key in ("request_schema", "response_schema", "example")):
        return []
    if "data" in line.given:
        return [each for each in line.missing if each.startswith("<")]
    chosen = line.given.get("type")
    elsewhere = {re.split(r"[.\[=]", each, maxsplit=1)[0] for each in line.given.get("set", ())}
    fields = {f"--{flag_name(field.name)}": field for field in line.command.fields}
    of_variant = [
        written
        for written, field in fields.items()
        if chosen in field.required_in and not field.is_required and field.name not in line.given
    ]
    return [each for each in (*line.missing, *of_variant) if each not in fields or fields[each].name not in elsewhere]
