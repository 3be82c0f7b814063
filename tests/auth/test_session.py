"""Renewing a session costs nobody the session: a refresh token is spent once, and what it brings is stored."""

from __future__ import annotations

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import threading

import forks
import pytest
from processes import start
from provider import credential_file, providing, store, stored

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and permissions of POSIX")

OVER = "2020-01-01T00:00:00Z"
TOKEN = "/v1/oauth/token"


@pytest.fixture
def server():
    yield from providing()


@pytest.fixture
def file(tmp_path):
    return credential_file(tmp_path)


def begin(server, file, **options):
    """Start `heygen auth status` with the stored session."""
    env = {**{name: value for name, value in server.env.items() if value}, **options.pop("env", {})}
    return start(server, "auth", "status", home=str(file.parent.parent), env={**env, "HEYGEN_API_KEY": ""}, **options)


def finish(process):
    """Return status, stdout and stderr of a process."""
    stdout, stderr = process.communicate(timeout=60)
    return process.returncode, stdout.decode(), stderr.decode()


def paths(server):
    return [request.path for request in server.requests]


def assert_nothing_was_spent(server, file, before, answer):
    status, stdout, stderr = answer
    assert (status, stdout) == (1, ""), answer
    assert '"code":"cli_file_io_error"' in stderr and "Traceback" not in stderr
    assert TOKEN not in paths(server)
    assert file.read_bytes() == before
    assert not [path for path in file.parent.iterdir() if path.name.startswith(".credentials.") and path.suffix != ".lock"]


# --- no room, or no right, to store what comes


@pytest.mark.parametrize("room", [0, 100, 4096])
def test_a_disk_without_room_for_the_new_session_does_not_cost_the_old_one(server, file, room):
    import resource

    store(file, **{**server.issue(), "expires_at": OVER})
    before = file.read_bytes()
    limit = len(before) // 2 if not room else len(before) + room

    answer = finish(begin(server, file, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))))

    assert_nothing_was_spent(server, file, before, answer)
    assert finish(begin(server, file))[0] == 0  # with room it goes on


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mounts of Linux")
def test_a_full_disk_does_not_cost_the_session(server, tmp_path):
    place = tmp_path / "home" / ".heygen"
    place.mkdir(parents=True)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", str(place)], capture_output=True).returncode:
        pytest.skip("may not mount")
    try:
        file = place / "credentials"
        store(file, **{**server.issue(), "expires_at": OVER})
        before = file.read_bytes()
        (place / ".credentials.lock").touch()
        assert_nothing_was_spent(server, file, before, finish(begin(server, file)))
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="mounts of Linux")
def test_a_credential_file_that_is_a_mount_of_its_own_is_not_taken_for_one_that_can_be_replaced(server, file, tmp_path):
    """As containers have it; nothing can be renamed over it."""
    elsewhere = tmp_path / "credentials"
    store(elsewhere, **{**server.issue(), "expires_at": OVER})
    store(file)
    if subprocess.run(["mount", "--bind", str(elsewhere), str(file)], capture_output=True).returncode:
        pytest.skip("may not mount")
    try:
        before = file.read_bytes()
        assert_nothing_was_spent(server, file, before, finish(begin(server, file)))
    finally:
        subprocess.run(["umount", str(file)], check=True)


@pytest.mark.parametrize("kind", ["read-only", "sticky"])
def test_a_folder_that_is_not_ours_does_not_cost_the_session(server, unwritable, kind):
    _, python, options = unwritable
    if not options:
        pytest.skip("needs a user beside us")
    home = pathlib.Path(tempfile.mkdtemp(prefix="home "))
    try:
        home.chmod(0o755)
        file = home / ".heygen" / "credentials"
        store(file, **{**server.issue(), "expires_at": OVER})
        before = file.read_bytes()
        file.chmod(0o644)
        file.parent.chmod(0o555 if kind == "read-only" else 0o1777)
        code = f"import runpy, sys; sys.argv[1:] = ['auth', 'status']; runpy.run_path({str(archive(home))!r}, run_name='__main__')"
        env = {**{name: value for name, value in server.env.items() if value}, "HOME": str(home), "HEYGEN_NO_ANALYTICS": "1"}
        process = subprocess.Popen(
            [python, "-B", "-c", code], env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
        )
        assert_nothing_was_spent(server, file, before, finish(process))
    finally:
        shutil.rmtree(home)


def archive(folder):
    """Return the program as a file that every user can read."""
    import zipapps

    path = folder / "heygen.pyz"
    path.write_bytes(zipapps.data("0.1.0"))
    path.chmod(0o755)
    return path


# --- signals


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGALRM"])
def test_a_signal_waits_until_the_new_session_is_stored(server, file, name):
    store(file, **{**server.issue(), "expires_at": OVER})
    asked, answer, token = threading.Event(), threading.Event(), server.routes["POST", TOKEN]

    def slow(handler, recorded):
        asked.set()
        assert answer.wait(60)
        token(handler, recorded)

    server.routes["POST", TOKEN] = slow
    process = begin(server, file)
    assert asked.wait(60)
    process.send_signal(getattr(signal, name))
    process.send_signal(signal.SIGINT)  # however impatient
    answer.set()
    status, stdout, stderr = finish(process)

    assert (status, stdout) == (130, "")
    assert '"code":"canceled"' in stderr and "Traceback" not in stderr
    assert paths(server) == [TOKEN]
    assert stored(file)["oauth"]["refresh_token"] == "refresh-2" and stored(file)["theirs"] == {"kept": True}
    assert finish(begin(server, file))[0] == 0
    assert paths(server) == [TOKEN, "/v3/users/me"]


def test_an_interrupt_between_two_tries_does_not_wait_for_the_rest(run, server, file):
    """What has not been sent has not been spent."""
    store(file, **{**server.issue(), "expires_at": OVER})
    before = file.read_bytes()
    pauses = []

    def sleep(seconds):
        pauses.append(seconds)
        signal.raise_signal(signal.SIGINT)

    nobody = {"HEYGEN_OAUTH_TOKEN_URL": "http://127.0.0.1:1/token", "HEYGEN_MAX_RETRIES": "5"}
    result = run("auth", "status", env={**server.env, **nobody}, sleep=sleep)
    assert (result.status, len(pauses)) == (130, 1)
    assert file.read_bytes() == before


def test_a_kill_while_the_new_session_is_awaited_leaves_a_file_that_can_be_read_and_debris_that_is_swept_up(server, file):
    store(file, **{**server.issue(), "expires_at": OVER})
    before = file.read_bytes()
    asked, answer = threading.Event(), threading.Event()

    def never(handler, recorded):
        asked.set()
        assert answer.wait(60)
        handler.close_connection = True

    token = server.routes["POST", TOKEN]
    server.routes["POST", TOKEN] = never
    process = begin(server, file)
    assert asked.wait(60)
    process.kill()
    finish(process)
    answer.set()
    assert file.read_bytes() == before
    assert (file.parent / f".credentials.{process.pid}").exists()

    server.routes["POST", TOKEN] = token
    assert finish(begin(server, file))[0] == 0
    assert sorted(path.name for path in file.parent.iterdir()) == [".credentials.lock", "credentials"]


def test_threads_that_renew_at_once_hold_no_signals(server, file):
    """Handlers belong to the main thread; another one renews without them."""
    store(file, **{**server.issue(), "expires_at": OVER})
    setup = """
import io, threading
from heygen.cli import main as cli
from heygen.core.context import process_context
def work(index):
    statuses = []
    threads = [threading.Thread(target=lambda: statuses.append(cli.main(["auth", "status"], process_context()))) for _ in range(2)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert statuses == [0, 0], statuses
"""
    env = {**{name: value for name, value in server.env.items() if value}, "HOME": str(file.parent.parent), "HEYGEN_NO_ANALYTICS": "1"}
    forks.at_once(1, setup, env)
    assert stored(file)["oauth"]["refresh_token"] == "refresh-2"
