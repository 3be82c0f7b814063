"""Settings: each declared once, with its precedence of flag, environment, file and default."""

from __future__ import annotations

import os

from heygen.errors import HeygenError, usage_error
from heygen.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.context import Context

DEFAULT_API_BASE = "https://api.heygen.com"


class Key(Record):
    """A setting that `heygen config` manages."""

    name: str
    help: str
    default: str
    values: tuple[str, ...] = ()
    env: str | None = None


KEYS = {
    key.name: key
    for key in (
        Key(
            name="output",
            values=("json", "human"),
            default="json",
            env="HEYGEN_OUTPUT",
            help="Default output format.",
        ),
        Key(
            name="analytics",
            values=("true", "false"),
            default="true",
            help="Whether anonymous usage analytics are sent.",
        ),
    )
}


def config_dir(context: Context) -> str | None:
    """Return the folder of the settings and the credential (HEYGEN_CONFIG_DIR, else ~/.heygen), or None
    where there is no home either."""
    given = context.environ.get("HEYGEN_CONFIG_DIR")
    if given:
        return given
    return os.path.join(context.home, ".heygen") if context.home else None


class Settings:
    """The settings of one run. Values that are wrong are refused when they are asked for, not before."""

    def __init__(self, context: Context, options: dict[str, Any]) -> None:
        self.context = context
        self.options = options

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
        """Return a setting's value from the environment, the file, or its default. Raises a usage error."""
        key = KEYS[name]
        given = self.context.environ.get(key.env, "") if key.env else ""
        if given:
            if key.values and given not in key.values:
                raise usage_error(f'{key.env} must be one of: {", ".join(key.values)}; not "{given}"')
            return given
        return key.default

    @property
    def max_retries(self) -> int:
        """How often a failed request is repeated: HEYGEN_MAX_RETRIES, else 2; a malformed value is ignored."""
        text = self.context.environ.get("HEYGEN_MAX_RETRIES", "")
        if text.isascii() and text.isdigit() and len(text) <= 4:
            return int(text)
        return 2

    @property
    def is_debug(self) -> bool:
        """Whether every exchange is shown on stderr: --debug or HEYGEN_DEBUG."""
        return bool(self.options.get("debug")) or self.context.environ.get("HEYGEN_DEBUG") in ("1", "true")

    @property
    def api_base(self) -> str:
        """The API's base url, without a slash at its end. Raises a usage error for a malformed one."""
        given = self.context.environ.get("HEYGEN_API_BASE", "").strip()
        if not given:
            return DEFAULT_API_BASE
        from urllib.parse import urlsplit

        from heygen.http.transport import is_loopback

        wrong = None
        try:
            parts = urlsplit(given)
            parts.port  # noqa: B018  (raises for a bad one)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                wrong = "must be an http or https URL"
            elif parts.query or parts.fragment or parts.username or parts.password:
                wrong = "must not have a user, a query or a fragment"
            elif parts.scheme == "http" and not is_loopback(parts.hostname) and not self._allows_http():
                wrong = "must be https: the API key would travel unprotected (HEYGEN_ALLOW_HTTP=1 allows it)"
        except ValueError as error:
            wrong = f"is malformed: {error}"
        if wrong:
            raise usage_error(f"HEYGEN_API_BASE {wrong}", param="HEYGEN_API_BASE")
        return given.rstrip("/")

    def _allows_http(self) -> bool:
        return self.context.environ.get("HEYGEN_ALLOW_HTTP", "") not in ("", "0", "false")

    @property
    def api_host(self) -> str:
        """The API's host, as errors name it."""
        return self.api_base.split("://", 1)[1].split("/", 1)[0]
