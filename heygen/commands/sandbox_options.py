"""The flags that both sandbox commands take, and the sandbox and environment that they make."""

from __future__ import annotations

from heygen.cli.command import Flag
from heygen.core.errors import usage_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping

    from heygen.core.context import Context
    from heygen.sandbox.options import Options
    from heygen.sandbox.server import Server

# Any key does; this one says what it is for.
KEY = "sandbox-key"

FLAGS = (
    Flag(
        name="job-seconds",
        is_array=True,
        value_name="<seconds>",
        description="How long jobs take, or those of one kind: 5, 1m30s, video=10. Without it they end at once.",
    ),
    Flag(
        name="fault",
        is_array=True,
        is_split=False,
        value_name="<rule>",
        description='Make requests fail: "GET /v3/videos/* 503 p=0.3", "POST /v3/videos status=failed".',
    ),
    Flag(name="credits", type="integer", minimum=0, description="How many credits the account starts with."),
    Flag(
        name="rate",
        value_name="<n/s>",
        description="How many requests are let through, such as 5/s or 100/m; others are answered with 429.",
    ),
    Flag(name="seed", type="integer", description="Make ids and times the same on every run."),
    Flag(
        name="state",
        value_name="<file>",
        description="Keep what was created in this file, and start from what it holds.",
    ),
)


def start(context: Context, given: dict[str, Any], log: Any = None) -> Server:
    """Start the sandbox that the flags describe. Raises a usage error, or HeygenError for port and state file."""
    from heygen.core.errors import HeygenError
    from heygen.sandbox import server

    options = _options(context, given).replace(log=log)
    try:
        return server.start(options)
    except OSError as error:
        reason = error.strerror or str(error)
        raise HeygenError(
            "cli_sandbox_failed",
            f"the sandbox cannot listen on port {options.port}: {reason}",
            hint="Choose another --port, or leave it out for a free one",
        ) from error


def _options(context: Context, given: dict[str, Any]) -> Options:
    from heygen.sandbox import faults
    from heygen.sandbox.options import Options, parse_job_seconds, parse_rate

    seconds: dict[str, float] = {}
    for text in given.get("job_seconds", ()):
        kind, value = _parse("job-seconds", text, parse_job_seconds)
        seconds[kind] = value
    for text in given.get("fault", ()):
        _parse("fault", text, faults.parse)
    if "rate" in given:
        _parse("rate", given["rate"], parse_rate)
    return Options(
        port=given.get("port", 0),
        seed=given.get("seed"),
        job_seconds=seconds.pop("", 0.0),
        job_seconds_by_kind=seconds,
        credits=given.get("credits"),
        rate=given.get("rate"),
        faults=tuple(given.get("fault", ())),
        state_file=given.get("state"),
        clock=context.now,
    )


def _parse(name: str, text: str, parse: Any) -> Any:
    try:
        return parse(text)
    except ValueError as error:
        raise usage_error(f"--{name}: {error}", param=f"--{name}") from error


def variables(environ: Mapping[str, str], url: str, config_dir: str | None = None) -> dict[str, str]:
    """Return the variables that point programs at a sandbox and away from the user's own account."""
    direct = [each for each in (environ.get("NO_PROXY") or environ.get("no_proxy"), "127.0.0.1,localhost") if each]
    found = {
        "HEYGEN_API_BASE": url,
        "HEYGEN_API_KEY": KEY,
        "HEYGEN_NO_ANALYTICS": "1",
        # For other programs; this one never asks a proxy for loopback.
        "NO_PROXY": ",".join(direct),
    }
    if config_dir is not None:
        found["HEYGEN_CONFIG_DIR"] = config_dir
    return found
