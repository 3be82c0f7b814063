"""What is particular to the stateless revision of the protocol: each request says of itself what it needs."""

from __future__ import annotations

import heygen
from heygen.core.record import Record
from heygen.mcp.messages import INVALID_PARAMS, ProtocolError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VERSION = "2026-07-28"
TASKS = "io.modelcontextprotocol/tasks"
UNSUPPORTED_VERSION = -32022
MISSING_CAPABILITY = -32021
_PREFIX = "io.modelcontextprotocol/"
_FRESH = 5 * 60 * 1000  # milliseconds; what we list changes only with the program

SERVER_INFO = {"name": "heygen", "title": "HeyGen", "version": heygen.__version__}
CAPABILITIES: dict[str, Any] = {"tools": {}, "resources": {}, "prompts": {}, "completions": {}, "logging": {}}


class Terms(Record):
    """What a request says of the client. Up to 2025-11-25 the session says it, and there are no tasks."""

    is_modern: bool = False
    has_tasks: bool = False
    log_level: str | None = None


def is_modern(method: str, params: dict[str, Any]) -> bool:
    """Tell whether a message belongs to this revision, or to one with a handshake."""
    meta = params.get("_meta")
    return method == "server/discover" or (isinstance(meta, dict) and f"{_PREFIX}protocolVersion" in meta)


def terms(params: dict[str, Any]) -> Terms:
    """Return what a request says of itself. Raises ProtocolError for a revision that we do not speak."""
    meta = params.get("_meta")
    meta = meta if isinstance(meta, dict) else {}
    version = meta.get(f"{_PREFIX}protocolVersion", VERSION)
    if not isinstance(version, str):
        raise ProtocolError(INVALID_PARAMS, f"_meta.{_PREFIX}protocolVersion is a string")
    if version != VERSION:
        data = {"supported": [VERSION], "requested": version}
        raise ProtocolError(UNSUPPORTED_VERSION, f"unsupported protocol version {version}", data)
    capabilities = meta.get(f"{_PREFIX}clientCapabilities")
    if f"{_PREFIX}protocolVersion" in meta and not isinstance(capabilities, dict):
        raise ProtocolError(INVALID_PARAMS, f"_meta.{_PREFIX}clientCapabilities is required, and is an object")
    extensions = (capabilities or {}).get("extensions")
    level = meta.get(f"{_PREFIX}logLevel")
    return Terms(
        is_modern=True,
        has_tasks=isinstance(extensions, dict) and TASKS in extensions,
        log_level=level if isinstance(level, str) else None,
    )


def require_tasks(asked: Terms) -> None:
    """Refuse a request about tasks from a client that does not declare them. Raises ProtocolError."""
    if not asked.has_tasks:
        data = {"requiredCapabilities": {"extensions": {TASKS: {}}}}
        raise ProtocolError(MISSING_CAPABILITY, f"this needs the client's capability {TASKS}", data)


def discovery(instructions: str) -> dict[str, Any]:
    """Return the result of server/discover."""
    capabilities = {**CAPABILITIES, "extensions": {TASKS: {}}}
    return {"supportedVersions": [VERSION], "capabilities": capabilities, "instructions": instructions}


def finished(value: dict[str, Any], is_cacheable: bool) -> dict[str, Any]:
    """Return a result as this revision has it."""
    caching = {"ttlMs": _FRESH, "cacheScope": "public"} if is_cacheable else {}
    return {"resultType": "complete", **value, **caching, "_meta": {f"{_PREFIX}serverInfo": SERVER_INFO}}
