"""The JSON Schemas of a tool: what it takes (path, query and body together) and what it returns, as small as they may be.

No combination stands at the root of what a client with a handshake gets: the APIs of several models refuse a tool whose
schema has one there. So the variants of a body are one object, and which of them takes a field is said in words; a
client of the stateless revision, which allows them, gets the conditions as well. Whatever a schema does not say is
checked when the tool is called.
"""

from __future__ import annotations

from heygen.api import rules, schema as schemas

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.api.operations import Operation, Parameter

    Schema = dict[str, Any]

# What says nothing to a caller: our own keys, OpenAPI's, and what only repeats the type.
_LEFT_OUT = ("discriminator", "title", "example", "examples", "deprecated", "format", "contentEncoding", "$schema")
_LONGEST_DESCRIPTION = 180  # characters, of an argument; within one, less
_LONGEST_INNER_DESCRIPTION = 90
# Where an answer may have an error; some have the field, and null in it, after a success.
ERROR: dict[str, Any] = {"type": ["object", "null"]}
_DEPTH_OF_OUTPUT = 2  # levels of fields below `data`


class InputSchema:
    """The schema of the arguments of an operation; `wording` puts descriptions into the words of tools."""

    def __init__(self, operation: Operation, wording: Callable[[str], str], extra: Schema) -> None:
        """`extra` are properties besides those of the operation."""
        self.operation = operation
        self.document = operation.document
        self.wording = wording
        self.may_be_null = operation.method in ("PATCH", "PUT")  # where null clears a field
        self.definitions: dict[str, Schema] = {}
        self.conditions: Schema = {}
        properties: Schema = {each.name: self._parameter(each) for each in operation.parameters}
        required = [each.name for each in operation.parameters if each.is_required]
        if operation.body_schema is not None:
            body = schemas.resolve(operation.body_schema, self.document)
            variants = schemas.variants(body, self.document)
            fields = self._united(body, variants) if variants else self._fields(body)
            properties.update(fields)
            required += self._required(body, variants)
            self.conditions = self._conditions(body, variants)
        properties.update(extra)
        self.schema: Schema = {"type": "object", "properties": properties}
        if required:
            self.schema["required"] = required
        self.schema.update(self._used_definitions())

    def _parameter(self, parameter: Parameter) -> Schema:
        described = {**parameter.schema, "description": parameter.description or parameter.schema.get("description", "")}
        return self._clean(described, 0)

    def _fields(self, body: Schema) -> Schema:
        return {
            name: self._clean(each, 0)
            for name, each in body.get("properties", {}).items()
            if not schemas.resolve(each, self.document).get("x-cli-hidden")
        }

    def _united(self, body: Schema, variants: dict[str, Schema]) -> Schema:
        """Return the fields of all variants, each once; the description says which take it."""
        chooser = body["discriminator"]["propertyName"]
        found: dict[str, dict[str, Schema]] = {}
        for variant, fields in variants.items():
            for name, each in self._fields(fields).items():
                found.setdefault(name, {})[variant] = each
        united: Schema = {chooser: {"description": self._choice(variants, chooser), "enum": list(variants)}}
        for name, by_variant in found.items():
            if name == chooser:
                continue
            shapes: list[Schema] = []
            for each in by_variant.values():
                if not any(_same_shape(each, other) for other in shapes):
                    shapes.append(each)
            united[name] = shapes[0] if len(shapes) == 1 else {"anyOf": shapes}
            if len(by_variant) < len(variants):
                told = united[name].get("description", "")
                united[name] = {**united[name], "description": f"[{', '.join(by_variant)}] {told}".strip()}
        return united

    @staticmethod
    def _choice(variants: dict[str, Schema], chooser: str) -> str:
        needs = (
            f"{variant} needs {', '.join(name for name in fields.get('required', ()) if name != chooser)}"
            for variant, fields in variants.items()
        )
        return f"Which kind: {'; '.join(needs)}. Fields marked [kind] are for that kind alone."

    @staticmethod
    def _required(body: Schema, variants: dict[str, Schema]) -> list[str]:
        if not variants:
            return list(body.get("required", ()))
        first, *others = (each.get("required", ()) for each in variants.values())
        return [name for name in first if all(name in each for each in others)]

    def _conditions(self, body: Schema, variants: dict[str, Schema]) -> Schema:
        """Return what else holds of the arguments, in the keywords of JSON Schema."""
        if not variants:
            parts = [_standard(part) for part in body.get("allOf", ()) if rules.is_rule(part)]
            parts = [part for part in parts if part]
            return {"allOf": parts} if parts else {}
        chooser = body["discriminator"]["propertyName"]
        return {
            "oneOf": [
                {
                    "properties": {chooser: {"const": variant}},
                    "required": list(fields.get("required", ())),
                    **self._conditions(fields, {}),
                }
                for variant, fields in variants.items()
            ]
        }

    def _clean(self, node: Schema, depth: int) -> Schema:
        """Return a schema without what a caller can do without; a part that is referred to goes to the definitions."""
        if "$ref" in node:
            name = node["$ref"].rpartition("/")[2]
            target = self.document["components"]["schemas"][name]
            if not schemas.alternatives(target) and "properties" not in target:
                return self._clean({**target, **{key: each for key, each in node.items() if key != "$ref"}}, depth)
            if name not in self.definitions:
                self.definitions[name] = {}  # a schema may refer to itself
                self.definitions[name] = self._clean(target, depth + 1)
            described = {"description": self._told(node["description"], depth)} if "description" in node else {}
            return {"$ref": f"#/$defs/{name}", **described}
        cleaned: Schema = {}
        for key, value in node.items():
            says_nothing = value is None or value is False if key == "default" else key == "pattern" and value == r"\S"
            if key in _LEFT_OUT or key.startswith("x-cli-") or says_nothing:
                continue
            if key == "description":
                cleaned[key] = self._told(value, depth)
            elif key == "properties":
                shown = {name: each for name, each in value.items() if not each.get("x-cli-hidden")}
                cleaned[key] = {name: self._clean(each, depth + 1) for name, each in shown.items()}
            elif key in ("items", "additionalProperties") and isinstance(value, dict):
                cleaned[key] = self._clean(value, depth + 1)
            elif key in ("oneOf", "anyOf") and "properties" not in node:
                cleaned[key] = [self._clean(each, depth) for each in value]
            elif key == "allOf":
                parts = [self._clean(each, depth) for each in value if not rules.is_rule(each)]
                cleaned.update({key: parts} if parts else {})
            elif key not in ("not", "if", "then", "dependentRequired", "minProperties"):
                cleaned[key] = value
        if node.get("format") == "binary":
            cleaned["description"] = "Path of a local file. " + cleaned.get("description", "")
        if not cleaned.get("description") or (depth and "const" in node):
            cleaned.pop("description", None)
        return cleaned if self.may_be_null else _without_null(cleaned)

    def _told(self, description: str, depth: int) -> str:
        return self.wording(shortened(description, _LONGEST_INNER_DESCRIPTION if depth else _LONGEST_DESCRIPTION))

    def _used_definitions(self) -> Schema:
        return {"$defs": {name: self.definitions[name] for name in sorted(self.definitions)}} if self.definitions else {}


def shortened(text: str, most: int) -> str:
    """Return as many whole sentences of a text as fit; of a first one that does not, its first clause."""
    if len(text) <= most:
        return text
    end = text.rfind(". ", 0, most)
    if end > 0:
        return text[: end + 1]
    clause = max(text.rfind("; ", 0, most), text.rfind(": ", 0, most))
    return text[:clause] + "." if clause > 40 else text.partition(". ")[0]


def _standard(part: Schema) -> Schema:
    """Return a rule without what is ours alone."""
    return {key: value for key, value in part.items() if not key.startswith("x-cli-") and key != "minProperties"}


def _same_shape(one: Schema, other: Schema) -> bool:
    return {**one, "description": ""} == {**other, "description": ""}


def _without_null(schema: Schema) -> Schema:
    """Return the schema for a caller who leaves a field out rather than giving null."""
    declared = schema.get("type")
    if isinstance(declared, list) and "null" in declared and len(declared) > 1:
        others = [each for each in declared if each != "null"]
        schema = {**schema, "type": others[0] if len(others) == 1 else others}
    if None in schema.get("enum", ()) and len(schema["enum"]) > 1:
        schema = {**schema, "enum": [each for each in schema["enum"] if each is not None]}
    if "type" in schema and "enum" in schema and schema["type"] == "string":
        schema = {key: value for key, value in schema.items() if key != "type"}  # its values say so
    for key in ("anyOf", "oneOf"):
        if key in schema:
            branches = [each for each in schema[key] if each != {"type": "null"}]
            rest = {name: value for name, value in schema.items() if name != key}
            schema = {**branches[0], **rest} if len(branches) == 1 else {**rest, key: branches}
    return schema


def output_schema(operation: Operation, shown_by: Operation | None = None) -> Schema:
    """Return what a tool's structured content is like: names and types, no more.

    It is loose on purpose: a client drops an answer that does not fit, and the API may be newer than we are.
    `shown_by` is the operation that shows what is waited for. An answer has `data`, or `error`, or both.
    """
    own = _data_of(operation)
    data = own
    if shown_by is not None:
        shown = _data_of(shown_by)
        fields = {**own.get("properties", {}), **shown.get("properties", {})}
        data = {"properties": fields} if fields else {}
    outer = schemas.resolve(operation.response_schema or {}, operation.document).get("properties", {})
    beside = {name: _loose(each, operation.document, 0) for name, each in outer.items() if name != "data"}
    return {"type": "object", "properties": {"data": data, **beside, "error": ERROR}}


def _data_of(operation: Operation) -> Schema:
    answer = schemas.resolve(operation.response_schema or {}, operation.document)
    return _loose(answer.get("properties", {}).get("data", {}), operation.document, _DEPTH_OF_OUTPUT)


def _loose(schema: Schema, document: Schema, depth: int) -> Schema:
    schema = schemas.resolve(schema, document)
    branches = [schemas.resolve(each, document) for each in schemas.alternatives(schema)]
    if branches and "properties" not in schema:
        others = [each for each in branches if not schemas.is_null(each)]
        inner = _loose(others[0], document, depth) if len(others) == 1 else {}
        kind = inner.get("type")
        return {**inner, "type": [kind, "null"]} if isinstance(kind, str) and len(others) < len(branches) else inner
    types = schemas.types(schema)
    if not types:
        return {}
    loose: Schema = {"type": types[0] if len(types) == 1 else list(types)}
    if depth and "array" in types and schema.get("items"):
        items = _loose(schema["items"], document, depth)
        if items:
            loose["items"] = items
    if depth and schema.get("properties"):
        loose["properties"] = {name: _loose(each, document, depth - 1) for name, each in schema["properties"].items()}
    return loose
