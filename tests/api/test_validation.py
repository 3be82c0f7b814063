"""The validator: a table of instances, good and bad, against small schemas."""

import pytest

from heygen.api.validation import validate

DOCUMENT = {
    "components": {
        "schemas": {
            "Url": {"type": "object", "required": ["type", "url"], "properties": {"type": {"const": "url"}, "url": {"type": "string"}}},
            "Id": {"type": "object", "required": ["type", "id"], "properties": {"type": {"const": "id"}, "id": {"type": "string"}}},
        }
    }
}  # fmt: skip
UNION = {
    "oneOf": [{"$ref": "#/components/schemas/Url"}, {"$ref": "#/components/schemas/Id"}, {"type": "null"}],
    "discriminator": {
        "propertyName": "type",
        "mapping": {"url": "#/components/schemas/Url", "id": "#/components/schemas/Id"},
    },
}


@pytest.mark.parametrize(
    "instance, schema",
    [
        (1, {"type": "integer"}),
        (1.0, {"type": "integer"}),
        (1, {"type": "number"}),
        (None, {"type": ["string", "null"]}),
        ("a", {"enum": ["a", None]}),
        (0.5, {"minimum": 0, "maximum": 1}),
        (5, {"exclusiveMinimum": 4}),
        ("abc", {"minLength": 3, "maxLength": 3, "pattern": "^a"}),
        ("x", {"pattern": r"\p{L}"}),  # a dialect that is the API's to judge
        ([1, 2], {"type": "array", "items": {"type": "integer"}, "maxItems": 2}),
        ({"x": 1}, {"type": "object", "properties": {"other": {}}}),
        ({"x": 1}, {"type": "object", "additionalProperties": {"type": "integer"}}),
        (None, UNION),
        ({"type": "url", "url": "u"}, UNION),
        (None, {"anyOf": [{"$ref": "#/components/schemas/Url"}, {"type": "null"}]}),
        ("a", {"allOf": [{"type": "string"}, {"enum": ["a"]}]}),
    ],
)
def test_what_fits(instance, schema):
    assert validate(instance, schema, DOCUMENT) == []


@pytest.mark.parametrize(
    "instance, schema, texts",
    [
        (True, {"type": "integer"}, ["the body must be an integer, not a boolean"]),
        (1.5, {"type": "integer"}, ["the body must be an integer, not a number"]),
        ("1", {"type": ["integer", "null"]}, ["the body must be an integer or null, not a string"]),
        (True, {"enum": [1]}, ["the body must be one of: 1; not true"]),
        (2, {"minimum": 0, "maximum": 1}, ["the body must be from 0 to 1, not 2"]),
        (4, {"exclusiveMinimum": 4}, ["the body must be more than 4, not 4"]),
        ("", {"minLength": 1}, ["the body must not be empty"]),
        ("abcd", {"maxLength": 3}, ["the body must have at most 3 characters, not 4"]),
        ("b", {"pattern": "^a"}, ["the body must match ^a"]),
        ([1, "x", None], {"type": "array", "items": {"type": "integer"}}, ["[1] must be an integer, not a string", "[2] must be an integer, not null"]),
        ([1, 2], {"maxItems": 1}, ["the body must have at most 1 item, not 2"]),
        ({}, {"required": ["a", "b"]}, ["a is required", "b is required"]),
        ({"x": "y"}, {"additionalProperties": {"type": "integer"}}, ["x must be an integer, not a string"]),
        ({"x": 1}, {"properties": {}, "additionalProperties": False}, ["x is not a known field"]),
        ({"titel": 1}, {"properties": {"title": {}}, "required": ["title"]}, ["titel is not a known field; did you mean title?"]),
        ({}, UNION, ["type is required: one of url, id"]),
        ({"type": "irl"}, UNION, ['type must be one of: url, id; not "irl"; did you mean url?']),
        ({"type": "url"}, UNION, ["url is required"]),
        (5, UNION, ["the body must be an object, not an integer"]),
        ({"type": "url"}, {"anyOf": [{"$ref": "#/components/schemas/Url"}, {"type": "null"}]}, ["url is required"]),
        ("x", {"anyOf": [{"type": "integer"}, {"type": "null"}]}, ["the body must be an integer or null, not a string"]),
        ("b", {"allOf": [{"type": "string"}, {"enum": ["a"]}]}, ['the body must be one of: a; not "b"']),
    ],
)  # fmt: skip
def test_what_does_not_fit(instance, schema, texts):
    assert [problem.text() for problem in validate(instance, schema, DOCUMENT)] == texts


def test_paths_lead_into_nested_values():
    schema = {"properties": {"a": {"items": {"properties": {"b": UNION}}}}}
    [problem] = validate({"a": [{}, {"b": {"type": "url", "url": 1}}]}, schema, DOCUMENT)
    assert (problem.path, problem.message) == ("a[1].b.url", "must be a string, not an integer")


def test_a_near_miss_is_suggested():
    [problem] = validate({"titel": "x"}, {"properties": {"title": {}}}, DOCUMENT)
    assert problem.suggestion == "title"
