"""`heygen sandbox run` and `heygen sandbox start`, as people and pipelines call them."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROMPT = ("video-agent", "create", "--prompt", "Welcome to our Q4 earnings call.")
needs_posix = pytest.mark.skipif(os.name == "nt", reason="signals and sh")


def environ(tmp_path, **more):
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path), **more}


def heygen(tmp_path, *argv, **options):
    """Run the program as a process."""
    return subprocess.run(
        [sys.executable, str(ROOT / "heygen.py"), *argv],
        env=environ(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30,
        **options,
    )


# --- run, one command


def test_the_main_job_needs_no_key_and_leaves_nothing_behind(run, sandbox, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    threads = set(threading.enumerate())
    result = run("sandbox", "run", "--", *PROMPT, "--wait", env={"HEYGEN_API_KEY": None, "HEYGEN_API_BASE": None})
    assert result.status == 0
    assert [each["notice"]["code"] for each in result.notices] == ["created"]
    assert result.json["data"]["status"] == "completed"
    assert result.requests == []
    assert list(tmp_path.iterdir()) == []
    assert set(threading.enumerate()) == threads


def test_output_and_exit_code_are_those_of_the_command(run):
    result = run("sandbox", "run", "--", "video", "get", "nobody")
    assert result.status == 1
    assert result.error["code"] == "video_not_found"
    assert run("sandbox", "run", "--", "video", "get").status == 2
    assert run("sandbox", "run", "--fault", "GET /v3/users/me 401", "--", "user", "me", "get").status == 3
    assert run("sandbox", "run", "--", "--version").stdout.startswith("heygen ")


def test_the_command_may_start_with_heygen_or_without_dashes(run):
    assert run("sandbox", "run", "--", "heygen", "video", "list").json["data"] == []
    assert run("sandbox", "run", "video", "list", "--limit", "5").json["data"] == []


def test_flags_that_stand_before_the_command_are_passed_on(run):
    assert run("sandbox", "run", "--get", "data.username", "--", "user", "me", "get").stdout == "sandbox\n"
    assert not run("sandbox", "run", "--human", "--", "user", "me", "get").stdout.startswith("{")


def test_a_mistyped_command_is_not_taken_for_a_program(run):
    result = run("sandbox", "run", "--", "vidoe", "list")
    assert result.status == 2
    assert "did you mean video" in result.error["message"]


def test_the_users_own_settings_and_credential_stay_untouched(run, tmp_path):
    home = tmp_path / "home" / ".heygen"
    home.mkdir(parents=True)
    (home / "config.toml").write_text('output = "human"\n')
    result = run("sandbox", "run", "--", "config", "set", "output", "human", env={"HEYGEN_OUTPUT": None})
    assert result.status == 0
    assert result.stdout.startswith("{")
    assert [each.name for each in home.iterdir()] == ["config.toml"]
    assert (home / "config.toml").read_text() == 'output = "human"\n'


def test_jobs_take_their_time_on_the_clock(run, clock):
    result = run("sandbox", "run", "--job-seconds", "1h", "--", *PROMPT, "--wait", "--timeout", "5h")
    assert result.json["data"]["completed_at"] - result.json["data"]["created_at"] == 3600
    assert clock.elapsed >= 3600
    result = run("sandbox", "run", "--job-seconds", "video-agent=1h", "--", *PROMPT, "--wait", "--timeout", "10s")
    assert (result.status, result.json["data"]["status"]) == (4, "pending")


def test_a_wait_rides_out_faults(run):
    result = run("sandbox", "run", "--fault", "GET /v3/videos/* 503 times=3", "--fault", "GET /v3/videos/* reset times=2", "--", *PROMPT, "--wait")
    assert result.json["data"]["status"] == "completed"
    result = run("sandbox", "run", "--fault", "POST /v3/video-agents status=failed", "--", *PROMPT, "--wait")
    assert (result.status, result.error["code"]) == (1, "video_failed")


def test_credits_rate_seed_and_state_are_taken(run, tmp_path):
    assert run("sandbox", "run", "--credits", "1", "--", *PROMPT).error["code"] == "insufficient_credit"
    slow = run("sandbox", "run", "--rate", "1/h", "--", *PROMPT, "--wait", "--timeout", "1s", env={"HEYGEN_MAX_RETRIES": "0"})
    assert slow.status == 4
    seeded = [run("sandbox", "run", "--seed", "7", "--", *PROMPT).json for _ in range(2)]
    assert seeded[0] == seeded[1]
    assert seeded[0]["data"]["created_at"] == 1_768_467_600
    state = str(tmp_path / "state.json")
    made = run("sandbox", "run", "--state", state, "--", *PROMPT, "--get", "data.video_id").stdout.strip()
    found = run("sandbox", "run", "--state", state, "--", "video", "get", made)
    assert found.json["data"]["id"] == made
    (tmp_path / "state.json").write_text("{}")
    refused = run("sandbox", "run", "--state", state, "--", "video", "list")
    assert (refused.status, refused.error["code"]) == (1, "cli_sandbox_failed")


@pytest.mark.parametrize(
    "argv, param",
    [
        (("--fault", "GET /v3/videos explode"), "fault"),
        (("--rate", "often"), "rate"),
        (("--job-seconds", "film=3"), "job-seconds"),
        (("--job-seconds", "nan"), "job-seconds"),
        (("--job-seconds", "-1"), "job-seconds"),
        (("--credits", "-1"), "credits"),
    ],
)
def test_an_option_that_makes_no_sense_is_a_usage_error(run, argv, param):
    result = run("sandbox", "run", *argv, "--", "video", "list")
    assert result.status == 2
    assert result.error["param"] == param


def test_run_needs_a_command(run):
    result = run("sandbox", "run")
    assert result.status == 2
    assert "<command>" in result.error["message"]


# --- run, a program


@needs_posix
def test_a_pipeline_may_call_heygen_as_often_as_it_wants(tmp_path):
    (tmp_path / "pipeline.sh").write_text(
        'set -e\nid=$(heygen video-agent create --prompt Hi --wait --get data.id)\nheygen video get "$id" --get data.status\n'
        'echo "$HEYGEN_API_KEY"\nexit 7\n'
    )
    result = heygen(tmp_path, "sandbox", "run", "--", "sh", "pipeline.sh", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (7, b"completed\nsandbox-key\n")
    assert [json.loads(line)["notice"]["code"] for line in result.stderr.splitlines()] == ["created"]
    assert [each.name for each in tmp_path.iterdir()] == ["pipeline.sh"]


@needs_posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_are_passed_on_to_the_program(tmp_path, number):
    name = number.name[3:]
    script = f"trap 'echo caught; exit 9' {name}; echo ready; while :; do sleep 0.05; done"
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "heygen.py"), "sandbox", "run", "--", "sh", "-c", script],
        env=environ(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (9, b"caught\n", b"")


@needs_posix
def test_a_signal_that_interrupts_no_system_call_is_passed_on_too(tmp_path):
    # Blocked in the main thread, it goes to another one, as it may when it comes just before the main thread waits.
    numbers = "{signal.SIGTERM}"
    program = (
        f"import signal; signal.pthread_sigmask(signal.SIG_UNBLOCK, {numbers}); print('ready', flush=True); signal.pause()"
    )
    caller = (
        "import signal, sys, threading\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        f"sys.argv = ['heygen', 'sandbox', 'run', '--', {sys.executable!r}, '-c', {program!r}]\n"
        "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        f"signal.pthread_sigmask(signal.SIG_BLOCK, {numbers})\n"
        "from heygen.__main__ import main\n"
        "sys.exit(main())\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", caller], env=environ(tmp_path), stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 128 + 15
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@needs_posix
def test_a_program_that_a_signal_ended_counts_as_in_a_shell(tmp_path):
    assert heygen(tmp_path, "sandbox", "run", "--", "sh", "-c", "kill -TERM $$").returncode == 128 + 15


def test_a_program_that_cannot_be_run_is_an_error(tmp_path, run):
    result = run("sandbox", "run", "--", str(tmp_path / "nothing"))
    assert (result.status, result.error["code"]) == (1, "cli_file_io_error")


# --- start


class Started:
    """A `sandbox start` in a process of its own."""

    def __init__(self, tmp_path, *argv):
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "heygen.py"), "sandbox", "start", *argv],
            env=environ(tmp_path),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def stop(self, number):
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err


@needs_posix
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_start_says_where_it_listens_and_ends_quietly(tmp_path, number):
    started = Started(tmp_path, "--state", str(tmp_path / "state.json"))
    told = json.loads(started.process.stdout.readline())
    assert told["env"]["HEYGEN_API_BASE"] == told["url"]
    request = urllib.request.Request(told["url"] + "/v3/video-agents", b'{"prompt": "Hi"}', {"X-Api-Key": told["env"]["HEYGEN_API_KEY"], "Content-Type": "application/json"})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request, timeout=10) as answer:
        session = json.load(answer)["data"]["session_id"]
    assert started.stop(number) == (0, b"", b"")
    assert session in (tmp_path / "state.json").read_text()
    with pytest.raises(urllib.error.URLError):
        opener.open(told["url"], timeout=10)


@needs_posix
def test_start_prints_lines_for_a_shell_and_logs_for_people(tmp_path):
    started = Started(tmp_path, "--env", "--human")
    lines = [started.process.stdout.readline().decode() for _ in range(4)]
    script = "".join(lines) + 'echo "$HEYGEN_API_BASE"'
    url = subprocess.run(["sh", "-c", script], capture_output=True, text=True, timeout=10).stdout.strip()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.open(url + "/files/public/a.jpg?x=1", timeout=10).close()
    status, out, err = started.stop(signal.SIGTERM)
    assert (status, out) == (0, b"")
    assert re.fullmatch(rb"\d\d:\d\d:\d\d 200 GET /files/public/a.jpg\?x=1 \d+ ms 788 B\n", err)


def test_start_on_a_port_that_is_taken_is_an_error(run, sandbox):
    result = run("sandbox", "start", "--port", sandbox.url.rsplit(":", 1)[1])
    assert (result.status, result.error["code"]) == (1, "cli_sandbox_failed")
    assert "port" in result.error["message"]


# --- the README


@pytest.fixture
def pipeline(tmp_path):
    """Run the README's pipeline in a sandbox, with options of `sandbox run`."""
    section = (ROOT / "README.md").read_text(encoding="utf-8").partition("## Rehearsing in the sandbox")[2]
    (tmp_path / "pipeline.sh").write_text(section.partition("<<'END'\n")[2].partition("END\n")[0])

    def pipeline(*options, **variables):
        command = [sys.executable, str(ROOT / "heygen.py"), "sandbox", "run", *options, "--", "sh", "pipeline.sh"]
        return subprocess.run(command, env=environ(tmp_path, **variables), capture_output=True, timeout=120, cwd=tmp_path)

    pipeline.commands = [line.partition("heygen.pyz sandbox run ")[2] for line in section.splitlines() if "- run:" in line and "sandbox run" in line]
    return pipeline


@needs_posix
@pytest.mark.parametrize("turn", [0, 1])
def test_the_ci_job_of_the_readme_does_what_it_says(tmp_path, pipeline, turn):
    options = shlex.split(pipeline.commands[turn])
    result = pipeline(*options[: options.index("--")])
    assert result.returncode == 0, result.stderr
    assert [json.loads(line)["notice"]["code"] for line in result.stderr.splitlines()] == ["created"] * 2
    assert json.loads(result.stdout.splitlines()[-1])["data"]["output_language"] == "es-ES"
    assert (tmp_path / "welcome.mp4").read_bytes() == (ROOT / "heygen/sandbox/media/video.mp4").read_bytes()


# What goes on for good, and so breaks the pipeline in production too; one that passes is ridden out (see the README's job).
BREAKING = [
    ("POST /v3/videos 503", "internal_error"),
    ("POST /v3/videos 402", "insufficient_credit"),
    ("POST /v3/videos 429 retry-after=0", "rate_limit_exceeded"),
    ("POST /v3/videos html-502", "unclassified_server_error"),
    ("POST /v3/videos reset", "network_error"),
    ("POST /v3/videos reset-before-read", "network_error"),
    ("GET /files/** truncate", "cli_download_interrupted"),
    ("GET /files/** expire", "cli_download_url_expired"),
    ("GET /v3/avatars/looks garbage", "cli_response_parse_error"),
    ("GET /v3/avatars/looks empty", "cli_response_parse_error"),
    ("POST /v3/videos status=failed", "video_failed"),
    ("GET /v3/videos/* status=failed", "video_failed"),
    ("POST /v3/video-translations status=failed", "cli_job_failed"),
    ("GET /v3/video-translations/* status=failed", "cli_job_failed"),
]


@needs_posix
@pytest.mark.parametrize("rule, code", BREAKING)
def test_the_pipeline_of_the_readme_goes_red_where_production_would(pipeline, rule, code):
    result = pipeline("--fault", rule, "--strict-faults", HEYGEN_MAX_RETRIES="0")
    errors = [json.loads(line)["error"]["code"] for line in result.stderr.splitlines() if b'{"error"' in line]
    assert result.returncode in (1, 2, 3, 4), result
    assert errors == [code], result


@needs_posix
@pytest.mark.parametrize("rule", ["POST /v3/videos reset-after-write times=1", "* /v3/** delay=1ms", "GET /files/** slow=1MB/s"])
def test_the_pipeline_of_the_readme_survives_what_production_survives(pipeline, rule):
    result = pipeline("--fault", rule, "--strict-faults")
    assert result.returncode == 0, result


@needs_posix
@pytest.mark.parametrize(
    "options, code",
    [(("--credits", "0"), "insufficient_credit"), (("--keys", "sk_good"), None), (("--seed-data", "ids.json"), None)],
)
def test_the_pipeline_of_the_readme_with_other_options(tmp_path, pipeline, options, code):
    (tmp_path / "ids.json").write_text('{"looks": ["mine"]}')
    result = pipeline(*options)
    assert (result.returncode == 0) is (code is None), result
    assert code is None or code in result.stderr.decode()


def test_a_fault_that_never_struck_is_told_by_start_too(tmp_path):
    started = Started(tmp_path, "--fault", "GET /v3/lipsyncs 503")
    started.process.stdout.readline()
    status, _, err = started.stop(signal.SIGTERM)
    assert (status, json.loads(err)["warning"]["code"]) == (0, "cli_fault_never_struck")


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("[]", "must be an object of lists"),
        ("{", "is not JSON"),
        ('{"lookss": []}', "did you mean looks?"),
        ('{"films": []}', "the lists are avatars, looks"),
        ('{"looks": {}}', "looks must be a list"),
        ('{"looks": ["a", 5]}', "looks[1] must be an ID or an object"),
        ('{"looks": [{"name": "x"}]}', "looks[0] has no ID"),
        ('{"looks": [" "]}', "looks[0] has no ID"),
        ('{"voices": [{"id": "v", "language": 3}]}', "voices[0].language must be text"),
        ('{"avatars": [{"id": "v", "looks_count": true}]}', "avatars[0].looks_count must be a number"),
    ],
)
def test_seed_data_that_cannot_be_read_is_a_usage_error(run, tmp_path, text, complaint):
    (tmp_path / "ids.json").write_text(text)
    result = run("sandbox", "run", "--seed-data", str(tmp_path / "ids.json"), "--", "video", "list")
    assert (result.status, result.error["param"]) == (2, "seed-data")
    assert complaint in result.error["message"]


def test_seed_data_that_is_not_there_is_a_usage_error(run, tmp_path):
    result = run("sandbox", "run", "--seed-data", str(tmp_path / "nothing"), "--", "video", "list")
    assert (result.status, result.error["param"]) == (2, "seed-data")


def test_what_the_lists_show_can_be_seed_data(run, tmp_path):
    """What a list prints of a real account is brought in as it stands."""
    lists = {"looks": ("avatar", "looks"), "avatars": ("avatar",), "templates": ("template",), "brand_kits": ("brand", "kits")}
    lists.update(styles=("video-agent", "styles"), brand_glossaries=("brand", "glossaries"), look_templates=("avatar", "look-templates"))
    printed = {name: run(*words, "list").json["data"] for name, words in lists.items()}
    printed["voices"] = run("voice", "list").json["data"]
    file = tmp_path / "ids.json"
    file.write_text(json.dumps(printed))
    seen = run("sandbox", "run", "--seed", "9", "--seed-data", str(file), "--", "avatar", "looks", "list", "--all")
    ids = [each["id"] for each in seen.json["data"]]
    assert set(ids) > {each["id"] for each in printed["looks"]}
    argv = ("video", "create", "--type", "avatar", "--avatar-id", printed["looks"][0]["id"], "--voice-id", printed["voices"][0]["voice_id"], "--script", "Hi")
    assert run("sandbox", "run", "--seed", "9", "--seed-data", str(file), "--", *argv).status == 0


def test_seed_data_lives_beside_a_state(run, tmp_path):
    (tmp_path / "ids.json").write_text('{"folders": ["f"], "videos": ["v"]}')
    options = ("--state", str(tmp_path / "state.json"), "--seed-data", str(tmp_path / "ids.json"))
    assert run("sandbox", "run", *options, "--", "video", "delete", "v", "--force").status == 0
    assert run("sandbox", "run", *options, "--", "video", "get", "v").error["code"] == "video_not_found"
    assert run("sandbox", "run", *options, "--", "folder", "get", "f").status == 0


@needs_posix
def test_a_ready_file_that_cannot_be_written_is_an_error(tmp_path):
    result = heygen(tmp_path, "sandbox", "start", "--ready-file", str(tmp_path / "nowhere" / "ready"))
    assert (result.returncode, json.loads(result.stderr)["error"]["code"]) == (1, "cli_file_io_error")


@needs_posix
def test_a_ready_file_of_another_sandbox_is_left_alone(tmp_path):
    file = tmp_path / "ready"
    started = Started(tmp_path, "--ready-file", str(file), "--env", "--port", "0")
    lines = [started.process.stdout.readline() for _ in range(4)]
    while not file.exists():
        pass
    assert file.read_text().strip() in lines[0].decode()
    file.write_text("http://127.0.0.1:1\n")
    assert started.stop(signal.SIGTERM)[0] == 0
    assert file.read_text() == "http://127.0.0.1:1\n"
