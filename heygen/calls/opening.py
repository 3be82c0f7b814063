"""Shows the page or the file of a resource in the user's browser, or says where it is."""

from __future__ import annotations

import os

from heygen.api import path as paths

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.calls.invocation import Invocation

# What is worth a look of a resource, the best first.
_FIELDS = ("video_page_url", "video_url", "audio_url")


def page(document: Any) -> str | None:
    """Return the link of a resource's page, or of its file where it has none; None where there is nothing to see yet."""
    found = (paths.value_at(document, f"data.{field}") for field in _FIELDS)
    return next((each for each in found if isinstance(each, str) and each), None)


def file_url(path: str) -> str:
    """Return the URL of a local file."""
    from pathlib import Path

    return Path(os.path.abspath(path)).as_uri()


def show(invocation: Invocation, url: str) -> bool:
    """Show a page in the browser; False where there is none. Raises HeygenError `cli_link_invalid` for no link of the web."""
    from heygen.files import link as links

    return invocation.context.open_browser(links.url(url, "cli_link_invalid", invocation.context))


def show_finished(invocation: Invocation, documents: list[Any], files: list[str]) -> None:
    """Show the files that were saved, or the pages of what is finished (`--open`); where there is no browser, name them."""
    from heygen.core.errors import HeygenError

    for url in [file_url(path) for path in files] or [each for each in map(page, documents) if each]:
        try:
            is_open = invocation.context.open_browser(url) if files else show(invocation, url)
        except HeygenError as error:
            invocation.output.warning(error.code, error.message)
            continue
        if not is_open:
            invocation.output.warning("cli_no_browser", f"there is no browser to show {url}", url=url)
