"""The words that the `status` of each resource can have, and which of them end a job, as the documents have them."""

from __future__ import annotations

from heygen.api import documents, operations, schema as schemas
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.api.operations import Operation


class Statuses(Record):
    """The words of one resource: those of a job under way, and those with which it ends well or badly."""

    words: tuple[str, ...]  # of the command that shows it
    under_way: tuple[str, ...]
    done: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


def statuses() -> list[Statuses]:
    """Return the statuses of every resource that has some, in the order of the groups."""
    every = (each for group in documents.groups() for each in operations.operations(group))
    shown = [each for each in every if each.method == "GET" and each.words[-1] == "get" and not each.is_deprecated]
    return [found for found in map(_of, shown) if found is not None]


def _of(operation: Operation) -> Statuses | None:
    document = operation.document
    data = schemas.resolve(operation.response_schema or {}, document).get("properties", {}).get("data", {})
    known = tuple(_values(data, document))
    plan = operation.wait
    if plan is None:
        return Statuses(words=operation.words, under_way=known) if known else None
    ends = (*plan.succeeded, *plan.failed)
    going = tuple(word for word in known if word not in ends)
    return Statuses(words=operation.words, under_way=going, done=plan.succeeded, failed=plan.failed)


def _values(schema: dict[str, Any], document: dict[str, Any]) -> list[str]:
    """Return what the field `status` of an object, or of a variant of it, can be."""
    schema = schemas.resolve(schema, document)
    found: dict[str, None] = {}
    for branch in schemas.alternatives(schema):
        found.update(dict.fromkeys(_values(branch, document)))
    status = schemas.resolve(schema.get("properties", {}).get("status", {}), document)
    for part in (status, *schemas.alternatives(status)):
        found.update(dict.fromkeys(word for word in schemas.resolve(part, document).get("enum", ()) if word is not None))
    return list(found)
