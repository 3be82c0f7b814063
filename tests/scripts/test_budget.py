"""What each kind of call may import: the part of its start-up time that does not vary with the machine.

A module that turns up here unasked costs every call. Import it where it is needed; or, if it is one of ours and
belongs to the call, add it to the blocks in scripts/packs.py, so that it travels as bytecode, and raise the limit.
"""

from __future__ import annotations

import json
import os

import pytest
import zipapps
from zipapps import ROOT, THIS_PYTHON, start, write

pytestmark = pytest.mark.skipif(THIS_PYTHON.implementation != "cpython", reason="about CPython's bytecode and modules")

# By what they cost: two thirds of a start or more, each.
SLOW = {"argparse", "dataclasses", "email", "enum", "http.client", "inspect", "json", "re", "shutil", "socket", "ssl",
        "subprocess", "tempfile", "tomllib", "typing", "urllib.request"}  # fmt: skip

PROBE = f"""
import atexit, os, sys
atexit.register(int)  # so that the loader leaves the end of the interpreter to itself
before = set(sys.modules)
sys.argv = sys.argv[1:]
try:
    exec(open({os.fspath(ROOT / "scripts" / "archive" / "boot.py")!r}).read())
except SystemExit as end:
    status = end.code
archive, loaded = sys.meta_path[0], set(sys.modules) - before
ours = [name for name in loaded if name.split(".")[0] == "heygen"]
blocks = {{name: archive._modules[name][0] if name in archive._modules else None for name in ours}}
import json
sys.stderr.write(json.dumps([status, blocks, sorted(loaded - set(ours))]))
"""


@pytest.fixture(scope="module")
def pyz(tmp_path_factory):
    return write(tmp_path_factory.mktemp("budget") / "heygen.pyz", zipapps.data())


def loaded(pyz, *words, env=None):
    """Run a call and return which of our modules it loaded, each with its block of bytecode, and which others."""
    answer = start(THIS_PYTHON.path, "-I", "-S", "-c", PROBE, pyz, *words, env={"HEYGEN_API_KEY": "test-key", **(env or {})})
    status, ours, others = json.loads(answer.stderr.splitlines()[-1])
    assert status == 0, answer
    return ours, others


FIRST, READ, CALL, TOPICS, PEOPLE = range(-1, 4)  # the blocks of scripts/packs.py


def check(ours, others, blocks, ours_at_most, others_at_most):
    """Our modules come as bytecode from these blocks, and there are no more modules than planned."""
    unplanned = [name for name, block in ours.items() if block not in blocks]
    assert not unplanned, f"{unplanned} loaded: see the head of this file"
    assert len(ours) <= ours_at_most, sorted(ours)
    assert len(others) <= others_at_most, others


def test_a_bare_version_imports_nothing(pyz):
    ours, others = loaded(pyz, "--version")

    check(ours, others, {FIRST}, ours_at_most=2, others_at_most=4)


@pytest.mark.parametrize(
    ("words", "blocks"),
    [
        (["video", "create", "--help"], {FIRST, READ}),
        (["help", "video", "create"], {FIRST, READ, TOPICS}),
        (["--help"], {FIRST, READ, TOPICS}),
        ([], {FIRST, READ, TOPICS}),
    ],
)
def test_help_touches_neither_network_nor_parsers(pyz, words, blocks):
    ours, others = loaded(pyz, *words)

    assert not SLOW & set(others)
    check(ours, others, blocks, ours_at_most=28, others_at_most=7)


def test_the_help_of_a_group_touches_no_network(pyz):
    ours, others = loaded(pyz, "video", "--help")

    assert not SLOW & set(others)
    assert not [name for name in ours if name.startswith(("heygen.http", "heygen.auth.credentials"))]


@pytest.mark.parametrize(
    "words",
    [
        ["video", "create", "--request-schema"],
        ["video", "list", "--response-schema"],
        ["video", "list", "--dry-run"],
        ["video", "create", "-d", '{"type":"avatar"}', "--set", "script=Hi", "--dry-run", "--no-validate"],
    ],
)
def test_what_sends_nothing_touches_no_network(pyz, words):
    ours, others = loaded(pyz, *words)

    assert not {"http.client", "socket", "ssl", "urllib.request", "email", "subprocess"} & set(others)
    check(ours, others, {FIRST, READ, CALL}, ours_at_most=40, others_at_most=54)


@pytest.mark.parametrize(
    "words", [["video", "list", "--limit", "5"], ["video", "create", "-d", '{"type":"avatar","avatar_id":"a","script":"s","voice_id":"v"}']]
)
def test_a_call_imports_what_it_sends_with(pyz, server, words):
    server.answer({"data": []})
    ours, others = loaded(pyz, *words, env={"HEYGEN_API_BASE": server.url})

    assert not {"dataclasses", "typing", "inspect", "subprocess", "logging", "asyncio"} & set(others)
    check(ours, others, {FIRST, READ, CALL}, ours_at_most=45, others_at_most=115)


@pytest.mark.parametrize("words", [["video", "list", "--human"], ["video", "create", "-d", '{"type":"avatar","avatar_id":"a","script":"s","voice_id":"v"}', "--wait"]])
def test_what_people_see_and_wait_for_comes_as_bytecode(pyz, server, words):
    server.answer({"data": {"video_id": "v1", "status": "pending"} if "create" in words else []})
    if "create" in words:
        server.answer({"data": {"id": "v1", "status": "completed"}})
    ours, others = loaded(pyz, *words, env={"HEYGEN_API_BASE": server.url})

    check(ours, others, {FIRST, READ, CALL, PEOPLE}, ours_at_most=52, others_at_most=120)
