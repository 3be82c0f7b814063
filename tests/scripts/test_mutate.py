"""scripts/mutate.py: which edits it makes, and that it tells which of them no test notices."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

sys.path.insert(0, str(ROOT / "scripts"))
from mutants import mutants  # noqa: E402

MODULE = '''\
"""A module."""

TYPE_CHECKING = False
MOST = 30


def capped(value: int = 7) -> int:
    """Return no more than the most."""
    return min(value, MOST)


def never(value):
    print(value)
'''
TEST = """\
from heygen.room.module import capped


def test_capped():
    assert [capped(29), capped(30), capped(31)] == [29, 30, 30]
"""


@pytest.mark.parametrize(
    ("source", "after"),
    [
        ("f(a)", ["pass"]),
        ("x = a < 1", ["x = a <= 1", "x = a < 2", "x = a < 0"]),
        ("x = a >= b", ["x = a > b", "x = a >= b - 2"]),
        ("x = a is not None", ["x = a is None"]),
        ("x = a and b", ["x = a", "x = b"]),
        ("x = not a", ["x = (a)"]),
        ("x = wanted * (1 + chance)", ["x = (wanted)", "x = (1 + chance)", "x = wanted * (2 + chance)"]),
        ("x = min(a, 9)", ["x = max(a, 9)", "x = (a)", "x = (9)"]),
        ("x = math.ceil(a)", ["x = math.floor(a)"]),
        ("x = a if b else c", ["x = (a)", "x = (c)"]),
        ("x = True", ["x = False"]),
        ("raise ValueError(a)", ["pass"]),
        ("def f():\n    return a", ["def f():\n    return None"]),
    ],
)
def test_every_kind_of_edit(source, after):
    found = {each.apply(source.encode()).decode() for each in mutants(source.encode())}
    assert set(after) <= found


@pytest.mark.parametrize(
    "source",
    ['"""A text."""', "x = 'a' + b", "x: int", "if TYPE_CHECKING:\n    x = 1", "def f(a: int = 1) -> None:\n    pass", "x = f'{1 + 2}'"],
)
def test_what_changes_nothing_is_left_alone(source):
    assert mutants(source.encode()) == []


def test_an_edit_that_no_test_notices_is_told(tmp_path):
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "heygen" / "room").mkdir(parents=True)
    (tmp_path / "heygen" / "room" / "module.py").write_text(MODULE)
    (tmp_path / "tests" / "room").mkdir(parents=True)
    (tmp_path / "tests" / "room" / "test_module.py").write_text(TEST)
    command = [sys.executable, "scripts/mutate.py", "heygen/room/module.py", "--python", sys.executable]
    answer = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (answer.returncode, answer.stderr) == (1, "")
    assert answer.stdout.splitlines() == [
        "heygen/room/module.py:13: print(value) -> pass  (no test comes here)",
        "6 noticed, 1 survived",
    ]
    assert (tmp_path / "heygen" / "room" / "module.py").read_text() == MODULE


def test_what_is_not_there_is_told(tmp_path):
    command = [sys.executable, "scripts/mutate.py", "heygen/http/retry.py", "tests/nowhere"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert answer.returncode == 2
    assert "there is no tests/nowhere" in answer.stderr
