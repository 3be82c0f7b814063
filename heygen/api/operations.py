"""The operations of the API, read from the documents: method, path, parameters, body, waiting, columns."""

from __future__ import annotations

from heygen.api import documents
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

METHODS = ("get", "head", "post", "put", "patch", "delete")


class Parameter(Record):
    """A path or query parameter."""

    name: str
    location: str  # "path" or "query"
    schema: dict[str, Any]
    description: str = ""
    is_required: bool = False


class Wait(Record):
    """How an asynchronous operation is waited for (`x-cli-wait`)."""

    id: str  # field path of the id in the response; `*` where it is a list of ids
    poll_path: str
    status: str
    succeeded: tuple[str, ...]
    failed: tuple[str, ...]
    follow_up: tuple[str, ...]
    # The command that shows what is waited for instead while there is no id yet.
    instead: tuple[str, ...] | None = None


class Operation(Record):
    """One operation of the API. `document` is the whole document that its schemas refer to."""

    group: str
    command: tuple[str, ...]  # the words after the group
    method: str  # upper case
    path: str  # a template: /v3/videos/{video_id}
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body_schema: dict[str, Any] | None
    body_is_required: bool
    media_type: str | None  # of the request body
    response_schema: dict[str, Any] | None
    columns: dict[str, str] | None
    wait: Wait | None
    idempotency: str | None
    scope: str | None  # what an API key needs for it
    is_hidden: bool
    is_deprecated: bool
    replaced_by: tuple[str, ...] | None  # the words of the command that does it now
    examples: tuple[dict[str, str], ...]
    first: tuple[str, ...]  # the parameters and fields that help shows first
    document: dict[str, Any]

    @property
    def words(self) -> tuple[str, ...]:
        """The command words, group first."""
        return (self.group, *self.command)

    @property
    def is_destructive(self) -> bool:
        """Whether it takes something away for good and so asks first."""
        return self.method == "DELETE"

    @property
    def noun(self) -> str:
        """What it is about, in the singular, as prompts and errors name it: `video translation`."""
        fixed = [segment for segment in self.path.split("/") if segment and not segment.startswith("{")]
        noun = fixed[-1].replace("ai-", "AI ").replace("-", " ")
        return noun[:-2] if noun.endswith("ches") else noun[:-1] if noun.endswith("s") else noun

    @property
    def is_multipart(self) -> bool:
        """Whether the request body is a multipart form."""
        return self.media_type == "multipart/form-data"


def operations(group: str) -> list[Operation]:
    """Return all operations of a group, hidden ones included, in the document's order."""
    document = documents.load(group)
    return [_operation(group, method, path, raw, document) for method, path, raw in _entries(document)]


def find(group: str, command: tuple[str, ...]) -> Operation | None:
    """Return the operation behind the words that follow a group, or None."""
    document = documents.load(group)
    wanted = " ".join(command)
    for method, path, raw in _entries(document):
        if raw["x-cli-command"] == wanted:
            return _operation(group, method, path, raw, document)
    return None


def find_by_words(words: tuple[str, ...]) -> Operation | None:
    """Return the operation behind complete command words, or None."""
    return find(words[0], words[1:]) if words and words[0] in documents.groups() else None


def find_by_request(method: str, path: str) -> Operation | None:
    """Return the operation that a request asks for, or None. A fixed segment counts more than a parameter."""
    segments = path.split("/")
    for group in documents.groups():
        document = documents.load(group)
        found = [entry for entry in _entries(document) if entry[0] == method and _fits(entry[1].split("/"), segments)]
        if found:
            method, template, raw = min(found, key=lambda entry: entry[1].count("{"))
            return _operation(group, method, template, raw, document)
    return None


def _fits(template: list[str], segments: list[str]) -> bool:
    if len(template) != len(segments):
        return False
    return all(segment and part[:1] == "{" or segment == part for part, segment in zip(template, segments))


def _entries(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, raw in item.items():
            if method in METHODS:
                yield method.upper(), path, raw


def _operation(group: str, method: str, path: str, raw: dict[str, Any], document: dict[str, Any]) -> Operation:
    body = raw.get("requestBody") or {}
    media_type, media = next(iter(body.get("content", {}).items()), (None, {}))
    success = next((answer for status, answer in raw["responses"].items() if status.startswith("2")), {})
    parameters = tuple(
        Parameter(
            name=parameter["name"],
            location=parameter["in"],
            schema=parameter.get("schema", {}),
            description=parameter.get("description", ""),
            is_required=bool(parameter.get("required")),
        )
        for parameter in raw.get("parameters", ())
    )
    return Operation(
        group=group,
        command=tuple(raw["x-cli-command"].split()),
        method=method,
        path=path,
        summary=raw.get("summary", ""),
        description=raw.get("description", ""),
        # The path's own order, whatever the document's: it is the order of the positional arguments.
        parameters=tuple(sorted(parameters, key=lambda each: path.find("{" + each.name + "}") % (len(path) + 1))),
        body_schema=media.get("schema"),
        body_is_required=bool(body.get("required")),
        media_type=media_type,
        response_schema=success.get("content", {}).get("application/json", {}).get("schema"),
        columns=raw.get("x-cli-columns"),
        wait=_wait(raw["x-cli-wait"]) if "x-cli-wait" in raw else _resumed(method, path, document),
        idempotency=raw.get("x-cli-idempotency"),
        scope=raw.get("x-cli-scope"),
        is_hidden=bool(raw.get("x-cli-hidden")),
        is_deprecated=bool(raw.get("deprecated")),
        replaced_by=tuple(raw["x-cli-replaced-by"].split()) if "x-cli-replaced-by" in raw else None,
        examples=tuple(raw.get("x-cli-examples", ())),
        first=tuple(raw.get("x-cli-first", ())),
        document=document,
    )


def _wait(raw: dict[str, Any]) -> Wait:
    return Wait(
        id=raw["id"],
        poll_path=raw["poll"].split(" ", 1)[1],
        status=raw["status"],
        succeeded=tuple(raw["succeeded"]),
        failed=tuple(raw["failed"]),
        follow_up=tuple(raw["follow_up"].split()),
        instead=tuple(raw["instead"].split()) if "instead" in raw else None,
    )


def _resumed(method: str, path: str, document: dict[str, Any]) -> Wait | None:
    """Return the wait that a `get` resumes: that of an operation which polls this very path."""
    if method == "GET":
        for _, _, raw in _entries(document):
            if raw.get("x-cli-wait", {}).get("poll") == f"GET {path}":
                return _wait(raw["x-cli-wait"])
    return None
