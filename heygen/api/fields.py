"""The fields of a request body that have a flag: scalars and arrays of scalars at the top level."""

from __future__ import annotations

from heygen.api import schema as schemas
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

SCALARS = ("string", "integer", "number", "boolean")


class Shape(Record):
    """What one schema asks of a flag's value: a scalar type, whether in an array, and the limits."""

    type: str
    is_array: bool = False
    enum: tuple[Any, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    is_file: bool = False


class Field(Record):
    """A top-level property of a request body.

    `shapes` maps each variant of a union body (or "" where the body is no union) to the property's shape
    there; `required_in` names the variants that require it.
    """

    name: str
    description: str
    shapes: dict[str, Shape]
    required_in: tuple[str, ...]
    default: Any = None
    takes_stdin: bool = False
    is_deprecated: bool = False
    variants: tuple[str, ...] = ("",)

    @property
    def is_required(self) -> bool:
        """Whether every body has to have it, whatever its variant."""
        return set(self.required_in) == set(self.variants)


def shape(schema: dict[str, Any], document: dict[str, Any]) -> Shape | None:
    """Return what a flag for this schema takes, or None where the value is no scalar or array of scalars."""
    schema = schemas.resolve(schema, document)
    branches = [schemas.resolve(branch, document) for branch in schemas.alternatives(schema)]
    if branches:
        others = [branch for branch in branches if not schemas.is_null(branch)]
        return shape(others[0], document) if len(others) == 1 else None
    if "const" in schema:
        return Shape(type="string", enum=(schema["const"],))
    declared = [name for name in schemas.types(schema) if name != "null"]
    if declared == ["array"]:
        item = shape(schema.get("items", {}), document)
        return item.replace(is_array=True) if item and not item.is_array else None
    if len(declared) != 1 or declared[0] not in SCALARS:
        return None
    return Shape(
        type=declared[0],
        enum=tuple(value for value in schema.get("enum", ()) if value is not None),
        minimum=schema.get("minimum"),
        maximum=schema.get("maximum"),
        is_file=schema.get("format") == "binary",
    )


def body_fields(schema: dict[str, Any], document: dict[str, Any]) -> list[Field]:
    """Return the fields of a body that have a flag, in the documents' order, each once for all variants.

    Hidden properties (`x-cli-hidden`) have none.
    """
    schema = schemas.resolve(schema, document)
    bodies = schemas.variants(schema, document) or {"": schema}
    found: dict[str, Field] = {}
    for variant, body in bodies.items():
        for name, property_schema in body.get("properties", {}).items():
            value_shape = shape(property_schema, document)
            resolved = schemas.resolve(property_schema, document)
            if value_shape is None or resolved.get("x-cli-hidden"):
                continue
            field = found.get(name)
            if field is None:
                field = Field(
                    name=name,
                    description=resolved.get("description", ""),
                    shapes={},
                    required_in=(),
                    default=resolved.get("default"),
                    takes_stdin=bool(resolved.get("x-cli-stdin")),
                    is_deprecated=bool(resolved.get("deprecated")),
                    variants=tuple(bodies),
                )
            required = (variant,) if name in body.get("required", ()) else ()
            found[name] = field.replace(
                shapes={**field.shapes, variant: value_shape},
                required_in=field.required_in + required,
                description=field.description or resolved.get("description", ""),
                default=field.default if field.default == resolved.get("default") else None,
                takes_stdin=field.takes_stdin or bool(resolved.get("x-cli-stdin")),
            )
    discriminator = schema.get("discriminator", {}).get("propertyName")
    if discriminator in found:
        values = Shape(type="string", enum=tuple(bodies))
        chooser = found.pop(discriminator)
        # Each variant describes its own value; the flag is about the choice.
        chooser = chooser.replace(
            shapes={variant: values for variant in bodies},
            description="Kind to make. The other fields depend on it.",
        )
        found = {discriminator: chooser, **found}
    return list(found.values())


def flag_name(field: str) -> str:
    """Return a field's or parameter's flag: kebab-case, where a digit run starts a new word."""
    text = ""
    for index, sign in enumerate(field):
        if sign.isdigit() and index and not field[index - 1].isdigit() and field[index - 1] not in "_-":
            text += "-"
        elif not sign.isdigit() and index and field[index - 1].isdigit() and sign not in "_-":
            text += "-"
        text += sign
    return text.replace("_", "-").lower()


def nested_fields(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the properties of a body that are no flag (objects, lists of objects, unions), by name, and in which
    variants each is required: `("",)` where the body is no union.

    Hidden properties stand in no listing.
    """
    schema = schemas.resolve(schema, document)
    found: dict[str, tuple[str, ...]] = {}
    for variant, body in (schemas.variants(schema, document) or {"": schema}).items():
        for name, property_schema in body.get("properties", {}).items():
            if shape(property_schema, document) is None and not schemas.resolve(property_schema, document).get("x-cli-hidden"):
                required = (variant,) if name in body.get("required", ()) else ()
                found[name] = found.get(name, ()) + required
    return dict(sorted(found.items()))
