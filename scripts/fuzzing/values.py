"""Values at random: texts that break things, JSON that almost fits a schema, and bytes that are nearly something."""

from __future__ import annotations

import json
import random
from typing import Any

TEXTS = (
    "", " ", "a", "-", "--", "---", "-1", "0", "null", "true", "[]", "{}", '"', "'", "\\", "/", "..", "../x", "a b", "a,b",
    "ünïcödé", "日本語", "👩‍👩‍👧", "\u202e", "\x00", "\n", "\r\n", "\t", "\x1b[31m", "\ufeff", "\udc80", "%00", "%2e%2e", "a=b", "=",
    "[0]", "a[0].b", "a[].b", "$defs.X", "data[].id", "data.", ".data", "data..id", "NaN", "1e999", "-0", "1_000", "٣", "9" * 30,
    "x" * 300, "@file", "~", "https://example.com/a.mp4", "http://[", "vid_1", "*", "?", "#", "&", ";", "|", "$(id)", "`id`",
)  # fmt: skip
DURATIONS = ("0", "1s", "90s", "1h30m", "-1s", "5", "1e9h", "١s", "20m0s", "0.5s", "", "ns")
NUMBERS = (0, 1, -1, 2, 7, 1.5, -0.0, 1e308, 10**30, 2**53, 2**63)
RETRY_AFTERS = ("0", "1", "-1", "9" * 400, "soon", "Wed, 21 Oct 2015 07:28:00 GMT", "Wed, 21 Oct 9999 07:28:00 GMT", "1.5", "")


def text(chance: random.Random) -> str:
    """Return a text, more often an odd one than not."""
    if chance.random() < 0.7:
        return chance.choice(TEXTS)
    return "".join(chance.choice(TEXTS + ("a", "B", "3")) for _ in range(chance.randrange(1, 4)))


def document(chance: random.Random, depth: int = 0) -> Any:
    """Return any JSON value."""
    kind = chance.randrange(8 if depth < 3 else 5)
    if kind == 0:
        return None
    if kind == 1:
        return chance.random() < 0.5
    if kind == 2:
        return chance.choice(NUMBERS)
    if kind in (3, 4):
        return text(chance)
    if kind == 5:
        return [document(chance, depth + 1) for _ in range(chance.randrange(4))]
    names = ("id", "data", "status", "type", "error", "message", "video_id", "next_token", "has_more", "code", "url")
    return {chance.choice(names + (text(chance),)): document(chance, depth + 1) for _ in range(chance.randrange(5))}


def fitting(schema: dict[str, Any], components: dict[str, Any], chance: random.Random, wild: float, depth: int = 0) -> Any:
    """Return a value that fits a schema of the documents, but with the chance `wild` at each place for any other."""
    while "$ref" in schema:
        schema = components["schemas"][schema["$ref"].rpartition("/")[2]]
    if chance.random() < wild or depth > 7:
        return document(chance, 2)
    for union in ("oneOf", "anyOf"):
        if union in schema:
            return fitting(chance.choice(schema[union]), components, chance, wild, depth + 1)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return chance.choice(schema["enum"])
    kinds = schema.get("type", "object")
    kind = chance.choice(kinds) if isinstance(kinds, list) else kinds
    if kind == "object":
        required = schema.get("required", ())
        return {
            name: fitting(each, components, chance, wild, depth + 1)
            for name, each in schema.get("properties", {}).items()
            if name in required or chance.random() < 0.5
        }
    if kind == "array":
        return [fitting(schema.get("items", {}), components, chance, wild, depth + 1) for _ in range(chance.randrange(1, 3))]
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 1), 1)
    if kind == "boolean":
        return chance.random() < 0.5
    return None if kind == "null" else chance.choice(("a", "https://example.com/a.mp4", "vid_1"))


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Return bytes with a few of them cut, changed, doubled or put in."""
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(len(data) + 1)
        kind = chance.randrange(4)
        if kind == 0:
            data = data[:at]
        elif kind == 1:
            data = data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]
        elif kind == 2:
            data = data[:at] + data[at // 2 :]
        else:
            data = data[:at] + text(chance).encode("utf-8", "surrogateescape") + data[at:]
    return data


def encoded(value: Any) -> bytes:
    """Return a value as JSON; half a surrogate pair becomes an escape."""
    return json.dumps(value).encode()
