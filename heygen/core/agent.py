"""Which coding agent started us: told from environment markers."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Mapping

# (name, variables of which one is enough); the first match wins. `NAME=value` asks for that very value, in any case.
_MARKERS = (
    ("claude_code", ("CLAUDECODE", "CLAUDE_CODE_ENTRYPOINT")),
    ("codex", ("CODEX_THREAD_ID", "CODEX_CI", "CODEX_SANDBOX_NETWORK_DISABLED")),
    ("cursor", ("TERM_PROGRAM=cursor",)),
    ("windsurf", ("TERM_PROGRAM=windsurf",)),
    ("copilot_agent", ("GITHUB_ACTIONS=true+COPILOT_AGENT_ID", "GITHUB_ACTIONS=true+RUNNER_NAME=Copilot")),
    ("replit", ("REPL_ID", "REPLIT_USER")),
    ("hermes", ("HERMES_QUIET",)),
    ("openclaw", ("OPENCLAW_STATE_DIR", "OPENCLAW_CONFIG_PATH")),
    ("pi", ("PI_CODING_AGENT",)),
    ("cline", ("CLINE_ACTIVE",)),
    ("gemini_cli", ("GEMINI_CLI",)),
    ("crush", ("CRUSH",)),
)


def calling_agent(environ: Mapping[str, str]) -> str | None:
    """Return the name of the coding agent that runs this program, or None."""
    for name, markers in _MARKERS:
        if any(all(_holds(part, environ) for part in marker.split("+")) for marker in markers):
            return name
    return None


def _holds(part: str, environ: Mapping[str, str]) -> bool:
    variable, equals, value = part.partition("=")
    return environ.get(variable, "").lower() == value.lower() if equals else bool(environ.get(variable))
