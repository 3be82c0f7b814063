"""The one table of the hand-written commands, and the old words of commands that have moved."""

from __future__ import annotations

from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Entry(Record):
    """A hand-written command: its words, its module in `heygen.commands` (with COMMAND and run()), its summary."""

    words: tuple[str, ...]
    module: str
    summary: str

    def load(self) -> Any:
        """Return the module. Nothing of it is imported before."""
        from importlib import import_module

        return import_module(f"heygen.commands.{self.module}")


def _entry(words: str, module: str, summary: str) -> Entry:
    return Entry(words=tuple(words.split()), module=module, summary=summary)


COMMANDS = {
    entry.words: entry
    for entry in (
        _entry("asset upload", "asset_upload", "Upload files of any size as assets"),
        _entry("video download", "video_download", "Download a video's files"),
        _entry("video open", "video_open", "Show a video in the browser"),
        _entry("lipsync download", "lipsync_download", "Download a lipsync's files"),
        _entry("video-translate download", "video_translate_download", "Download a video translation's files"),
        _entry("webhook listen", "webhook_listen", "Receive webhooks on this machine"),
        _entry("webhook verify", "webhook_verify", "Tell whether a webhook call is real"),
        _entry("api", "api", "Call any endpoint of the API by its method and path"),
        _entry("auth login", "auth_login", "Sign in with an API key, in the browser or on another device"),
        _entry("auth status", "auth_status", "Show who is signed in, and how"),
        _entry("auth logout", "auth_logout", "Sign out"),
        _entry("batch run", "batch_run", "Make what every row of a file asks for, once each"),
        _entry("batch status", "batch_status", "Show how far a batch has come"),
        _entry("batch report", "batch_report", "Show what a batch has made, as JSON, CSV or a page of players"),
        _entry("config set", "config_set", "Change a setting"),
        _entry("config get", "config_get", "Show one setting"),
        _entry("config list", "config_list", "Show all settings"),
        _entry("config unset", "config_unset", "Reset a setting to its default"),
        _entry("config path", "config_path", "Show where the settings file is"),
        _entry("feedback", "feedback", "Rate this program, and say why"),
        _entry("sandbox run", "sandbox_run", "Run a command against the simulated API: no key, no credits, no network"),
        _entry("sandbox start", "sandbox_start", "Serve the simulated API until interrupted"),
        _entry("commands", "commands", "Print the commands as data, for programs and agents"),
        _entry("skill", "skill", "Print or install what a coding agent should know"),
        _entry("mcp", "mcp", "Serve the API to coding agents as tools (Model Context Protocol)"),
        _entry("doctor", "doctor", "Find out what keeps this program from working"),
        _entry("completion", "completion", "Print a completion script for your shell"),
        _entry("update", "update", "Update this program, or install another version"),
    )
}

# The groups that hold hand-written commands alone.
GROUPS = {
    "batch": "Make hundreds of videos from one file, safe to stop and resume",
    "auth": "Sign in and out, and show who you are",
    "config": "Manage settings: output format, analytics and more",
    "sandbox": "Rehearse against a simulated API, offline and free",
}

# Old words that still work, with a notice.
DEPRECATED = {("brand-kit", "list"): ("brand", "kits", "list")}


def tools() -> dict[str, str]:
    """Return the top-level words that are no group of the API, with their summaries, in the order of listing."""
    found: dict[str, str] = {}
    for entry in COMMANDS.values():
        word = entry.words[0]
        if word in GROUPS:
            found[word] = GROUPS[word]
        elif len(entry.words) == 1:
            found[word] = entry.summary
    return found
