"""`asset upload` in a process of its own, disturbed at random moments: it always ends, and says why."""

import json
import os
import random
import signal

import pytest
from processes import start

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX files and signals")

SIZE = 24 << 20  # more than the buffers of a connection hold
ROUNDS = 4
PATIENCE = 60  # seconds until a process that has not ended counts as stuck


def truncate(file, chance):
    os.truncate(file, chance.randrange(SIZE))


def grow(file, chance):
    with open(file, "ab") as stream:
        stream.write(bytes(chance.randrange(1, 1 << 20)))


def replace(file, chance):
    other = file.with_name("other")
    other.write_bytes(b"other")
    os.replace(other, file)


def modify(file, chance):
    with open(file, "r+b") as stream:
        stream.seek(chance.randrange(SIZE))
        stream.write(b"x")


def disturbed(wire, file, chance, disturb):
    """Upload a file, `disturb` its process somewhere in its first half; returns its exit code and error."""
    moment = chance.randrange(4 << 20)
    ours = []

    def answer_with_slot(connection, head, begin):
        slot = {"asset_id": "a1", "upload_url": f"{wire.url}/put", "upload_headers": {}, "max_bytes": 1 << 40}
        body = json.dumps({"data": slot}).encode()
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

    def swallow(connection, head, begin):
        count, is_done = len(begin), False
        while True:
            if count >= moment and not is_done:
                is_done = True
                disturb(ours[0])
            data = connection.recv(1 << 16)
            if not data:
                return
            count += len(data)

    wire.script(answer_with_slot).script(swallow)
    with open(file, "wb") as stream:
        stream.truncate(SIZE)
    process = start(wire, "asset", "upload", str(file))
    ours.append(process)
    try:
        _, stderr = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.communicate()
    return process.returncode, json.loads(stderr.splitlines()[-1])["error"]


@pytest.mark.parametrize("change", [truncate, grow, replace, modify])
def test_a_file_that_changes_at_any_moment_ends_the_upload(wire, tmp_path, change):
    chance = random.Random(change.__name__)
    for _ in range(ROUNDS):
        file = tmp_path / "clip.mp4"
        status, error = disturbed(wire, file, chance, lambda process: change(file, chance))
        assert (status, error["code"]) == (1, "cli_file_io_error"), error
        assert "changed while it was being uploaded" in error["message"]
        assert "--idempotency-key" in error["hint"]


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_a_signal_at_any_moment_ends_the_upload(wire, tmp_path, number):
    chance = random.Random(number)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    try:
        for _ in range(2 * ROUNDS):
            status, error = disturbed(
                wire, tmp_path / "clip.mp4", chance, lambda process: process.send_signal(getattr(signal, number))
            )
            assert (status, error["code"]) == (130, "canceled"), error
            assert error["idempotency_key"]
    finally:
        signal.signal(signal.SIGINT, before)
