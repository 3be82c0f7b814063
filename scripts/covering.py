"""A pytest plugin for `mutate.py`: notes which functions of one module each test calls, or runs chosen tests alone.

COVERING_MODULE is the module's path, COVERING_NOTES the file that the notes go to, as JSON: the tests by function.
COVERING_ONLY is a file that lists tests, one a line; all others are left out.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Iterator
from types import FrameType
from typing import Any

import pytest

MODULE = os.environ.get("COVERING_MODULE", "")
NOTES = os.environ.get("COVERING_NOTES", "")
ONLY = os.environ.get("COVERING_ONLY", "")

_tests: dict[str, list[str]] = {}


def pytest_collection_modifyitems(config: Any, items: list[Any]) -> None:
    """Leave out the tests that are not chosen."""
    if not ONLY:
        return
    with open(ONLY, encoding="utf-8") as file:
        chosen = set(file.read().splitlines())
    config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in chosen])
    items[:] = [item for item in items if item.nodeid in chosen]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: Any) -> Iterator[None]:
    """Note what one test calls, on whatever thread."""
    if not NOTES:
        yield
        return
    called: set[str] = set()

    def note(frame: FrameType, event: str, argument: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename == MODULE:
            # What is written in a function counts for it (a lambda, a comprehension): by its first line.
            called.add(f"{code.co_name}:{code.co_firstlineno}")

    threading.setprofile(note)
    sys.setprofile(note)
    yield
    sys.setprofile(None)
    threading.setprofile(None)  # type: ignore[arg-type]
    for function in called:
        _tests.setdefault(function, []).append(item.nodeid)


def pytest_sessionfinish() -> None:
    """Write the notes."""
    if NOTES:
        with open(NOTES, "w", encoding="utf-8") as file:
            json.dump(_tests, file)
