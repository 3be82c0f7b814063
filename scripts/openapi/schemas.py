"""Bring any OpenAPI 3.0 or 3.1 schema into the one form that our documents use.

The form: JSON Schema as OpenAPI 3.1 has it, `null` in a type list, no titles, no examples, no vendor
keys, and nothing wrapped that need not be.
"""

from __future__ import annotations

from typing import Any

from openapi.errors import ImportProblem

SCHEMA_PREFIX = "#/components/schemas/"
SCHEMA_MAPS = ("properties", "patternProperties", "dependentSchemas")
SCHEMA_LISTS = ("oneOf", "anyOf", "allOf", "prefixItems")
SCHEMA_SLOTS = ("items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else")
LEFT_OUT = {"title", "example", "examples", "xml", "externalDocs", "nullable", "$comment", "$id", "$schema"}
NULL = {"type": "null"}


def schema_name(reference: str) -> str:
    """Return the component that a reference to a schema names."""
    return reference[len(SCHEMA_PREFIX) :].replace("~1", "/").replace("~0", "~")


def schema_reference(name: str) -> str:
    """Return the reference to a schema component."""
    return SCHEMA_PREFIX + name.replace("~", "~0").replace("/", "~1")


def is_schema_reference(reference: str) -> bool:
    """Tell whether a reference names a schema component, not a part of one or something else."""
    return reference.startswith(SCHEMA_PREFIX) and "/" not in reference[len(SCHEMA_PREFIX) :]


def types_of(schema: dict[str, Any]) -> list[str]:
    """Return the types a schema names, in a list whether it names one, several or none."""
    named = schema.get("type", [])
    return list(named) if isinstance(named, list) else [named]


def variant_mark(schema: dict[str, Any], discriminator: str | None) -> str | None:
    """Return what tells a union's variant, already resolved, from its siblings, if anything does."""
    if types_of(schema) == ["null"]:
        return "null"
    if discriminator is None:
        return None
    tag = schema.get("properties", {}).get(discriminator, {})
    values = [tag["const"]] if "const" in tag else tag.get("enum", [])
    return str(values[0]) if len(values) == 1 else None


class Canonical:
    """Rewrites schemas of one description; references into it are looked up there."""

    def __init__(self, description: dict[str, Any]) -> None:
        self._description = description
        self._pointers: list[str] = []

    def schema(self, schema: Any) -> Any:
        """Return the schema in our form, leaving the one given as it is.

        Raises ImportProblem for a reference that leads nowhere or out of the description.
        """
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema and not is_schema_reference(schema["$ref"]):
            return self._copied_in(schema)
        if "$ref" in schema:
            self.target(schema["$ref"])
        rewritten = self._rewritten(schema)
        rewritten = _without_lone_all_of(rewritten)
        rewritten = _with_null_folded_in(rewritten)
        if schema.get("nullable") is True:
            rewritten = _nullable(rewritten)
        if isinstance(rewritten.get("type"), list) and len(rewritten["type"]) == 1:
            rewritten["type"] = rewritten["type"][0]
        if "const" in rewritten:
            rewritten.pop("type", None)
        return self._with_mapping(rewritten)

    def target(self, reference: Any) -> Any:
        """Return what a reference points at, through other references, or raise ImportProblem."""
        seen: list[Any] = []
        while True:
            if not isinstance(reference, str) or not reference.startswith("#/"):
                raise ImportProblem(f"{reference!r} points out of the document: bundle it into one file first")
            if reference in seen:
                raise ImportProblem(f"{reference!r} refers to itself")
            seen.append(reference)
            found: Any = self._description
            for part in reference[2:].split("/"):
                part = part.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}")
                if isinstance(found, list) and part.isdigit() and int(part) < len(found):
                    found = found[int(part)]
                elif isinstance(found, dict) and part in found:
                    found = found[part]
                else:
                    raise ImportProblem(f"{reference!r} points at nothing")
            if not (isinstance(found, dict) and set(found) == {"$ref"}):
                return found
            reference = found["$ref"]

    def _copied_in(self, schema: dict[str, Any]) -> Any:
        """A reference to a part of something is replaced by that part: only components have names."""
        reference = schema["$ref"]
        found = self.target(reference)
        if reference in self._pointers:
            raise ImportProblem(f"{reference!r} contains itself: make it a component schema")
        self._pointers.append(reference)
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        copied = self.schema({**found, **beside} if isinstance(found, dict) else found)
        self._pointers.pop()
        return copied

    def _rewritten(self, schema: dict[str, Any]) -> dict[str, Any]:
        rewritten: dict[str, Any] = {}
        for key in sorted(schema, key=lambda key: key != "description"):
            value = schema[key]
            if key in LEFT_OUT or key.startswith("x-") or (key == "default" and value is None):
                continue
            if key in SCHEMA_MAPS:
                value = {name: self.schema(inner) for name, inner in value.items()}
            elif key in SCHEMA_LISTS:
                value = [self.schema(inner) for inner in value]
            elif key in SCHEMA_SLOTS:
                value = self.schema(value)
            if key == "additionalProperties" and value is True:
                continue
            rewritten[key] = value
        for exclusive, bound in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
            if rewritten.get(exclusive) is True and bound in rewritten:  # as OpenAPI 3.0 says it
                rewritten[exclusive] = rewritten.pop(bound)
            elif isinstance(rewritten.get(exclusive), bool):
                del rewritten[exclusive]
        return rewritten

    def _with_mapping(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Spell a discriminator's mapping out: it may be left out, or name components without a path."""
        discriminator = schema.get("discriminator")
        if not isinstance(discriminator, dict) or "propertyName" not in discriminator:
            return schema
        given = discriminator.get("mapping")
        if given:
            mapping = {value: to if "/" in to else schema_reference(to) for value, to in given.items()}
        else:
            mapping = {}
            for variant in schema.get("oneOf", schema.get("anyOf", [])):
                if "$ref" in variant:
                    mark = variant_mark(self.target(variant["$ref"]), discriminator["propertyName"])
                    mapping[mark or schema_name(variant["$ref"])] = variant["$ref"]
        schema["discriminator"] = {"propertyName": discriminator["propertyName"], "mapping": mapping}
        return schema


def _without_lone_all_of(schema: dict[str, Any]) -> dict[str, Any]:
    """`allOf` around one reference is how OpenAPI 3.0 puts a description beside it."""
    inner = schema.get("allOf", [])
    if len(inner) != 1 or not isinstance(inner[0], dict) or {"properties", "discriminator"} & set(schema):
        return schema
    beside = {key: value for key, value in schema.items() if key != "allOf"}
    if set(beside) & set(inner[0]) - {"description", "default"}:
        return schema
    return _description_first({**inner[0], **beside})


def _with_null_folded_in(schema: dict[str, Any]) -> dict[str, Any]:
    """`anyOf` of one plain schema and null is that schema with null among its types."""
    for union in ("anyOf", "oneOf"):
        variants = schema.get(union, [])
        others = [variant for variant in variants if types_of(variant) != ["null"]]
        if len(variants) != 2 or len(others) != 1 or "discriminator" in schema:
            continue
        inner = others[0]
        beside = {key: value for key, value in schema.items() if key != union}
        if "type" in inner and not set(beside) & set(inner) - {"description", "default"}:
            return _nullable(_description_first({**inner, **beside}))
    return schema


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    schema = dict(schema)
    if "const" in schema:
        schema["enum"] = [schema.pop("const")]
    if "enum" in schema and None not in schema["enum"]:
        schema["enum"] = [*schema["enum"], None]
    if "type" in schema:
        if "null" not in types_of(schema):
            schema["type"] = [*types_of(schema), "null"]
        return schema
    for union in ("anyOf", "oneOf"):
        if union in schema:
            if NULL not in schema[union]:
                schema[union] = [*schema[union], dict(NULL)]
            return schema
    if "$ref" in schema or "allOf" in schema:
        beside = {key: schema.pop(key) for key in ("description", "default") if key in schema}
        return _description_first({"anyOf": [schema, dict(NULL)], **beside})
    return schema


def _description_first(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: schema[key] for key in sorted(schema, key=lambda key: key != "description")}
