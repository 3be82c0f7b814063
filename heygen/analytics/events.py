"""What is sent: which command was run and how it ended, and on what; nothing of its content."""

from __future__ import annotations

import os
import sys

from heygen import __version__
from heygen.core import build, timestamp
from heygen.core.agent import calling_agent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.core.context import Context

_LONGEST_CODE = 64


def event(name: str, properties: dict[str, Any], identity: str, context: Context) -> dict[str, Any]:
    """Return one event with what is known of the program and the machine."""
    return {
        "event": name,
        "distinct_id": identity,
        "timestamp": timestamp.render(context.now()),
        "properties": {
            **properties,
            "cli_version": __version__,
            "python_version": ".".join(map(str, sys.version_info[:3])),
            "python_implementation": sys.implementation.name,
            "os": sys.platform,
            "arch": os.uname().machine if hasattr(os, "uname") else context.environ.get("PROCESSOR_ARCHITECTURE", ""),
            "agent": calling_agent(context.environ),
            # No profile of a person, and no place from the address.
            "$process_person_profile": False,
            "$geoip_disable": True,
        },
    }


def of_run(run: dict[str, Any], identity: str, context: Context) -> list[dict[str, Any]]:
    """Return the events of one run, as dispatch.report() hands it over: that it was, and how it ended."""
    command = run.get("command")
    code = run.get("error_code") or None
    if code is not None and not (len(code) <= _LONGEST_CODE and code.isascii() and code.replace("_", "").isalnum()):
        code = "other"  # a server may put anything there
    ended = {
        "command": command,
        "exit_code": run["exit_code"],
        "duration_ms": round(run["seconds"] * 1000),
        "error_code": code,
    }
    events = [event("command_completed", ended, identity, context)]
    return [event("command_run", {"command": command}, identity, context), *events] if command else events


def batch(events: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the document that carries events to the sink."""
    return {"api_key": build.ANALYTICS_KEY, "batch": events}
