"""The files of the package as the zipapp carries them."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from types import MappingProxyType

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def package_files(stamp: Mapping[str, str] = MappingProxyType({})) -> dict[str, bytes]:
    """Return the package's files by their name in the archive, as they are, but for the version and the build
    metadata that are stamped into the two modules that have them."""
    files = {}
    for folder, folders, names in os.walk(os.path.join(ROOT, "heygen")):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            path = os.path.join(folder, name)
            if name.endswith((".pyc", ".pyo")) or name.startswith("."):
                continue
            with open(path, "rb") as file:
                files[os.path.relpath(path, ROOT).replace(os.sep, "/")] = file.read()
    for name, value in stamp.items():
        key = "heygen/__init__.py" if name == "__version__" else "heygen/core/build.py"
        files[key] = stamped(files[key].decode(), name, value).encode()
    return files


def stamped(source: str, name: str, value: str) -> str:
    """Return a module's source with the value of a constant, a string, replaced."""
    source, found = re.subn(rf'(?m)^{name} = ".*"$', lambda match: f"{name} = {json.dumps(value)}", source)
    if found != 1:
        raise ValueError(f"no constant {name}")
    return source
