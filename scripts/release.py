"""Makes a release: python3 scripts/release.py v0.2.0 [--output FOLDER], or --dev for a development build of the next one

Sets the version in its one place, heygen/__init__.py (a development build has it in the built file alone), builds
twice, by different Pythons where there are some, and compares; starts the file on every Python of the machine; and
adds it to a folder of releases, which `heygen update` (releases.json) and install.sh (latest) read:

    releases.json               all releases, the newest first, in the form of GitHub's releases API
    latest                      the name of the newest stable one
    install.sh
    v0.2.0/heygen.pyz, v0.2.0/checksums.txt

A folder on any web server will do; the links in it are relative.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

import pythons
from package import ROOT, stamped

sys.path.insert(0, ROOT)

from heygen.update import semver  # noqa: E402

INIT = os.path.join(ROOT, "heygen", "__init__.py")
SCRIPTS = os.path.join(ROOT, "scripts")
FILES = ("heygen.pyz", "checksums.txt")


def read(path: str) -> str:
    """Return a text file's content."""
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path: str, text: str) -> None:
    """Replace a text file's content, whole or not at all."""
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    os.replace(temporary, path)


def present_version() -> semver.Version:
    """Return the version that the sources have now."""
    return semver.parse(re.search(r'^__version__ = "(.*)"$', read(INIT), re.MULTILINE).group(1))


def next_development_version(now: float) -> semver.Version:
    """Return the version of a development build: of the patch that would come next, at this time in UTC."""
    major, minor, patch = present_version().numbers
    return semver.parse(f"{major}.{minor}.{patch + 1}-dev.{time.strftime('%Y%m%d%H%M', time.gmtime(now))}")


def build(python: pythons.Python, folder: str, version: semver.Version, options: list[str]) -> bytes:
    """Build with a Python, and return the file."""
    command = [python.path, os.path.join(SCRIPTS, "build_zipapp.py"), "--output", folder, "--version", version.text]
    subprocess.run([*command, *options], check=True)
    with open(os.path.join(folder, FILES[0]), "rb") as file:
        return file.read()


def check_start(python: pythons.Python, file: str, version: semver.Version) -> None:
    """Start a file on a Python. Raises SystemExit where it does not say its version or cannot do the main job."""
    for words, expected in (
        (["--version"], f"heygen {version.text}"),
        (["sandbox", "run", "--", "video-agent", "create", "--prompt", "Hello", "--wait", "--get", "data.status"], "completed"),
    ):
        answer = subprocess.run(
            [python.path, "-I", "-S", file, *words],
            env={"PATH": os.defpath, "HOME": os.path.dirname(file)}, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )  # fmt: skip
        if (answer.stdout.strip(), answer.returncode) != (expected, 0):
            raise SystemExit(f"heygen.pyz on Python {python.minor}, {' '.join(words)}: {answer.stdout}{answer.stderr}")


def publish(built: str, output: str, version: semver.Version, now: float) -> None:
    """Put a built release into the folder of releases."""
    target = os.path.join(output, version.tag)
    os.makedirs(target, exist_ok=True)
    for name in FILES:
        shutil.copyfile(os.path.join(built, name), os.path.join(target, name))
    shutil.copyfile(os.path.join(SCRIPTS, "install.sh"), os.path.join(output, "install.sh"))
    listing = os.path.join(output, "releases.json")
    releases = json.loads(read(listing)) if os.path.exists(listing) else []
    releases = [release for release in releases if release["tag_name"] != version.tag]
    releases.append(
        {
            "tag_name": version.tag,
            "name": version.tag,
            "draft": False,
            "prerelease": not version.is_stable,
            "published_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
            "assets": [
                {
                    "name": name,
                    "size": os.path.getsize(os.path.join(target, name)),
                    "browser_download_url": f"{version.tag}/{name}",
                }
                for name in FILES
            ],
        }
    )
    releases.sort(key=lambda release: semver.parse_tag(release["tag_name"]).precedence, reverse=True)
    # The list and the name of the latest come last: they never speak of what is not there yet.
    write(listing, json.dumps(releases, indent=2) + "\n")
    stable = [release["tag_name"] for release in releases if not release["prerelease"]]
    if stable:
        write(os.path.join(output, "latest"), stable[0] + "\n")


def main(arguments: list[str]) -> int:
    """Make a release."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("version", nargs="?", help="the version to release, as in v0.2.0")
    what.add_argument("--dev", action="store_true", help="make a development build")
    parser.add_argument("--output", metavar="FOLDER", default=os.path.join(ROOT, "dist", "releases"), help="default: dist/releases")
    for name in ("releases-url", "analytics-url", "analytics-key"):
        parser.add_argument(f"--{name}", default="", help="build metadata; see build_zipapp.py")
    parser.add_argument(
        "--python", metavar="PATH", action="append", default=[], help="try the file on this Python (default: all here)"
    )
    options = parser.parse_args(arguments)
    now = float(os.environ.get("SOURCE_DATE_EPOCH") or time.time())
    try:
        version = next_development_version(now) if options.dev else semver.parse_tag(options.version)
        found = pythons.chosen(options.python)
    except ValueError as error:
        parser.error(str(error))
    metadata = [
        f"--{name}={getattr(options, name.replace('-', '_'))}" for name in ("releases-url", "analytics-url", "analytics-key")
    ]
    metadata += [f"--python={python.path}" for python in found]
    if version.is_stable:
        write(INIT, stamped(read(INIT), "__version__", version.text))
    with tempfile.TemporaryDirectory() as folder:
        first, second = os.path.join(folder, "first"), os.path.join(folder, "second")
        if build(found[0], first, version, metadata) != build(found[-1], second, version, metadata):
            raise SystemExit(f"Python {found[0].minor} and {found[-1].minor} build different files of the same sources")
        for python in found:
            check_start(python, os.path.join(first, FILES[0]), version)
        publish(first, options.output, version, now)
    tried = ", ".join(python.minor for python in found)
    print(f"{version.tag} is in {options.output}: built twice alike, and started on Python {tried}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
