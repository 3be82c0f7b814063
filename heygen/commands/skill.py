"""`heygen skill`: prints what a coding agent should know as a SKILL.md, or installs it."""

from __future__ import annotations

import os

from heygen.cli.command import OVERWRITE, Command, Flag
from heygen.core.errors import EXIT_CODE_MEANINGS, ExitCode, HeygenError, usage_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.calls.invocation import Invocation

NAME = "heygen"
FILE = "SKILL.md"
_OURS = "<!-- From `heygen skill`; install it anew after an update. -->"

COMMAND = Command(
    description=(
        "Prints a guide to heygen for coding agents, in the SKILL.md form of agentskills.io, or writes it into the folder "
        "where an agent looks for skills. No key needed."
    ),
    flags=(
        Flag(name="install", value_name="<dir>", description=f"Write it to {NAME}/{FILE} in this folder, and print where."),
        OVERWRITE.replace(description="With --install: replace a file that is not from this command."),
    ),
    examples=(
        {"about": "Read it", "command": "heygen skill"},
        {"about": "Install it for the agents of a project", "command": "heygen skill --install .agents/skills"},
    ),
)

_TEXT = """\
---
name: {name}
description: Makes, translates, lip-syncs and downloads AI videos (avatars, voices, templates) with the heygen command \
line. Use it when a task wants a video from a prompt or a script, a video in another language, or a file on HeyGen.
---

{ours}

# heygen

The result is one JSON document on stdout. Errors, warnings and notices are one JSON object a line on stderr; the `hint`
of an error is the command to run next. Nothing is asked where there is no terminal. The key is in `HEYGEN_API_KEY`, or
kept by `heygen auth login`.

## Rehearse

Without a key, credits or a network, `heygen sandbox run --` runs a command, or a script that calls heygen, against a
simulated API. Each run starts afresh; with `--state FILE` the next one goes on where it ended.

```sh
heygen sandbox run -- video-agent create --prompt "Welcome to our Q4 earnings call." --wait
```

## Find a command

```sh
heygen commands --text
heygen commands video
heygen video create --type avatar --example
heygen help statuses
```

The first has every command on a line of its own, the second all flags of a group. `--example` prints a body to begin with
(`--full`: every field), `--request-schema` its JSON Schema, `--dry-run` the request without sending it. A body goes in
with `-d FILE`, `-d -` or `-d '{{...}}'`; `--set path=value` sets one field; flags override both. `--get` prints fields in
place of the document: several as columns, `data[].id` one a line. It is checked before anything is sent.

## Make a video

From a prompt, and from a script that an avatar speaks:

```sh
heygen video-agent create --prompt "A 20 second welcome" --wait --output-path welcome.mp4
heygen avatar looks list --get 'data[].id,data[].default_voice_id,data[].name'
avatar=$(heygen avatar looks list --get 'data[0].id')
id=$(heygen video create --type avatar --avatar-id "$avatar" --script "Hello, and welcome." --get data.video_id)
heygen video get "$id" --wait --timeout 30m --get data.video_url
heygen video download "$id" --output-path hello.mp4
```

`--wait` also goes with the creating command itself. What lists has more pages while `has_more` is true: `--token` takes
the `next_token`, `--all` fetches them all.

## Translate it

```sh
heygen video-translate languages list --get 'data.languages[]' | grep -i spanish
url=$(heygen video get "$id" --get data.video_url)
heygen video-translate create --set video.type=url --set "video.url=$url" --output-languages "French,Spanish (Spain)" \\
    --wait --output-path translated
```

## Use your own files

```sh
asset=$(heygen asset upload portrait.png --get data.asset_id)
voice=$(heygen avatar looks list --get 'data[0].default_voice_id')
heygen video create --type image --set image.type=asset_id --set "image.asset_id=$asset" --script "Hello" \\
    --voice-id "$voice" --wait --get data.video_url
```

## When it goes wrong

{codes}
- After exit code 4 the job goes on: run the `resume` of the error, with a longer `--timeout`:

```sh
heygen video get "$id" --wait --timeout 1h
```

- 429 and passing failures are repeated, as long as the API asks for; with `HEYGEN_MAX_RETRIES` more often than twice:

```sh
HEYGEN_MAX_RETRIES=8 heygen video list --limit 5
```

- An answer was lost: the `hint` lists what was made. A repeat with the same `--idempotency-key` makes nothing twice,
  where `heygen commands` says that the command is idempotent.
- Deleting wants `--force`:

```sh
heygen video delete "$id" --force
```
"""


def text() -> str:
    """Return the guide."""
    codes = "\n".join(f"- Exit code {int(code)}: {meaning}" for code, meaning in EXIT_CODE_MEANINGS.items() if code)
    return _TEXT.format(name=NAME, ours=_OURS, codes=codes)


def run(invocation: Invocation) -> int:
    """Print the guide, or write it into a folder and print its path."""
    folder = invocation.given.get("install")
    if folder is None:
        invocation.context.stdout.write(text())
        invocation.context.stdout.flush()
        return ExitCode.OK
    if not folder.strip():
        raise usage_error("--install is empty", param="--install")
    path = os.path.join(folder, NAME, FILE)
    _install(path, bool(invocation.given.get("force")))
    invocation.output.result({"message": f"Installed the skill at {path}", "path": path})
    return ExitCode.OK


def _install(path: str, is_forced: bool) -> None:
    from heygen.core import storage

    try:
        if os.path.exists(path) and not is_forced:
            with open(path, "rb") as stream:
                if _OURS.encode() not in stream.read(10_000):
                    raise HeygenError("file_exists", f"{path} is not from heygen skill", hint="Use --force to overwrite it")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        storage.write(path, text().encode())
        os.chmod(path, 0o644)  # it is for everyone who works here
    except OSError as error:
        raise HeygenError("cli_file_io_error", f"cannot write {path}: {error.strerror or error}") from error
