"""The waiting policy by itself: a poll that fails, a clock that jumps, a deadline that is kept."""

import pytest
from conftest import Clock

from heygen.api.operations import Wait
from heygen.calls import jobs
from heygen.core.errors import HeygenError
from heygen.core.observer import WaitObserver

PLAN = Wait(
    id="data.id",
    poll_path="/v3/videos/{video_id}",
    status="data.status",
    succeeded=("completed",),
    failed=("failed",),
    follow_up=("video", "get"),
)


class Timed(Clock):
    """A clock with the randomness that a wait needs."""

    def random(self):
        return 0.5


def lost():
    return HeygenError("network_error", "lost")


def test_a_dead_network_does_not_overrun_the_deadline_once_per_job():
    clock = Timed()

    def poll(id):
        clock.elapsed += 5  # each poll runs into its own timeout
        raise lost()

    waited_for = [jobs.Job(str(number)) for number in range(50)]
    outcome = jobs.wait(waited_for, PLAN, poll, clock, 60.0, WaitObserver())
    assert outcome.is_timeout
    assert clock.elapsed <= 65


def test_a_job_that_is_refused_leaves_the_others_their_time():
    clock = Timed()

    def poll(id):
        if id == "gone":
            raise HeygenError("forbidden", "no", status=403)
        return {"data": {"status": "completed" if clock.elapsed > 100 else "processing"}}

    gone, fine = jobs.Job("gone"), jobs.Job("fine")
    outcome = jobs.wait([gone, fine], PLAN, poll, clock, 1000.0, WaitObserver())
    assert (gone.state, fine.state, outcome.is_timeout) == (jobs.REFUSED, jobs.SUCCEEDED, False)


def test_the_observer_is_told_and_closed_whatever_happens():
    events = []

    class Recorder(WaitObserver):
        def update(self, all_jobs):
            events.append([job.status for job in all_jobs])

        def close(self):
            events.append("closed")

    def poll(id):
        if events:
            raise ZeroDivisionError
        return {"data": {"status": "processing", "progress": 40}}

    job = jobs.Job("a")
    with pytest.raises(ZeroDivisionError):
        jobs.wait([job], PLAN, poll, Timed(), 100.0, Recorder())
    assert events == [["processing"], "closed"]
    assert job.progress == 40


@pytest.mark.parametrize(
    "status, code, passing",
    [
        (None, "network_error", True),
        (None, "timeout", True),
        (None, "cli_response_parse_error", True),
        (None, "auth_error", False),
        (429, "rate_limit_exceeded", True),
        (500, "x", True),
        (503, "x", True),
        (400, "x", False),
        (401, "unauthorized", False),
        (410, "x", False),
    ],
)
def test_which_failures_pass(status, code, passing):
    assert jobs.is_passing(HeygenError(code, "", status=status)) is passing


@pytest.mark.parametrize(
    "document, ids",
    [
        ({"data": {"id": "a"}}, ["a"]),
        ({"data": {"id": 7}}, ["7"]),
        ({"data": {"id": None}}, []),
        ({"data": {"id": ""}}, []),
        ({"data": []}, []),
        (None, []),
        ("x", []),
    ],
)
def test_ids_of_a_creation_response(document, ids):
    assert jobs.ids(document, PLAN) == ids


@pytest.mark.parametrize(
    "data, reason",
    [
        ({"failure_code": "A", "failure_message": "b"}, "A: b"),
        ({"failure_message": "b"}, "b"),
        ({"error": {"code": "A", "message": "b"}}, "A: b"),
        ({"error": "b"}, "b"),
        ({"error": None}, None),
        ({}, None),
    ],
)
def test_the_api_s_reason_for_a_failure(data, reason):
    assert jobs.failure_reason({"data": data}) == reason
