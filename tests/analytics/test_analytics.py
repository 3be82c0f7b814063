"""Usage analytics: what is sent and what never is, when nothing is sent, and that no failure of it can be noticed."""

from __future__ import annotations

import json
import os
import platform
import re
import signal
import socket
import stat
import subprocess
import sys
import time

import pytest
import zipapps

from heygen import __version__
from heygen.analytics import dispatch, events
from heygen.core import build
from heygen.core.context import Context, InputStream, OutputStream

posix = pytest.mark.skipif(os.name != "posix", reason="descriptors and signals as POSIX has them")


@pytest.fixture
def sink(server):
    """A server that takes events, and the variables that lead there."""
    server.route("POST", "/batch", {"status": 1})
    server.env = {"HEYGEN_NO_ANALYTICS": None, "HEYGEN_ANALYTICS_URL": f"{server.url}/batch"}
    return server


@pytest.fixture
def black_hole():
    """The address of a server that takes connections and never answers."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(50)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/batch"


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home" / ".heygen"


def batches(sink, count):
    """The documents that arrived, as soon as there are so many requests."""
    sink.wait_for(count)
    return [request.json for request in sink.requests if request.path == "/batch"]


def test_a_run_is_two_events_with_nothing_of_its_content(run, sink, home):
    sink.answer({"error": {"code": "video_not_found", "message": "No secret-title"}}, status=404)
    result = run("video", "get", "secret-id", "--human", env={**sink.env, "HEYGEN_API_KEY": "secret-key", "CLAUDECODE": "1"})
    assert result.status == 1
    (document,) = batches(sink, 2)
    common = {
        "cli_version": __version__,
        "python_version": platform.python_version(),
        "python_implementation": sys.implementation.name,
        "os": sys.platform,
        "arch": platform.machine(),
        "agent": "claude_code",
        "$process_person_profile": False,
        "$geoip_disable": True,
    }
    started, ended = document["batch"]
    assert document["api_key"] == build.ANALYTICS_KEY
    assert [started["event"], ended["event"]] == ["command_run", "command_completed"]
    assert started["properties"] == {"command": "video get", **common}
    assert ended["properties"] == {
        "command": "video get",
        "exit_code": 1,
        "duration_ms": 0,
        "error_code": "video_not_found",
        **common,
    }
    assert started["distinct_id"] == ended["distinct_id"] == json.loads((home / "analytics.json").read_text())["id"]
    assert re.fullmatch(r"[0-9a-f-]{36}", started["distinct_id"])
    request = next(request for request in sink.requests if request.path == "/batch")
    assert b"secret" not in request.body
    assert "secret" not in str(request.headers)
    assert not {"x-api-key", "authorization", "x-heygen-source"} & set(request.headers)


def test_the_id_stays_and_is_private(run, sink, home):
    for count in (1, 2):
        run("config", "path", env=sink.env)
        found = batches(sink, count)
    first, second = found
    assert first["batch"][0]["distinct_id"] == second["batch"][0]["distinct_id"]
    assert stat.S_IMODE(os.stat(home / "analytics.json").st_mode) == 0o600


def test_a_wrong_command_line_is_counted_and_not_repeated(run, sink):
    assert run("video", "lsit-secret", env=sink.env).status == 2
    (document,) = batches(sink, 1)
    (event,) = document["batch"]
    assert (event["event"], event["properties"]["command"]) == ("command_completed", None)
    assert (event["properties"]["exit_code"], event["properties"]["error_code"]) == (2, "usage_error")
    assert "secret" not in json.dumps(document)


@pytest.mark.parametrize("code", ["Your video «Secret»", "a" * 65, "a b"])
def test_a_code_that_a_server_made_up_is_not_passed_on(clock, code):
    context = Context(
        stdin=InputStream(None), stdout=OutputStream(None), stderr=OutputStream(None), environ={}, now=clock.now
    )
    run = {"command": "video get", "error_code": code, "exit_code": 1, "seconds": 0.5}
    found = events.of_run(run, "id", context)
    assert found[1]["properties"]["error_code"] == "other"
    assert found[1]["properties"]["duration_ms"] == 500


@pytest.mark.parametrize(
    "argv, env, config",
    [
        (("config", "path"), {"HEYGEN_NO_ANALYTICS": "1"}, ""),
        (("config", "path"), {"DO_NOT_TRACK": "1"}, ""),
        (("config", "path"), {}, "analytics = false\n"),
        (("config", "path"), {}, 'analytics = "false"\n'),
        (("config", "path"), {}, "analytics = maybe\n"),
        (("config", "path"), {}, 'analytics = "no"\n'),
        (("config", "set", "analytics", "false"), {}, ""),
        (("config", "path"), {"HEYGEN_ANALYTICS_URL": None}, ""),
        (("--help",), {}, ""),
        (("video", "list", "--help"), {}, ""),
        (("--version",), {}, ""),
        (("sandbox", "run"), {}, ""),
    ],
)
def test_where_nothing_is_sent_no_process_is_started(run, sink, home, argv, env, config):
    home.mkdir(parents=True)
    (home / "config.toml").write_text(config)
    run(*argv, env={**sink.env, **env})
    assert not (home / ".analytics.0.lock").exists()  # which every start of one begins with
    assert not sink.requests


def test_a_command_in_the_sandbox_is_not_counted(run, sink, home):
    result = run("sandbox", "run", "--", "video", "list", env=sink.env)
    assert result.status == 0, result
    assert not home.exists()
    assert not sink.requests


def test_the_notice_is_shown_once_and_on_a_terminal_only(run, sink):
    assert run("config", "path", env=sink.env).stderr == ""
    assert run("config", "path", "--human", env=sink.env).stderr == ""
    first = run("config", "path", "--human", terminal=True, env=sink.env)
    assert first.stderr == dispatch.NOTICE + "\n"
    assert run("config", "path", terminal=True, env=sink.env).stderr == ""
    batches(sink, 1)


def test_the_notice_is_json_where_the_result_is(run, sink):
    notice = run("config", "path", terminal=True, env=sink.env).notices[0]["notice"]
    assert notice["code"] == "cli_usage_analytics"
    assert f"{notice['message']}. {notice['hint']}" == dispatch.NOTICE
    assert run("config", "path", terminal=True, env=sink.env).stderr == ""
    batches(sink, 1)


def test_config_list_has_the_notice_where_anything_is_sent(run, sink):
    def analytics(env):
        return next(each for each in run("config", "list", env=env).json if each["key"] == "analytics")

    assert analytics(sink.env)["notice"] == dispatch.NOTICE
    assert run("config", "list", "--human", env=sink.env).stderr == dispatch.NOTICE + "\n"
    assert "notice" not in analytics({**sink.env, "HEYGEN_NO_ANALYTICS": "1"})
    assert "notice" not in analytics({**sink.env, "HEYGEN_ANALYTICS_URL": None})
    batches(sink, 2)


def test_no_more_than_a_few_processes_at_once(run, sink, home):
    environ = {"HEYGEN_CONFIG_DIR": str(home)}
    context = Context(stdin=InputStream(None), stdout=OutputStream(None), stderr=OutputStream(None), environ=environ)
    run("config", "path", env=sink.env)
    batches(sink, 1)
    slots = []
    deadline = time.monotonic() + 10
    while len(slots) < 3 and time.monotonic() < deadline:  # the process of the first run may still be ending
        slot = dispatch.take_slot(context)
        slots.extend([slot] if slot >= 0 else [])
    assert len(slots) == 3
    assert run("config", "get", "output", env=sink.env).status == 0
    for slot in slots:
        os.close(slot)
    run("config", "list", env=sink.env)
    assert [each["batch"][0]["properties"]["command"] for each in batches(sink, 2)] == ["config path", "config list"]


@pytest.mark.parametrize(
    "env",
    [
        {"HEYGEN_ANALYTICS_URL": "nonsense"},
        {"HEYGEN_ANALYTICS_URL": "http://analytics.example.com/batch"},
        {"HEYGEN_ANALYTICS_URL": "http://127.0.0.1:9/batch"},
        {"HOME": None},
        {"HEYGEN_CONFIG_DIR": "/dev/null/nowhere"},
        {"HEYGEN_CONFIG_DIR": "/proc/self"},
    ],
)
def test_no_failure_is_noticed(run, server, env):
    env = {"HEYGEN_NO_ANALYTICS": None, "HEYGEN_ANALYTICS_URL": "http://127.0.0.1:9/batch", **env}
    result = run("config", "get", "output", env=env)
    assert (result.status, result.stderr) == (0, "")
    assert result.json["value"] == "json"


def test_an_interpreter_that_cannot_be_started_is_not_noticed(run, sink, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    result = run("config", "get", "output", env=sink.env)
    assert (result.status, result.stderr) == (0, "")


def test_a_folder_may_be_named_from_where_one_is(run, sink, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run("config", "path", env={**sink.env, "HEYGEN_CONFIG_DIR": "settings"})
    (document,) = batches(sink, 1)
    assert json.loads((tmp_path / "settings" / "analytics.json").read_text())["id"] == document["batch"][0]["distinct_id"]


def test_a_damaged_id_is_made_anew(run, sink, home):
    home.mkdir(parents=True)
    (home / "analytics.json").write_text("[")
    run("config", "path", env=sink.env)
    (document,) = batches(sink, 1)
    assert document["batch"][0]["distinct_id"] == json.loads((home / "analytics.json").read_text())["id"]


@posix
def test_a_black_hole_keeps_neither_the_caller_nor_what_it_handed_down(black_hole, tmp_path):
    """The pipes of the command, and any that its caller left open, end with it and not with the sending process."""
    reading, writing = os.pipe()
    environ = {"HEYGEN_ANALYTICS_URL": black_hole, "HOME": str(tmp_path)}
    began = time.monotonic()
    answer = subprocess.run(
        [sys.executable, "-IS", str(zipapps.ROOT / "heygen.py"), "config", "get", "output"],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=(writing,),
    )
    os.close(writing)
    assert os.read(reading, 1) == b""
    os.close(reading)
    assert (answer.returncode, answer.stderr) == (0, b"")
    assert (tmp_path / ".heygen" / ".analytics.0.lock").exists()
    assert time.monotonic() - began < 2.5


@posix
def test_the_sending_process_ends_in_time_and_says_nothing(black_hole, tmp_path):
    (tmp_path / ".heygen").mkdir()
    order = {"url": black_hole, "run": {"exit_code": 0, "seconds": 1.5}, "options": {}}
    began = time.monotonic()
    answer = subprocess.run(
        [sys.executable, "-IS", str(zipapps.ROOT / "heygen.py"), dispatch.WORD, "-1"],
        env={"HOME": str(tmp_path)},
        input=json.dumps(order).encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=30,
    )
    assert answer.returncode in (0, -signal.SIGALRM)
    assert (answer.stdout, answer.stderr) == (b"", b"")
    assert 2 < time.monotonic() - began < 6


def test_the_one_file_sends_too(sink, tmp_path):
    program = zipapps.write(tmp_path / "heygen with a blank", zipapps.data())
    env = {"HOME": str(tmp_path), "HEYGEN_NO_ANALYTICS": "", "HEYGEN_ANALYTICS_URL": sink.env["HEYGEN_ANALYTICS_URL"]}
    result = zipapps.start(program, "config", "get", "output", env=env)
    assert (result.returncode, result.stderr) == (0, "")
    (document,) = batches(sink, 1)
    assert document["batch"][0]["properties"]["command"] == "config get"
