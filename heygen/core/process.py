"""How this same program is started again, as a process of its own."""

from __future__ import annotations

import os
import sys

import heygen


def command() -> list[str]:
    """Return the words that start this same program, to which a command's own are added."""
    archive = getattr(heygen.__spec__.loader, "archive", None)
    if archive is not None:
        return [sys.executable, "-I", "-S", os.path.abspath(archive)]
    starter = (
        "import sys; sys.path.insert(0, sys.argv.pop(1)); from heygen.__main__ import main; sys.exit(main())"
    )
    return [sys.executable, "-I", "-S", "-c", starter, os.path.dirname(os.path.dirname(os.path.abspath(heygen.__file__)))]


def shown_command() -> list[str]:
    """Return the words by which a person starts this same program from anywhere: its file, behind a Python where it
    needs one."""
    archive = getattr(heygen.__spec__.loader, "archive", None)
    started = os.path.abspath(archive or sys.argv[0])
    if not os.path.isfile(started) or os.path.basename(started) == "__main__.py":
        return command()
    is_program = os.access(started, os.X_OK) and os.name == "posix"
    return [started] if is_program else ["python3" if os.name == "posix" else sys.executable, started]
