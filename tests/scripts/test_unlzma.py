"""scripts/archive/unlzma.py"""

from __future__ import annotations

import lzma
import random
import sys

import pytest
from zipapps import ROOT
from zipwriter import pack

sys.path.insert(0, str(ROOT / "scripts" / "archive"))

from unlzma import decompress  # noqa: E402

CHANCE = random.Random(8)
CASES = {
    "nothing": b"",
    "one byte": b"x",
    "one byte repeated": b"x" * 100_000,
    "a long period": bytes(range(256)) * 300,
    "no pattern": bytes(CHANCE.randrange(256) for _ in range(20_000)),
    "few letters": bytes(CHANCE.choice(b"abc") for _ in range(50_000)),
    "text": (ROOT / "LICENSE").read_bytes(),
    "far matches": (ROOT / "LICENSE").read_bytes() + bytes(CHANCE.randrange(256) for _ in range(90_000)) + (ROOT / "LICENSE").read_bytes(),
}


@pytest.mark.parametrize("data", CASES.values(), ids=CASES.keys())
def test_it_reads_what_the_build_writes(data):
    assert decompress(pack(data)) == data


@pytest.mark.parametrize(("lc", "lp", "pb"), [(0, 0, 0), (3, 0, 2), (0, 2, 4), (4, 0, 1), (1, 3, 3)])
def test_it_reads_any_parameters(lc, lp, pb):
    data = CASES["text"]
    filters = [{"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb}]
    compressed = lzma.compress(data, lzma.FORMAT_ALONE, filters=filters)

    assert decompress(compressed[:5] + len(data).to_bytes(8, "little") + compressed[13:]) == data
