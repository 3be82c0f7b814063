"""Prints what comes of every kind of call under every fault, from a run: python3 scripts/fault_matrix.py [--thorough]

The table that is expected, and what its words mean, stand in tests/faults. Without --thorough some cells are left out,
as they are where the suite runs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile

import pythons
from test import ROOT, environment

_TEST = os.path.join("tests", "faults", "test_matrix.py")


def run(arguments: list[str]) -> tuple[int, list[list[str]]]:
    """Run the cells, and return pytest's status and the cells that were run: call, fault, command, outcome, problems."""
    python = pythons.probe(sys.executable)
    if python is None:
        raise SystemExit(f"heygen needs Python 3.9 or newer, and {sys.executable} is {sys.version.split()[0]}")
    with tempfile.TemporaryDirectory() as folder:
        found = os.path.join(folder, "cells")
        command = [environment(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--rootdir={ROOT}", _TEST, *arguments]
        status = subprocess.run(command, cwd=ROOT, env={**os.environ, "HEYGEN_FAULT_MATRIX": found}, stdout=sys.stderr).returncode
        with open(found, encoding="utf-8") as file:
            return status, [json.loads(line) for line in file]


def table(cells: list[list[str]]) -> str:
    """Return the cells as Markdown: a table for each kind of call, with the faults that end alike on one line."""
    calls: dict[str, dict[str, list[str]]] = {}
    for call, fault, _, outcome, problems in cells:
        what = f"{outcome} **{'; '.join(problems)}**" if problems else outcome
        faults = calls.setdefault(call, {}).setdefault(what, [])
        if fault not in faults:
            faults.append(fault)
    lines = []
    for call, outcomes in calls.items():
        lines += [f"## {call}", "", "| outcome | faults |", "| --- | --- |"]
        lines += [f"| {outcome} | {'; '.join(faults)} |" for outcome, faults in outcomes.items()]
        lines.append("")
    return "\n".join(lines)


def main() -> int:
    """Print the table; the status is that of the tests."""
    status, cells = run(sys.argv[1:])
    print(table(cells))
    return status


if __name__ == "__main__":
    sys.exit(main())
