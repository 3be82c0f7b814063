"""`heygen doctor`: what it finds, what it says to do, and how it ends."""

import os
import socket
import subprocess
import time

import pytest
from conftest import ROOT

CHECKS = [
    "program", "python", "platform", "locale", "terminal", "completion", "settings", "credential", "permissions", "disk",
    "certificates", "api", "clock", "account",
]  # fmt: skip


def found(result, check):
    """Return the findings of one check."""
    return [each for each in result.json["checks"] if each["check"] == check]


def test_a_machine_where_all_is_well(run, clock):
    clock.started = time.time()
    result = run("doctor")
    assert (result.status, result.stderr) == (0, "")
    assert result.json["ok"] is True
    assert [name for name in dict.fromkeys(each["check"] for each in result.json["checks"])] == CHECKS
    assert {each["status"] for each in result.json["checks"]} <= {"ok", "note"}
    assert "test-key" not in result.stdout


def test_offline_it_asks_nobody(run):
    result = run("doctor", "--offline")
    assert (result.status, result.requests) == (0, [])
    assert found(result, "network")[0]["status"] == "note"
    assert not found(result, "api")


def test_people_get_a_list_with_what_to_do(run):
    result = run("doctor", "--offline", "--human", env={"HEYGEN_API_KEY": None, "COLUMNS": "60"})
    assert result.status == 1
    lines = result.stdout.splitlines()
    assert any(line.startswith("✗ credential") for line in lines)
    assert " " * 16 + "heygen auth login" in lines
    assert lines[-1] == "1 problem, 0 warnings."
    assert all(len(line) <= 60 for line in lines if not line.startswith(" " * 16))


@pytest.mark.parametrize(
    ("env", "check", "status", "hint"),
    [
        ({"HEYGEN_API_KEY": None}, "credential", "problem", "heygen auth login"),
        ({"HEYGEN_API_KEY": "two words"}, "credential", "problem", "Copy the key again, or unset the variable"),
        ({"HEYGEN_MAX_RETRIES": "many"}, "settings", "problem", "unset HEYGEN_MAX_RETRIES"),
        ({"HEYGEN_API_BASE": "nonsense"}, "settings", "problem", "unset HEYGEN_API_BASE"),
        ({"LC_ALL": "C"}, "locale", "warning", "export LC_ALL=C.UTF-8"),
        ({"SSL_CERT_FILE": "/nowhere.pem"}, "certificates", "problem", "unset SSL_CERT_FILE"),
        ({"HTTP_PROXY": "socks5://h:1", "HEYGEN_API_BASE": "http://host.invalid", "HEYGEN_ALLOW_HTTP": "1"}, "api", "problem", "It has the form http://user:password@host:port"),
    ],
)  # fmt: skip
def test_what_is_wrong_comes_with_what_to_do(run, env, check, status, hint):
    result = run("doctor", *(() if check == "api" else ("--offline",)), env=env)
    assert result.status == (1 if status == "problem" else 0)
    bad = [each for each in found(result, check) if each["status"] == status]
    assert [each["hint"] for each in bad] == [hint]


def test_settings_that_nothing_can_read_are_a_finding_too(run, tmp_path):
    file = tmp_path / "home" / ".heygen" / "config.toml"
    file.parent.mkdir(parents=True, mode=0o700)
    file.write_text("output = [")
    result = run("doctor", "--offline")
    assert (result.status, found(result, "settings")[0]["code"]) == (1, "cli_config_invalid")
    file.write_text('output = "yaml"')
    result = run("doctor", "--offline")
    assert (result.status, found(result, "settings")[0]["hint"]) == (1, "heygen config unset output")


def test_a_clock_that_is_wrong_is_told(run, server, clock):
    clock.started = time.time() + 3600
    server.answer({}).answer({"data": {"username": "me"}})
    result = run("doctor")
    told = found(result, "clock")[0]
    assert (result.status, told["status"]) == (0, "warning")
    assert 3590 <= told["skew_seconds"] <= 3610
    assert "ahead of" in told["message"] and told["hint"]
    assert found(result, "account")[0]["message"] == "signed in as me"


def test_a_key_that_is_not_accepted_is_told(run, server):
    server.answer({}).answer({"error": {"code": "unauthorized", "message": "no"}}, 401)
    result = run("doctor")
    account = found(result, "account")[0]
    assert (result.status, account["status"], account["code"]) == (1, "problem", "unauthorized")
    assert "heygen auth login" in account["hint"]


def test_an_api_that_is_out_of_order_is_a_warning(run, server):
    server.answer({}, 503).answer({"data": {"username": "me"}})
    result = run("doctor")
    assert (result.status, found(result, "api")[0]["status"]) == (0, "warning")


def test_a_host_that_refuses_is_a_problem_and_nobody_is_asked_who_we_are(run):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{probe.getsockname()[1]}"
        result = run("doctor", env={"HEYGEN_API_BASE": base})
    assert result.status == 1
    assert "cannot be reached" in found(result, "api")[0]["message"]
    assert not found(result, "account")


def test_a_proxy_is_named_and_its_password_is_not(run, server):
    server.answer({}).answer({"data": {"username": "me"}})
    host = server.url.removeprefix("http://")
    env = {"HEYGEN_API_BASE": "http://api.example.com", "HEYGEN_ALLOW_HTTP": "1", "HTTP_PROXY": f"http://joe:hush-hush@{host}"}
    result = run("doctor", env=env)
    assert (result.status, found(result, "api")[0]["proxy"]) == (0, host)
    assert "hush-hush" not in result.stdout


@pytest.mark.skipif(os.name != "posix", reason="modes are those of Unix")
def test_files_that_others_may_read_are_told_with_what_makes_them_private(run, tmp_path):
    folder = tmp_path / "home" / ".heygen"
    folder.mkdir(parents=True, mode=0o755)
    for name in ("credentials", "config.toml"):
        (folder / name).write_text("")
        (folder / name).chmod(0o644)
    folder.chmod(0o755)
    result = run("doctor", "--offline")
    told = found(result, "permissions")
    assert result.status == 1
    assert [each["status"] for each in told] == ["warning", "warning", "problem"]
    for each in told:
        subprocess.run(["sh", "-c", each["hint"]], check=True)
    again = run("doctor", "--offline")
    assert [each["status"] for each in found(again, "permissions")] == ["ok"]


@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
def test_completion_is_found_once_it_is_installed_as_the_hint_says(run, tmp_path, shell):
    home = tmp_path / "home"
    home.mkdir()
    env = {"SHELL": f"/bin/{shell}"}
    before = found(run("doctor", "--offline", env=env), "completion")[0]
    assert before["status"] == "note"
    program = f'heygen() {{ python3 "{ROOT}/heygen.py" "$@"; }}; '
    subprocess.run(["sh", "-c", program + before["hint"]], env={**os.environ, "HOME": str(home)}, check=True)
    after = found(run("doctor", "--offline", env=env), "completion")[0]
    assert (after["status"], str(home) in after["message"]) == ("ok", True)


def test_a_startup_file_that_asks_for_completion_counts(run, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (home / ".bashrc").write_text('eval "$(heygen completion bash)"\n')
    assert found(run("doctor", "--offline", env={"SHELL": "/bin/bash"}), "completion")[0]["status"] == "ok"
