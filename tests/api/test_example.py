"""heygen/api/example.py: the examples of every body validate, and the sandbox takes the least ones."""

import json
import re

import pytest

from heygen.api import documents, example, operations, schema as schemas
from heygen.api.validation import validate

BODIES = [
    pytest.param(operation, variant, id=" ".join((*operation.words, variant or "")))
    for group in documents.groups()
    for operation in operations.operations(group)
    if operation.body_schema and not operation.is_multipart
    for variant in (list(schemas.variants(operation.body_schema, operation.document)) or [None])
]


@pytest.mark.parametrize("is_full", [False, True])
@pytest.mark.parametrize(("operation", "variant"), BODIES)
def test_every_example_validates(operation, variant, is_full):
    body = example.example(operation, variant, is_full)
    assert validate(body, operation.body_schema, operation.document) == []
    if variant:
        assert body[operation.body_schema["discriminator"]["propertyName"]] == variant


@pytest.mark.parametrize(("operation", "variant"), BODIES)
def test_the_least_has_nothing_that_may_be_left_out(operation, variant):
    body = example.example(operation, variant)
    schema = operation.body_schema
    required = (schemas.variants(schema, operation.document) or {None: schemas.resolve(schema, operation.document)})[variant].get("required", ())
    for name in set(body) - set(required):
        less = {key: value for key, value in body.items() if key != name}
        assert validate(less, schema, operation.document) != []


def test_a_full_example_has_each_field_that_goes_with_the_others():
    operation = operations.find_by_words(("video", "create"))
    variant = schemas.variants(operation.body_schema, operation.document)["avatar"]
    body = example.example(operation, "avatar", is_full=True)
    left_out = {name for name, each in variant["properties"].items() if name not in body and not each.get("deprecated")}
    # Neither goes with a script; nor does an expressiveness with the engine that is shown.
    assert left_out == {"audio_url", "audio_asset_id", "expressiveness"}
    assert body["voice_settings"]["engine_settings"]["engine_type"]


@pytest.fixture
def ids(run):
    """IDs that the sandbox has, by what stands for them in an example or in a path."""
    one = {
        "avatar-id": ("avatar", "looks", "list", "--get", "data[0].id"),
        "group-id": ("avatar", "list", "--get", "data[0].id"),
        "voice-id": ("avatar", "looks", "list", "--get", "data[0].default_voice_id"),
        "look-id": ("avatar", "create", "--type", "prompt", "--name", "A", "--prompt", "A host", "--get", "data.avatar_item.id"),
        "template-id": ("template", "list", "--get", "data[0].id"),
    }
    found = {name: run(*command).stdout.strip() for name, command in one.items()}
    found["video-id"] = run(
        "video", "create", "--type", "avatar", "--avatar-id", found["avatar-id"], "--script", "Hi", "--wait", "--get", "data.id"
    ).stdout.strip()
    return found


@pytest.mark.parametrize(("operation", "variant"), [each for each in BODIES if each.values[0].method == "POST" and "{" not in each.values[0].path])
def test_the_sandbox_takes_the_least(run, ids, operation, variant):
    chooser = operation.body_schema.get("discriminator", {}).get("propertyName")
    if operation.words == ("avatar", "looks", "create"):
        ids["template-id"] = run("avatar", "look-templates", "list", "--type", variant, "--get", "data[0].id").stdout.strip()
    shown = run(*operation.words, *(("--" + chooser, variant) if variant else ()), "--example")
    assert shown.status == 0, shown
    body = re.sub(r"<([a-z-]+)>", lambda name: ids.get(name[1], name[0]), shown.stdout)
    unknown = re.search(r"<([a-z-]+)>", body)
    if unknown:
        pytest.skip(f"the sandbox has no {unknown[1]} at its start")
    result = run(*operation.words, "-d", "-", stdin=body)
    assert result.status == 0, result


def test_an_example_is_of_the_variant_that_is_named(run, server):
    assert run("video", "create", "--type", "studio", "--example").json["type"] == "studio"
    assert run("video", "create", "--example").json["type"] == "avatar"
    assert run("video", "create", "--example", "--get", "avatar_id").stdout == "<avatar-id>\n"
    assert run("video", "create", "--type", "stdio", "--example").error["param"] == "--type"
    assert run("video", "create", "--full").error["hint"] == "Try: heygen video create --full --example"


def test_a_schema_of_one_variant_is_less_than_half_of_the_whole(run, server):
    whole, one = run("video", "create", "--request-schema"), run("video", "create", "--type", "avatar", "--request-schema")
    assert len(one.stdout) < len(whole.stdout) / 2
    assert one.json["properties"]["avatar_id"] and "discriminator" not in one.stdout
    references = set(re.findall(r'"#/\$defs/([A-Za-z0-9_]+)"', one.stdout))
    assert references == set(one.json["$defs"])
    assert run("video", "create", "--type", "x", "--request-schema").error["param"] == "--type"


def test_a_schema_names_its_variants_and_parts_at_its_beginning(run, server):
    assert list(run("video", "create", "--request-schema").json)[:2] == ["$schema", "$comment"]
    said = run("video", "create", "--request-schema", "--get", "$comment").stdout
    assert said.startswith("One variant: --type avatar|image|cinematic_avatar|studio. One part: --get '$defs.NAME', of ")
    for name in said.partition(" of ")[2].rstrip(".\n").split(", "):
        part = json.loads(run("video", "create", "--request-schema", "--get", f"$defs.{name}").stdout)
        assert isinstance(part, dict)
