"""How this program was installed."""

from __future__ import annotations

import os
import sys

import heygen
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ZIPAPP, CHECKOUT, PACKAGE = "zipapp", "checkout", "package"

# Package managers that can say whether a file is theirs: the question, and the command that brings a newer one.
_FILE_OWNERS = (
    (("dpkg-query", "--search"), "apt-get install --only-upgrade {}"),
    (("rpm", "--query", "--file"), "dnf upgrade {}"),
    (("apk", "info", "--who-owns"), "apk upgrade {}"),
    (("pacman", "--query", "--owns"), "pacman -S {}"),
)
# Folders that belong to one package manager altogether.
_STORES = (
    ("/Cellar/", "brew upgrade heygen"),
    ("/nix/store/", "nix profile upgrade heygen"),
    ("/gnu/store/", "guix upgrade heygen"),
    ("/snap/", "snap refresh heygen"),
)
# What pipx and uv leave in the environments that they make, wherever these are.
_RECEIPTS = ("pipx_metadata.json", "uv-receipt.toml")


class Installation(Record):
    """Where the program is and what keeps it up to date; `path` is its file (zipapp) or the package's folder.

    `upgrade` is the command that brings a newer version, where that is not `heygen update`.
    """

    method: str
    path: str
    upgrade: str | None = None

    @property
    def is_ours(self) -> bool:
        """Whether `heygen update` is what keeps it up to date."""
        return self.method == ZIPAPP and self.upgrade is None

    @property
    def name(self) -> str:
        """What `heygen update --check` calls the way in which it was installed: direct, package or checkout."""
        return "direct" if self.is_ours else PACKAGE if self.method == ZIPAPP else self.method


def find(loader: Any = None) -> Installation:
    """Tell how this program was installed. Asks package managers, which takes a moment."""
    loader = loader or heygen.__spec__.loader
    archive = getattr(loader, "archive", None)
    if archive is not None:
        path = os.path.realpath(archive)
        return Installation(method=ZIPAPP, path=path, upgrade=_owner(path))
    package = os.path.realpath(os.path.dirname(heygen.__file__))
    return at(package)


def at(package: str) -> Installation:
    """Tell what put a package's folder where it is."""
    site = os.path.dirname(package)
    if os.path.exists(os.path.join(site, "pyproject.toml")):
        return Installation(method=CHECKOUT, path=package, upgrade=f"git -C {_quoted(site)} pull")
    unix = package.replace(os.sep, "/")
    distribution = "heygen-cli"
    # The environment is three folders up, on Windows two.
    kept = {name for up in ("../..", "../../..") for name in _RECEIPTS if os.path.exists(os.path.join(site, up, name))}
    if "/pipx/venvs/" in unix or "pipx_metadata.json" in kept:
        upgrade = f"pipx upgrade {distribution}"
    elif "/uv/tools/" in unix or "uv-receipt.toml" in kept:
        upgrade = f"uv tool upgrade {distribution}"
    elif _metadata(site, "INSTALLER").strip() == "conda":
        upgrade = f"conda update {distribution}"
    elif "/dist-packages/" in unix and unix.startswith("/usr/lib/"):
        upgrade = f"apt-get install --only-upgrade {distribution}"
    else:
        wanted = _quoted(_origin(site) or distribution)
        upgrade = f"{_quoted(sys.executable)} -m pip install --upgrade {wanted}"
    return Installation(method=PACKAGE, path=package, upgrade=_store(unix) or upgrade)


def _metadata(site: str, name: str) -> str:
    """Return a file of the distribution's metadata, or nothing where there is none."""
    import glob

    for path in glob.glob(os.path.join(glob.escape(site), "heygen_cli-*.dist-info", name)):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                return file.read()
        except OSError:
            break
    return ""


def _origin(site: str) -> str | None:
    """Return where pip took the package from, if that was no index but an address (PEP 610)."""
    import json

    try:
        found = json.loads(_metadata(site, "direct_url.json"))
        prefix = f"{found['vcs_info']['vcs']}+" if "vcs_info" in found else ""
        return prefix + found["url"]
    except (ValueError, KeyError, TypeError):
        return None


def _store(path: str) -> str | None:
    return next((upgrade for part, upgrade in _STORES if part in path), None)


def _owner(path: str) -> str | None:
    """Return the upgrade command of the package manager that a file belongs to, if it belongs to one."""
    import subprocess

    if _store(path):
        return _store(path)
    if not path.startswith("/usr/") or path.startswith("/usr/local/"):
        return None  # where packages do not go
    for question, upgrade in _FILE_OWNERS:
        try:
            answer = subprocess.run(
                [*question, path], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=10
            )
        except (OSError, subprocess.TimeoutExpired):
            continue
        if answer.returncode == 0:
            return upgrade.format("heygen")
    return None


def _quoted(text: str) -> str:
    from shlex import quote

    return quote(text)
