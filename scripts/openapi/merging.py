"""Put an upstream operation's facts under the prose and the `x-cli-*` keys that we have for it.

Where a part of an operation (a parameter, a property, a variant) is on both sides, its structure comes
from upstream and its words from us. What only upstream has comes in with upstream's words.
"""

from __future__ import annotations

import json
from typing import Any

from openapi.schemas import (
    SCHEMA_LISTS,
    SCHEMA_MAPS,
    SCHEMA_SLOTS,
    schema_name,
    schema_reference,
    types_of,
    variant_mark,
)

PROSE = ("summary", "description")
OWN_PREFIX = "x-cli-"
SET_LIKE = ("enum", "required", "type")
# Rules that upstream states in words alone; they stay where upstream has no such keyword.
RULES = (
    *("allOf", "minProperties", "propertyNames", "uniqueItems", "multipleOf"),
    *("pattern", "title", "format", "contentEncoding"),
)


def is_ours(key: str) -> bool:
    """Tell whether a key's value is ours wherever the part it stands in stays."""
    return key in PROSE or key.startswith(OWN_PREFIX)


def stays(key: str, words: dict[str, Any]) -> bool:
    """Tell whether a key stays though upstream lacks it: ours, and `deprecated` where we name what replaces it."""
    return is_ours(key) or (key == "deprecated" and f"{OWN_PREFIX}replaced-by" in words)


def in_our_order(ours: Any, upstream: Any) -> list[Any]:
    """Return upstream's entries: those we have in our order, new ones sorted in if ours are sorted."""
    kept = [entry for entry in ours if entry in upstream]
    new = [entry for entry in upstream if entry not in kept]
    names = [*kept, *new]
    if all(isinstance(name, str) for name in names) and kept == sorted(kept):
        return sorted(names)
    return names


class ComponentNames:
    """Which of upstream's schemas goes by which name in one of our documents.

    A name has one owner, so that two upstream schemas never fall together; one upstream schema may have
    several names, so that a document that told two uses apart still does.
    """

    def __init__(self, ours: Any) -> None:
        self._ours = set(ours)
        self._owner: dict[str, str] = {}
        self._first: dict[str, str] = {}

    def claim(self, name: str, source: str) -> bool:
        """Give one of our names to an upstream schema, unless another has it."""
        if self._owner.setdefault(name, source) != source:
            return False
        self._first.setdefault(source, name)
        return True

    def settle(self, source: str) -> str:
        """Return the name of an upstream schema that stands where we have none."""
        if source not in self._first:
            name, number = source, 2
            while name in self._owner or (name in self._ours and name != source):
                name, number = f"{source}{number}", number + 1
            self.claim(name, source)
        return self._first[source]


class SchemaMerger:
    """Merges the schemas of one document; `components` fills with those that it refers to.

    The first of two passes, `pairing`, only finds out which names belong to which upstream schemas.
    """

    def __init__(self, names: ComponentNames, ours: dict[str, Any], upstream: dict[str, Any], pairing: bool) -> None:
        self._names = names
        self._ours = ours
        self._upstream = upstream
        self._pairing = pairing
        self.components: dict[str, Any] = {}

    def schema(self, ours: Any, upstream: Any, in_union: bool = False) -> Any:
        """Return upstream's schema with our words; a variant of a union stays a reference."""
        if not isinstance(upstream, dict):
            return upstream
        ours = ours if isinstance(ours, dict) else None
        our_name = schema_name(ours["$ref"]) if ours and ours.get("$ref") else None
        if "$ref" in upstream:
            source = schema_name(upstream["$ref"])
            definition = self._upstream[source]
            if ours is not None and our_name is None and not in_union:
                return self.schema(ours, {**definition, **_without_reference(upstream)})
            name = self._named(source, definition, our_name)
            return _reference(ours, _without_reference(upstream), name)
        if our_name is not None:
            definition = {key: value for key, value in upstream.items() if key not in PROSE}
            if self._names.claim(our_name, f"inline {json.dumps(_bare(definition), sort_keys=True)}"):
                self._build(our_name, definition, our_name)
                return _reference(ours, {}, our_name)
            ours = {**self._ours.get(our_name, {}), **_without_reference(ours or {})}
        return self._inline(ours, upstream)

    def _named(self, source: str, definition: Any, our_name: str | None) -> str:
        if our_name is not None and self._names.claim(our_name, source):
            self._build(our_name, definition, our_name)
            return our_name
        if self._pairing:
            return source
        name = self._names.settle(source)
        self._build(name, definition, our_name or name)
        return name

    def _build(self, name: str, definition: Any, words_of: str) -> None:
        if name not in self.components:
            self.components[name] = {}  # a schema may refer to itself
            self.components[name] = self.schema(self._ours.get(words_of), definition)

    def _inline(self, ours: dict[str, Any] | None, upstream: dict[str, Any]) -> dict[str, Any]:
        words = ours or {}
        merged: dict[str, Any] = {}
        kept = (key for key in words if key in upstream or stays(key, words) or key in RULES)
        for key in [*kept, *upstream]:
            if key in merged or (is_ours(key) and ours is not None and key not in words):
                continue
            was, now = words.get(key), upstream.get(key)
            if key in words and (stays(key, words) or key not in upstream):
                merged[key] = was
            elif key in SCHEMA_MAPS:
                was = was or {}
                merged[key] = {name: self.schema(was.get(name), now[name]) for name in in_our_order(was, now)}
            elif key in SCHEMA_LISTS:
                merged[key] = [self.schema(*pair, in_union=True) for pair in self._paired(words, upstream, key)]
            elif key in SCHEMA_SLOTS:
                merged[key] = self.schema(was, now)
            elif key in SET_LIKE and isinstance(was, list) and isinstance(now, list):
                merged[key] = [*(entry for entry in was if entry in now), *(entry for entry in now if entry not in was)]
            else:
                merged[key] = now
        if "discriminator" in merged:
            merged["discriminator"] = self._discriminator(words, upstream, merged)
        return merged

    def _discriminator(self, ours: dict[str, Any], upstream: dict[str, Any], merged: dict[str, Any]) -> dict[str, Any]:
        """Return upstream's discriminator, its mapping pointing at the variants' names in our document."""
        renamed = {}
        for key in SCHEMA_LISTS:
            for (_, now), new in zip(self._paired(ours, upstream, key), merged.get(key, [])):
                if "$ref" in now and "$ref" in new:
                    renamed[now["$ref"]] = new["$ref"]
        given = upstream["discriminator"].get("mapping", {})
        order = in_our_order(ours.get("discriminator", {}).get("mapping", {}), given)
        return {
            **upstream["discriminator"],
            "mapping": {value: renamed.get(given[value], given[value]) for value in order},
        }

    def _paired(self, ours: dict[str, Any], upstream: dict[str, Any], key: str) -> list[tuple[Any, Any]]:
        """Pair each of upstream's variants with ours of the same mark, name, types or kind, in our order."""
        tag = upstream.get("discriminator", {}).get("propertyName")
        given = upstream.get(key, [])
        left = list(enumerate(ours.get(key) or []))
        found: dict[int, tuple[int, Any]] = {}
        for same in (self._same_mark, _same_name, _same_types, self._alike):
            for place, now in enumerate(given):
                match = next((entry for entry in left if same(entry[1], now, tag)), None)
                if place not in found and match is not None:
                    left.remove(match)
                    found[place] = match
        placed = sorted(range(len(given)), key=lambda place: (place not in found, found.get(place, (place,))[0]))
        return [(found[place][1] if place in found else None, given[place]) for place in placed]

    def _resolved(self, was: Any, now: Any) -> tuple[Any, Any]:
        return (
            self._ours.get(schema_name(was["$ref"]), {}) if "$ref" in was else was,
            self._upstream[schema_name(now["$ref"])] if "$ref" in now else now,
        )

    def _same_mark(self, was: Any, now: Any, tag: str | None) -> bool:
        marks = [variant_mark(variant, tag) for variant in self._resolved(was, now)]
        return marks[0] is not None and marks[0] == marks[1]

    def _alike(self, was: Any, now: Any, tag: str | None) -> bool:
        """Two unmarked variants with most of their properties in common are one, whatever its name."""
        resolved = self._resolved(was, now)
        fields = [set(variant.get("properties", {})) for variant in resolved]
        unmarked = all(variant_mark(variant, tag) is None for variant in resolved)
        return unmarked and 2 * len(fields[0] & fields[1]) >= len(fields[0] | fields[1])


def merged_operation(ours: dict[str, Any] | None, upstream: dict[str, Any], merger: SchemaMerger) -> dict[str, Any]:
    """Return an operation with upstream's structure and, if it is one that we have, our words."""
    words = ours or {}
    merged: dict[str, Any] = {}
    for key in [*words, *upstream]:
        if key in merged or (key in PROSE and ours is not None and key not in words):
            continue
        if key == "parameters" and key in upstream:
            merged[key] = _parameters(words.get(key, []), upstream[key], merger)
        elif key == "requestBody" and key in upstream:
            merged[key] = _described(
                words.get(key), {**upstream[key], "content": _content(words.get(key), upstream[key], merger)}
            )
        elif key == "responses":
            merged[key] = {"200": _response(words.get(key, {}).get("200"), upstream[key]["200"], merger)}
        elif key in words and (stays(key, words) or key == "operationId"):
            merged[key] = words[key]
        elif key in upstream:
            merged[key] = upstream[key]
    return merged


def _parameters(ours: list[Any], upstream: list[Any], merger: SchemaMerger) -> list[Any]:
    """Merge parameters: those in the path by place, as a name may change there, and the others by name."""
    our_path = [parameter for parameter in ours if parameter["in"] == "path"]
    our_query = {parameter["name"]: parameter for parameter in ours if parameter["in"] != "path"}
    path = [parameter for parameter in upstream if parameter["in"] == "path"]
    query = {parameter["name"]: parameter for parameter in upstream if parameter["in"] != "path"}
    pairs = list(zip(our_path + [None] * len(path), path))
    pairs += [(our_query[name], query[name]) for name in our_query if name in query]
    pairs += [(None, query[name]) for name in query if name not in our_query]
    return [
        _described(was, {**now, "schema": merger.schema(was and was.get("schema"), now["schema"])})
        for was, now in pairs
    ]


def _response(ours: dict[str, Any] | None, upstream: dict[str, Any], merger: SchemaMerger) -> dict[str, Any]:
    if "content" not in upstream:
        return _described(ours, upstream)
    return _described(ours, {**upstream, "content": _content(ours, upstream, merger)})


def _content(ours: dict[str, Any] | None, upstream: dict[str, Any], merger: SchemaMerger) -> dict[str, Any]:
    words = (ours or {}).get("content", {})
    content = upstream["content"]
    names = [*(name for name in words if name in content), *(name for name in content if name not in words)]
    return {
        name: {"schema": merger.schema(words.get(name, {}).get("schema"), content[name]["schema"])} for name in names
    }


def _described(ours: dict[str, Any] | None, upstream: dict[str, Any]) -> dict[str, Any]:
    """Return a part that is no schema, with our words if it is one that we have."""
    if ours is None:
        return upstream
    keys = [*(key for key in ours if key in upstream or stays(key, ours)), *(key for key in upstream if not is_ours(key))]
    return {key: ours[key] if key in ours and stays(key, ours) else upstream[key] for key in keys}


def _reference(ours: dict[str, Any] | None, beside: dict[str, Any], name: str) -> dict[str, Any]:
    target = {"$ref": schema_reference(name)}
    if ours is None:
        return {**beside, **target}
    return _described(ours, {**target, **beside})


def _without_reference(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "$ref"}


def _bare(schema: Any) -> Any:
    """A schema without its words: two of the same structure are the same."""
    if isinstance(schema, list):
        return [_bare(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    bare = {}
    for key, value in schema.items():
        if key in SCHEMA_MAPS:
            bare[key] = {name: _bare(inner) for name, inner in value.items()}
        elif not (key in PROSE and isinstance(value, str)):
            bare[key] = _bare(value)
    return bare


def _same_name(was: Any, now: Any, _: str | None) -> bool:
    return "$ref" in was and was["$ref"] == now.get("$ref")


def _same_types(was: Any, now: Any, _: str | None) -> bool:
    return not ("$ref" in was or "$ref" in now) and set(types_of(was)) == set(types_of(now))
