"""Every page of a list, asked for by name: one document, whatever breaks it off."""

import io
import json
import shlex

import pytest

from heygen.core.context import OutputStream

LAST = {"has_more": False, "next_token": None}


def page(first, last, token=None, **others):
    """A page of videos by their numbers, and the cursor after it."""
    items = [{"id": f"v{number}", "title": "Grüße"} for number in range(first, last + 1)]
    return {"data": items, "has_more": token is not None, "next_token": token, **others}


def ids(document):
    return [item["id"] for item in document["data"]]


def cursors(result):
    return [dict(request.query).get("token") for request in result.requests]


def limits(result):
    return [dict(request.query).get("limit") for request in result.requests]


def test_nothing_is_paged_unasked(run, server):
    server.answer(page(1, 2, "a"))
    result = run("video", "list")
    assert result.json == page(1, 2, "a") and len(result.requests) == 1


def test_all_pages_are_one_document(run, server):
    server.answer(page(1, 2, "a")).answer(page(3, 4, "b/&")).answer(page(5, 5))
    result = run("video", "list", "--all", "--title", "x", "--limit", "2")
    assert result.status == 0 and result.stderr == ""
    assert result.stdout == json.dumps(page(1, 5), ensure_ascii=False, separators=(",", ":")) + "\n"
    assert cursors(result) == [None, "a", "b/&"]
    assert limits(result) == ["2", "2", "2"]
    assert [dict(request.query)["title"] for request in result.requests] == ["x"] * 3


def test_it_begins_where_token_says(run, server):
    server.answer(page(3, 4, "b")).answer(page(5, 5))
    result = run("video", "list", "--all", "--token", "a")
    assert ids(result.json) == ["v3", "v4", "v5"]
    assert cursors(result) == ["a", "b"] and limits(result) == [None, None]


@pytest.mark.parametrize("pages", [1, 3])
def test_an_empty_list_is_a_document_too(run, server, pages):
    for number in range(1, pages):
        server.answer(page(1, 0, f"c{number}"))
    server.answer(page(1, 0))
    assert run("video", "list", "--all").json == {"data": [], **LAST}


def test_empty_pages_may_stand_anywhere(run, server):
    server.answer(page(1, 0, "a")).answer(page(1, 1, "b")).answer(page(1, 0, "c")).answer(page(2, 2))
    assert run("video", "list", "--all").json == page(1, 2)


@pytest.mark.parametrize("field", ["data[].id", ".data[*].id"])
@pytest.mark.parametrize("mode", [(), ("--human",)])
def test_fields_of_the_items_go_out_page_by_page(run, server, field, mode):
    def second(handler, recorded):
        seen.append(out.getvalue())
        handler.reply(200, {"Content-Type": "application/json"}, json.dumps(page(3, 3)).encode())

    seen, out = [], io.BytesIO()
    server.answer(page(1, 2, "a")).script(second)
    result = run("video", "list", "--all", "--get", field, *mode, stdout=OutputStream(out))
    assert result.status == 0
    assert seen == [b"v1\nv2\n"] and out.getvalue() == b"v1\nv2\nv3\n"


def test_items_go_out_page_by_page(run, server):
    def second(handler, recorded):
        seen.append(out.getvalue())
        handler.reply(200, {"Content-Type": "application/json"}, json.dumps(page(2, 2)).encode())

    seen, out = [], io.BytesIO()
    server.answer(page(1, 1, "a")).script(second)
    assert run("video", "list", "--all", stdout=OutputStream(out)).status == 0
    assert b'"v1"' in seen[0] and json.loads(out.getvalue()) == page(1, 2)


@pytest.mark.parametrize(
    "field, expected",
    [("data[-1].id", "v3\n"), ("has_more", "false\n"), ("next_token", "null\n"), ("data[1].id", "v2\n")],
)
def test_any_other_field_is_that_of_the_whole(run, server, field, expected):
    server.answer(page(1, 2, "a")).answer(page(3, 3))
    assert run("video", "list", "--all", "--get", field).stdout == expected


def test_a_field_that_an_item_lacks_is_an_error(run, server):
    server.answer(page(1, 2, "a")).answer({"data": [{"name": "x"}], **LAST})
    result = run("video", "list", "--all", "--get", "data[].id")
    assert (result.status, result.stdout) == (1, "v1\nv2\n")
    assert result.error["code"] == "cli_field_not_found" and "resume" not in result.error


def test_people_see_one_table(run, server):
    server.answer(page(1, 2, "a")).answer(page(3, 3))
    result = run("video", "list", "--all", "--human")
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["ID", "v1", "v2", "v3"]


# --- no more than so many


def test_the_last_page_ends_with_the_last_item_that_is_wanted(run, server):
    server.answer(page(1, 2, "a")).answer(page(3, 4, "b")).answer(page(5, 5, "c"))
    result = run("video", "list", "--all", "--limit", "2", "--max-items", "5")
    assert limits(result) == ["2", "2", "1"]
    assert result.json == page(1, 5, "c")


def test_fewer_than_a_page_of_the_apis_own_size(run, server):
    server.answer(page(1, 10, "a")).answer(page(11, 12, "b"))
    result = run("video", "list", "--all", "--max-items", "12")
    assert limits(result) == [None, "2"]
    assert result.json == page(1, 12, "b")


def test_a_list_that_is_shorter(run, server):
    server.answer(page(1, 3))
    result = run("video", "list", "--all", "--max-items", "5")
    assert limits(result) == ["5"] and result.json == page(1, 3)


def test_a_list_that_ends_there(run, server):
    server.answer(page(1, 5))
    assert run("video", "list", "--all", "--max-items", "5").json == page(1, 5)


def test_what_comes_unasked_is_cut_off_and_not_skipped(run, server):
    server.answer(page(1, 2, "a")).answer(page(3, 5, "b"))
    result = run("video", "list", "--all", "--limit", "2", "--max-items", "3")
    assert ids(result.json) == ["v1", "v2", "v3"]
    assert (result.json["has_more"], result.json["next_token"]) == (True, "a")


def test_people_see_the_command_that_goes_on(run, server):
    server.answer(page(1, 2, "t'k"))
    shown = run("video", "list", "--all", "--max-items", "2", "--human").stdout
    assert """Next page: heygen video list --all --max-items 2 --human --token 't'"'"'k'""" in shown


def test_max_items_alone_is_refused(run, server):
    for argv in (("--max-items", "5"), ("--max-items", "5", "--all=false")):
        result = run("video", "list", *argv)
        assert result.status == 2 and result.error["message"] == "--max-items needs --all"
    assert run("video", "list", "--all", "--max-items", "0").status == 2


def test_a_dry_run_shows_the_first_request(run, server):
    url = run("video", "list", "--all", "--max-items", "3", "--token", "a", "--dry-run").json["url"]
    assert url == f"{server.url}/v3/videos?token=a&limit=3"


def test_commands_without_pages_have_no_such_flag(run, server):
    for words in (("video", "get", "x"), ("webhook", "event-types", "list"), ("video", "batches", "get", "x")):
        assert run(*words, "--all").status == 2


# --- what breaks it off


def failing(server, times=3):
    for _ in range(times):
        server.answer({"error": {"code": "internal_error", "message": "Oh"}}, status=503)


def test_what_was_read_before_a_failure_is_printed(run, server):
    server.answer(page(1, 2, "a")).answer(page(3, 4, "b c"))
    failing(server)
    result = run("video", "list", "--all", "--limit", "2", "--title", "it's")
    assert result.status == 1
    assert result.json == page(1, 4, "b c")
    assert result.error["code"] == "internal_error"
    assert result.error["resume"] == """heygen video list --all --limit 2 --title 'it'"'"'s' --token 'b c'"""


def test_resuming_brings_the_rest(run, server):
    server.answer(page(1, 2, "a"))
    failing(server)
    first = run("video", "list", "--all", "--max-items", "5", "--get", "data[].id", "--limit", "2")
    assert first.stdout == "v1\nv2\n"
    server.answer(page(3, 4, "b")).answer(page(5, 5, "c"))
    second = run(*shlex.split(first.error["resume"])[1:])
    assert second.stdout == "v3\nv4\nv5\n"
    assert cursors(second) == ["a", "b"] and limits(second) == ["2", "1"]


def test_a_retry_brings_the_page(run, server):
    server.answer(page(1, 2, "a"))
    failing(server, 2)
    server.answer(page(3, 3))
    assert run("video", "list", "--all").json == page(1, 3)


def test_where_nothing_was_read_nothing_is_printed(run, server):
    failing(server)
    result = run("video", "list", "--all", "--token", "a")
    assert (result.status, result.stdout) == (1, "") and "resume" not in result.error


def test_a_rejected_key_on_the_way(run, server):
    server.answer(page(1, 2, "a")).answer({"error": {"code": "unauthorized", "message": "No"}}, status=401)
    result = run("video", "list", "--all")
    assert result.status == 3 and result.json == page(1, 2, "a")
    assert result.error["resume"] == "heygen video list --all --token a"


def test_people_see_what_was_read_before_a_failure(run, server):
    server.answer(page(1, 2, "a"))
    failing(server)
    result = run("video", "list", "--all", "--human")
    assert result.status == 1 and "v2" in result.stdout
    assert "Resume: heygen video list --all --human --token a" in result.stderr


def test_a_failure_comes_before_a_field_that_is_not_there_yet(run, server):
    server.answer(page(1, 2, "a"))
    failing(server)
    result = run("video", "list", "--all", "--get", "data[2].id")
    assert (result.status, result.stdout, result.error["code"]) == (1, "", "internal_error")


@pytest.mark.parametrize("second", [{"next_token": "a"}, {"next_token": "b"}], ids=["at once", "later"])
def test_a_cursor_that_comes_again_is_an_error(run, server, second):
    server.answer(page(1, 1, "a")).answer(page(2, 2, second["next_token"]))
    if second["next_token"] == "b":
        server.answer(page(3, 3, "a"))
    result = run("video", "list", "--all")
    assert result.status == 1 and result.error["code"] == "cli_cursor_repeated"
    assert "resume" not in result.error
    assert ids(result.json)[-1] == ("v2" if second["next_token"] == "a" else "v3")
    assert (result.json["has_more"], result.json["next_token"]) == (True, None)


def test_more_without_a_cursor_is_an_error(run, server):
    server.answer(page(1, 1, has_more=True))
    result = run("video", "list", "--all")
    assert result.status == 1 and ids(result.json) == ["v1"] and result.json["has_more"] is True
    assert result.error["code"] == "cli_cursor_missing"


@pytest.mark.parametrize("answer", [[], {"data": {"id": "x"}}, {"videos": []}])
def test_what_is_no_page_is_an_error(run, server, answer):
    server.answer(answer)
    result = run("video", "list", "--all")
    assert (result.status, result.stdout, result.error["code"]) == (1, "", "cli_no_list")
    server.answer(page(1, 1, "a")).answer(answer)
    result = run("video", "list", "--all")
    assert result.status == 1 and ids(result.json) == ["v1"] and result.json["has_more"] is True


def test_an_interrupt_leaves_what_was_read(run, server):
    def sleep(seconds):
        raise KeyboardInterrupt

    for argv, expected in (
        ((), json.dumps(page(1, 2, "a"), ensure_ascii=False, separators=(",", ":")) + "\n"),
        (("--get", "data[].id"), "v1\nv2\n"),
        (("--get", "data[1].id"), "v2\n"),
    ):
        server.answer(page(1, 2, "a"))
        failing(server, 1)
        result = run("video", "list", "--all", *argv, sleep=sleep)
        assert (result.status, result.stdout) == (130, expected)
        assert result.error["code"] == "canceled"
        assert result.error["resume"] == result.error["hint"]
        assert result.error["resume"].startswith("heygen video list --all ")


def test_an_interrupt_while_a_page_goes_out_leaves_a_document(run, server):
    class Interrupted(io.BytesIO):
        def flush(self):
            if self.getvalue().endswith(b"}"):
                raise KeyboardInterrupt

    out = Interrupted()
    server.answer(page(1, 2, "a"))
    result = run("video", "list", "--all", stdout=OutputStream(out))
    assert result.status == 130
    assert json.loads(out.getvalue()) == {**page(1, 2), "has_more": True}


def test_an_interrupt_at_the_start_leaves_nothing(run, server):
    def sleep(seconds):
        raise KeyboardInterrupt

    failing(server, 1)
    result = run("video", "list", "--all", sleep=sleep)
    assert (result.status, result.stdout) == (130, "") and "resume" not in result.error


def test_a_reader_that_has_enough_ends_it(run, server):
    class Gone(io.RawIOBase):
        def write(self, data):
            raise BrokenPipeError

    server.answer(page(1, 2, "a"))
    result = run("video", "list", "--all", "--get", "data[].id", stdout=OutputStream(Gone()))
    assert (result.status, result.stderr) == (0, "")


# --- the sandbox


def test_the_whole_list_of_the_sandbox(run):
    whole = run("voice", "list", "--limit", "100").json
    assert len(whole["data"]) > 4 and whole["has_more"] is False
    assert run("voice", "list", "--all", "--limit", "2").json == whole
    part = run("voice", "list", "--all", "--limit", "2", "--max-items", "3").json
    rest = run("voice", "list", "--all", "--token", part["next_token"]).json
    assert part["data"] + rest["data"] == whole["data"]
