"""`kill -9` before every single change to the disk: the same command again succeeds, and nothing is left behind."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import shutil
import signal
import sys

import pytest
import zipapps
from calls import OAUTH, SESSION
from faulty_server import CONTENT, TAG
from forker import MODULES, Forker
from killing import at_change
from observing import wait_for_senders
from servers import ScriptedServer

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kill -9 and forks as POSIX has them")

VIDEO = ("video", "create", "--type", "avatar", "--avatar-id", "a1", "--script", "Hi", "--voice-id", "v1")
TOKENS = {"access_token": "access-2", "refresh_token": "refresh-2", "token_type": "Bearer", "expires_in": 3600}
MOST_CHANGES = 60


@pytest.fixture(scope="module")
def api():
    started = ScriptedServer()
    started.route("GET", "/v3/users/me", {"data": {"username": "ada"}})
    started.route("GET", "/v3/videos", {"data": [], "has_more": False, "next_token": None})
    started.route("GET", "/v3/videos/v1", {"data": {"id": "v1", "status": "completed", "video_url": f"{started.url}/v1.mp4"}})
    started.route("GET", "/v1.mp4", body=CONTENT, headers={"ETag": TAG})
    started.route("POST", "/token", TOKENS)
    started.route("POST", "/batch", {})
    yield started
    started.close()


@pytest.fixture(scope="module")
def forker():
    started = Forker((*MODULES, "heygen.commands.sandbox_run", "heygen.sandbox.server", "heygen.files.download", "json"))
    yield started
    started.close()


class Work:
    """A command that writes; `before` puts files in place (by name in the folder), and `left` is what it must leave."""

    def __init__(self, *argv, left, before=None, stdin=b"", env=None):
        self.argv = argv
        self.left = left
        self.before = before or {}
        self.stdin = stdin
        self.env = env or {}


KEY = {"config/credentials": b'{"api_key": "old-key"}'}
WORKS = {
    "login": Work("auth", "login", "--api-key", stdin=b"new-key", left={"config/credentials": b"new-key"}),
    "login over a link": Work("auth", "login", "--api-key", before=KEY, stdin=b"new-key", left={"config/credentials": b"new-key"}),
    "logout": Work("auth", "logout", before=KEY, left={}),
    "config": Work("config", "set", "output", "human", before={"config/config.toml": b'analytics = "false"\n'},
                   left={"config/config.toml": b"human"}),
    "refresh": Work("video", "list", before={"config/credentials": json.dumps(SESSION).encode()}, env=OAUTH,
                    left={"config/credentials": b"access-2"}),
    "download": Work("video", "download", "v1", left={"v1.mp4": CONTENT}),
    "download over a file": Work("video", "download", "v1", "--force", before={"v1.mp4": b"old"}, left={"v1.mp4": CONTENT}),
    "answer to a file": Work("api", "GET", "v3/users/me", "--output-path", "out", left={"out": b'"ada"'}),
    "sandbox": Work("sandbox", "run", "--allow-unknown-ids", "--state", "state.json", "--", *VIDEO, left={"state.json": b"heygen-sandbox"}),
    "sandbox upload": Work("sandbox", "run", "--state", "state.json", "--", "asset", "create", "--file", "a.png",
                           before={"a.png": b"\x89PNG\r\n\x1a\n"}, left={"a.png": b"PNG", "state.json": b"heygen-sandbox"}),
    "feedback": Work("feedback", "--rating", "5", left={"config/analytics.json": b"id"},
                     env={"HEYGEN_ANALYTICS_URL": "{url}/batch", "HEYGEN_NO_ANALYTICS": ""}),
}  # fmt: skip


def files(folder):
    """Return the files below a folder, but for the locks, which stay on purpose, and the sandbox's uploads."""
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if not name.endswith(".lock") and ".files" not in name}


@pytest.mark.parametrize("name", WORKS)
def test_a_kill_before_any_change_is_mended_by_the_same_command(name, forker, api, tmp_path):
    work, folder = WORKS[name], tmp_path / "here"
    env = {"HEYGEN_API_BASE": api.url, "HEYGEN_API_KEY": "test-key", "HEYGEN_NO_ANALYTICS": "1", "HOME": "/nonexistent",
           "HEYGEN_CONFIG_DIR": str(folder / "config")}  # fmt: skip
    env.update({each: value and value.replace("{url}", api.url) for each, value in work.env.items()})
    env = {each: value for each, value in env.items() if value is not None}

    def start(before=""):
        process = forker.start(*work.argv, env=env, cwd=folder, stdin=str(tmp_path / "stdin"), before=before)
        _, stderr = process.communicate()
        wait_for_senders(folder / "config")
        return process.returncode, stderr

    def prepare():
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "config").mkdir(parents=True, mode=0o700)
        (tmp_path / "stdin").write_bytes(work.stdin)
        for each, data in work.before.items():
            (folder / each).write_bytes(data)
            (folder / each).chmod(0o600)

    for number in range(1, MOST_CHANGES):
        prepare()
        status, stderr = start(at_change(number))
        if status == 0:
            assert number > 2, "it changes nothing"
            return
        assert (status, stderr) == (-signal.SIGKILL, b"")
        status, stderr = start()
        # A command that had done its work when it was killed says so.
        is_done = b"file_exists" in stderr and all(data in files(folder)[each] for each, data in work.left.items())
        assert status == 0 or is_done, (number, stderr)
        left = files(folder)
        assert left.keys() == work.left.keys(), number
        assert all(data in left[each] for each, data in work.left.items()), number
    raise AssertionError("it does not come to an end")


def test_a_kill_during_an_update_leaves_a_program_that_updates(api, tmp_path, request):
    step = 1 if request.config.getoption("--thorough") else 2  # each takes four starts
    new = zipapps.data("99.0.0")
    sums = f"{hashlib.sha256(new).hexdigest()}  heygen.pyz\n".encode()
    api.route("GET", "/heygen.pyz", body=new)
    api.route("GET", "/checksums.txt", body=sums)
    assets = [{"name": each, "browser_download_url": f"{api.url}/{each}"} for each in ("heygen.pyz", "checksums.txt")]
    api.route("GET", "/releases.json", [{"tag_name": "v99.0.0", "prerelease": False, "draft": False, "assets": assets}])
    env = {"HEYGEN_RELEASES_URL": f"{api.url}/releases.json"}
    folder = tmp_path / "bin"
    for number in range(1, MOST_CHANGES, step):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        file = zipapps.write(folder / "heygen", zipapps.data("0.1.0"))
        code = at_change(number) + zipapps.START
        killed = zipapps.start(sys.executable, "-ISc", code, file, "update", env=env)
        if killed.returncode == 0:
            assert number > 2
            return
        assert killed.returncode == -signal.SIGKILL
        again = zipapps.start(sys.executable, "-IS", file, "update", env=env)
        assert again.returncode == 0, again.stderr
        assert pathlib.Path(file).read_bytes() == new
        # What is younger than an hour may be that of another update.
        assert [each for each in os.listdir(folder) if not each.endswith(".new")] == ["heygen"], number
    raise AssertionError("it does not come to an end")
