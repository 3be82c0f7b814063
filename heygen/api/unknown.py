"""Fields of a request body that its schema does not have: the API may be newer than the documents."""

from __future__ import annotations

from heygen.api import schema as schemas
from heygen.api.validation import validate
from heygen.core.record import Record
from heygen.core.suggest import closest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator


class UnknownField(Record):
    """A field that no schema tells of, and the known one that is most like it, if there is one."""

    path: str
    nearest: str | None


def unknown_fields(
    instance: Any, schema: dict[str, Any], document: dict[str, Any], path: str = ""
) -> Iterator[UnknownField]:
    """Yield the unknown fields of a valid instance, in its own order; an object without `properties` may have any."""
    schema = _chosen(instance, schemas.resolve(schema, document), document)
    if isinstance(instance, list):
        for index, item in enumerate(instance):
            yield from unknown_fields(item, schema.get("items", {}), document, f"{path}[{index}]")
    if not isinstance(instance, dict):
        return
    properties = schema.get("properties", {})
    for name, value in instance.items():
        where = f"{path}.{name}" if path else name
        if name in properties:
            yield from unknown_fields(value, properties[name], document, where)
        elif properties and not schema.get("additionalProperties"):
            yield UnknownField(path=where, nearest=closest(name, [each for each in properties if each not in instance]))


def _chosen(instance: Any, schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """Return the branch of a union that an instance is an instance of, or the schema itself."""
    mapping = schemas.variants(schema, document)
    if mapping and isinstance(instance, dict):
        name = schema["discriminator"]["propertyName"]
        return mapping.get(instance.get(name), {})
    for branch in schemas.alternatives(schema):
        if not validate(instance, branch, document):
            return _chosen(instance, schemas.resolve(branch, document), document)
    return schema
