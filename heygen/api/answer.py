"""What an answer can have, by its schema: whether a field path leads anywhere, and which path was meant where not."""

from __future__ import annotations

from heygen.api import schema as schemas
from heygen.core.suggest import closest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, Sequence

    from heygen.api.path import Step

    # A schema, and the document that its references are about.
    Shape = tuple[dict[str, Any], dict[str, Any]]

_DEEPEST = 6  # steps of a path that is suggested


def can_have(shape: Shape, steps: Sequence[Step]) -> bool:
    """Tell whether an answer of this shape can have what a path names. What a schema leaves open, it allows."""
    if not steps:
        return True
    schema, document = shape
    schema = schemas.resolve(schema, document)
    branches = [*schemas.alternatives(schema), *schema.get("allOf", ())]
    if any(can_have((branch, document), steps) for branch in branches if not schemas.is_null(schemas.resolve(branch, document))):
        return True
    step, rest = steps[0], steps[1:]
    types = schemas.types(schema)
    if not types and not branches and "properties" not in schema:
        return True
    if isinstance(step, str):
        if "properties" not in schema and "additionalProperties" not in schema:
            return "object" in types
        inner = schema.get("properties", {}).get(step, schema.get("additionalProperties", False))
    else:
        inner = schema.get("items", True) if "array" in types else False
    return can_have((inner, document), rest) if isinstance(inner, dict) else bool(inner)


def fields_at(shape: Shape, steps: Sequence[Step]) -> list[str]:
    """Return the names of the fields of what a path leads to; none where it leads to no object that is known."""
    found: dict[str, None] = {}
    for names in _objects(shape, list(steps)):
        found.update(dict.fromkeys(names))
    return list(found)


def meant(shape: Shape, steps: Sequence[Step]) -> list[Step] | None:
    """Return the path that one which leads nowhere was most likely meant to be, or None.

    A field of the same name wins wherever it stands, the least deep one first; else one of a similar name.
    """
    names = [step for step in steps if isinstance(step, str)]
    if not names:
        return None
    known = [each for each in _paths(shape, ()) if isinstance(each[-1], str)]
    same = [each for each in known if each[-1] == names[-1]]
    if not same:
        near = closest(names[-1], [each[-1] for each in known], cutoff=0.75)
        same = [each for each in known if each[-1] == near]

    def distance(each: list[Step]) -> tuple[int, int]:
        shared = sum(name in each for name in names[:-1])
        return -shared, len(each)

    return min(same, key=distance, default=None)


def _objects(shape: Shape, steps: list[Step]) -> Iterator[list[str]]:
    """Yield the field names of every object that a path may lead to."""
    schema, document = shape
    schema = schemas.resolve(schema, document)
    for branch in (*schemas.alternatives(schema), *schema.get("allOf", ())):
        yield from _objects((branch, document), steps)
    if not steps:
        yield list(schema.get("properties", ()))
        return
    inner = schema.get("properties", {}).get(steps[0]) if isinstance(steps[0], str) else schema.get("items")
    if isinstance(inner, dict):
        yield from _objects((inner, document), steps[1:])


def _paths(shape: Shape, before: tuple[Step, ...]) -> Iterator[list[Step]]:
    """Yield the paths of all fields, down to some depth; through lists with `[]`."""
    if len(before) >= _DEEPEST:
        return
    schema, document = shape
    schema = schemas.resolve(schema, document)
    for branch in (*schemas.alternatives(schema), *schema.get("allOf", ())):
        yield from _paths((branch, document), before)
    for name, inner in schema.get("properties", {}).items():
        yield [*before, name]
        yield from _paths((inner, document), (*before, name))
    if isinstance(schema.get("items"), dict):
        yield from _paths((schema["items"], document), (*before, None))


def is_list(shape: Shape, steps: Sequence[Step]) -> bool:
    """Tell whether a path leads to a list."""
    return can_have(shape, [*steps, None])
