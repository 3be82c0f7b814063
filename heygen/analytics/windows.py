"""Starting the process that sends events where there is no posix_spawn."""

from __future__ import annotations

import subprocess


def start(command: list[str], environ: dict[str, str], message: bytes) -> None:
    """Start a process without a window, with the message on its stdin. Raises OSError."""
    flags = sum(getattr(subprocess, name, 0) for name in ("CREATE_NO_WINDOW", "CREATE_NEW_PROCESS_GROUP"))
    process = subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environ,
        creationflags=flags,
    )
    process.returncode = 0  # it is not waited for
    if process.stdin is not None:
        process.stdin.write(message)
        process.stdin.close()
