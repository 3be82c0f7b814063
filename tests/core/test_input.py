"""Standard input: read to its end, whether or not it is set to wait."""

import io
import os
import threading

import pytest

from heygen.core.context import InputStream

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX pipes")


class Feeding(io.FileIO):
    """The reading end of a pipe that does not block: its next piece is written once there is nothing left to read."""

    def __init__(self, *pieces):
        descriptor, self.writer = os.pipe()
        os.set_blocking(descriptor, False)
        self.pieces = list(pieces)
        super().__init__(descriptor, "rb")

    def readinto(self, buffer):
        count = super().readinto(buffer)
        if count is None:
            if self.pieces:
                os.write(self.writer, self.pieces.pop(0))
            else:
                os.close(self.writer)
        return count


@pytest.fixture
def feeding():
    """Return standard input that comes in these pieces."""
    opened = []

    def feed(*pieces):
        opened.append(io.BufferedReader(Feeding(*pieces)))
        return InputStream(opened[-1])

    yield feed
    for stream in opened:
        stream.close()


@pytest.mark.parametrize("pieces", [(), (b"one",), (b"one ", b"two ", b"three"), (b"x" * 60_000,) * 5])
def test_a_stream_that_does_not_wait_is_read_to_its_end(feeding, pieces):
    assert feeding(*pieces).read() == b"".join(pieces)


def test_lines_are_whole_where_they_come_in_pieces(feeding):
    stream = feeding(b"on", b"e", b"\ntwo", b"\n", b"three")
    assert [stream.readline() for _ in range(4)] == [b"one\n", b"two\n", b"three", b""]


def test_a_script_that_comes_in_pieces_is_sent_whole(run, server, feeding):
    server.answer({"data": {"session_id": "s"}})
    result = run("video-agent", "create", "--prompt", "-", stdin=feeding(b"Say hello", b" and goodbye\n"))
    assert result.requests[0].json["prompt"] == "Say hello and goodbye"


def test_a_file_that_comes_in_pieces_is_uploaded_whole(run, server, feeding):
    server.answer({"data": {"asset_id": "a1"}})
    result = run("asset", "create", "--file", "-", stdin=feeding(b"\x89PN", b"G\r\n\x1a\n", b"rest"))
    assert b"Content-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\nrest\r\n" in result.requests[0].body


def test_the_end_of_a_terminal_is_told_once():
    pty = pytest.importorskip("pty")
    master, slave = pty.openpty()
    os.write(master, b"one\ntwo\n\x04")
    read = []
    with open(slave, "rb") as stream:
        reader = threading.Thread(target=lambda: read.append(InputStream(stream, is_terminal=True).read()), daemon=True)
        reader.start()
        reader.join(30)
        if reader.is_alive():
            os.write(master, b"\x04")
            reader.join(30)
            read.append("asked twice")
    os.close(master)
    assert read == [b"one\ntwo\n"]
