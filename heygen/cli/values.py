"""From the text of a flag on the command line to its typed value."""

from __future__ import annotations

from heygen.cli.command import value_name
from heygen.core.errors import HeygenError, usage_error
from heygen.core.suggest import closest, listing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

    from heygen.cli.command import Flag

TRUE = ("true", "1", "t")
FALSE = ("false", "0", "f")


def items(text: str) -> list[str]:
    """Split at commas, but for those in double quotes or in parentheses: `Chinese (Mandarin, Simplified)` is one."""
    found, item, depth, is_quoted = [], "", 0, False
    for sign in text:
        if sign == '"':
            is_quoted = not is_quoted
        elif sign == "," and not is_quoted and depth <= 0:
            found.append(item)
            item = ""
        else:
            depth += (sign == "(") - (sign == ")")
            item += sign
    return [each.strip() for each in (*found, item) if each.strip()]


def typed(flag: Flag, text: str) -> Any:
    """Return one value of a flag. Raises a usage error that names the flag and what it allows."""
    name = f"--{flag.name}"
    if flag.type == "boolean":
        if text.lower() in (*TRUE, *FALSE):
            return text.lower() in TRUE
        shown = "what was given" if flag.is_secret else f'"{text}"'
        raise usage_error(f"{name} must be true or false, not {shown}", param=name)
    if flag.type == "duration":
        from heygen.core import duration

        try:
            return duration.parse(text)
        except ValueError as error:
            raise usage_error(f"{name} {error}", param=name) from error
    if flag.type == "integer":
        if not _is_integer(text):
            raise usage_error(f'{name} must be an integer, not "{text}"', param=name)
        return _within(flag, int(text), text)
    if flag.type == "number":
        if not is_number(text):
            raise usage_error(f'{name} must be a number, not "{text}"', param=name)
        return _within(flag, int(text) if _is_integer(text) else float(text), text)
    if flag.pattern:
        import re

        if not re.fullmatch(flag.pattern, text):
            raise usage_error(f"{name} takes {value_name(flag)} alone", param=name)
    return text.upper() if flag.is_upper else text


def _within(flag: Flag, value: float, text: str) -> float:
    low, high = (None, None) if flag.is_of_body else (flag.minimum, flag.maximum)
    if (low is not None and value < low) or (high is not None and value > high):
        from heygen.api.validation import bounds

        limits = bounds({"minimum": low, "maximum": high})
        raise usage_error(f"--{flag.name} must be {limits}, not {text}", param=f"--{flag.name}")
    return value


def not_among(written: str, value: Any, allowed: Sequence[Any], param: str) -> HeygenError:
    """Return the error for a value that is none of the allowed ones; it suggests the nearest."""
    near = closest(str(value), [str(each) for each in allowed])
    suggestion = f"; did you mean {near}?" if near else ""
    return usage_error(f'{written} must be one of: {listing(allowed)}; not "{value}"{suggestion}', param=param)


def _is_integer(text: str) -> bool:
    digits = text[1:] if text[:1] in ("-", "+") else text
    return digits.isascii() and digits.isdigit() and len(digits) <= 18


def is_number(text: str) -> bool:
    """Tell whether a text is a finite decimal number."""
    if not text.isascii() or any(sign not in "0123456789.+-eE" for sign in text):
        return False
    try:
        return abs(float(text)) != float("inf")
    except ValueError:
        return False
