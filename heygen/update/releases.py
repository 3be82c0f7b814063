"""The list of releases, as GitHub's releases API gives it, and which of them to install."""

from __future__ import annotations

from heygen.core.errors import HeygenError
from heygen.core.record import Record
from heygen.update import semver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterable

    from heygen.update.semver import Version

PROGRAM = "heygen.pyz"
CHECKSUMS = "checksums.txt"


class Release(Record):
    """A published release; `assets` has the name and the url of each of its files."""

    version: Version
    is_prerelease: bool
    assets: tuple[tuple[str, str], ...]

    def asset(self, wanted: str) -> str:
        """Return the url of one of its files. Raises HeygenError where there is not exactly one of that name."""
        urls = [url for name, url in self.assets if name == wanted]
        if len(urls) != 1:
            count = "more than one" if urls else "no"
            raise HeygenError("cli_update_refused", f"release {self.version.tag} has {count} {wanted}")
        return urls[0]


def read(document: Any, url: str) -> list[Release]:
    """Return the releases of one page of the list; `url` is where it came from, and what its links are relative to.

    Drafts are left out, and so is what bears no version: the list may hold other things.
    """
    if not isinstance(document, list) or not all(isinstance(item, dict) for item in document):
        raise HeygenError("cli_response_parse_error", f"{url} is not a list of releases")
    releases = []
    for item in document:
        try:
            version = semver.parse_tag(str(item.get("tag_name")))
        except ValueError:
            continue
        if item.get("draft"):
            continue
        listed = item.get("assets")
        assets = tuple(
            (str(asset.get("name")), _joined(url, str(asset.get("browser_download_url"))))
            for asset in (listed if isinstance(listed, list) else ())
            if isinstance(asset, dict)
        )
        releases.append(Release(version=version, is_prerelease=bool(item.get("prerelease")), assets=assets))
    return releases


def _joined(base: str, link: str) -> str:
    from urllib.parse import urljoin

    try:
        return urljoin(base, link)
    except ValueError:
        return link  # what is wrong with it is told when it is fetched


def newest(releases: Iterable[Release], current: Version) -> Release | None:
    """Return the newest release that the current version's channel sees: a development build sees development
    builds, and every other one stable releases."""
    if current.is_dev:
        seen = [release for release in releases if release.version.is_dev]
    else:
        seen = [release for release in releases if release.version.is_stable and not release.is_prerelease]
    return max(seen, key=lambda release: release.version.precedence, default=None)


def named(releases: Iterable[Release], version: Version) -> Release | None:
    """Return the release of exactly this version."""
    return next((release for release in releases if release.version.text == version.text), None)


def checksum(listing: str, name: str) -> str:
    """Return the SHA-256 of a file, in hex, from a list in the form of `sha256sum`."""
    found = []
    for line in listing.splitlines():
        digest, _, rest = line.strip().partition(" ")
        if rest[:1] in (" ", "*") and rest[1:] == name:
            found.append(digest.lower())
    if len(found) != 1:
        times = "no" if not found else "more than one"
        raise HeygenError("cli_update_refused", f"{CHECKSUMS} has {times} entry for {name}")
    if len(found[0]) != 64 or set(found[0]) - set("0123456789abcdef"):
        raise HeygenError("cli_update_refused", f"the entry for {name} in {CHECKSUMS} is not a SHA-256")
    return found[0]
