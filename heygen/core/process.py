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
