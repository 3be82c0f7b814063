"""Turn our documents and an upstream description into the next documents and a report."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from openapi.changes import Comparison
from openapi.commands import CommandNames, split_path
from openapi.errors import ImportProblem
from openapi.merging import ComponentNames, SchemaMerger, in_our_order, merged_operation
from openapi.upstream import METHODS, Upstream, UpstreamOperation, path_shape


@dataclass(frozen=True)
class Placed:
    """An operation in its document: what we have of it, what upstream has, or both."""

    group: str
    command: str
    ours: dict[str, Any] | None
    our_path: str | None
    upstream: UpstreamOperation


@dataclass
class Report:
    """What an import does, in the order in which it is told."""

    new: list[str] = field(default_factory=list)
    changed: list[tuple[str, list[str]]] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return the report's lines, without an end that depends on what is done about it."""
        told = [f"new      {label}" for label in self.new]
        for label, differences in self.changed:
            told.append(f"changed  {label}")
            told += [f"           {difference}" for difference in differences]
        told += [f"gone     {label}" for label in self.gone]
        return told + [f"note     {note}" for note in self.notes]


def imported(documents: dict[str, Any], upstream: Upstream) -> tuple[dict[str, Any], Report]:
    """Return the documents with upstream's operations in them, and the report of the differences."""
    report = Report()
    ours = {
        (method, path_shape(path)): (group, path, operation)
        for group, document in documents.items()
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }
    placed = _placed(ours, upstream.operations, report)
    kept = {(entry.upstream.method, path_shape(entry.upstream.path)) for entry in placed}
    for key, (group, path, operation) in ours.items():
        if key not in kept:
            report.gone.append(_label(key[0], path, group, operation["x-cli-command"]))
    result = {}
    for group in [*documents, *dict.fromkeys(entry.group for entry in placed if entry.group not in documents)]:
        entries = [entry for entry in placed if entry.group == group]
        if not entries:
            report.notes.append(f"{group}: the group has no operation left and goes")
            continue
        document = documents.get(group)
        result[group] = _document(group, document, entries, upstream, report)
        if document is not None:
            _compare(document, result[group], entries, report)
    _follow_renamed_polls(result, placed)
    _note_dangling_waits(result, report)
    if upstream.skipped_paths:
        report.notes.append(f"paths outside /v3/ are left out: {len(upstream.skipped_paths)}")
    return result, report


def _placed(ours: dict[Any, Any], operations: list[UpstreamOperation], report: Report) -> list[Placed]:
    """Find each operation's place, those that we have first and in our order."""
    arriving: dict[tuple[str, str], UpstreamOperation] = {}
    for operation in operations:
        key = (operation.method, path_shape(operation.path))
        if key in arriving:
            twice = f"{arriving[key].path} and {operation.path}"
            raise ImportProblem(f"{operation.method.upper()} is there twice for one path: {twice}")
        arriving[key] = operation
    placed = []
    for key, (group, path, operation) in ours.items():
        if key in arriving:
            placed.append(Placed(group, operation["x-cli-command"], operation, path, arriving[key]))
    staying = [(entry.upstream.method, entry.upstream.path, entry.group, entry.command) for entry in placed]
    going = [(method, path, group, "") for (method, _), (group, path, _) in ours.items()]
    names = CommandNames(staying + going)
    for key, operation in arriving.items():
        if key in ours:
            continue
        group, command = names.place(operation.method, operation.path)
        placed.append(Placed(group, command, None, None, operation))
        report.new.append(_label(operation.method, operation.path, group, command))
        report.notes.append(f"{group} {command}: x-cli-examples to write")
        if operation.takes_idempotency_key:
            report.notes.append(f"{group} {command}: takes the header Idempotency-Key: x-cli-idempotency to set")
        if command[-1:].isdigit():
            report.notes.append(f"{group} {command}: its words were taken: a better x-cli-command to choose")
    return placed


def _document(
    group: str, ours: dict[str, Any] | None, entries: list[Placed], upstream: Upstream, report: Report
) -> dict[str, Any]:
    components = (ours or {}).get("components", {}).get("schemas", {})
    names = ComponentNames(components)
    for pairing in (True, False):
        merger = SchemaMerger(names, components, upstream.schemas, pairing)
        merged = [merged_operation(entry.ours, entry.upstream.content, merger) for entry in entries]
    paths: dict[str, Any] = {}
    by_path = {}
    for entry, operation in zip(entries, merged):
        if entry.ours is None:
            operation = _with_command(entry, operation)
        by_path.setdefault(entry.upstream.path, {})[entry.upstream.method] = operation
        paths.setdefault(entry.upstream.path, by_path[entry.upstream.path])
    if ours is None:
        ours = {
            "openapi": "3.1.0",
            "info": {
                "title": f"HeyGen API: {group}",
                "version": "v3",
                "description": _summary(group, entries, upstream),
            },
            "x-cli-group": group,
        }
        report.notes.append(f"{group}: a new group: its info.description to write")
    document = {**ours, "paths": paths}
    schemas = {name: merger.components[name] for name in in_our_order(components, merger.components)}
    if schemas or "components" in ours:
        document["components"] = {**ours.get("components", {}), "schemas": schemas}
    return document


def _with_command(entry: Placed, operation: dict[str, Any]) -> dict[str, Any]:
    """Put a new operation's own keys first; a text that upstream lacks is made of the other."""
    description = operation.pop("description", "") or operation.get("summary", "") or entry.command
    summary = operation.pop("summary", "") or description.split("\n")[0].split(". ")[0].rstrip(".")
    own = {"operationId": f"{entry.group}.{entry.command.replace(' ', '.')}", "x-cli-command": entry.command}
    return {**own, "summary": summary, "description": description, **operation}


def _summary(group: str, entries: list[Placed], upstream: Upstream) -> str:
    tags = [tag for entry in entries for tag in entry.upstream.tags if tag in upstream.tag_descriptions]
    if tags:
        return upstream.tag_descriptions[tags[0]].strip().split("\n")[0]
    return f"Work with {split_path(entries[0].upstream.path)[0].replace('-', ' ')}"


def _compare(old: dict[str, Any], new: dict[str, Any], entries: list[Placed], report: Report) -> None:
    comparison = Comparison(old, new)
    for entry in entries:
        if entry.ours is None:
            continue
        method, path = entry.upstream.method, entry.upstream.path
        differences = comparison.operations(entry.ours, new["paths"][path][method])
        if "deprecated" in differences:
            report.notes.append(
                f"{entry.group} {entry.command}: x-cli-replaced-by to set, if another command replaces it"
            )
        if not differences:
            continue
        report.changed.append((_label(method, path, entry.group, entry.command), differences))
        if any(not difference.startswith("response") for difference in differences):
            report.notes.append(f"{entry.group} {entry.command}: x-cli-examples to check")


def _follow_renamed_polls(documents: dict[str, Any], placed: list[Placed]) -> None:
    renamed = {
        f"GET {entry.our_path}": f"GET {entry.upstream.path}" for entry in placed if entry.upstream.method == "get"
    }
    for operation in _operations(documents):
        wait = operation.get("x-cli-wait")
        if wait and wait["poll"] in renamed:
            operation["x-cli-wait"] = {**wait, "poll": renamed[wait["poll"]]}


def _note_dangling_waits(documents: dict[str, Any], report: Report) -> None:
    polled = {
        f"{method.upper()} {path}"
        for doc in documents.values()
        for path, item in doc["paths"].items()
        for method in item
    }
    for group, document in documents.items():
        for operation in _operations({group: document}):
            poll = operation.get("x-cli-wait", {}).get("poll")
            if poll and poll not in polled:
                report.notes.append(f"{group} {operation['x-cli-command']}: x-cli-wait polls {poll}, which is gone")


def _operations(documents: dict[str, Any]) -> list[dict[str, Any]]:
    return [op for doc in documents.values() for item in doc["paths"].values() for op in item.values()]


def _label(method: str, path: str, group: str, command: str) -> str:
    return f"{method.upper()} {path}  ({group} {command})"
