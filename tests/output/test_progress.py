"""Progress: one line that is redrawn on a terminal, a line per change elsewhere, nothing with --quiet or under CI."""

import io
import json
import re
import shlex
import sys
import textwrap
import threading

import pytest
from conftest import ROOT
from screen import Screen
from shells import Typed, needed

from heygen.calls import jobs
from heygen.core.context import Context, InputStream, OutputStream
from heygen.output.printer import Printer
from heygen.output.progress import TransferProgress, WaitProgress
from heygen.output.region import Region
from heygen.output.terminal import Terminal

ID = "3f1d0c7e9a5b4e0f8c2d1a6b7e8f9012"


@pytest.fixture
def context(clock):
    def make(terminal=True, columns=80, encoding="utf-8", **environ):
        return Context(
            stdin=InputStream(None),
            stdout=OutputStream(io.BytesIO(), encoding, terminal),
            stderr=OutputStream(io.BytesIO(), encoding, terminal),
            environ={"NO_COLOR": "1", **environ},
            now=clock.now,
            monotonic=clock.monotonic,
            sleep=clock.sleep,
            columns=columns if callable(columns) else lambda: columns,
        )

    return make


def written(context):
    return context.stderr.raw.getvalue().decode(context.stderr.encoding)


def last_frame(context, columns=80):
    """Return what the screen showed before the line was last redrawn or taken away."""
    frames = [frame for frame in Screen(columns).feed(written(context)).frames if frame]
    return frames[-1]


def upload(context, clock, total, chunks, seconds, start=0, label="Uploading intro.mp4"):
    transfer = TransferProgress(context, label, total, start=start)
    for chunk in chunks:
        clock.elapsed += seconds
        transfer.advance(chunk)
    return transfer


# --- transfers


def test_a_transfer_shows_a_bar_the_amount_the_rate_and_the_time_left(context, clock):
    transfer = upload(context(), clock, 40_000_000, [1_000_000] * 10, 0.5)
    assert last_frame(transfer.context) == "Uploading intro.mp4  ━━━━               25%  10/40 MB  2.0 MB/s  15s left"
    transfer.close()
    assert Screen().feed(written(transfer.context)).text() == ""


@pytest.mark.parametrize(
    "columns, frame",
    [
        (120, "Uploading intro.mp4  ━━━━━━━╸                         25%  10/40 MB  2.0 MB/s  15s left"),
        (66, "Uploading in…  ━━         25%  10/40 MB  2.0 MB/s  15s left"),
        (60, "Uploading intro.mp4   25%  10/40 MB  2.0 MB/s  15s left"),
        (40, "Uploading in…   25%  10/40 MB  2.0 MB/s"),
        (30, "Uploading in…   25%  10/40 MB"),
        (20, "Uploading in…   25%"),
        (9, "Uploadi…"),
        (2, "…"),
        (1, ""),
    ],
)
def test_what_matters_least_gives_way_where_the_terminal_is_narrow(context, clock, columns, frame):
    transfer = upload(context(columns=columns), clock, 40_000_000, [1_000_000] * 10, 0.5)
    assert written(transfer.context).split("\x1b[J\r")[-2] == frame


def test_the_bar_keeps_its_place_while_the_numbers_change(context, clock):
    transfer = upload(context(columns=100), clock, 2_000_000_000, [9_999_999] * 200, 0.37)
    frames = [frame for frame in written(transfer.context).split("\x1b[J\r") if frame]
    assert len(frames) == 200
    assert {frame.index("%") for frame in frames} == {frames[0].index("%")}
    assert {len(frame.partition("━")[0]) for frame in frames if "━" in frame} == {len("Uploading intro.mp4  ")}


def test_no_more_than_ten_frames_a_second_are_drawn(context, clock):
    transfer = upload(context(), clock, 100_000, [10] * 10_000, 0.001)
    assert 90 <= written(transfer.context).count("\r") <= 100


def test_a_short_transfer_draws_nothing(context, clock):
    transfer = upload(context(), clock, 1000, [100] * 10, 0.01)
    transfer.close()
    assert written(transfer.context) == ""


def test_a_transfer_of_unknown_length_shows_what_it_has(context, clock):
    transfer = upload(context(), clock, None, [1_500_000] * 4, 0.5)
    assert last_frame(transfer.context).endswith("Uploading intro.mp4  6.0 MB  3.0 MB/s")


def test_a_resumed_transfer_counts_only_what_is_new_into_its_rate(context, clock):
    transfer = upload(context(), clock, 100_000_000, [1_000_000] * 4, 1, start=50_000_000)
    assert last_frame(transfer.context).endswith(" 54%  54/100 MB  1.0 MB/s  46s left")
    transfer.reset()
    clock.elapsed += 1
    transfer.advance(3_000_000)
    assert last_frame(transfer.context).endswith("  3%  3/100 MB  3.0 MB/s  32s left")


def test_a_terminal_that_is_resized_is_never_overrun(context, clock):
    widths = [80, 40, 20, 120, 10]
    transfer = upload(context(columns=lambda: widths[int(clock.elapsed) % 5]), clock, 10_000, [1] * 50, 1)
    frames = written(transfer.context).split("\x1b[J\r")[:-1]
    assert len(frames) == 50
    for second, frame in enumerate(frames, 1):
        assert len(frame) < widths[second % 5]


def test_a_name_cannot_move_the_cursor(context, clock):
    transfer = upload(context(columns=120), clock, 1000, [100] * 3, 1, label="Uploading \x1b[2J\n\u202e.mp4")
    assert last_frame(transfer.context).startswith(r"Uploading \x1b[2J\n\u202e.mp4  ")


def test_without_a_terminal_each_quarter_is_told_but_not_every_moment(context, clock):
    transfer = upload(context(terminal=False), clock, 80_000_000, [1_000_000] * 80, 1)
    transfer.close()
    assert written(transfer.context).splitlines() == [
        "Uploading intro.mp4: 25%, 20/80 MB, 1.0 MB/s, 1m left",
        "Uploading intro.mp4: 50%, 40/80 MB, 1.0 MB/s, 40s left",
        "Uploading intro.mp4: 75%, 60/80 MB, 1.0 MB/s, 20s left",
        "Uploading intro.mp4: 100%, 80/80 MB, 1.0 MB/s",
    ]


def test_a_dumb_terminal_gets_lines(context, clock):
    transfer = upload(context(TERM="dumb"), clock, 40, [10] * 4, 10)
    assert "\r" not in written(transfer.context) and written(transfer.context).count("\n") == 4


@pytest.mark.parametrize(
    "is_human, terminal, is_quiet, environ",
    [(False, False, False, {}), (True, True, False, {"CI": "true"}), (False, True, False, {"CI": "1"}), (True, True, True, {})],
)
def test_transfers_are_silent_where_nobody_watches(context, clock, is_human, terminal, is_quiet, environ):
    context = context(terminal=terminal, **environ)
    transfer = Printer(context, is_human, is_quiet=is_quiet).transfer_progress("Uploading x", 1000)
    for _ in range(10):
        clock.elapsed += 1
        transfer.advance(100)
    transfer.reset()
    transfer.close()
    assert written(context) == ""


@pytest.mark.parametrize("is_human", [True, False])
def test_transfers_are_shown_at_a_terminal_in_both_modes(context, clock, is_human):
    transfer = Printer(context(), is_human).transfer_progress("Uploading x", 1000, start=500)
    clock.elapsed += 1
    transfer.advance(100)
    assert " 60%" in written(transfer.context)


# --- waits


def job(id=ID, status=None, state=jobs.RUNNING, progress=None):
    made = jobs.Job(id)
    made.status, made.state, made.progress = status, state, progress
    return made


def wait(context, clock, waited_for, seconds=65, what="video"):
    wait = WaitProgress(context, what)
    clock.elapsed += seconds
    wait.update(waited_for)
    return wait


@pytest.mark.parametrize(
    "waited_for, columns, frame",
    [
        ([job(status="processing")], 80, f"⠙ Waiting for video {ID}: processing · 1m 5s"),
        ([job(status="waiting_for_input", progress=45)], 90, f"⠙ Waiting for video {ID}: waiting for input · 45% · 1m 5s"),
        ([job(status="processing")], 50, f"⠙ Waiting for video {ID[:8]}…: processing · 1m 5s"),
        ([job(status="processing")], 24, "⠙ processing · 1m 5s"),
        ([job(status="processing")], 12, "⠙ processi…"),
        ([job(status="processing")], 3, ""),
        ([job()], 80, f"⠙ Waiting for video {ID}: waiting · 1m 5s"),
        (
            [job("a", "completed", jobs.SUCCEEDED), job("b", "running"), job("c", "running", progress=50)],
            80,
            "⠙ Waiting for 3 videos: 1 completed, 2 running · 50% · 1m 5s",
        ),
        ([job("\x1b[2J", "x\r\n")], 80, r"⠙ Waiting for video \x1b[2J: x\r\n · 1m 5s"),
    ],
)
def test_a_wait_shows_what_how_far_and_how_long(context, clock, waited_for, columns, frame):
    assert written(wait(context(columns=columns), clock, waited_for).context) == f"{frame}\x1b[J\r"


def test_a_wait_says_when_nobody_answers(context, clock):
    lost = job(status="processing")
    lost.is_unreachable = True
    assert ": processing · no answer, trying again · 1m 5s" in written(wait(context(columns=100), clock, [lost]).context)


def test_the_spinner_turns_while_a_wait_sleeps_and_the_line_is_gone_at_its_end(context, clock):
    waiting = wait(context(), clock, [job(status="processing")])
    waiting.sleep(3.25, clock.sleep)
    assert clock.elapsed == pytest.approx(65 + 3.25)
    assert max(clock.sleeps) <= 0.1
    frames = written(waiting.context).split("\x1b[J\r")[:-1]
    assert 32 <= len(frames) <= 34
    assert len({frame[0] for frame in frames}) == 10
    assert frames[-1].endswith("1m 8s")
    waiting.close()
    assert Screen().feed(written(waiting.context)).text() == ""


def test_nothing_beyond_ascii_goes_to_a_terminal_that_has_no_more(context, clock):
    waiting = wait(context(encoding="ascii"), clock, [job(status="processing")])
    assert written(waiting.context) == f"/ Waiting for video {ID}: processing, 1m 5s\x1b[J\r"
    transfer = upload(context(encoding="ascii"), clock, 40_000_000, [1_000_000] * 11, 0.5)
    assert last_frame(transfer.context).startswith("Uploading intro.mp4  ====    ")


def test_without_a_terminal_a_wait_tells_of_each_change(context, clock):
    waited_for = job(status="pending")
    waiting = wait(context(terminal=False), clock, [waited_for])
    for status in ("pending", "processing", "processing", "completed"):
        waiting.sleep(10, clock.sleep)
        waited_for.status = status
        waiting.update([waited_for])
    waiting.close()
    assert clock.sleeps == [10] * 4
    assert written(waiting.context).splitlines() == [
        f"Waiting for video {ID}: pending (1m 5s)",
        f"Waiting for video {ID}: processing (1m 25s)",
        f"Waiting for video {ID}: completed (1m 45s)",
    ]


CREATE = ("video-agent", "create", "--prompt", "Hi", "--wait")


@pytest.mark.parametrize("flags", [(), ("--human",)])
def test_under_ci_a_wait_tells_of_nothing_but_what_it_created(run, flags):
    result = run(*CREATE, *flags, terminal=True, env={"CI": "1"})
    assert (result.status, len(result.stderr.splitlines())) == (0, 1)
    assert "created video" in result.stderr


@pytest.mark.parametrize("flags", [("--quiet",), ("-q", "--human")])
def test_a_quiet_wait_that_goes_well_tells_of_nothing(run, flags):
    result = run(*CREATE, *flags, terminal=True)
    assert (result.status, result.stderr) == (0, "")
    assert "completed" in result.stdout


def test_a_wait_leaves_what_it_created_and_how_long_it_took(run):
    result = run(*CREATE, "--human", terminal=True, columns=lambda: 80)
    assert result.status == 0
    assert "Waiting for" in result.stderr
    assert re.fullmatch(r"created video (\w+)\n✓ Completed in 0s · \1", Screen().feed(result.stderr).text())


def test_in_json_mode_notices_stand_above_the_line_that_is_redrawn(run):
    result = run(*CREATE, terminal=True, columns=lambda: 200, env={"NO_COLOR": "1"})
    notice, completed = Screen(200).feed(result.stderr).text().splitlines()
    created = json.loads(notice)["notice"]
    assert created["code"] == "created"
    assert completed == f"✓ Completed in 0s · {created['id']}"
    assert "Waiting for" in result.stderr


def test_a_dumb_terminal_gets_no_sequence(run):
    result = run(*CREATE, terminal=True, env={"TERM": "dumb"})
    assert "Waiting for video" in result.stderr and "Completed in" in result.stderr
    assert "\x1b" not in result.stderr + result.stdout


def test_a_finished_resource_that_is_not_waited_for_is_not_called_completed(run):
    id = run(*CREATE, "--get", "data.id").stdout.strip()
    assert run("video", "get", id, "--wait", terminal=True).stderr == ""


def test_without_a_terminal_json_mode_tells_of_nothing_but_what_it_created(run):
    assert [each["notice"]["code"] for each in run(*CREATE).notices] == ["created"]


# --- what else is printed meanwhile


def region(context):
    return Region(context, Terminal(context, context.stderr))


def test_what_is_printed_meanwhile_stands_above_the_lines(context):
    context = context()
    shared = context.stdout.raw = context.stderr.raw  # one terminal
    lines = region(context)
    lines.draw("one", "two", "three")
    context.stderr.write("a notice\n")
    assert Screen().feed(shared.getvalue()).text() == "a notice"
    lines.draw("one", "two")
    assert Screen().feed(shared.getvalue()).text() == "a notice\none\ntwo"
    context.stdout.write("a result\n")
    lines.draw("one")
    assert Screen().feed(shared.getvalue()).text() == "a notice\na result\none"
    lines.close()
    assert Screen().feed(shared.getvalue()).text() == "a notice\na result"


def test_nothing_is_drawn_over_a_line_that_is_not_ended(context):
    context = context()
    shared = context.stdout.raw = context.stderr.raw
    lines = region(context)
    lines.draw("one")
    context.stdout.write("first half,")
    lines.draw("one")
    context.stdout.write(" second half\n")
    assert Screen().feed(shared.getvalue()).text() == "first half, second half"
    lines.draw("one")
    assert Screen().feed(shared.getvalue()).text() == "first half, second half\none"


def test_several_threads_draw_and_print_without_mixing(context):
    context = context()
    lines = region(context)

    def work(name):
        for number in range(100):
            lines.draw(f"{name} draws {number}", "and a second line")
            context.stderr.write(f"{name} prints {number}\n")

    threads = [threading.Thread(target=work, args=(name,)) for name in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines.close()
    shown = Screen().feed(written(context)).text().splitlines()
    assert sorted(shown) == sorted(f"{name} prints {number}" for name in "abc" for number in range(100))


# --- on a real terminal

PROGRAM = """
    import sys
    sys.path.insert(0, {root!r})
    from heygen.core.context import process_context
    from heygen.calls.jobs import Job
    from heygen.output.progress import WaitProgress

    context = process_context()
    job = Job("abc")
    job.status = "processing"
    progress = WaitProgress(context, "video")
    try:
        progress.update([job])
        progress.sleep(60, context.sleep)
    except KeyboardInterrupt:
        pass
    finally:
        progress.close()
    print("done")
"""


@pytest.fixture
def waiting(tmp_path):
    """Start a wait of a minute on a pty, by itself or with a shell to start it from."""
    started = []

    def start(shell=None, **options):
        program = tmp_path / "waits.py"
        program.write_text(textwrap.dedent(PROGRAM).format(root=str(ROOT)))
        argv = [sys.executable, "-S", str(program)]
        if shell:
            options.update(PROGRAM=shlex.join(argv), PS1="ready> ", TERM="dumb-but-for-sequences")
            argv = [shell, "--norc", "-i"]
        started.append(Typed(argv, NO_COLOR="1", **options))
        return started[-1]

    yield start
    for each in started:
        each.close()


def test_an_interrupt_takes_the_line_away_and_leaves_the_cursor_alone(waiting):
    program = waiting()
    program.expect("processing")
    program.send("\x03")
    assert program.finish() == 0
    assert Screen().feed(program.output).text() == "done"
    assert b"\x1b[?25" not in program.output


def test_a_narrower_window_leaves_nothing_torn(waiting):
    program = waiting(columns=60)
    program.expect("abc: processing · 0s.*\r")
    program.resize(20)
    program.expect("⠹ processing · ")
    program.send("\x03")
    assert program.finish() == 0


def test_suspended_it_takes_its_line_away_and_continued_it_brings_it_back(waiting):
    shell = waiting(shell=needed("bash"))
    shell.expect("ready> ")
    shell.send('eval "$PROGRAM"\n')
    shell.expect("processing")
    shell.send("\x1a")  # Ctrl-Z
    before = shell.expect("Stopped.*ready> ")
    assert "processing" not in Screen().feed(before).text()
    shell.send("fg\n")
    shell.expect("processing.*processing")
    shell.send("\x03")
    shell.expect("done\r\n")
    shell.expect("ready> ")
    assert not any("processing" in line for line in Screen().feed(shell.output).text().splitlines())
