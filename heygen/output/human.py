"""Results and errors as people read them: tables for lists, labels for objects, sentences for errors."""

from __future__ import annotations

from heygen.output import cells, values
from heygen.output.outline import items, one_line, outline
from heygen.output.table import table
from heygen.output.wrap import NO_BREAK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Mapping

    from heygen.core.errors import HeygenError
    from heygen.output.terminal import Terminal

_COMMAND = "heygen "
_PAGING = ("has_more", "next_token")


def render(
    document: Any,
    columns: Mapping[str, str] | None,
    terminal: Terminal,
    next_page: Callable[[str], str | None] | None = None,
) -> str:
    """Return a result as text with a newline at its end.

    `columns` maps the headers of a list to field paths; `next_page` turns a cursor into the command to run next.
    """
    if document is None or document == {}:
        return "Done.\n"
    data, rest = document, {}
    if isinstance(document, dict) and "data" in document:
        data, rest = document["data"], {name: value for name, value in document.items() if name != "data"}
    found, data, rest = _next_page(data, rest, next_page)
    body = _body(data, columns, terminal) if data is not None or not rest else []
    if rest:
        body += [*([""] if body else []), *outline(rest, terminal)]
    if found:
        body += ["", f"Next page: {terminal.paint(cells.escape(found), 'bold')}"]
    return "".join(f"{line}\n" for line in body)


def _next_page(
    data: Any, rest: dict[str, Any], next_page: Callable[[str], str | None] | None
) -> tuple[str | None, Any, dict[str, Any]]:
    """Return the command that shows the next page, if there is one, and both parts without the fields that it replaces."""
    is_in_data = "has_more" not in rest and isinstance(data, dict) and "has_more" in data
    paging = data if is_in_data else rest
    token = paging.get("next_token")
    has_more = bool(paging.get("has_more"))
    command = next_page(token) if next_page and has_more and isinstance(token, str) and token else None
    if has_more and not command:
        return None, data, rest  # the cursor is all there is to go on with
    others = {name: value for name, value in paging.items() if name not in _PAGING}
    return (command, others, rest) if is_in_data else (command, data, others)


def _body(data: Any, columns: Mapping[str, str] | None, terminal: Terminal) -> list[str]:
    if isinstance(data, dict) and len(data) == 1:
        (only,) = data.values()
        if isinstance(only, list) and only and len({isinstance(row, (dict, list)) for row in only}) == 1:
            data = only  # a list in a wrapping of its own
    if isinstance(data, dict):
        found = _rows(data.get("items"), columns, terminal)
        if not found:
            return outline(data, terminal)
        return [*outline({name: value for name, value in data.items() if name != "items"}, terminal), "", *found]
    if not isinstance(data, list):
        return _scalar(data, terminal)
    if not data:
        return ["No results."]
    rows = _rows(data, columns, terminal)
    if rows:
        return rows
    if any(isinstance(row, (dict, list)) for row in data):
        return items(data, terminal)
    return [part for row in data for part in _scalar(row, terminal)]


def _rows(data: Any, columns: Mapping[str, str] | None, terminal: Terminal) -> list[str]:
    """Return the lines of a list of objects; none for anything else."""
    if not isinstance(data, list) or not data or not all(isinstance(row, dict) and row for row in data):
        return []
    return table(data, columns, terminal) or items(data, terminal)


def _scalar(value: Any, terminal: Terminal) -> list[str]:
    text = one_line("", value, terminal)
    return cells.wrap(text, terminal.width) if terminal.is_terminal else [text]


def render_error(error: HeygenError, terminal: Terminal, usage: str | None = None) -> str:
    """Return an error as text with a newline at its end; `usage` is the line that a wrong command line is shown."""
    found = _sentence("Error:", cells.escape(error.message), terminal, ("bold", "red"))
    if error.param and error.param not in error.message:
        found += _sentence("Field:", cells.escape(error.param), terminal)
    if usage and error.code == "usage_error" and usage not in (error.hint or ""):
        found += _sentence("Usage:", usage, terminal)
    if error.hint:
        found += _sentence("Hint:", cells.escape(error.hint), terminal)
    for name, value in {**error.details, "doc_url": error.doc_url, "request_id": error.request_id}.items():
        if value is not None and name != "details":  # for programs: the message has them all
            found.append(terminal.paint(f"{values.label(name)}: {one_line(name, value, terminal)}", "dim"))
    return "".join(f"{line}\n" for line in found)


def render_message(kind: str, message: str, hint: str | None, terminal: Terminal) -> str:
    """Return a `warning` or a `notice` as text with a newline at its end."""
    if kind == "warning":
        found = _sentence("Warning:", cells.escape(message), terminal, ("bold", "yellow"))
    else:
        found = cells.wrap(cells.escape(message), terminal.width) if terminal.is_terminal else [cells.escape(message)]
    if hint:
        found += _sentence("Hint:", cells.escape(hint), terminal)
    return "".join(f"{line}\n" for line in found)


def render_brief(document: Any, terminal: Terminal) -> str:
    """Return one line about a resource, with a newline at its end: title, status, age. Empty where it says nothing of them."""
    data = document.get("data") if isinstance(document, dict) else None
    data = data if isinstance(data, dict) else {}
    known = {name: data.get(name) for name in ("title", "name", "status", "created_at")}
    kinds = {name: values.kind(name, value) for name, value in known.items()}
    found = [cells.escape(known[name]) for name in ("title", "name") if kinds[name] == values.TEXT][:1]
    if kinds["status"] == values.STATUS:
        found.append(terminal.paint(cells.escape(known["status"]), *values.styles("status", known["status"])))
    if kinds["created_at"] == values.TIME:
        found.append(f"created {values.ago(known['created_at'], terminal.context)}")
    return f"{terminal.symbol('separator').join(found)}\n" if found else ""


def render_next(what: str, commands: str, terminal: Terminal) -> str:
    """Return what to do next, with a newline at its end: a word on it, and the commands."""
    return f"{what}: {terminal.paint(cells.escape(commands), 'bold')}\n"


def _sentence(head: str, text: str, terminal: Terminal, styles: tuple[str, ...] = ("bold",)) -> list[str]:
    """Return a sentence after its head, its further lines indented; the commands in a hint stand out."""
    indent = len(head) + 1
    room = max(terminal.width - indent, 20) if terminal.is_terminal else 1 << 30
    if head == "Hint:":
        text = _with_whole_commands(text)
    parts = [_painted(part, terminal) if head == "Hint:" else part for part in cells.wrap(text, room)]
    return [
        (" " * indent if index else terminal.paint(head, *styles) + " ") + part for index, part in enumerate(parts)
    ]


def _with_whole_commands(text: str) -> str:
    """Return a hint whose commands, from `heygen ` to the end of the clause, are not broken over lines."""
    found, rest = "", text.replace(NO_BREAK, " ")
    while _COMMAND in rest:
        before, _, rest = rest.partition(_COMMAND)
        ends = [at for at in map(rest.find, ("; ", ", ", "`")) if at >= 0]
        end = min(ends, default=len(rest))
        found += before + (_COMMAND + rest[:end]).replace(" ", NO_BREAK)
        rest = rest[end:]
    return found + rest


def _painted(part: str, terminal: Terminal) -> str:
    words = part.split(" ")
    for index, word in enumerate(words):
        if NO_BREAK in word:
            start = word.index(_COMMAND.replace(" ", NO_BREAK))
            end = len(word.rstrip(";,`"))
            command = word[start:end].replace(NO_BREAK, " ")
            words[index] = word[:start] + terminal.paint(command, "bold") + word[end:]
    return " ".join(words)
