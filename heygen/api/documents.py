"""Reading the OpenAPI documents, one command group at a time, from wherever the package lives."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_FOLDER = os.path.join(os.path.dirname(__file__), "documents")
_loaded: dict[str, Any] = {}


def _read(name: str) -> Any:
    """Return the parsed document; read through the loader, so that it works inside a zip file as well."""
    if name not in _loaded:
        import json

        data = __loader__.get_data(os.path.join(_FOLDER, name + ".json"))  # type: ignore[name-defined]
        _loaded[name] = json.loads(data)
    return _loaded[name]


def groups() -> dict[str, str]:
    """Return every command group with its one-line summary, in the order of listing."""
    return _read("index")["groups"]


def load(group: str) -> dict[str, Any]:
    """Return the OpenAPI document of one group; callers must not change it."""
    return _read(group)
