"""Results and errors as people read them."""

from __future__ import annotations

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.context import Context
    from heygen.errors import HeygenError


def render(document: Any, columns: dict[str, str] | None, context: Context) -> str:
    """Return a result as text with a newline at its end."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def render_error(error: HeygenError, context: Context) -> str:
    """Return an error as text with a newline at its end."""
    lines = [f"Error: {error.message}"]
    if error.hint:
        lines.append(f"Hint: {error.hint}")
    if error.request_id:
        lines.append(f"Request ID: {error.request_id}")
    return "".join(line + "\n" for line in lines)
