"""What a command line is made of, as records: commands, groups, arguments, flags, and the flags that many commands share."""

from __future__ import annotations

from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.api.fields import Field
    from heygen.api.operations import Operation
    from heygen.cli.help.blocks import Block

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
    is_hidden: bool = False  # works, and stands in no listing
    is_deprecated: bool = False
    is_secret: bool = False  # what stands where its value would is not repeated in errors
    is_upper: bool = False  # taken in any case, and handed on in capitals
    value_name: str | None = None
    pattern: str = ""  # of its values; one that does not fit is refused without being repeated
    note: str = ""  # which variants of a union body take it
    is_of_body: bool = False  # what it may be is checked with the whole body, or not at all

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
    is_upper: bool = False  # taken in any case, and handed on in capitals

    @property
    def key(self) -> str:
        """The argument's key among the parsed values."""
        return self.dest or self.name.replace("-", "_")


class Command(Record):
    """A command: something that runs. The words and the summary of a hand-written one stand in the registry."""

    words: tuple[str, ...] = ()
    summary: str = ""
    description: str = ""
    arguments: tuple[Argument, ...] = ()
    flags: tuple[Flag, ...] = ()
    examples: tuple[dict[str, str], ...] = ()
    details: Callable[[], tuple[Block, ...]] | None = None  # what its help says after the flags
    operation: Operation | None = None
    fields: tuple[Field, ...] = ()
    is_hidden: bool = False
    is_deprecated: bool = False
    replaced_by: tuple[str, ...] | None = None  # the words of the command that does now what a deprecated one did
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
        description="Show tables, colors and readable times instead of JSON.",
    ),
    Flag(
        name="get",
        section=GLOBAL,
        value_name="<path>",
        description="Print one field of the result: data.video_url, or 'data[].id' for one per line.",
    ),
    Flag(
        name="color",
        section=GLOBAL,
        enum=("auto", "always", "never"),
        default="auto",
        value_name="<when>",
        description="When to use color; auto means on a terminal, unless NO_COLOR is set.",
    ),
    Flag(
        name="ca-bundle",
        section=GLOBAL,
        value_name="<file>",
        description="Trust the CA certificates (PEM) in this file instead of the system's.",
    ),
    Flag(name="debug", type="boolean", section=GLOBAL, description="Show every HTTP exchange on stderr, keys masked."),
    Flag(
        name="headers",
        section=GLOBAL,
        is_array=True,
        is_split=False,
        is_hidden=True,
        value_name='"X-HeyGen-Client-Source: <name>"',
        pattern=r"(?i:X-HeyGen-Client-Source):[ \t]*[A-Za-z0-9_.-]+[ \t]*",
        description="Name the program that calls this one.",
    ),
    Flag(
        name="help", short="h", type="boolean", section=GLOBAL, description="Show the whole help; -h shows a short one."
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
        description="Wait until the job is done, and print the finished resource.",
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

IDEMPOTENCY_KEY = Flag(
    name="idempotency-key",
    value_name="<key>",
    description="Key that makes it safe to repeat the call; generated if not given.",
)
SAVE = Flag(
    name="output-path",
    section=WAITING,
    value_name="<file|dir|->",
    description=(
        "Save the finished file as well, with --wait: to a file, a directory (created if there are several files), or "
        "standard output (-). `saved` in the result says where."
    ),
)
OVERWRITE = Flag(name="force", type="boolean", section=OUTPUT, description="Overwrite an existing file without asking.")
FORCE = Flag(name="force", type="boolean", description="Skip the confirmation prompt.")


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
