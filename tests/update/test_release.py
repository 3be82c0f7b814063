"""scripts/release.py"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys

import pytest
import zipapps
from zipapps import ROOT, start


@pytest.fixture
def copy(tmp_path):
    """The project in a folder of its own, because a release sets the version in it."""
    folder = tmp_path / "project"
    for name in ("heygen", "scripts"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def release(folder, *words):
    environ = {**os.environ, "SOURCE_DATE_EPOCH": "1784758560"}  # 2026-07-22 22:16:00 UTC
    command = [sys.executable, str(folder / "scripts" / "release.py"), "--output", str(folder / "out"), *words]
    command += ["--python", zipapps.THIS_PYTHON.path]
    return subprocess.run(command, env=environ, capture_output=True, text=True)


def test_a_release_can_be_installed_and_updated_to(copy, tmp_path, server):
    """The whole way: a version that was released is installed, and finds the next one by itself."""
    url = f"{server.url}/heygen/releases.json"
    assert release(copy, "v1.2.3", "--releases-url", url).returncode == 0
    assert release(copy, "--dev", "--releases-url", url).returncode == 0
    answer = release(copy, "v1.10.0", "--releases-url", url)
    assert answer.returncode == 0, answer.stderr
    assert "built twice alike" in answer.stdout

    out = copy / "out"
    assert (copy / "heygen" / "__init__.py").read_text().endswith('__version__ = "1.10.0"\n')
    listed = json.loads((out / "releases.json").read_text())
    assert [(each["tag_name"], each["prerelease"]) for each in listed] == [
        ("v1.10.0", False), ("v1.2.4-dev.202607222216", True), ("v1.2.3", False)
    ]  # fmt: skip
    assert (out / "latest").read_text() == "v1.10.0\n"
    data = (out / "v1.10.0" / "heygen.pyz").read_bytes()
    assert (out / "v1.10.0" / "checksums.txt").read_text() == f"{hashlib.sha256(data).hexdigest()}  heygen.pyz\n"
    assert (out / "install.sh").read_bytes() == (ROOT / "scripts" / "install.sh").read_bytes()

    for path in out.rglob("*"):
        if path.is_file():
            server.route("GET", f"/heygen/{path.relative_to(out).as_posix()}", body=path.read_bytes())
    environ = {"HOME": str(tmp_path), "PATH": f"{os.path.dirname(zipapps.THIS_PYTHON.path)}:/usr/bin:/bin"}
    subprocess.run(
        ["/bin/sh", str(out / "install.sh"), "--from", str(out), "--version", "v1.2.3"],
        env=environ, check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    installed = tmp_path / ".local" / "bin" / "heygen"
    answer = start(installed, "update", env=environ)
    assert json.loads(answer.stdout)["current"] == "v1.10.0", answer
    assert installed.read_bytes() == data


@pytest.mark.parametrize("words", [["1.2.3"], ["v1.2"], ["latest"], [], ["v1.2.3", "--dev"]])
def test_a_wrong_version_changes_nothing(copy, words):
    answer = release(copy, *words)

    assert answer.returncode == 2
    assert (copy / "heygen" / "__init__.py").read_bytes() == (ROOT / "heygen" / "__init__.py").read_bytes()
    assert not (copy / "out").exists()
