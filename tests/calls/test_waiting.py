"""Waiting: every way into a wait and every way out of it leaves the user with the id and the next command."""

import json
import random
import socket

import pytest
from servers import ScriptedServer

CREATE = ("video", "create", "--type", "avatar", "--avatar-id", "a1", "--script", "Hi", "--wait")
CREATED = {"data": {"video_id": "vid_1", "status": "pending"}}
DONE = {"data": {"id": "vid_1", "status": "completed", "video_url": "https://files.example/vid_1.mp4"}}


def video(status, **fields):
    return {"data": {"id": "vid_1", "status": status, **fields}}


def hang_up(handler, recorded):
    """Close the connection without an answer."""
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def test_the_result_is_the_resource_as_get_prints_it(run, server):
    server.answer(CREATED).answer(video("pending")).answer(video("processing")).answer(DONE)
    result = run(*CREATE)
    assert result.status == 0
    assert result.json == DONE
    assert result.notices == [
        {"notice": {"code": "created", "message": "created video vid_1", "hint": "heygen video get vid_1 --wait", "id": "vid_1"}}
    ]
    assert [each.target for each in result.requests] == ["/v3/videos"] + ["/v3/videos/vid_1"] * 3


@pytest.mark.parametrize(("chance", "factor"), [(b"\x80", 1.0), (b"\x00", 0.9), (b"\xff", 1.1)])
def test_looks_start_at_once_double_to_thirty_seconds_and_a_tenth_is_chance(run, server, chance, factor):
    server.answer(CREATED)
    for _ in range(7):
        server.answer(video("processing"))
    server.answer(DONE)
    sleeps = run(*CREATE, random_bytes=lambda size: chance * size).clock.sleeps
    assert sleeps == pytest.approx([each * factor for each in [2, 4, 8, 16, 30, 30, 30]], rel=0.001)


def test_hours_of_waiting_with_failing_polls_end_with_the_right_result(run, server):
    chance = random.Random(7)
    looks = 0

    def poll(handler, recorded):
        nonlocal looks
        looks += 1
        server.routes["GET", "/v3/videos/vid_1"] = poll
        if chance.random() < 0.3:
            failure = chance.choice(["reset", "503", "429", "garbage", "html", "short"])
            if failure == "reset":
                hang_up(handler, recorded)
            elif failure == "short":
                handler.reply(200, {"Content-Length": "500"}, b'{"data": {')
                handler.close_connection = True
            elif failure == "garbage":
                handler.reply(200, {}, b"\x00\xff{")
            elif failure == "html":
                handler.reply(502, {"Content-Type": "text/html"}, b"<h1>Bad gateway</h1>")
            else:
                handler.reply(int(failure), {}, b'{"error": {"code": "x", "message": "y"}}')
            return
        done = looks > 300
        handler.reply(200, {}, json.dumps(DONE if done else video("processing")).encode())

    server.answer(CREATED)
    server.routes["GET", "/v3/videos/vid_1"] = poll
    result = run(*CREATE, "--timeout", "12h")
    assert (result.status, result.json) == (0, DONE)
    assert result.clock.elapsed > 2 * 3600


def test_a_network_that_is_cut_and_comes_back_costs_nothing_but_time(run, server, clock):
    """The server is really gone for a while: connections are refused, then it is there again on its port."""
    back = []

    def sleep(seconds):
        clock.sleep(seconds)
        if len(clock.sleeps) == 2:
            server.close()
        if len(clock.sleeps) == 6:
            back.append(ScriptedServer(server.port).answer(DONE))

    server.answer(CREATED).answer(video("pending")).answer(video("processing"))
    result = run(*CREATE, sleep=sleep)
    back[0].close()
    assert (result.status, result.json, len(result.notices)) == (0, DONE, 1)
    assert len(clock.sleeps) == 6


def test_a_timeout_leaves_the_last_state_and_the_follow_up(run, server):
    server.answer(CREATED).route("GET", "/v3/videos/vid_1", video("processing"))
    result = run(*CREATE)
    assert result.status == 4
    assert result.json == video("processing")
    assert result.error == {
        "code": "timeout",
        "message": "polling timed out after 20m0s",
        "hint": "heygen video get vid_1",
        "id": "vid_1",
        "resume": "heygen video get vid_1 --wait",
    }
    assert result.clock.elapsed == pytest.approx(20 * 60)


@pytest.mark.parametrize("seconds", [45, 31])
@pytest.mark.parametrize("is_reachable", [True, False])
def test_the_last_look_is_taken_at_the_deadline_however_short_the_last_pause_is(run, server, clock, seconds, is_reachable):
    server.answer(CREATED)
    seen = []

    def poll(handler, recorded):
        server.routes["GET", "/v3/videos/vid_1"] = poll
        seen.append(round(clock.elapsed, 1))
        if clock.elapsed >= seconds:
            handler.reply(200, {}, json.dumps(DONE).encode())
        elif is_reachable:
            handler.reply(200, {}, json.dumps(video("processing")).encode())
        else:
            hang_up(handler, recorded)

    server.routes["GET", "/v3/videos/vid_1"] = poll
    result = run(*CREATE, "--timeout", f"{seconds}s", random_bytes=lambda size: b"\x80" * size)
    assert result.status == 0
    assert seen == [0, 2, 6, 14, 30, seconds]


def test_timeout_zero_looks_once(run, server):
    server.answer(CREATED).answer(video("processing"))
    result = run(*CREATE, "--timeout", "0")
    assert (result.status, result.json) == (4, video("processing"))
    assert result.clock.sleeps == []


def test_without_any_good_look_the_creation_response_is_the_last_state(run, server):
    server.answer(CREATED).route("GET", "/v3/videos/vid_1", {}, status=503)
    result = run(*CREATE, "--timeout", "1m")
    assert (result.status, result.json) == (4, CREATED)
    assert result.error["hint"] == "heygen video get vid_1"


def test_a_failed_job_prints_its_state_and_the_api_s_reason(run, server):
    failed = video("failed", failure_code="MODERATION", failure_message="The script was refused.")
    server.answer(CREATED).answer(failed)
    result = run(*CREATE)
    assert (result.status, result.json) == (1, failed)
    assert result.error["code"] == "video_failed"
    assert result.error["message"] == "video vid_1 failed: MODERATION: The script was refused."
    assert result.error["hint"] == "heygen video get vid_1"


def test_an_unknown_status_is_not_the_end(run, server):
    server.answer(CREATED).answer(video("polishing")).answer({"data": {}}).answer([]).answer(DONE)
    assert run(*CREATE).json == DONE


def test_retry_after_on_a_poll_is_honoured(run, server):
    server.answer(CREATED).answer({}, status=429, headers={"Retry-After": "77"}).answer(DONE)
    assert run(*CREATE).clock.sleeps == [77]


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_ends_the_wait_with_its_own_exit_code(run, server, status):
    server.answer(CREATED).answer({"error": {"code": "no", "message": "No."}}, status=status)
    result = run(*CREATE)
    assert (result.status, result.json) == (3, CREATED)
    assert "heygen video get vid_1" in result.error["hint"]


def test_a_fresh_id_may_take_a_moment_to_appear(run, server):
    server.answer(CREATED)
    for _ in range(3):
        server.answer({"error": {"code": "video_not_found", "message": "Not yet."}}, status=404)
    server.answer(DONE)
    assert run(*CREATE).json == DONE


def test_an_id_that_stays_missing_ends_the_wait(run, server):
    server.answer(CREATED).route("GET", "/v3/videos/vid_1", {"error": {"code": "video_not_found", "message": "No."}}, 404)
    result = run(*CREATE)
    assert (result.status, result.error["code"], result.json) == (1, "video_not_found", CREATED)
    assert result.error["hint"] == "heygen video get vid_1"
    assert result.clock.elapsed < 60


def test_an_interrupt_leaves_the_last_state_and_the_follow_up(run, server):
    def interrupt(seconds):
        raise KeyboardInterrupt

    server.answer(CREATED).answer(video("processing"))
    result = run(*CREATE, sleep=interrupt)
    assert (result.status, result.json) == (130, video("processing"))
    assert result.error["code"] == "canceled"
    assert result.error["hint"] == "heygen video get vid_1"


def test_an_odd_id_is_quoted_in_the_follow_up(run, server):
    server.answer({"data": {"video_id": "a b$c"}}).route("GET", "/v3/videos/a%20b%24c", video("processing"))
    assert run(*CREATE, "--timeout", "3s").error["hint"] == "heygen video get 'a b$c'"


def test_a_lost_creation_says_how_to_check(run, server):
    for _ in range(3):
        server.script(hang_up)
    result = run(*CREATE)
    assert result.status == 1
    assert result.stdout == ""
    assert len(result.requests) == 3
    assert result.error["code"] == "network_error"
    assert result.error["idempotency_key"] == result.requests[0].headers["idempotency-key"]
    assert "heygen video list" in result.error["hint"]


def test_a_creation_whose_answer_cannot_be_read_says_how_to_check(run, server):
    server.answer(body=b"<html>OK</html>")
    error = run(*CREATE).error
    assert error["code"] == "cli_response_parse_error"
    assert "heygen video list" in error["hint"] and error["idempotency_key"]


def test_an_answer_without_an_id_is_still_shown(run, server):
    server.answer({"data": {"status": "pending"}})
    result = run(*CREATE)
    assert (result.status, result.json) == (1, {"data": {"status": "pending"}})
    assert result.error["code"] == "cli_response_parse_error"


@pytest.mark.parametrize("body", [b"", b"{}", b'{"data": {}}'])
def test_an_answer_without_a_session_is_no_success(run, server, body):
    server.answer(body=body)
    result = run("video-agent", "create", "--prompt", "Hi", "--wait")
    assert result.status == 1
    assert result.error["code"] == "cli_response_parse_error"
    assert result.error["hint"] == "See what was created with: heygen video-agent list"


# --- several ids

TRANSLATE = (
    *("video-translate", "create", "--set", "video.type=url", "--set", "video.url=https://example.com/a.mp4"),
    *("--output-languages", "French,German,Spanish", "--wait"),
)
TRANSLATIONS = {"data": {"video_translation_ids": ["t1", "t2", "t3"]}}


def translation(id, status, **fields):
    return {"data": {"id": id, "status": status, **fields}}


def test_several_ids_are_all_waited_for_in_their_order(run, server):
    server.answer(TRANSLATIONS)
    for id, status in [("t1", "running"), ("t2", "completed"), ("t3", "running"), ("t1", "completed"), ("t3", "completed")]:
        server.answer(translation(id, status))
    result = run(*TRANSLATE)
    assert result.status == 0
    assert [each["id"] for each in result.json["data"]] == ["t1", "t2", "t3"]
    # One that has ended is not asked about again.
    polled = [each.path.rpartition("/")[2] for each in result.requests[1:]]
    assert polled == ["t1", "t2", "t3", "t1", "t3"]


def test_one_id_gives_a_single_object(run, server):
    server.answer({"data": {"video_translation_ids": ["t1"]}}).answer(translation("t1", "completed"))
    assert run(*TRANSLATE).json == translation("t1", "completed")


def test_failed_ones_are_named_and_the_rest_is_brought_home(run, server):
    server.answer(TRANSLATIONS)
    server.route("GET", "/v3/video-translations/t1", translation("t1", "completed"))
    server.route("GET", "/v3/video-translations/t2", translation("t2", "failed", failure_message="No speech found"))
    server.route("GET", "/v3/video-translations/t3", translation("t3", "completed"))
    result = run(*TRANSLATE)
    assert result.status == 1
    assert result.error["message"] == "1 of 3 failed: t2 (No speech found)"
    assert [each["status"] for each in result.json["data"]] == ["completed", "failed", "completed"]


def test_unfinished_ones_are_a_timeout_with_a_command_each(run, server):
    server.answer(TRANSLATIONS)
    for id, status in [("t1", "completed"), ("t2", "running"), ("t3", "running")]:
        server.route("GET", f"/v3/video-translations/{id}", translation(id, status))
    result = run(*TRANSLATE, "--timeout", "90s")
    assert result.status == 4
    assert result.error["message"] == "polling timed out after 1m30s"
    assert result.error["hint"] == "heygen video-translate get t2; heygen video-translate get t3"


# --- batches

BATCH = ("video-translate", "batches", "create", "--wait", "-d")
BATCH_BODY = json.dumps(
    {"video_translations": [{"video": {"type": "url", "url": "https://example.com/a.mp4"}, "output_languages": ["French"]}]}
)


def batch(status, items, **fields):
    return {"data": {"batch_id": "b1", "status": status, "items": items, "has_more": False, **fields}}


def item(index, status="completed", **fields):
    return {"item_index": index, "status": status, **fields}


def test_a_batch_ends_with_all_its_items_across_its_pages(run, server):
    server.answer({"data": {"batch_id": "b1"}})
    server.answer(batch("completed", [item(0), item(1)], has_more=True, next_token="p2"))
    server.answer({}, status=503)  # the second page is ridden out like any look
    server.answer(batch("completed", [item(2)]))
    result = run(*BATCH, BATCH_BODY)
    assert result.status == 0
    assert [each["item_index"] for each in result.json["data"]["items"]] == [0, 1, 2]
    assert result.json["data"]["has_more"] is False
    assert result.requests[-1].target.endswith("?token=p2")


def test_a_batch_with_a_failed_item_fails(run, server):
    server.answer({"data": {"batch_id": "b1"}})
    server.answer(batch("completed", [item(0), item(1, "failed", error={"code": "bad_video", "message": "Too short"})]))
    result = run(*BATCH, BATCH_BODY)
    assert result.status == 1
    assert result.error["code"] == "cli_job_failed"
    assert result.error["message"] == "1 of 2 items failed: #1 (bad_video: Too short)"
    assert result.error["hint"] == "heygen video-translate batches get b1"


# --- resuming and sessions


def test_get_takes_wait_and_resumes(run, server):
    server.answer(video("processing")).answer(DONE)
    result = run("video", "get", "vid_1", "--wait")
    assert (result.status, result.json) == (0, DONE)


def test_get_wait_of_what_does_not_exist_ends_at_once(run, server):
    server.answer({"error": {"code": "video_not_found", "message": "Video not found"}}, status=404)
    result = run("video", "get", "nope", "--wait")
    assert (result.status, result.error["code"]) == (1, "video_not_found")


def test_what_has_nothing_under_way_is_not_waited_for(run, server):
    voice = {"data": {"voice_id": "v1", "status": None, "support_pause": True}}
    server.answer(voice)
    result = run("voice", "get", "v1", "--wait")
    assert (result.status, result.json) == (0, voice)


@pytest.mark.parametrize("status", ["waiting_for_input", "reviewing", "completed"])
def test_a_session_that_stops_to_ask_ends_the_wait_well(run, server, status):
    session = {"data": {"session_id": "s1", "status": status, "video_id": None}}
    server.answer({"data": {"session_id": "s1", "status": "thinking"}}).answer(session)
    result = run("video-agent", "get", "s1", "--wait")
    assert (result.status, result.json, result.stderr) == (0, session, "")


def test_a_session_that_is_not_named_is_no_success(run, server):
    server.answer({"data": {"status": "thinking"}})
    result = run("video-agent", "create", "--prompt", "Hi", "--wait")
    assert (result.status, result.json) == (1, {"data": {"status": "thinking"}})
    assert result.error["hint"] == "See what was created with: heygen video-agent list"


def test_an_interrupt_in_the_first_look_names_the_way_on(run, server):
    def interrupt(request):
        raise KeyboardInterrupt

    result = run("video", "get", "vid_1", "--wait", transport=interrupt)
    assert (result.status, result.error["hint"]) == (130, "heygen video get vid_1")


def test_a_session_without_a_video_yet_is_waited_for_first(run, server):
    server.answer({"data": {"session_id": "s1", "status": "thinking", "video_id": None}})
    server.answer({"data": {"session_id": "s1", "status": "generating", "video_id": None}})
    server.answer({"data": {"session_id": "s1", "status": "completed", "video_id": "vid_1"}})
    server.answer(DONE)
    result = run("video-agent", "create", "--prompt", "Hi", "--wait")
    assert (result.status, result.json) == (0, DONE)


def test_a_chat_that_asks_something_ends_the_wait_as_what_it_is(run, server):
    asking = {"data": {"session_id": "s1", "status": "waiting_for_input", "video_id": None}}
    server.answer({"data": {"session_id": "s1", "status": "thinking", "video_id": None}}).answer(asking)
    result = run("video-agent", "create", "--prompt", "Hi", "--mode", "chat", "--wait")
    assert (result.status, result.json) == (0, asking)


def test_timeout_without_wait_has_no_effect(run, server):
    server.answer(DONE)
    result = run("video", "get", "x", "--timeout", "5s")
    assert (result.status, result.json, len(result.requests)) == (0, DONE, 1)


# --- straight to disk


def test_an_interrupt_while_downloading_leaves_the_id_and_the_next_command(run, server, tmp_path):
    def interrupt(request):
        if "/files/" in request.url:
            raise KeyboardInterrupt
        return carry(request)

    from heygen.core.context import Context, InputStream, OutputStream
    from heygen.http import transport

    bare = Context(stdin=InputStream(None), stdout=OutputStream(None), stderr=OutputStream(None), environ={})
    carry = transport.make(bare)
    done = {"data": {**DONE["data"], "video_url": f"{server.url}/files/vid_1.mp4"}}
    server.answer(CREATED).answer(done)
    result = run(*CREATE, "--output-path", str(tmp_path / "made.mp4"), transport=interrupt)
    assert (result.status, result.json) == (130, done)
    assert result.error["hint"] == "heygen video download vid_1"


def test_a_directory_that_cannot_be_made_loses_nothing(run, server, tmp_path):
    file = tmp_path / "downloads"

    def poll(handler, recorded):
        file.write_bytes(b"in the way since the wait began")
        handler.reply(200, {}, json.dumps(translation("t1", "completed", video_url="https://example.com/v")).encode())

    server.answer(TRANSLATIONS)
    server.routes["GET", "/v3/video-translations/t1"] = poll
    for id in ("t2", "t3"):
        server.route("GET", f"/v3/video-translations/{id}", translation(id, "completed"))
    result = run(*TRANSLATE, "--output-path", str(file))
    assert result.status == 1
    assert [each["id"] for each in result.json["data"]] == ["t1", "t2", "t3"]
    assert "heygen video-translate download t1" in result.error["hint"]
