"""Brand kits and glossaries, which are made in the web app alone; glossaries can be deleted here."""

from __future__ import annotations

from heygen.sandbox.problems import missing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call


def _all(call: Call, kind: str) -> list[dict[str, Any]]:
    return [each for each in call.world.presets(kind) if not call.world.store.was_deleted(kind, each["id"])]


def _list(call: Call, kind: str) -> dict[str, Any]:
    return call.list(_all(call, kind), lambda each: each, lambda each: each["order"])


def _find(call: Call, kind: str, parameter: str, name: str) -> dict[str, Any]:
    id = call.path[parameter]
    for each in _all(call, kind):
        if each[parameter] == id:
            return each
    raise missing(kind, id, name=name)


def get_kit(call: Call) -> dict[str, Any]:
    return {"data": _find(call, "brand kit", "brand_kit_id", "Brand kit")}


def get_glossary(call: Call) -> dict[str, Any]:
    return {"data": _find(call, "glossary", "brand_glossary_id", "Brand glossary")}


def delete_glossary(call: Call) -> dict[str, Any]:
    """Delete a glossary; what the API answers with is not documented."""
    found = _find(call, "glossary", "brand_glossary_id", "Brand glossary")
    call.world.store.mark_deleted("glossary", found["id"])
    return {"data": {}}


OPERATIONS = {
    "kits list": lambda call: _list(call, "brand kit"),
    "kits get": get_kit,
    "glossaries list": lambda call: _list(call, "glossary"),
    "glossaries get": get_glossary,
    "glossaries delete": delete_glossary,
}
