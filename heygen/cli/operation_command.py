"""Operations of the API as commands: their parameters and body fields become arguments and flags."""

from __future__ import annotations

from heygen.api import operations, schema as schemas
from heygen.api.fields import Shape, body_fields, flag_name, shape
from heygen.cli.command import (
    FORCE,
    IDEMPOTENCY_KEY,
    OUTPUT,
    OVERWRITE,
    REQUEST,
    SAVE,
    WAIT_FLAGS,
    WAITING,
    Argument,
    Command,
    Flag,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.api.fields import Field
    from heygen.api.operations import Operation, Wait

_BODY_FLAGS = (
    Flag(
        name="data",
        short="d",
        value_name="<json|file|->",
        description="Request body as JSON: inline, a file's path, or - for stdin. Flags override its fields.",
    ),
    Flag(
        name="set",
        is_array=True,
        is_split=False,
        value_name="<path=value>",
        description="Set one field of the body, nested ones too: voice_settings.speed=1.2, 'scenes[0].script=Hi'. Repeatable.",
    ),
    Flag(
        name="no-validate",
        type="boolean",
        description="Send the body without checking it against the schema.",
    ),
)
_UNHEEDED_KEY = IDEMPOTENCY_KEY.replace(
    description="Key to send with the call. The API may not honor it here, so a repeat may do the work twice.",
)
_ALL_FLAGS = (
    Flag(
        name="all",
        type="boolean",
        section=REQUEST,
        description="Fetch this page and all later ones, and print them as one list; --limit is the page size.",
    ),
    Flag(
        name="max-items",
        type="integer",
        section=REQUEST,
        minimum=1,
        description="With --all: stop after this many. has_more and next_token tell whether and where the list continues.",
    ),
)
_DRY_RUN = Flag(
    name="dry-run",
    type="boolean",
    section=OUTPUT,
    description="Check the request and print it instead of sending it.",
)
_REQUEST_SCHEMA = Flag(
    name="request-schema",
    type="boolean",
    section=OUTPUT,
    description="Print the JSON Schema of the request body and exit; no key needed.",
)
_RESPONSE_SCHEMA = Flag(
    name="response-schema",
    type="boolean",
    section=OUTPUT,
    description="Print the JSON Schema of the response and exit; no key needed.",
)


def make(operation: Operation) -> Command:
    """Return the command that runs an operation."""
    fields = tuple(body_fields(operation.body_schema, operation.document)) if operation.body_schema else ()
    flags = [
        _query_flag(parameter, operation) for parameter in operation.parameters if parameter.location == "query"
    ]
    if _is_paged(operation):
        flags.extend(_ALL_FLAGS)
    flags.extend(_field_flag(field) for field in fields)
    if operation.body_schema is not None and not operation.is_multipart:
        flags.extend(_BODY_FLAGS)
    if operation.method == "POST":
        flags.append(IDEMPOTENCY_KEY if operation.idempotency in ("header", "natural") else _UNHEEDED_KEY)
    if operation.is_destructive:
        flags.append(FORCE)
    flags.append(_DRY_RUN)
    if operation.wait is not None:
        flags.extend(WAIT_FLAGS)
        if _has_file(operation.wait):
            flags.extend((SAVE, OVERWRITE.replace(section=WAITING)))
    if operation.body_schema is not None:
        flags.append(_REQUEST_SCHEMA)
    if operation.response_schema is not None:
        flags.append(_RESPONSE_SCHEMA)
    return Command(
        words=operation.words,
        summary=operation.summary,
        description=operation.description,
        arguments=tuple(
            Argument(name=flag_name(parameter.name), dest=parameter.name, description=parameter.description)
            for parameter in operation.parameters
            if parameter.location == "path"
        ),
        flags=tuple(flags),
        examples=operation.examples,
        operation=operation,
        fields=fields,
        is_hidden=operation.is_hidden,
        is_deprecated=operation.is_deprecated,
        replaced_by=operation.replaced_by,
    )


def _is_paged(operation: Operation) -> bool:
    """Tell whether an operation answers with one page of a list, and takes the cursor of the next one."""
    fields = schemas.resolve(operation.response_schema or {}, operation.document).get("properties", {})
    takes_cursor = any(each.location == "query" and each.name == "token" for each in operation.parameters)
    return takes_cursor and "next_token" in fields


def _has_file(wait: Wait) -> bool:
    """Tell whether what is waited for ends in a file: whether its resource has a link to a video or to audio."""
    shown = operations.find_by_words(wait.follow_up)
    if shown is None or shown.response_schema is None:
        return False
    fields = schemas.resolve(shown.response_schema["properties"].get("data", {}), shown.document).get("properties", {})
    return "video_url" in fields or "audio_url" in fields


def _query_flag(parameter: Any, operation: Operation) -> Flag:
    taken = shape(parameter.schema, operation.document) or Shape(type="string")
    return _shaped(taken).replace(
        name=flag_name(parameter.name),
        dest=parameter.name,
        section=REQUEST,
        description=parameter.description,
        default=parameter.schema.get("default"),
        is_required=parameter.is_required,
    )


def _field_flag(field: Field) -> Flag:
    shapes = list(field.shapes.values())
    enum: list[Any] = []
    for each in shapes:
        enum.extend(value for value in each.enum if value not in enum)
    limited = len(shapes) == 1 or all(each == shapes[0] for each in shapes)
    flag = _shaped(shapes[0]).replace(
        name=flag_name(field.name),
        dest=field.name,
        section=REQUEST,
        description=field.description,
        default=field.default,
        takes_stdin=field.takes_stdin,
        is_deprecated=field.is_deprecated,
        is_array=any(each.is_array for each in shapes),
        enum=tuple(enum) if all(each.enum for each in shapes) else (),
        is_required=field.is_required,
        is_of_body=True,
        note="" if len(field.shapes) == len(field.variants) else ", ".join(field.shapes),
    )
    return flag if limited else flag.replace(minimum=None, maximum=None)


def _shaped(taken: Shape) -> Flag:
    return Flag(
        name="",
        type=taken.type,
        enum=taken.enum,
        minimum=taken.minimum,
        maximum=taken.maximum,
        is_array=taken.is_array,
        value_name="<file>" if taken.is_file else None,
    )
