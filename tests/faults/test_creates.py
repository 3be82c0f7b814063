"""Many creates at once, against a sandbox that fails a third of the time, on streams that are broken: each is known, and once."""

from __future__ import annotations

import json
import os
import random
import re

import pytest
from forker import Forker

from heygen.sandbox.options import Options
from heygen.sandbox.server import start

pytestmark = pytest.mark.skipif(os.name == "nt" or not os.path.exists("/dev/full"), reason="streams as POSIX has them, and /dev/full")

CREATE = ("video", "create", "--type", "avatar", "--avatar-id", "a1", "--script", "Hi", "--voice-id", "v1")
FAULTS = [
    f"POST /v3/videos {action} p={chance}"
    for action, chance in (
        ("503", 0.06), ("500", 0.04), ("429 retry-after=0", 0.05), ("reset", 0.05), ("reset-after-write", 0.06), ("truncate", 0.04),
        ("garbage", 0.04), ("empty", 0.03), ("html-502", 0.04),
    )
]  # fmt: skip
AT_ONCE = 8
FEW, MANY = 24, 500
# Pauses of a hundredth of their length.
QUICK = """
import time
from heygen.core.context import Context
Context.__init__.__kwdefaults__["sleep"] = lambda seconds: time.sleep(seconds / 100)
"""
ID = re.compile(rb'"(?:video_id|id)":"([0-9a-f]{32})"')
MOST_TRIES = 40


def streams(chance):
    """Return the streams of a run, most of them broken in one way or another, and what to close when it has begun."""
    given, ends, code = {}, [], QUICK
    for number, name in ((1, "stdout"), (2, "stderr")):
        state = chance.choice(("well", "closed", "full", "gone", "not blocking"))
        if state == "gone":
            reader, given[name] = os.pipe()
            os.close(reader)
            ends.append(given[name])
        elif state == "not blocking":
            code += f"os.set_blocking({number}, False)\n"
        elif state != "well":
            given[name] = {"closed": "closed", "full": "/dev/full"}[state]
    return {**given, "before": code}, ends


def test_every_create_is_known_and_none_is_made_twice(tmp_path, request):
    count = MANY if request.config.getoption("--thorough") else FEW
    chance = random.Random(1)
    forker = Forker()
    with start(Options(seed=1, allow_unknown_ids=True, credits=10 * count, faults=tuple(FAULTS))) as sandbox:
        env = {"HEYGEN_API_BASE": sandbox.url, "HEYGEN_API_KEY": "k", "HEYGEN_NO_ANALYTICS": "1", "HOME": str(tmp_path)}
        known = {}
        waiting = list(range(count))
        tries = 0
        while waiting:
            tries += 1
            assert tries < MOST_TRIES * (count // AT_ONCE + 1)
            jobs, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
            running = []
            for job in jobs:
                options, ends = streams(chance)
                # The key is that of the job: whoever does not know what came of it runs the same command again.
                running.append((job, forker.start(*CREATE, "--idempotency-key", f"job-{job}", env=env, cwd=tmp_path, **options)))
                for each in ends:
                    os.close(each)
            for job, process in running:
                stdout, stderr = process.communicate()
                found = {id.decode() for id in ID.findall(stdout + stderr)}
                assert len(found) <= 1, (stdout, stderr)
                known.setdefault(job, set()).update(found)
                told = [json.loads(line) for line in (stdout + stderr).splitlines()]
                assert process.returncode in (0, 1), told
                if not found:
                    # Nothing is known of it: with a stream that is read, no run says that all is well.
                    assert process.returncode == 1, told
                    waiting.append(job)
        made = {entry["id"] for entry in sandbox.world.store.tables["video"].values()}
        assert not sandbox.defects
    forker.close()
    assert all(len(ids) == 1 for ids in known.values())
    assert {id for ids in known.values() for id in ids} == made
    assert len(made) == count
