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
