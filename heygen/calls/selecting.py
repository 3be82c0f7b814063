"""Checks what `--get` asks for against what an operation answers, before anything is sent."""

from __future__ import annotations

from heygen.api import answer as answers, operations, path as paths, schema as schemas
from heygen.core.errors import HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.api.operations import Operation, Wait
    from heygen.output.selection import Selection


def check(selection: Selection, operation: Operation, is_waiting: bool) -> None:
    """Refuse a --get that no answer of this operation can satisfy. Raises a usage error."""
    own = (operation.response_schema or {}, operation.document)
    plan = operation.wait
    if plan is None:
        selection.check([own], ())
        return
    finished = [
        (each.response_schema or {}, each.document)
        for each in map(operations.find_by_words, (plan.follow_up, plan.instead))
        if each is not None
    ]
    ids = _names_of_id(plan, operation)
    if is_waiting:
        several = {"properties": {"data": {"type": "array", "items": _data_of(finished[0])}, "saved": {}}, "type": "object"}
        selection.check([*finished, own, (several, finished[0][1])], ids)
        return
    only_finished = plan.follow_up != operation.words
    is_there_later = only_finished and all(
        any(answers.can_have(shape, steps) for shape in finished) for steps in selection.columns
    )
    selection.check([own], ids, "that is there when it is done: add --wait" if is_there_later else None)


def _names_of_id(plan: Wait, operation: Operation) -> list[list[Any]]:
    """Return where answers about what is waited for have its ID: the one that creates it, and those that show it."""
    created = [None if step == "*" else step for step in paths.parse(plan.id)]
    shown = operations.find_by_words(plan.follow_up)
    parameter = [each.name for each in shown.parameters if each.location == "path"][-1] if shown else "id"
    fields = answers.fields_at((shown.response_schema or {}, shown.document), ["data"]) if shown else ["id"]
    name = "id" if "id" in fields else parameter
    return [created, ["data", name], *([["data", None, name]] if None in created else ())]


def _data_of(shape: answers.Shape) -> dict[str, Any]:
    """Return the schema of what stands under `data`."""
    return schemas.resolve(shape[0], shape[1]).get("properties", {}).get("data", {})


def is_possible(selection: Selection, operation: Operation, is_waiting: bool) -> bool:
    """Tell whether an operation can answer with what --get asks for."""
    try:
        check(selection.copy(), operation, is_waiting)
    except HeygenError:
        return False
    return True
