"""`heygen config` and the settings that it keeps."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys

import forks
import pytest

HAS_TOMLLIB = sys.version_info >= (3, 11)
with_tomllib = pytest.mark.skipif(not HAS_TOMLLIB, reason="this Python has no tomllib")
ALONE = {"HEYGEN_API_BASE": None, "HEYGEN_API_KEY": None, "HEYGEN_NO_ANALYTICS": None}


@pytest.fixture
def config(run, server, tmp_path):
    """Run `heygen config …` in an environment that sets nothing."""

    def config(*argv, env=None, **options):
        return run("config", *argv, env={**ALONE, **(env or {})}, **options)

    config.file = tmp_path / "home" / ".heygen" / "config.toml"
    return config


def write(config, text):
    config.file.parent.mkdir(parents=True, exist_ok=True)
    config.file.write_bytes(text.encode())


def test_set_get_and_unset(config):
    assert config("get", "output").json == {"key": "output", "value": "json", "source": "default"}
    config("set", "output", "human")
    assert config("get", "output", "--human=false").json == {"key": "output", "value": "human", "source": "file"}
    overridden = config("get", "output", env={"HEYGEN_OUTPUT": "json"}).json
    assert overridden == {"key": "output", "value": "json", "source": "env"}
    assert config("unset", "output", "--human=false").json == {"key": "output", "value": "json", "source": "default"}
    assert config.file.read_bytes() == b""


def test_set_prints_what_it_wrote_and_the_file_is_private(config):
    result = config("set", "analytics", "false")
    assert result.stdout == '{"key":"analytics","value":"false"}\n'
    assert result.stderr == ""
    assert config.file.read_bytes() == b"analytics = false\n"
    assert stat.S_IMODE(os.stat(config.file).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(config.file.parent).st_mode) == 0o700


def test_list_names_every_setting_with_its_source(config):
    write(config, "analytics = false\nmax_retries = 7\n")
    listed = config("list", env={"HEYGEN_OUTPUT": "json"}).json
    assert [each for each in listed if each["key"] in ("output", "analytics", "api_base", "max_retries")] == [
        {"key": "output", "value": "json", "source": "env"},
        {"key": "analytics", "value": "false", "source": "file"},
        {"key": "api_base", "value": "https://api.heygen.com", "source": "default"},
        {"key": "max_retries", "value": "7", "source": "file"},
    ]


def test_the_path_is_known_before_the_file_exists(config, tmp_path):
    assert config("path").json == {"path": str(config.file)}
    elsewhere = str(tmp_path / "else where")
    assert config("path", env={"HEYGEN_CONFIG_DIR": elsewhere}).json == {"path": elsewhere + "/config.toml"}


@pytest.mark.parametrize(
    "flags, env, file, is_human",
    [
        ((), None, "", False),
        ((), None, 'output = "human"\n', True),
        ((), "json", 'output = "human"\n', False),
        ((), "human", 'output = "json"\n', True),
        ((), "Human", "", True),
        ((), "JSON", 'output = "human"\n', False),
        (("--human",), "json", 'output = "json"\n', True),
        (("--human=false",), "human", 'output = "human"\n', False),
    ],
)
def test_flag_before_environment_before_file_before_default(config, flags, env, file, is_human):
    write(config, file)
    result = config("list", *flags, env={"HEYGEN_OUTPUT": env} if env else None)
    assert (result.stdout[:2] != '[{') == is_human, result


@pytest.mark.parametrize(
    "argv, message",
    [
        (("set", "output", "humen"), 'output must be one of: json, human; not "humen"; did you mean human?'),
        (("set", "analytics", "0"), 'analytics must be one of: true, false; not "0"'),
        (("set", "max_retries", "-1"), 'max_retries must be a number from 0 to 9999, not "-1"'),
        (("set", "api_base", "api.heygen.com"), "api_base must be an http or https URL"),
        (("set", "api_base", "http://example.com"), "api_base must be https, or the API key would be sent unencrypted"),
        (("set", "outptu", "json"), 'unknown key "outptu"; did you mean output?'),
        (("get", "colour"), 'unknown key "colour"; the keys are: output, analytics, api_base'),
        (("unset", "analytic"), 'unknown key "analytic"; did you mean analytics?'),
        (("set", "output"), "missing required argument: <value>"),
        (("get",), "missing required argument: <key>"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_written(config, argv, message):
    result = config(*argv)
    assert (result.status, result.error["code"]) == (2, "usage_error")
    assert result.error["message"].startswith(message)
    assert not config.file.exists()


def test_a_wrong_value_in_the_environment_is_a_usage_error(run, server):
    result = run("video", "list", env={"HEYGEN_OUTPUT": "xml"})
    assert (result.status, result.error["code"]) == (2, "usage_error")
    assert result.error["message"] == 'HEYGEN_OUTPUT must be one of: json, human; not "xml"'


def test_an_override_is_pointed_out(config):
    result = config("set", "output", "json", env={"HEYGEN_OUTPUT": "json"})
    assert result.json["note"] == "HEYGEN_OUTPUT is set and takes precedence"
    result = config("set", "analytics", "true", env={"DO_NOT_TRACK": "1"})
    assert result.json["note"] == "DO_NOT_TRACK is set and takes precedence"


@pytest.mark.parametrize(
    "env, value, source",
    [
        ({"HEYGEN_NO_ANALYTICS": "1"}, "false", "env"),
        ({"HEYGEN_NO_ANALYTICS": "0"}, "false", "env"),
        ({"HEYGEN_NO_ANALYTICS": ""}, "true", "default"),
        ({"DO_NOT_TRACK": "1"}, "false", "env"),
        ({"DO_NOT_TRACK": "0"}, "true", "default"),
        ({"DO_NOT_TRACK": "False"}, "true", "default"),
        ({"HEYGEN_NO_ANALYTICS": "false"}, "false", "env"),
    ],
)
def test_analytics_are_opted_out_of_by_any_of_the_variables(config, env, value, source):
    assert config("get", "analytics", env=env).json == {"key": "analytics", "value": value, "source": source}


def test_a_wrong_value_in_the_file_stops_a_command_and_config_puts_it_right(run, config):
    write(config, 'output = "xml"\n')
    result = run("video", "list")
    assert (result.status, result.error["code"], result.error["param"]) == (1, "cli_config_invalid", "output")
    assert result.error["message"] == f'output in {config.file} must be one of: json, human; not "xml"'
    assert result.error["hint"] == "Correct it with: heygen config set output json"
    assert config("list").json[0] == {
        "key": "output",
        "value": "xml",
        "source": "file",
        "problem": 'must be one of: json, human; not "xml"',
    }
    assert config("set", "output", "json").status == 0
    assert config.file.read_text() == 'output = "json"\n'


@pytest.mark.parametrize("argv", [("set", "output", "json"), ("unset", "output"), ("get", "output"), ("list",)])
def test_an_invalid_file_is_an_error_with_its_place_and_is_left_alone(run, config, argv):
    text = 'analytics = false\noutput = human # oops\n'
    write(config, text)
    for result in (config(*argv), run("video", "list")):
        assert (result.status, result.error["code"]) == (1, "cli_config_invalid")
        assert "line 2, column 10" in result.error["message"]
        assert str(config.file) in result.error["message"]
    assert config("path").status == 0
    assert config.file.read_text() == text
    assert os.listdir(config.file.parent) in (["config.toml"], [".config.toml.lock", "config.toml"], ["config.toml", ".config.toml.lock"])


def test_what_is_not_text_is_an_error_with_its_place(config):
    config.file.parent.mkdir(parents=True)
    config.file.write_bytes(b'output = "json"\n# caf\xe9\n')
    result = config("list")
    assert "not UTF-8 text (line 2, column 6)" in result.error["message"]


@with_tomllib
def test_a_key_that_is_a_table_is_not_overwritten(config):
    write(config, "[output]\nformat = 1\n")
    result = config("set", "output", "json")
    assert (result.status, result.error["code"], result.error["param"]) == (1, "cli_config_invalid", "output")
    assert result.error["message"] == f"cannot use {config.file}: output is a table there"
    assert config("get", "output").json["source"] == "default"
    assert config("unset", "output").status == 0
    assert config.file.read_text() == "[output]\nformat = 1\n"


@pytest.mark.skipif(HAS_TOMLLIB, reason="this Python reads all of TOML")
@pytest.mark.parametrize("text", ["output = 'human'\n[plugin]\n", "output = 'human'\nlist = [1]\n"])
def test_a_python_without_tomllib_says_what_it_reads(run, config, text):
    write(config, text)
    for result in (config("set", "output", "json"), config("list"), run("video", "list")):
        assert (result.status, result.error["code"]) == (1, "cli_config_invalid")
        assert "before Python 3.11, only lines of" in result.error["message"]
    assert config.file.read_text() == text


@with_tomllib
def test_what_is_no_text_boolean_or_number_is_shown_and_may_be_replaced(config):
    write(config, "output = ['human'] # one\nmax_retries = 1.50\n\n[plugin]\nx = {output = 1}\n")
    listed = {each["key"]: each for each in config("list").json}
    assert (listed["output"]["value"], listed["max_retries"]["value"]) == ("['human']", "1.50")
    assert "problem" in listed["output"] and "problem" in listed["max_retries"]
    assert config("set", "output", "json").status == config("unset", "max_retries").status == 0
    assert config.file.read_text() == 'output = "json" # one\n\n[plugin]\nx = {output = 1}\n'


def test_a_byte_order_mark_is_no_part_of_the_text(config):
    write(config, "\ufeffoutput = 'human'\r\n")
    assert config("get", "output", "--human=false").json["source"] == "file"
    assert config("set", "output", "json").status == 0
    assert config.file.read_bytes() == b'output = "json"\r\n'


def test_comments_order_and_unknown_keys_survive_in_a_flat_file(config):
    write(config, "# mine\nauto_update = false # theirs\noutput = 'json'  # \"default\"\n\n# end")
    assert config("set", "output", "human").status == 0
    assert config("set", "max_retries", "5").status == 0
    assert config("unset", "output").status == 0
    assert config.file.read_text() == "# mine\nauto_update = false # theirs\nmax_retries = 5\n\n# end"


@with_tomllib
def test_comments_order_and_unknown_keys_survive(config):
    write(config, '# mine\nauto_update = false # theirs\noutput = "json"  # default\n\n[plugin]\noutput = 1\n')
    assert config("set", "output", "human").status == 0
    assert config("set", "max_retries", "5").status == 0
    assert config.file.read_text() == (
        '# mine\nauto_update = false # theirs\noutput = "human"  # default\nmax_retries = 5\n\n[plugin]\noutput = 1\n'
    )


def test_the_official_client_reads_what_we_write_and_we_what_it_writes(config):
    for key, value in (("output", "human"), ("analytics", "false"), ("api_base", "https://example.com")):
        assert config("set", key, value).status == 0
    assert config.file.read_text() == 'output = "human"\nanalytics = false\napi_base = "https://example.com"\n'
    write(config, 'analytics = true\napi_base = "https://example.org"\nauto_update = true\noutput = "json"\n')
    assert {each["key"]: each["value"] for each in config("list").json}["api_base"] == "https://example.org"
    assert config("get", "analytics").json["value"] == "true"


def test_retries_and_base_come_from_the_file_too(run, server, config):
    write(config, f'max_retries = 1\napi_base = "{server.url}"\n')
    for _ in range(2):
        server.answer({"error": {"message": "down"}}, status=503)
    result = run("video", "list", env={"HEYGEN_API_BASE": None})
    assert result.status == 1
    assert len(result.requests) == 2


def test_a_home_that_cannot_be_written_is_an_error(config, tmp_path):
    (tmp_path / "file").write_text("")
    result = config("set", "output", "json", env={"HEYGEN_CONFIG_DIR": str(tmp_path / "file" / "folder")})
    assert (result.status, result.error["code"]) == (1, "cli_file_io_error")
    assert "config.toml" in result.error["message"]
    assert config("list", env={"HEYGEN_CONFIG_DIR": str(tmp_path / "file" / "folder")}).status == 0


def test_without_a_home_settings_are_the_defaults(config):
    assert config("get", "output", env={"HOME": None}).json["source"] == "default"
    result = config("set", "output", "json", env={"HOME": None})
    assert (result.status, result.error["code"]) == (1, "cli_file_io_error")
    assert result.error["hint"] == "Set HOME, or HEYGEN_CONFIG_DIR to the folder to use"
    assert config("path", env={"HOME": None}).status == 1


def test_two_hundred_processes_that_set_at_once_all_win(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text("# stays\nfirst = 1\n\n# end\n")
    forks.at_once(
        200,
        """
from heygen.config.file import store
from heygen.core.context import process_context

def work(index):
    store(process_context(), f"key_{index}", index)
""",
        {"HEYGEN_CONFIG_DIR": str(tmp_path)},
    )
    lines = file.read_text().splitlines()
    assert (lines[:2], lines[202:]) == (["# stays", "first = 1"], ["", "# end"])
    assert sorted(lines[2:202]) == sorted(f"key_{index} = {index}" for index in range(200))
    assert sorted(os.listdir(tmp_path)) == [".config.toml.lock", "config.toml"]


def test_real_processes_set_at_once(tmp_path):
    values = [("output", "human"), ("analytics", "false"), ("max_retries", "9"), ("api_base", "https://example.com")]
    processes = [
        subprocess.Popen(
            [sys.executable, "-IS", os.path.join(forks.ROOT, "heygen.py"), "config", "set", key, value],
            env={"HEYGEN_CONFIG_DIR": str(tmp_path), "HEYGEN_OUTPUT": "json"},
            stdout=subprocess.PIPE,
            umask=0,
        )
        for key, value in values
    ]
    for process, (key, value) in zip(processes, values):
        out, _ = process.communicate(timeout=60)
        assert process.returncode == 0
        assert {key: each for key, each in json.loads(out).items() if key != "note"} == {"key": key, "value": value}
    assert len((tmp_path / "config.toml").read_text().splitlines()) == 4
    assert stat.S_IMODE(os.stat(tmp_path / "config.toml").st_mode) == 0o600
