"""Completion of arguments: IDs of avatars, voices and videos and names of languages from the API, and fixed choices."""

from __future__ import annotations

import threading

from heygen.api import operations, path as paths
from heygen.calls.request import call_of
from heygen.core.errors import HeygenError
from heygen.core.record import Record
from heygen.mcp.invocation import ToolInvocation
from heygen.mcp.messages import INVALID_PARAMS, ProtocolError, object_param, text_param
from heygen.mcp.prompts import PROMPTS
from heygen.mcp.resources import TEMPLATE, every_operation
from heygen.mcp.wording import tool_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.config.settings import Settings
    from heygen.mcp.request import Request

MOST_VALUES = 100  # as the protocol has it
_FRESH = 60.0  # seconds for which a list of the API is kept


class Source(Record):
    """A list of the API: its command, where a value stands, and by which other field it is found as well."""

    words: tuple[str, ...]
    items: str = "data"
    value: str = ""  # empty where the items are the values
    name: str = ""


AVATARS = Source(words=("avatar", "looks", "list"), value="id", name="name")
VOICES = Source(words=("model", "audio", "voices", "list"), value="voice_id", name="name")
VIDEOS = Source(words=("video", "list"), value="id", name="title")
LANGUAGES = Source(words=("video-translate", "languages", "list"), items="data.languages")

# What the arguments of prompts take: a list of the API, or a field of an operation that has a few values.
_SOURCES = {"avatar": AVATARS, "voice": VOICES, "video": VIDEOS, "languages": LANGUAGES}
_FIELDS = {"orientation": ("video-agent", "create"), "aspect_ratio": ("video", "create")}


class Completion:
    """Answers completion/complete."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._kept: dict[Source, tuple[float, list[tuple[str, str]]]] = {}
        self._lock = threading.Lock()

    def complete(self, asked: Request) -> dict[str, Any]:
        """Return the result: the values that go on from what is typed, or are called so. Raises ProtocolError."""
        ref, argument = object_param(asked.params, "ref"), object_param(asked.params, "argument")
        name, typed = text_param(argument, "name"), text_param(argument, "value")
        before = ""
        if name == "languages":
            # Several, with commas: the last of them is being typed.
            before, comma, typed = typed.rpartition(",")
            before += comma and ", "
            typed = typed.strip()
        found = [value for value, also in self._choices(ref, name, asked) if _fits(typed, value, also)]
        values = [before + value for value in found[:MOST_VALUES]]
        return {"completion": {"values": values, "total": len(found), "hasMore": len(found) > MOST_VALUES}}

    def _choices(self, ref: dict[str, Any], name: str, asked: Request) -> list[tuple[str, str]]:
        """Return the values that an argument may have, each with what else it is called."""
        if ref.get("type") == "ref/resource":
            if ref.get("uri") != TEMPLATE or name != "tool":
                raise ProtocolError(INVALID_PARAMS, "there is no such resource template, or it has no such variable")
            return [(tool_name(each), each.summary) for each in every_operation()]
        prompt = PROMPTS.get(str(ref.get("name"))) if ref.get("type") == "ref/prompt" else None
        if prompt is None or name not in {each.name for each in prompt.arguments}:
            raise ProtocolError(INVALID_PARAMS, "there is no such prompt, or it has no such argument")
        if name in _FIELDS:
            return [(value, "") for value in _values(_FIELDS[name], name)]
        return self._listed(_SOURCES[name], asked) if name in _SOURCES else []

    def _listed(self, source: Source, asked: Request) -> list[tuple[str, str]]:
        """Return what a list of the API has, as far as its first page; nothing where it cannot be had."""
        now = asked.context.monotonic()
        with self._lock:
            since, kept = self._kept.get(source, (0.0, None))  # type: ignore[assignment]
        if kept is not None and now - since < _FRESH:
            return kept
        operation = operations.find_by_words(source.words)
        limit = next((each.schema.get("maximum") for each in operation.parameters if each.name == "limit"), None)
        invocation = asked.begin(ToolInvocation(asked.context, self.settings, asked.reporter, {}))
        try:
            values = {} if limit is None else {"limit": min(limit, MOST_VALUES)}
            document = invocation.client().send(call_of(operation, values, None)).document
        except HeygenError:
            return []
        items = paths.value_at(document, source.items)
        found = []
        for item in items if isinstance(items, list) else ():
            value, also = (item.get(source.value), item.get(source.name)) if isinstance(item, dict) else (item, "")
            if isinstance(value, str):
                found.append((value, str(also or "")))
        with self._lock:
            self._kept[source] = (now, found)
        return found


def _fits(typed: str, value: str, also: str) -> bool:
    return value.lower().startswith(typed.lower()) or typed.lower() in also.lower()


def _values(words: tuple[str, ...], name: str) -> list[str]:
    """Return the values that a field of an operation's body may have."""
    from heygen.api.fields import body_fields

    operation = operations.find_by_words(words)
    found: list[str] = []
    for field in body_fields(operation.body_schema, operation.document):
        for shape in field.shapes.values() if field.name == name else ():
            found += [value for value in shape.enum if value not in found]
    return found
