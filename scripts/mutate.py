"""Tries whether the tests notice small edits to a module: python3 scripts/mutate.py heygen/http/retry.py [TESTS ...]

Each edit (a flipped comparison, a dropped call, a changed constant, half of a formula) is made in a copy of the
checkout, and the tests that call the function around it run there. What no test notices has survived; it is printed,
and the exit status is 1. TESTS are what to choose from, as pytest takes them; without any, the folder of tests/ that
mirrors the module's room. Tests that start a process of their own are not seen to call anything: name their file with
--always.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import queue
import random
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import pythons
from mutants import Mutant, mutants, select
from package import ROOT
from test import environment

NO_TESTS = 5  # exit status of pytest
LEFT_OUT = shutil.ignore_patterns(".git", ".venv*", "dist", "build", "__pycache__", "*.egg-info")


class Trial:
    """One module under trial, in copies of the checkout: one for each worker."""

    def __init__(self, python: str, module: str, tests: list[str], always: list[str], folder: str, workers: int) -> None:
        self.python, self.module, self.tests, self.always = python, module, tests, always
        self.copies: queue.Queue[str] = queue.Queue()
        for number in range(workers):
            copy = os.path.join(folder, str(number))
            shutil.copytree(ROOT, copy, ignore=LEFT_OUT, symlinks=True)
            self.copies.put(copy)
        with open(os.path.join(ROOT, module), "rb") as file:
            self.source = file.read()
        self.by_function: dict[str, list[str]] = {}
        self.longest = 0.0  # seconds

    def record(self) -> None:
        """Run the tests on the module as it is, and note which of its functions each calls. Raises SystemExit."""
        copy = self.copies.get()
        notes = os.path.join(copy, "covering.json")
        began = time.monotonic()
        answer = self._pytest(
            copy, [*self.tests, *self.always], None,
            COVERING_NOTES=notes, COVERING_MODULE=os.path.join(copy, self.module),
        )  # fmt: skip
        if answer.returncode:
            raise SystemExit(f"{answer.stdout.decode(errors='replace')}\nThe tests fail before anything is changed.")
        self.longest = 3 * (time.monotonic() - began) + 30
        with open(notes, encoding="utf-8") as file:
            self.by_function = json.load(file)
        self.copies.put(copy)

    def covering(self, mutant: Mutant) -> list[str]:
        """Return the tests that call the function around an edit; for one outside of all functions, those that call any."""
        inside = _functions_around(self.source, mutant.line)
        found = {test for function in inside for test in self.by_function.get(function, ())}
        if not inside:
            found = {test for tests in self.by_function.values() for test in tests}
        return sorted(found)

    def survives(self, mutant: Mutant) -> bool:
        """Tell whether all tests pass although the edit is made."""
        copy = self.copies.get()
        path = os.path.join(copy, self.module)
        try:
            with open(path, "wb") as file:
                file.write(mutant.apply(self.source))
            tests = self.covering(mutant)
            runs = [(self.tests, tests)] if tests else []
            runs += [(self.always, None)] if self.always else []
            return all(self._pass(copy, paths, only) for paths, only in runs)
        finally:
            with open(path, "wb") as file:
                file.write(self.source)
            self.copies.put(copy)

    def _pass(self, copy: str, paths: list[str], only: list[str] | None) -> bool:
        chosen = os.path.join(copy, "chosen.txt")
        with open(chosen, "w", encoding="utf-8") as file:
            file.write("\n".join(only or ()))
        try:
            answer = self._pytest(copy, ["-x", *paths], self.longest, **({"COVERING_ONLY": chosen} if only else {}))
        except subprocess.TimeoutExpired:
            return False  # a loop without an end is noticed as well
        return answer.returncode in (0, NO_TESTS)

    def _pytest(
        self, copy: str, arguments: list[str], timeout: float | None, **environ: str
    ) -> subprocess.CompletedProcess[bytes]:
        search = os.path.join(copy, "scripts")
        return subprocess.run(
            [self.python, "-m", "pytest", "-q", "-p", "covering", "-p", "no:cacheprovider", *arguments],
            cwd=copy,
            # The bytecode of an edit must not be taken for that of the next one, made in the same second.
            env={**os.environ, **environ, "PYTHONPATH": search, "PYTHONDONTWRITEBYTECODE": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
        )


def _functions_around(source: bytes, line: int) -> list[str]:
    """Return the innermost function around a line as `covering.py` names it; none outside of all functions."""
    innermost: list[str] = []
    for node in ast.walk(ast.parse(source)):  # the outer ones come first
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            if node.body[0].lineno <= line <= (node.end_lineno or line):
                innermost = [f"{node.name}:{first}"]
    return innermost


def _lines(text: str) -> range:
    first, _, last = text.partition("-")
    return range(int(first), int(last or first) + 1)


def main(arguments: list[str]) -> int:
    """Try the edits of a module, and print those that survive."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module", help="path of the module in the checkout")
    parser.add_argument("tests", metavar="TESTS", nargs="*", help="tests to choose from")
    parser.add_argument("--always", metavar="PATH", action="append", default=[], help="tests to run on every edit")
    parser.add_argument("--lines", metavar="FIRST-LAST", type=_lines, help="edit these lines alone")
    parser.add_argument("--most", metavar="N", type=int, help="try so many edits, chosen at random")
    parser.add_argument("--seed", type=int, default=0, help="of the choice (default: 0)")
    parser.add_argument("--jobs", metavar="N", type=int, default=os.cpu_count() or 1, help="how many at once")
    parser.add_argument("--python", metavar="PATH", help="one that has pytest (default: that of the suite's environment)")
    parser.add_argument("--list", action="store_true", help="print the edits, and try none")
    options = parser.parse_args(arguments)
    module = os.path.relpath(os.path.abspath(options.module), ROOT)
    room = os.path.join("tests", *module.split(os.sep)[1:-1])
    tests = options.tests or [room]
    try:
        with open(os.path.join(ROOT, module), "rb") as file:
            found = list(select(mutants(file.read()), options.lines))
    except (OSError, SyntaxError) as error:
        parser.error(str(error))
    missing = [path for path in [*tests, *options.always] if not os.path.exists(os.path.join(ROOT, path.partition("::")[0]))]
    if missing:
        parser.error(f"there is no {missing[0]}; name the tests that cover {module}")
    if options.most is not None and options.most < len(found):
        found = sorted(random.Random(options.seed).sample(found, options.most))
    if options.list:
        print("\n".join(f"{module}:{each}" for each in found))
        return 0
    python = options.python or environment(pythons.chosen([sys.executable])[0])
    with tempfile.TemporaryDirectory(prefix="mutate-") as folder:
        trial = Trial(python, module, tests, options.always, os.path.realpath(folder), options.jobs)
        trial.record()
        survivors = []
        with ThreadPoolExecutor(options.jobs) as pool:
            for mutant, survives in zip(found, pool.map(trial.survives, found)):
                if survives:
                    survivors.append(mutant)
                    print(f"{module}:{mutant}" + ("" if trial.covering(mutant) else "  (no test comes here)"), flush=True)
    print(f"{len(found) - len(survivors)} noticed, {len(survivors)} survived")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
