"""The results of tool calls: a document as text and as structured content, and an error that the model can read."""

from __future__ import annotations

from heygen.api import path as paths
from heygen.api.validation import validate
from heygen.output.printer import compact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.core.errors import HeygenError
    from heygen.mcp.wording import Wording


def success(document: Any, schema: dict[str, Any], notes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the result with a document; `notes` are the warnings and notices that go with it."""
    document = document if isinstance(document, dict) else {} if document is None else {"data": document}
    texts = [compact(document), *map(compact, notes)]
    return {"content": [_text(each) for each in texts], "structuredContent": fitting(document, schema)}


def failure(error: HeygenError, schema: dict[str, Any], wording: Wording) -> dict[str, Any]:
    """Return the result with an error's envelope, and the last known state, if it has one, beside it."""
    state = error.result if isinstance(error.result, dict) else {}
    document = {**state, **envelope(error, wording)}
    return {"content": [_text(compact(document))], "structuredContent": fitting(document, schema), "isError": True}


def envelope(error: HeygenError, wording: Wording) -> dict[str, Any]:
    """Return an error's envelope in the words of tools."""
    told = error.envelope()["error"]
    for name in ("message", "hint", "resume"):
        # What the API says is its own.
        if isinstance(told.get(name), str) and not (name == "message" and error.status is not None):
            told[name] = wording.of(told[name])
    if "param" in told:
        told["param"] = told["param"].replace("-", "_")
    return {"error": told}


def _text(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


def fitting(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Return a document without what does not fit its schema: a client would drop the whole of an answer for it.

    The text of the result has it all.
    """
    problems = validate(document, schema, {})
    if not problems:
        return document
    from copy import deepcopy

    fits = deepcopy(document)
    for problem in reversed(problems):
        *above, last = paths.parse(problem.path)
        try:
            holder = paths.select(fits, above)[0]
            del holder[last]
        except (LookupError, TypeError):
            pass  # a part of it that does not fit was left out with the whole
    return fits
