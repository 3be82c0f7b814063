"""scripts/fuzz.py: a fixed share of it in each run of the suite, and each case that it ever found."""

import json
import pathlib
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CASES = sorted((pathlib.Path(__file__).parent / "cases").glob("*.json"))

sys.path.insert(0, str(ROOT / "scripts"))
import fuzz  # noqa: E402
from fuzzing import cases, checks  # noqa: E402


@pytest.mark.parametrize("part", range(8))
def test_no_case_of_this_seed_breaks_the_program(part):
    for number in range(60):
        tried = cases.case(f"suite-{part}-{number}")
        assert fuzz.attempt(tried) is None, json.dumps(tried)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_was_found_once_stays_mended(path):
    assert fuzz.attempt(json.loads(path.read_text(encoding="utf-8"))) is None


def test_a_seed_gives_the_same_case_each_time():
    assert cases.case("a") == cases.case("a") != cases.case("b")


@pytest.mark.parametrize(
    ("status", "stdout", "stderr", "problem"),
    [
        (7, b"", b"", "exit code 7"),
        (1, b"", b"", "without an error"),
        (0, b"{}", b'{"error":{}}\n', "exit code 0 with an error"),
        (1, b"", b"Traceback (most recent call last):", "a defect"),
        (1, b"", b'{"error":{"code":"cli_internal_error"}}', "a defect"),
        (0, cases.KEY.encode(), b"", "the key is shown"),
        (1, b"", b"plain words\n", "not JSON"),
        (1, b"", b'{"debug":1}\n', "on stderr"),
    ],
)
def test_what_may_not_be_is_noticed(status, stdout, stderr, problem):
    with pytest.raises(checks.Broken, match=problem):
        checks.check({"argv": ["video", "list"], "files": {}}, status, stdout, stderr)
