"""What a mistyped word was probably meant to be."""

import pytest

from heygen.core.suggest import closest, distance, slip

RATIOS = ["16:9", "9:16", "4:5", "5:4", "1:1", "auto"]
SIZES = ["4k", "1080p", "720p"]


@pytest.mark.parametrize(
    "word, known, meant",
    [
        ("16:10", RATIOS, "16:9"),
        ("10:16", RATIOS, "9:16"),
        ("4:3", RATIOS, "5:4"),
        ("16x9", RATIOS, "16:9"),
        ("3:4", RATIOS, "4:5"),
        ("9:1", RATIOS, None),
        ("1080", SIZES, "1080p"),
        ("2160p", SIZES, "4k"),
        ("8k", SIZES, "4k"),
        ("768p", SIZES, "720p"),
        ("144p", SIZES, None),
        ("24", ["25", "30", "60"], "25"),
        ("55", ["25", "30", "60"], "60"),
        ("portait", ["landscape", "portrait", "square"], "portrait"),
        ("WEBM", ["mp4", "webm"], "webm"),
        ("colour", ["color", "image"], "color"),
        ("banana", RATIOS, None),
    ],
)
def test_the_closest_word(word, known, meant):
    assert closest(word, known) == meant


@pytest.mark.parametrize(
    "name, meant",
    [
        ("titel", "title"),
        ("titl", "title"),
        ("voiceid", "voice_id"),
        ("callback-url", "callback_url"),
        ("TITLE", "title"),
        ("titles", None),
        ("title_text", None),
        ("fib", "fit"),
        ("tip", None),
        ("voice", None),
        ("camera", None),
    ],
)
def test_a_slip_is_a_letter_or_two(name, meant):
    assert slip(name, ["title", "voice_id", "callback_url", "fit"]) == meant


@pytest.mark.parametrize("one, other, letters", [("", "", 0), ("a", "", 1), ("ab", "ba", 1), ("kitten", "sitting", 3), ("ca", "abc", 3)])
def test_distance(one, other, letters):
    assert distance(one, other) == distance(other, one) == letters
