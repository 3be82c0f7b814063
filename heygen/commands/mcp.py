"""`heygen mcp`: serves the API as tools to a client of the Model Context Protocol, over standard input and output."""

from __future__ import annotations

import os

from heygen.cli.command import Command, Flag
from heygen.core.errors import ExitCode
from heygen.mcp.config_entries import CLIENTS

TYPE_CHECKING = False
if TYPE_CHECKING:

    from heygen.calls.invocation import Invocation
    from heygen.core.context import Context
    from heygen.mcp.resources import Topic

# Several clients give up on a call after a minute, and then nobody would be told the ID.
DEFAULT_TIMEOUT = 50.0  # seconds

COMMAND = Command(
    description=(
        "Serves the API as tools to a client of the Model Context Protocol, which starts it and talks to it over standard "
        "input and output. Speaks every revision of the protocol from 2024-11-05 to 2026-07-28. There is a tool for each "
        "command of the API (video_create is `heygen video create`), plus wait, download and upload. By default only the "
        "everyday tools are offered, for making videos with the Video Agent, avatars and templates, for translation and "
        "for lip-sync: the schemas of all tools would take up much of a model's context. Uses the same credential, "
        "settings and variables as every other command."
    ),
    flags=(
        Flag(
            name="tools",
            is_array=True,
            value_name="<group>",
            description="Which tools to offer: command groups (video, webhook), single tools (video_list), everyday or all. Default: everyday.",
        ),
        Flag(name="read-only", type="boolean", description="Offer only tools that change nothing."),
        Flag(name="allow-destructive", type="boolean", description="Offer tools that delete, too."),
        Flag(
            name="timeout",
            type="duration",
            default="50s",
            value_name="<duration>",
            description=(
                "How long a call waits at most for the job that it starts. Then it answers with the ID and how to continue. "
                "Clients that support tasks are not kept waiting."
            ),
        ),
        Flag(
            name="print-config",
            enum=CLIENTS,
            value_name="<client>",
            description="Print the entry for a client's settings, including the other flags given here, and exit.",
        ),
    ),
    examples=(
        {"about": "The entry for Claude Code (.mcp.json) and Claude Desktop", "command": "heygen mcp --print-config claude"},
        {
            "about": "The same for Cursor, read-only",
            "command": "heygen mcp --read-only --tools video,avatar --print-config cursor",
        },
        {"about": "Add it to Codex", "command": "heygen mcp --print-config codex >> ~/.codex/config.toml"},
        {"about": "Try it with a client, without a key or credits", "command": "heygen sandbox run -- mcp"},
    ),
)


def run(invocation: Invocation) -> int:
    """Serve until the client closes its end."""
    from heygen.mcp.server import Server
    from heygen.mcp.tools import Catalogue, Choice

    given, context = invocation.given, invocation.context
    choice = Choice(
        names=tuple(name.strip() for name in given.get("tools", ("everyday",)) if name.strip()),
        is_read_only=bool(given.get("read_only")),
        allows_deleting=bool(given.get("allow_destructive")),
    )
    catalogue = Catalogue(choice)
    if "print_config" in given:
        _print_config(invocation)
        return ExitCode.OK
    if context.stdin.is_terminal:
        hint = "Print the entry for its settings with: heygen mcp --print-config claude"
        invocation.output.notice("mcp", "waiting for an MCP client on standard input; Ctrl-D or Ctrl-C ends it", hint=hint)
    timeout = given.get("timeout", DEFAULT_TIMEOUT)
    Server(context, invocation.settings, catalogue, _topics(context), timeout).run()
    return ExitCode.OK


def _print_config(invocation: Invocation) -> None:
    """Print the entry as it is, whatever the output format: a client reads it."""
    from heygen.core import duration, process
    from heygen.mcp.config_entries import entry

    given = invocation.given
    words = [*process.shown_command(), "mcp"]
    if "tools" in given:
        words += ["--tools", ",".join(given["tools"])]
    words += [f"--{name.replace('_', '-')}" for name in ("read_only", "allow_destructive") if given.get(name)]
    if "timeout" in given:
        words += ["--timeout", duration.render(given["timeout"])]
    bundle = invocation.settings.options.get("ca_bundle")
    if bundle is not None:
        words += ["--ca-bundle", os.path.abspath(bundle)]
    invocation.context.stdout.write(entry(given["print_config"], words))
    invocation.context.stdout.flush()


def _topics(context: Context) -> dict[str, Topic]:
    """Return the help topics as texts."""
    from heygen.cli.help import layout, pages
    from heygen.cli.topics import TOPICS
    from heygen.mcp.resources import Topic
    from heygen.output.terminal import Terminal

    page = Terminal(context.of_one_call(context.sleep), context.of_one_call(context.sleep).stdout, "never")
    return {
        name: Topic(summary=topic.summary, text=lambda name=name: layout.render(pages.topic(name), page))
        for name, topic in TOPICS.items()
    }
