"""An interrupt while a page goes to a slow reader: what was printed and what `resume` brings are the whole list, once."""

from __future__ import annotations

import json
import os
import select
import shlex
import signal

import pytest
from processes import start

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals and pipes as POSIX has them")

SIZE = 2000  # of an item in bytes: a page is several times what a pipe takes


def page(first, count, token):
    items = [{"id": f"v{number}", "title": f"v{number} " + "x" * SIZE} for number in range(first, first + count)]
    return {"data": items, "has_more": token is not None, "next_token": token}


def begun(server, *flags):
    """Start a list whose second page is stuck in the pipe, and return the process and what came before."""
    server.answer(page(0, 2, "two")).answer(page(2, 300, "three"))
    process = start(server, "video", "list", "--all", *flags, bufsize=0)
    server.wait_for(2)
    before = b""
    while b"v2" not in before:  # from here on it is writing the second page, which the pipe does not take whole
        before += os.read(process.stdout.fileno(), SIZE)
    return process, before


@pytest.mark.parametrize("flags", [(), ("--get", "data[].title")])
def test_the_page_comes_to_its_end(run, server, flags):
    process, before = begun(server, *flags)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    error = json.loads(stderr)["error"]
    assert (process.returncode, error["code"]) == (130, "canceled")
    printed = before + stdout
    server.answer(page(302, 1, None))
    rest = run(*shlex.split(error["resume"])[1:])
    assert dict(server.requests[2].query)["token"] == "three"
    if flags:
        found = [line.split(b" ")[0].decode() for line in printed.splitlines()]
        assert found + [rest.stdout.split(" ")[0]] == [f"v{number}" for number in range(303)]
        return
    shown = json.loads(printed)
    assert (shown["has_more"], shown["next_token"]) == (True, "three")
    assert [item["id"] for item in shown["data"] + rest.json["data"]] == [f"v{number}" for number in range(303)]


def test_a_second_interrupt_ends_it_even_where_nobody_reads(server):
    process, _ = begun(server)
    stderr = b""
    while process.poll() is None:
        # Signals that come within a second count as one.
        process.send_signal(signal.SIGINT)
        if select.select([process.stderr], [], [], 1.1)[0]:
            stderr += process.stderr.read()
            process.wait(30)
    error = json.loads(stderr)["error"]
    assert (process.returncode, error["code"]) == (130, "canceled")
    assert "in the middle" in error["message"]
    assert error["resume"] == "heygen video list --all --token two"
    process.stdout.close()
    process.stderr.close()
