"""Completion in the shells themselves: what each offers is what the command tree has."""

import re
import subprocess

import pytest
from shells import Typed, needed

from heygen.cli import tree
from heygen.cli.command import GLOBAL_FLAGS
from heygen.cli.completion import model

SHELLS = ("bash", "zsh", "fish", "powershell")

GROUPS = {word for word in tree.top_level() if not tree.is_deprecated(word)} | {"help"}
VIDEO = {"batches", "create", "delete", "download", "get", "list", "scenes", "statuses", "voice-capabilities"}

# A command line up to the cursor, and everything that is offered there.
CASES = [
    ("heygen ", GROUPS),
    ("heygen --human ", GROUPS),
    ("heygen vide", {"video", "video-agent", "video-translate"}),
    ("heygen video ", VIDEO),
    ("heygen video --human ", VIDEO),
    ("heygen --color never video ", VIDEO),
    ("heygen --color=never video ", VIDEO),
    ("heygen --color ", {"auto", "always", "never"}),
    ("heygen video-translate proofreads srt ", {"get", "update"}),
    ("heygen video create --type ", {"avatar", "image", "cinematic_avatar", "studio"}),
    ("heygen video create --script 'video list' --type im", {"image"}),
    ("heygen video create --type=cin", {"cinematic_avatar"}),
    ("heygen video create --aspect-ratio 4", {"4:5"}),
    ("heygen video create --aspect-ratio=16:", {"16:9"}),
    ("heygen video create -d x --ti", {"--title", "--timeout"}),
    ("heygen video create --script ", set()),
    ("heygen video get ", set()),
    ("heygen video get vid --wai", {"--wait"}),
    ("heygen config se", {"set"}),
    ("heygen config get out", {"output"}),
    ("heygen config set output ", {"human", "json"}),
    ("heygen completion ", set(SHELLS)),
    ("heygen api P", {"PATCH", "POST", "PUT"}),
    ("heygen api GET ", set()),
    ("heygen api GET v3/videos --pag", {"--paginate"}),
    ("heygen help exi", {"exit-codes"}),
    ("heygen help video ", VIDEO),
    ("heygen sandbox run --job-seconds 3 -- video sta", {"statuses"}),
    ("heygen video create --data request.js", {"request.json"}),
    ("heygen video create --data=request.js", {"request.json"}),
    ("heygen video create -d ", {"request.json"}),
    ("heygen video create -d in", {"intro.mp4"}),
    ("heygen asset create --file in", {"intro.mp4"}),
]


@pytest.fixture
def script(run, tmp_path):
    def made(shell):
        result = run("completion", shell)
        assert (result.status, result.stderr) == (0, "")
        path = tmp_path / f"heygen.{shell}"
        path.write_text(result.stdout)
        return path

    return made


@pytest.fixture
def folder(tmp_path):
    """A folder with two files to complete the names of."""
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("request.json", "intro.mp4"):
        (folder / name).touch()
    return folder


def shell_output(*argv, cwd=None, stdin=None):
    done = subprocess.run(argv, cwd=cwd, input=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60)
    assert done.stderr == b"", done.stderr.decode()
    return done.stdout.decode()


def flags_of(place):
    return {f"--{flag.name}" for flag in (*GLOBAL_FLAGS, *tree.command(place).flags) if not (flag.is_hidden or flag.is_deprecated)}


def commands():
    return [command.words for name in tree.top_level() if tree.command((name,)) is None for command in tree.group((name,)).commands]


# --- bash


def bash_words(line):
    """Return COMP_WORDS as bash splits a line: at blanks, and around runs of `=` and `:`."""
    words = []
    for word in re.findall(r"'[^']*'|\S+|(?<=\s)$", line):
        words += [word] if word[:1] == "'" else [part for part in re.split(r"([=:]+)", word) if part] or [word]
        if word[:1] != "'" and word[-1:] in ("=", ":"):
            words.append("")
    return words


def test_bash_offers_what_the_tree_has(script, folder):
    lines = []
    for line, _ in CASES:
        words = " ".join(f'"{word}"' for word in bash_words(line))
        lines.append(f"COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _heygen; echo \"$PWD> ${{COMPREPLY[*]}}\"")
    source = f"source {script('bash')}\n" + "\n".join(lines)
    output = shell_output(needed("bash"), "--norc", "-c", source, cwd=folder)
    for (line, expected), answer in zip(CASES, output.splitlines()):
        offered = set(answer.partition("> ")[2].split())
        # Only what follows the last word break is offered, as it is all that bash replaces.
        breaks = line.rpartition(" ")[2]
        cut = max(breaks.rfind("="), breaks.rfind(":")) - breaks.find("=")
        prefix = breaks[breaks.find("=") + 1 :][:cut] if cut > 0 else ""
        assert offered == {each[len(prefix) :] for each in expected}, line


def test_bash_offers_the_flags_of_every_command(script):
    source = f"source {script('bash')}; while read -r place; do _heygen_flags \"$place\"; echo \"$REPLY\"; done"
    paths = commands()
    output = shell_output(needed("bash"), "--norc", "-c", source, stdin="".join(" ".join(path) + "\n" for path in paths).encode())
    for path, answer in zip(paths, output.splitlines()):
        assert {flag.rstrip("=") for flag in answer.split()} == flags_of(path)


def test_bash_completes_what_is_typed(script):
    typed = Typed([needed("bash"), "--norc", "-i"], PS1="ready> ", TERM="dumb")
    try:
        typed.send(f"source {script('bash')}; echo lo''aded\n").expect("loaded.*ready> ")
        typed.send("heygen conf\t").expect("heygen config ")
        typed.send("set outp\t").expect("set output ")
        typed.send("hum\t").expect("human ")
        typed.send("\x15heygen video-translate create --output-languages Spanish\\ \\(Spai\t").expect(r"Spanish\\ \\\(Spain\\\) ")
        typed.send("--output-languages 'French (Fr\t").expect(r"ance\)' ")
    finally:
        typed.close()


# --- zsh

# Within zsh's own completion: notes every match that is added.
_NOTING = r"""
compadd() {
    local -a hits
    if [[ ${argv[1,(i)(-|--)]} != *-(O|A|D)\ * ]]; then
        builtin compadd -A hits "$@"
        print -rl -- $hits >> $NOTES
    fi
    builtin compadd "$@"
}
"""


@pytest.fixture
def zsh(tmp_path):
    """Start a zsh with lines before and after its completion begins; return what asks it about a command line."""
    started = []

    def start(before="", after=""):
        notes, setup = tmp_path / "notes", tmp_path / "setup"
        setup.write_text(f"PS1='ready> '\n{before}\nautoload -Uz compinit && compinit -u -D\n{after}\n{_NOTING}")
        typed = Typed([needed("zsh"), "-f", "-i"], TERM="dumb", NOTES=str(notes), HOME=str(tmp_path))
        started.append(typed)
        typed.send(f"source {setup}; print lo''aded\n").expect("loaded.*ready> ")

        def offered(line):
            notes.write_text("")
            typed.send(f"{line}\t\x15print do''ne\n").expect("done\r.*ready> ")
            return set(notes.read_text().split())

        return offered

    yield start
    for each in started:
        each.close()


def test_zsh_offers_what_the_tree_has(script, folder, zsh):
    offered = zsh(after=f"source {script('zsh')}; cd {folder}")
    for line, expected in CASES:
        assert offered(line) == expected, line
    assert "\\(Spain\\)" in offered("heygen video-translate create --output-languages Spani")


def test_zsh_finds_it_among_its_functions(script, tmp_path, zsh):
    functions = tmp_path / "functions"
    functions.mkdir()
    script("zsh").rename(functions / "_heygen")
    assert zsh(before=f"fpath=({functions} $fpath)")("heygen completion ") == set(SHELLS)


def test_zsh_leaves_brackets_alone_once_the_completion_is_there(script, tmp_path):
    program = tmp_path / "heygen"
    program.write_text('#!/bin/sh\necho "$@"\n')
    program.chmod(0o755)
    line = "video list --get data[].id"
    source = f"path=({tmp_path} $path); source {script('zsh')}; eval 'heygen {line}'"
    assert shell_output(needed("zsh"), "-f", "-c", source) == f"{line}\n"
    kept = f"alias heygen='echo mine'; source {script('zsh')}; print -r -- $aliases[heygen]"
    assert shell_output(needed("zsh"), "-f", "-c", kept) == "echo mine\n"


def test_zsh_offers_the_flags_of_every_command(script):
    source = f"source {script('zsh')}; while read -r place; do _heygen_flags $place; print -r -- ${{reply%%:*}}; done"
    paths = commands()
    output = shell_output(needed("zsh"), "-f", "-c", source, stdin="".join(" ".join(path) + "\n" for path in paths).encode())
    for path, answer in zip(paths, output.splitlines()):
        assert set(answer.split()) == flags_of(path)


# --- fish


def test_fish_offers_what_the_tree_has(script, folder):
    quoted = " ".join("'" + line.replace("'", "\\'") + "'" for line, _ in CASES)
    source = f"source {script('fish')}; for line in {quoted}; complete -C $line; echo %; end"
    output = shell_output(needed("fish"), "--no-config", "-c", source, cwd=folder)
    for (line, expected), answer in zip(CASES, output.split("%\n")):
        offered = {row.split("\t")[0] for row in answer.splitlines()}
        name, equals, _ = line.rpartition(" ")[2].partition("=")
        assert offered == {f"{name}={each}" if equals else each for each in expected}, line


def test_fish_describes_what_it_offers(script):
    source = f"source {script('fish')}; complete -C 'heygen video '; complete -C 'heygen video list --li'"
    output = shell_output(needed("fish"), "--no-config", "-c", source)
    assert "create\tMake a video\n" in output
    assert "batches\tMake many videos at once\n" in output
    assert "--limit\tMost videos to put on one page\n" in output
    source = f"source {script('fish')}; complete -C 'heygen video-translate create --output-languages Spanish'"
    assert "Spanish (Spain)\n" in shell_output(needed("fish"), "--no-config", "-c", source)


def test_fish_offers_the_flags_of_every_command(script):
    source = f"source {script('fish')}; while read place; __heygen_flags $place | string split -f 1 \\t | string join ' '; end"
    paths = commands()
    output = shell_output(needed("fish"), "--no-config", "-c", source, stdin="".join(" ".join(path) + "\n" for path in paths).encode())
    for path, answer in zip(paths, output.splitlines()):
        assert set(answer.split()) == flags_of(path)


# --- PowerShell, which is rarely installed where these tests run: read by the rules of its language

_TOKEN = re.compile(
    r"""(?P<blank>\s+|\#[^\n]*)|(?P<literal>'(?:[^'\u2018-\u201b]|'')*')|(?P<text>"(?:[^"`$]|\$[\w?]+|`.)*")|"""
    r"""(?P<open>@\{|@\(|\$\(|[({\[])|(?P<close>[)}\]])|(?P<rest>[^\s'"(){}\[\]@]+)"""
)
_PAIRS = {"@{": "}", "@(": ")", "$(": ")", "(": ")", "{": "}", "[": "]"}


def powershell_tokens(text):
    at, found = 0, []
    while at < len(text):
        match = _TOKEN.match(text, at)
        assert match, f"no token at {text[at:at + 40]!r}"
        if match.lastgroup != "blank":
            found.append((match.lastgroup, match.group()))
        at = match.end()
    return found


def powershell_table(text, name):
    """Return a hashtable of the script; keys that PowerShell takes for one, as it ignores case, fail."""
    body = text.split(f"    ${name} = @{{\n")[1].split("\n    }\n")[0]
    table = {}
    for line in body.splitlines():
        literals = [token[1:-1].replace("''", "'") for kind, token in powershell_tokens(line) if kind == "literal"]
        assert literals[0].lower() not in {key.lower() for key in table}
        table[literals[0]] = literals[1:]
    return table


def test_the_powershell_script_is_well_formed(script):
    expected = []
    for kind, token in powershell_tokens(script("powershell").read_text()):
        if kind == "open":
            expected.append(_PAIRS[token])
        elif kind == "close":
            assert expected.pop() == token
    assert not expected


def test_the_powershell_script_has_what_the_tree_has(script):
    text = script("powershell").read_text()
    words = powershell_table(text, "words")
    assert {each.split("|")[0] for each in words[""]} == GROUPS
    assert "create|Make a video" in words["video"]
    flags = powershell_table(text, "flags")
    everywhere = {f"--{flag.name}" for flag in GLOBAL_FLAGS if not flag.is_hidden}
    for path in commands():
        assert {each.split("|")[0] for each in flags.get(" ".join(path), [])} | everywhere == flags_of(path)
    values = powershell_table(text, "values")
    assert values["video create --type"] == ["avatar", "image", "cinematic_avatar", "studio"]
    assert "video create --wait" not in values
    assert powershell_table(text, "arguments")["config set output 0"] == ["json", "human"]


# --- the command


def test_a_shell_that_is_none_is_refused_with_the_ones_that_are(run):
    result = run("completion", "fsh")
    assert result.status == 2
    assert result.error["message"] == '<shell> must be one of: bash, zsh, fish, powershell; not "fsh"; did you mean fish?'


def test_hidden_commands_are_not_offered():
    shown = {f"{place.path} {word.word}" for place in model.places() for word in place.words}
    assert "asset search" not in shown and "asset list" in shown


def test_help_says_where_each_shell_looks(run):
    result = run("completion", "--help")
    for place in ("bash-completion/completions/heygen", "$fpath", "~/.config/fish/completions/heygen.fish", "$PROFILE"):
        assert place in result.stdout
