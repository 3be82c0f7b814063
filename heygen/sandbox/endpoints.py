"""Which endpoints a fault can strike: one that strikes none is a mistake, and is refused when it is given."""

from __future__ import annotations

import re

from heygen.api import documents, operations
from heygen.core.suggest import closest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

    from heygen.api.operations import Operation
    from heygen.sandbox.faults import Rule

# Beside the operations: links to files, direct uploads, and the pages for people.
_OTHERS = (
    ("GET", "/files/{kind}/{name}"),
    ("GET", "/files/{kind}/{id}/{name}"),
    ("HEAD", "/files/{kind}/{name}"),
    ("HEAD", "/files/{kind}/{id}/{name}"),
    ("PUT", "/uploads/{asset_id}"),
    ("GET", "/"),
    ("GET", "/videos/{video_id}"),
    ("GET", "/consent/{group_id}"),
    ("POST", "/consent/{group_id}"),
)
_SIGNED = _OTHERS[1:2] + _OTHERS[3:5]


def check(rule: Rule) -> None:
    """Raise ValueError for a rule that no endpoint can meet, with the path that was probably meant."""
    every = [*((each.method, each.path) for each in _operations()), *_OTHERS]
    on_path = [(method, path) for method, path in every if meet(rule.path, path)]
    if not on_path:
        raise ValueError(f'the path "{rule.path}" matches no endpoint{_meant(rule.path, [path for _, path in every])}')
    found = _with_method(rule, on_path)
    if not found:
        methods = ", ".join(sorted({method for method, _ in on_path}))
        raise ValueError(f'no endpoint at "{rule.path}" takes {rule.method}; use one of {methods}')
    if rule.action == "expire" and not _with_method(rule, [each for each in _SIGNED if meet(rule.path, each[1])]):
        raise ValueError(f'expire is for signed links, such as "GET /files/**" or "PUT /uploads/*", not for "{rule.path}"')
    if rule.action == "status" and not set(found) & set(_of_jobs()):
        raise ValueError(f'status={rule.word} is for what starts or shows a job, and "{rule.method} {rule.path}" does neither')


def _with_method(rule: Rule, found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return [each for each in found if rule.method in ("*", each[0])]


def _operations() -> Iterator[Operation]:
    for group in documents.groups():
        yield from operations.operations(group)


def _of_jobs() -> Iterator[tuple[str, str]]:
    """Yield the requests that start jobs, and those that look at them, alone or together."""
    for each in _operations():
        if each.wait is not None:
            yield each.method, each.path
            yield "GET", each.wait.poll_path
        elif each.command[-2:] in (("statuses", "list"), ("batches", "get")) or each.words in _STARTING:
            yield each.method, each.path


# What starts jobs or looks at them without being waited for.
_STARTING = (
    ("avatar", "create"),
    ("avatar", "looks", "create"),
    ("asset", "complete", "batches", "create"),
    ("video", "scenes", "get"),
    ("video-agent", "send"),
    ("video-agent", "get"),
)


def _meant(path: str, templates: list[str]) -> str:
    """Return what to write instead of a path, as the end of a sentence."""
    subtree = re.sub(r"\*+", "**", path)
    if subtree != path and any(meet(subtree, template) for template in templates):
        return f'; * stands for one segment or a part of it: did you mean "{subtree}"?'
    below = path.rstrip("/") + "/**"
    if any(meet(below, template) for template in templates):
        return f'; did you mean "{below}"?'
    near = closest(path, {re.sub(r"\{\w+\}", "*", template) for template in templates})
    return f'; did you mean "{near}"?' if near else ""


def meet(pattern: str, template: str) -> bool:
    """Tell whether some path fits both a rule's pattern (`*`, `**`) and a template (`{id}` for one segment)."""
    left = re.findall(r"\*\*|.", pattern, re.DOTALL)
    right = [sign for part in re.findall(r"\{\w+\}|.", template) for sign in (("?", "*") if part[0] == "{" else (part,))]
    # Pairs of places in both that some beginning of a path leads to.
    seen, waiting = set(), [(0, 0)]
    while waiting:
        here = waiting.pop()
        if here in seen:
            continue
        seen.add(here)
        i, j = here
        one, other = left[i : i + 1], right[j : j + 1]
        if not one and not other:
            return True
        if one and one[0] in ("*", "**"):
            waiting.append((i + 1, j))
            if other and (one[0] == "**" or other[0] != "/"):
                waiting.append((i, j + 1))
        if other == ["*"]:
            waiting.append((i, j + 1))
            if one and one[0] not in ("*", "**", "/"):
                waiting.append((i + 1, j))
        elif one and other and (one == other or (other == ["?"] and one[0] not in ("*", "**", "/"))):
            waiting.append((i + 1, j + 1))
    return False
