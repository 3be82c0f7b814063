"""The program in one file, built for tests."""

from __future__ import annotations

import functools
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import build_zipapp  # noqa: E402
import packs  # noqa: E402, F401
import pythons  # noqa: E402
from package import package_files  # noqa: E402

THIS_PYTHON = pythons.probe(sys.executable)


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
