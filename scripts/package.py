"""The files of the package as the zipapp carries them."""

from __future__ import annotations

import json
import marshal
import os
import re
from collections.abc import Mapping
from types import MappingProxyType

from stripping import stripped

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
DOCUMENTS = "heygen/api/documents/"


def package_files(stamp: Mapping[str, str] = MappingProxyType({})) -> dict[str, bytes]:
    """Return the package's files by their name in the archive, with the version and build metadata stamped
    in,
    sources without comments and docstrings, and the API documents in the form that loads fastest."""
    files = {}
    for folder, folders, names in os.walk(os.path.join(ROOT, "heygen")):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            path = os.path.join(folder, name)
            key = os.path.relpath(path, ROOT).replace(os.sep, "/")
            if name.endswith((".pyc", ".pyo")) or name.startswith("."):
                continue
            with open(path, "rb") as file:
                files[key] = file.read()
    for name, value in stamp.items():
        key = "heygen/__init__.py" if name == "__version__" else "heygen/core/build.py"
        files[key] = stamped(files[key].decode(), name, value).encode()
    for key in [key for key in files if key.endswith(".py")]:
        files[key] = stripped(files[key].decode()).encode()
    for key in [key for key in files if key.startswith(DOCUMENTS) and key.endswith(".json")]:
        # Every Python reads marshal's second version, a few times faster than it imports json.
        document = json.loads(files.pop(key))
        files[key[: -len(".json")] + ".marshal"] = marshal.dumps(document, 2)
    return files


def stamped(source: str, name: str, value: str) -> str:
    """Return a module's source with the value of a constant, a string, replaced."""
    source, found = re.subn(rf'(?m)^{name} = ".*"$', lambda match: f"{name} = {json.dumps(value)}", source)
    if found != 1:
        raise ValueError(f"no constant {name}")
    return source
