"""Runs every hint that a test makes the program give: what it says to type must be a whole command that is right.

A command is read as the program reads it; one that the API carries out is also run with --dry-run, which checks its
request, and sends nothing.
"""

import functools
import io
import json
import re
import shlex

from heygen.cli import main as cli
from heygen.cli.parser import CommandLine, read
from heygen.core.context import Context, InputStream, OutputStream
from heygen.core.errors import HeygenError

# A command in a hint starts with the program's name and ends with the clause, as output/human.py has it, or the pipe.
_COMMAND = re.compile(r"(?<![\w/-])heygen (?:\$\([^)]*\)|'[^']*'|\"[^\"]*\"|(?!; |, |`|\||$).)+")
_PLACEHOLDER = re.compile(r"<[a-z][\w|-]*>|\b(?:FILE|ID|KEY|PATH)\b")


def commands(hint):
    """Return the commands that a hint names; a usage line names none."""
    return [] if hint.startswith("Usage: ") else [found[0].strip() for found in _COMMAND.finditer(hint)]


def check(stderr):
    """Check the hints of the envelopes on stderr."""
    for line in stderr.splitlines():
        try:
            (envelope,) = json.loads(line).values() if line.startswith("{") else ({},)
        except ValueError:
            continue
        for name in ("hint", "resume"):
            text = envelope.get(name) if isinstance(envelope, dict) else None
            for command in commands(text) if isinstance(text, str) else ():
                # A flag or argument that is missing altogether has a value that only the user knows.
                problem = problem_of(command, may_lack=text.startswith("Try: "))
                assert problem is None, f"the {name} {text!r} does not run: {problem}"


@functools.lru_cache(maxsize=None)
def problem_of(command, may_lack=False):
    """Return why a command does not run as it stands, or None; with `may_lack` it may have values to fill in."""
    # What the shell puts in for "$(…)" is a command too.
    for inner in re.findall(r"\$\((heygen [^)]*)\)", command):
        if problem_of(inner):
            return problem_of(inner)
    command = re.sub(r'"[^"]*\$\([^)]*\)"', "x=y", re.sub(r" < \S+$", "", command))
    to_fill = _PLACEHOLDER.search(re.sub(r"'[^']*'", "", command))
    if to_fill and not may_lack:
        return "it has a placeholder"
    line = CommandLine()
    try:
        read(shlex.split(command)[1:], line)
    except HeygenError as error:
        return None if to_fill and to_fill[0] in error.message else error.message
    if to_fill:
        return None
    if line.options.get("help") or line.is_help_word:
        return None
    if line.command is None:
        return None if may_lack and line.words else "it names no command"
    is_schema = any(line.given.get(each) for each in ("request_schema", "response_schema", "example"))
    # The fields of a body may stand in --data as well; whether they do, a dry run tells.
    missing = [each for each in line.missing if line.command.operation is None or each.startswith("<")]
    if missing and not is_schema:
        return f"it lacks {', '.join(missing)}"
    if line.command.takes_rest:
        return problem_of(shlex.join(["heygen", *line.given["command"]]))
    if line.command.operation is None:
        return None
    # Which field of the answer is wanted, and how it is shown, has nothing to do with the request.
    line.flags = [each for each in line.flags if each[0].name not in ("get", "human", "color")]
    argv = line.argv() if is_schema else [*line.words, "--dry-run", *line.argv()[len(line.words) :]]
    stderr = OutputStream(io.BytesIO())
    context = Context(
        stdin=InputStream(io.BytesIO(b"text")),
        stdout=OutputStream(io.BytesIO()),
        stderr=stderr,
        environ={"HEYGEN_API_KEY": "test-key", "HEYGEN_NO_ANALYTICS": "1"},
    )
    return None if cli.main(argv, context) == 0 else stderr.raw.getvalue().decode()
