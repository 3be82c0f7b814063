"""What `--get` asks for: one field of a result, or several as columns separated by tabs."""

from __future__ import annotations

from heygen.api import path as paths
from heygen.core.errors import HeygenError, usage_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Sequence

    from heygen.api.answer import Shape
    from heygen.api.path import Step

_ESCAPES = str.maketrans({"\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\"})


class Selection:
    """The fields that `--get PATH[,PATH...]` names. Raises a usage error where a path cannot be read.

    `check` brings in what is known of the answer: the other names of the ID in it. `created`, once there is one, is the
    document that told of what a wait is about: a field that the finished resource has not may stand there.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.columns = [_parse(text, part) for part in _split(text)]
        self.others: Sequence[list[Step]] = ()
        self.created: Any = None
        lists = {paths.render(_list_of(steps)) for steps in self.columns} - {""}
        if len(lists) > 1:
            raise usage_error(
                f"--get {text}: {' and '.join(sorted(lists))} are lists of their own, and cannot be columns of one table",
                param="--get",
                hint="Ask for the fields of one list at a time",
            )

    def copy(self) -> Selection:
        """Return one that asks for the same, to be checked against another answer."""
        return Selection(self.text)

    @property
    def is_by_item(self) -> bool:
        """Whether everything that is asked for stands in the items of a list of the API."""
        return all(steps[:2] == ["data", None] for steps in self.columns)

    def check(self, shapes: Sequence[Shape], ids: Sequence[list[Step]], elsewhere: str | None = None) -> None:
        """Refuse a path that no answer of these shapes can have; `ids` are the names that the same ID has in them.

        Raises a usage error that lists the fields there are. `elsewhere` says under what condition a field is there
        that is not otherwise.
        """
        from heygen.api import answer

        self.others = ids
        for steps in self.columns:
            candidates = self._candidates(steps)
            if not any(answer.can_have(shape, each) for shape in shapes for each in candidates):
                raise self._unknown(steps, shapes, elsewhere)

    def _unknown(self, steps: list[Step], shapes: Sequence[Shape], elsewhere: str | None) -> HeygenError:
        from heygen.api import answer
        from heygen.core.suggest import listing

        count = next(n for n in range(len(steps), -1, -1) if any(answer.can_have(shape, steps[:n]) for shape in shapes))
        message = f"--get {paths.render(steps)}: the result has no {paths.render(steps[: count + 1])}"
        known = (each for each in self.others if each[-1] == steps[-1] and None not in each)
        meant = next(filter(None, (*known, *(answer.meant(shape, steps) for shape in shapes))), None)
        fields = list(dict.fromkeys(name for shape in shapes for name in answer.fields_at(shape, steps[:count])))
        if elsewhere:
            message += f"; {elsewhere}"
        elif meant:
            message += f"; did you mean {paths.render(meant)}?"
        if fields:
            message += f" ({paths.render(steps[:count]) or 'the result'} has: {listing(fields)})"
        changed = {"wait": "true"} if elsewhere else {"get": self._text_with(steps, meant)} if meant else {}
        hint_for = (lambda line: line.trying(changed)) if changed else None
        return usage_error(message, param="--get", hint="See all fields by leaving --get out", hint_for=hint_for)

    def _text_with(self, steps: list[Step], other: list[Step]) -> str:
        return ",".join(paths.render(other if each is steps else each) for each in self.columns)

    def _candidates(self, steps: list[Step]) -> list[list[Step]]:
        """Return a path, and the others that name the same ID."""
        if not any(_is_same(steps, each) for each in self.others):
            return [steps]
        index = next((step for step in steps if isinstance(step, int)), None)
        others = ([index if step is None and index is not None else step for step in each] for each in self.others)
        return [steps, *(each for each in others if each != steps)]

    def lines(self, document: Any, shown: Callable[[Any], str]) -> list[str]:
        """Return the lines to print; what is null has none, or an empty column. `shown` is how a value is printed.

        Raises HeygenError `cli_field_not_found` where a path leads nowhere.
        """
        found = [self._values(document, steps) for steps in self.columns]
        if len(found) == 1:
            return [shown(value) for value in found[0] if value is not None]
        # A field that stands once stands on every line.
        rows = max((len(values) for values, steps in zip(found, self.columns) if None in steps), default=1)
        columns = [values if None in steps else values * rows for values, steps in zip(found, self.columns)]
        return ["\t".join(_cell(value, shown) for value in row) for row in zip(*columns)]

    def _values(self, document: Any, steps: list[Step]) -> list[Any]:
        for each in self._candidates(steps):
            try:
                return paths.select(document, each, is_null_empty=True)
            except LookupError:
                continue
        try:
            return paths.select(self.created, steps)  # a field of the first answer alone
        except LookupError:
            raise _missing(document, steps) from None


def _missing(document: Any, steps: list[Step]) -> HeygenError:
    """Return the error for a path that leads nowhere in a document: it lists the fields that are there."""
    from heygen.core.suggest import listing

    count = next(n for n in range(len(steps), -1, -1) if _leads_somewhere(document, steps[:n]))
    owner = paths.select(document, steps[:count])
    names = list(dict.fromkeys(name for each in owner if isinstance(each, dict) for name in each))
    message = f"the result has no {paths.render(steps[: count + 1])}"
    if names:
        message += f"; {paths.render(steps[:count]) or 'it'} has: {listing(names)}"
    return HeygenError("cli_field_not_found", message, param="--get", hint="See all fields by leaving --get out")


def _leads_somewhere(document: Any, steps: list[Step]) -> bool:
    try:
        paths.select(document, steps)
    except LookupError:
        return False
    return True


def _split(text: str) -> list[str]:
    """Split at the commas that stand outside of brackets."""
    parts, depth = [""], 0
    for sign in text:
        depth += (sign == "[") - (sign == "]")
        if sign == "," and depth <= 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [part.strip() for part in parts]


def _parse(text: str, part: str) -> list[Step]:
    try:
        return paths.parse(part)
    except paths.PathSyntaxError as error:
        column = error.column + text.index(part)
        raise usage_error(f"--get {text}: {error} at column {column}", param="--get") from error


def _list_of(steps: list[Step]) -> list[Step]:
    """Return the part of a path up to its last `[]`."""
    return steps[: max((at + 1 for at, step in enumerate(steps) if step is None), default=0)]


def _is_same(steps: list[Step], other: list[Step]) -> bool:
    """Tell whether two paths name the same field, of one item or of all."""
    return len(steps) == len(other) and all(
        one == two or (two is None and isinstance(one, int)) for one, two in zip(steps, other)
    )


def _cell(value: Any, shown: Callable[[Any], str]) -> str:
    if value is None:
        return ""
    return shown(value.translate(_ESCAPES) if isinstance(value, str) else value)
