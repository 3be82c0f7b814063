"""Checking an instance against a schema of the documents, before it costs a request or a credit.

Covers the keywords that the documents use, and the common ones that a newer upstream may bring.
"""

from __future__ import annotations

from heygen.api import rules, schema as schemas
from heygen.core.record import Record
from heygen.core.suggest import closest, listing, slip

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

# A text that is not white space alone.
_NOT_BLANK = r"\S"

_ARTICLES = {"array": "a list", "object": "an object", "integer": "an integer", "null": "null"}


class Problem(Record):
    """What is wrong with an instance: where (a field path, "" for the whole), why, and a likely remedy."""

    path: str
    kind: str  # "missing", "unknown", "type", "value", "variant", "rule"
    message: str  # without the path: "is required", "must be one of: a, b"
    suggestion: str | None = None
    wanted: tuple[str, ...] = ()  # the types that would have been right, where it is the type that is wrong
    allowed: tuple[Any, ...] = ()  # the values that would have been right, where there are only a few
    object_path: str = ""  # of the object whose rule is broken
    parts: tuple[str, ...] = ()  # the message of a broken rule, field names as `rules.Name`

    def text(self, name: Callable[[str], str] = str) -> str:
        """Return the problem as a sentence that names the field; `name` is how fields of the body are to be called."""
        if self.kind == "rule":
            is_top = not self.object_path
            told = [name(part) if is_top and isinstance(part, rules.Name) else part for part in self.parts]
            text = ("" if is_top else f"{self.object_path}: ") + "".join(told)
        else:
            text = f"{name(self.path) if self.path else 'the body'} {self.message}"
        return text + (f"; did you mean {self.suggestion}?" if self.suggestion else "")


def validate(instance: Any, schema: dict[str, Any], document: dict[str, Any], path: str = "") -> list[Problem]:
    """Return every problem of an instance, in document order; none where it fits the schema."""
    if "$ref" in schema:
        schema = schemas.resolve(schema, document)
    problems = _validate_parts(instance, schema, document, path)
    for part in schema.get("allOf", ()):
        if not rules.is_rule(part):
            problems.extend(validate(instance, part, document, path))
    if isinstance(instance, dict) and rules.has_rules(schema):
        problems.extend(_broken_rules(instance, schema, document, path, problems))
    return problems


def _validate_parts(instance: Any, schema: dict[str, Any], document: dict[str, Any], path: str) -> list[Problem]:
    if "discriminator" in schema:
        mapping = schema["discriminator"].get("mapping")
        if mapping:
            return _validate_variant(instance, schema, mapping, document, path)
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


def _broken_rules(
    instance: dict[str, Any], schema: dict[str, Any], document: dict[str, Any], path: str, problems: list[Problem]
) -> list[Problem]:
    """Return the rules between fields that an object breaks; `problems` are those of the fields themselves."""
    inside = f"{path}." if path else ""
    wrong = {each.path[len(inside) :] for each in problems} | {each.suggestion for each in problems if each.suggestion}

    def fits(value: Any, part: dict[str, Any]) -> bool:
        if not isinstance(value, dict) or part.get("type", "object") != "object":
            return not validate(value, part, document)
        # A part of a rule knows the fields that it is about alone: no other is unknown to it.
        inner = part.get("properties", {})
        return all(name in value for name in part.get("required", ())) and all(
            fits(value[name], inner[name]) for name in inner if name in value
        )

    return [
        Problem(
            path=inside + breach.field if breach.field else path,
            kind="rule",
            message="".join(breach.parts),
            allowed=breach.allowed,
            object_path=path,
            parts=breach.parts,
        )
        for breach in rules.breaches(instance, schema, fits, wrong)
    ]


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
    mapping: dict[str, str],
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
        message = f"is required: one of {listing(mapping)}"
        return [Problem(path=where, kind="missing", message=message, allowed=tuple(mapping))]
    chosen = instance[name]
    if not isinstance(chosen, str) or chosen not in mapping:
        return [_enum_problem(chosen, list(mapping), where, "variant")]
    return validate(instance, {"$ref": mapping[chosen]}, document, path)


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
    # The usual case first: batches check bodies by the thousand.
    if allowed_types and not (isinstance(instance, str) and "string" in allowed_types):
        actual = type_of(instance)
        if actual not in allowed_types and not (actual == "integer" and "number" in allowed_types):
            return _type_problem(instance, allowed_types, path)
    if "const" in schema and not _same(instance, schema["const"]):
        wanted = schema["const"]
        return Problem(path=path, kind="value", message=f"must be {_shown(wanted)}", allowed=(wanted,))
    if "enum" in schema and not any(_same(instance, value) for value in schema["enum"]):
        return _enum_problem(instance, [value for value in schema["enum"] if value is not None], path, "value")
    if isinstance(instance, (int, float)) and not isinstance(instance, bool):
        return _check_bounds(instance, schema, path)
    if isinstance(instance, str):
        return _check_string(instance, schema, path)
    return None


def _same(one: Any, other: Any) -> bool:
    """Tell whether two JSON values are equal: 25 and 25.0 are, 1 and true are not."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _check_bounds(number: float, schema: dict[str, Any], path: str) -> Problem | None:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    fits = (
        (low is None or number >= low)
        and (high is None or number <= high)
        and (above is None or number > above)
        and (below is None or number < below)
    )
    if not fits:
        return Problem(path=path, kind="value", message=f"must be {bounds(schema)}, not {number}")
    step = schema.get("multipleOf")
    if step and number % step:
        wanted = "an even number" if step == 2 else f"a multiple of {step}"
        return Problem(path=path, kind="value", message=f"must be {wanted}, not {number}")
    return None


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
    if not _matches(text, schema.get("pattern")):
        if schema["pattern"] == _NOT_BLANK:
            return Problem(path=path, kind="value", message="must not be empty")
        # The title of a schema with a pattern is what the text must be.
        wanted = f"be {schema['title']}, not {_shown(text)}" if "title" in schema else f"match {schema['pattern']}"
        return Problem(path=path, kind="value", message=f"must {wanted}")
    if schema.get("format") == "uri" and not _is_web_address(text):
        wanted = "an https URL such as https://example.com/file.mp4"
        return Problem(path=path, kind="value", message=f"must be {wanted}, not {_shown(text)}")
    if schema.get("contentEncoding") == "base64" and not _is_base64(text):
        return Problem(path=path, kind="value", message="must be base64")
    return None


def _matches(text: str, pattern: str | None) -> bool:
    if pattern is None:
        return True
    import re

    try:
        return bool(re.search(pattern, text))
    except re.error:  # a pattern of another dialect is the API's to judge
        return True


def _is_web_address(text: str) -> bool:
    """Tell whether a text is a URL of the web. (Plain http is let pass: rehearsals use servers of their own.)"""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return is_usable and text.isprintable() and " " not in text


def _is_base64(text: str) -> bool:
    import base64

    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        return False
    return True


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
        if "propertyNames" in schema:
            found = validate(name, schema["propertyNames"], document, inside + name)
            problems.extend(problem.replace(message=f"has a name that {problem.message}") for problem in found)
        if name in properties:
            problems.extend(validate(value, properties[name], document, inside + name))
        elif isinstance(extra, dict):
            problems.extend(validate(value, extra, document, inside + name))
        else:
            # A known field that is there as well was not what the unknown one was meant to be.
            near = slip(name, [known for known in properties if known not in instance])
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
    if schema.get("uniqueItems"):
        for index, item in enumerate(instance):
            if any(_same(item, other) for other in instance[:index]):
                problems.append(Problem(path=f"{path}[{index}]", kind="value", message=f"repeats {_shown(item)}"))
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
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        near = closest(str(value), [str(each) for each in allowed])
    return Problem(
        path=path,
        kind=kind,
        message=f"must be one of: {listing(_bare(each) for each in allowed)}; not {_shown(value)}",
        suggestion=near,
        allowed=tuple(allowed),
    )


def _bare(value: Any) -> str:
    return value if isinstance(value, str) else _shown(value)


def _shown(value: Any) -> str:
    import json

    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"
