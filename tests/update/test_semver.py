"""heygen/update/semver.py"""

from __future__ import annotations

import random

import pytest

from heygen.update.semver import parse, parse_tag

# Section 11 of SemVer 2.0, from lowest to highest.
ASCENDING = [
    "0.0.1",
    "0.2.0-dev.202607222135",
    "0.2.0-dev.202607222136",
    "0.2.0",
    "0.10.0",
    "1.0.0--1",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.1.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0-rc.1",
    "1.0.0",
    "2.0.0",
    "2.1.0",
    "2.1.1",
    "10.0.0-99999999999999999999",
    "10.0.0",
]
# Numeric identifiers come before the others; the only pair above that depends on ASCII order is --1 < alpha.


def test_precedence_orders_versions_as_semver_does() -> None:
    shuffled = [parse(text) for text in ASCENDING]
    random.Random(4).shuffle(shuffled)

    assert [str(version) for version in sorted(shuffled, key=lambda version: version.precedence)] == ASCENDING


def test_build_metadata_counts_for_nothing() -> None:
    assert parse("1.0.0+linux.5").precedence == parse("1.0.0+mac").precedence == parse("1.0.0").precedence


@pytest.mark.parametrize(
    "text",
    [
        "", "1", "1.2", "1.2.3.4", "01.2.3", "1.02.3", "1.2.03", "1.2.3-", "1.2.3-a..b", "1.2.3-01", "1.2.3+", "1.2.3+a..b",
        "v1.2.3", " 1.2.3", "1.2.3 ", "1.2.3\n", "1.2.3-ä", "1.2.x", "-1.2.3", "١.٢.٣", "1" * 5000 + ".2.3",
    ],
)  # fmt: skip
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a version"):
        parse(text)


@pytest.mark.parametrize("text", ["1.2.3-0a", "1.2.3-0.0.0", "1.2.3---", "1.2.3-a+b.01", "999999999999.0.0"])
def test_odd_versions_are_versions(text: str) -> None:
    assert str(parse(text)) == text


def test_a_tag_needs_its_v() -> None:
    assert parse_tag("v1.2.3").tag == "v1.2.3"
    with pytest.raises(ValueError, match="begin with a v"):
        parse_tag("1.2.3")


def test_a_prerelease_may_be_a_development_one() -> None:
    assert parse("0.2.0-dev.202607222135").is_dev
    assert not parse("0.2.0-rc.1").is_dev
    assert not parse("0.2.0-rc.1").is_stable
    assert parse("0.2.0").is_stable
