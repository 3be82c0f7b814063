"""Systems other than this one: what is only there on some is asked for before it is used.

The program runs without everything that POSIX systems have beyond the others, once as a POSIX system that lacks it and
once as Windows. The standard library is imported first: it has made its own choices by then, and some of it relies on them.
"""

from __future__ import annotations

import ast
import json
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Modules that are not on every system that Python runs on.
SOMEWHERE_ONLY = {
    "_winapi", "crypt", "curses", "fcntl", "grp", "msvcrt", "nt", "posix", "pty", "pwd", "readline", "resource", "syslog",
    "termios", "tty", "winreg", "winsound",
}  # fmt: skip

ELSEWHERE = """
import calendar, csv, datetime, email.message, email.parser, getpass, glob, hashlib, http.client, http.server, json, os
import secrets, selectors, shutil, signal, socket, socketserver, ssl, subprocess, sys, tempfile, threading, types
import unicodedata, urllib.request, uuid, webbrowser, zipfile

system, root = sys.argv[1:3]
for name in {modules!r}:
    sys.modules[name] = None
for name in ("chown", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid", "getpgrp", "getppid", "getuid",
             "killpg", "mkfifo", "posix_spawn", "setsid", "tcgetpgrp", "tcsetpgrp", "uname", "O_CLOEXEC", "O_NOFOLLOW",
             "O_NOCTTY", "sendfile", "statvfs", "pread", "posix_fallocate"):
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGALRM", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGTSTP", "SIGUSR1", "SIGWINCH"):
    if hasattr(signal, name):
        delattr(signal, name)
if system == "nt":
    windows = types.ModuleType("msvcrt")
    windows.LK_LOCK, windows.LK_NBLCK, windows.LK_UNLCK = 1, 2, 0
    windows.locking = lambda descriptor, mode, count: None
    windows.get_osfhandle = lambda descriptor: descriptor
    sys.modules["msvcrt"] = windows
    os.O_BINARY = 0
os.name = system
sys.path.insert(0, root)
sys.argv = ["heygen", *sys.argv[3:]]
from heygen.__main__ import main
sys.exit(main())
"""


@pytest.fixture(params=["posix", "nt"])
def elsewhere(request, tmp_path):
    """Run the program on a system that has no more than Python promises: elsewhere("video", "list")."""
    # posixpath, which here stands for Windows' paths as well, has found no other way to the home of a user than pwd.
    code = ELSEWHERE.format(modules=sorted(SOMEWHERE_ONLY - {"posix", "nt", "pwd"}))
    home = tmp_path / "home"
    home.mkdir()

    def run(*words, env=None, stdin=""):
        environ = {"PATH": "/usr/bin:/bin", "HOME": str(home), "USERPROFILE": str(home), "HEYGEN_API_KEY": "test-key"}
        environ.update({"HEYGEN_NO_ANALYTICS": "1", **(env or {})})
        command = [sys.executable, "-I", "-c", code, request.param, str(ROOT), *map(str, words)]
        return subprocess.run(command, env=environ, input=stdin, capture_output=True, text=True, timeout=60)

    return run


@pytest.mark.parametrize(
    "words",
    [
        ("--version",),
        ("--help",),
        ("help", "environment"),
        ("video", "create", "--help"),
        ("video", "create", "--request-schema"),
        ("video", "list", "--dry-run"),
        ("video", "list", "--dry-run", "--human", "--color", "always"),
        ("config", "list"),
        ("config", "path"),
        ("completion", "bash"),
        ("sandbox", "run", "--", "video-agent", "create", "--prompt", "Hello", "--wait"),
        ("sandbox", "run", "--", "video", "list", "--human"),
    ],
)
def test_what_needs_nothing_of_the_system_works(elsewhere, words):
    answer = elsewhere(*words)

    assert answer.returncode == 0, answer
    # A wait says at once what was created.
    assert ['"created"' in line for line in answer.stderr.splitlines()] == ([True] if "--wait" in words else []), answer
    assert answer.stdout


def test_settings_and_credentials_are_kept(elsewhere):
    assert elsewhere("config", "set", "output", "human").returncode == 0
    answer = elsewhere("config", "get", "output", "--human=false")
    assert json.loads(answer.stdout)["value"] == "human", answer

    answer = elsewhere("auth", "login", stdin="another-test-key\n", env={"HEYGEN_API_KEY": "", "HEYGEN_API_BASE": "http://127.0.0.1:9", "HEYGEN_MAX_RETRIES": "0"})
    assert answer.returncode == 0, answer
    answer = elsewhere("auth", "logout", "--human=false", env={"HEYGEN_API_KEY": ""})
    assert answer.returncode == 0, answer


def test_files_go_out_and_come_in(elsewhere, tmp_path):
    source = tmp_path / "picture.png"
    source.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(1000))
    state = tmp_path / "state.json"

    answer = elsewhere("sandbox", "run", "--state", state, "--", "asset", "upload", source)
    assert answer.returncode == 0, answer
    answer = elsewhere("sandbox", "run", "--state", state, "--", "video-agent", "create", "--prompt", "Hi", "--wait", "--get", "data.id")
    assert answer.returncode == 0, answer
    target = tmp_path / "video.mp4"
    answer = elsewhere("sandbox", "run", "--state", state, "--", "video", "download", answer.stdout.strip(), "--output-path", target)
    assert answer.returncode == 0, answer
    assert target.stat().st_size > 1000


def test_an_interrupted_network_is_an_error_as_anywhere(elsewhere):
    answer = elsewhere("video", "list", env={"HEYGEN_API_BASE": "http://127.0.0.1:9", "HEYGEN_MAX_RETRIES": "0"})

    assert (answer.returncode, answer.stdout) == (1, "")
    assert json.loads(answer.stderr)["error"]["code"] == "network_error"


def test_no_module_imports_what_only_some_systems_have_at_its_head():
    """Such an import stands in a function, where the code has found out that it may."""
    for path in sorted((ROOT / "heygen").rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not SOMEWHERE_ONLY & {name.partition(".")[0] for name in names}, f"{path}:{node.lineno}"
