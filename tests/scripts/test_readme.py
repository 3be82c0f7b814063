"""The README for somebody who has never seen the program: its blocks are run as they stand, in a fresh account."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.S)


@pytest.fixture
def sandbox(tmp_path):
    """A sandbox that stands for the API, in a process of its own; returns what to set in the environment."""
    command = [sys.executable, str(ROOT / "heygen.py"), "sandbox", "start"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={"PATH": os.environ["PATH"], "HOME": str(tmp_path / "sandbox")}) as process:
        try:
            yield json.loads(process.stdout.readline())["env"]
        finally:
            process.terminate()


@pytest.fixture
def checkout(tmp_path):
    """A copy of the repository as somebody has it who has just fetched it."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True).stdout.decode().split("\0")
    if names == [""]:
        pytest.skip("this is no git checkout")
    for name in filter(None, names):
        if not name.startswith("tests/") and (ROOT / name).is_file():
            (tmp_path / "checkout" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tmp_path / "checkout" / name)
    return tmp_path / "checkout"


def test_every_block_runs_in_a_fresh_account(tmp_path, checkout, sandbox):
    home, tools = tmp_path / "home", tmp_path / "tools"
    home.mkdir()
    tools.mkdir()
    (tools / "python3").symlink_to(sys.executable)
    # The tests of the checkout itself are what runs here.
    blocks = [block for block in BLOCKS if "scripts/test.py" not in block]
    assert len(blocks) >= 5
    path = os.pathsep.join([str(home / ".local" / "bin"), str(tools), os.environ["PATH"]])
    environ = {"HOME": str(home), "PATH": path, **sandbox}
    for block in blocks:
        done = subprocess.run(["sh", "-euc", block], cwd=checkout, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert done.returncode == 0, (block, done.stderr)
        assert not re.search('"(error|warning)"', done.stderr), (block, done.stderr)
    for name in ("hello.mp4", "avatar.mp4", "welcome.mp4"):
        assert (checkout / name).read_bytes()[4:8] == b"ftyp", name
    assert not (home / ".heygen").exists() and not (home / ".local" / "bin" / "heygen").exists()


def test_the_first_block_makes_a_video(tmp_path, checkout):
    environ = {"HOME": str(tmp_path / "nobody"), "PATH": os.environ["PATH"]}
    done = subprocess.run(["sh", "-c", BLOCKS[0]], cwd=checkout, env=environ, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert (done.returncode, json.loads(done.stdout)["data"]["status"]) == (0, "completed")
    assert (checkout / "hello.mp4").stat().st_size > 1000


def test_no_block_has_a_placeholder_that_a_shell_would_take_for_a_redirect():
    for block in BLOCKS:
        assert re.findall(r"<[a-z-]+>", block) == []
