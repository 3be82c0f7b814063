"""`heygen update`: a built file that replaces itself, against a scripted release server."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import types
import zipfile

import pytest
import zipapps
from servers import ScriptedServer
from zipapps import start, write

from heygen.update import installation

posix = pytest.mark.skipif(os.name != "posix", reason="about POSIX files")

OLD, NEW, NEWEST = "0.1.0", "0.9.0", "0.10.0"



def sums(data, name="heygen.pyz"):
    return f"{hashlib.sha256(data).hexdigest()}  {name}\n".encode()


class Releases:
    """A release server; `publish` adds a release to its list, the newest first, as GitHub has them."""

    def __init__(self, server):
        self.server = server
        self.url = f"{server.url}/releases.json"
        self.list = []

    def publish(self, version, data=None, checksums=None, prerelease=False, draft=False, host="", assets=None):
        data = zipapps.data(version) if data is None else data
        files = {"heygen.pyz": data, "checksums.txt": sums(data) if checksums is None else checksums}
        for name, body in files.items():
            self.server.route("GET", f"/v{version}/{name}", body=body)
        self.list.insert(0, {
            "tag_name": f"v{version}",
            "prerelease": prerelease,
            "draft": draft,
            "assets": assets if assets is not None else [
                {"name": name, "browser_download_url": f"{host}{'/' if host else ''}v{version}/{name}"} for name in files
            ],
        })  # fmt: skip
        self.server.route("GET", "/releases.json", self.list)
        return self


@pytest.fixture
def releases(server):
    return Releases(server)


@pytest.fixture
def installed(tmp_path):
    """The old version, installed under its name for users."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return write(folder / "heygen", zipapps.data(OLD))


def update(file, releases, *words, env=None, python=zipapps.THIS_PYTHON.path, **options):
    environ = {"HEYGEN_RELEASES_URL": releases.url, "HEYGEN_MAX_RETRIES": "0", **(env or {})}
    return start(python, "-I", "-S", file, "update", *words, env=environ, **options)


def version_of(file):
    return start(zipapps.THIS_PYTHON.path, "-I", "-S", file, "--version").stdout.split()[-1]


def assert_refused(answer, installed, code="cli_update_refused"):
    """The update failed with this code, and the installation is as it was."""
    assert (answer.returncode, answer.stdout) == (1, ""), answer
    error = json.loads(answer.stderr)["error"]
    assert error["code"] == code, error
    assert installed.read_bytes() == zipapps.data(OLD)
    assert os.listdir(installed.parent) == [installed.name]
    return error


# --- which release


def test_it_installs_the_latest_stable_release(releases, installed):
    releases.publish("1.0.0-rc.1", b"").publish("2.0.0", b"", prerelease=True).publish("3.0.0", b"", draft=True)
    releases.publish(NEWEST).publish(NEW, b"").publish("4.0.0-dev.1", b"", prerelease=True)

    answer = update(installed, releases)

    assert json.loads(answer.stdout) == {
        "previous": f"v{OLD}", "current": f"v{NEWEST}", "message": f"Updated from v{OLD} to v{NEWEST}"
    }  # fmt: skip
    assert (answer.stderr, answer.returncode) == ("", 0)
    assert installed.read_bytes() == zipapps.data(NEWEST)
    assert version_of(installed) == NEWEST


def test_a_development_build_sees_development_releases_alone(releases, tmp_path):
    installed = write(tmp_path / "heygen", zipapps.data("0.2.0-dev.202607222135"))
    releases.publish("0.2.0-dev.202607222135", b"").publish("0.3.0", b"").publish("0.3.0-rc.1", b"")
    assert json.loads(update(installed, releases).stdout)["message"] == "v0.2.0-dev.202607222135 is the newest version"

    releases.publish("0.2.0-dev.202607230000", prerelease=True)
    assert json.loads(update(installed, releases).stdout)["current"] == "v0.2.0-dev.202607230000"


def test_it_never_goes_back_unless_it_is_told_to(releases, tmp_path):
    installed = write(tmp_path / "heygen", zipapps.data(NEWEST))
    releases.publish(NEW).publish(OLD)

    answer = json.loads(update(installed, releases).stdout)
    assert answer == {"previous": f"v{NEWEST}", "current": f"v{NEWEST}", "message": f"v{NEWEST} is the newest version"}
    assert version_of(installed) == NEWEST

    answer = json.loads(update(installed, releases, "--version", f"v{OLD}").stdout)
    assert answer == {"previous": f"v{NEWEST}", "current": f"v{OLD}", "message": f"Updated from v{NEWEST} to v{OLD}"}
    assert version_of(installed) == OLD

    answer = json.loads(update(installed, releases, "--version", f"v{OLD}").stdout)
    assert answer["message"] == f"v{OLD} is already installed"


def test_a_version_that_is_not_there_is_an_error(releases, installed):
    error = assert_refused(update(installed, releases.publish(NEW), "--version", "v7.0.0"), installed, "cli_release_not_found")
    assert error["message"] == "there is no release v7.0.0"


@pytest.mark.parametrize("text", ["0.9.0", "latest", "v1", "", "v0.9.0 "])
def test_the_version_needs_its_v(run, text):
    result = run("update", "--version", text, env={"HEYGEN_RELEASES_URL": None})

    assert (result.status, result.error["code"], result.error["param"]) == (2, "usage_error", "version")
    if text == "0.9.0":
        assert result.error["hint"] == "Try: heygen update --version v0.9.0"


def test_check_says_and_installs_nothing(releases, run, server):
    """It works for every way of installing, a checkout included."""
    env = {"HEYGEN_RELEASES_URL": releases.url}
    current = f"v{installation.heygen.__version__}"
    releases.publish("0.0.1", b"")
    about = {"channel": "stable", "install_method": "checkout", "release_build": False}
    assert run("update", "--check", env=env).json == {
        "current": current, "latest": current, "update_available": False, **about
    }  # fmt: skip

    releases.publish("99.0.0", b"")
    result = run("update", "--check", env=env)
    assert result.json == {"current": current, "latest": "v99.0.0", "update_available": True, **about}
    assert result.status == 0
    assert run("update", "--check", "--version", "v0.0.1", env=env).json["latest"] == "v0.0.1"
    assert {request.path for request in server.requests} == {"/releases.json"}


def test_a_list_of_releases_may_have_pages(server, run):
    """As GitHub's API has them (RFC 8288); what is no release of ours is passed over."""
    def page(*tags):
        return [{"tag_name": tag, "assets": None} for tag in tags]

    server.route("GET", "/repos/o/heygen/releases", page("nightly", None, "v1.0.0"),
                 headers={"Link": f'<{server.url}/first>; rel="prev", </more?page=2>; rel="next"'})  # fmt: skip
    server.route("GET", "/more", page("v3.0.0", "v2.0.0"), headers={"Link": f'<{server.url}/first>; rel="first"'})

    result = run("update", "--check", env={"HEYGEN_RELEASES_URL": f"{server.url}/repos/o/heygen/releases"})

    assert result.json["latest"] == "v3.0.0"
    assert [request.target for request in server.requests] == ["/repos/o/heygen/releases?per_page=100", "/more?page=2"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"[]", 200, None),
        (b"{}", 200, "cli_response_parse_error"),
        (b"[1]", 200, "cli_response_parse_error"),
        (b"<html>", 200, "cli_response_parse_error"),
        (b"[" * 100_000, 200, "cli_response_parse_error"),
        (b"\xff", 200, "cli_response_parse_error"),
        (b"", 404, "network_error"),
        (b"", 403, "network_error"),
        (b"", 500, "network_error"),
        (b'[{"tag_name": "v9.9.9", "assets": [{"name": "a"}, {"name": "a"}, null]}]', 200, None),
        (b'[{"tag_name": "v9.9.9", "assets": [{"name": ["a"]}]}]', 200, None),
        (b'[{"tag_name": "v9.9.9", "assets": "none"}]', 200, None),
    ],
)
def test_any_answer_in_place_of_the_list_ends_in_an_envelope(server, run, body, status, code):
    server.route("GET", "/releases.json", body=body, status=status)
    env = {"HEYGEN_RELEASES_URL": f"{server.url}/releases.json", "HEYGEN_MAX_RETRIES": "0"}

    result = run("update", "--check", env=env)

    assert (result.status, result.error["code"] if result.stderr else None) == (1 if code else 0, code)


def test_a_passing_failure_is_tried_again(server, run):
    server.answer(status=503).answer(status=429, headers={"Retry-After": "7"}).answer([])

    result = run("update", "--check", env={"HEYGEN_RELEASES_URL": f"{server.url}/releases.json"})

    assert result.status == 0
    assert len(result.clock.sleeps) == 2 and result.clock.sleeps[1] == 7


@pytest.mark.parametrize(
    "url", ["http://mirror.example/releases.json", "ftp://mirror.example/", "file:///releases.json", "mirror.example", "http://[::1"]
)
def test_releases_come_over_a_protected_connection_alone(run, server, url):
    result = run("update", "--check", env={"HEYGEN_RELEASES_URL": url})

    assert (result.status, result.error["code"]) == (2, "usage_error")


def test_a_build_that_names_no_releases_says_what_to_set(run):
    result = run("update", "--check", env={"HEYGEN_RELEASES_URL": None})

    assert (result.status, result.error["code"]) == (1, "cli_update_unavailable")
    assert "HEYGEN_RELEASES_URL" in result.error["hint"]


MALFORMED = [
    "releases.json", "//host/releases.json", "https://", "http://[::1", "http://[zz]/x", "[", "https://host:99999/x", "https://host:0/x",
    "https://host:port/x", "ftp://host/x", "file:///etc/passwd", "data:x", "https://höst.example/x", "https://host/é", "https://ho st/x",
    "https://host/\x01", "https://me:password-of-mine@host/x", "https://host..x:443:1/",
]  # fmt: skip


@pytest.mark.parametrize("url", MALFORMED)
def test_a_malformed_address_of_the_list_is_an_error_that_says_what_to_set(run, url):
    result = run("update", "--check", env={"HEYGEN_RELEASES_URL": url})
    assert (result.status, result.error["code"], result.error["param"]) == (2, "usage_error", "HEYGEN_RELEASES_URL")
    assert "https://example.com/releases.json" in result.error["hint"]
    assert "password-of-mine" not in result.stderr


@pytest.mark.parametrize("url", MALFORMED[3:])
def test_a_malformed_address_in_the_list_is_an_error_of_the_list(releases, installed, url):
    assets = [{"name": name, "browser_download_url": url} for name in ("heygen.pyz", "checksums.txt")]
    if url == "[":
        releases.server.route("GET", "/[", status=404)
    error = assert_refused(update(installed, releases.publish(NEW, assets=assets)), installed, "network_error" if url == "[" else "cli_update_refused")
    assert "password-of-mine" not in json.dumps(error)


@pytest.mark.parametrize("url", ["http://[::1", "ftp://host/x", "https://host:99999/"])
def test_a_malformed_address_of_the_next_page_is_an_error_of_the_list(releases, installed, server, url):
    releases.publish(NEW)
    status, headers, body = server.routes["GET", "/releases.json"]
    server.routes["GET", "/releases.json"] = (status, {**headers, "Link": f'<{url}>; rel="next"'}, body)
    assert_refused(update(installed, releases), installed)


# --- secrets


SECRETS = {
    "HEYGEN_API_KEY": "canary-key-1", "GITHUB_TOKEN": "canary-token-2", "GH_TOKEN": "canary-token-3", "AWS_SECRET_ACCESS_KEY": "canary-4",
    "HTTPS_PROXY": "http://me:canary-5@proxy.example:1", "http_proxy": "http://me:canary-6@proxy.example:1",
    "HEYGEN_OAUTH_TOKEN_URL": "https://canary-7.example",
}  # fmt: skip


@posix
def test_the_new_program_gets_none_of_our_secrets_when_it_is_tried(releases, installed, tmp_path):
    seen = tmp_path / "seen"
    program = io.BytesIO(b"#!/bin/sh\n")
    program.seek(0, io.SEEK_END)
    with zipfile.ZipFile(program, "a") as archive:
        archive.writestr("__main__.py", f"import os\nopen({str(seen)!r}, 'w').write(repr(dict(os.environ)))\nprint('heygen {NEW}')\n")
        archive.writestr("heygen/__main__.py", "")

    answer = update(installed, releases.publish(NEW, program.getvalue()), env={**SECRETS, "LANG": "C"})

    assert answer.returncode == 0, answer
    assert "canary" not in seen.read_text() and "'LANG': 'C'" in seen.read_text()


@posix
def test_what_the_new_program_says_is_told_without_our_secrets(releases, installed):
    program = io.BytesIO(b"#!/bin/sh\n")
    program.seek(0, io.SEEK_END)
    with zipfile.ZipFile(program, "a") as archive:
        # The key is no more in its environment; it may stand in a file that the program reads.
        archive.writestr("__main__.py", "import sys\nsys.exit('x' * 193 + 'canary-key-1')\n")
        archive.writestr("heygen/__main__.py", "")
    answer = update(installed, releases.publish(NEW, program.getvalue()), env=SECRETS)
    assert "canar" not in json.dumps(assert_refused(answer, installed))


def test_check_tells_of_the_build(releases, tmp_path):
    releases.publish("0.2.0-dev.2", b"")
    installed = write(tmp_path / "heygen", zipapps.data("0.2.0-dev.1", releases_url=releases.url))
    found = json.loads(update(installed, releases, "--check").stdout)
    assert (found["channel"], found["install_method"], found["release_build"]) == ("dev", "direct", True)


@pytest.mark.parametrize(
    "tokens", [{"GITHUB_TOKEN": "test-token"}, {"GH_TOKEN": "test-token"}, {"GITHUB_TOKEN": "test-token", "GH_TOKEN": "other"}]
)
def test_a_token_goes_to_the_api_that_it_is_for_alone(server, tmp_path, tokens):
    """The list's own host, where the build names it: no mirror, and no host of files."""
    files = ScriptedServer()
    try:
        host = files.url.replace("127.0.0.1", "localhost")
        for name, body in (("heygen.pyz", zipapps.data(NEW)), ("checksums.txt", sums(zipapps.data(NEW)))):
            files.route("GET", f"/v{NEW}/{name}", body=body)
        releases = Releases(server).publish(NEW, host=host)
        built = write(tmp_path / "heygen", zipapps.data(OLD, releases_url=releases.url))
        mirrored = write(tmp_path / "mirrored", zipapps.data(OLD))

        for file in (built, mirrored):
            assert update(file, releases, env={**tokens, "HEYGEN_API_KEY": "test-key"}).returncode == 0
            assert version_of(file) == NEW
        assert [request.headers.get("authorization") for request in server.requests] == ["Bearer test-token", None]
        for request in [*server.requests, *files.requests]:
            assert "x-api-key" not in request.headers
        assert len(files.requests) == 4
        assert not any("authorization" in request.headers for request in files.requests)
    finally:
        files.close()


# --- what is refused


def other_program(*names):
    data = io.BytesIO(b"#!/bin/sh\n")
    data.seek(0, io.SEEK_END)
    with zipfile.ZipFile(data, "a") as archive:
        for name in names:
            archive.writestr(name, "raise SystemExit('I will not')")
    return data.getvalue()


def bomb(compression=zipfile.ZIP_DEFLATED, size=129 << 20):
    data = io.BytesIO(b"#!/bin/sh\n")
    data.seek(0, io.SEEK_END)
    with zipfile.ZipFile(data, "a", compression) as archive:
        for name in ("__main__.py", "heygen/__main__.py"):
            archive.writestr(name, bytes(size // 2))
    return data.getvalue()


GOOD = zipapps.data(NEW)
LOOKS_LIKE_IT = other_program("__main__.py", "heygen/__main__.py")
REFUSED = {
    "no entry": {"checksums": b""},
    "another file's entry": {"checksums": sums(GOOD, "heygen.pyz.old")},
    "a path's entry": {"checksums": sums(GOOD, "./heygen.pyz")},
    "a doubled entry": {"checksums": sums(GOOD) * 2},
    "two entries": {"checksums": sums(b"other") + sums(GOOD)},
    "no digest": {"checksums": b"x  heygen.pyz\n"},
    "a short digest": {"checksums": sums(GOOD)[:8] + b"  heygen.pyz\n"},
    "another digest": {"checksums": sums(GOOD[:-1] + b"x")},
    "a short file": {"data": GOOD[:-1], "checksums": sums(GOOD)},
    "an empty file": {"data": b""},
    "no zip archive": {"data": b"#!/bin/sh\nexit 0\n"},
    "a damaged zip archive": {"data": GOOD[:90_000] + bytes(60_000) + GOOD[150_000:]},
    "no script": {"data": GOOD[2:]},
    "another program": {"data": other_program("__main__.py")},
    "a program that does not start": {"data": LOOKS_LIKE_IT},
    "another version": {"data": zipapps.data(NEWEST)},
    "no program": {"assets": [{"name": "checksums.txt", "browser_download_url": f"v{NEW}/checksums.txt"}]},
    "no checksums": {"assets": [{"name": "heygen.pyz", "browser_download_url": f"v{NEW}/heygen.pyz"}]},
    "nothing": {"assets": []},
    "a doubled program": {"assets": [{"name": "heygen.pyz", "browser_download_url": "a"}, {"name": "heygen.pyz", "browser_download_url": "b"}]},
}  # fmt: skip


@pytest.mark.parametrize("release", REFUSED.values(), ids=REFUSED.keys())
def test_what_cannot_be_trusted_is_not_installed(releases, installed, release):
    assert_refused(update(installed, releases.publish(NEW, **release)), installed)


@pytest.mark.parametrize(
    "data, reason", [(bomb(), "it unpacks to more than 128 MiB"), (bomb(zipfile.ZIP_LZMA, 1000), "compressed in a way that no release is")]
)
def test_what_is_packed_in_another_way_is_not_unpacked(releases, installed, data, reason):
    assert reason in assert_refused(update(installed, releases.publish(NEW, data)), installed)["message"]


def test_a_release_whose_files_have_no_address_is_not_installed(releases, installed):
    releases.server.route("GET", "/None", status=404)
    releases.publish(NEW, assets=[{"name": "heygen.pyz"}, {"name": "checksums.txt"}])

    assert_refused(update(installed, releases), installed, "network_error")


def test_other_forms_of_the_list_of_checksums_are_read(releases, installed):
    digest = hashlib.sha256(GOOD).hexdigest()
    listing = f"# text\r\n\r\n{'0' * 64}  install.sh\r\n{digest.upper()} *heygen.pyz\r\n".encode()

    assert update(installed, releases.publish(NEW, checksums=listing)).returncode == 0
    assert version_of(installed) == NEW


def test_a_file_without_end_is_not_taken_in(releases, installed, server):
    releases.publish(NEW)

    def endless(handler, _):
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(bytes(1 << 20))
        except OSError:
            handler.close_connection = True

    server.routes["GET", f"/v{NEW}/heygen.pyz"] = endless

    assert "larger than 32 MiB" in assert_refused(update(installed, releases), installed)["message"]

    server.routes["GET", f"/v{NEW}/checksums.txt"] = endless
    assert "larger than 1 MiB" in assert_refused(update(installed, releases), installed)["message"]

    server.routes["GET", "/releases.json"] = endless
    assert "larger than 16 MiB" in assert_refused(update(installed, releases), installed)["message"]


def test_a_file_that_is_cut_short_is_not_installed(releases, installed, server):
    releases.publish(NEW)

    def cut(handler, _):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(GOOD)))
        handler.end_headers()
        handler.wfile.write(GOOD[:1000])
        handler.close_connection = True

    server.routes["GET", f"/v{NEW}/heygen.pyz"] = cut
    answer = update(installed, releases)
    assert answer.returncode == 1
    assert json.loads(answer.stderr)["error"]["code"] in ("network_error", "cli_update_refused")
    assert installed.read_bytes() == zipapps.data(OLD)
    assert os.listdir(installed.parent) == [installed.name]


# --- the file


@posix
def test_the_new_file_has_the_old_ones_mode_and_owner_and_links_stay(releases, installed, tmp_path):
    os.chmod(installed, 0o751)
    if os.getuid() == 0:
        os.chown(installed, 65534, 65534)
    before = os.stat(installed)
    link, second = tmp_path / "link", tmp_path / "second"
    link.symlink_to("second")
    second.symlink_to(installed)

    assert update(link, releases.publish(NEW)).returncode == 0

    after = os.stat(installed)
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert os.readlink(link) == "second" and os.readlink(second) == str(installed)
    assert installed.read_bytes() == GOOD


@posix
def test_it_says_so_where_it_may_not_write(releases, unwritable):
    folder, python, nobody = unwritable
    installed = write(folder / "heygen", zipapps.data(OLD))

    answer = update(installed, releases.publish(NEW), python=python, **nobody)

    error = assert_refused(answer, installed, "cli_file_io_error")

    assert error["hint"].endswith(f"sudo '{installed}' update")


@posix
def test_a_full_disk_leaves_the_old_file(releases, installed):
    import resource

    def little_room():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    answer = update(installed, releases.publish(NEW), preexec_fn=little_room)

    assert_refused(answer, installed, "cli_file_io_error")


@posix
def test_a_kill_leaves_the_old_file_and_the_next_update_cleans_up(releases, installed, server):
    releases.publish(NEW)
    reached, go_on = threading.Event(), threading.Event()

    def stall(handler, _):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(GOOD)))
        handler.end_headers()
        handler.wfile.write(GOOD[:1000])
        handler.wfile.flush()
        reached.set()
        go_on.wait(30)

    whole = server.routes["GET", f"/v{NEW}/heygen.pyz"]
    server.routes["GET", f"/v{NEW}/heygen.pyz"] = stall
    environ = {"HEYGEN_RELEASES_URL": releases.url, "HOME": "/nonexistent"}
    process = subprocess.Popen([zipapps.THIS_PYTHON.path, "-I", "-S", str(installed), "update"], env=environ)
    assert reached.wait(30)
    process.send_signal(signal.SIGKILL)
    process.wait()
    go_on.set()
    assert installed.read_bytes() == zipapps.data(OLD)

    left, fresh = installed.parent / ".heygen.00ff.new", installed.parent / f".heygen.{os.getpid()}.ff00.new"
    ended = installed.parent / f".heygen.{process.pid}.ff00.new"
    for each in (left, fresh, ended):
        each.write_bytes(b"#!")
    os.utime(left, (1, 1))
    server.routes["GET", f"/v{NEW}/heygen.pyz"] = whole
    assert update(installed, releases).returncode == 0
    assert sorted(os.listdir(installed.parent)) == [fresh.name, "heygen"]


@posix
def test_a_file_in_use_is_replaced_and_no_start_fails(releases, tmp_path):
    """Twenty processes start the file over and over while updates replace it by others; each start gets one of them."""
    folder = tmp_path / "shared"
    folder.mkdir()
    versions = {version: zipapps.data(version) for version in (OLD, NEW, NEWEST)}
    installed = write(folder / "heygen", versions[OLD])
    for version in versions:
        releases.publish(version)
    loop = (
        "import subprocess, sys, os\n"
        "env = {'PATH': os.environ['PATH'], 'HOME': '/nonexistent', 'HEYGEN_NO_ANALYTICS': '1'}\n"
        "words = {0: ['--version'], 1: ['video', 'list', '--dry-run', '--get', 'method'], 2: ['voice', '--help']}\n"
        "count = 0\n"
        "while not os.path.exists(sys.argv[2]):\n"
        "    start = [sys.argv[1]] if count % 2 else [sys.executable, '-I', '-S', sys.argv[1]]\n"
        "    answer = subprocess.run([*start, *words[count % 3]], env=env, stdin=subprocess.DEVNULL, capture_output=True)\n"
        "    if answer.returncode or answer.stderr or not answer.stdout: sys.exit(repr(answer))\n"
        "    count += 1\n"
        "print(count)\n"
    )
    stop = tmp_path / "stop"
    path = os.pathsep.join([os.path.dirname(zipapps.THIS_PYTHON.path), "/usr/bin", "/bin"])
    users = [
        subprocess.Popen(
            [sys.executable, "-c", loop, str(installed), str(stop)],
            env={"PATH": path}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(20)
    ]  # fmt: skip
    try:
        began, rounds = time.monotonic(), 0
        while not rounds or time.monotonic() - began < 2:
            for version in (NEW, NEWEST, OLD):
                answer = update(installed, releases, "--version", f"v{version}", timeout=120)
                assert answer.returncode == 0, answer
                assert installed.read_bytes() == versions[version]
            rounds += 1
    finally:
        stop.touch()
        ends = [user.communicate(timeout=120) for user in users]
    assert [error for _, error in ends if error] == []
    assert all(int(counted) > 0 for counted, _ in ends)
    assert os.listdir(folder) == ["heygen"]


# --- other ways of installing


def test_a_checkout_is_updated_with_git(run):
    result = run("update")

    assert (result.status, result.error["code"]) == (1, "wrong_install_method")
    assert result.error["hint"] == f"Update it with: git -C {zipapps.ROOT} pull"


@pytest.mark.parametrize(
    ("folder", "installer", "upgrade"),
    [
        ("env/lib/python3.11/site-packages", "pip", f"{sys.executable} -m pip install --upgrade heygen-cli"),
        (".local/share/pipx/venvs/heygen-cli/lib/python3.11/site-packages", "pip", "pipx upgrade heygen-cli"),
        (".local/share/uv/tools/heygen-cli/lib/python3.11/site-packages", "uv", "uv tool upgrade heygen-cli"),
        ("tools/heygen-cli/uv-receipt.toml/../lib/python3.11/site-packages", "uv", "uv tool upgrade heygen-cli"),
        ("tools/heygen-cli/pipx_metadata.json/../lib/python3.11/site-packages", "pip", "pipx upgrade heygen-cli"),
        ("conda/lib/python3.11/site-packages", "conda", "conda update heygen-cli"),
        ("Cellar/heygen/0.1.0/libexec/lib/python3.11/site-packages", "pip", "brew upgrade heygen"),
        ("nix/store/x-heygen/lib/python3.11/site-packages", None, "nix profile upgrade heygen"),
    ],
)
def test_a_package_is_updated_by_what_installed_it(tmp_path, folder, installer, upgrade):
    environment, _, receipt = folder.partition("/../")[0].rpartition("/") if "/../" in folder else (folder, "", "")
    if receipt:
        folder = f"{environment}/{folder.partition('/../')[2]}"
    site = tmp_path / folder
    shutil.copytree(zipapps.ROOT / "heygen", site / "heygen", ignore=shutil.ignore_patterns("__pycache__"))
    if receipt:
        (tmp_path / environment / receipt).touch()
    if installer:
        (site / "heygen_cli-0.1.0.dist-info").mkdir()
        (site / "heygen_cli-0.1.0.dist-info" / "INSTALLER").write_text(f"{installer}\n")

    command = f"import sys; sys.path.insert(0, {str(site)!r}); from heygen.__main__ import main; sys.exit(main())"
    answer = start(sys.executable, "-I", "-c", command, "update")

    error = json.loads(answer.stderr)["error"]
    assert (answer.returncode, error["code"]) == (1, "wrong_install_method")
    assert error["hint"] == f"Update it with: {upgrade}"


@pytest.mark.parametrize(
    ("origin", "wanted"),
    [
        ('{"url": "file:///srv/a b/heygen.tar.gz", "archive_info": {}}', "'file:///srv/a b/heygen.tar.gz'"),
        ('{"url": "https://git.example/heygen.git", "vcs_info": {"vcs": "git"}}', "git+https://git.example/heygen.git"),
        ("{}", "heygen-cli"),
        ("[", "heygen-cli"),
    ],
)
def test_a_package_from_an_address_is_updated_from_there(tmp_path, origin, wanted):
    """No index is asked for a name that may be somebody else's there."""
    metadata = tmp_path / "site-packages" / "heygen_cli-0.1.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "direct_url.json").write_text(origin)

    found = installation.at(str(tmp_path / "site-packages" / "heygen"))

    assert found.upgrade == f"{sys.executable} -m pip install --upgrade {wanted}"


def test_a_file_that_a_package_manager_owns_is_left_to_it():
    if not shutil.which("dpkg-query"):
        pytest.skip("there is no dpkg here")
    owned = os.path.realpath("/usr/bin/dpkg-query")

    found = installation.find(types.SimpleNamespace(archive=owned))

    assert (found.method, found.path, found.upgrade) == (installation.ZIPAPP, owned, "apt-get install --only-upgrade heygen")
    assert installation.find(types.SimpleNamespace(archive="/usr/local/bin/heygen")).upgrade is None
    assert installation.find(types.SimpleNamespace(archive="/opt/homebrew/Cellar/heygen/1/bin/heygen")).upgrade == "brew upgrade heygen"


def test_the_program_can_start_itself_again(tmp_path):
    """However it was installed, and wherever it is started from."""
    words = "import os, json; from heygen.core import process; print(json.dumps(process.command()))"
    answer = start(sys.executable, "-c", f"import sys; sys.path.insert(0, {str(zipapps.ROOT)!r}); {words}")
    again = start(*json.loads(answer.stdout), "--version", cwd=tmp_path)
    assert again.stdout.startswith("heygen "), again

    pyz = write(tmp_path / "heygen.pyz", zipapps.data())
    command = json.loads(*zipapps.inside("heygen.pyz", words, cwd=pyz.parent))
    assert str(pyz) in command
    assert start(*command, "--version", cwd=os.sep).stdout.startswith("heygen ")
