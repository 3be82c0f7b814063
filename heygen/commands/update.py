"""`heygen update`: replaces this program by another release of itself."""

from __future__ import annotations

from heygen import __version__
from heygen.cli.command import Command, Flag
from heygen.core.errors import ExitCode, HeygenError, usage_error
from heygen.update import installation, semver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.calls.invocation import Invocation
    from heygen.update.release_server import ReleaseServer
    from heygen.update.releases import Release
    from heygen.update.semver import Version

COMMAND = Command(
    description=(
        "Downloads a release, verifies its checksum, makes sure that it starts, and only then replaces this file with it. "
        "Without --version it never installs an older version. Stable versions follow stable releases, development "
        "versions follow development releases."
    ),
    flags=(
        Flag(name="version", value_name="<vX.Y.Z>", description="Version to install, including older ones. The v is required."),
        Flag(name="check", type="boolean", description="Show whether there is a newer version, without installing it."),
    ),
    examples=(
        {"about": "Install the latest version", "command": "heygen update"},
        {"about": "See whether there is a newer version", "command": "heygen update --check"},
        {"about": "Install a specific version", "command": "heygen update --version v0.1.0"},
    ),
)

_LARGEST_LISTING = 1024 * 1024  # bytes of checksums


def run(invocation: Invocation) -> int:
    """Find the release that is wanted, and install it."""
    wanted = _parse_version(invocation.given.get("version"))
    current = semver.parse(__version__)
    if invocation.given.get("check"):
        _check(invocation, current, wanted)
        return ExitCode.OK
    installed = installation.find()
    _refuse_other_methods(installed)
    server = _release_server(invocation)
    release = _find(server, current, wanted)
    if release is None or release.version.text == current.text:
        message = f"{current.tag} is already installed" if wanted else f"{current.tag} is the newest version"
        invocation.output.result({"previous": current.tag, "current": current.tag, "message": message})
        return ExitCode.OK
    _install(invocation, server, release, installed.path)
    message = f"Updated from {current.tag} to {release.version.tag}"
    invocation.output.result({"previous": current.tag, "current": release.version.tag, "message": message})
    return ExitCode.OK


def _parse_version(text: str | None) -> Version | None:
    if text is None:
        return None
    try:
        return semver.parse_tag(text)
    except ValueError as error:
        hint = None
        try:
            hint = f"Try: heygen update --version {semver.parse(text).tag}"
        except ValueError:
            pass
        raise usage_error(f"--version {error}", param="version", hint=hint) from error


def _release_server(invocation: Invocation) -> ReleaseServer:
    from heygen.update.release_server import ReleaseServer

    return ReleaseServer(invocation.context, invocation.settings)


def _check(invocation: Invocation, current: Version, wanted: Version | None) -> None:
    release = _find(_release_server(invocation), current, wanted)
    latest = release.version if release else current
    installed = installation.find()
    invocation.output.result(
        {
            "current": current.tag,
            "latest": latest.tag,
            "update_available": latest.precedence != current.precedence,
            "channel": "dev" if current.is_dev else "stable",
            "install_method": installed.name,
            "release_build": installed.method != installation.CHECKOUT and (current.is_stable or current.is_dev),
        }
    )


def _find(server: ReleaseServer, current: Version, wanted: Version | None) -> Release | None:
    """Return the release to install; None where the current version is the newest that its channel has.

    Raises HeygenError `cli_release_not_found` where the wanted version is not there.
    """
    from heygen.update import releases

    if wanted is not None:
        for page in server.pages():
            release = releases.named(page, wanted)
            if release is not None:
                return release
        raise HeygenError(
            "cli_release_not_found", f"there is no release {wanted.tag}", param="version", hint="See the latest with: heygen update --check"
        )
    newest = releases.newest((release for page in server.pages() for release in page), current)
    if newest is None or newest.version.precedence <= current.precedence:
        return None
    return newest


def _refuse_other_methods(installed: installation.Installation) -> None:
    if installed.is_ours:
        return
    what = "runs from a checkout" if installed.method == installation.CHECKOUT else "was installed by a package manager"
    raise HeygenError(
        "wrong_install_method", f"this heygen {what}, at {installed.path}, and cannot update itself", hint=f"Update it with: {installed.upgrade}"
    )


def _install(invocation: Invocation, server: ReleaseServer, release: Release, path: str) -> None:
    from heygen.update import program, releases

    listing = server.file(release.asset(releases.CHECKSUMS), _LARGEST_LISTING).decode("utf-8", "replace")
    digest = releases.checksum(listing, releases.PROGRAM)
    url = release.asset(releases.PROGRAM)
    progress = invocation.output.transfer_progress(f"Downloading {release.version.tag}", None)
    try:
        data = server.file(url, program.LARGEST, progress.advance)
    finally:
        progress.close()
    program.verify(data, digest)
    program.replace(path, data, release.version, invocation.context)
