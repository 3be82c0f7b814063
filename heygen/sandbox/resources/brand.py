"""Brand kits and glossaries, which are made in the web app alone."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call


def _list(call: Call, kind: str) -> dict[str, Any]:
    return call.list(call.world.presets(kind), lambda each: each, lambda each: each["order"])


OPERATIONS = {
    "kits list": lambda call: _list(call, "brand kit"),
    "glossaries list": lambda call: _list(call, "glossary"),
}
