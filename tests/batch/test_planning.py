"""What is refused before anything is sent, with file and line."""

import json

import pytest
from jobfiles import BODY, lines, video, write


def refused(result, *texts):
    assert result.status == 2 and not result.requests and not result.stdout
    for text in texts:
        assert text in result.error["message"]


def test_all_problems_are_told_with_their_lines(run, cwd):
    rows = [video(0), {**video(1), "data": {"type": "avatar"}}, {**video(2), "command": "video list"}, {"id": "x", "data": {}}]
    path = write(cwd / "jobs.jsonl", rows)
    path.write_text(path.read_text() + "{broken\n[]\n" + json.dumps({"id": "y", "comand": "video create"}) + "\n")
    result = run("batch", "run", "jobs.jsonl")
    refused(result, "jobs.jsonl:2: avatar_id is required")
    told = {each["line"]: each["problem"] for each in reversed(result.error["details"])}
    assert "makes nothing" in told[3] and "has no command" in told[4] and "not valid JSON" in told[5]
    assert "JSON object" in told[6] and "did you mean command?" in told[7]
    assert result.error["rows_with_problems"] == 6
    assert not (cwd / "jobs.jsonl.journal").exists()


@pytest.mark.parametrize(
    "rows, text",
    [
        ([video(1), video(1)], "jobs.jsonl:2: the id row-1 is that of line 1 too"),
        ([video(1, "e\u0301"), video(2, "\u00e9")], "is that of line 1 too"),
        ([video(1, "x" * 2000)], "at most 1024 characters"),
        ([{**video(1), "command": "video-agent stop"}], "video-agent stop needs <session-id>"),
        ([{**video(1), "command": "video creat"}], "is no command of the API"),
        ([{**video(1), "command": "video delete abc"}], "does not do"),
        ([{**video(1), "command": "asset create"}], "heygen asset upload"),
        ([{**video(1), "command": "video create --title x"}], "is a flag"),
        ([{**video(1), "arguments": {"video": "x"}}], "takes no argument video"),
        ([video(1, script="x" * 2_000_000)], "is too long"),
    ],
)
def test_rows_that_are_refused(run, cwd, rows, text):
    write(cwd / "jobs.jsonl", rows)
    refused(run("batch", "run", "jobs.jsonl"), text)


@pytest.mark.parametrize(
    "table, text",
    [
        ("id,name\na,b,c\n", "people.csv:2: the row has more cells"),
        ("id,name\na\n", "people.csv:2: the row has fewer cells"),
        ("id,id\n", "two columns are called id"),
        ("id,nam\na,b\n", "there is no column name; did you mean {nam}?"),
        ('id,name\na,"b\n', "people.csv:2: the row is no row of a table"),
        ("id,name\na,\xe9\n", "people.csv:2: the row is not UTF-8"),
        ("", "no line with the names"),
        ("id,name\n", "has no rows"),
    ],
)
def test_tables_that_are_refused(run, cwd, table, text):
    (cwd / "people.csv").write_bytes(table.encode("latin-1"))
    (cwd / "body.json").write_text(json.dumps({**BODY, "script": "Hello {name}"}))
    refused(run("batch", "run", "people.csv", "--command", "video create", "--template", "body.json"), text)


def test_a_template_that_is_refused(run, cwd):
    (cwd / "people.csv").write_text("id\na\n")
    (cwd / "body.json").write_text('{"script": "a { b"}')
    result = run("batch", "run", "people.csv", "--command", "video create", "--template", "body.json")
    refused(result, "stands alone")
    assert run("batch", "run", "people.csv").error["param"] == "--command"


def test_ten_thousand_wrong_rows_are_counted_and_the_first_told(run, cwd):
    (cwd / "people.csv").write_text("id,speed\n" + "".join(f"r{number},fast\n" for number in range(10_000)))
    (cwd / "body.json").write_text(json.dumps({**BODY, "script": "Hi", "voice_settings": {"speed": "{speed}"}}))
    result = run("batch", "run", "people.csv", "--command", "video create", "--template", "body.json")
    refused(result, "people.csv:2: voice_settings.speed must be a number", "in 10000 of 10000 rows")
    assert len(result.error["details"]) == 100 and result.error["problems"] == 10_000


def test_names_of_files(run, cwd):
    rows = [{**video(number, id), "city": city} for number, (id, city) in enumerate([("../../etc", "São Paulo"), ("con", "a/b")])]
    write(cwd / "jobs.jsonl", rows)
    result = run("batch", "run", "jobs.jsonl", "--wait", "--output-path", "out/{city}/{id}.mp4")
    assert result.status == 0
    assert sorted(each["saved"][0] for each in lines(result.stdout)) == ["out/São Paulo/_.._etc.mp4", "out/a_b/_con.mp4"]


def test_names_that_collide_or_exist(run, cwd):
    write(cwd / "jobs.jsonl", [video(1, "A"), video(2, "a"), video(3, "b")])
    refused(run("batch", "run", "jobs.jsonl", "--wait", "--output-path", "out"), "out/a would be that of line 1 too")
    write(cwd / "jobs.jsonl", [video(1, "A"), video(3, "b")])
    (cwd / "out").mkdir()
    (cwd / "out" / "b.mp4").write_text("mine")
    result = run("batch", "run", "jobs.jsonl", "--wait", "--output-path", "out")
    refused(result, "jobs.jsonl:2: out/b.mp4 already exists")
    assert result.error["code"] == "file_exists"
    assert run("batch", "run", "jobs.jsonl", "--wait", "--output-path", "out", "--force").status == 0
    assert (cwd / "out" / "b.mp4").read_bytes() != b"mine"
    refused(run("batch", "run", "jobs.jsonl", "--wait", "--output-path", "out/{nothing}"), "no column nothing")


def test_a_dry_run_sends_nothing_and_leaves_nothing(run, cwd):
    write(cwd / "jobs.jsonl", [video(1), video(2), {"id": "f", "command": "folder create", "data": {"name": "x"}}])
    result = run("batch", "run", "jobs.jsonl", "--dry-run", env={"HEYGEN_API_KEY": None})
    assert result.json["data"]["commands"] == {"video create": 2, "folder create": 1} and result.json["data"]["cost"] is None
    assert not result.requests and [each.name for each in cwd.iterdir()] == ["jobs.jsonl"]


def test_shards_divide_the_rows_and_refuse_another_division(run, cwd):
    write(cwd / "jobs.jsonl", [video(number) for number in range(20)])
    told = []
    for number in (1, 2, 3):
        result = run("batch", "run", "jobs.jsonl", "--shard", f"{number}/3")
        assert result.status == 0
        told.append({each["id"] for each in lines(result.stdout)})
        assert (cwd / f"jobs.jsonl.{number}-of-3.journal").exists()
    assert sum(map(len, told)) == len(set().union(*told)) == 20 and all(told)
    write(cwd / "jobs.jsonl", [video(number) for number in range(-5, 20)])
    again = run("batch", "run", "jobs.jsonl", "--shard", "2/3")
    assert not {each["id"] for each in lines(again.stdout)} & set().union(*told)
    for argv in ((), ("--shard", "1/2")):
        result = run("batch", "run", "jobs.jsonl", *argv)
        assert result.status == 2 and "would be made again" in result.error["message"]
    assert run("batch", "run", "jobs.jsonl", "--shard", "4/3").status == 2
