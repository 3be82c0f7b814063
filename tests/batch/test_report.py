"""`batch status` and `batch report`, from journals alone."""

import csv
import io

import pytest
from jobfiles import video, write


@pytest.fixture
def batch(run, cwd, sandbox):
    rows = [video(number) for number in range(4)] + [video(4, '<b>"x"', title="<script>alert(1)</script>")]
    write(cwd / "jobs.jsonl", rows)
    sandbox.world.faults.add("POST /v3/videos status=failed times=1")
    for shard in ("1/2", "2/2"):
        run("batch", "run", "jobs.jsonl", "--wait", "--output-path", "out", "--shard", shard)
    (cwd / "jobs.jsonl").unlink()


def test_status(run, batch):
    data = run("batch", "status", "jobs.jsonl").json["data"]
    assert (data["rows"], data["completed"], data["failed"], data["saved"]) == (5, 4, 1, 4)
    assert [each["shard"] for each in data["journals"]] == ["1/2", "2/2"] and not data["is_running"]
    assert data["not_well"][0]["error"]["code"] == "video_failed"
    assert run("batch", "status", "jobs.jsonl", "--journal", "jobs.jsonl.1-of-2.journal").json["data"]["rows"] < 5


def test_json_and_csv(run, batch):
    rows = run("batch", "report", "jobs.jsonl").json["data"]
    assert len(rows) == 5 and all(each["resource_id"] for each in rows)
    assert sum("saved" in each for each in rows) == 4
    table = list(csv.DictReader(io.StringIO(run("batch", "report", "jobs.jsonl", "--format", "csv").stdout)))
    assert {each["id"] for each in table} == {each["id"] for each in rows}
    assert [each["error_code"] for each in table if each["status"] == "failed"] == ["video_failed"]


def test_the_page_is_self_contained_and_escapes_everything(run, batch, cwd):
    page = run("batch", "report", "jobs.jsonl", "--format", "html").stdout
    assert page.startswith("<!doctype html>") and page.count("<article") == 5
    assert page.count("<script>") == 1 and "<b>\"" not in page and "&lt;script&gt;" in page
    assert page.count('<video controls preload="none" src="./out/') == 4
    assert "<link" not in page and " src=\"http" not in page
    (cwd / "pages").mkdir()
    result = run("batch", "report", "jobs.jsonl", "--format", "html", "--output-path", "pages/report.html")
    assert result.json["path"] == "pages/report.html"
    assert 'src="../out/row-' in (cwd / "pages" / "report.html").read_text()
    again = run("batch", "report", "jobs.jsonl", "--format", "html", "--output-path", "pages/report.html")
    assert again.error["code"] == "file_exists"


def test_a_batch_that_was_never_run(run, cwd):
    for command in ("status", "report"):
        assert run("batch", command, "none.jsonl").error["code"] == "cli_batch_no_journal"
