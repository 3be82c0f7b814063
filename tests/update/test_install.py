"""scripts/install.sh, in every shell that is here"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess

import pytest
import zipapps
from zipapps import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a script for POSIX shells")

SCRIPT = ROOT / "scripts" / "install.sh"
SHELLS = [shell for shell in ("dash", "bash", "busybox", "zsh", "ksh") if shutil.which(shell)]


def shell_command(name):
    return {"busybox": ["busybox", "sh"], "zsh": ["zsh", "--emulate", "sh"]}.get(name, [name])


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A folder of releases as scripts/release.py writes it, with two of them."""
    folder = tmp_path_factory.mktemp("the releases")
    for version in ("0.1.0", "0.2.0"):
        publish(folder, version, zipapps.data(version))
    (folder / "latest").write_text("v0.2.0\n")
    return folder


def publish(folder, version, data, sums=None):
    release = folder / f"v{version}"
    release.mkdir(parents=True)
    (release / "heygen.pyz").write_bytes(data)
    (release / "checksums.txt").write_text(sums if sums is not None else f"{hashlib.sha256(data).hexdigest()}  heygen.pyz\n")


def install(home, *words, shell=SHELLS[0] if SHELLS else "sh", env=None):
    path = os.pathsep.join([os.path.dirname(zipapps.THIS_PYTHON.path), "/usr/bin", "/bin"])
    environ = {"PATH": path, "HOME": str(home), "TMPDIR": str(home), **(env or {})}
    home.mkdir(exist_ok=True)
    return subprocess.run(
        [*shell_command(shell), str(SCRIPT), *map(str, words)],
        env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


def version_of(file):
    return zipapps.start(file, "--version").stdout.strip()


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("shell", SHELLS)
def test_it_installs_the_latest_version_for_its_user(published, tmp_path, shell):
    home = tmp_path / "a home"

    answer = install(home, "--from", published, shell=shell)

    installed = home / ".local" / "bin" / "heygen"
    assert (answer.returncode, answer.stderr) == (0, ""), answer
    assert answer.stdout.startswith(f"Installed heygen 0.2.0 to {installed}\n")
    assert f'export PATH="{installed.parent}:$PATH"' in answer.stdout
    assert version_of(installed) == "heygen 0.2.0"
    assert installed.stat().st_mode & 0o777 == 0o755
    assert files(home) == [".local/bin/heygen"]


@pytest.mark.parametrize("shell", SHELLS)
def test_it_installs_another_version_to_another_place_over_what_is_there(published, tmp_path, shell):
    target = tmp_path / "opt bin"
    env = {"HEYGEN_INSTALL_FROM": f"{published}/", "PATH": f"{os.path.dirname(zipapps.THIS_PYTHON.path)}:/usr/bin:/bin:{target}"}
    assert install(tmp_path / "home", "--to", target, shell=shell, env=env).returncode == 0

    answer = install(tmp_path / "home", "--to", target, "--version", "v0.1.0", shell=shell, env=env)

    assert answer.stdout == f"Installed heygen 0.1.0 to {target}/heygen\n"
    assert version_of(target / "heygen") == "heygen 0.1.0"


@pytest.mark.parametrize("tool", ["curl", "wget"])
def test_it_fetches_over_http(published, tmp_path, server, tool):
    if not shutil.which(tool) and not (tool == "wget" and shutil.which("busybox")):
        pytest.skip(f"there is no {tool} here")
    for name in files(published):
        server.route("GET", f"/mirror/{name}", body=(published / name).read_bytes())
    tools = tmp_path / "tools"
    tools.mkdir()
    needed = "sh mktemp cat sed sha256sum rm mkdir cp chmod mv"
    for name in needed.split():
        (tools / name).symlink_to(shutil.which(name))
    (tools / "python3").symlink_to(zipapps.THIS_PYTHON.path)
    found = shutil.which(tool)
    (tools / tool).symlink_to(found or shutil.which("busybox"))

    answer = install(tmp_path / "home", "--from", f"{server.url}/mirror", env={"PATH": str(tools)}, shell=shutil.which("dash") or "/bin/sh")

    assert answer.returncode == 0, answer
    assert version_of(tmp_path / "home" / ".local" / "bin" / "heygen") == "heygen 0.2.0"


GOOD = zipapps.data("0.2.0")
SUM = hashlib.sha256(GOOD).hexdigest()
REFUSED = {
    "another file": {"data": GOOD[:-1] + b"x", "sums": f"{SUM}  heygen.pyz\n"},
    "a short file": {"data": GOOD[:1000], "sums": f"{SUM}  heygen.pyz\n"},
    "no entry": {"data": GOOD, "sums": ""},
    "another name": {"data": GOOD, "sums": f"{SUM}  heygen.pyz.old\n"},
    "two entries": {"data": GOOD, "sums": f"{SUM}  heygen.pyz\n" * 2},
    "no digest": {"data": GOOD, "sums": "x  heygen.pyz\n"},
    "a program that does not start": {"data": b"#!/bin/sh\nexit 3\n"},
    "another version": {"data": zipapps.data("0.1.0")},
}


@pytest.mark.parametrize("release", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_trusted_is_not_installed(tmp_path, release):
    publish(tmp_path / "releases", "0.2.0", **release)
    home = tmp_path / "home"
    (home / ".local" / "bin").mkdir(parents=True)
    old = home / ".local" / "bin" / "heygen"
    old.write_text("old")

    answer = install(home, "--from", tmp_path / "releases", "--version", "v0.2.0")

    assert answer.returncode == 1
    assert "install.sh: " in answer.stderr and answer.stdout == ""
    assert old.read_text() == "old"
    assert files(home) == [".local/bin/heygen"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "--from"),
        (["--from"], "needs a value"),
        (["--frm", "x"], "unknown argument"),
        (["--from", "http://mirror.example"], "https only"),
        (["--from", "ftp://mirror.example"], "https only"),
        (["--from", "/nonexistent"], "cannot read"),
        (["--from", "/nonexistent", "--version", "0.2.0"], "begins with a v"),
        (["--from", "/nonexistent", "--version", "v0/../../etc"], "not a version"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(tmp_path, words, message):
    answer = install(tmp_path / "home", *words)

    assert answer.returncode == 1
    assert message in answer.stderr
    assert files(tmp_path / "home") == []


def test_half_a_script_does_nothing(published, tmp_path):
    """`curl … | sh` may break off anywhere."""
    text = SCRIPT.read_text()
    home = tmp_path / "home"
    home.mkdir()
    for part in (len(text) // 3, len(text) // 2, len(text) - 12):
        subprocess.run(
            ["/bin/sh"], input=text[:part], text=True, capture_output=True,
            env={"PATH": "/usr/bin:/bin", "HOME": str(home), "HEYGEN_INSTALL_FROM": str(published)},
        )  # fmt: skip
        assert files(home) == []
