"""The API documents themselves: they are whole, agree with each other, and have what the program reads from them."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "heygen" / "api" / "documents"
DOCUMENTS = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json")) if path.stem != "index"}
OPERATIONS = {
    f"{group} {operation['x-cli-command']}": (document, method, path, operation)
    for group, document in DOCUMENTS.items()
    for path, item in document["paths"].items()
    for method, operation in item.items()
}
PATHS = {f"{method.upper()} {path}": command for command, (_, method, path, _) in OPERATIONS.items()}
WAITED_FOR = {
    operation["x-cli-wait"]["poll"] for _, _, _, operation in OPERATIONS.values() if "x-cli-wait" in operation
}
EXAMPLES = [
    (command, example)
    for command, (_, _, _, operation) in OPERATIONS.items()
    for example in operation["x-cli-examples"]
]

each_operation = pytest.mark.parametrize("command", OPERATIONS)


def kebab(name):
    return re.sub(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", "-", name.replace("_", "-"))


def nodes(node):
    """Yield every object in a document."""
    if isinstance(node, dict):
        yield node
    for inner in node.values() if isinstance(node, dict) else node if isinstance(node, list) else []:
        yield from nodes(inner)


def references(node):
    return [entry["$ref"] for entry in nodes(node) if isinstance(entry.get("$ref"), str)]


def resolved(document, schema):
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema


def body_schemas(document, operation):
    """Return the schema of an operation's body, or those of its variants."""
    for media in operation.get("requestBody", {}).get("content", {}).values():
        schema = resolved(document, media["schema"])
        return [resolved(document, variant) for variant in schema.get("oneOf", [schema])]
    return []


def field_at(document, schema, path):
    """Return the schema at a path of names through objects, lists and unions, or None."""
    schema = resolved(document, schema)
    for union in ("oneOf", "anyOf"):
        found = [field_at(document, variant, path) for variant in schema.get(union, [])]
        if any(found):
            return next(filter(None, found))
    if not path:
        return schema
    if path[0] == "*":
        return field_at(document, schema["items"], path[1:]) if "items" in schema else None
    inner = schema.get("properties", {}).get(path[0])
    return field_at(document, inner, path[1:]) if inner is not None else None


def response_field(document, operation, path):
    content = operation["responses"]["200"].get("content", {})
    schema = content["application/json"]["schema"] if content else None
    return field_at(document, schema, path) if schema else None


def test_there_are_116_operations_in_17_groups():
    assert (len(PATHS), len(OPERATIONS), len(DOCUMENTS)) == (116, 116, 17)


def test_the_index_is_that_of_the_documents():
    groups = {group: document["info"]["description"] for group, document in DOCUMENTS.items()}
    index = json.loads((FOLDER / "index.json").read_text())
    assert json.dumps(index) == json.dumps({"groups": dict(sorted(groups.items()))})


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.name)
def test_a_document_is_written_in_one_form(path):
    document = json.loads(path.read_text())
    assert path.read_text() == json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    assert document.get("x-cli-group", "index") == path.stem


@pytest.mark.parametrize("group", DOCUMENTS)
def test_every_reference_resolves_and_every_schema_is_referred_to(group):
    document = DOCUMENTS[group]
    named = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) == named
    for node in nodes(document):
        assert set(node.get("discriminator", {}).get("mapping", {}).values()) <= named


@pytest.mark.parametrize("group", DOCUMENTS)
def test_required_fields_are_there(group):
    for node in nodes(DOCUMENTS[group]):
        if isinstance(node.get("required"), list):
            assert set(node["required"]) <= set(node["properties"])


@each_operation
def test_an_operation_has_what_help_shows(command):
    document, _, path, operation = OPERATIONS[command]
    assert operation["operationId"] == command.replace(" ", ".")
    assert re.fullmatch(r"[^\n]{5,60}[^\n.]", operation["summary"])
    assert operation["description"].endswith(".")
    assert operation["x-cli-examples"]
    in_path = [parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "path"]
    assert in_path == re.findall(r"{(\w+)}", path)
    parts = operation.get("parameters", []) + [
        field for schema in body_schemas(document, operation) for field in schema.get("properties", {}).values()
    ]
    assert all(part.get("description", "").endswith((".", ")")) for part in parts)


@each_operation
def test_long_text_and_idempotency_marks_fit(command):
    document, method, _, operation = OPERATIONS[command]
    fields = {
        name: field
        for schema in body_schemas(document, operation)
        for name, field in schema.get("properties", {}).items()
    }
    for field in fields.values():
        assert not field.get("x-cli-stdin") or "string" in field["type"]
    kind, _, name = operation.get("x-cli-idempotency", "natural").partition(":")
    assert kind in ("header", "natural") or (kind == "body" and name in fields)
    assert method == "post" or "x-cli-idempotency" not in operation


@each_operation
def test_texts_that_are_written_by_hand_may_come_from_stdin(command):
    document, _, _, operation = OPERATIONS[command]
    long = {"script", "prompt", "motion_prompt", "message", "text"}
    for schema in body_schemas(document, operation):
        for name in long & set(schema.get("properties", {})):
            field = schema["properties"][name]
            assert (field.get("x-cli-stdin"), field.get("pattern")) == (True, r"\S"), name


@pytest.mark.parametrize("group", DOCUMENTS)
def test_texts_name_commands_and_not_endpoints(group):
    for node in nodes(DOCUMENTS[group]):
        for key in ("description", "summary"):
            text = node.get(key)
            if isinstance(text, str):
                assert not re.search(r"\b(GET|POST|PUT|PATCH|DELETE) /", text), text


@pytest.mark.parametrize("group", DOCUMENTS)
def test_commands_that_texts_name_are_there(group):
    for node in nodes(DOCUMENTS[group]):
        text = node.get("description")
        for words in re.findall(r"\bheygen ((?:[a-z-]+ ?)+)", text if isinstance(text, str) else ""):
            words = words.split()
            assert any(" ".join(words[:count]) in OPERATIONS for count in range(2, len(words) + 1)), text


@each_operation
def test_columns_are_fields_of_the_rows(command):
    document, _, _, operation = OPERATIONS[command]
    for field in operation.get("x-cli-columns", {}).values():
        assert response_field(document, operation, ["data", "*", *field.split(".")]), field


@pytest.mark.parametrize("command", [command for command in OPERATIONS if "x-cli-wait" in OPERATIONS[command][3]])
def test_a_wait_polls_an_operation_and_ends_in_its_states(command):
    document, _, _, operation = OPERATIONS[command]
    wait = operation["x-cli-wait"]
    assert PATHS[wait["poll"]] == wait["follow_up"]
    polled_document, _, path, polled = OPERATIONS[wait["follow_up"]]
    assert path.count("{") == 1
    status = response_field(polled_document, polled, wait["status"].split("."))
    states = status.get("enum") or re.findall(r"'(\w+)'", status["description"])
    assert set(wait["succeeded"]) | set(wait["failed"]) <= set(states)
    if "content" in operation["responses"]["200"]:
        assert response_field(document, operation, wait["id"].split("."))


def test_a_wait_names_commands_that_are_there():
    waits = [operation["x-cli-wait"] for _, _, _, operation in OPERATIONS.values() if "x-cli-wait" in operation]
    assert len(waits) == 19
    for wait in waits:
        assert {wait["follow_up"], wait.get("instead", wait["follow_up"])} <= set(OPERATIONS)


@pytest.mark.parametrize("command, example", EXAMPLES, ids=[example["command"][:60] for _, example in EXAMPLES])
def test_an_example_calls_its_operation(command, example):
    _, method, path, _ = OPERATIONS[command]
    assert set(example) == {"about", "command"}
    assert re.fullmatch(r"[A-Z][^\n]*[^\n.]", example["about"])
    assert re.fullmatch(r"[ -~]+", example["command"])
    words = shlex.split(example["command"])
    known = ["heygen", *command.split()]
    assert words[: len(known)] == known
    rest = words[len(known) :]
    assert rest[: path.count("{")] == [f"<{kebab(name)}>" for name in re.findall(r"{(\w+)}", path)]
    assert ("--force" in rest) == (method == "delete")
    if "--wait" in rest:
        assert "x-cli-wait" in OPERATIONS[command][3] or f"{method.upper()} {path}" in WAITED_FOR


def test_placeholders_are_named_after_parameters_and_fields():
    known = {"file"}
    for document in DOCUMENTS.values():
        for node in nodes(document):
            known |= set(node["properties"]) if isinstance(node.get("properties"), dict) else set()
            known |= {node["name"]} if "in" in node and isinstance(node.get("name"), str) else set()
    used = {name for _, example in EXAMPLES for name in re.findall(r"<([^<>]+)>", example["command"])}
    assert used <= {kebab(name) for name in known}
