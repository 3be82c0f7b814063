"""The completion script for PowerShell, from 5.1 (what Windows has) up."""

from __future__ import annotations

from heygen.cli.completion.model import FILES, HELP, JSON_FILES, tables

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterable, Mapping

    from heygen.cli.completion.model import Option

_ENGINE = r"""
    # Where nothing is offered, PowerShell completes the names of files by itself.
    function Find-Values($table, $keys) {
        foreach ($key in $keys) {
            if ($table.ContainsKey($key)) { return , @($table[$key]) }
        }
        return $null
    }
    function Format-Offers($offers, $start, $prefix) {
        if ("$offers" -eq '@JSON@') {
            foreach ($name in @(Get-ChildItem -Path "$start*.json" -Name -ErrorAction SilentlyContinue)) {
                $folder = $start -replace '[^/\\]*$', ''
                $word = if ("$folder$name" -match "[\s'()]") { "'" + "$folder$name".Replace("'", "''") + "'" } else { "$folder$name" }
                [System.Management.Automation.CompletionResult]::new("$prefix$word", $name, 'ProviderItem', $name)
            }
            return
        }
        $start = $start.TrimStart("'", '"')
        foreach ($offer in $offers) {
            $word, $about = "$offer" -split '\|', 2
            if (-not $about) { $about = $word }
            if ($word -and $word -ne '@FILES@' -and $word.StartsWith($start, [System.StringComparison]::Ordinal)) {
                $text = if ($word -match '[\s()]') { "'" + $word.Replace("'", "''") + "'" } else { $word }
                [System.Management.Automation.CompletionResult]::new("$prefix$text", $word, 'ParameterValue', $about)
            }
        }
    }

    $place = ''; $expects = ''; $closed = $false; $count = 0
    $before = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition })
    foreach ($element in @($before | Select-Object -Skip 1)) {
        $word = $element.ToString()
        if ($expects) {
            $expects = ''
        } elseif ($closed) {
            $count++
        } elseif ($word -eq '--') {
            if ($nests -contains $place) { $place = ''; $count = 0 } else { $closed = $true }
        } elseif ($word -like '-*=*') {
            continue
        } elseif ($word -like '-*') {
            if ($word -ceq '-d') { $word = '--data' }
            if ($null -ne (Find-Values $values @("$place $word", "* $word"))) { $expects = $word }
        } elseif (@($words[$place] | ForEach-Object { ("$_" -split '\|')[0] }) -cnotcontains $word) {
            $count++
        } elseif ($place -eq '' -or $place -eq '@HELP@') {
            $place = $word
        } else {
            $place = "$place $word"
        }
    }

    $current = "$wordToComplete"
    if (-not $expects -and $current -like '--*=*') {
        $name, $start = $current -split '=', 2
        Format-Offers (Find-Values $values @("$place $name", "* $name")) $start "$name="
    } elseif ($expects) {
        Format-Offers (Find-Values $values @("$place $expects", "* $expects")) $current ''
    } elseif (-not $closed -and $current -like '-*') {
        Format-Offers (@($flags[$place]) + $always) $current ''
    } elseif ($words.ContainsKey($place)) {
        Format-Offers $words[$place] $current ''
    } else {
        Format-Offers (Find-Values $arguments @("$place $count", "$place *")) $current ''
    }
}
"""


def script() -> str:
    """Return the script."""
    found = tables()
    words = {path: [f"{each.word}|{each.about}" for each in below] for path, below in found.words.items()}
    flags = {path: _flags(options) for path, options in found.options.items()}
    parts = [
        "# Completion of heygen for PowerShell. Made by: heygen completion powershell",
        "Register-ArgumentCompleter -Native -CommandName 'heygen' -ScriptBlock {",
        "    param($wordToComplete, $commandAst, $cursorPosition)",
        f"    $words = {_table(words)}",
        f"    $flags = {_table(flags)}",
        f"    $values = {_table(found.values)}",
        f"    $arguments = {_table(found.arguments)}",
        f"    $always = {_array(_flags(found.always))}",
        f"    $nests = {_array(found.nests)}",
    ]
    return "\n".join(parts) + _ENGINE.replace("@FILES@", FILES[0]).replace("@JSON@", JSON_FILES[0]).replace("@HELP@", HELP)


def quoted(text: str) -> str:
    """Return a word as PowerShell reads it literally; its typographic quotes end a string too."""
    for sign in "'\u2018\u2019\u201a\u201b":
        text = text.replace(sign, sign * 2)
    return f"'{text}'"


def _flags(options: Iterable[Option]) -> list[str]:
    return [f"{option.name}|{option.about}" for option in options]


def _array(words: Iterable[str]) -> str:
    return "@(" + ", ".join(map(quoted, words)) + ")"


def _table(rows: Mapping[str, Iterable[str]]) -> str:
    return "\n".join(["@{", *(f"        {quoted(key)} = {_array(words)}" for key, words in rows.items()), "    }"])
