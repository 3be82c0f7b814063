"""Runs the test suite in a virtual environment of its own: python3 scripts/test.py [--all] [pytest arguments]

The environment is `.venv-<version>` in the checkout, made when it is missing or damaged. Paths among the
arguments are relative to the checkout. Without arguments the suite runs in three parts at once. With `--all` it does
so on every Python from 3.9 up that this machine has, one after the other.
"""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pythons

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
NO_TESTS = 5  # exit status of pytest
# The folders of tests/ that take about a third of the time each; the last third is all that is not named here.
THIRDS = (("faults", "http", "scripts"), ("sandbox", "update"))


def environment(python: pythons.Python) -> str:
    """Return the interpreter of the Python's virtual environment, which has pytest; makes it where needed."""
    folder = os.path.join(ROOT, f".venv-{python.minor}")
    inside = os.path.join(folder, "Scripts" if os.name == "nt" else "bin", "python")
    healthy = f"import sys, pytest; sys.exit(sys.version_info[:2] != {python.version[:2]})"
    if _runs([inside, "-I", "-c", healthy]):
        return inside
    if _runs([python.path, "-I", "-c", "import ensurepip, venv"]):
        _must([python.path, "-I", "-m", "venv", "--clear", folder])
        pip = [inside, "-I", "-m", "pip"]
    else:
        # Some distributions keep ensurepip in a package of its own; their pip can install from outside.
        _must([python.path, "-I", "-m", "venv", "--clear", "--without-pip", folder])
        pip = [python.path, "-m", "pip", "--python", inside]
    _must([*pip, "install", "--quiet", "--disable-pip-version-check", "pytest"])
    return inside


def _runs(command: list[str]) -> bool:
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True).returncode == 0
    except OSError:
        return False


def _must(command: list[str]) -> None:
    answer = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if answer.returncode:
        raise SystemExit(f"{' '.join(command)}\n{answer.stdout.decode(errors='replace')}exit status {answer.returncode}")


def _command(python: pythons.Python, arguments: list[str]) -> list[str]:
    return [environment(python), "-m", "pytest", f"--rootdir={ROOT}", *arguments]


def parts() -> list[list[str]]:
    """Return the paths of all tests, in three parts."""
    tests = sorted(os.path.join("tests", name) for name in os.listdir(os.path.join(ROOT, "tests")))
    found = [path for path in tests if os.path.isdir(os.path.join(ROOT, path)) or os.path.basename(path).startswith("test_")]
    named = [[path for path in found if os.path.basename(path) in third] for third in THIRDS]
    return [*named, [path for path in found if not any(path in part for part in named)]]


def run_whole(python: pythons.Python, arguments: list[str]) -> int:
    """Run the suite in parts at once, print each one's output whole and in turn, and return the worst status."""

    def run(paths: list[str]) -> tuple[int, str]:
        command = _command(python, ["-q", "-p", "no:cacheprovider", *arguments, *paths])
        answer = subprocess.run(
            command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        return answer.returncode, answer.stdout.decode(errors="replace")

    environment(python)  # made once, before each of them would make it
    names_paths = any(os.path.exists(os.path.join(ROOT, each.partition("::")[0])) for each in arguments)
    statuses = set()
    with ThreadPoolExecutor(3) as pool:
        for status, output in pool.map(run, [[]] if names_paths else parts()):
            print(output, end="", flush=True)
            statuses.add(status)
    # A selection may leave a part without a test.
    return max(statuses - {NO_TESTS}, default=NO_TESTS)


def run_all(found: list[pythons.Python], arguments: list[str]) -> int:
    """Run the suite on each Python in turn, and return the worst status."""
    worst = 0
    for python in found:
        print(f"== Python {'.'.join(map(str, python.version))} ({python.path})", flush=True)
        status = run_whole(python, arguments)
        worst = worst or status
    return worst


def main(arguments: list[str]) -> int:
    """Run the tests and return pytest's exit status."""
    if "--all" in arguments:
        return run_all(pythons.find(), [argument for argument in arguments if argument != "--all"])
    python = pythons.probe(sys.executable)
    if python is None:
        raise SystemExit(f"heygen needs Python 3.9 or newer, and {sys.executable} is {sys.version.split()[0]}")
    if not arguments:
        return run_whole(python, [])
    return subprocess.run(_command(python, arguments), cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
