"""Writes docs/reference.md, every command and topic, from the same pages as `heygen help`: make_docs.py [--check]

With `--check` nothing is written, and the exit status is 1 where the file is not up to date.
"""

from __future__ import annotations

import os
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, ROOT)

from heygen.cli import tree  # noqa: E402
from heygen.cli.help import pages  # noqa: E402
from heygen.cli.help.blocks import Examples, Section, Terms, Usage  # noqa: E402
from heygen.cli.topics import TOPICS  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.cli.help.blocks import Block

REFERENCE = os.path.join(ROOT, "docs", "reference.md")
# Characters that Markdown would take for its own.
_SPECIAL = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_<>[]|"})


def reference() -> str:
    """Return the whole reference as Markdown."""
    parts = [
        "# Reference",
        "Every command and topic of `heygen`, as `heygen help` shows them. `scripts/make_docs.py` writes this page.",
        _contents(),
        *_page(pages.root(), "## ", "heygen"),
    ]
    for word in tree.top_level():
        alone = tree.command((word,))
        if alone is not None:
            parts += _page(pages.command(alone, with_global_flags=False), "## ", f"heygen {word}")
            continue
        group = tree.group((word,))
        parts += _page(pages.group(group), "## ", group.path)
        for each in pages.listed(group):
            parts += _page(pages.command(each, with_global_flags=False), "### ", each.path)
    for topic in TOPICS:
        parts += _page(pages.topic(topic), "## ", f"heygen help {topic}")
    return "\n\n".join(part for part in parts if part) + "\n"


def _contents() -> str:
    titles = [f"heygen {word}" for word in tree.top_level()] + [f"heygen help {topic}" for topic in TOPICS]
    return "\n".join(f"- [{title}](#{title.replace(' ', '-')})" for title in titles)


def _page(blocks: list[Block], heading: str, title: str) -> list[str]:
    """Return a page's paragraphs. What to read next is left out: here it stands above or below anyway."""
    parts = [heading + title]
    is_skipped = False
    for block in blocks:
        if isinstance(block, Section):
            is_skipped = block.title == "Read next"
            if not is_skipped:
                parts.append(f"**{_plain(block.title)}**")
        elif not is_skipped:
            parts.append(_block(block))
    return parts


def _block(block: Block) -> str:
    if isinstance(block, Usage):
        return f"```\n{block.line}\n```"
    if isinstance(block, Terms):
        rows = [f"| `{_cell(row.name)}` | {_plain(' '.join((row.meaning, *row.remarks)))} |" for row in block.rows]
        return "\n".join(["| | |", "| --- | --- |", *rows])
    if isinstance(block, Examples):
        lines = [line for row in block.rows for line in ((f"# {row.about}",) if row.about else ()) + (row.command,)]
        return "\n".join(["```sh", *lines, "```"])
    return _plain(block)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _plain(text: str) -> str:
    return text.translate(_SPECIAL)


def main(argv: list[str]) -> int:
    """Write the reference, or check it; return the exit status."""
    if argv not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    text = reference()
    try:
        with open(REFERENCE, encoding="utf-8", newline="") as stream:
            is_current = stream.read() == text
    except FileNotFoundError:
        is_current = False
    if argv == ["--check"]:
        print("docs/reference.md is up to date" if is_current else "docs/reference.md is not up to date: run scripts/make_docs.py")
        return 0 if is_current else 1
    if not is_current:
        with open(REFERENCE, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
