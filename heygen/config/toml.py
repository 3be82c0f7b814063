"""The settings file's format: reads the `key = value` lines of a TOML document, and changes one without touching the rest.

From Python 3.11 on, the standard library's reader has the last word on a document that holds more than plain
values; below it, tables, arrays and dates are passed over.
"""

from __future__ import annotations

from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Union

    Value = Union[str, bool, int]

_BLANK = " \t"
_BARE = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}
_CLOSING = {"[": "]", "{": "}"}


class TomlError(ValueError):
    """A document that is not TOML; `line` and `column` count from 1."""

    def __init__(self, message: str, line: int, column: int) -> None:
        super().__init__(f"{message} (line {line}, column {column})")
        self.line = line
        self.column = column


class _Statement(Record):
    """A `key = value` of the document's own table, and where its parts stand in the text."""

    key: tuple[str, ...]
    value: Any
    start: int
    value_start: int
    value_end: int
    end: int  # behind its line's end


class Other(Record):
    """A value that was passed over, as it is written: an array, a table, a date, a text of several lines."""

    text: str


def loads(text: str) -> dict[str, Any]:
    """Return the values of a document's own table, by key: text, numbers, booleans and Other. Raises TomlError."""
    reader = _Reader(text)
    statements = reader.statements()
    if not reader.is_plain:
        _check(text)
    return {each.key[0]: each.value for each in statements if len(each.key) == 1}


def with_value(text: str, key: str, value: Value) -> str:
    """Return the document with a key set; all else stays as it is, comments included. Raises TomlError."""
    reader = _Reader(text)
    statements = reader.statements()
    written = _written(value)
    for each in statements:
        if each.key == (key,):
            return text[: each.value_start] + written + text[each.value_end :]
    newline = "\r\n" if "\r\n" in text else "\n"
    # Behind the other keys; without any, behind the comments, or before what comes with the first table.
    at = statements[-1].end if statements else _start(text) if reader.has_tables else len(text)
    before, after = text[:at], text[at:]
    if before and not before.endswith(("\n", "\ufeff")):
        before += newline
    return f"{before}{key} = {written}{newline}{after}"


def without(text: str, key: str) -> str:
    """Return the document without a key's line. Raises TomlError."""
    for each in _Reader(text).statements():
        if each.key == (key,):
            return text[: each.start] + text[each.end :]
    return text


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    signs = {**{sign: "\\" + name for name, sign in _ESCAPES.items()}, "\x7f": "\\u007f"}
    return '"' + "".join(signs.get(sign, sign if sign >= " " else f"\\u{ord(sign):04x}") for sign in value) + '"'


def _start(text: str) -> int:
    return 1 if text.startswith("\ufeff") else 0


def _check(text: str) -> None:
    try:
        import tomllib
    except ImportError:
        return
    try:
        tomllib.loads(text[_start(text) :])
    except RecursionError as error:
        raise TomlError("this is nested too deeply", 1, 1) from error
    except tomllib.TOMLDecodeError as error:
        import re

        place = re.search(r"^(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", str(error), re.DOTALL)
        if place is None:
            raise TomlError(str(error), 1, 1) from error
        lines = text.split("\n")
        line = int(place[2] or len(lines))
        raise TomlError(place[1], line, int(place[3] or len(lines[-1]) + 1)) from error


class _Reader:
    """Reads one document from its start to its first table, and passes over the tables."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = _start(text)
        self.is_plain = True  # nothing but keys and plain values so far
        self.has_tables = False

    def statements(self) -> list[_Statement]:
        found: list[_Statement] = []
        keys: set[tuple[str, ...]] = set()
        tables: set[tuple[str, ...]] = set()  # that dotted keys are in
        while True:
            start = self.at
            self._skip(_BLANK)
            sign = self._sign()
            if sign == "[":
                self._tables({each.key[0] for each in found if len(each.key) == 1})
                return found
            if sign not in "#\r\n":
                statement = self._statement(start)
                above = {statement.key[:depth] for depth in range(1, len(statement.key))}
                if statement.key in keys or statement.key in tables or above & keys:
                    raise self._error(f'the key "{".".join(statement.key)}" stands here twice', start)
                keys.add(statement.key)
                tables |= above
                found.append(statement)
            elif not sign:
                return found
            else:
                self._line_end()

    def _statement(self, start: int) -> _Statement:
        key = [self._key()]
        while self._sign() == ".":
            self.is_plain = False
            self.at += 1
            self._skip(_BLANK)
            key.append(self._key())
        if self._sign() != "=":
            raise self._error('a key is followed by "=" and its value')
        self.at += 1
        self._skip(_BLANK)
        value_start = self.at
        value = self._value()
        value_end = self.at
        self._line_end()
        return _Statement(
            key=tuple(key), value=value, start=start, value_start=value_start, value_end=value_end, end=self.at
        )

    def _tables(self, taken: set[str]) -> None:
        """Pass over everything from the first table on; none may have the name of a key."""
        self.is_plain = False
        self.has_tables = True
        while self._sign():
            self._skip(_BLANK)
            if self._sign() == "[":
                self._header(taken)
            elif self._sign() not in "#\r\n":
                self._statement(self.at)
                continue
            self._line_end()

    def _header(self, taken: set[str]) -> None:
        start = self.at
        brackets = 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        self._skip(_BLANK)
        key = self._key()
        if key in taken:
            raise self._error(f'"{key}" is a key already', start)
        while self._sign() == ".":
            self.at += 1
            self._skip(_BLANK)
            self._key()
        if not self.text.startswith("]" * brackets, self.at):
            raise self._error(f'a table\'s name ends with "{"]" * brackets}"')
        self.at += brackets

    def _key(self) -> str:
        sign = self._sign()
        if sign and sign in "\"'":
            key = self._string(sign)
        else:
            start = self.at
            self._skip(_BARE)
            key = self.text[start : self.at]
            if not key:
                raise self._error("a key was expected here")
        self._skip(_BLANK)
        return key

    def _value(self) -> Any:
        sign = self._sign()
        start = self.at
        if sign and sign in "\"'":
            if not self.text.startswith(sign * 3, start):
                return self._string(sign)
            return self._other(self._long_string, start)
        if sign and sign in "[{":
            return self._other(self._nested, start)
        self._skip(_BARE + "+.:")
        return self._scalar(self.text[start : self.at], start)

    def _scalar(self, word: str, start: int) -> Any:
        if word in ("true", "false"):
            return word == "true"
        digits = word[1:] if word[:1] in ("+", "-") else word
        if digits.isascii() and digits.isdigit() and len(digits) < 19:
            if digits[0] == "0" and digits != "0":
                raise self._error("a number has no zeros in front", start)
            return int(word)
        if word[:1].isdigit() or word[:1] in ("+", "-") or word in ("inf", "nan"):
            return self._other(self._rest_of_time, start)  # other numbers, dates and times
        raise self._error('a value was expected here: "text" in quotes, true, false or a number', start)

    def _other(self, passing: Callable[[], None], start: int) -> Other:
        self.is_plain = False
        passing()
        return Other(text=self.text[start : self.at])

    def _rest_of_time(self) -> None:
        if self.text[self.at : self.at + 2].strip(_BLANK).isdigit():
            self._skip(_BLANK)  # a date and a time may have a blank between them
            self._skip(_BARE + "+.:")

    def _string(self, quote: str) -> str:
        start = self.at
        self.at += 1
        parts = []
        while True:
            sign = self._sign()
            if not sign or sign in "\r\n":
                raise self._error("this text has no closing quote on its line", start)
            self.at += 1
            if sign == quote:
                return "".join(parts)
            if sign < " " and sign != "\t" or sign == "\x7f":
                raise self._error("a control character cannot stand in a text", self.at - 1)
            parts.append(self._escaped() if sign == "\\" and quote == '"' else sign)

    def _escaped(self) -> str:
        sign = self._sign()
        self.at += 1
        if sign in _ESCAPES:
            return _ESCAPES[sign]
        size = {"u": 4, "U": 8}.get(sign, 0)
        digits = self.text[self.at : self.at + size]
        try:
            if not size or len(digits) != size or not digits.isalnum() or 0xD800 <= int(digits, 16) < 0xE000:
                raise ValueError
            self.at += size
            return chr(int(digits, 16))
        except (ValueError, OverflowError):
            raise self._error(f'"\\{sign}" is no escape', self.at - 2) from None

    def _long_string(self) -> None:
        start, quote = self.at, self._sign()
        self.at += 3
        while self.at < len(self.text):
            if self._sign() == "\\" and quote == '"':
                self.at += 2
            elif self.text.startswith(quote * 3, self.at):
                self.at += 3
                # Up to two more quotes belong to the text itself.
                for _ in range(2):
                    self.at += self._sign() == quote
                return
            else:
                self.at += 1
        raise self._error("this text is never closed", start)

    def _nested(self) -> None:
        """Pass over an array or an inline table, whatever is in it."""
        start = self.at
        expected: list[str] = []
        while True:
            sign = self._sign()
            if not sign:
                raise self._error(f'this "{self.text[start]}" is never closed', start)
            if sign == "#":
                self._comment()
            elif sign in "\"'":
                self._value()
            else:
                self.at += 1
                if sign in _CLOSING:
                    expected.append(_CLOSING[sign])
                elif sign == expected[-1]:
                    expected.pop()
                if not expected:
                    return

    def _line_end(self) -> None:
        self._skip(_BLANK)
        if self._sign() == "#":
            self._comment()
        if self.text.startswith("\r\n", self.at):
            self.at += 1
        if self._sign() == "\n":
            self.at += 1
        elif self._sign():
            raise self._error("a line ends after its value; only a comment may follow")

    def _comment(self) -> None:
        end = self.text.find("\n", self.at)
        end = len(self.text) if end < 0 else end
        for index in range(self.at, end):
            sign = self.text[index]
            if sign < " " and sign != "\t" and not (sign == "\r" and index == end - 1) or sign == "\x7f":
                raise self._error("a control character cannot stand in a comment", index)
        self.at = end - (end > self.at and self.text[end - 1] == "\r")

    def _skip(self, signs: str) -> None:
        text, at = self.text, self.at
        while at < len(text) and text[at] in signs:
            at += 1
        self.at = at

    def _sign(self) -> str:
        """Return the sign that comes next; empty at the end."""
        return self.text[self.at : self.at + 1]

    def _error(self, message: str, at: int | None = None) -> TomlError:
        at = self.at if at is None else at
        line_start = self.text.rfind("\n", 0, at) + 1
        return TomlError(message, self.text.count("\n", 0, at) + 1, at - line_start + 1)
