"""The flags that both sandbox commands take, and the sandbox and environment that they make."""

from __future__ import annotations

from heygen.cli.command import Flag
from heygen.core.errors import HeygenError, usage_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping

    from heygen.calls.invocation import Invocation
    from heygen.cli.help.blocks import Block
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
        description="How long jobs take, or those of one kind: 5, 1m30s, video=10. By default they finish at once.",
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
        description="How many requests to allow, such as 5/s or 100/m; the rest get a 429.",
    ),
    Flag(name="seed", type="integer", description="Make IDs and times the same on every run."),
    Flag(
        name="state",
        value_name="<file>",
        description="Keep what is created in this file, and start with what is in it.",
    ),
    Flag(
        name="seed-data",
        value_name="<file>",
        description='Add IDs of a real account from a JSON file such as {"looks": ["<look-id>"], "voices": ["<voice-id>"]}.',
    ),
    Flag(
        name="allow-unknown-ids",
        type="boolean",
        description="Accept IDs in request bodies that do not exist here, as if a real account had them.",
    ),
    Flag(
        name="keys",
        is_array=True,
        value_name="<key>",
        description="Accept only these API keys; every other one gets a 401. The first one is put into the environment.",
    ),
    Flag(
        name="scopes",
        is_array=True,
        value_name="<scope>",
        description="The scopes that API keys have, such as videos:read; anything that needs another one gets a 403.",
    ),
)


def fault_grammar() -> tuple[Block, ...]:
    """Return what the help of both commands says of faults."""
    from heygen.cli.help import faults

    return faults.grammar()


def start(context: Context, given: dict[str, Any], log: Any = None) -> Server:
    """Start the sandbox that the flags describe. Raises a usage error, or HeygenError for port and state file."""
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
        _parse("fault", text, faults.checked)
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
        allow_unknown_ids=given.get("allow_unknown_ids", False),
        seeds=_seeds(given["seed_data"]) if "seed_data" in given else {},
        keys=tuple(given["keys"]) if "keys" in given else None,
        scopes=tuple(given["scopes"]) if "scopes" in given else None,
        clock=context.now,
    )


def tell_idle_faults(invocation: Invocation, server: Server, is_refused: bool = False) -> None:
    """Warn of each fault that never struck. Raises HeygenError instead where they are refused."""
    idle = server.world.faults.idle()
    told = [f'the fault "{active.rule.text}" never struck: {active.why_not()}' for active in idle]
    if told and is_refused:
        raise HeygenError("cli_fault_never_struck", "; ".join(told))
    for message in told:
        invocation.output.warning("cli_fault_never_struck", message)


def _seeds(path: str) -> dict[str, list[dict[str, Any]]]:
    from heygen.sandbox import seeds

    return _parse("seed-data", path, seeds.read)


def _parse(name: str, text: str, parse: Any) -> Any:
    try:
        return parse(text)
    except ValueError as error:
        raise usage_error(f"--{name}: {error}", param=f"--{name}") from error


def variables(
    environ: Mapping[str, str], server: Server, config_dir: str | None = None
) -> dict[str, str]:
    """Return the variables that point programs at a sandbox and away from the user's own account."""
    direct = [each for each in (environ.get("NO_PROXY") or environ.get("no_proxy"), "127.0.0.1,localhost") if each]
    found = {
        "HEYGEN_API_BASE": server.url,
        "HEYGEN_API_KEY": (server.world.options.keys or (KEY,))[0],
        "HEYGEN_NO_ANALYTICS": "1",
        # For other programs; this one never asks a proxy for loopback.
        "NO_PROXY": ",".join(direct),
    }
    if config_dir is not None:
        found["HEYGEN_CONFIG_DIR"] = config_dir
    return found
