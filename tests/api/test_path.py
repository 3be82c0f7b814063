"""Field paths: reading, writing, selecting and assigning."""

import pytest

from heygen.api import path


@pytest.mark.parametrize(
    "text, steps",
    [
        ("a", ["a"]),
        ("data.video_url", ["data", "video_url"]),
        (".data", ["data"]),
        ("data[0].id", ["data", 0, "id"]),
        ("data[-1]", ["data", -1]),
        ("data[].id", ["data", None, "id"]),
        ("data.[0]", ["data", 0]),
        ('variables["my.key"].x', ["variables", "my.key", "x"]),
        ("größe[0][1]", ["größe", 0, 1]),
    ],
)
def test_parse(text, steps):
    assert path.parse(text) == steps
    assert path.parse(path.render(steps)) == steps


@pytest.mark.parametrize(
    "text, column", [("", 1), ("a..b", 3), ("a.", 3), ("a[", 3), ("a[x]", 3), ("a[0]b", 5), ('a["b', 5), (".", 2)]
)
def test_a_path_that_cannot_be_read_says_where(text, column):
    with pytest.raises(path.PathSyntaxError) as caught:
        path.parse(text)
    assert caught.value.column == column


@pytest.mark.parametrize(
    "text, document",
    [
        ("a.b.c", {"a": {"b": {"c": 1}}}),
        ("a[0].b", {"a": [{"b": 1}]}),
        ("a[]", {"a": [1]}),
        ("a[0][0]", {"a": [[1]]}),
    ],
)
def test_assign_makes_what_is_missing(text, document):
    body = {}
    path.assign(body, path.parse(text), 1)
    assert body == document


def test_assign_keeps_what_is_there():
    body = {"a": [{"b": 1}, {"b": 2}], "c": {"d": 3}}
    path.assign(body, path.parse("a[-1].b"), 5)
    path.assign(body, path.parse("a[].b"), 6)
    path.assign(body, path.parse("c.e"), None)
    assert body == {"a": [{"b": 1}, {"b": 5}, {"b": 6}], "c": {"d": 3, "e": None}}


@pytest.mark.parametrize("text", ["a.x", "a[2]", "a[-3]", "b[0]", "c.d"])
def test_select_names_the_part_that_leads_nowhere(text):
    with pytest.raises(LookupError) as caught:
        path.select({"a": [1, 2], "b": {}, "c": None}, path.parse(text))
    assert caught.value.args == (text,)
