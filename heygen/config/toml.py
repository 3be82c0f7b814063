"""The settings file's format: reads TOML by the standard library's tomllib, and sets or removes one key of a document.

Below Python 3.11, which has no tomllib, flat files are read, and refused is whatever else TOML has.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, Union

    Value = Union[str, bool, int]

_CONTROL = r"\x00-\x08\x0a-\x1f\x7f"  # what neither a text nor a comment may have in it
_TEXT = (
    rf'"(?:[^"\\{_CONTROL}]|\\(?:[btnfr"\\]|(?:u|U0000)(?![dD][89a-fA-F])[0-9a-fA-F]{{4}}|U00(?:0[1-9a-fA-F]|10)[0-9a-fA-F]{{4}}))*"'
    rf"|'[^'{_CONTROL}]*'"
)
_END = rf"[ \t]*(?:#[^{_CONTROL}]*)?"  # of a line
_VALUE = rf"(?:{_TEXT}|true|false|[+-]?(?:0|[1-9][0-9]{{0,17}}))(?![\w.:+'\"-])"
# Matches as much of a line as can be understood.
_LINE = re.compile(rf"[ \t]*(?:([A-Za-z0-9_-]+)[ \t]*(?:=[ \t]*(?:({_VALUE}){_END})?)?)?")
_EMPTY_LINE = re.compile(_END)
_ESCAPES = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def loads(text: str) -> dict[str, Any]:
    """Return a document's values, numbers with a point as text. Raises ValueError, which says the line and column."""
    try:
        import tomllib
    except ImportError:
        return loads_flat(text)
    try:
        return tomllib.loads(text, parse_float=str)
    except RecursionError as error:
        raise ValueError("this is nested too deeply") from error


def loads_flat(text: str) -> dict[str, Value]:
    """Return the values of a document that has nothing but `key = value` lines and comments; the values are text in
    quotes, booleans and whole numbers. Raises ValueError, which says the line and column."""
    values: dict[str, Value] = {}
    for number, line in enumerate(re.split("\r?\n", text), 1):
        if _EMPTY_LINE.fullmatch(line):
            continue
        match = _LINE.match(line)
        if match[2] is None or match.end() < len(line):
            raise ValueError(
                'before Python 3.11, only lines of `key = value` can be read, with "text", true, false or a whole number '
                f"(at line {number}, column {match.end() + 1})"
            )
        if match[1] in values:
            raise ValueError(f"the key {match[1]} is set twice (at line {number}, column 1)")
        values[match[1]] = _plain(match[2])
    return values


def _plain(value: str) -> Value:
    if value.startswith('"'):
        from ast import literal_eval

        return literal_eval(value)  # the escapes that were let through are Python's as well
    if value.startswith("'"):
        return value[1:-1]
    return value == "true" if value in ("true", "false") else int(value)


def with_value(text: str, key: str, value: Value) -> str:
    """Return a document with a key set; all else stays as it is, comments included.

    Raises ValueError where that cannot be done, or the document is none.
    """
    before = loads(text)
    if key in before:
        candidates = (text[:at] + _written(value) + text[end:] for _, at, end in _assignments(text, key, before[key]))
    else:
        newline = "\r\n" if "\r\n" in text else "\n"
        candidates = (
            text[:at] + newline * (text[:at][-1:] not in ("", "\n")) + f"{key} = {_written(value)}{newline}" + text[at:]
            for at in _places(text)
        )
    changed = _first_that_reads(candidates, {**before, key: value})
    if changed is None:
        is_table = isinstance(before.get(key), dict)
        raise ValueError(f"{key} is a table there" if is_table else f"{key} cannot be changed without changing something else")
    return changed


def without(text: str, key: str) -> str:
    """Return a document without a key's line, or as it is where the key has none. Raises ValueError where it is none."""
    before = loads(text)
    if key not in before:
        return text
    candidates = (
        text[:start] + text[text.find("\n", end) + 1 or len(text) :]
        for start, _, end in _assignments(text, key, before[key])
    )
    changed = _first_that_reads(candidates, {name: value for name, value in before.items() if name != key})
    return text if changed is None else changed


def _first_that_reads(candidates: Iterator[str], wanted: dict[str, Any]) -> str | None:
    """Return the first of several documents that has these values: what looks like a key's line may be part of a
    text or of a table, and only reading the document tells."""
    return next((text for text in candidates if _reads_as(text, wanted)), None)


def _reads_as(text: str, wanted: dict[str, Any]) -> bool:
    try:
        return loads(text) == wanted
    except ValueError:
        return False


def _assignments(text: str, key: str, value: Any) -> Iterator[tuple[int, int, int]]:
    """Find where a key's line may start, and its value start and end."""
    for match in re.finditer(rf"^[ \t]*([\"']?){re.escape(key)}\1[ \t]*=[ \t]*", text, re.MULTILINE):
        for end in re.finditer(r"[ \t\r]*(?=#|\n|\Z)", text[match.end() :]):
            if _reads_as(text[match.start() : match.end() + end.start()], {key: value}):
                yield match.start(), match.end(), match.end() + end.start()
                break


def _places(text: str) -> Iterator[int]:
    """Find where a key may be added: behind the other keys, else at the end, else at the start."""
    table = re.search(r"^[ \t]*\[", text, re.MULTILINE)
    lines = re.finditer(r"^[^#=\n]+=.*\n?", text[: table.start()] if table else text, re.MULTILINE)
    yield from reversed([line.end() for line in lines])
    yield len(text)
    yield 0


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    return '"' + re.sub(rf'["\\\t{_CONTROL}]', lambda sign: _ESCAPES.get(sign[0], f"\\u{ord(sign[0]):04x}"), value) + '"'
