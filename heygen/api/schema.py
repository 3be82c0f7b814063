"""JSON Schema as the documents use it: `$ref` resolution, types, variants, and self-contained export."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PREFIX = "#/components/schemas/"


def resolve(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with its own `$ref` followed; keys that stand beside the reference win."""
    while "$ref" in schema:
        target = document["components"]["schemas"][_name(schema["$ref"])]
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        schema = {**target, **beside} if beside else target
    return schema


def types(schema: dict[str, Any]) -> tuple[str, ...]:
    """Return the types that a resolved schema allows, `null` included; empty where it names none."""
    declared = schema.get("type", ())
    return (declared,) if isinstance(declared, str) else tuple(declared)


def is_null(schema: dict[str, Any]) -> bool:
    """Tell whether a resolved schema allows null alone."""
    return types(schema) == ("null",)


def alternatives(schema: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the branches of a union, unresolved; empty where the schema is none."""
    return schema.get("oneOf") or schema.get("anyOf") or []


def variants(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the resolved variants of a union with a discriminator by discriminator value; else empty."""
    if "discriminator" not in schema:
        return {}
    mapping = schema["discriminator"].get("mapping", {})
    return {value: resolve({"$ref": reference}, document) for value, reference in mapping.items()}


def export(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """Return a self-contained JSON Schema 2020-12: shared parts once under `$defs`, our own keys left out."""
    definitions: dict[str, Any] = {}
    pending = list(_references(schema))
    while pending:
        name = pending.pop(0)
        if name not in definitions:
            target = document["components"]["schemas"][name]
            definitions[name] = _rewrite(target)
            pending.extend(_references(target))
    exported = {"$schema": DIALECT, **_rewrite(schema)}
    if definitions:
        exported["$defs"] = {name: definitions[name] for name in sorted(definitions)}
    return exported


def _name(reference: str) -> str:
    return reference[len(_PREFIX) :]


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield _name(value)
            else:
                yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)


def _rewrite(node: Any) -> Any:
    if isinstance(node, dict):
        # A discriminator is OpenAPI's own; in JSON Schema the variants' const values say the same.
        return {
            key: _rewrite(value)
            for key, value in node.items()
            if not key.startswith("x-cli-") and key != "discriminator"
        }
    if isinstance(node, list):
        return [_rewrite(value) for value in node]
    if isinstance(node, str) and node.startswith(_PREFIX):
        return "#/$defs/" + _name(node)
    return node
