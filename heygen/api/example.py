"""Examples of request bodies, made from their schemas: the least that is taken, or every field."""

from __future__ import annotations

from heygen.api import path as paths, schema as schemas
from heygen.api.validation import type_of, validate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping

    from heygen.api.operations import Operation
    from heygen.api.validation import Problem

    Schema = dict[str, Any]

_MOST_REPAIRS = 60
_DEEPEST = 8  # objects in objects
_TEXT = "Hello, and welcome."
# Of texts whose schema says no more than that they are texts, by the end of the field's name.
_TEXTS = {
    "script": _TEXT,
    "text": _TEXT,
    "prompt": "A short welcome to our new colleagues.",
    "title": "Example",
    "name": "Example",
    "filename": "clip.mp4",
    "description": "An example",
    "languages": "French",
    "language": "en",
    "locale": "en-US",
    "members": "<username>",
    "srt": "1\n00:00:00,000 --> 00:00:02,000\nHello\n",
}
# Files, by what the name of a field says of them.
_FILES = {
    "audio": ("speech.mp3", (".mp3", ".wav")),
    "image": ("picture.png", (".png", ".jpg")),
    "srt": ("subtitles.srt", (".srt",)),
    "callback": ("hook", ()),
    "video": ("video.mp4", (".mp4",)),
}


def example(operation: Operation, variant: str | None = None, is_full: bool = False) -> Any:
    """Return a body for an operation that its schema takes: the least, or with every field that goes with the others.

    `variant` chooses one where the body is a union. What only the user can know, such as an ID, stands in angle brackets.
    """
    schema = operation.body_schema or {}
    maker = _Maker(operation.document, _known(operation), is_full)
    name = schema.get("discriminator", {}).get("propertyName")
    if variant is not None and name:
        body = maker.value("", schemas.variants(schema, operation.document)[variant], 0)
        body = {name: variant, **{key: value for key, value in body.items() if key != name}}
    else:
        body = maker.value("", schema, 0)
    return _repaired(body, schema, operation.document, maker)


class _Maker:
    """Makes values of schemas. `known` are values of fields from the documents' own examples, by name."""

    def __init__(self, document: dict[str, Any], known: Mapping[str, list[Any]], is_full: bool) -> None:
        self.document = document
        self.known = known
        self.is_full = is_full

    def value(self, name: str, schema: Schema, depth: int) -> Any:
        """Return a value that a schema takes, as far as one field alone can tell."""
        schema = schemas.resolve(schema, self.document)
        mapping = schemas.variants(schema, self.document)
        if mapping:
            chooser = schema["discriminator"]["propertyName"]
            variant, chosen = next(iter(mapping.items()))
            made = self.value(name, chosen, depth)
            return {chooser: variant, **{key: value for key, value in made.items() if key != chooser}}
        branches = [each for each in schemas.alternatives(schema) if not schemas.is_null(schemas.resolve(each, self.document))]
        if branches and "properties" not in schema:
            return self.value(name, branches[0], depth)
        if "const" in schema:
            return schema["const"]
        names = [name, "url"] if name.endswith("_url") else [name]
        for known in (each for one in names for each in self.known.get(one, ())):
            if name.endswith("_url") and not str(known).endswith(_file(name)[1]):
                continue
            if isinstance(known, dict) and "properties" in schema:
                continue  # what is known of its fields says it as well
            if known != {} and not validate(known, schema, self.document):
                return known
        if "enum" in schema:
            return next(value for value in schema["enum"] if value is not None)
        if schema.get("default") is not None:
            return schema["default"]
        types = [each for each in schemas.types(schema) if each != "null"] or (["object"] if "properties" in schema else ["string"])
        if types[0] == "object":
            return self._object(name, schema, depth)
        if types[0] == "array":
            return self._array(name, schema, depth)
        if types[0] in ("integer", "number"):
            return self._number(name, schema, types[0])
        return True if types[0] == "boolean" else self._string(name, schema)

    def _object(self, name: str, schema: Schema, depth: int) -> dict[str, Any]:
        properties, required = schema.get("properties", {}), schema.get("required", ())
        is_full = self.is_full and depth < _DEEPEST
        wanted = [each for each in properties if each in required or (is_full and self._is_shown(properties[each]))]
        # The URL of an image is called `url` as that of a video is.
        names = {each: f"{name}_url" if each == "url" else each for each in wanted}
        made = {each: self.value(names[each], properties[each], depth + 1) for each in wanted}
        extra = schema.get("additionalProperties")
        if isinstance(extra, dict) and not properties:
            made["name"] = self.value("name", extra, depth + 1)
        return made

    def _is_shown(self, schema: Schema) -> bool:
        schema = schemas.resolve(schema, self.document)
        return not schema.get("x-cli-hidden") and not schema.get("deprecated")

    def _array(self, name: str, schema: Schema, depth: int) -> list[Any]:
        first = self.value(name, schema.get("items", {}), depth + 1)
        count = max(schema.get("minItems", 0), 1)
        if not schema.get("uniqueItems") or count == 1:
            return [first] * count
        return [first, *(f"{first}-{number}" for number in range(2, count + 1))]

    @staticmethod
    def _number(name: str, schema: Schema, kind: str) -> float:
        low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
        least = low if low is not None else above + 1 if above is not None else 0
        value = max(least, 1_000_000 if name.endswith("bytes") else 1)
        value = min(value, schema.get("maximum", value))
        step = schema.get("multipleOf")
        value = -(-value // step) * step if step else value
        return int(value) if kind == "integer" else value

    @staticmethod
    def _string(name: str, schema: Schema) -> str:
        if schema.get("format") == "uri" or name.endswith("url"):
            return f"https://example.com/{_file(name)[0]}"
        if schema.get("contentEncoding") == "base64":
            return "aGVsbG8="
        title = schema.get("title", "")
        if "such as " in title:
            return title.rpartition("such as ")[2]
        if title.startswith("64 hex"):
            return "0" * 64
        if name.endswith(("_id", "_ids")) or name == "id":
            return f"<{name.replace('_', '-').rstrip('s') if name.endswith('_ids') else name.replace('_', '-')}>"
        text = next((text for end, text in _TEXTS.items() if name.endswith(end)), "text")
        return text[: schema.get("maxLength", len(text))]


def _file(name: str) -> tuple[str, tuple[str, ...]]:
    """Return the file that a field may have the URL of, and the ends of such files' names."""
    return next((file for part, file in _FILES.items() if part in name), ("video.mp4", ("",)))


def _repaired(body: Any, schema: Schema, document: dict[str, Any], maker: _Maker) -> Any:
    """Return a body that keeps the rules between its fields, too: what one of them lacks is added, what is too much removed."""
    for _ in range(_MOST_REPAIRS):
        found = [problem for problem in validate(body, schema, document) if problem.path or problem.kind == "rule"]
        if not found:
            break
        _repair(body, found[0], schema, document, maker)
    return body


def _repair(body: Any, problem: Problem, schema: Schema, document: dict[str, Any], maker: _Maker) -> None:
    steps = paths.parse(problem.path) if problem.path else []
    owner_steps, name = (steps[:-1], steps[-1]) if steps else ([], None)
    owner = paths.select(body, owner_steps)[0]
    owner_schema = _schema_of(body, schema, owner_steps, document)
    properties = owner_schema.get("properties", {})
    if name is None:
        # There is nothing to change: any field will do.
        name = next(each for each in properties if each not in owner and maker._is_shown(properties[each]))
    if not isinstance(owner, dict):
        owner[name] = maker.value("", owner_schema.get("items", {}), len(steps))
    elif problem.allowed:
        owner[name] = problem.allowed[0]
    elif len(problem.parts) > 2 and problem.parts[2] == " is needed":
        owner[name] = problem.parts[1].strip()  # the one value that goes with the others
    elif name not in owner:
        owner[name] = maker.value(str(name), properties.get(name, {}), len(steps))
    elif "must come after" in problem.message and isinstance(owner[name], (int, float)):
        owner[name] += 1
    elif name not in owner_schema.get("required", ()):
        del owner[name]
    else:
        others = [part for part in problem.parts if part in owner and part != name]
        del owner[others[0]]


def _schema_of(body: Any, schema: Schema, steps: list[Any], document: dict[str, Any]) -> Schema:
    """Return the schema of what stands at a path into a body: of a union, that of the branch that was taken."""
    schema = schemas.resolve(schema, document)
    mapping = schemas.variants(schema, document)
    if mapping:
        schema = mapping[body[schema["discriminator"]["propertyName"]]]
    elif schemas.alternatives(schema) and "properties" not in schema:
        fitting = [schemas.resolve(each, document) for each in schemas.alternatives(schema)]
        schema = next((each for each in fitting if type_of(body) in schemas.types(each)), fitting[0])
        return _schema_of(body, schema, steps, document)
    if not steps:
        return schema
    step = steps[0]
    inner = schema["items"] if isinstance(step, int) else schema["properties"][step]
    return _schema_of(body[step], inner, steps[1:], document)


def _known(operation: Operation) -> dict[str, list[Any]]:
    """Return the values that the documents' examples have for fields, by the fields' names."""
    import json
    import shlex

    found: dict[str, list[Any]] = {}

    def add(name: str, value: Any) -> None:
        if isinstance(value, dict):
            found.setdefault(name, []).append(value)
            for key, inner in value.items():
                add(key, inner)
        elif isinstance(value, list):
            for inner in value:
                add(name, inner)
        else:
            found.setdefault(name, []).append(value)

    def parsed(text: str) -> Any:
        try:
            return json.loads(text)
        except ValueError:
            return text

    for each in operation.examples:
        words = shlex.split(each["command"])
        for word, value in zip(words, [*words[1:], ""]):
            if word in ("-d", "--data") and value[:1] == "{":
                add("", parsed(value))
            elif word == "--set":
                path, _, text = value.partition("=")
                add(path.rpartition(".")[2], parsed(text))
            elif word.startswith("--") and not value.startswith("-"):
                add(word[2:].replace("-", "_"), value)
                add(word[2:].replace("-", "_"), parsed(value))
    return found
