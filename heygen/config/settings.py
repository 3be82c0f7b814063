"""Settings: each declared once, with its precedence of flag, environment, file and default."""

from __future__ import annotations

import os

from heygen.config.file import FILE, values
from heygen.core import storage
from heygen.core.errors import HeygenError, usage_error
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.core.context import Context

DEFAULT_API_BASE = "https://api.heygen.com"
CLIENT_SOURCE = "X-HeyGen-Client-Source"

ENV, IN_FILE, DEFAULT = "env", "file", "default"  # sources


class Key(Record):
    """A setting that `heygen config` manages. `problem` tells what is wrong with a value's text, or None."""

    name: str
    help: str
    default: str
    type: str = "string"  # string, boolean, integer
    values: tuple[str, ...] = ()
    env: str | None = None
    check: Callable[[str, Context], str | None] | None = None

    def problem(self, text: str, context: Context) -> str | None:
        """Return what is wrong with a value, as the end of a sentence that starts with its name, or None."""
        if self.values and text not in self.values:
            from heygen.core.suggest import closest, listing

            near = closest(text, self.values)
            suggestion = f"; did you mean {near}?" if near else ""
            return f'must be one of: {listing(self.values)}; not "{text}"{suggestion}'
        return self.check(text, context) if self.check else None

    def from_env(self, context: Context) -> tuple[str, str] | None:
        """Return the value that the environment gives, and the variable that does, or None."""
        given = context.environ.get(self.env, "").strip() if self.env else ""
        if given.lower() in self.values:
            given = given.lower()
        return (given, self.env) if given and self.env else None

    def typed(self, text: str) -> str | bool | int:
        """Return a value as the file holds it."""
        if self.type == "boolean":
            return text == "true"
        return int(text) if self.type == "integer" else text


class OptOut(Key):
    """A setting that is true unless an environment variable, whatever its value, says that it is not."""

    def from_env(self, context: Context) -> tuple[str, str] | None:
        """Return "false" where HEYGEN_NO_ANALYTICS has any value, or DO_NOT_TRACK is on."""
        if self.env and context.is_set(self.env):
            return "false", self.env
        return ("false", "DO_NOT_TRACK") if context.is_on("DO_NOT_TRACK") else None


class Setting(Record):
    """A setting's value, where it comes from, and what is wrong with it, if anything."""

    key: Key
    value: str
    source: str
    problem: str | None = None


def _base_problem(text: str, context: Context) -> str | None:
    from heygen.core import address

    return address.why_unfit(text, context.is_on("HEYGEN_ALLOW_HTTP"))


def _retries_problem(text: str, _: Context) -> str | None:
    return None if text.isascii() and text.isdigit() and len(text) <= 4 else f'must be a number from 0 to 9999, not "{text}"'


KEYS = {
    key.name: key
    for key in (
        Key(
            name="output",
            values=("json", "human"),
            default="json",
            env="HEYGEN_OUTPUT",
            help="Output format where --human is not given.",
        ),
        OptOut(
            name="analytics",
            type="boolean",
            values=("true", "false"),
            default="true",
            env="HEYGEN_NO_ANALYTICS",
            help="Whether anonymous usage analytics are sent.",
        ),
        Key(
            name="api_base",
            default=DEFAULT_API_BASE,
            env="HEYGEN_API_BASE",
            help="Base URL of the API.",
            check=_base_problem,
        ),
        Key(
            name="max_retries",
            type="integer",
            default="2",
            env="HEYGEN_MAX_RETRIES",
            help="How many times to retry a request that failed for a temporary reason.",
            check=_retries_problem,
        ),
        Key(
            name="ca_bundle",
            default="",
            help="File of CA certificates (PEM) to trust instead of the system's.",
        ),
    )
}


def key_named(name: str) -> Key:
    """Return the key with this name. Raises a usage error that suggests a near miss."""
    if name in KEYS:
        return KEYS[name]
    from heygen.core.suggest import closest, listing

    near = closest(name, KEYS)
    suggestion = f"; did you mean {near}?" if near else f"; the keys are: {listing(KEYS)}"
    raise usage_error(f'unknown key "{name}"{suggestion}', param="key", hint="See all keys with: heygen config list")


class Settings:
    """The settings of one run. Values that are wrong are refused when they are asked for, not before.

    `is_lenient` leaves what is wrong in the file aside, for the commands that tell of it and put it right.
    """

    def __init__(self, context: Context, options: dict[str, Any], is_lenient: bool = False) -> None:
        self.context = context
        self.options = options
        self.is_lenient = is_lenient
        self._file: dict[str, str] | None = None

    @property
    def is_human(self) -> bool:
        """Whether results are for people: --human, HEYGEN_OUTPUT, the file, else JSON."""
        if "human" in self.options:
            return bool(self.options["human"])
        return self.value("output") == "human"

    @property
    def color(self) -> str:
        """When to use colour, as --color says: auto, always or never."""
        return str(self.options.get("color", "auto"))

    def value(self, name: str) -> str:
        """Return a setting's value from the environment, the file, or its default.

        Raises a usage error for a wrong one in the environment, `cli_config_invalid` for one in the file.
        """
        key = KEYS[name]
        try:
            found = self.lookup(name)
        except HeygenError:
            if not self.is_lenient:
                raise
            return key.default
        if not found.problem:
            return found.value
        if found.source == ENV:
            raise usage_error(f"{key.env} {found.problem}", param=key.env)
        if self.is_lenient:
            return key.default
        raise HeygenError(
            "cli_config_invalid",
            f"{name} in {storage.path(self.context, FILE)} {found.problem}",
            hint=f"Correct it with: heygen config set {name} {key.values[0] if key.values else '<value>'}",
            param=name,
        )

    def lookup(self, name: str) -> Setting:
        """Return a setting's value and source, right or wrong. Raises HeygenError where the file is unreadable."""
        key = KEYS[name]
        from_env = key.from_env(self.context)
        given, source = (from_env[0], ENV) if from_env else (self._in_file().get(name), IN_FILE)
        if given is None:
            return Setting(key=key, value=key.default, source=DEFAULT)
        return Setting(key=key, value=given, source=source, problem=key.problem(given, self.context))

    def _in_file(self) -> dict[str, str]:
        if self._file is None:
            file = storage.path(self.context, FILE)
            found: dict[str, str] = {}
            if file and os.path.exists(file):
                found = values(file)
            self._file = found
        return self._file

    @property
    def max_retries(self) -> int:
        """How often a failed request is repeated: HEYGEN_MAX_RETRIES, the file, else 2.

        A malformed value of the variable is ignored.
        """
        key = KEYS["max_retries"]
        given = key.from_env(self.context)
        if given is not None and key.problem(given[0], self.context):
            return int(key.default)
        return int(self.value("max_retries"))

    @property
    def client_headers(self) -> dict[str, str]:
        """The headers by which a program that calls us names itself to the API: --headers; the last one counts."""
        lines = (line.partition(":") for line in self.options.get("headers", ()))
        return {CLIENT_SOURCE: value.strip() for _, _, value in lines}

    @property
    def is_debug(self) -> bool:
        """Whether every exchange is shown on stderr: --debug or HEYGEN_DEBUG."""
        return bool(self.options.get("debug")) or self.context.is_on("HEYGEN_DEBUG")

    @property
    def ca_bundle(self) -> str | None:
        """The file of CA certificates to trust instead of the system's, or None: --ca-bundle, else the setting,
        unless SSL_CERT_FILE or SSL_CERT_DIR name others."""
        given = self.options.get("ca_bundle")
        if given is None and not self.context.is_set("SSL_CERT_FILE") and not self.context.is_set("SSL_CERT_DIR"):
            given = self.value("ca_bundle") or None
        if given and given.startswith("~/") and self.context.home:
            return self.context.home + given[1:]
        return given

    @property
    def api_base(self) -> str:
        """The API's base url, without a slash at its end. Raises as value() does for a malformed one."""
        return self.value("api_base").rstrip("/")
