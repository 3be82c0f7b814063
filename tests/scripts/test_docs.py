"""The written documentation is what the program says of itself."""

import importlib.util
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]


def make_docs():
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "scripts" / "make_docs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_up_to_date():
    written = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert written == make_docs().reference(), "run scripts/make_docs.py"


def test_the_reference_has_every_command_and_topic():
    from heygen.cli import tree
    from heygen.cli.topics import TOPICS

    headings = re.findall(r"^#{2,3} (.*)$", (ROOT / "docs" / "reference.md").read_text(encoding="utf-8"), re.M)
    words = {each for word in tree.top_level() for each in tree.command_words(word)}
    shown = {" ".join(("heygen", *each)) for each in words if not tree.command(each).is_hidden}
    assert shown <= set(headings)
    assert {f"heygen help {topic}" for topic in TOPICS} <= set(headings)


def differences():
    """Return what the first column of the table of differences names, as it is written."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.split("## Beside the official CLI\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row)]


def test_every_difference_to_the_official_cli_is_there():
    from heygen.cli import tree
    from heygen.cli.command import GLOBAL_FLAGS
    from heygen.config.settings import KEYS
    from heygen.core.errors import EXIT_CODE_MEANINGS

    words = {each for word in tree.top_level() for each in tree.command_words(word)}
    commands = [tree.command(each) for each in words]
    there = {command.path for command in commands}
    there |= {f"--{flag.name}" for flag in (*GLOBAL_FLAGS, *(flag for each in commands for flag in each.flags))}
    there |= {str(int(code)) for code in EXIT_CODE_MEANINGS} | set(KEYS)
    assert len(differences()) > 15
    assert set(differences()) - there == set()


def test_no_difference_to_the_official_cli_is_left_out():
    """Of what the specification lists whole: exit codes and config keys. And every command that no document gives."""
    from heygen.cli.registry import COMMANDS
    from heygen.config.settings import KEYS
    from heygen.core.errors import EXIT_CODE_MEANINGS

    official = {"0", "1", "2", "3", "4", "output", "analytics"}
    official |= {"heygen config set", "heygen config get", "heygen config list", "heygen config unset", "heygen config path"}
    official |= {"heygen auth status", "heygen video download", "heygen feedback", "heygen completion"}
    ours = {str(int(code)) for code in EXIT_CODE_MEANINGS} | set(KEYS)
    ours |= {" ".join(("heygen", *words)) for words in COMMANDS}
    assert ours - official - set(differences()) == set()


def test_the_readme_names_this_version():
    from heygen import __version__

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"Version {'.'.join(__version__.split('.')[:2])} of this program" in text


def test_every_command_of_the_readme_exists():
    """Its code blocks are typed as they stand: each `heygen …` line is one that the program can read."""
    import shlex

    from heygen.cli.parser import CommandLine, read

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = [line for block in re.findall(r"```sh\n(.*?)```", text, re.S) for line in block.splitlines()]
    commands = [line.partition("#")[0].strip() for line in lines if line.startswith("heygen ")]
    assert len(commands) > 5
    for command in commands:
        line = CommandLine()
        read(shlex.split(command)[1:], line)
        assert line.command is not None and not line.missing, command
