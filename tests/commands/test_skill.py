"""heygen/commands/skill.py: what it says is true, and where it is installed."""

import os
import re
import subprocess
import sys

import pytest
from processes import ROOT

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


def blocks(text):
    return re.findall(r"^```sh\n(.*?)^```", text, re.S | re.M)


def test_it_has_the_form_of_a_skill(run, server):
    text = run("skill").stdout
    head = re.match(r"---\nname: heygen\ndescription: (.+)\n---\n", text)
    assert head and len(head[1]) <= 1024 and ": " not in head[1]
    assert len(text.encode()) < 5000
    assert all(len(line) <= 130 for line in text.splitlines() if not line.startswith("description"))


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX")
def test_each_of_its_commands_runs_on_the_sandbox(run, server, tmp_path):
    lines = "".join(blocks(run("skill").stdout))
    assert lines.count("heygen ") >= 20
    (tmp_path / "portrait.png").write_bytes(PNG)
    (tmp_path / "script").write_text(lines, encoding="utf-8")
    answer = subprocess.run(
        [sys.executable, "-B", str(ROOT / "heygen.py"), "sandbox", "run", "--", "sh", "-eu", "script"],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path), "HEYGEN_NO_ANALYTICS": "1"},
        capture_output=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr.decode()
    assert b'"error"' not in answer.stderr
    assert {each.name for each in tmp_path.iterdir()} >= {"welcome.mp4", "hello.mp4", "translated"}
    assert len(list((tmp_path / "translated").iterdir())) == 2


def test_it_is_installed_where_an_agent_looks(run, server, cwd):
    result = run("skill", "--install", "skills")
    path = os.path.join("skills", "heygen", "SKILL.md")
    assert result.json == {"message": f"Installed the skill at {path}", "path": path}
    assert (cwd / path).read_text(encoding="utf-8") == run("skill").stdout
    assert os.listdir(cwd / "skills" / "heygen") == ["SKILL.md"]


def test_one_of_ours_is_replaced_and_no_other_file(run, server, cwd):
    run("skill", "--install", ".")
    path = cwd / "heygen" / "SKILL.md"
    path.write_text(path.read_text(encoding="utf-8") + "old", encoding="utf-8")
    assert run("skill", "--install", ".").status == 0
    assert path.read_text(encoding="utf-8") == run("skill").stdout
    path.write_text("mine", encoding="utf-8")
    result = run("skill", "--install", ".")
    assert (result.status, result.error["code"]) == (1, "file_exists")
    assert path.read_text(encoding="utf-8") == "mine"
    assert run("skill", "--install", ".", "--force").status == 0
    assert path.read_text(encoding="utf-8") == run("skill").stdout


def test_a_folder_that_is_none_is_told(run, server, cwd):
    (cwd / "file").write_text("x", encoding="utf-8")
    assert run("skill", "--install", "file").error["code"] == "cli_file_io_error"
    assert run("skill", "--install", "").error["param"] == "--install"
