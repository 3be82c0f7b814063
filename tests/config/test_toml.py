"""The settings file's format: what is read, with tomllib and without, and what a change leaves as it is."""

from __future__ import annotations

import pathlib
import re
import sys

import pytest

from heygen.config import toml

DATA = pathlib.Path(__file__).parents[1] / "data" / "toml"
VALID = sorted((DATA / "valid").glob("*.toml"))
INVALID = sorted((DATA / "invalid").glob("*.toml"))
FLAT = {"comments", "empty", "escapes", "official", "unicode"}  # what is read where there is no tomllib
HAS_TOMLLIB = sys.version_info >= (3, 11)
PLACE = re.compile(r"\(at line (\d+), column (\d+)\)$")

with_tomllib = pytest.mark.skipif(not HAS_TOMLLIB, reason="this Python has no tomllib")


def documents(paths):
    return pytest.mark.parametrize("text", [path.read_text(encoding="utf-8") for path in paths], ids=[path.stem for path in paths])


def readable(paths):
    """The documents that this Python reads."""
    return documents([path for path in paths if HAS_TOMLLIB or path.stem in FLAT])


def test_there_are_documents_to_read():
    assert len(VALID) > 10 and len(INVALID) > 10
    assert FLAT < {path.stem for path in VALID}


@with_tomllib
@documents(VALID)
def test_a_valid_document_reads_as_the_standard_library_reads_it(text):
    import tomllib

    assert toml.loads(text) == tomllib.loads(text, parse_float=str)


@with_tomllib
@documents([path for path in VALID if path.stem in FLAT])
def test_a_flat_document_reads_the_same_without_tomllib(text):
    import tomllib

    ours, theirs = toml.loads_flat(text), tomllib.loads(text)
    assert [(key, type(value), value) for key, value in ours.items()] == [
        (key, type(value), value) for key, value in theirs.items()
    ]


@documents([path for path in VALID if path.stem not in FLAT])
def test_what_is_not_flat_is_refused_with_its_place_and_never_read_wrong(text):
    with pytest.raises(ValueError, match=r"before Python 3\.11, only lines of") as caught:
        toml.loads_flat(text)
    line, column = map(int, PLACE.search(str(caught.value)).groups())
    assert text.split("\n")[line - 1][column - 1 :]


@documents(INVALID)
def test_an_invalid_document_is_refused(text):
    with pytest.raises(ValueError, match=r"\(at .*\)$"):
        toml.loads(text)
    with pytest.raises(ValueError, match=PLACE):
        toml.loads_flat(text)


@pytest.mark.parametrize(
    "text, line, column",
    [
        ("output = human\n", 1, 10),
        ("\n\n  output = \n", 3, 12),
        ("output = # nothing\n", 1, 10),
        ("output\n", 1, 7),
        ('output = "human"\noutput = "json"\n', 2, 1),
        ("# one\r\na = 1 b\r\n", 2, 7),
        ("a = 1\rb = 2\n", 1, 6),
        ('x = "open\n', 1, 5),
        ("x = 1.5", 1, 5),
        ("x = 0x1f", 1, 5),
        ("x = 1_000", 1, 5),
        ("x = 2024-03-24", 1, 5),
        ("x = truely", 1, 5),
        ('x = ""' + '"long"' + '""', 1, 5),
        (f"x = {'9' * 19}", 1, 5),
        ("a = 1\n[table]\n", 2, 1),
        ("a.b = 1", 1, 2),
        ('"a" = 1', 1, 1),
    ],
)
def test_the_flat_reader_tells_the_place(text, line, column):
    with pytest.raises(ValueError) as caught:
        toml.loads_flat(text)
    assert PLACE.search(str(caught.value)).groups() == (str(line), str(column))


def test_windows_lines_are_read():
    text = 'output = "human"\r\n# two\r\nanalytics = false\r\n'
    assert toml.loads(text) == toml.loads_flat(text) == {"output": "human", "analytics": False}


@readable(VALID)
def test_a_change_leaves_everything_else_as_it_is(text):
    before = toml.loads(text)
    changed = toml.with_value(text, "output", "json")
    assert toml.loads(changed) == {**before, "output": "json"}
    kept = [line for line in text.splitlines() if not line.startswith("output")]
    assert [line for line in changed.splitlines() if not line.startswith("output")] == kept
    without = toml.without(changed, "output")
    assert toml.loads(without) == {key: value for key, value in before.items() if key != "output"}
    assert [line for line in without.splitlines() if not line.startswith("output")] == kept


@pytest.mark.parametrize(
    "text, changed",
    [
        ("", "key = 5\n"),
        ("a = 1", "a = 1\nkey = 5\n"),
        ("a = 1\r\n", "a = 1\r\nkey = 5\r\n"),
        ("# on [top]\n", "# on [top]\nkey = 5\n"),
        ("a = 1\n\n# end\n", "a = 1\nkey = 5\n\n# end\n"),
        ('key="old"# why\n', "key=5# why\n"),
        ('key = "a # b" \t# why # really\n', "key = 5 \t# why # really\n"),
        ("key = 'a' \r\nb = 2\r\n", "key = 5 \r\nb = 2\r\n"),
        ("  key = 1", "  key = 5"),
        ("other_key = 1\nkey = 1\nkey_2 = 1\n", "other_key = 1\nkey = 5\nkey_2 = 1\n"),
        ("# key = 1\nkey = 1\n", "# key = 1\nkey = 5\n"),
    ],
)
def test_where_a_key_is_written(text, changed):
    assert toml.with_value(text, "key", 5) == changed


@with_tomllib
@pytest.mark.parametrize(
    "text, changed",
    [
        ("a = 1\n\n# theirs\n[b]\n", "a = 1\nkey = 5\n\n# theirs\n[b]\n"),
        ("# theirs\n[b]\nc = 1\n", "key = 5\n# theirs\n[b]\nc = 1\n"),
        ("a = [\n1,\n]\n", "a = [\n1,\n]\nkey = 5\n"),
        ("'key' = [\n1, # one\n]\n", "'key' = 5\n"),
        ('"key" = {x = "}#"} # why\n', '"key" = 5 # why\n'),
        ('a = """\nkey = 1\n"""\nkey = 1\n', 'a = """\nkey = 1\n"""\nkey = 5\n'),
        ('a = """\nb = 1\n"""\n[c]\n', 'key = 5\na = """\nb = 1\n"""\n[c]\n'),
        ("key = nan\n[b]\nkey = 1\n", "key = 5\n[b]\nkey = 1\n"),
        ('key = """\n# "" """ # why\n', "key = 5 # why\n"),
    ],
)
def test_where_a_key_is_written_among_more_than_flat_lines(text, changed):
    assert toml.with_value(text, "key", 5) == changed


@with_tomllib
@pytest.mark.parametrize("text", ["[key]\nx = 1\n", "key.x = 1\n", "[key.x]\n"])
def test_a_table_is_never_overwritten(text):
    with pytest.raises(ValueError, match="^key is a table there$"):
        toml.with_value(text, "key", 5)
    assert toml.without(text, "key") == text


@pytest.mark.parametrize("value", ["", 'a"b\\c', "tab\tnew\nline\r", "\x00\x1f\x7f", "é日本👋", True, False, 0, 17])
def test_what_is_written_is_read_back(value):
    text = toml.with_value("", "key", value)
    assert toml.loads(text) == toml.loads_flat(text) == {"key": value}


@with_tomllib
@pytest.mark.parametrize("text", ["a = " + "[" * 100_000, "a = " + "[" * 5_000 + "]" * 5_000])
def test_a_document_nested_without_end_is_refused(text):
    with pytest.raises(ValueError, match="nested"):
        toml.loads(text)
