"""The completion script for fish, from 3.0 up."""

from __future__ import annotations

from heygen.cli.completion.model import FILES, HELP, JSON_FILES, grouped, tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Mapping

    from heygen.cli.completion.model import Option

_ENGINE = r"""
function __heygen_complete
    set -l tokens (commandline -opc)
    set -l current (commandline -ct)
    set -l place ''
    set -l expects ''
    set -l closed ''
    set -l count 0
    for word in $tokens[2..-1]
        if test -n "$expects"
            set expects ''
        else if test -n "$closed"
            set count (math $count + 1)
        else if test "$word" = --
            if __heygen_nests "$place"
                set place ''
                set count 0
            else
                set closed 1
            end
        else if string match -q -- '-*=*' "$word"
            continue
        else if string match -q -- '-*' "$word"
            test "$word" = -d
            and set word --data
            __heygen_values "$place" "$word" >/dev/null
            and set expects "$word"
        else if not __heygen_words "$place" | string match -q -- "$word"\t'*'
            set count (math $count + 1)
        else if contains -- "$place" '' @HELP@
            set place "$word"
        else
            set place "$place $word"
        end
    end

    if test -z "$expects"; and string match -q -- '--*=*' "$current"
        set -l parts (string split -m 1 = -- "$current")
        __heygen_offer "$parts[2]" "$parts[1]=" (__heygen_values "$place" "$parts[1]")
    else if test -n "$expects"
        __heygen_offer "$current" '' (__heygen_values "$place" "$expects")
    else if test -z "$closed"; and string match -q -- '-*' "$current"
        __heygen_flags "$place"
    else
        set -l offered (__heygen_words "$place")
        if set -q offered[1]
            printf '%s\n' $offered
        else
            __heygen_offer "$current" '' (__heygen_arguments "$place" "$count")
        end
    end
end

# Offers values, or files, behind a prefix.
function __heygen_offer
    if contains -- "$argv[3]" '@FILES@' '@JSON@'
        set -l files (__fish_complete_path "$argv[1]")
        if test "$argv[3]" = '@JSON@'; and set -l json (string match -r '.*(?:/|\.json)(?:\t.*)?$' -- $files); and string match -q -r '\.json(?:\t|$)' -- $json
            set files $json
        end
        for file in $files
            printf '%s%s\n' "$argv[2]" $file
        end
    else if set -q argv[3]
        printf "$argv[2]%s\n" $argv[3..-1]
    end
end

complete -c heygen -e
complete -c heygen -f -a '(__heygen_complete)'
"""


def script() -> str:
    """Return the script."""
    found = tables()
    words = {path: [f"{each.word}\t{each.about}" for each in below] for path, below in found.words.items()}
    flags = {path: _flags(options) for path, options in found.options.items()}
    parts = [
        "# Completion of heygen for fish. Made by: heygen completion fish",
        _function("__heygen_words", '"$argv[1]"', words),
        _function("__heygen_flags", '"$argv[1]"', flags, _flags(found.always)),
        "# Prints the values of a flag; fails where it takes none.",
        _function("__heygen_values", '"$argv"', found.values, fails=True),
        _function("__heygen_arguments", '"$argv"', found.arguments),
        f"function __heygen_nests\n    contains -- $argv[1] {' '.join(map(quoted, found.nests))}\nend",
    ]
    return "\n".join(parts) + _ENGINE.replace("@FILES@", FILES[0]).replace("@JSON@", JSON_FILES[0]).replace("@HELP@", HELP)


def quoted(text: str) -> str:
    """Return a word as fish reads it whole."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _flags(options: Iterable[Option]) -> list[str]:
    return [f"{option.name}\t{option.about}" for option in options]


def _function(
    name: str, subject: str, rows: Mapping[str, Iterable[str]], always: Iterable[str] = (), fails: bool = False
) -> str:
    """Return a function that looks its arguments up and prints what stands there, a line each."""
    lines = [f"function {name}", f"    switch {subject}"]
    for words, keys in grouped(rows).items():
        if words or fails:
            lines.append(f"        case {' '.join(map(quoted, keys))}")
            lines.append(f"            {_printed(words)}" if words else "            true")
    if fails:
        lines += ["        case '*'", "            return 1"]
    lines.append("    end")
    if always:
        lines.append(f"    {_printed(always)}")
    return "\n".join([*lines, "end"])


def _printed(words: Iterable[str]) -> str:
    return "printf '%s\\n' " + " ".join(map(quoted, words))
