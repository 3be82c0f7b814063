"""What a process that was killed while it wrote one of our files has left beside it goes with the next write, or sign-out."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(os.name != "posix", reason="elsewhere a process cannot be asked for without ending it")

ANALYTICS = {"HEYGEN_NO_ANALYTICS": None}
WRITES = {
    "auth login": ("credentials", ("auth", "login"), {"stdin": "a-key-that-is-new"}),
    "auth logout": ("credentials", ("auth", "logout"), {}),
    "config set": ("config.toml", ("config", "set", "output", "human"), {}),
    "config unset": ("config.toml", ("config", "unset", "output"), {}),
    "feedback": ("analytics.json", ("feedback", "--rating", "5"), {"env": ANALYTICS}),
}
BEFORE = {"credentials": '{"api_key": "a-key-of-before"}', "config.toml": 'output = "json"\n', "analytics.json": "{}"}


@pytest.fixture
def home(tmp_path):
    folder = tmp_path / "home" / ".heygen"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def ended():
    """The number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-IS", "-c", "pass"])
    process.wait()
    return process.pid


def plant(folder, name, number):
    """Put a half-written file in place, as a kill leaves it."""
    file = folder / f".{name}.{number}"
    file.write_text('{"api_key": "half-of-a-')
    file.chmod(0o600)
    return file


@pytest.mark.parametrize("name, words, options", WRITES.values(), ids=WRITES)
def test_the_next_write_of_each_file_sweeps_up(run, files, home, ended, name, words, options):
    files.route("POST", "/events", {})
    left, theirs = plant(home, name, ended), plant(home, name, "by-somebody-else")
    (home / name).write_text(BEFORE[name])
    (home / name).chmod(0o600)
    env = {"HEYGEN_ANALYTICS_URL": f"{files.url}/events", **options.get("env", {})}

    assert run(*words, **{**options, "env": env}).status == 0

    assert not left.exists() and theirs.exists()
    assert words == ("auth", "logout") or (home / name).read_text() != BEFORE[name]


@pytest.mark.parametrize("content", ['{"api_key": "a-key-of-before"}', None, "{broken"], ids=["signed in", "nobody", "unreadable"])
def test_a_sign_out_leaves_nothing_even_where_the_number_is_another_process_s_now(run, home, content):
    """In a container the same few numbers come again and again."""
    left = plant(home, "credentials", os.getppid())
    if content is not None:
        (home / "credentials").write_text(content)
        (home / "credentials").chmod(0o600)

    assert run("auth", "logout").status == (3 if content == "{broken" else 0)

    assert not left.exists()
    assert not content or content == "{broken" or not (home / "credentials").exists()


def test_a_sign_out_where_there_is_nothing_makes_nothing(run, home):
    assert run("auth", "logout").status == 0
    assert list(home.iterdir()) == []
