"""RFC 3339 times."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from heygen.core import timestamp


@pytest.mark.parametrize(
    "text, seconds",
    [
        ("1970-01-01T00:00:00Z", 0),
        ("2024-03-24T14:32:00Z", 1711290720),
        ("2024-03-24t14:32:00.5z", 1711290720.5),
        ("2024-03-24 14:32:00Z", 1711290720),
        ("2024-03-24T14:32:00.123456789+02:00", 1711283520.123456789),
        ("2024-03-24T14:32:00-09:30", 1711324920),
        ("2016-12-31T23:59:60Z", 1483228800),
        ("0001-01-01T00:00:00Z", -62135596800),
    ],
)
def test_times_are_read(text, seconds):
    assert timestamp.parse(text) == pytest.approx(seconds, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-03-24",
        "2024-03-24T14:32:00",
        "2024-03-24T14:32:00.Z",
        "2024-13-24T14:32:00Z",
        "2024-03-24T24:32:00Z",
        "2024-03-24T14:32:00+0200",
        "2024-03-24T14:32:00Zx",
        "0000-03-24T14:32:00Z",
        "２024-03-24T14:32:00Z",
        "tomorrow",
    ],
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError):
        timestamp.parse(text)


def test_every_day_of_four_centuries_agrees_with_the_standard_library():
    for day in range(-146097, 146097, 13):
        seconds = day * 86400 + 43210
        moment = datetime.fromtimestamp(0, timezone.utc).replace(tzinfo=None)
        moment = datetime.fromordinal(moment.toordinal() + day).replace(hour=12, second=10)
        text = f"{moment.isoformat()}Z"
        assert timestamp.parse(text) == seconds
        assert timestamp.render(seconds) == text
