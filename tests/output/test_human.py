"""What --human prints: tables, objects and errors, at every width, plain and coloured; and what must never get out."""

import io
import json
import random
import re
import time
import unicodedata

import pytest

from heygen.core.context import Context, OutputStream
from heygen.core.errors import HeygenError
from heygen.output import cells, human, values
from heygen.output.terminal import Terminal

NOW = 1_711_288_320  # 2024-03-24 13:52 UTC
WIDTHS = (40, 80, 120)
NEXT = {"has_more": True, "next_token": "eyJsYXN0X2lkIjoiYXZ0X21hcmN1c18wMiJ9"}
EVIL = "\x1b[2J\x1b]0;x\x07Evil\r\nStatus  completed \u202egnp.exe\u200b"

VIDEOS = [
    {"id": "3f1d0c7e9a5b4e0f8c2d1a6b7e8f9012", "title": "Quarterly update", "status": "completed", "created_at": NOW - 7200},
    {"id": "8b2e4d6f0a1c4b3d9e5f7a8b9c0d1e2f", "title": "四半期決算のお知らせ", "status": "processing", "created_at": NOW - 65},
    {"id": "c4d5e6f708192a3b4c5d6e7f8091a2b3", "title": "👨‍👩‍👧 Family 🎉 é", "status": "failed", "created_at": NOW - 259_200},
    {"id": "d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5a6", "title": None, "status": "draft", "created_at": NOW - 34_560_000},
]
ENDPOINTS = [
    {"endpoint_id": "we_1", "url": "https://example.com/hooks/heygen?team=video", "events": ["avatar_video.success", "avatar_video.fail"], "status": "enabled"},
    {"endpoint_id": "we_2", "url": "https://example.org/a", "events": ["*"], "status": "disabled"},
]
STYLES = [
    {"aspect_ratio": "16:9", "name": "Newsroom", "preview_video_url": "https://example.com/1.mp4", "style_id": "st_1", "tags": ["news", "calm"], "score": 0.5},
    {"aspect_ratio": "9:16", "name": "Chalkboard", "preview_video_url": None, "style_id": "st_2", "tags": [], "score": 12},
]
VIDEO = {
    "video_url": "https://files.example.com/video/3f1d0c7e9a5b4e0f8c2d1a6b7e8f9012.mp4?Expires=1711889999&Signature=abcdefghijklmnopqrstuvwxyz0123456789",
    "thumbnail_url": "https://files.example.com/image/3f1d0c7e.jpeg",
    "id": "3f1d0c7e9a5b4e0f8c2d1a6b7e8f9012",
    "status": "completed",
    "title": "Quarterly update",
    "duration": 65.2,
    "size_bytes": 3_412_345,
    "created_at": NOW - 7200,
    "completed_at": "2024-03-24T12:00:30.123Z",
    "captions": True,
    "folder_id": None,
    "tags": ["q1", "earnings", "internal"],
    "scene_ids": [],
    "voice_settings": {"speed": 1.2, "pitch": None, "locale": "en-US", "overrides": {}},
    "script": "Hello and welcome.\n\nThis is the second paragraph, which is long enough to be wrapped at the width of the terminal.\n\x1b[31mStatus     failed\n",
    "description": "A text on one line that goes on and on, so that it has to be wrapped beside its label, or below it.",
    "scenes": [{"type": "avatar", "input": {"avatar_id": "av_1", "zoom": 1.5}}, {"type": "image", "url": "https://example.com/a.png"}],
    "counts_by_status": {"completed": 3, "failed": 1},
}

LISTS = {
    "videos": ({"data": VIDEOS, **NEXT}, {"ID": "id", "Title": "title", "Status": "status", "Created": "created_at"}),
    "endpoints": ({"data": ENDPOINTS, "has_more": False}, {"ID": "endpoint_id", "URL": "url", "Events": "events", "Status": "status"}),
    "styles": ({"data": STYLES, "has_more": False, "next_token": None}, None),
    "names": ({"data": ["avatar_video.success", EVIL, "video_translate.fail"]}, None),
}
OBJECTS = {
    "video": ({"data": VIDEO}, None),
    "account": ({"data": {"email": "someone@example.com", "wallet": {"currency": "credits", "remaining_balance": 100_000}}, "credential": {"type": "api_key", "source": "env"}}, None),
    "batch": ({"data": {"batch_id": "b_1", "status": "processing", "items": [{"item_index": 0, "status": "completed"}], **NEXT}}, None),
}
ERRORS = {
    "not-found": HeygenError("video_not_found", "Video not found: vid_x", request_id="req_079a23783271764a5d5e5a44"),
    "usage": HeygenError("usage_error", 'unknown flag "--titel" for "heygen video create"; did you mean --title?', hint="See: heygen video create --help", param="titel"),
    "problems": HeygenError(
        "usage_error",
        "missing required field: --avatar-id; voice_settings.speed must be from 0.5 to 1.5, not 9; background.type must be one of: color, image",
        hint="See the expected body with: heygen video create --request-schema",
        param="voice_settings.speed",
    ),
    "lost": HeygenError(
        "network_error",
        "no answer; the API may have carried out the request anyway, so it was not repeated",
        hint="Check before you repeat it with the same --idempotency-key: heygen video list",
        details={"idempotency_key": "b1946ac9-2d5e-4b1c-8f3a-000000000000"},
        doc_url="https://example.com/errors",
    ),
    "jobs": HeygenError("timeout", "polling timed out after 20m0s", hint="heygen video get a; heygen video get b"),
    "evil": HeygenError(EVIL, EVIL, hint=EVIL, param=EVIL + "x", request_id=EVIL),
}


def terminal(columns=80, is_terminal=True, encoding="utf-8", color="auto", local_time=time.gmtime, **environ):
    context = Context(
        stdin=None,
        stdout=OutputStream(io.BytesIO(), encoding, is_terminal),
        stderr=OutputStream(io.BytesIO(), encoding, is_terminal),
        environ=environ,
        now=lambda: NOW,
        local_time=local_time,
        columns=lambda: columns,
    )
    return Terminal(context, context.stdout, color)


def next_page(token):
    return f"heygen video list --limit 4 --human --token {token}"


@pytest.mark.parametrize("color", ["plain", "color"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", [*LISTS, *OBJECTS])
def test_results(golden, name, width, color):
    document, columns = {**LISTS, **OBJECTS}[name]
    shown = human.render(document, columns, terminal(width, color="never" if color == "plain" else "auto"), next_page)
    golden(f"results/{name}.{width}.{color}.txt", shown)


@pytest.mark.parametrize("color", ["plain", "color"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ERRORS)
def test_errors(golden, name, width, color):
    on = terminal(width, color="never" if color == "plain" else "auto")
    shown = human.render_error(ERRORS[name], on, "heygen video create --type <choice> [flags]")
    golden(f"errors/{name}.{width}.{color}.txt", shown)


@pytest.mark.parametrize("name", [*LISTS, *OBJECTS])
def test_piped_it_is_neither_coloured_nor_cut(golden, name):
    document, columns = {**LISTS, **OBJECTS}[name]
    shown = human.render(document, columns, terminal(20, is_terminal=False), next_page)
    golden(f"results/{name}.piped.txt", shown)


@pytest.mark.parametrize("name", ["videos", "video"])
def test_ascii_terminals_get_ascii(golden, name):
    document, columns = {**LISTS, **OBJECTS}[name]
    on = terminal(80, encoding="ascii", NO_COLOR="1")
    on.stream.write(human.render(document, columns, on, next_page))
    golden(f"results/{name}.ascii.txt", on.stream.raw.getvalue().decode("ascii"))


# --- the parts


@pytest.mark.parametrize(
    "name, label",
    [
        ("video_url", "Video URL"),
        ("id", "ID"),
        ("voice_id", "Voice ID"),
        ("scene_ids", "Scene IDs"),
        ("original_srt_url", "Original SRT URL"),
        ("ssml_text", "SSML Text"),
        ("is_hd", "Is HD"),
        ("uuid", "UUID"),
        ("created_at", "Created at"),
        ("counts_by_status", "Counts by Status"),
        ("size_bytes", "Size"),
        ("expires_in_seconds", "Expires in"),
        ("bytes", "Bytes"),
        ("2fa_on", "2fa on"),
        ("camelCase", "camelCase"),
        ("with blank", "with blank"),
        ("x\x1b[2J", r"x\x1b[2J"),
        ("", ""),
        ("_", "_"),
    ],
)
def test_labels(name, label):
    assert values.label(name) == label


@pytest.mark.parametrize(
    "name, value, text",
    [
        ("created_at", NOW, "2024-03-24 13:52"),
        ("created_at", NOW * 1000, "2024-03-24 13:52"),
        ("created_at", float(NOW), "2024-03-24 13:52"),
        ("created_at", "2024-03-24T14:52:00+01:00", "2024-03-24 13:52"),
        ("created_at", "2024-03-24T13:52:00", "2024-03-24 13:52"),
        ("created_at", "2024-03-24 13:52:00.999999Z", "2024-03-24 13:52"),
        ("created_at", "2024-03-24", "2024-03-24"),
        ("created_at", "2024-13-24T13:52:00Z", "2024-13-24T13:52:00Z"),
        ("created_at", "2024-03-24T13:52:00+1:00:0", "2024-03-24T13:52:00+1:00:0"),
        ("created_at", 12, "12"),
        ("created_at", 10**400, str(10**400)),
        ("created_at", float("inf"), "inf"),
        ("meeting", NOW, str(NOW)),
        ("duration", 0.4, "0.4s"),
        ("duration", 12, "12s"),
        ("duration", 59.96, "1m"),
        ("duration", 65, "1m 5s"),
        ("duration", 7380, "2h 3m"),
        ("duration", 350_000, "4d 1h"),
        ("duration", -1, "-1"),
        ("expires_in_seconds", 3600, "1h"),
        ("size_bytes", 0, "0 B"),
        ("size_bytes", 999, "999 B"),
        ("size_bytes", 3_412_345, "3.4 MB"),
        ("size_bytes", 999_999, "1.0 MB"),
        ("size_bytes", 2**31, "2.1 GB"),
        ("progress", 45, "45%"),
        ("enabled", True, "yes"),
        ("enabled", False, "no"),
        ("pitch", None, "–"),
        ("pitch", "", "–"),
        ("speed", 1.25, "1.25"),
        ("speed", 2.0, "2"),
        ("count", 12_345_678, "12345678"),
        ("name", "a\tb", r"a\tb"),
    ],
)
def test_values(name, value, text):
    assert values.text(name, value, terminal()) == text


@pytest.mark.parametrize(
    "seconds, text",
    [
        (0, "just now"),
        (44, "just now"),
        (61, "1 min ago"),
        (3540, "59 min ago"),
        (3590, "1 h ago"),
        (7200, "2 h ago"),
        (86_000, "1 d ago"),
        (86_400 * 59, "59 d ago"),
        (86_400 * 90, "3 mo ago"),
        (86_400 * 900, "2 y ago"),
        (-7200, "in 2 h"),
    ],
)
def test_how_long_ago(seconds, text):
    assert values.ago(NOW - seconds, terminal().context) == text


@pytest.mark.parametrize(
    "zone, offset, text",
    [
        ("CET", 3600, "CET"),
        ("-03", -10_800, "UTC-3"),
        ("W. Europe Standard Time", 3600, "UTC+1"),
        ("India Standard Time", 19_800, "UTC+5:30"),
        ("Coordinated Universal Time", 0, "UTC"),
    ],
)
def test_the_zone_is_known_to_the_reader(zone, offset, text):
    def local_time(seconds):
        return time.struct_time((*time.gmtime(seconds + offset)[:9],), {"tm_zone": zone, "tm_gmtoff": offset})

    on = terminal(local_time=local_time)
    assert values.local(0, on.context)[1] == text
    table = human.render({"data": [{"id": "a", "created_at": NOW}]}, None, on)
    assert f"Created at ({text})" in table


def test_a_column_whose_zones_differ_names_each():
    def local_time(seconds):
        winter = time.gmtime(seconds).tm_mon < 4
        there = time.gmtime(seconds + (3600 if winter else 7200))
        return time.struct_time(there[:9], {"tm_zone": "CET" if winter else "CEST", "tm_gmtoff": 0})

    rows = [{"id": "a", "created_at": NOW}, {"id": "b", "created_at": NOW + 86_400 * 60}]
    shown = human.render({"data": rows}, None, terminal(local_time=local_time, is_terminal=False))
    assert shown.splitlines() == ["ID  Created at", "a   2024-03-24 14:52 CET", "b   2024-05-23 15:52 CEST"]


@pytest.mark.parametrize(
    "text, width",
    [
        ("abc", 3),
        ("日本", 4),
        ("e\u0301", 1),
        ("\u0e01\u0e34", 1),
        ("한", 2),
        ("\u1112\u1161\u11ab", 2),
        ("🎉", 2),
        ("👨‍👩‍👧", 2),
        ("👍🏽", 2),
        ("❤️", 2),
        ("🇩🇪🇫🇷", 4),
        ("🇩", 2),
        ("क्‍ष", 2),
        ("1️⃣", 2),
        ("a️", 1),
        (" ️", 1),
        ("🎉‍ a", 4),
        ("ﾊﾟ", 2),
        ("", 0),
        ("\u0301", 0),
    ],
)
def test_widths(text, width):
    assert cells.width(text) == width


@pytest.mark.parametrize(
    "text, room, cut",
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("👨‍👩‍👧👨‍👩‍👧", 3, "👨‍👩‍👧…"),
        ("e\u0301e\u0301e\u0301", 2, "e\u0301…"),
        ("abc", 1, "…"),
        ("abc", 0, ""),
    ],
)
def test_cutting(text, room, cut):
    assert cells.cut(text, room) == cut


@pytest.mark.parametrize(
    "document, shown",
    [
        ({"data": []}, "No results.\n"),
        ({"data": [], "has_more": False, "next_token": None}, "No results.\n"),
        (None, "Done.\n"),
        ({}, "Done.\n"),
        ({"data": {}}, "(none)\n"),
        ({"data": None}, "–\n"),
        ({"data": "text"}, "text\n"),
        ({"data": 3}, "3\n"),
        ("text\x07", "text\\x07\n"),
        (["a", 1, None], "a\n1\n–\n"),
        ({"data": [[1, 2], {"a": 1}]}, "- [1, 2]\n- A  1\n"),
        ({"data": [], "total": 3}, "No results.\n\nTotal  3\n"),
        ({"data": {"languages": [{"code": "de"}, {"code": "fr"}]}}, "Code\nde\nfr\n"),
        ({"data": [{"a": {"b": 1}}]}, "- A\n    B  1\n"),
        ({"data": [{}]}, "- –\n"),
        ({"data": {"id": "x"}, "has_more": True, "next_token": "t"}, "ID  x\n\nHas More    yes\nNext Token  t\n"),
    ],
)
def test_documents_of_every_shape(document, shown):
    assert human.render(document, None, terminal(NO_COLOR="1")) == shown


def test_a_list_without_columns_shows_what_says_most():
    row = {"url": "https://example.com", "type": "x", "seen_at": NOW, "status": "ok", "name": "N", "id": "i", "size_bytes": 5, "nested": {"a": 1}, "extra": 1, "more": 2}
    header = human.render({"data": [row]}, None, terminal(200, NO_COLOR="1")).splitlines()[0]
    assert header.split("  ")[0] == "ID"
    assert re.split(r"\s{2,}", header) == ["ID", "Name", "Status", "Type", "Seen at (GMT)", "Size"]


def test_at_a_width_that_is_too_small_the_least_important_column_goes_and_is_named():
    document, columns = LISTS["videos"]
    shown = human.render({"data": document["data"]}, columns, terminal(60, NO_COLOR="1"))
    assert shown.splitlines()[0].split() == ["ID", "Title", "Status"]
    assert shown.endswith("\n\nNot shown at this width: Created\n")


def test_a_block_of_text_cannot_pass_for_fields():
    shown = human.render({"data": {"script": "a\nStatus  completed\r\nb"}}, None, terminal(NO_COLOR="1"))
    assert shown == "Script\n  │ a\n  │ Status  completed\n  │ b\n"


# --- when there is colour


@pytest.mark.parametrize(
    "color, is_terminal, environ, has_color",
    [
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", True, {"TERM": "dumb"}, False),
        ("auto", False, {"FORCE_COLOR": "1"}, True),
        ("auto", True, {"FORCE_COLOR": "0"}, False),
        ("auto", False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {"FORCE_COLOR": "1"}, False),
    ],
)
def test_color(color, is_terminal, environ, has_color):
    assert terminal(color=color, is_terminal=is_terminal, **environ).has_color is has_color


def test_a_console_that_does_not_read_escape_sequences_gets_none(monkeypatch):
    """Elsewhere than on Windows the switch cannot be thrown, which is how an old console behaves."""
    monkeypatch.setattr("os.name", "nt")
    on = terminal()
    assert (on.has_color, on.can_redraw) == (False, False)
    assert terminal(color="always").has_color


# --- whatever a server sends


class Maker:
    """Makes documents out of a seed: nested, odd, long, hostile."""

    SIGNS = "abc XYZ-_.,:;/\\\"'{}[]0123456789äöüßéñ日本語한글อักษรไทยעבריתالعربية👨‍👩‍👧🎉🇩🇪e\u0301\u200d\u200c\ufe0f\u00a0\u2028\x00\x07\x08\t\r\n\x1b\x7f\x85\x9b\u061c\u200b\u200e\u202a\u202e\u2066\u2069\ufeff\ud800\U000e0041"
    NAMES = ("id", "name", "title", "status", "type", "created_at", "duration", "size_bytes", "progress", "video_url", "tags", "script", "x y", "\x1b[2J", "")

    def __init__(self, seed):
        self.random = random.Random(seed)

    def text(self):
        kind = self.random.random()
        if kind < 0.1:
            return "https://example.com/" + "a" * self.random.randrange(200)
        if kind < 0.2:
            return self.random.choice(["completed", "failed", "2024-03-24T13:52:00Z", "", "\n", "9" * 40])
        return "".join(self.random.choice(self.SIGNS) for _ in range(self.random.randrange(60)))

    def value(self, depth=0):
        kind = self.random.random()
        if depth < 5 and kind < 0.2:
            return {self.name(): self.value(depth + 1) for _ in range(self.random.randrange(6))}
        if depth < 5 and kind < 0.35:
            return [self.value(depth + 1) for _ in range(self.random.randrange(5))]
        return self.random.choice([None, True, False, 0, -1, 1.5, NOW, 10**25, -1e300, 1e-9, self.text(), self.text(), self.text()])

    def name(self):
        return self.random.choice(self.NAMES) if self.random.random() < 0.8 else self.text()

    def document(self):
        if self.random.random() < 0.5:
            rows = [{self.name(): self.value(2) for _ in range(self.random.randrange(7))} for _ in range(self.random.randrange(6))]
            return {"data": rows, "has_more": self.random.random() < 0.5, "next_token": self.random.choice([None, "t", self.text()])}
        return self.random.choice([{"data": self.value()}, self.value(), {self.name(): self.value()}])


OURS = re.compile(r"\x1b\[[0-9;]*m")


def assert_clean(shown, on):
    """Assert that no sign got out that a terminal obeys, but line ends and colours of our own."""
    text = OURS.sub("", shown) if on.has_color else shown
    for sign in text:
        assert sign == "\n" or sign in "\u200d\u200c" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Zl", "Zp"), repr(sign)
    return text


@pytest.mark.parametrize("seed", range(300))
def test_any_document_at_any_width(seed):
    maker = Maker(seed)
    document = maker.document()
    columns = maker.random.choice([None, {"ID": "id", "Name": "name", "Status": "status", "Created": "created_at", "URL": "video_url"}])
    on = terminal(maker.random.choice([1, 2, 5, 10, 20, 40, 80, 120, 300]), color=maker.random.choice(["always", "never"]))
    text = assert_clean(human.render(document, columns, on, lambda token: f"heygen video list --token {token}"), on)
    for line in text.split("\n"):
        if cells.width(line) > max(on.width, 12) and not line.startswith("Next page: "):
            # What is in one piece may be longer: an id, a url, a number, a label; nothing that could be wrapped.
            words = [word for word in re.split(r" +", line) if word]
            assert max(map(cells.width, words)) + 2 * len(words) + 40 > on.width, line
    on.stream.write(text)
    json.dumps(document)  # not changed by being shown


@pytest.mark.parametrize("seed", range(100))
def test_any_error_at_any_width(seed):
    maker = Maker(seed)
    error = HeygenError(maker.text(), maker.text(), hint=maker.text(), param=maker.text(), request_id=maker.text(), details={maker.name(): maker.value()})
    on = terminal(maker.random.choice([1, 20, 80]), color=maker.random.choice(["always", "never"]))
    text = assert_clean(human.render_error(error, on, "heygen video list [flags]"), on)
    assert text.startswith("Error: ")


@pytest.mark.parametrize("seed", range(100))
def test_tables_line_up(seed):
    maker = Maker(seed)
    rows = [{"id": f"id-{n}", "title": maker.text() or "x", "status": "completed"} for n in range(5)]
    shown = human.render({"data": rows}, {"ID": "id", "Title": "title", "Status": "status"}, terminal(is_terminal=False))
    assert len({cells.width(line.rpartition("completed")[0]) for line in shown.splitlines()[1:]}) == 1


def test_deep_nesting_ends_in_json():
    document = {"data": "x"}
    for _ in range(200):
        document = {"data": document, "list": [document]} if _ < 12 else {"data": document}
    shown = human.render({"data": document}, None, terminal(80))
    assert '{"data": {"data"' in shown
