"""Durations as Go reads and prints them."""

import pytest

from heygen.core import duration


@pytest.mark.parametrize(
    "text, seconds",
    [("90s", 90), ("10m", 600), ("1h30m", 5400), ("1.5h", 5400), ("250ms", 0.25), ("0", 0), ("+5s", 5), (".5s", 0.5), ("1m0.5s", 60.5), ("3us", 3e-6)],
)  # fmt: skip
def test_parse(text, seconds):
    assert duration.parse(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "5", "1.5", "-5s", "5x", "s", "1h30", "1..5s", ".s", "5 s", "９s", "9999999h"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError):
        duration.parse(text)


@pytest.mark.parametrize(
    "seconds, text",
    [(1200, "20m0s"), (5400, "1h30m0s"), (90, "1m30s"), (1.5, "1.5s"), (0.25, "250ms"), (0, "0s"), (60.5, "1m0.5s"), (3600, "1h0m0s")],
)  # fmt: skip
def test_render(seconds, text):
    assert duration.render(seconds) == text
