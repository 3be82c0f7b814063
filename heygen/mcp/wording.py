"""Puts what is written for the command line into the words of tools: its commands become calls, its flags arguments."""

from __future__ import annotations

import json
import re

from heygen.api import operations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Container

    from heygen.api.operations import Operation

_COMMAND = re.compile(r"\bheygen(?: [^\s;,]+)+")
_FLAG = re.compile(r"(?<![\w-])--([a-z][a-z0-9-]*)")
_END = ".,;:)"


def tool_name(operation: Operation) -> str:
    """Return the name of the tool of an operation: `video_create`."""
    return "_".join(operation.words).replace("-", "_")


def resource_name(words: tuple[str, ...]) -> str:
    """Return what the words of a `get` show, as `wait` and tasks name it: `video`, `model.images`."""
    return ".".join(words[:-1])


class Wording:
    """Knows which tools there are: a command that has none stays a command, for whoever has a shell."""

    def __init__(self, names: Container[str]) -> None:
        self.names = names

    def of(self, text: str) -> str:
        """Return a text in the words of tools."""
        told, end = [], 0
        for found in _COMMAND.finditer(text):
            told += [_arguments(text[end : found.start()]), self._command(found[0])]
            end = found.end()
        return "".join([*told, _arguments(text[end:])])

    def _command(self, text: str) -> str:
        """Return a command, and what may follow it in its sentence, with the call of a tool in its place."""
        words = text.split(" ")[1:]
        tidy = [word.rstrip(_END) for word in words]
        for count in range(min(len(words), 5), 1, -1):
            if tidy[: count - 1] != words[: count - 1]:
                continue  # a word that ends a sentence ends the command
            called, used = self._call(tuple(tidy[:count]), tidy[count:] if tidy[count - 1] == words[count - 1] else [])
            if called is not None:
                last = words[count + used - 1]
                rest = self.of(" ".join(words[count + used :]))
                return called + last[len(last.rstrip(_END)) :] + (f" {rest}" if rest else "")
        return text

    def _call(self, words: tuple[str, ...], rest: list[str]) -> tuple[str | None, int]:
        """Return the call that a command stands for, or None where there is none, and how many words follow in it."""
        if words[1:] in (("download",), ("upload",)):
            arguments = {"resource": words[0], "id": rest[0]} if words[1] == "download" and rest else {}
            return self._written(words[1], arguments), len(rest[:1])
        operation = operations.find_by_words(words)
        if operation is None:
            return None, 0
        parameters = [each.name for each in operation.parameters if each.location == "path"]
        given = rest[: len(parameters)]
        if len(given) < len(parameters) or not all(map(_is_id, given)):
            given = []
        name, arguments, used = tool_name(operation), dict(zip(parameters, given)), len(given)
        while used < len(rest) and rest[used].startswith("--"):
            if rest[used] == "--wait" and given:
                name, arguments = "wait", {"resource": resource_name(words), "id": given[-1]}
            used += 1
            used += used < len(rest) and rest[used].startswith("<")
        return self._written(name, arguments), used

    def _written(self, name: str, arguments: dict[str, Any]) -> str | None:
        if name not in self.names:
            return None
        return f"{name} {json.dumps(arguments, ensure_ascii=False)}" if arguments else name


def _is_id(word: str) -> bool:
    """Tell whether a word is the ID that a hint has, and not one of the sentence."""
    return not word.startswith(("-", "<")) and not (word.isalpha() and word.islower())


def _arguments(text: str) -> str:
    return _FLAG.sub(lambda found: found[1].replace("-", "_"), text)
