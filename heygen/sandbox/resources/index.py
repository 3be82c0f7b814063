"""Which resource answers an operation of the API, and which is told of the end of a job.

A resource is imported when it is needed: a rehearsal needs two or three of them.
"""

from __future__ import annotations

from importlib import import_module

from heygen.sandbox import ids
from heygen.sandbox.rendering import render

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World

# The modules whose OPERATIONS hold a command group's functions, by the words after the group.
_MODULES = {
    "ai-clipping": ("ai_clipping",),
    "asset": ("asset", "uploads", "asset_parts"),
    "audio": ("audio",),
    "avatar": ("avatar", "look_templates"),
    "background-removal": ("background_removal",),
    "brand": ("brand",),
    "filler-word-removal": ("filler_word_removal",),
    "folder": ("folder",),
    "lipsync": ("lipsync",),
    "model": ("model_audio", "model_generation"),
    "template": ("template",),
    "user": ("user",),
    "video": ("video", "scenes"),
    "video-agent": ("video_agent",),
    "video-translate": ("video_translate", "proofread"),
    "voice": ("voice",),
    "webhook": ("webhook",),
}
# The module whose on_job_end() is called when the job of an entry of a kind has ended; for other kinds nothing follows.
_END_HANDLERS = {
    "asset": "asset",
    "clipping": "ai_clipping",
    "filler_word_removal": "filler_word_removal",
    "lipsync": "lipsync",
    "look": "avatar",
    "proofread": "proofread",
    "session": "conversation",
    "translation": "video_translate",
    "video": "video",
}


def run(call: Call) -> tuple[int, Any]:
    """Carry an operation out and return status and document. Raises Refusal."""
    operation = call.operation
    ids.check(call, call.body, is_batch=operation.command[-2:] == ("batches", "create"))
    words = " ".join(operation.command)
    modules = map(_module, _MODULES[operation.group])
    result = next(module.OPERATIONS[words] for module in modules if words in module.OPERATIONS)(call)
    status, document = result if isinstance(result, tuple) else (200, result)
    if operation.response_schema is not None:
        document = render(document, operation.response_schema, operation.document)
    return status, document


def job_ended(world: World, entry: Entry) -> None:
    """Do what follows from the end of an entry's job, and of the batch that it may have ended."""
    if entry["kind"] in _END_HANDLERS:
        _module(_END_HANDLERS[entry["kind"]]).on_job_end(world, entry)
    if entry.get("batch"):
        from heygen.sandbox.resources import batches

        batches.item_ended(world, entry)


def _module(name: str) -> Any:
    return import_module(f"heygen.sandbox.resources.{name}")
