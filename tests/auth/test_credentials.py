"""The credential file: its formats, its permissions, and what is wrong with it."""

from __future__ import annotations

import json
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import tempfile

import forks
import pytest

from heygen.auth import credentials


@pytest.fixture
def file(tmp_path):
    found = tmp_path / "home" / ".heygen" / "credentials"
    found.parent.mkdir(parents=True)
    return found


def write(file, content, mode=0o600):
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    file.chmod(mode)


@pytest.mark.parametrize(
    "text, key",
    [
        ("abc", "abc"),
        (" abc \r\n", "abc"),
        ("\ufeff'abc'\n", "abc"),
        ('"abc"', "abc"),
        ('" abc\t"', "abc"),
        ("a=b/c+d", "a=b/c+d"),
    ],
)
def test_a_key_is_trimmed(text, key):
    assert credentials.clean_key(text) == key


@pytest.mark.parametrize("text", ["", " ", '""', "\ufeff", "a b", "a\nb", "a\x00b", "schlüssel", "a\x7f"])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(ValueError):
        credentials.clean_key(text)


@pytest.mark.parametrize(
    "content, header, value",
    [
        ('{\n  "api_key": "stored-key"\n}\n', "x-api-key", "stored-key"),
        ("stored-key\n", "x-api-key", "stored-key"),
        ("\ufeff stored-key\r\n", "x-api-key", "stored-key"),
        ('{"oauth": {"access_token": "token", "expires_at": "2099-01-01T00:00:00.5+01:00"}}', "authorization", "Bearer token"),
        ('{"oauth": {"access_token": "token", "expires_at": "soon"}}', "authorization", "Bearer token"),
        ('{"oauth": {"access_token": "token"}, "api_key": "also"}', "authorization", "Bearer token"),
        ('{"oauth": null, "api_key": "stored-key"}', "x-api-key", "stored-key"),
    ],
)
def test_every_format_of_the_file_is_read(run, server, file, content, header, value):
    write(file, content)
    server.answer({"data": []})
    result = run("video", "list", env={"HEYGEN_API_KEY": None})
    assert result.status == 0, result
    assert result.requests[0].headers[header] == value
    assert {"x-api-key", "authorization"} & set(result.requests[0].headers) == {header}


def test_the_environment_comes_first(run, server, file):
    write(file, "not even { a credential file")
    server.answer({"data": []})
    result = run("video", "list", env={"HEYGEN_API_KEY": ' "env-key"\r\n'})
    assert result.requests[0].headers["x-api-key"] == "env-key"


@pytest.mark.parametrize("value", ["two words", "ключ", "a\x1bb"])
def test_a_key_in_the_environment_that_is_none_is_named_and_not_shown(run, server, value):
    result = run("video", "list", env={"HEYGEN_API_KEY": value})
    assert (result.status, result.error["code"]) == (3, "auth_error")
    assert result.error["message"].startswith("HEYGEN_API_KEY contains a space")
    assert value not in result.stderr


@pytest.mark.parametrize("key", [None, "", "  ", '""'])
def test_nobody_is_signed_in(run, server, key):
    result = run("video", "list", env={"HEYGEN_API_KEY": key})
    assert (result.status, result.error["code"]) == (3, "auth_error")
    assert result.error["hint"] == "Set HEYGEN_API_KEY, or sign in with: heygen auth login"


@pytest.mark.parametrize(
    "content, why",
    [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("two words", "it is neither JSON nor a single API key"),
        ("line-one\nline-two\n", "it is neither JSON nor a single API key"),
        ('{"api_key": "x"', "it is not valid JSON: Expecting ',' delimiter: line 1 column 16"),
        ('["secret"]', "it is not a JSON object"),
        ('{"api_key": 5}', "its API key is not text"),
        ('{"api_key": "a b"}', "its API key contains a space"),
        ('{"oauth": {"refresh_token": "r"}}', "its access token is not text"),
        ('{"oauth": "secret"}', "its access token is not text"),
        (b"\xff\xfe\x00", "it is not text"),
        ("[" * 100_000, "it is not valid JSON"),
    ],
)
def test_a_damaged_file_has_an_error_of_its_own_and_is_kept_by_a_login(run, server, file, content, why):
    write(file, content)
    before = file.read_bytes()
    for argv in (("video", "list"), ("auth", "status"), ("auth", "logout")):
        result = run(*argv, env={"HEYGEN_API_KEY": None})
        assert (result.status, result.error["code"]) == (3, "auth_error"), result
        assert result.error["message"].startswith(f"the credential file {file} cannot be used: {why}")
        assert "secret" not in result.stderr
    assert file.read_bytes() == before
    server.route("GET", "/v3/users/me", {"data": {"email": "ada@example.com"}})
    result = run("auth", "login", stdin="good-key", env={"HEYGEN_API_KEY": None})
    assert result.status == 0
    assert json.loads(file.read_text()) == {"api_key": "good-key"}
    kept = file.with_name("credentials.damaged")
    if before:
        assert kept.read_bytes() == before
        assert stat.S_IMODE(os.stat(kept).st_mode) == 0o600
        assert result.json["note"] == f"the previous file could not be read and is now {kept}"
    else:
        assert not kept.exists()


def test_an_earlier_damaged_file_is_not_overwritten_either(run, server, file):
    server.route("GET", "/v3/users/me", {"data": {}})
    for content in ("one one", "two two"):
        write(file, content)
        assert run("auth", "login", stdin="k", env={"HEYGEN_API_KEY": None}).status == 0
    names = sorted(name for name in os.listdir(file.parent) if not name.startswith("."))
    assert names == ["credentials", "credentials.damaged", "credentials.damaged.2"]
    assert file.with_name("credentials.damaged").read_text() == "one one"


@pytest.mark.parametrize("content", ["{}", '{"api_key": ""}', '{"oauth": null, "theirs": 1}'])
def test_a_file_without_a_credential_is_nobody_signed_in(run, server, file, content):
    write(file, content)
    result = run("video", "list", env={"HEYGEN_API_KEY": None})
    assert result.error["message"].startswith("no API key")


def test_a_file_that_others_can_read_is_a_warning_for_people(run, server, file):
    server.route("GET", "/v3/users/me", {"data": {}})
    write(file, "stored-key", mode=0o644)
    warning = f"Others can read {file}; make it private with: chmod 600 {file}"
    result = run("auth", "status", env={"HEYGEN_API_KEY": None})
    assert result.json["credential"]["warning"] == warning
    assert result.stderr == ""
    result = run("auth", "status", "--human", env={"HEYGEN_API_KEY": None})
    assert warning in result.stderr
    assert run("auth", "login", stdin="k", env={"HEYGEN_API_KEY": None}).status == 0
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600
    assert "warning" not in run("auth", "status", env={"HEYGEN_API_KEY": None}).json["credential"]


def test_writing_keeps_the_fields_of_others(run, server, file):
    server.route("GET", "/v3/users/me", {"data": {}})
    write(file, '{"theirs": {"a": [1]}, "api_key": "old", "user": {"email": "old@example.com"}}')
    run("auth", "login", stdin="new", env={"HEYGEN_API_KEY": None})
    assert json.loads(file.read_text()) == {"api_key": "new", "theirs": {"a": [1]}}
    run("auth", "logout")
    assert json.loads(file.read_text()) == {"theirs": {"a": [1]}}


def test_without_a_home_nobody_is_signed_in_and_nobody_can_be(run, server):
    server.route("GET", "/v3/users/me", {"data": {}})
    env = {"HOME": None, "HEYGEN_API_KEY": None}
    assert run("video", "list", env=env).error["code"] == "auth_error"
    result = run("auth", "login", stdin="k", env=env)
    assert (result.status, result.error["code"]) == (1, "cli_file_io_error")
    assert run("auth", "logout", env=env).json["cleared"] is None


@pytest.fixture
def public_folder():
    """A folder that others may enter, as those of pytest are not."""
    folder = pathlib.Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody else")
def test_what_another_user_may_not_do(public_folder):
    """As a user who may read the home but not write it, who may not read the file, and who may not enter the home."""
    home = public_folder / "home" / ".heygen"
    home.mkdir(parents=True)
    (home / "credentials").write_text("secret-key")

    def run(*argv, stdin=""):
        command = f"""
import io, os, sys
sys.path.insert(0, {forks.ROOT!r})
from heygen.cli import main as cli
from heygen.core.context import Context, InputStream, OutputStream

def call(folder, stderr):
    environ = {{"HEYGEN_CONFIG_DIR": folder, "HEYGEN_API_BASE": "http://127.0.0.1:9", "HEYGEN_MAX_RETRIES": "0"}}
    stdin = InputStream(io.BytesIO({stdin.encode()!r}))
    return cli.main({argv!r}, Context(stdin=stdin, stdout=OutputStream(None), stderr=stderr, environ=environ))

call({str(public_folder / "other")!r}, OutputStream(None))  # imports what only root may read
call("/dev/null/nowhere", OutputStream(None))
os.setgid(65534), os.setuid(65534)
call({str(home)!r}, OutputStream(sys.stderr.buffer))
"""
        answer = subprocess.run([sys.executable, "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        return json.loads(answer.stderr)["error"]

    (home / "credentials").chmod(0o600)
    home.chmod(0o755)
    error = run("auth", "status")
    assert error["message"].endswith("cannot be used: Permission denied")
    (home / "credentials").chmod(0o644)
    assert run("auth", "login", stdin="new-key")["code"] == "cli_file_io_error"
    assert run("config", "set", "output", "json")["code"] == "cli_file_io_error"
    home.chmod(0o700)
    assert run("auth", "status")["message"].startswith("no API key")
    assert (home / "credentials").read_text() == "secret-key"
    assert os.listdir(home) == ["credentials"]
