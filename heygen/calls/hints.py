"""The commands that hints name: what lists what an operation made, and what lists the IDs that it takes."""

from __future__ import annotations

from heygen.api import operations, path as paths, schema as schemas
from heygen.api.fields import flag_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.api.operations import Operation


def command_line(*words: str) -> str:
    """Return a command of ours as it is typed into a shell."""
    from shlex import join

    return join(("heygen", *words))


def list_command_for_created(operation: Operation) -> str | None:
    """Return the command that lists what an operation makes, or None where there is none."""
    if operation.wait and operation.wait.instead:
        # A session is made at once, and the resource by it later.
        operation = operations.find_by_words(operation.wait.instead) or operation
    words = operation.wait.follow_up if operation.wait else operation.words
    if len(words) > 2 and operation.wait and words[-2] != "batches":
        return _list_command([(*words[:-1], "list")])
    return _list_command([(*words[:-1], "list"), (words[0], "list")])


def list_command_for_ids(operation: Operation) -> str | None:
    """Return the command that lists what an operation's path takes an ID of, or None where there is none."""
    # The list of /v3/videos knows the ID of /v3/videos/{video_id}, but not that of /v3/videos/batches/{batch_id}.
    return _list_command([(*operation.words[:-1], "list"), (operation.group, "list")], above=operation.path)


def list_command_for_value(operation: Operation, param: str) -> str | None:
    """Return the command that lists the values that a field of the body takes, as its description names it, or None.

    `param` is the field's path: `output_languages[0]`.
    """
    import re

    try:
        steps = paths.parse(param)
    except paths.PathSyntaxError:
        return None
    description = _description(operation.body_schema or {}, steps, operation.document)
    named = re.search(r"(heygen(?: [a-z-]+)+ list) shows ", description)
    return named[1] if named else None


def _description(schema: dict[str, Any], steps: list[Any], document: dict[str, Any]) -> str:
    """Return the description of the innermost named field on a path into a schema; empty where there is none."""
    schema = schemas.resolve(schema, document)
    own = schema.get("description", "")
    for branch in schemas.alternatives(schema):
        own = _description(branch, steps, document) or own
    if not steps:
        return own
    inner = schema.get("properties", {}).get(steps[0]) if isinstance(steps[0], str) else schema.get("items")
    return (_description(inner, steps[1:], document) if inner else "") or own


def _list_command(candidates: list[tuple[str, ...]], above: str | None = None) -> str | None:
    """Return the first of the commands that exists; `above` asks for one whose IDs that path takes."""
    for words in candidates:
        found = operations.find_by_words(words)
        if found is not None and (above is None or above.startswith(found.path + "/{")):
            required = [f"--{flag_name(each.name)} <{flag_name(each.name)}>" for each in found.parameters if each.is_required]
            return " ".join(("heygen", *words, *required))
    return None
