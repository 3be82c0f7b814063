"""Progress: one line that is redrawn on a terminal, a line per change elsewhere, nothing in JSON mode or under CI."""

import io

import pytest

from heygen.context import Context, InputStream, OutputStream
from heygen.output.progress import TransferProgress
from screen import Screen


@pytest.fixture
def context(clock):
    def make(terminal=True, columns=80, encoding="utf-8", **environ):
        return Context(
            stdin=InputStream(None),
            stdout=OutputStream(io.BytesIO(), encoding, terminal),
            stderr=OutputStream(io.BytesIO(), encoding, terminal),
            environ=environ,
            now=clock.now,
            monotonic=clock.monotonic,
            sleep=clock.sleep,
            columns=columns if callable(columns) else lambda: columns,
        )

    return make


def shown(context):
    return context.stderr.raw.getvalue().decode()


def upload(context, total, chunks, seconds, clock, start=0, label="Uploading intro.mp4"):
    progress = TransferProgress(context, label, total, start=start)
    for chunk in chunks:
        clock.elapsed += seconds
        progress.advance(chunk)
    return progress


def test_a_transfer_shows_a_bar_the_amount_the_rate_and_the_time_left(context, clock):
    progress = upload(context(NO_COLOR="1"), 40_000_000, [1_000_000] * 10, 0.5, clock)
    frames = Screen().feed(shown(progress.context)).frames
    assert frames[-1] == "Uploading intro.mp4  ━━━━               25%  10 MB of 40 MB  2.0 MB/s  15s left"
    progress.close()
    assert Screen().feed(shown(progress.context)).text() == ""
