"""The program in one file, built for tests."""

from __future__ import annotations

import functools
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import build_zipapp  # noqa: E402
import pythons  # noqa: E402
from package import package_files  # noqa: E402

THIS_PYTHON = pythons.probe(sys.executable)

#: What the shell script of the file has Python run, with the file and its arguments.
START = re.search(r"(?m)^start='(.*)'$", (ROOT / "scripts" / "archive" / "header.sh").read_text())[1]


@functools.lru_cache(maxsize=None)
def data(version="", releases_url="", with_bytecode=True):
    """Return the bytes of a heygen.pyz with bytecode for the Python that runs the tests alone."""
    stamp = {"RELEASES_URL": releases_url, **({"__version__": version} if version else {})}
    found = [THIS_PYTHON] if with_bytecode and THIS_PYTHON.implementation == "cpython" else []
    return build_zipapp.build(package_files(stamp), found, 0)


def write(path, content):
    """Write an executable file and return its path."""
    path.write_bytes(content)
    path.chmod(0o755)
    return path


def start(*command, env=None, **options):
    """Run a command in a nearly empty environment: PATH leads to this Python and the system's tools alone."""
    path = os.pathsep.join([os.path.dirname(THIS_PYTHON.path), "/usr/bin", "/bin"])
    environ = {"PATH": path, "HOME": "/nonexistent", "HEYGEN_NO_ANALYTICS": "1", **(env or {})}
    return subprocess.run(
        [os.fspath(word) for word in command],
        **{"stdin": subprocess.DEVNULL, "capture_output": True, "text": True, "timeout": 60, "env": environ, **options},
    )


def inside(path, code, *words, before="", **options):
    """Run code in an interpreter that has started the file, and return the lines that it printed.

    The code finds the loader of the file's modules as `archive`, and the words as `words`.
    """
    script = f"""
import atexit, sys  # atexit, which leaves the end of the interpreter to itself
words, sys.argv[2:] = sys.argv[2:], ["--version"]
{before}
try: {START.partition(";")[2]}
except SystemExit: pass
import heygen
archive = heygen.__spec__.loader
"""
    answer = start(THIS_PYTHON.path, "-S", "-s", "-c", script + code, path, *words, **options)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.splitlines()[1:]
