"""The command tree: groups, commands, arguments and flags, from the documents and the hand-written commands."""

from __future__ import annotations

from heygen.api import documents, operations, schema as schemas
from heygen.api.fields import Shape, body_fields, flag_name, shape
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Union

    from heygen.api.fields import Field
    from heygen.api.operations import Operation, Wait

    Node = Union["Group", "Command"]

# Sections of the flags, in the order of the help text.
REQUEST, INPUT, WAITING, OUTPUT, GLOBAL = "request", "input", "waiting", "output", "global"


class Flag(Record):
    """A flag. `dest` is its key among the parsed values; a request field or query parameter has its wire name."""

    name: str  # without dashes
    description: str = ""
    type: str = "string"  # string, integer, number, boolean, duration
    section: str = INPUT
    dest: str = ""
    short: str | None = None
    enum: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    default: Any = None  # for the help text alone: a flag that was not given is not sent
    is_required: bool = False
    is_array: bool = False
    is_split: bool = True  # an array's values also split at commas
    takes_stdin: bool = False
    is_secret: bool = False  # what stands where its value would is not repeated in errors
    value_name: str | None = None
    note: str = ""  # which variants of a union body take it

    @property
    def key(self) -> str:
        """The flag's key among the parsed values."""
        return self.dest or self.name.replace("-", "_")


class Argument(Record):
    """A positional argument."""

    name: str
    description: str = ""
    dest: str = ""
    is_required: bool = True
    is_repeated: bool = False
    choices: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The argument's key among the parsed values."""
        return self.dest or self.name.replace("-", "_")


class Command(Record):
    """A command: something that runs. `runner` is `module:function`, imported when it is called."""

    words: tuple[str, ...]
    summary: str
    runner: str
    description: str = ""
    arguments: tuple[Argument, ...] = ()
    flags: tuple[Flag, ...] = ()
    examples: tuple[dict[str, str], ...] = ()
    operation: Operation | None = None
    fields: tuple[Field, ...] = ()
    is_hidden: bool = False
    # Everything after the first positional is the argument of another program or command.
    takes_rest: bool = False

    @property
    def path(self) -> str:
        """The command as one types it: `heygen video create`."""
        return " ".join(("heygen", *self.words))

    @property
    def usage(self) -> str:
        """The one line that shows how it is called."""
        parts = [self.path]
        for argument in self.arguments:
            text = f"<{argument.name}>" + ("..." if argument.is_repeated else "")
            parts.append(text if argument.is_required else f"[{text}]")
        parts.extend(f"--{flag.name} {value_name(flag)}" for flag in self.flags if flag.is_required)
        return " ".join([*parts, "[flags]"])


class Group(Record):
    """A group of commands; `commands` are all below it, at any depth."""

    words: tuple[str, ...]
    summary: str
    commands: tuple[Command, ...] = ()

    @property
    def path(self) -> str:
        """The group as one types it."""
        return " ".join(("heygen", *self.words))


GLOBAL_FLAGS = (
    Flag(
        name="human",
        type="boolean",
        section=GLOBAL,
        description="Show tables, colours and readable times instead of JSON.",
    ),
    Flag(
        name="get",
        section=GLOBAL,
        value_name="<path>",
        description="Print one field of the result: data.video_url, data[0].id, or data[].id for one per line.",
    ),
    Flag(
        name="color",
        section=GLOBAL,
        enum=("auto", "always", "never"),
        default="auto",
        value_name="<when>",
        description="When to use colour; auto is on a terminal, unless NO_COLOR is set.",
    ),
    Flag(
        name="ca-bundle",
        section=GLOBAL,
        value_name="<file>",
        description="Trust the CA certificates (PEM) in this file instead of the system's.",
    ),
    Flag(name="debug", type="boolean", section=GLOBAL, description="Show every HTTP exchange on stderr, keys masked."),
    Flag(
        name="help", short="h", type="boolean", section=GLOBAL, description="Show this help."
    ),
)

# Only before any command word: `update` has a --version of its own.
VERSION = Flag(name="version", short="v", type="boolean", section=GLOBAL, description="Print the version.")

HELP_ALL = Flag(name="all", type="boolean", section=GLOBAL, description="Show every command, with `heygen help`.")

WAIT_FLAGS = (
    Flag(
        name="wait",
        type="boolean",
        section=WAITING,
        description="Wait until it is done, and print the finished resource.",
    ),
    Flag(
        name="timeout",
        type="duration",
        section=WAITING,
        default="20m",
        value_name="<duration>",
        description="How long to wait at most, such as 90s, 10m or 1h30m. Exit code 4 when the time is up.",
    ),
)

SAVE = Flag(
    name="output-path",
    section=WAITING,
    value_name="<file|dir|->",
    description=(
        "With --wait: also download the finished file, to a file, into a directory (one that is made, where there are "
        "several), or to standard output (-, and nothing else goes there). The result says where, under `saved`."
    ),
)
OVERWRITE = Flag(name="force", type="boolean", section=OUTPUT, description="Overwrite a file that exists, without asking.")
FORCE = Flag(name="force", type="boolean", description="Go ahead without asking.")

# Hand-written commands: their words, and the module that has COMMAND and run().
HAND_WRITTEN = {
    ("asset", "upload"): "heygen.commands.asset_upload",
    ("video", "download"): "heygen.commands.video_download",
    ("lipsync", "download"): "heygen.commands.lipsync_download",
    ("video-translate", "download"): "heygen.commands.video_translate_download",
    ("auth", "login"): "heygen.commands.auth_login",
    ("auth", "status"): "heygen.commands.auth_status",
    ("auth", "logout"): "heygen.commands.auth_logout",
    ("config", "set"): "heygen.commands.config_set",
    ("config", "get"): "heygen.commands.config_get",
    ("config", "list"): "heygen.commands.config_list",
    ("config", "unset"): "heygen.commands.config_unset",
    ("config", "path"): "heygen.commands.config_path",
    ("feedback",): "heygen.commands.feedback",
    ("sandbox", "run"): "heygen.commands.sandbox_run",
    ("sandbox", "start"): "heygen.commands.sandbox_start",
    ("update",): "heygen.commands.update",
    ("completion",): "heygen.commands.completion",
}

# Summaries of hand-written groups and of commands that stand alone: `heygen --help` imports none of them.
HAND_WRITTEN_GROUPS = {
    "auth": "Sign in and out, and show who you are",
    "config": "Keep settings: output format, analytics and more",
    "feedback": "Rate this program, and say why",
    "sandbox": "Rehearse against a simulated API, offline and free",
    "completion": "Print a completion script for your shell",
    "update": "Update this program, or install another version",
}

# Old words that still work, with a notice.
DEPRECATED = {("brand-kit", "list"): ("brand", "kits", "list")}

OPERATION_RUNNER = "heygen.calls.operation:run"


def top_level() -> dict[str, str]:
    """Return the words after `heygen` with their summaries: groups, and commands that stand alone."""
    names = {**documents.groups(), **HAND_WRITTEN_GROUPS}
    for words in HAND_WRITTEN:
        if len(words) == 1 and words[0] not in names:
            names[words[0]] = hand_written(words).summary
    return names


def hand_written(words: tuple[str, ...]) -> Command:
    """Return a hand-written command by its words."""
    from importlib import import_module

    return import_module(HAND_WRITTEN[words]).COMMAND


def group(word: str) -> Group:
    """Return a top-level group with all its commands, hidden ones included."""
    commands: list[Command] = []
    if word in documents.groups():
        commands.extend(_operation_command(operation) for operation in operations.operations(word))
    commands.extend(hand_written(words) for words in HAND_WRITTEN if words[0] == word and len(words) > 1)
    return Group(words=(word,), summary=top_level_summary(word), commands=tuple(commands))


def top_level_summary(word: str) -> str:
    """Return the summary of a top-level group."""
    return HAND_WRITTEN_GROUPS.get(word) or documents.groups()[word]


def subgroup(words: tuple[str, ...]) -> Group:
    """Return a nested group, such as `video-translate proofreads`, with the commands below it."""
    parent = group(words[0])
    below = tuple(command for command in parent.commands if command.words[: len(words)] == words)
    return Group(words=words, summary=parent.summary, commands=below)


def command_words(word: str) -> list[tuple[str, ...]]:
    """Return the full words of every command under a top-level word, without building any."""
    found = [words for words in HAND_WRITTEN if words[0] == word]
    if word in documents.groups():
        for item in documents.load(word)["paths"].values():
            for raw in item.values():
                if "x-cli-command" in raw:
                    found.append((word, *raw["x-cli-command"].split()))
    return found


def command(words: tuple[str, ...]) -> Command:
    """Return the command with these complete words. Raises LookupError where there is none."""
    if words in HAND_WRITTEN:
        return hand_written(words)
    operation = operations.find_by_words(words)
    if operation is None:
        raise LookupError(" ".join(words))
    return _operation_command(operation)


def value_name(flag: Flag) -> str:
    """Return what stands for a flag's value in usage and help: `<integer>`, `<duration>`, `<id>`, `<text>`."""
    if flag.value_name:
        return flag.value_name
    last = flag.name.rpartition("-")[2]
    if flag.type != "string":
        return f"<{flag.type}>"
    if last in ("id", "ids"):
        return "<id>"
    return "<choice>" if flag.enum else f"<{last}>" if last in ("url", "token") else "<text>"


def _operation_command(operation: Operation) -> Command:
    fields = tuple(body_fields(operation.body_schema, operation.document)) if operation.body_schema else ()
    flags = [
        _query_flag(parameter, operation) for parameter in operation.parameters if parameter.location == "query"
    ]
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
        runner=OPERATION_RUNNER,
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
    )


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
        is_array=any(each.is_array for each in shapes),
        enum=tuple(enum) if all(each.enum for each in shapes) else (),
        is_required=field.is_required,
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
        description="Set one field of the body, nested ones too: voice_settings.speed=1.2, scenes[0].script=Hi. Repeatable.",
    ),
    Flag(
        name="no-validate",
        type="boolean",
        description="Send the body as it is, without checking it against the schema.",
    ),
)
IDEMPOTENCY_KEY = Flag(
    name="idempotency-key",
    value_name="<key>",
    description="Key that makes a repeated call safe; one is made up where none is given.",
)
_UNHEEDED_KEY = IDEMPOTENCY_KEY.replace(
    description="Key to send with the call. The API is not known to heed it here: a repeat may do the work twice.",
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
