"""Find the group and the command words of an operation that we do not have yet."""

from __future__ import annotations

import re
from collections import Counter

from openapi.upstream import API_PREFIX

VERBS = {"post": "create", "patch": "update", "put": "update", "delete": "delete"}
INVARIABLE = ("series", "news")


def split_path(path: str) -> tuple[str, list[str]]:
    """Return a path's resource and the segments after it."""
    resource, *rest = path[len(API_PREFIX) :].strip("/").split("/")
    return resource, rest


def derived_command(method: str, path: str) -> str:
    """Return the words for an operation: those of its path that are no parameters, and a verb."""
    rest = split_path(path)[1]
    words = [kebab(segment) for segment in rest if not segment.startswith("{")]
    if method == "get":
        verb = "get" if rest and rest[-1].startswith("{") else "list"
    else:
        verb = VERBS[method]
    return " ".join([*words, verb])


def kebab(name: str) -> str:
    """Return a name in lower case with dashes between its words."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name)
    return re.sub(r"[^a-z0-9]+", "-", spaced.lower()).strip("-")


def singular(name: str) -> str:
    """Return the singular of an English plural; what does not look like one stays."""
    if name.endswith(INVARIABLE):
        return name
    if name.endswith("ies") and len(name) > 4:
        return name[:-3] + "y"
    if name.endswith(("sses", "xes", "ches", "shes")):
        return name[:-2]
    if name.endswith("s") and not name.endswith(("ss", "us", "is")):
        return name[:-1]
    return name


class CommandNames:
    """Groups and words for new operations, learnt from those of the operations that are there."""

    def __init__(self, existing: list[tuple[str, str, str, str]]) -> None:
        """Learn from (method, path, group, command) of every operation that stays."""
        self._taken = {(group, command) for _, _, group, command in existing}
        groups: dict[str, Counter[str]] = {}
        leads: dict[str, Counter[str]] = {}
        for method, path, group, command in existing:
            resource = split_path(path)[0]
            groups.setdefault(resource, Counter())[group] += 1
            derived = derived_command(method, path)
            if f" {command}".endswith(f" {derived}"):
                leads.setdefault(resource, Counter())[command[: len(command) - len(derived)].strip()] += 1
        self._group_of = {resource: found.most_common(1)[0][0] for resource, found in groups.items()}
        self._lead_of = {resource: found.most_common(1)[0][0] for resource, found in leads.items()}

    def place(self, method: str, path: str) -> tuple[str, str]:
        """Return the group and the words of a new operation, and keep others from taking them."""
        resource = split_path(path)[0]
        group = self._group_of.get(resource) or singular(kebab(resource))
        words = f"{self._lead_of.get(resource, '')} {derived_command(method, path)}".strip()
        if method == "put" and (group, words) in self._taken:
            words = words[: -len("update")] + "replace"
        command, number = words, 2
        while (group, command) in self._taken:
            command, number = f"{words}-{number}", number + 1
        self._taken.add((group, command))
        return group, command
