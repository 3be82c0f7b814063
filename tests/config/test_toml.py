"""The settings file's format, beside the standard library's own reader where there is one."""

from __future__ import annotations

import pathlib
import sys

import pytest

from heygen.config import toml

DATA = pathlib.Path(__file__).parents[1] / "data" / "toml"
VALID = sorted((DATA / "valid").glob("*.toml"))
INVALID = sorted((DATA / "invalid").glob("*.toml"))


def reference(text):
    """What the standard library reads, of the document's own table."""
    tomllib = pytest.importorskip("tomllib")
    return tomllib.loads(text)


def test_there_are_documents_to_read():
    assert len(VALID) > 10 and len(INVALID) > 10


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_valid_document_reads_as_the_standard_library_reads_it(path):
    text = path.read_text(encoding="utf-8")
    ours = toml.loads(text)
    theirs = reference(text)
    for key, value in ours.items():
        if isinstance(value, toml.Other):
            assert isinstance(theirs[key], str) == value.text.startswith(('"""', "'''"))
            assert value.text in text
        else:
            assert (type(value), value) == (type(theirs[key]), theirs[key])
    plain = {key for key, value in theirs.items() if not isinstance(value, (dict, list))}
    assert plain <= set(ours)


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_an_invalid_document_is_refused_with_its_place(path):
    text = path.read_text(encoding="utf-8")
    with pytest.raises(toml.TomlError) as caught:
        toml.loads(text)
    assert 1 <= caught.value.line <= text.count("\n") + 1
    assert f"line {caught.value.line}, column {caught.value.column}" in str(caught.value)
    if sys.version_info >= (3, 11):
        with pytest.raises(ValueError):
            reference(text)


@pytest.mark.parametrize(
    "text, line, column",
    [
        ("output = human\n", 1, 10),
        ("\n\n  output = \n", 3, 12),
        ('output = "human"\noutput = "json"\n', 2, 1),
        ("# one\r\na = 1 b\r\n", 2, 7),
        ("a = 1\rb = 2\n", 1, 6),
        ('x = "open\n', 1, 5),
    ],
)
def test_the_place_is_exact(text, line, column):
    with pytest.raises(toml.TomlError) as caught:
        toml.loads(text)
    assert (caught.value.line, caught.value.column) == (line, column)


def test_windows_lines_and_a_byte_order_mark_are_read():
    assert toml.loads('\ufeffoutput = "human"\r\nanalytics = false\r\n') == {"output": "human", "analytics": False}


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_change_leaves_everything_else_as_it_is(path):
    text = path.read_text(encoding="utf-8")
    before = toml.loads(text)
    changed = toml.with_value(text, "output", "json")
    assert toml.loads(changed) == {**before, "output": "json"}
    if sys.version_info >= (3, 11):
        # As text, because not-a-number differs from itself.
        assert repr(sorted(reference(changed).items())) == repr(sorted({**reference(text), "output": "json"}.items()))
    kept = [line for line in text.splitlines() if not line.startswith("output")]
    assert [line for line in changed.splitlines() if not line.startswith("output")] == kept
    without = toml.without(changed, "output")
    assert "output" not in toml.loads(without)
    assert [line for line in without.splitlines() if not line.startswith("output")] == kept


@pytest.mark.parametrize(
    "text, changed",
    [
        ("", "key = 5\n"),
        ("a = 1", "a = 1\nkey = 5\n"),
        ("a = 1\r\n", "a = 1\r\nkey = 5\r\n"),
        ("# on [top]\n", "# on [top]\nkey = 5\n"),
        ("\ufeff", "\ufeffkey = 5\n"),
        ("a = 1\n\n# theirs\n[b]\n", "a = 1\nkey = 5\n\n# theirs\n[b]\n"),
        ("# theirs\n[b]\n", "key = 5\n# theirs\n[b]\n"),
        ('key="old"# why\n', "key=5# why\n"),
        ("'key' = [\n1,\n]\n", "'key' = 5\n"),
        ("  key = 1", "  key = 5"),
    ],
)
def test_where_a_key_is_written(text, changed):
    assert toml.with_value(text, "key", 5) == changed


@pytest.mark.parametrize("value", ["", 'a"b\\c', "tab\tnew\nline\r", "\x00\x1f\x7f", "é日本👋", True, False, 0, 17])
def test_what_is_written_is_read_back(value):
    assert toml.loads(toml.with_value("", "key", value)) == {"key": value}


def test_a_document_nested_without_end_is_refused():
    with pytest.raises(toml.TomlError):
        toml.loads("a = " + "[" * 100_000)
    text = "a = " + "[" * 5_000 + "]" * 5_000
    if sys.version_info >= (3, 11):
        with pytest.raises(toml.TomlError, match="nested"):
            toml.loads(text)
    else:
        assert "a" in toml.loads(text)
