"""scripts/install.sh, in every shell that is here"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess

import pytest
import zipapps
from servers import TLS, ScriptedServer, speaking_tls
from zipapps import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="a script for POSIX shells")

SCRIPT = ROOT / "scripts" / "install.sh"
SHELLS = [shell for shell in ("dash", "bash", "busybox", "zsh", "ksh") if shutil.which(shell)]


def shell_command(name):
    return [shutil.which(name), *{"busybox": ["sh"], "zsh": ["--emulate", "sh"]}.get(name, [])]


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


def files_in(folder):
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
    assert files_in(home) == [".local/bin/heygen"]


@pytest.mark.parametrize("shell", SHELLS)
def test_it_installs_another_version_to_another_place_over_what_is_there(published, tmp_path, shell):
    target = tmp_path / "opt bin"
    env = {"HEYGEN_INSTALL_FROM": f"{published}/", "PATH": f"{os.path.dirname(zipapps.THIS_PYTHON.path)}:/usr/bin:/bin:{target}"}
    assert install(tmp_path / "home", "--to", target, shell=shell, env=env).returncode == 0

    answer = install(tmp_path / "home", "--to", target, "--version", "v0.1.0", shell=shell, env=env)

    assert answer.stdout == f"Installed heygen 0.1.0 to {target}/heygen\n"
    assert version_of(target / "heygen") == "heygen 0.1.0"


FETCHERS = ("curl", "wget", "busybox")


def tools_with(folder, fetcher, path=None):
    """Return a PATH with what the script needs and one program that fetches, at `path` if it is not the system's."""
    folder.mkdir()
    for name in "sh mktemp cat sed sha256sum rm mkdir cp chmod mv".split():
        (folder / name).symlink_to(shutil.which(name))
    (folder / "python3").symlink_to(zipapps.THIS_PYTHON.path)
    found = path or shutil.which(fetcher)
    if not found:
        pytest.skip(f"there is no {fetcher} here")
    (folder / {"busybox": "wget"}.get(fetcher, fetcher)).symlink_to(found)
    return str(folder)


@pytest.mark.parametrize("fetcher", FETCHERS)
def test_it_fetches_over_http(published, tmp_path, server, fetcher):
    for name in files_in(published):
        server.route("GET", f"/mirror/{name}", body=(published / name).read_bytes())

    answer = install(tmp_path / "home", "--from", f"{server.url}/mirror", env={"PATH": tools_with(tmp_path / "tools", fetcher)})

    assert answer.returncode == 0, answer
    assert version_of(tmp_path / "home" / ".local" / "bin" / "heygen") == "heygen 0.2.0"


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("fetcher", FETCHERS)
@pytest.mark.parametrize("scheme", ["http", "HTTP"])
def test_a_redirect_to_plain_http_is_refused(published, tmp_path, server, files, fetcher, scheme, shell):
    """A mirror on the way may be anybody, whatever the checksums say that came the same way."""
    for name in files_in(published):
        files.route("GET", f"/{name}", body=(published / name).read_bytes())
    server.route("GET", "/latest", status=302, headers={"Location": f"{scheme}{files.url[4:]}/latest"}, body=b"")

    answer = install(tmp_path / "home", "--from", server.url, env={"PATH": tools_with(tmp_path / "tools", fetcher)}, shell=shell)

    assert (answer.returncode, answer.stdout) == (1, ""), answer
    assert "install.sh: " in answer.stderr and f"{server.url}/latest" in answer.stderr
    if fetcher == "wget" or (fetcher, scheme) == ("busybox", "http"):  # the others refuse it themselves
        assert f"over https only, and {server.url}/latest redirects to {scheme}://" in answer.stderr
    assert files_in(tmp_path / "home") == []


@pytest.mark.parametrize("fetcher", FETCHERS)
def test_redirects_from_https_lead_to_https_alone(published, tmp_path, fetcher):
    """A release may lie on another host than the list of releases, as GitHub's do."""
    if fetcher == "busybox":
        pytest.skip("its TLS trusts no CA of ours")
    near, far, plain = speaking_tls(), speaking_tls(), ScriptedServer()
    bundle = str(TLS / "ca.pem")
    (tmp_path / "wgetrc").write_text(f"ca_certificate = {bundle}\n")
    env = {"PATH": tools_with(tmp_path / "tools", fetcher), "CURL_CA_BUNDLE": bundle, "WGETRC": str(tmp_path / "wgetrc")}
    try:
        for name in files_in(published):
            far.route("GET", f"/mirror/{name}", body=(published / name).read_bytes())
            plain.route("GET", f"/{name}", body=(published / name).read_bytes())
            near.route("GET", f"/{name}", status=302, headers={"Location": f"{far.url}/{name}"}, body=b"")
            far.route("GET", f"/{name}", status=302, headers={"Location": f"/mirror/{name}?from=a:b"}, body=b"")
        answer = install(tmp_path / "home", "--from", near.url, env=env)
        assert answer.returncode == 0, answer
        assert version_of(tmp_path / "home" / ".local" / "bin" / "heygen") == "heygen 0.2.0"

        far.route("GET", "/v0.2.0/heygen.pyz", status=301, headers={"Location": f"{plain.url}/v0.2.0/heygen.pyz"}, body=b"")
        answer = install(tmp_path / "other", "--from", near.url, env=env)
        assert (answer.returncode, answer.stdout) == (1, ""), answer
        assert f"{near.url}/v0.2.0/heygen.pyz" in answer.stderr
        assert files_in(tmp_path / "other") == []
    finally:
        for each in (near, far, plain):
            each.close()


@pytest.mark.parametrize(
    ("does", "message"),
    [
        ("exit 0", "does not show whether"),  # of the kind that keeps the answers to itself
        ("echo 'unknown option: -S' >&2; exit 2", "unknown option: -S"),
        ("printf '  HTTP/1.1 302\\n  location:ftp://host/x\\r\\n' >&2", "redirects to ftp://host/x"),
    ],
)
def test_a_wget_that_does_not_tell_of_redirects_is_not_trusted(tmp_path, does, message):
    stub = tmp_path / "stub"
    stub.write_text(f"#!/bin/sh\n{does}\n")
    stub.chmod(0o755)
    env = {"PATH": tools_with(tmp_path / "tools", "wget", stub)}
    answer = install(tmp_path / "home", "--from", "https://releases.example", env=env)
    assert (answer.returncode, answer.stdout) == (1, ""), answer
    assert message in answer.stderr
    assert files_in(tmp_path / "home") == []


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
    assert files_in(home) == [".local/bin/heygen"]


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
    assert files_in(tmp_path / "home") == []


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
        assert files_in(home) == []
