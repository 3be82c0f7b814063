"""Which coding agent started us."""

from __future__ import annotations

import pytest

from heygen.core.agent import calling_agent

CASES = [
    ({"CLAUDECODE": "1"}, "claude_code"),
    ({"CLAUDE_CODE_ENTRYPOINT": "cli"}, "claude_code"),
    ({"CODEX_THREAD_ID": "x"}, "codex"),
    ({"CODEX_CI": "1"}, "codex"),
    ({"CODEX_SANDBOX_NETWORK_DISABLED": "1"}, "codex"),
    ({"TERM_PROGRAM": "cursor"}, "cursor"),
    ({"TERM_PROGRAM": "windsurf"}, "windsurf"),
    ({"TERM_PROGRAM": "Cursor"}, "cursor"),
    ({"TERM_PROGRAM": "WindSurf"}, "windsurf"),
    ({"GITHUB_ACTIONS": "true", "COPILOT_AGENT_ID": "x"}, "copilot_agent"),
    ({"GITHUB_ACTIONS": "true", "RUNNER_NAME": "Copilot"}, "copilot_agent"),
    ({"REPL_ID": "x"}, "replit"),
    ({"REPLIT_USER": "x"}, "replit"),
    ({"HERMES_QUIET": "1"}, "hermes"),
    ({"OPENCLAW_STATE_DIR": "/x"}, "openclaw"),
    ({"OPENCLAW_CONFIG_PATH": "/x"}, "openclaw"),
    ({"PI_CODING_AGENT": "1"}, "pi"),
    ({"CLINE_ACTIVE": "1"}, "cline"),
    ({"GEMINI_CLI": "1"}, "gemini_cli"),
    ({"CRUSH": "1"}, "crush"),
    ({}, None),
    ({"CLAUDECODE": ""}, None),
    ({"TERM_PROGRAM": "iTerm.app"}, None),
    ({"COPILOT_AGENT_ID": "x"}, None),
    ({"GITHUB_ACTIONS": "true"}, None),
    ({"GITHUB_ACTIONS": "true", "RUNNER_NAME": "GitHub Actions 2"}, None),
    ({"CRUSH": "1", "CODEX_CI": "1", "CLAUDECODE": "1"}, "claude_code"),
    ({"CRUSH": "1", "TERM_PROGRAM": "cursor"}, "cursor"),
]


@pytest.mark.parametrize("environ, agent", CASES)
def test_an_agent_is_known_by_its_markers(environ, agent):
    assert calling_agent(environ) == agent


@pytest.mark.parametrize("environ, origin", [({"CODEX_CI": "secret-value"}, "codex"), ({}, None)])
def test_the_api_is_told_the_name_and_no_value(run, server, environ, origin):
    server.answer({"data": []})
    request = run("video", "list", env=environ).requests[0]
    assert request.headers.get("x-heygen-client-origin") == origin
    assert "secret-value" not in str(request.headers)
