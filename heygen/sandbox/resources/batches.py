"""Batches: many jobs of one kind, sent in together, and the states of many jobs at once."""

from __future__ import annotations

from heygen.sandbox import ids, jobs
from heygen.sandbox.paging import page
from heygen.sandbox.problems import Refusal, invalid, missing
from heygen.sandbox.resources import events

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Sequence

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World

MOST_ITEMS = 100
STATUSES = ("queued", "processing", "completed", "failed")
# The words of single jobs, as batches and status lists have them.
_WORDS = {"pending": "queued", "running": "processing", "complete": "completed"}


def create(
    call: Call, kind: str, requests: Sequence[dict[str, Any]], start: Callable[[Call, dict[str, Any]], Entry]
) -> tuple[int, dict[str, Any]]:
    """Start a job for each request and answer 202; one that cannot be started fails alone."""
    batch = call.create(
        "batch", of=kind, title=call.body.get("title"), callback_url=call.body.get("callback_url"), finished=False
    )
    batch["items"] = []
    refusals = []
    for index, request in enumerate(requests):
        try:
            ids.check(call, request)
            entry = start(call, request)
        except Refusal as refusal:
            refusals.append(refusal)
            batch["items"].append({"id": None, "error": {"code": refusal.code, "message": refusal.message}})
        else:
            entry["batch"] = batch["id"]
            batch["items"].append({"id": entry["id"], "error": None})
    if len(refusals) == len(requests) and all(refusal.status == 402 for refusal in refusals):
        call.world.store.remove("batch", batch["id"])
        raise refusals[0]
    _finish_if_over(call.world, batch)
    return 202, {"data": _document(batch, _items(call, batch, is_new=True), is_new=True)}


def get(call: Call, kind: str) -> dict[str, Any]:
    """Show a batch and one page of its items."""
    batch = call.entry("batch", call.path["batch_id"], "Batch")
    if batch["of"] != kind:
        raise missing("batch", batch["id"])
    items = _items(call, batch)
    found, more, token = page(items, call.query, call.url_path, lambda item: item["item_index"])
    return {"data": {**_document(batch, items), "items": found, "has_more": more, "next_token": token}}


def _document(batch: Entry, items: list[dict[str, Any]], is_new: bool = False) -> dict[str, Any]:
    counts = {status: sum(item["status"] == status for item in items) for status in STATUSES}
    status = "processing"
    if not counts["queued"] and not counts["processing"]:
        status = "completed" if counts["completed"] else "failed"
    return {
        "batch_id": batch["id"],
        "title": batch["title"],
        "status": "processing" if is_new else status,
        "total_items": len(items),
        "counts_by_status": counts,
        "created_at": int(batch["created"]),
    }


def _items(call: Call, batch: Entry, is_new: bool = False) -> list[dict[str, Any]]:
    documents = []
    for index, item in enumerate(batch["items"]):
        entry = call.world.store.get(batch["of"], item["id"]) if item["id"] else None
        if entry is None and item["id"]:
            state = {"status": "failed", "error": {"code": "deleted", "message": "The item has been deleted"}}
        elif entry is None:
            state = {"status": "failed", "error": item["error"]}
        else:
            state = job_state(entry if is_new else call.apply_fault(entry), call.now, is_new)
        # An item has its id once its job has been started.
        id = item["id"] if state["status"] != "queued" or batch["of"] == "asset" else None
        documents.append({"item_index": index, "video_id": id, **state})
    return documents


def job_state(entry: Entry, now: float, is_new: bool = False) -> dict[str, Any]:
    """Return status and error of a single job, in the words of batches."""
    if "job" not in entry:  # a file, uploaded on its own or not at all
        return {"status": "completed" if entry["state"] == "stored" else "queued", "error": None}
    view = jobs.view(entry, now, ("queued", "processing", "completed"), is_new)
    status = _WORDS.get(view.status, view.status)
    return {
        "status": status if status in STATUSES else "processing",
        "error": entry.get("error", jobs.FAILURE) if view.has_failed else None,
    }


def statuses(call: Call, kind: str, ids_param: str) -> dict[str, Any]:
    """Show the states of many jobs, by their own ids and by the batches that they are in."""
    ids = _ids(call, ids_param)
    batch_ids = _ids(call, "batch_ids")
    if not ids and not batch_ids:
        raise invalid(f"Give {ids_param}, batch_ids, or both", ids_param)
    states = []
    for id in ids:
        entry = call.world.store.get(kind, id)
        state = job_state(call.apply_fault(entry), call.now) if entry is not None else {"status": "not_found"}
        states.append({"video_id": id, **state})
    for id in batch_ids:
        batch = call.world.store.get("batch", id)
        if batch is None or batch["of"] != kind:
            states.append({"batch_id": id, "status": "not_found"})
        else:
            states.extend({"batch_id": id, **item} for item in _items(call, batch))
    return {"data": states, "has_more": False, "next_token": None}


def _ids(call: Call, param: str) -> list[str]:
    found = [part.strip() for part in call.query.get(param, "").split(",") if part.strip()]
    if len(found) > MOST_ITEMS:
        raise invalid(f"{param} may have at most {MOST_ITEMS} IDs, not {len(found)}", param)
    return found


def item_ended(world: World, entry: Entry) -> None:
    """Tell of the end of a batch when its last item has ended."""
    batch = world.store.get("batch", entry["batch"])
    if batch is not None:
        _finish_if_over(world, batch)


def _finish_if_over(world: World, batch: Entry) -> None:
    if batch["finished"]:
        return
    entries = [world.store.get(batch["of"], item["id"]) for item in batch["items"] if item["id"]]
    if any(entry is not None and not entry.get("job", {}).get("settled") for entry in entries):
        return
    batch["finished"] = True
    failed = sum(entry is None or entry["job"]["end"] == jobs.FAILED for entry in entries)
    failed += sum(item["id"] is None for item in batch["items"])
    data = {
        "batch_id": batch["id"],
        "title": batch["title"],
        "total_items": len(batch["items"]),
        "completed": len(batch["items"]) - failed,
        "failed": failed,
    }
    events.emit(world, "batch.finished", data, batch["id"], batch["callback_url"])
