"""Marshalled code objects taken apart, and put together so that several share their constants.

`marshal` lets a value be written once and referred to by its number afterwards. Here the strings of many
modules, and their tuples of names and constants, are written first, once for all versions of Python, as a tuple;
each version's code objects then refer to them. What `marshal.loads` is given is both parts in a row. The form is decided here alone: what
`marshal.dumps` writes varies with the reference counts of the process.

The format is described in CPython's Python/marshal.c.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

#: A value: its type's letter and its content. A string is ("string", its UTF-8 bytes).
Node = tuple

_FLAG_REF = 0x80
_CONTAINERS = "([<>"
_WORTH_SHARING = 6  # bytes of a key: a reference takes 5
_OTHERS_WITH_ITEMS = ":{c"  # a slice, a dictionary, a code object


def read(data: bytes, version: tuple[int, ...]) -> Node:
    """Return the value that marshalled data holds, as written by this version of Python. Raises ValueError."""
    reader = _Reader(data, version)
    node = reader.value()
    if reader.position != len(data):
        raise ValueError(f"{len(data) - reader.position} bytes follow the marshalled value")
    return node


class _Reader:
    def __init__(self, data: bytes, version: tuple[int, ...]) -> None:
        self.data = data
        self.position = 0
        self._version = version
        self._references: list[Node | None] = []

    def _take(self, size: int) -> bytes:
        self.position += size
        return self.data[self.position - size : self.position]

    def _number(self) -> int:
        return struct.unpack("<i", self._take(4))[0]

    def value(self) -> Node:
        """Read the next value."""
        byte = self._take(1)[0]
        if not byte & _FLAG_REF:
            return self._of_type(chr(byte))
        place = len(self._references)
        self._references.append(None)
        node = self._references[place] = self._of_type(chr(byte & ~_FLAG_REF))
        return node

    def _of_type(self, letter: str) -> Node:
        if letter in "NFTS.0":
            return (letter,)
        if letter == "i":
            return (letter, self._take(4))
        if letter == "l":
            size = self._take(4)
            return (letter, size + self._take(2 * abs(struct.unpack("<i", size)[0])))
        if letter in "gy":
            return (letter, self._take(8 if letter == "g" else 16))
        if letter == "s":
            return (letter, self._take(self._number()))
        if letter in "utaA":
            return ("string", self._take(self._number()))
        if letter in "zZ":
            return ("string", self._take(self._take(1)[0]))
        if letter == ")":
            return ("(", [self.value() for _ in range(self._take(1)[0])])
        if letter in _CONTAINERS:
            return (letter, [self.value() for _ in range(self._number())])
        if letter == ":":
            return (letter, [self.value() for _ in range(3)])
        if letter == "{":
            return (letter, list(self._dictionary()))
        if letter == "c":
            return (letter, self._code())
        if letter == "r":
            node = self._references[self._number()]
            if node is not None:
                return node
        raise ValueError(f"unknown marshal type {letter!r} at {self.position - 1}")

    def _dictionary(self) -> Iterator[Node]:
        while True:
            node = self.value()
            yield node
            if node == ("0",):
                return

    def _code(self) -> list[bytes | Node]:
        """Read a code object: its numbers as bytes, and its values, in the order in which they are written."""
        has_numbers_of_locals = self._version < (3, 11)
        numbers = self._take(4 * (6 if has_numbers_of_locals else 5))
        values = [self.value() for _ in range(8)]
        first_line = self._take(4)
        tables = [self.value() for _ in range(1 if has_numbers_of_locals else 2)]
        return [numbers, *values, first_line, *tables]


def key(node: Node) -> bytes | None:
    """Return what two values that may be shared have alike; None for one that may not: it holds code."""
    letter, *content = node
    if letter in _CONTAINERS:
        parts = [key(item) for item in content[0]]
        if None in parts:
            return None
        return letter.encode() + struct.pack("<i", len(parts)) + b"".join(parts)
    if letter in _OTHERS_WITH_ITEMS:
        return None
    text = b"".join(content)
    return letter.encode() + struct.pack("<i", len(text)) + text


class Shared:
    """The values that several values have in common, and the place of each: all strings, and whatever else that
    is longer than a reference to it occurs more than once."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        strings: dict[bytes, Node] = {}
        others: dict[bytes, Node] = {}
        counts: Counter[bytes] = Counter()

        def find(node: Node) -> None:
            mark = key(node)
            if node[0] == "string":
                strings.setdefault(mark, node)
            elif mark is not None and len(mark) > _WORTH_SHARING:
                others.setdefault(mark, node)
                counts[mark] += 1
            if (node[0] in _CONTAINERS or node[0] in _OTHERS_WITH_ITEMS) and counts[mark] < 2:
                for item in node[1]:
                    if isinstance(item, tuple):
                        find(item)

        for node in nodes:
            find(node)
        common = {mark: node for mark, node in others.items() if counts[mark] > 1}
        self.places: dict[bytes, int] = {}
        self.data = b"(" + struct.pack("<i", len(strings) + len(common))
        for mark, node in strings.items():
            self.data += _string(node[1])
            self.places[mark] = len(self.places)
        # A tuple that is part of another one may stand after it: it is written out there.
        for mark, node in common.items():
            output = bytearray()
            _write(node, self.places, output)
            output[0] |= _FLAG_REF
            self.data += output
            self.places[mark] = len(self.places)


def _string(text: bytes) -> bytes:
    # What may be a name is interned, as the compiler does it; an interned type's letter is a capital.
    is_name = text.isascii() and text.replace(b"_", b"a").isalnum()
    if text.isascii() and len(text) < 256:
        return bytes([ord("Z" if is_name else "z") | _FLAG_REF, len(text)]) + text
    letter = ("A" if is_name else "a") if text.isascii() else "u"
    return bytes([ord(letter) | _FLAG_REF]) + struct.pack("<i", len(text)) + text


def write(node: Node, shared: Shared) -> bytes:
    """Write a value; what is shared is referred to by its place in the tuple that stands before it."""
    output = bytearray()
    _write(node, shared.places, output)
    return bytes(output)


def _write(node: Node, places: Mapping[bytes, int], output: bytearray) -> None:
    letter = node[0]
    place = places.get(key(node))
    if place is not None:
        output += b"r" + struct.pack("<i", place)
    elif letter == "s":
        output += b"s" + struct.pack("<i", len(node[1])) + node[1]
    elif letter in _CONTAINERS or letter in _OTHERS_WITH_ITEMS:
        if letter == "(" and len(node[1]) < 256:
            output += b")" + bytes([len(node[1])])
        elif letter in _CONTAINERS:
            output += letter.encode() + struct.pack("<i", len(node[1]))
        else:
            output += letter.encode()
        for item in node[1]:
            if isinstance(item, tuple):
                _write(item, places, output)
            else:
                output += item
    else:
        output += letter.encode() + b"".join(node[1:])


def dictionary(items: Mapping[bytes, Node]) -> Node:
    """Return a dictionary with strings as keys, as a value to write."""
    return ("{", [part for name, node in items.items() for part in (("string", name), node)] + [("0",)])
