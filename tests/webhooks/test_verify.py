"""`heygen webhook verify`: which calls are real."""

import hashlib
import hmac
import json

import pytest

SECRET = "whsec_of_a_test"
BODY = json.dumps({"event_id": "evt_1", "event_type": "avatar_video.success", "event_data": {"video_id": "vid_1"}}).encode()


def signed(body=BODY, secret=SECRET):
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def verify(run, *flags, body=BODY, signature=None, secret=SECRET, **options):
    return run("webhook", "verify", "--signature", signature or signed(), *flags, stdin=body, env={"HEYGEN_WEBHOOK_SECRET": secret}, **options)


def test_a_call_that_heygen_signed_is_real(run, clock):
    result = verify(run, "--timestamp", str(int(clock.now())))
    assert result.status == 0
    assert result.json == {"verified": True, "event_id": "evt_1", "event_type": "avatar_video.success"}


def test_what_the_sandbox_sends_is_real(run):
    result = run("webhook", "verify", "--secret", SECRET, "--signature", signed().upper(), stdin=BODY)
    assert (result.status, result.stderr) == (0, "")


@pytest.mark.parametrize(
    "change",
    [
        {"signature": signed(BODY + b" ")},
        {"signature": signed(secret="another")},
        {"signature": "0" * 64},
        {"signature": "ü"},
        {"signature": signed()[:-1]},
        {"body": BODY.replace(b"vid_1", b"vid_2")},
        {"body": b""},
        {"secret": "another"},
    ],
)
def test_a_forged_one_is_not(run, change):
    result = verify(run, **change)
    assert (result.status, result.stdout, result.error["code"]) == (1, "", "cli_signature_mismatch")
    assert SECRET not in result.stderr


def test_a_newline_that_a_shell_added_is_told(run):
    result = verify(run, body=BODY + b"\n")
    assert result.status == 1
    assert "newline" in result.error["hint"]


@pytest.mark.parametrize(
    ("sent", "flags", "code"),
    [
        (-299, (), None),
        (299, (), None),
        (-301, (), "cli_timestamp_expired"),
        (301, (), "cli_timestamp_expired"),
        (-86_400, ("--tolerance", "48h"), None),
        (-86_400, ("--tolerance", "0"), None),
    ],
)
def test_an_old_one_may_be_a_replay(run, clock, sent, flags, code):
    for timestamp in (str(int(clock.now() + sent)), str(int((clock.now() + sent) * 1000))):
        result = verify(run, "--timestamp", timestamp, *flags)
        assert (result.status, result.error["code"] if code else None) == (1 if code else 0, code)


@pytest.mark.parametrize("timestamp", ["", "yesterday", "-1", "9" * 500, "1.5e9"])
def test_a_time_that_cannot_be_read_is_refused(run, timestamp):
    result = verify(run, f"--timestamp={timestamp}")
    assert result.status == 1
    assert result.error["code"] in ("cli_timestamp_missing", "cli_timestamp_invalid")


@pytest.mark.parametrize("body", [b"not json", b"[]", b"{}", b'{"event_type": []}', b"[" * 100_000])
def test_what_is_signed_and_no_event_is_told(run, body):
    result = verify(run, body=body, signature=signed(body))
    assert (result.status, result.error["code"]) == (1, "cli_event_invalid")


def test_without_a_secret_nothing_can_be_checked(run):
    result = run("webhook", "verify", "--signature", signed(), stdin=BODY)
    assert (result.status, result.error["param"]) == (2, "--secret")
    assert "HEYGEN_WEBHOOK_SECRET" in result.error["hint"]


def test_a_body_is_not_typed(run):
    assert verify(run, stdin_is_terminal=True).status == 2
