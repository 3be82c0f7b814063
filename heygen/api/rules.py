"""Rules between the fields of an object (`allOf`, `oneOf`, `anyOf`, `not`, `if`): what breaks one, in words."""

from __future__ import annotations

from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterator, Sequence

    Schema = dict[str, Any]
    Fits = Callable[[Any, Schema], bool]

# What a part of `allOf` may have and be a rule; anything else makes it a schema of its own.
_KEYWORDS = {"oneOf", "anyOf", "not", "if", "then", "dependentRequired", "minProperties", "x-cli-order", "x-cli-most"}


class Name(str):
    """The name of a field in a text, to be told from the words around it."""


class Breach(Record):
    """A rule that an object breaks: the field that it is most about, and why, as a text in parts."""

    field: str
    parts: tuple[str, ...]
    allowed: tuple[Any, ...] = ()


def is_rule(schema: Schema) -> bool:
    """Tell whether a part of `allOf` says how fields go together, and nothing else."""
    return bool(schema) and set(schema) <= _KEYWORDS


def breaches(instance: dict[str, Any], schema: Schema, fits: Fits, wrong: set[str]) -> Iterator[Breach]:
    """Yield what an object breaks of a schema's own rules and of those in its `allOf`.

    `wrong` are the fields that have a problem of their own: a rule about one of them says nothing new.
    """
    named = ("not", "if", "then", "dependentRequired", "minProperties", "x-cli-order", "x-cli-most")
    own = {key: schema[key] for key in named if key in schema}
    for rule in (own, *filter(is_rule, schema.get("allOf", ()))):
        if not _fields(rule) & wrong:
            yield from _check(instance, rule, fits, schema)


def _check(instance: dict[str, Any], rule: Schema, fits: Fits, owner: Schema) -> Iterator[Breach]:
    if len(instance) < rule.get("minProperties", 0):
        names = list(owner.get("properties", ()))
        one = ("one of ",) if len(names) > 1 else ()
        yield Breach(field="", parts=("nothing to change: give ", *one, *_joined(names, " or ")))
    if "oneOf" in rule:
        yield from _one_of(instance, rule["oneOf"], fits)
    if "anyOf" in rule and not any(fits(instance, branch) for branch in rule["anyOf"]):
        names = [name for branch in rule["anyOf"] for name in branch["required"]]
        yield Breach(field=names[0], parts=("at least one of ", *_joined(names, " and "), " is needed"))
    if "not" in rule and fits(instance, rule["not"]):
        first, *others = _conditions(instance, rule["not"])
        end = (" cannot be combined with ", *_with_and(others)) if others else (" cannot be given here",)
        yield Breach(field=rule["not"]["required"][0], parts=(*first, *end))
    if "if" in rule and fits(instance, rule["if"]):
        yield from _then(instance, rule["if"], rule.get("then", {}), fits)
    for name, needed in rule.get("dependentRequired", {}).items():
        for other in needed if name in instance else ():
            if other not in instance:
                yield Breach(field=other, parts=(Name(other), " is needed with ", Name(name)))
    if "x-cli-order" in rule:
        before, after = rule["x-cli-order"]
        end_at = instance.get(after)
        if end_at is not None and end_at <= (instance.get(before) or 0):
            yield Breach(field=after, parts=(Name(after), " must come after ", Name(before)))
    if "x-cli-most" in rule:
        entries, inner, most = rule["x-cli-most"]
        lists = [entry.get(inner) for entry in instance.get(entries) or () if isinstance(entry, dict)]
        count = sum(len(each) for each in lists if isinstance(each, list))
        if count > most:
            yield Breach(field=entries, parts=(Name(entries), f" must have at most {most} {inner} in all, not {count}"))


def _one_of(instance: dict[str, Any], branches: Sequence[Schema], fits: Fits) -> Iterator[Breach]:
    names = [name for branch in branches for name in branch["required"]]
    given = [branch["required"][0] for branch in branches if fits(instance, branch)]
    if len(given) != 1:
        told = (*_joined(given, " and "), " were given") if given else ("none was given",)
        parts = ("exactly one of ", *_joined(names, " and "), " is needed; ", *told)
        yield Breach(field=given[-1] if given else names[0], parts=parts)


def _then(instance: dict[str, Any], condition: Schema, then: Schema, fits: Fits) -> Iterator[Breach]:
    cause = (" with ", *_with_and(_conditions(instance, condition)))
    for name, schema in then.get("properties", {}).items():
        value = instance.get(name)
        if name in then.get("required", ()):
            if value in (None, "") or not fits(value, schema):
                what = (Name(name), f" {schema['const']}") if "const" in schema else (Name(name),)
                yield Breach(field=name, parts=(*what, " is needed", *cause))
        elif name in instance and not fits(value, schema):
            allowed = schema.get("enum", ())
            parts = (Name(name), " must be ", " or ".join(map(str, allowed)), *cause, f", not {value}")
            yield Breach(field=name, parts=parts, allowed=tuple(allowed))
    if "oneOf" in then:
        for breach in _one_of(instance, then["oneOf"], fits):
            yield breach.replace(parts=(*breach.parts, *cause))


def _conditions(instance: Any, schema: Schema, above: str = "") -> list[tuple[str, ...]]:
    """Return what a schema asks of fields, one after another: a field's name, and its value where that is asked for."""
    found: list[tuple[str, ...]] = []
    for name in schema["required"]:
        asked = schema["properties"][name]
        if "required" in asked:
            found.extend(_conditions(instance[name], asked, f"{above}{name}."))
        elif "enum" in asked or isinstance(asked.get("const"), str):
            found.append((Name(above + name), f" {instance[name]}"))
        else:
            found.append((Name(above + name),))
    return found


def _fields(rule: Schema) -> set[str]:
    """Return the fields that a rule is about."""
    found = {*rule.get("properties", ()), *rule.get("required", ()), *rule.get("x-cli-order", ()), *rule.get("x-cli-most", ())[:1]}
    parts = [rule[key] for key in ("not", "if", "then") if key in rule]
    for part in (*parts, *rule.get("oneOf", ()), *rule.get("anyOf", ())):
        found |= _fields(part)
    return found


def _joined(names: Sequence[str], last: str) -> tuple[str, ...]:
    """Return field names as a sentence lists them: `a, b and c`."""
    return _list([(Name(name),) for name in names], last)


def _with_and(texts: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    return _list(texts, " and ")


def _list(texts: Sequence[tuple[str, ...]], last: str) -> tuple[str, ...]:
    parts: tuple[str, ...] = ()
    for index, text in enumerate(texts):
        link = () if index == 0 else (last,) if index == len(texts) - 1 else (", ",)
        parts += (*link, *text)
    return parts
