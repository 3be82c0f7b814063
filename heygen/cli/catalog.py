"""The command tree as plain data: what each command is called, takes, does and returns."""

from __future__ import annotations

from heygen.cli import tree
from heygen.cli.command import GLOBAL_FLAGS, value_name
from heygen.cli.help.pages import in_order

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

    from heygen.api.operations import Operation
    from heygen.cli.command import Argument, Command, Flag

_INTRODUCTION = (
    "heygen COMMAND, one a line: its <arguments>, required flags and {objects}, which -d and --set take. All flags: heygen "
    "COMMAND --help; a body: heygen COMMAND --example. Marks: w takes --wait, p pages (--limit, --token, --all), d takes a "
    "JSON body (-d, --set), ! deletes (--force)."
)


_LONGEST_VALUES = 50  # signs of a flag's values on a line


def commands(words: Sequence[str] = ()) -> list[Command]:
    """Return the commands below some words, group by group, in the order of listings; hidden ones are left out."""
    found: list[Command] = []
    for name in [words[0]] if words else tree.top_level():
        single = tree.command((name,))
        found += [single] if single is not None else in_order(tree.group((name,)))
    below = [each for each in found if each.words[: len(words)] == tuple(words)]
    return [each for each in below if not each.is_hidden]


def catalog(words: Sequence[str] = ()) -> dict[str, Any]:
    """Return the commands below some words, or all, as data."""
    return {"commands": [described(each) for each in commands(words)], "global_flags": _flags(GLOBAL_FLAGS)}


def described(command: Command) -> dict[str, Any]:
    """Return one command as data. Of what it returns, the fields are named as --get takes them."""
    operation = command.operation
    found: dict[str, Any] = {"command": " ".join(command.words), "summary": command.summary}
    if command.is_deprecated:
        found["deprecated"] = True
        if command.replaced_by:
            found["replaced_by"] = " ".join(command.replaced_by)
    found["arguments"] = [_argument(each) for each in command.arguments]
    found["flags"] = _flags(command.flags)
    found["waitable"] = _has(command, "wait")
    found["destructive"] = operation is not None and operation.is_destructive
    if operation is not None:
        found["idempotent"] = _idempotent(operation)
        found["returns"] = _returned(operation)
        if operation.wait is not None and operation.method != "GET":
            found["returns_with_wait"] = f"what {' '.join(operation.wait.follow_up)} returns"
    return found


def _argument(argument: Argument) -> dict[str, Any]:
    found: dict[str, Any] = {"name": argument.name, "required": argument.is_required}
    if argument.is_repeated:
        found["repeatable"] = True
    if argument.choices:
        found["values"] = list(argument.choices)
    return found


def _flags(flags: Sequence[Flag]) -> list[dict[str, Any]]:
    return [_flag(each) for each in flags if not each.is_hidden and not each.is_deprecated]


def _flag(flag: Flag) -> dict[str, Any]:
    found: dict[str, Any] = {"name": f"--{flag.name}", "type": flag.type}
    if flag.short:
        found["short"] = f"-{flag.short}"
    if flag.is_required:
        found["required"] = True
    if flag.is_array:
        found["repeatable"] = True
    for name, value in (("values", list(flag.enum)), ("minimum", flag.minimum), ("maximum", flag.maximum)):
        if value not in (None, []):
            found[name] = value
    if flag.default is not None:
        found["default"] = flag.default
    if flag.note:
        found["only_with_type"] = flag.note.split(", ")
    return found


def _has(command: Command, name: str) -> bool:
    return any(flag.name == name for flag in command.flags)


def _idempotent(operation: Operation) -> bool | str:
    """Return whether a repeat does nothing twice, or the flag with which it does not."""
    from heygen.api.fields import flag_name

    kind = operation.idempotency or ""
    if operation.method != "POST":
        return operation.method != "PATCH"
    if kind == "header":
        return "--idempotency-key"
    return f"--{flag_name(kind[len('body:') :])}" if kind.startswith("body:") else kind == "natural"


def _returned(operation: Operation) -> list[str]:
    """Return the fields of an answer, down to those of `data`."""
    from heygen.api import answer

    if operation.response_schema is None:
        return []
    shape = (operation.response_schema, operation.document)
    found = []
    for name in answer.fields_at(shape, []):
        path = [name, None] if name == "data" and answer.is_list(shape, [name]) else [name]
        written = f"{name}[]" if None in path else name
        inner = answer.fields_at(shape, path) if name == "data" else []
        found += [f"{written}.{each}" for each in inner] or [written]
    return found


def text(words: Sequence[str] = ()) -> str:
    """Return the commands below some words, or all, for a context window: one a line; what is deprecated is left out."""
    shown = [each for each in commands(words) if not each.is_deprecated]
    return "".join(f"{line}\n" for line in (_INTRODUCTION, *map(_line, shown)))


def _values(flag: Flag) -> str:
    values = "|".join(map(str, flag.enum))
    return values if 0 < len(values) <= _LONGEST_VALUES else value_name(flag)


def _required_objects(command: Command) -> list[str]:
    """Return the fields without a flag that a body must have, whatever its variant."""
    operation = command.operation
    if operation is None or operation.body_schema is None:
        return []
    from heygen.api import schema as schemas
    from heygen.api.fields import nested_fields

    variants = tuple(schemas.variants(schemas.resolve(operation.body_schema, operation.document), operation.document)) or ("",)
    nested = nested_fields(operation.body_schema, operation.document)
    return [name for name, required_in in nested.items() if tuple(required_in) == variants]


def _line(command: Command) -> str:
    parts = [*command.words]
    parts += (f"<{each.name}>" + ("..." if each.is_repeated else "") for each in command.arguments if each.is_required)
    parts += (f"--{flag.name} {_values(flag)}" for flag in command.flags if flag.is_required)
    parts += (f"{{{name}}}" for name in _required_objects(command))
    marks = [
        ("w", _has(command, "wait")),
        ("p", _has(command, "token") and command.operation is not None),
        ("d", _has(command, "data") and command.operation is not None),
        ("!", command.operation is not None and command.operation.is_destructive),
    ]
    marked = "".join(mark for mark, is_set in marks if is_set)
    return " ".join([*parts, *((f"[{marked}]",) if marked else ())])
