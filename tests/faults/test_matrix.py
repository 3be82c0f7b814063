"""Every kind of call meets every fault: what comes of it stands in outcomes.py, cell by cell."""

from __future__ import annotations

import json
import os

import pytest
from calls import COLUMNS
from faults import FAULTS
from faulty_server import FaultyServer
from forker import Forker
from observing import Observer
from outcomes import OUTCOMES

pytestmark = pytest.mark.skipif(os.name == "nt", reason="processes, streams and signals as POSIX has them")


# Where a cell takes a process, every so many of them are enough in a run that is not thorough.
SOME, FEW = 3, 9


@pytest.fixture(scope="module")
def server():
    started = FaultyServer()
    yield started
    started.close()


@pytest.fixture(scope="module")
def forker():
    started = Forker()
    yield started
    started.close()


@pytest.fixture
def observer(server, run, forker, clock, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Observer(server, run, forker, clock, tmp_path / "here")


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_every_fault_ends_as_the_table_says(observer, column, request):
    is_thorough = request.config.getoption("--thorough")
    cells = OUTCOMES.get(column.name, {})
    surprises = []
    for index, fault in enumerate(FAULTS):
        expected = cells.get(fault.name)
        is_left_out = fault.is_long or (fault.happens and (index + COLUMNS.index(column)) % SOME) or (column.counts and index % FEW)
        if expected is not None and (expected.startswith("—") or (is_left_out and not is_thorough)):
            continue
        # One call stands for the others of its column, another one in each row.
        calls = column.calls if is_thorough else [column.calls[index % len(column.calls)]]
        for call in calls:
            found = observer.observe(column, call, fault)
            if os.environ.get("HEYGEN_FAULT_MATRIX"):
                with open(os.environ["HEYGEN_FAULT_MATRIX"], "a") as file:
                    file.write(json.dumps([column.name, fault.name, call.name, found, observer.problems]) + "\n")
            if found != expected or observer.problems:
                surprises.append((fault.name, call.name, found, "expected", expected, *observer.problems))
    assert not surprises


def test_the_table_has_a_cell_for_every_call_and_every_fault():
    assert OUTCOMES.keys() == {column.name for column in COLUMNS}
    names = {fault.name for fault in FAULTS}
    assert {name: cells.keys() ^ names for name, cells in OUTCOMES.items() if cells.keys() != names} == {}
    assert all(len(cell) > len("— ") for cells in OUTCOMES.values() for cell in cells.values())
