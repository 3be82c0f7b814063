"""The flags of a command in its help: their order, which of them belong together, and what is said of each."""

from __future__ import annotations

import re

from heygen.cli.command import GLOBAL, GLOBAL_FLAGS, INPUT, OUTPUT, REQUEST, WAITING, value_name
from heygen.cli.help.blocks import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable, Sequence

    from heygen.api.fields import Field
    from heygen.cli.command import Command, Flag

_TITLES = {
    REQUEST: "Request flags",
    INPUT: "Input flags",
    WAITING: "Waiting flags",
    OUTPUT: "Output flags",
    GLOBAL: "Global flags",
}


def groups(node: Command, with_global_flags: bool = True) -> list[tuple[str, list[Flag]]]:
    """Return every flag of a command under the title of its section; each variant of a union body has one of its own."""
    own = {flag.name for flag in node.flags}
    shared = [flag for flag in GLOBAL_FLAGS if flag.name not in own] if with_global_flags else []
    found: dict[str, list[Flag]] = {}
    for section, title in _TITLES.items():
        if section == INPUT and node.operation is None:
            title = "Flags"
        of_section = [flag for flag in ranked(node) if flag.section == section] + (shared if section == GLOBAL else [])
        for flag in sorted(of_section, key=lambda flag: len(_variants(flag, node)) or 99, reverse=True):
            found.setdefault(heading(flag, node) or title, []).append(flag)
    return [(title, shown) for title, flags in found.items() if (shown := [flag for flag in flags if not flag.is_hidden])]


def ranked(node: Command) -> list[Flag]:
    """Return the flags of a command by weight: required ones, what the document names first (`x-cli-first`), what the
    examples use, and the rest as it is declared; deprecated ones last."""
    first = list(node.operation.first) if node.operation else []
    used = [word for example in node.examples for word in re.findall(r"(?<= )--?([a-z][a-z0-9-]*)", example["command"])]

    def weight(flag: Flag) -> tuple[bool, bool, int, int]:
        at = first.index(flag.key) if flag.key in first else len(first)
        names = [name for name in (flag.name, flag.short) if name in used]
        return flag.is_deprecated, not flag.is_required, at, min(map(used.index, names)) if names else len(used)

    return sorted(node.flags, key=weight)


def heading(flag: Flag, node: Command) -> str:
    """Return the title over the flags of some variants of a union body (`With --type avatar or image`), or nothing."""
    taken = _variants(flag, node)
    return f"With --{discriminator(node)} {either(taken)}" if taken else ""


def _variants(flag: Flag, node: Command) -> Sequence[str]:
    """Return the variants of a union body that take a flag, if not all do."""
    return flag.note.split(", ") if flag.note and discriminator(node) else ()


def term(flag: Flag, node: Command | None = None) -> Term:
    """Return a flag with its description, and in short sentences what it demands and allows beyond that."""
    return Term(name=written(flag), meaning=flag.description, remarks=_remarks(flag, node))


def written(flag: Flag) -> str:
    """Return a flag as its help shows it: `--data, -d <json|file|->`."""
    value = "" if flag.type == "boolean" else f" {value_name(flag)}"
    return f"--{flag.name}{f', -{flag.short}' if flag.short else ''}{value}"


def _remarks(flag: Flag, node: Command | None) -> tuple[str, ...]:
    """Return what the description does not say already."""
    found = []
    text = flag.description
    if flag.is_deprecated:
        found.append("Deprecated.")
    required = "" if node is None else requirement(flag, node)
    if required:
        found.append(f"{required}.")
    if flag.enum:
        if not all(_says(text, value) for value in flag.enum):
            found.append(f"One of: {', '.join(map(str, flag.enum))}.")
    elif flag.minimum is not None or flag.maximum is not None:
        if not all(_says(text, limit) for limit in (flag.minimum, flag.maximum) if limit is not None):
            found.append(_limits(flag.minimum, flag.maximum))
    if flag.is_array:
        found.append("Repeatable, or separated by commas." if flag.is_split and "by commas" not in text else "Repeatable.")
    if flag.takes_stdin:
        found.append("Give - to read it from stdin.")
    if flag.default is not None and flag.default is not False:
        default = str(flag.default).lower() if isinstance(flag.default, bool) else flag.default
        shown = ", ".join(map(str, default)) if isinstance(default, list) else str(default)
        if not (("default" in text or "unless set" in text) and _says(text, shown)):
            found.append(f"Default: {shown}.")
    return tuple(remark for remark in found if remark not in text)


def _says(text: str, value: Any) -> bool:
    """Tell whether a value stands in a text as a word of its own."""
    return re.search(rf"(?<![\w.-]){re.escape(str(value))}(?:\.0)?(?![\w-]|\.\d)", text) is not None


def requirement(flag: Flag, node: Command) -> str:
    """Return when a flag is required: `Required`, where its own section says with what; `Required with --type image`."""
    if flag.is_required:
        return "Required"
    field = _field(flag, node)
    if field is None or not field.required_in or not discriminator(node):
        return ""
    if set(field.required_in) == set(field.shapes):
        return "Required"
    return f"Required with --{discriminator(node)} {either(field.required_in)}"


def _field(flag: Flag, node: Command) -> Field | None:
    return next((each for each in node.fields if each.name == flag.dest), None)


def discriminator(node: Command) -> str | None:
    """Return the field that chooses the variant of a union body, or None where the body is none."""
    if node.operation is None:
        return None
    return (node.operation.body_schema or {}).get("discriminator", {}).get("propertyName")


def either(values: Iterable[str]) -> str:
    """Return words as a choice: `avatar, image or studio`."""
    *rest, last = values
    return f"{', '.join(rest)} or {last}" if rest else last


def _limits(low: float | None, high: float | None) -> str:
    if low is None:
        return f"At most {high}."
    return f"At least {low}." if high is None else f"From {low} to {high}."
