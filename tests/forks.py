"""Many processes at once, for little: one interpreter that forks."""

from __future__ import annotations

import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

_PRELUDE = """
import os, sys, traceback
sys.path.insert(0, {root!r})
{setup}
start, go = os.pipe()
children = []
for index in range({count}):
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(go)
            os.read(start, 1)  # all at once: it ends when the parent closes its end
            status = work(index) or 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            os._exit(status)
    children.append(child)
os.close(start)
os.close(go)
failed = sum(os.waitpid(child, 0)[1] != 0 for child in children)
sys.exit(1 if failed else 0)
"""


def at_once(count: int, setup: str, env: dict[str, str]) -> str:
    """Run `work(index)`, which `setup` defines, in `count` processes at the same time; return what they printed.

    Fails where one of them raises or returns a status other than 0.
    """
    code = _PRELUDE.format(root=ROOT, setup=setup, count=count)
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env={"PATH": os.defpath, **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=60,
    )
    assert answer.returncode == 0, answer.stderr.decode()
    return answer.stdout.decode()
