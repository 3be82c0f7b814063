"""The entries by which the clients that people use start this server."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Sequence

CLIENTS = ("claude", "cursor", "vscode", "codex")


def entry(client: str, command: Sequence[str]) -> str:
    """Return what goes into a client's settings so that it starts a command: JSON, for Codex TOML."""
    program, *arguments = command
    if client == "codex":
        # A JSON string of printable characters is a basic string of TOML as well.
        listed = ", ".join(json.dumps(each, ensure_ascii=False) for each in arguments)
        return f"[mcp_servers.heygen]\ncommand = {json.dumps(program, ensure_ascii=False)}\nargs = [{listed}]\n"
    started = {"command": program, "args": arguments}
    if client == "vscode":
        document = {"servers": {"heygen": {"type": "stdio", **started}}}
    else:
        document = {"mcpServers": {"heygen": started}}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
