"""The Python interpreters of this machine that heygen supports."""

from __future__ import annotations

import glob
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

OLDEST = (3, 9)

_PROBE = """\
import sys, importlib.util as util
print(getattr(sys, "_base_executable", "") or sys.executable)
print(*sys.version_info[:3], sys.version_info.releaselevel, sys.implementation.name)
print(sys.implementation.cache_tag, util.MAGIC_NUMBER.hex())
"""


class Python(NamedTuple):
    """One interpreter: where it is, which version it is, and what its bytecode goes by."""

    path: str
    version: tuple[int, int, int]
    final: bool
    implementation: str
    cache_tag: str
    magic: bytes

    @property
    def minor(self) -> str:
        """Its feature release, as in "3.11"."""
        return f"{self.version[0]}.{self.version[1]}"


def probe(path: str) -> Python | None:
    """Ask the interpreter at a path what it is; None where it does not run or is too old."""
    try:
        answer = subprocess.run(
            [path, "-I", "-c", _PROBE], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
        )
        executable, numbers, bytecode = answer.stdout.splitlines()
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None  # a version manager's stand-in for a Python that is not there, or one that is damaged
    major, minor, micro, level, implementation = numbers.split()
    cache_tag, magic = bytecode.split()
    version = (int(major), int(minor), int(micro))
    if version < OLDEST:
        return None
    return Python(executable, version, level == "final", implementation, cache_tag, bytes.fromhex(magic))


def chosen(paths: list[str]) -> list[Python]:
    """Return the interpreters at these paths, or all that find() returns where there are none.

    Raises ValueError for a path that has none that heygen supports.
    """
    found = []
    for path in paths:
        python = probe(path)
        if python is None:
            raise ValueError(f"{path} is no Python 3.9 or newer")
        found.append(python)
    return found or find()


def find() -> list[Python]:
    """Return one CPython for each feature release on this machine, oldest first.

    The choice depends on the machine and not on the interpreter that asks: the newest one that is no
    prerelease, and of several alike the first in the order of their paths.
    """
    names = [f"python3.{minor}" for minor in range(OLDEST[1], OLDEST[1] + 12)] + ["python3"]
    candidates = {sys.executable}
    candidates.update(
        os.path.join(folder, name)
        for folder in os.get_exec_path()
        for name in names
        if os.access(os.path.join(folder, name), os.X_OK)
    )
    candidates.update(glob.glob(os.path.join(os.path.expanduser("~"), ".pyenv", "versions", "*", "bin", "python3")))
    with ThreadPoolExecutor(2) as pool:
        found = {python for python in pool.map(probe, sorted(candidates)) if python and python.implementation == "cpython"}
    best: dict[str, Python] = {}
    for python in sorted(found, key=lambda each: (each.final, each.version, [-ord(c) for c in each.path])):
        best[python.minor] = python
    return sorted(best.values(), key=lambda each: each.version)
