"""Making an answer that fits its schema: the documents' fields, in the documents' order."""

from __future__ import annotations

from heygen.api import schema as schemas

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _Absent:
    """The type of ABSENT."""


# For a field that the API leaves out, where it would otherwise be null.
ABSENT = _Absent()


def render(value: Any, schema: dict[str, Any], document: dict[str, Any]) -> Any:
    """Return the value as the schema has it: unknown fields dropped, nullable ones that are missing null."""
    schema = schemas.resolve(schema, document)
    if value is None:
        return None
    mapping = schemas.variants(schema, document)
    if mapping:
        return render(value, mapping[value[schema["discriminator"]["propertyName"]]], document)
    branches = [schemas.resolve(branch, document) for branch in schemas.alternatives(schema)]
    others = [branch for branch in branches if not schemas.is_null(branch)]
    if others:
        return render(value, _branch(value, others, document), document)
    if isinstance(value, list):
        items = schema.get("items", {})
        return [render(each, items, document) for each in value]
    properties = schema.get("properties")
    if not isinstance(value, dict) or not properties:
        return value
    rendered = {}
    for name, field in properties.items():
        given = value.get(name)
        if given is ABSENT:
            continue
        if given is not None:
            rendered[name] = render(given, field, document)
        elif _is_nullable(field, document):
            rendered[name] = None
    return rendered


def _branch(value: Any, branches: list[dict[str, Any]], document: dict[str, Any]) -> dict[str, Any]:
    """Return the alternative that is of the value's `type`, or the first one."""
    kind = value.get("type") if isinstance(value, dict) else None
    for branch in branches:
        field = schemas.resolve(branch.get("properties", {}).get("type", {}), document)
        if kind is not None and kind in (field.get("default"), field.get("const")):
            return branch
    return branches[0]


def _is_nullable(schema: dict[str, Any], document: dict[str, Any]) -> bool:
    schema = schemas.resolve(schema, document)
    return "null" in schemas.types(schema) or any(
        schemas.is_null(schemas.resolve(branch, document)) for branch in schemas.alternatives(schema)
    )
