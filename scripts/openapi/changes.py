"""Say in words how one version of an operation differs from another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from openapi.merging import is_ours
from openapi.schemas import SCHEMA_LISTS, SCHEMA_MAPS, schema_name, types_of, variant_mark

COMPARED_AS_SETS = ("enum", "required")
COMPARED_ELSEWHERE = {*SCHEMA_MAPS, *SCHEMA_LISTS, *COMPARED_AS_SETS, "type", "items", "discriminator", "$ref"}
UNIONS_OF_ANY = ("oneOf", "anyOf")


class Comparison:
    """Compares operations of an old document with those of a new one, references followed in each."""

    def __init__(self, old: dict[str, Any], new: dict[str, Any]) -> None:
        self._old = _components(old)
        self._new = _components(new)
        self._open: list[tuple[str, str]] = []

    def operations(self, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
        """Return the differences in structure, one line each; words do not count."""
        lines = [*self._parameters(old.get("parameters", []), new.get("parameters", []))]
        lines += self._bodies(old.get("requestBody"), new.get("requestBody"))
        lines += self._media("response", _success(old), _success(new))
        if bool(old.get("deprecated")) != bool(new.get("deprecated")):
            lines.append("deprecated" if new.get("deprecated") else "no longer deprecated")
        return lines

    def _parameters(self, old: list[Any], new: list[Any]) -> Iterator[str]:
        were = [parameter for parameter in old if parameter["in"] == "path"]
        are = [parameter for parameter in new if parameter["in"] == "path"]
        for was, now in zip(were, are):
            if was["name"] != now["name"]:
                yield f"path parameter {was['name']}: renamed to {now['name']}"
            yield from self.schemas(f"path parameter {now['name']}", was["schema"], now["schema"])
        queried = {parameter["name"]: parameter for parameter in old if parameter["in"] != "path"}
        queries = {parameter["name"]: parameter for parameter in new if parameter["in"] != "path"}
        for name, was in queried.items():
            where = f"query parameter {name}"
            if name not in queries:
                yield f"{where}: removed"
                continue
            now = queries[name]
            yield from _necessity(where, was.get("required"), now.get("required"))
            yield from _keywords(where, was, now, {"name", "in", "required", "schema"})
            yield from self.schemas(where, was["schema"], now["schema"])
        for name in queries:
            if name not in queried:
                yield f"query parameter {name}: added{_in_brief(queries[name])}"

    def _bodies(self, old: dict[str, Any] | None, new: dict[str, Any] | None) -> Iterator[str]:
        if old and new:
            yield from _necessity("body", old.get("required"), new.get("required"))
        yield from self._media("body", (old or {}).get("content", {}), (new or {}).get("content", {}))

    def _media(self, where: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
        for name in [*old, *(name for name in new if name not in old)]:
            if name not in new:
                yield f"{where}: {name} removed"
            elif name not in old:
                yield f"{where}: {name} added"
            else:
                yield from self.schemas(where, old[name]["schema"], new[name]["schema"])

    def schemas(self, where: str, old: Any, new: Any) -> Iterator[str]:
        """Yield the differences between two schemas, each with the place it is at."""
        if not isinstance(old, dict) or not isinstance(new, dict):
            if old != new:
                yield f"{where}: {_shown(old)} -> {_shown(new)}"
            return
        old, old_names = _opened(old, self._old)
        new, new_names = _opened(new, self._new)
        names = (old_names, new_names)
        if any(names) and names in self._open:
            return
        self._open.append(names)
        yield from self._resolved(where, old, new)
        self._open.pop()

    def _resolved(self, where: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
        if set(types_of(old)) != set(types_of(new)):
            yield f"{where}: type {_types(old)} -> {_types(new)}"
        added = [value for value in new.get("enum", []) if value not in old.get("enum", [])]
        removed = [value for value in old.get("enum", []) if value not in new.get("enum", [])]
        if "enum" in old and "enum" in new:
            yield from (f"{where}: value {_shown(value)} added" for value in added)
            yield from (f"{where}: value {_shown(value)} removed" for value in removed)
        elif added or removed:
            yield f"{where}: values {'now' if added else 'no longer'} limited to {_shown(added or removed)}"
        yield from _keywords(where, old, new, COMPARED_ELSEWHERE)
        yield from self._properties(where, old, new)
        if "items" in old or "items" in new:
            yield from self.schemas(f"{where}[]", old.get("items", {}), new.get("items", {}))
        for key in SCHEMA_LISTS:
            if key in old or key in new:
                yield from self._variants(where, key, old, new)

    def _properties(self, where: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
        for key in SCHEMA_MAPS:
            were, are = old.get(key, {}), new.get(key, {})
            for name in were:
                if name not in are:
                    yield f"{where}.{name}: removed"
                    continue
                yield from _necessity(
                    f"{where}.{name}", name in old.get("required", []), name in new.get("required", [])
                )
                yield from self.schemas(f"{where}.{name}", were[name], are[name])
            for name in are:
                if name not in were:
                    brief = {"schema": _opened(are[name], self._new)[0], "required": name in new.get("required", [])}
                    yield f"{where}.{name}: added{_in_brief(brief)}"

    def _variants(self, where: str, key: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[str]:
        were = self._marked(old, key, self._old)
        are = self._marked(new, key, self._new)
        if key not in old or key not in new:
            marks = ", ".join(are or were)
            yield f"{where}: {'now' if are else 'no longer'} one of several forms ({marks})"
            return
        for mark in [*were, *(mark for mark in are if mark not in were)]:
            if mark not in are:
                yield f"{where}({mark}): removed"
            elif mark not in were:
                yield f"{where}({mark}): added"
            else:
                yield from self.schemas(where if mark == "null" else f"{where}({mark})", were[mark], are[mark])

    def _marked(self, schema: dict[str, Any], key: str, components: dict[str, Any]) -> dict[str, Any]:
        tag = schema.get("discriminator", {}).get("propertyName")
        marked: dict[str, Any] = {}
        for variant in schema.get(key, []):
            mark = variant_mark(_opened(variant, components)[0], tag) or _mark_of_last_resort(variant)
            while mark in marked:
                mark += "'"
            marked[mark] = variant
        return marked


def _mark_of_last_resort(variant: dict[str, Any]) -> str:
    return schema_name(variant["$ref"]) if "$ref" in variant else _types(variant)


def _components(document: dict[str, Any]) -> dict[str, Any]:
    return document.get("components", {}).get("schemas", {})


def _success(operation: dict[str, Any]) -> dict[str, Any]:
    return operation.get("responses", {}).get("200", {}).get("content", {})


def _opened(schema: Any, components: dict[str, Any]) -> tuple[Any, str]:
    """Return a schema with its references followed and null among its types, and the names on the way."""
    names: list[str] = []
    nullable = False
    while isinstance(schema, dict):
        key = next((key for key in ("$ref", *UNIONS_OF_ANY) if key in schema), "")
        beside = {name: value for name, value in schema.items() if name != key}
        others = (
            [variant for variant in schema.get(key, []) if types_of(variant) != ["null"]]
            if key in UNIONS_OF_ANY
            else []
        )
        if key == "$ref" and schema_name(schema["$ref"]) not in names:
            names.append(schema_name(schema["$ref"]))
            schema = {**components.get(names[-1], {}), **beside}
        elif len(others) == 1 and len(schema[key]) == 2:
            nullable = True
            schema = {**others[0], **{name: value for name, value in beside.items() if name != "discriminator"}}
        else:
            break
    if nullable:
        schema = {**schema, "type": [*(types_of(schema) or ["any"]), "null"]}
    return schema, " ".join(names)


def _necessity(where: str, was: Any, now: Any) -> Iterator[str]:
    if bool(was) != bool(now):
        yield f"{where}: now required" if now else f"{where}: no longer required"


def _keywords(where: str, old: dict[str, Any], new: dict[str, Any], left_out: set[str]) -> Iterator[str]:
    for key in [*old, *(key for key in new if key not in old)]:
        if key in left_out or is_ours(key) or old.get(key) == new.get(key) and (key in old) == (key in new):
            continue
        if key not in new:
            yield f"{where}: {key} {_shown(old[key])} removed"
        elif key not in old:
            yield f"{where}: {key} {_shown(new[key])} added"
        else:
            yield f"{where}: {key} {_shown(old[key])} -> {_shown(new[key])}"


def _in_brief(part: dict[str, Any]) -> str:
    facts = [fact for fact in (_types(part["schema"]), "required" if part.get("required") else "") if fact]
    return f" ({', '.join(facts)})" if facts else ""


def _types(schema: dict[str, Any]) -> str:
    return " or ".join(map(str, types_of(schema))) or ("any" if not schema.get("oneOf") else "one of several")


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=True)
