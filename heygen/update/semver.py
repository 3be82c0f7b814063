"""Versions and their precedence by SemVer 2.0."""

from __future__ import annotations

import re

from heygen.core.record import Record

# Sections 2, 9 and 10 of SemVer 2.0: no leading zeros in numbers, and dot-separated identifiers.
_NUMBER = r"(?:0|[1-9][0-9]*)"
_IDENTIFIER = rf"(?:{_NUMBER}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
_VERSION = re.compile(
    rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})"
    rf"(?:-({_IDENTIFIER}(?:\.{_IDENTIFIER})*))?"
    r"(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
_LONGEST = 256  # far beyond any version, and within what int() takes


class Version(Record):
    """A version; `text` is as it was written, without a `v`. Build metadata stands in it and counts for nothing."""

    text: str
    numbers: tuple[int, int, int]
    prerelease: tuple[str, ...] = ()

    @property
    def is_stable(self) -> bool:
        """Whether it is no prerelease."""
        return not self.prerelease

    @property
    def is_dev(self) -> bool:
        """Whether it is a development prerelease, such as 0.2.0-dev.202607222135."""
        return self.prerelease[:1] == ("dev",)

    @property
    def tag(self) -> str:
        """Its name among the releases: v0.2.0."""
        return f"v{self.text}"

    @property
    def precedence(self) -> tuple[object, ...]:
        """A sort key in the order of precedence (SemVer 2.0, section 11)."""
        identifiers = tuple(
            (0, int(identifier), "") if identifier.isdigit() else (1, 0, identifier) for identifier in self.prerelease
        )
        return (*self.numbers, self.is_stable, identifiers)

    def __str__(self) -> str:
        return self.text


def parse(text: str) -> Version:
    """Read a version such as `1.2.3` or `1.2.3-dev.4`. Raises ValueError."""
    match = _VERSION.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise ValueError(f"{text[:_LONGEST]!r} is not a version: it must look like 1.2.3 or 1.2.3-dev.4")
    major, minor, patch, prerelease = match.groups()
    return Version(
        text=text,
        numbers=(int(major), int(minor), int(patch)),
        prerelease=tuple(prerelease.split(".")) if prerelease else (),
    )


def parse_tag(text: str) -> Version:
    """Read a release's tag, which is a version behind a `v`. Raises ValueError."""
    if not text.startswith("v"):
        raise ValueError(f"{text[:_LONGEST]!r} is not a release: release names begin with a v, as in v1.2.3")
    return parse(text[1:])
