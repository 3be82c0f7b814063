"""Runs the program on what nobody would type and no API would answer: python3 scripts/fuzz.py --minutes 10

Command lines, bodies, --set and --get, settings and credentials, answers, lines for `heygen mcp` and files for `heygen
batch` are made at random, from a seed. Each case must end with an exit code that there is, an envelope or a result, no
traceback, and no key shown. One that does not is written into --keep as a file, which --replay runs again; those in
tests/faults/cases belong to the suite.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

from fuzzing import checks  # noqa: E402
from fuzzing.cases import case  # noqa: E402


def attempt(tried: dict[str, object]) -> str | None:
    """Run a case, and return what does not hold of it, or None."""
    try:
        checks.run(tried)
    except checks.Broken as broken:
        return str(broken)
    except Exception as error:  # what escapes the program is a defect of it as well
        return f"{type(error).__name__}: {error}"
    return None


def main(arguments: list[str]) -> int:
    """Run cases until the time is up, and return 1 where one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long (default: 1)")
    parser.add_argument("--count", type=int, help="how many cases, instead of how long")
    parser.add_argument("--seed", default="0", help="of all cases (default: 0)")
    parser.add_argument("--keep", metavar="FOLDER", default=os.path.join(ROOT, "build", "fuzz"), help="default: build/fuzz")
    parser.add_argument("--replay", metavar="FILE", nargs="*", default=[], help="run these cases alone")
    options = parser.parse_args(arguments)
    if options.replay:
        failed = 0
        for path in options.replay:
            with open(path, encoding="utf-8") as file:
                problem = attempt(json.load(file))
            failed += problem is not None
            print(f"{path}: {problem or 'as it should be'}")
        return int(failed > 0)
    began, number, found = time.monotonic(), 0, set()
    while number < options.count if options.count else time.monotonic() < began + options.minutes * 60:
        tried = case(f"{options.seed}-{number}")
        number += 1
        problem = attempt(tried)
        if problem is None or problem[:60] in found:
            continue
        found.add(problem[:60])  # each kind once
        os.makedirs(options.keep, exist_ok=True)
        path = os.path.join(options.keep, f"{hashlib.sha256(problem.encode()).hexdigest()[:8]}.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({**tried, "problem": problem}, file, indent=1)
        print(f"{path}: {problem}\n  {tried['argv']}", flush=True)
    print(f"{number} cases in {time.monotonic() - began:.0f} s, {len(found)} kinds of failure")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
