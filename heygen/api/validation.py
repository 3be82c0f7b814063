"""Checking an instance against a schema of the documents, before it costs a request or a credit.

Covers the keywords that the documents use, and the common ones that a newer upstream may bring.
"""

from __future__ import annotations

from heygen.api import schema as schemas
from heygen.core.record import Record
from heygen.core.suggest import closest, listing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

# An unknown field is only refused as a typing mistake where it is this much like a known one.
_TYPO = 0.8

_ARTICLES = {"array": "a list", "object": "an object", "integer": "an integer", "null": "null"}


class Problem(Record):
    """What is wrong with an instance: where (a field path, "" for the whole), why, and a likely remedy."""

    path: str
    kind: str  # "missing", "unknown", "type", "value", "variant"
    message: str  # without the path: "is required", "must be one of: a, b"
    suggestion: str | None = None
    wanted: tuple[str, ...] = ()  # the types that would have been right, where it is the type that is wrong

    def text(self) -> str:
        """Return the problem as a sentence that names the field."""
        return f"{self.path or 'the body'} {self.message}"


def validate(instance: Any, schema: dict[str, Any], document: dict[str, Any], path: str = "") -> list[Problem]:
    """Return every problem of an instance, in document order; none where it fits the schema."""
    schema = schemas.resolve(schema, document)
    mapping = schemas.variants(schema, document)
    if mapping:
        return _validate_variant(instance, schema, mapping, document, path)
    for part in schema.get("allOf", ()):
        problems = validate(instance, part, document, path)
        if problems:
            return problems
    branches = schemas.alternatives(schema)
    if branches:
        return _validate_union(instance, branches, document, path)
    problem = _check_value(instance, schema, path)
    if problem:
        return [problem]
    if isinstance(instance, dict):
        return _validate_object(instance, schema, document, path)
    if isinstance(instance, list):
        return _validate_array(instance, schema, document, path)
    return []


def type_of(instance: Any) -> str:
    """Return the JSON type of a value: `integer` where a number has no fraction."""
    if instance is None:
        return "null"
    if isinstance(instance, bool):
        return "boolean"
    if isinstance(instance, str):
        return "string"
    if isinstance(instance, (int, float)):
        return "integer" if isinstance(instance, int) or instance.is_integer() else "number"
    return "array" if isinstance(instance, list) else "object"


def _validate_variant(
    instance: Any,
    schema: dict[str, Any],
    mapping: dict[str, dict[str, Any]],
    document: dict[str, Any],
    path: str,
) -> list[Problem]:
    if instance is None and any(
        schemas.is_null(schemas.resolve(branch, document)) for branch in schemas.alternatives(schema)
    ):
        return []
    if not isinstance(instance, dict):
        return [_type_problem(instance, ("object",), path)]
    name = schema["discriminator"]["propertyName"]
    where = f"{path}.{name}" if path else name
    if name not in instance:
        return [Problem(path=where, kind="missing", message=f"is required: one of {listing(mapping)}")]
    chosen = instance[name]
    if not isinstance(chosen, str) or chosen not in mapping:
        return [_enum_problem(chosen, list(mapping), where, "variant")]
    return validate(instance, mapping[chosen], document, path)


def _validate_union(
    instance: Any, branches: list[dict[str, Any]], document: dict[str, Any], path: str
) -> list[Problem]:
    attempts = [validate(instance, branch, document, path) for branch in branches]
    if any(not problems for problems in attempts):
        return []
    # The branch that the value was meant for is the one that at least has the right type.
    fitting = [problems for problems in attempts if not any(each.path == path and each.kind == "type" for each in problems)]
    if fitting:
        return min(fitting, key=len)
    allowed: list[str] = []
    for branch in branches:
        allowed.extend(name for name in schemas.types(schemas.resolve(branch, document)) if name not in allowed)
    return [_type_problem(instance, tuple(allowed), path)]


def _check_value(instance: Any, schema: dict[str, Any], path: str) -> Problem | None:
    allowed_types = schemas.types(schema)
    if allowed_types:
        actual = type_of(instance)
        if actual not in allowed_types and not (actual == "integer" and "number" in allowed_types):
            return _type_problem(instance, allowed_types, path)
    if "const" in schema and instance != schema["const"]:
        return Problem(path=path, kind="value", message=f"must be {_shown(schema['const'])}")
    if "enum" in schema and not any(instance == value and type(instance) is type(value) for value in schema["enum"]):
        return _enum_problem(instance, [value for value in schema["enum"] if value is not None], path, "value")
    if isinstance(instance, (int, float)) and not isinstance(instance, bool):
        return _check_bounds(instance, schema, path)
    if isinstance(instance, str):
        return _check_string(instance, schema, path)
    return None


def _check_bounds(number: float, schema: dict[str, Any], path: str) -> Problem | None:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    fits = (
        (low is None or number >= low)
        and (high is None or number <= high)
        and (above is None or number > above)
        and (below is None or number < below)
    )
    return None if fits else Problem(path=path, kind="value", message=f"must be {bounds(schema)}, not {number}")


def bounds(schema: dict[str, Any]) -> str:
    """Return the range of a number as words: `from 1 to 100`, `at least 0`."""
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f"from {low} to {high}"
    parts = [
        f"{words} {schema[key]}"
        for key, words in (
            ("minimum", "at least"),
            ("maximum", "at most"),
            ("exclusiveMinimum", "more than"),
            ("exclusiveMaximum", "less than"),
        )
        if schema.get(key) is not None
    ]
    return " and ".join(parts)


def _check_string(text: str, schema: dict[str, Any], path: str) -> Problem | None:
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength")
    if len(text) < shortest:
        message = "must not be empty" if shortest == 1 else f"must have at least {shortest} characters"
        return Problem(path=path, kind="value", message=message)
    if longest is not None and len(text) > longest:
        return Problem(path=path, kind="value", message=f"must have at most {longest} characters, not {len(text)}")
    if "pattern" in schema:
        import re

        try:
            matches = re.search(schema["pattern"], text)
        except re.error:  # a pattern of another dialect is the API's to judge
            return None
        if not matches:
            return Problem(path=path, kind="value", message=f"must match {schema['pattern']}")
    return None


def _validate_object(
    instance: dict[str, Any], schema: dict[str, Any], document: dict[str, Any], path: str
) -> list[Problem]:
    properties = schema.get("properties", {})
    inside = f"{path}." if path else ""
    problems = [
        Problem(path=inside + name, kind="missing", message="is required")
        for name in schema.get("required", ())
        if name not in instance
    ]
    extra = schema.get("additionalProperties", True)
    for name, value in instance.items():
        if name in properties:
            problems.extend(validate(value, properties[name], document, inside + name))
        elif isinstance(extra, dict):
            problems.extend(validate(value, extra, document, inside + name))
        else:
            # A known field that is there as well was not what the unknown one was meant to be.
            near = closest(name, [known for known in properties if known not in instance], _TYPO)
            if near or extra is False:
                problems.append(
                    Problem(path=inside + name, kind="unknown", message="is not a known field", suggestion=near)
                )
    mistyped = {problem.suggestion for problem in problems if problem.kind == "unknown"}
    # `titel` for a required `title` is one mistake, not two.
    return [
        problem
        for problem in problems
        if not (problem.kind == "missing" and problem.path[len(inside) :] in mistyped)
    ]


def _validate_array(
    instance: list[Any], schema: dict[str, Any], document: dict[str, Any], path: str
) -> list[Problem]:
    fewest, most = schema.get("minItems", 0), schema.get("maxItems")
    if len(instance) < fewest:
        return [Problem(path=path, kind="value", message=f"must have at least {_counted(fewest)}")]
    if most is not None and len(instance) > most:
        return [Problem(path=path, kind="value", message=f"must have at most {_counted(most)}, not {len(instance)}")]
    problems: list[Problem] = []
    items = schema.get("items")
    if items:
        for index, item in enumerate(instance):
            problems.extend(validate(item, items, document, f"{path}[{index}]"))
    return problems


def _counted(count: int) -> str:
    return f"{count} item" if count == 1 else f"{count} items"


def _type_problem(instance: Any, allowed: tuple[str, ...], path: str) -> Problem:
    names = [_ARTICLES.get(name, f"a {name}") for name in allowed]
    wanted = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
    actual = type_of(instance)
    message = f"must be {wanted}, not {_ARTICLES.get(actual, f'a {actual}')}"
    return Problem(path=path, kind="type", message=message, wanted=allowed)


def _enum_problem(value: Any, allowed: list[Any], path: str, kind: str) -> Problem:
    near = closest(value, [each for each in allowed if isinstance(each, str)]) if isinstance(value, str) else None
    return Problem(
        path=path,
        kind=kind,
        message=f"must be one of: {listing(_bare(each) for each in allowed)}; not {_shown(value)}",
        suggestion=near,
    )


def _bare(value: Any) -> str:
    return value if isinstance(value, str) else _shown(value)


def _shown(value: Any) -> str:
    import json

    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"
