"""The completion script for bash, from 3.2 (what macOS has) up."""

from __future__ import annotations

from heygen.cli.completion.model import FILES, HELP, JSON_FILES, grouped, tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Mapping

    from heygen.cli.completion.model import Option

_ENGINE = r"""
_heygen() {
    local IFS=$' \t\n' cur word place='' expects='' closed='' glued='' breaks='' REPLY
    local -i index count=0
    local -a words
    # bash splits words at the characters of COMP_WORDBREAKS, "=" and ":" among them.
    for ((index = 1; index <= COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        if [[ ${#words[@]} -gt 0 && ( -n $glued || $word =~ ^[:=]+$ ) ]]; then
            words[${#words[@]}-1]+=$word
        else
            words[${#words[@]}]=$word
        fi
        if [[ $word =~ ^[:=]+$ ]]; then glued=1; else glued=''; fi
    done
    cur=${words[${#words[@]}-1]}
    unset "words[${#words[@]}-1]"
    for word in "${words[@]}"; do
        if [[ -n $expects ]]; then
            expects=''
        elif [[ -n $closed ]]; then
            count+=1
        elif [[ $word == -- ]]; then
            if _heygen_nests "$place"; then place=''; count=0; else closed=1; fi
        elif [[ $word == -*=* ]]; then
            :
        elif [[ $word == -* ]]; then
            [[ $word == -d ]] && word=--data
            _heygen_flags "$place"
            [[ " $REPLY " == *" $word= "* ]] && expects=$word
        else
            _heygen_words "$place"
            if [[ " $REPLY " != *" $word "* ]]; then
                count+=1
            elif [[ -z $place || $place == @HELP@ ]]; then
                place=$word
            else
                place="$place $word"
            fi
        fi
    done

    COMPREPLY=()
    if [[ -z $expects && $cur == --*=* ]]; then
        expects=${cur%%=*}
        _heygen_values "$place" "$expects"
        _heygen_offer "${cur#*=}" "$expects="
    elif [[ -n $expects ]]; then
        _heygen_values "$place" "$expects"
        _heygen_offer "$cur" ''
    elif [[ $cur == -* && -z $closed ]]; then
        _heygen_flags "$place"
        REPLY=${REPLY//=/}
        _heygen_offer "$cur" ''
    else
        _heygen_words "$place"
        if [[ -z $REPLY ]]; then _heygen_arguments "$place" "$count"; fi
        _heygen_offer "$cur" ''
    fi
    # Only what stands after the last word break is replaced on the line.
    [[ $COMP_WORDBREAKS == *=* ]] && breaks+='='
    [[ $COMP_WORDBREAKS == *:* ]] && breaks+=':'
    if [[ -n $breaks && $cur == *[$breaks]* ]]; then
        word=${cur%"${cur##*[$breaks]}"}
        COMPREPLY=("${COMPREPLY[@]#"$word"}")
    fi
}

# Offers the words of REPLY that start with the first argument, behind the second.
_heygen_offer() {
    local each found=''
    if [[ $REPLY == '@FILES@' || $REPLY == '@JSON@' ]]; then
        local IFS=$'\n'
        compopt -o filenames 2>/dev/null
        if [[ $REPLY == '@JSON@' ]]; then
            for each in $(compgen -f -X '!*.json' -- "$1"; compgen -d -- "$1"); do
                [[ $each == *.json ]] && found=1
                COMPREPLY[${#COMPREPLY[@]}]=$2$each
            done
            if [[ -n $found ]]; then return; fi
            COMPREPLY=()
        fi
        for each in $(compgen -f -- "$1"); do COMPREPLY[${#COMPREPLY[@]}]=$2$each; done
        return
    fi
    local start=${1//\\/}
    [[ $1 == [\"\']* ]] && start=${1:1}
    for each in $REPLY; do
        each=${each//%20/ }
        [[ $each == "$start"* ]] || continue
        # A value with blanks is quoted, unless the user has begun to.
        [[ $each == *' '* && $1 != [\"\']* ]] && printf -v each %q "$each"
        COMPREPLY[${#COMPREPLY[@]}]=$2$each
    done
    return 0
}

complete -F _heygen heygen
"""


def script() -> str:
    """Return the script."""
    found = tables()
    words = {path: [each.word for each in below] for path, below in found.words.items()}
    flags = {path: list(map(_flag, options)) for path, options in found.options.items()}
    parts = [
        "# Completion of heygen for bash. Made by: heygen completion bash",
        _function("_heygen_words", '"$1"', words),
        _function("_heygen_flags", '"$1"', flags, " ".join(map(_flag, found.always))),
        _function("_heygen_values", '"$1 $2"', {key: [each.replace(" ", "%20") for each in words] for key, words in found.values.items()}),
        _function("_heygen_arguments", '"$1 $2"', found.arguments),
        f"_heygen_nests() {{ [[ {' || '.join(f'$1 == {quoted(path)}' for path in found.nests)} ]]; }}",
    ]
    return "\n".join(parts) + _ENGINE.replace("@FILES@", FILES[0]).replace("@JSON@", JSON_FILES[0]).replace("@HELP@", HELP)


def quoted(text: str) -> str:
    """Return a word as bash and zsh read it whole."""
    return "'" + text.replace("'", "'\\''") + "'"


def pattern(keys: Iterable[str]) -> str:
    """Return the pattern of a `case` for keys, a `*` at whose start or end stands for anything."""
    return " | ".join(
        "*" + quoted(key[1:]) if key[:1] == "*" else quoted(key[:-1]) + "*" if key[-1:] == "*" else quoted(key)
        for key in keys
    )


def _flag(option: Option) -> str:
    return option.name + ("=" if option.takes_value else "")


def _function(name: str, subject: str, rows: Mapping[str, Iterable[str]], always: str = "") -> str:
    """Return a function that looks its arguments up and leaves the words that stand there in REPLY."""
    lines = [f"{name}() {{", f"    case {subject} in"]
    lines += [f"        {pattern(keys)}) REPLY={quoted(' '.join(words))} ;;" for words, keys in grouped(rows).items() if words]
    lines += ["        *) REPLY='' ;;", "    esac"]
    if always:
        lines.append(f"    REPLY=\"${{REPLY:+$REPLY }}{always}\"")
    return "\n".join([*lines, "}"])
