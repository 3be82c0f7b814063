"""The commands that hints name: what lists what an operation made, and what lists the IDs that it takes."""

from __future__ import annotations

from heygen.api import operations, path as paths, schema as schemas
from heygen.api.fields import flag_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

    from heygen.api.operations import Operation

# What a list needs and we do not know, with the command that prints it; the shells know this form, PowerShell too.
_LOOKED_UP = {"username": "heygen user me get --get data.username"}


# What lists the values of a parameter or a field, by its name; a description may name another command.
_LISTED_BY = {
    "avatar_id": "heygen avatar looks list",
    "look_id": "heygen avatar looks list",
    "group_id": "heygen avatar list",
    "avatar_group_id": "heygen avatar list",
    "voice_id": "heygen model audio voices list",
    "video_id": "heygen video list",
    "video_ids": "heygen video list",
    "session_id": "heygen video-agent list",
    "style_id": "heygen video-agent styles list",
    "lipsync_id": "heygen lipsync list",
    "video_translation_id": "heygen video-translate list",
    "template_id": "heygen template list",
    "endpoint_id": "heygen webhook endpoints list",
    "brand_kit_id": "heygen brand kits list",
    "brand_glossary_id": "heygen brand glossaries list",
    "username": "heygen user me get --get data.username",
    "asset_id": 'heygen asset list --username "$(heygen user me get --get data.username)"',
    "output_languages": "heygen video-translate languages list",
    "input_language": "heygen video-translate languages list",
    "events": "heygen webhook event-types list",
}


def for_missing(missing: Sequence[str], operation: Operation | None = None) -> str | None:
    """Return where to find the first of what a call lacks, as one writes it (`<video-id>`, `--avatar-id`); None where
    no command lists it."""
    for written in missing:
        name = written.strip("<>").lstrip("-").replace("-", "_")
        lister = list_command_for_ids(operation) if operation and written.startswith("<") else None
        lister = lister or (list_command_for_value(operation, name) if operation else _LISTED_BY.get(name))
        if lister:
            return f"Find {written} with: {lister}"
    return None


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
    name = next((step for step in reversed(steps) if isinstance(step, str)), "")
    return named[1] if named else _LISTED_BY.get(name)


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
            required = {each.name for each in found.parameters if each.is_required}
            if required <= _LOOKED_UP.keys():
                return " ".join(("heygen", *words, *(f'--{flag_name(name)} "$({_LOOKED_UP[name]})"' for name in required)))
    return None
