"""Field paths as `--get` and `--set` write them: `data.video_url`, `scenes[0].script`, `data[].id`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Union

    Step = Union[str, int, None]  # a key, an index, or None for `[]`: every item, or one more


class PathSyntaxError(ValueError):
    """A field path that cannot be read; `column` counts from 1."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column


def parse(text: str) -> list[Step]:
    """Return the steps of a field path; a key with dots or brackets is written `["a.b"]`.

    Raises PathSyntaxError.
    """
    steps: list[Step] = []
    at = 0
    if not text:
        raise PathSyntaxError("the path is empty", 1)
    while at < len(text):
        if text[at] == "[":
            step, at = _bracket(text, at)
        else:
            if text[at] == ".":
                if at == 0:
                    at += 1  # `.data.id`, as jq writes it
                elif at + 1 < len(text) and text[at + 1] == "[":
                    at += 1
                    continue
                else:
                    at += 1
            elif steps:
                raise PathSyntaxError("expected . or [", at + 1)
            end = at
            while end < len(text) and text[end] not in ".[":
                end += 1
            if end == at:
                raise PathSyntaxError("a field name is missing", at + 1)
            step, at = text[at:end], end
        steps.append(step)
    return steps


def _bracket(text: str, at: int) -> tuple[Step, int]:
    if text[at + 1 : at + 2] in ("'", '"'):
        quote = text[at + 1]
        end = text.find(quote + "]", at + 2)
        if end < 0:
            raise PathSyntaxError(f"{quote}] is missing", len(text) + 1)
        return text[at + 2 : end], end + 2
    end = text.find("]", at)
    if end < 0:
        raise PathSyntaxError("] is missing", len(text) + 1)
    inside = text[at + 1 : end]
    if inside in ("", "*"):
        return None, end + 1
    digits = inside[1:] if inside.startswith("-") else inside
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 9:
        raise PathSyntaxError(f"[{inside}] is not an index", at + 2)
    return int(inside), end + 1


def render(steps: list[Step]) -> str:
    """Return the text of a path, the inverse of parse."""
    text = ""
    for step in steps:
        if step is None:
            text += "[]"
        elif isinstance(step, int):
            text += f"[{step}]"
        elif step == "" or any(sign in step for sign in ".[]"):
            text += f'["{step}"]'
        else:
            text += f".{step}" if text else step
    return text


def select(document: Any, steps: list[Step]) -> list[Any]:
    """Return the values that a path names: one, or one per item where it has a `[]`.

    Raises LookupError with the part of the path that leads nowhere.
    """
    found = [document]
    for count, step in enumerate(steps, 1):
        following: list[Any] = []
        for value in found:
            if step is None and isinstance(value, list):
                following.extend(value)
            elif isinstance(step, int) and isinstance(value, list) and -len(value) <= step < len(value):
                following.append(value[step])
            elif isinstance(step, str) and isinstance(value, dict) and step in value:
                following.append(value[step])
            else:
                raise LookupError(render(steps[:count]))
        found = following
    return found


def value_at(document: Any, path: str) -> Any:
    """Return the first value that a path names in a document, or None where it leads nowhere."""
    try:
        return select(document, parse(path))[0]
    except LookupError:
        return None


def assign(document: dict[str, Any], steps: list[Step], value: Any) -> None:
    """Set the field that a path names, creating objects and lists on the way; `[]` and the index just
    past the end append.

    Raises ValueError, worded for the user, where the path contradicts what is there.
    """
    target: Any = document
    for count, step in enumerate(steps):
        is_last = count == len(steps) - 1
        here = render(steps[:count]) or "the body"
        if isinstance(step, str):
            if not isinstance(target, dict):
                raise ValueError(f"{here} is {_kind(target)}, so it has no field {step!r}")
            if is_last:
                target[step] = value
            elif not isinstance(target.get(step), (dict, list)):
                if target.get(step) is not None:
                    raise ValueError(f"{render(steps[: count + 1])} is {_kind(target[step])}, not an object or a list")
                target[step] = _container(steps[count + 1])
        else:
            if not isinstance(target, list):
                raise ValueError(f"{here} is {_kind(target)}, not a list")
            index = len(target) if step is None else step
            if index < 0:
                index += len(target)
            if not 0 <= index <= len(target):
                raise ValueError(f"{here} has {len(target)} items, so there is no index {step} to set")
            if index == len(target):
                target.append(value if is_last else _container(steps[count + 1]))
            elif is_last:
                target[index] = value
            step = index
        if not is_last:
            target = target[step]


def _container(following: Step) -> Any:
    return {} if isinstance(following, str) else []


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "null"
    return f"the value {value!r}" if isinstance(value, str) else f"the value {str(value).lower()}"
