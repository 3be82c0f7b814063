"""What is worth a warning in a body that may be sent: fields that no schema tells of, and deprecated ones."""

from __future__ import annotations

from heygen.api import schema as schemas
from heygen.api.validation import validate
from heygen.core.record import Record
from heygen.core.suggest import closest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator


class Remark(Record):
    """A field to be warned of: an "unknown" one, which a newer API may have, or a "deprecated" one.

    `instead` is the known field that is most like an unknown one, or the one that a deprecated one is replaced by.
    """

    path: str
    kind: str
    instead: str | None = None
    description: str = ""


def remarks(instance: Any, schema: dict[str, Any], document: dict[str, Any], path: str = "") -> Iterator[Remark]:
    """Yield the remarks on a valid instance, in its own order; an object without `properties` may have any field."""
    schema = _chosen(instance, schemas.resolve(schema, document), document)
    if isinstance(instance, list):
        for index, item in enumerate(instance):
            yield from remarks(item, schema.get("items", {}), document, f"{path}[{index}]")
    if not isinstance(instance, dict):
        return
    properties = schema.get("properties", {})
    for name, value in instance.items():
        where = f"{path}.{name}" if path else name
        if name in properties:
            known = schemas.resolve(properties[name], document)
            if known.get("deprecated"):
                yield Remark(
                    path=where,
                    kind="deprecated",
                    instead=known.get("x-cli-replaced-by"),
                    description=known.get("description", ""),
                )
            yield from remarks(value, known, document, where)
        elif properties and not schema.get("additionalProperties"):
            near = closest(name, [each for each in properties if each not in instance])
            yield Remark(path=where, kind="unknown", instead=near)


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
