"""Every operation with all its flags gives the right request, against a reading of the documents of its own."""

import json
import pathlib
import re

import pytest
from servers import CREATED

DOCUMENTS = pathlib.Path(__file__).resolve().parents[2] / "heygen" / "api" / "documents"


def resolved(schema, document):
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def simple(schema, document):
    """The schema of a flag's value, and whether it is an array; None where it has no flag."""
    schema = resolved(schema, document)
    if "anyOf" in schema or "oneOf" in schema:
        rest = [each for each in schema.get("anyOf", schema.get("oneOf")) if each.get("type") != "null"]
        return simple(rest[0], document) if len(rest) == 1 else None
    if "const" in schema:
        return {"enum": [schema["const"]], "type": "string"}, False
    kinds = schema.get("type")
    kinds = [kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if kind != "null"]
    if kinds == ["array"]:
        inner = simple(schema["items"], document)
        return (inner[0], True) if inner else None
    if len(kinds) != 1 or kinds[0] == "object":
        return None
    return {**schema, "type": kinds[0]}, False


def flag(name):
    kebab = re.sub(r"(?<=[a-z])(?=[0-9])|(?<=[0-9])(?=[a-z])", "-", name)
    return "--" + kebab.replace("_", "-")


def value(schema):
    """A value that the schema allows, as typed and as written on the command line."""
    choices = [each for each in schema.get("enum", []) if each is not None]
    if choices:
        return choices[-1], str(choices[-1])
    if schema["type"] == "boolean":
        return False, "false"
    if schema["type"] == "integer":
        number = schema.get("minimum", 3)
        return number, str(number)
    if schema["type"] == "number":
        number = (schema.get("minimum", 0) + schema.get("maximum", 3)) / 2
        return number, str(number)
    return "Größe & 50% = “ok”?", "Größe & 50% = “ok”?"


def everything():
    for file in sorted(DOCUMENTS.glob("*.json")):
        document = json.loads(file.read_text(encoding="utf-8"))
        for path, item in document.get("paths", {}).items():
            for method, operation in item.items():
                yield document, path, method, operation


def bodies(document, operation):
    """The variants of a JSON body: {discriminator: value} and the object schema."""
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" not in content:
        return [({}, None)]
    schema = resolved(content["application/json"]["schema"], document)
    if "discriminator" in schema:
        name = schema["discriminator"]["propertyName"]
        return [
            ({name: choice}, resolved({"$ref": reference}, document))
            for choice, reference in schema["discriminator"]["mapping"].items()
        ]
    return [({}, schema)]


CASES = [
    pytest.param(document, path, method, operation, chosen, schema, id="-".join((operation["operationId"], *chosen.values())))
    for document, path, method, operation in everything()
    for chosen, schema in bodies(document, operation)
]


def test_there_are_116_operations():
    assert len(list(everything())) == 116


@pytest.mark.parametrize("document, path, method, operation, chosen, schema", CASES)
def test_all_flags_reach_the_request(run, server, tmp_path, document, path, method, operation, chosen, schema):
    argv = [document["x-cli-group"], *operation["x-cli-command"].split()]
    expected_path, query, body = path, [], dict(chosen)
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            argv.append("a b/c?d%e#é")
            expected_path = expected_path.replace("{" + parameter["name"] + "}", "a%20b%2Fc%3Fd%25e%23%C3%A9")
        else:
            typed, written = value(simple(parameter["schema"], document)[0])
            argv += [flag(parameter["name"]), written]
            query.append((parameter["name"], written))
    for name, choice in chosen.items():
        argv += [flag(name), choice]
    extra = {}
    for name, property_schema in (schema or {}).get("properties", {}).items():
        found = simple(property_schema, document)
        property_schema = resolved(property_schema, document)
        if name in chosen:
            continue
        if found is None or property_schema.get("x-cli-hidden"):
            if name in schema.get("required", []):
                extra[name] = example_of(property_schema, document)
            continue
        inner, is_array = found
        typed, written = value(inner)
        argv.append(f"{flag(name)}={written}")
        body[name] = [typed] if is_array else typed
        if is_array:
            argv.append(f"{flag(name)}={written}")
            body[name] = [typed, typed]
    if extra:
        argv += ["-d", json.dumps(extra)]
        body = {**extra, **body}
    file = tmp_path / "clip.mp4"
    file.write_bytes(b"0123456789")
    if "multipart/form-data" in operation.get("requestBody", {}).get("content", {}):
        argv += ["--file", str(file)]
    if method == "delete":
        argv.append("--force")

    server.answer(CREATED)
    # All flags together are more than any rule between them allows.
    result = run(*argv, "--human=false", *(["--no-validate"] if schema else []))

    assert result.status == 0, result
    [request] = result.requests
    assert request.method == method.upper()
    assert request.target.partition("?")[0] == expected_path
    assert sorted(request.query) == sorted(query)
    if "multipart/form-data" in operation.get("requestBody", {}).get("content", {}):
        assert b"0123456789" in request.body
    elif schema is not None and (body or operation["requestBody"].get("required")):
        assert request.json == body
        assert request.headers["content-type"] == "application/json"
    else:
        assert request.body == b""
    assert ("idempotency-key" in request.headers) == (method == "post")


def example_of(schema, document):
    """The smallest value that fits a schema which has no flag."""
    schema = resolved(schema, document)
    for key in ("oneOf", "anyOf"):
        if key in schema:
            return example_of(schema[key][0], document)
    if "const" in schema:
        return schema["const"]
    kinds = schema.get("type")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if kind == "object":
        return {name: example_of(schema["properties"][name], document) for name in schema.get("required", [])}
    if kind == "array":
        return [example_of(schema["items"], document)]
    return {"string": "x", "integer": 1, "number": 1.5, "boolean": True}[kind]
