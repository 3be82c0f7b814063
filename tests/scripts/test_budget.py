"""What each kind of call imports of the standard library: the part of its start that does not vary with the machine.

A module that turns up here unasked costs every call: import it where it is needed.
"""

from __future__ import annotations

import pytest
import zipapps
from servers import CREATED
from zipapps import START, THIS_PYTHON, start, write

pytestmark = pytest.mark.skipif(THIS_PYTHON.implementation != "cpython", reason="about CPython's modules")

NETWORK = {"asyncio", "email", "http.client", "socket", "ssl", "subprocess", "urllib.request"}
SLOW = {"dataclasses", "inspect", "logging", "shutil", "tempfile", "tomllib", "typing"}
BODY = '{"type":"avatar","avatar_id":"a","script":"s","voice_id":"v"}'


@pytest.fixture(scope="module")
def pyz(tmp_path_factory):
    return write(tmp_path_factory.mktemp("budget") / "heygen.pyz", zipapps.data())


def imported(pyz, *words, **env):
    """Run a call and return the modules that it imported, ours included."""
    answer = start(THIS_PYTHON.path, "-X", "importtime", "-ISc", START, pyz, *words, env={"HEYGEN_API_KEY": "test-key", **env})
    assert answer.returncode == 0, answer
    return {line.rpartition("|")[2].strip() for line in answer.stderr.splitlines() if line.startswith("import time:")}


def test_a_bare_version_imports_nothing(pyz):
    found = imported(pyz, "--version")

    assert not found & {*NETWORK, *SLOW, "argparse", "importlib", "json", "os", "re"}
    assert {name for name in found if name.startswith("heygen")} == {"heygen", "heygen.__main__"}


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--help"],
        ["video", "--help"],
        ["video", "create", "--help"],
        ["help", "video", "create"],
        ["help", "environment"],
        ["config", "--help"],
    ],
)
def test_help_touches_no_network(pyz, words):
    found = imported(pyz, *words)

    assert not found & {*NETWORK, *SLOW}
    assert not [name for name in found if name.startswith(("heygen.http", "heygen.auth.credentials", "heygen.sandbox"))]


@pytest.mark.parametrize(
    "words",
    [
        ["video", "create", "--request-schema"],
        ["video", "list", "--response-schema"],
        ["video", "list", "--dry-run"],
        ["video", "create", "-d", BODY, "--dry-run"],
        ["video", "create", "-d", '{"type":"avatar"}', "--set", "script=Hi", "--dry-run", "--no-validate"],
        ["config", "list"],
    ],
)
def test_what_sends_nothing_touches_no_network(pyz, words):
    assert not imported(pyz, *words) & {*NETWORK, *SLOW}


@pytest.mark.parametrize("words", [["video", "list", "--limit", "5"], ["video", "list", "--human"], ["video", "create", "-d", BODY]])
def test_a_call_imports_what_it_sends_with(pyz, server, words):
    server.answer(CREATED if "create" in words else {"data": []})
    found = imported(pyz, *words, HEYGEN_API_BASE=server.url)

    assert "heygen.http.client" in found
    assert not found & {"asyncio", "dataclasses", "inspect", "logging", "subprocess", "tomllib", "typing"}
    assert not [name for name in found if name.startswith(("heygen.sandbox", "heygen.update", "heygen.cli.help"))]
