"""The completion script for zsh."""

from __future__ import annotations

from heygen.cli.completion.bash import pattern, quoted
from heygen.cli.completion.model import FILES, HELP, JSON_FILES, grouped, tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Mapping

    from heygen.cli.completion.model import Option

_ENGINE = r"""
_heygen() {
    local word place='' expects='' closed=''
    local -i index count=0
    local -a reply offers
    for ((index = 2; index < CURRENT; index++)); do
        word=${(Q)words[index]}
        if [[ -n $expects ]]; then
            expects=''
        elif [[ -n $closed ]]; then
            count+=1
        elif [[ $word == -- ]]; then
            if (( ${_heygen_nests[(Ie)$place]} )); then place='' count=0; else closed=1; fi
        elif [[ $word == -*=* ]]; then
            :
        elif [[ $word == -* ]]; then
            [[ $word == -d ]] && word=--data
            _heygen_values "$place" $word && expects=$word
        else
            _heygen_words "$place"
            if (( ! ${reply[(I)${(b)word}:*]} )); then
                count+=1
            elif [[ -z $place || $place == @HELP@ ]]; then
                place=$word
            else
                place="$place $word"
            fi
        fi
    done

    if [[ -z $expects && $PREFIX == --*=* ]]; then
        expects=${PREFIX%%=*}
        compset -P 1 '*='
    fi
    if [[ -n $expects ]]; then
        _heygen_values "$place" $expects
        _heygen_offer_values
    elif [[ $PREFIX == -* && -z $closed ]]; then
        _heygen_flags "$place"
        offers=($reply)
        _describe -o -t flags 'flag' offers
    else
        _heygen_words "$place"
        if (( $#reply )); then
            offers=($reply)
            _describe -t commands 'command' offers
        else
            _heygen_arguments "$place" $count
            _heygen_offer_values
        fi
    fi
}

_heygen_offer_values() {
    if [[ $reply == '@FILES@' ]]; then
        _files
    elif [[ $reply == '@JSON@' ]]; then
        _files -g '*.json'
    elif (( $#reply )); then
        offers=(${reply//:/\\:})
        _describe -t values 'value' offers
    else
        _message 'value'
    fi
}

# zsh would take the brackets of `--get data[].id` for a pattern of file names.
(( $+aliases[heygen] || $+functions[heygen] )) || alias heygen='noglob heygen'

# Sourced, the script declares itself; found in $fpath, it is the function's body.
if [[ $funcstack[1] == _heygen ]]; then
    _heygen "$@"
elif (( $+functions[compdef] )); then
    compdef _heygen heygen
fi
"""


def script() -> str:
    """Return the script."""
    found = tables()
    words = {path: [_described(each.word, each.about) for each in below] for path, below in found.words.items()}
    flags = {path: _flags(options) for path, options in found.options.items()}
    parts = [
        "#compdef heygen",
        "# Completion of heygen for zsh. Made by: heygen completion zsh",
        f"typeset -ga _heygen_nests=({' '.join(map(quoted, found.nests))})",
        _function("_heygen_words", '"$1"', words),
        _function("_heygen_flags", '"$1"', flags, _flags(found.always)),
        "# Leaves the values of a flag; fails where it takes none.",
        _function("_heygen_values", '"$1 $2"', found.values, fails=True),
        _function("_heygen_arguments", '"$1 $2"', found.arguments),
    ]
    return "\n".join(parts) + _ENGINE.replace("@FILES@", FILES[0]).replace("@JSON@", JSON_FILES[0]).replace("@HELP@", HELP)


def _flags(options: Iterable[Option]) -> list[str]:
    return [_described(option.name, option.about) for option in options]


def _described(word: str, about: str) -> str:
    return word.replace(":", "\\:") + f":{about}"


def _function(
    name: str, subject: str, rows: Mapping[str, Iterable[str]], always: Iterable[str] = (), fails: bool = False
) -> str:
    """Return a function that looks its arguments up and leaves what stands there in `reply`."""
    lines = [f"{name}() {{", f"    case {subject} in"]
    for words, keys in grouped(rows).items():
        if words or fails:
            lines += [f"        {pattern(keys)})", f"            reply=({' '.join(map(quoted, words))}) ;;"]
    lines += [f"        *) reply=(){' ; return 1' if fails else ''} ;;", "    esac"]
    if always:
        lines.append(f"    reply+=({' '.join(map(quoted, always))})")
    return "\n".join([*lines, "}"])
