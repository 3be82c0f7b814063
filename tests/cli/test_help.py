"""Help: every node has it, in one form, at the terminal's width."""

import json
import re
import shlex

import pytest
from conftest import ROOT

from heygen.cli import tree
from heygen.cli.help.layout import continued
from heygen.cli.topics import ENVIRONMENT, TOPICS

WIDTHS = (40, 80, 120)

PAGES = {
    "group": ("video-agent",),
    "create": ("ai-clipping", "create"),
    "list": ("video", "list"),
    "delete": ("video", "delete"),
    "completion": ("completion",),
    "exit-codes": ("exit-codes",),
    "moved": ("brand-kit",),
}


def nodes():
    """Return the words of every group, nested group and command, hidden ones included."""
    found = set()
    for name in tree.top_level():
        found.add((name,))
        for words in tree.command_words(name):
            found.update(words[:depth] for depth in range(1, len(words) + 1))
    return sorted(found)


@pytest.mark.parametrize("color", ["plain", "color"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_pages(run, golden, name, width, color):
    result = run("help", *PAGES[name], terminal=True, columns=lambda: width, env={"NO_COLOR": "" if color == "color" else "1"})
    assert (result.status, result.stderr) == (0, "")
    golden(f"help/{name}.{width}.{color}.txt", result.stdout)


@pytest.mark.parametrize("width", (1, *WIDTHS))
def test_every_node_has_help_in_one_form_at_the_terminal_s_width(run, width):
    for words in [(), *nodes(), *((topic,) for topic in TOPICS)]:
        result = run("help", *words, terminal=True, columns=lambda: width, env={"NO_COLOR": "1"})
        assert (result.status, result.stderr) == (0, ""), words
        assert not re.search(r"positional arguments|optional arguments|options:|\bNone\b|\(\)|\{\w+,|\u00a0", result.stdout), words
        sections = [line for line in result.stdout.splitlines() if line[:1].isupper() and line.endswith(":")]
        assert len(sections) == len(set(sections)), words
        for line in result.stdout.splitlines():
            # A command to try may only be broken between its flags, and a word not at all.
            if len(line) > max(width, 20) and not line.lstrip().startswith(("-", "'", '"', '[', '{"error"')) and "heygen " not in line:
                assert len(line.split()) <= 2, (words, line)


def test_a_command_s_help_has_its_parts_in_order(run):
    text = run("video", "create", "--help").stdout
    parts = [
        "Usage: heygen video create --type <choice> [flags]\n\nMake a video",
        "\n\nRequest flags:\n  --type <choice>",
        "\n\nWith --type avatar, image or studio:\n  --callback-id <id>",
        "\n\nWith --type cinematic_avatar:\n  --prompt <text>",
        "\n\n  Only with -d or --set: background, ",
        "\n\nInput flags:\n  --data, -d <json|file|->",
        "\n\nWaiting flags:\n  --wait ",
        "\n\nOutput flags:\n",
        "\n\nGlobal flags:\n  --human ",
        "\n\nExamples:\n  # ",
        "\n\nRead next:\n  heygen help waiting  ",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


@pytest.mark.parametrize("words", [("video",), ("video", "get"), ("video-translate", "proofreads"), ("video-translate", "proofreads", "srt", "get"), ("asset", "search")])
def test_help_is_asked_for_in_every_way(run, words):
    expected = run(*words, "--help").stdout
    assert expected.startswith(f"Usage: heygen {' '.join(words)} ")
    assert run("--help", *words).stdout == expected
    assert run("help", *words).stdout == expected
    assert run(*words, "--help", "--human").stdout == expected
    short = run(*words, "-h").stdout
    assert short.startswith(expected.partition("\n")[0]) and short != expected
    assert run("-h", *words).stdout == run(*words, "-h", "--human").stdout == short


@pytest.mark.parametrize("columns", (80, 120))
def test_the_short_help_of_everything_fits_a_screen_and_leads_to_the_whole(run, columns):
    for words in [(), *nodes()]:
        result = run(*words, "-h", terminal=True, columns=lambda: columns, env={"NO_COLOR": "1"})
        assert (result.status, result.stderr) == (0, "")
        lines = result.stdout.splitlines()
        assert len(lines) <= 23, words  # the prompt takes the last of 24 rows
        # A command to copy may have a long word.
        assert all(len(line) <= columns for line in lines if "://" not in line), words
        path = " ".join(("heygen", *words))
        assert any(re.search(rf"{path} (--help|<command> -h)\b", line) for line in lines) or words[0] == "brand-kit", words
        command = tree.command(words) if words else None
        for flag in command.flags if command else ():
            assert not flag.is_required or f"\n  --{flag.name}" in result.stdout, words


def test_the_short_help_shows_what_people_use_first(run):
    text = run("video", "create", "-h").stdout
    shown = re.findall(r"^  --([a-z-]+)", text, re.M)
    assert shown[:2] == ["type", "title"] and {"avatar-id", "script", "voice-id", "wait"} < set(shown)
    assert "Kind to make: avatar, image, cinematic_avatar, studio\n" in text
    assert "\nWith --type avatar or image:\n  --script " in text
    assert "Required with -d or --set: image (--type image), scenes (--type studio)\n" in text
    assert text.count("heygen video create --type avatar") == 1
    assert run("video-translate", "-h").stdout.count("proofreads ...") == 1


def test_the_short_help_says_what_is_deprecated(run):
    assert "Deprecated: it still works. Use heygen model audio tts create." in run("voice", "speech", "create", "-h").stdout
    assert "  list               Use heygen model audio voices list\n" in run("voice", "-h").stdout
    assert run("brand-kit", "list", "-h").stdout.startswith("heygen brand-kit list is deprecated; use heygen brand kits list.")


def test_bare_heygen_shows_how_to_begin(run):
    short = run().stdout
    assert short == run("-h").stdout
    assert 'heygen sandbox run -- video-agent create --prompt "Hello" --wait' in short
    assert all(re.search(rf"\b{name}\b", short) for name in tree.top_level())
    expected = run("--help").stdout
    assert expected.startswith("Usage: heygen <command> [flags]\n")
    assert run("help").stdout == expected
    begin = expected.splitlines()[:24]
    assert any("heygen sandbox run" in line for line in begin) and any(line.startswith("  video ") for line in begin)
    for name in tree.top_level():
        assert re.search(rf"^  {name} ", expected, re.M)


def test_a_group_of_many_commands_is_shown_by_resource(run):
    text = run("video-translate", "--help").stdout
    assert "\n\nproofreads: Edit subtitles before a translation is rendered\n  proofreads create " in text
    assert "\n\nbatches: " in text and "\n\nproofreads" not in run("video-translate", "proofreads", "--help").stdout


def test_every_group_has_a_sentence_of_its_own(run):
    for words in nodes():
        if tree.command(words) is None:
            summary = run(*words).stdout.split("\n\n")[1]
            assert re.fullmatch(r"[A-Z].*\.", summary) and not summary.startswith("The commands "), words
            assert words[:1] == words or summary != run(words[0]).stdout.split("\n\n")[1]


def test_a_bare_group_shows_its_commands_direct_ones_first_and_no_hidden_ones(run):
    text = run("asset").stdout
    listed = re.findall(r"^  ([a-z][^<\[\n]*?)(?: [<\[].*?)?  +\S", text.partition("Commands:\n")[2].partition("Read next")[0], re.M)
    assert listed[:4] == ["create", "list", "get", "delete"]
    assert "direct-uploads batches create" in listed and "search" not in listed
    assert len(listed) == len({*listed}) == sum(not each.is_hidden for each in tree.group(("asset",)).commands)


def test_the_whole_tree_is_shown_with_all(run):
    text = run("help", "--all").stdout
    for name in tree.top_level():
        for words in tree.command_words(name):
            shown = re.search(rf"^  {' '.join(words[1:]) or words[0]}(?: |$)", text, re.M) is not None
            assert shown, words
    only = run("help", "video", "--all").stdout
    assert only.startswith("heygen video: ") and only.count("\nheygen ") == 0


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_is_shown_and_listed(run, topic):
    text = run("help", topic).stdout
    assert text.startswith(f"{TOPICS[topic].summary}:\n")
    assert f"  help {topic} " in run("help").stdout


def test_a_topic_that_is_a_command_too_leaves_the_command_its_help(run):
    assert run("help", "sandbox").stdout.startswith("Rehearse")
    assert run("sandbox", "--help").stdout.startswith("Usage: heygen sandbox <command>")
    assert run("help", "sandbox", "start").stdout.startswith("Usage: heygen sandbox start")


def test_an_unknown_topic_is_refused_with_the_near_one(run):
    result = run("help", "exit-code")
    assert result.status == 2
    assert "did you mean exit-codes?" in result.error["message"]
    assert result.error["hint"] == "Try: heygen help exit-codes"
    assert run("help", "exit-codes").status == 0
    assert run("help", "vidoe").error["hint"] == "Try: heygen video --help"


def test_what_has_moved_says_where(run):
    text = run("brand-kit", "--help").stdout
    assert re.search(r"^  list +Use heygen brand kits list$", text, re.M)
    assert run("brand-kit", "list", "--help").stdout.splitlines()[0] == "heygen brand-kit list is deprecated; use heygen brand kits list."


def test_help_says_which_variant_takes_a_flag(run):
    text = run("video", "create", "--help").stdout
    sections = dict(re.findall(r"^(\S.*):\n((?:  .*\n)+)", text, re.M))
    assert "--title" in sections["Request flags"] and "Only with --" not in text
    prompt = " ".join(sections["With --type cinematic_avatar"].split())
    assert "--prompt <text> What the video should show, in plain language. Required. Give - to read it from stdin." in prompt
    assert "--auto-duration Have the model pick the length; do not combine it with duration. --duration" in prompt
    voices = " ".join(run("model", "audio", "voices", "create", "--help").stdout.split())
    assert "--name <text> Name of a new voice; ignored with voice_id. Required with --mode instant." in voices


def test_help_names_the_fields_that_have_no_flag_and_which_of_them_are_required(run):
    text = " ".join(run("video", "create", "--help").stdout.split())
    assert "Only with -d or --set: background, caption, engine, image (required with --type image), references, " in text
    assert "Only with -d or --set: output_settings, video (required)." in run("ai-clipping", "create", "--help").stdout


def test_help_states_no_fact_twice(run):
    """Choices, limits and defaults stand behind a description only where it does not name them."""
    text = " ".join(run("video", "create", "--help").stdout.split())
    assert "'contain' keeps everything visible and may leave background showing. If left out" in text
    assert "One of: contain" not in text and "One of: 4k, 1080p, 720p." in text
    assert "Default: 16:9" not in text and "From 4 to 15" not in text
    text = " ".join(run("asset", "statuses", "list", "--help").stdout.split())
    assert "IDs of the assets to check, separated by commas. --batch-ids" in text
    assert "How many results to return at most, from 1 to 50. Default: 20. --token" in " ".join(run("asset", "search", "--help").stdout.split())


def test_help_says_what_a_flag_allows(run):
    text = " ".join(run("video", "list", "--help").stdout.split())
    assert "--limit <integer> Most videos to put on one page. From 1 to 100. Default: 10." in text
    assert "--color <when> When to use color; auto means on a terminal, unless NO_COLOR is set. One of: auto, always, never." in text
    assert "--type <choice> " in run("asset", "search", "--help").stdout
    assert "Required." in run("asset", "search", "--help").stdout


@pytest.mark.parametrize(
    "command, room, lines",
    [
        ("heygen video list", 10, ["heygen video list"]),
        ("heygen a --b c --d e", 20, ["heygen a --b c \\", "    --d e"]),
        ("heygen a --b 'x --y z' -d @f", 18, ["heygen a \\", "    --b 'x --y z' \\", "    -d @f"]),
        ("heygen a --b - | sh", 40, ["heygen a --b - | sh"]),
        ("""heygen a -d '{"b": ["c, d"], "e": {"f": 1}}' --g""", 22, ["heygen a \\", """    -d '{"b":""", """      ["c, d"],""", """      "e": {"f":""", """      1}}' --g"""]),
        ("heygen run -- a --b", 12, ["heygen run \\", "    -- a \\", "    --b"]),
    ],
)
def test_an_example_is_broken_where_a_shell_joins_it_again(command, room, lines):
    assert continued(command, room) == lines


def examples(text):
    """Return the commands under `Examples`, as lines."""
    return text.partition("\nExamples:\n")[2].partition("\nRead next:")[0]


@pytest.mark.parametrize("width", (20, 50, 80))
def test_examples_can_be_pasted_as_they_are_printed(run, width):
    for words in [(), *(each for each in nodes() if tree.command(each) is not None)]:
        printed = examples(run(*words, "--help", terminal=True, columns=lambda: width, env={"NO_COLOR": "1"}).stdout)
        joined = re.sub(r" \\\n +", " ", re.sub(r"^ *#.*\n", "", printed, flags=re.M))
        if words:
            for each in tree.command(words).examples:
                pasted = shlex.split(joined)
                wanted = [json.dumps(json.loads(word)) if word[:1] == "{" else word for word in shlex.split(each["command"])]
                whole = [json.dumps(json.loads(word)) if word[:1] == "{" else word for word in pasted]
                assert any(whole[at : at + len(wanted)] == wanted for at in range(len(whole))), (words, each)
        assert all(line.strip() for line in printed.splitlines()[1:-1] if line.startswith("#")), words


def test_what_a_shell_would_expand_is_quoted_everywhere(run):
    """zsh takes `data[].id` for a pattern, and refuses it where no file fits."""
    pages = [run("help", *words).stdout for words in [*nodes(), *((topic,) for topic in TOPICS)]]
    pages += [path.read_text(encoding="utf-8") for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"))]
    for page in pages:
        assert re.findall(r"--(?:get|set)[ =][^\s'\"`<]*\[.*", page) == []


def test_every_environment_variable_that_is_read_is_documented():
    named = re.compile(r"""["'](HEYGEN_[A-Z_]+|(?:NO|FORCE|SSL|DO)_[A-Z_]+|(?:HTTPS?|ALL)_PROXY)["']|(?:environ\.get\(|is_set\(|is_on\()["']([A-Z][A-Z_]+)["']""")
    read = set()
    for path in (ROOT / "heygen").rglob("*.py"):
        if path.parent.name != "sandbox":
            read |= {name for found in named.findall(path.read_text(encoding="utf-8")) for name in found if name}
    of_the_system = {"HOME", "PATH", "SHELL", "TMPDIR", "DISPLAY", "WAYLAND_DISPLAY", "PROCESSOR_ARCHITECTURE"}
    documented = {name for name, _ in ENVIRONMENT}
    assert sorted(read - documented - of_the_system) == []
    assert sorted(documented - read - {"GH_TOKEN", "GITHUB_TOKEN"}) == []
