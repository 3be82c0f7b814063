"""From a record of the file to the call that it asks for: the operation, its values and its body, all checked."""

from __future__ import annotations

import json
from hashlib import blake2b

from heygen.api import body as bodies, operations, path as paths
from heygen.api.fields import flag_name
from heygen.api.remarks import remarks
from heygen.batch.template import Pattern, no_column
from heygen.calls.request import call_of, repeat_is_safe
from heygen.core.errors import HeygenError
from heygen.core.record import Record
from heygen.core.suggest import closest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    from heygen.api.operations import Operation
    from heygen.api.remarks import Remark
    from heygen.api.validation import Problem
    from heygen.batch.job_file import Job
    from heygen.batch.template import Template
    from heygen.http.client import Call

LONGEST_ID = 1024  # characters
_BEGINNINGS = tuple("-0123456789[{")  # of numbers, lists and objects in JSON


class Row(Record):
    """One row, ready to be sent. `digest` is that of its ID, `request_digest` that of what it asks for."""

    id: str
    line: int
    operation: Operation
    values: dict[str, Any]
    content: dict[str, Any] | None
    columns: dict[str, Any]
    digest: int
    request_digest: int
    has_own_id: bool

    @property
    def command(self) -> str:
        """The words of its command."""
        return " ".join(self.operation.words)

    def call(self, key: str) -> Call:
        """Return its call, with a key that makes a repeat safe where the API honours one."""
        content, kind = self.content, self.operation.idempotency or ""
        if kind.startswith("body:") and content is not None and not content.get(kind[len("body:") :]):
            content = {**content, kind[len("body:") :]: key}
        call = call_of(self.operation, self.values, content, key if self.operation.method == "POST" else None)
        return call.replace(repeat_is_safe=call.repeat_is_safe or call.method == "PUT")

    @property
    def repeat_is_safe(self) -> bool:
        """Whether the API keeps a repeat from doing the work twice."""
        kind = self.operation.idempotency or ""
        return kind.startswith("body:") or self.operation.method == "PUT" or repeat_is_safe(self.operation, self.content)


class Refused(Exception):
    """A row that cannot be sent: its problems, each with the field that it is about, if it is about one."""

    def __init__(self, *problems: tuple[str, str]) -> None:
        super().__init__("; ".join(text for _, text in problems))
        self.problems = problems


class RowMaker:
    """Makes rows of jobs; `command` and `template` are those of the command line, for rows that have none."""

    def __init__(self, command: str | None, template: Template | None, is_checked: bool = True) -> None:
        self.command = command
        self.template = template
        self.is_checked = is_checked
        self._commands: dict[str, _Command] = {}
        self._default = _Command(command, "--command") if command else None  # a wrong one is no row's mistake

    def make(self, job: Job, is_known: bool = False) -> Row:
        """Return the row of a job; one that `is_known` has been checked before. Raises Refused."""
        if job.id is not None and len(job.id) > LONGEST_ID:
            raise Refused(("id", f"id must have at most {LONGEST_ID} characters, not {len(job.id)}"))
        command = self._command(job)
        operation = command.operation
        values = self._values(command, job)
        content, found = self._content(job, operation, self.is_checked and not is_known)
        if found:
            raise Refused(*((problem.path, problem.text()) for problem in found))
        # Sorted: the order of fields changes nothing of what is asked for.
        text = json.dumps([operation.method, operation.path, values, content], sort_keys=True)
        asked_for = digest(text)
        id = job.id or f"row-{asked_for:016x}"
        return Row(
            id=id,
            line=job.line,
            operation=operation,
            values=values,
            content=content,
            columns=job.columns,
            digest=digest(id),
            request_digest=asked_for,
            has_own_id=job.id is not None,
        )

    def remarks(self, row: Row) -> Iterator[Remark]:
        """Yield what is worth a warning in a row."""
        operation = row.operation
        if self.is_checked and operation.body_schema:
            yield from remarks(row.content, operation.body_schema, operation.document)

    def _command(self, job: Job) -> _Command:
        text = job.command
        if text is None:
            if self._default is None:
                raise Refused(("command", 'has no command, such as "command": "video create"'))
            return self._default
        if text not in self._commands:
            try:
                self._commands[text] = _Command(text, "command")
            except HeygenError as error:
                raise Refused(("command", error.message)) from error
            if len(self._commands) > 1000:  # each row may name another template
                del self._commands[next(iter(self._commands))]
        return self._commands[text]

    def _values(self, command: _Command, job: Job) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, pattern in command.arguments.items():
            try:
                values[name] = pattern.fill(job.columns)
            except KeyError as error:
                raise Refused(("command", no_column(error.args[0], list(job.columns), "command").message)) from None
        for given, value in (job.arguments or {}).items():
            name = command.parameters.get(given) or command.parameters.get(flag_name(given))
            if name is None:
                near = closest(given, list(command.parameters))
                guess = f"; did you mean {near}?" if near else ""
                raise Refused(("arguments", f"{command.text} takes no argument {given}{guess}"))
            values[name] = value
        for name in command.needed:
            if values.get(name) in (None, "") or not isinstance(values[name], (str, int)) or values[name] in (".", ".."):
                raise Refused(("arguments", f"{command.text} needs <{flag_name(name)}>"))
        return values

    def _content(self, job: Job, operation: Operation, is_checked: bool) -> tuple[dict[str, Any] | None, list[Problem]]:
        """Return the body of a job, and what is wrong with it, if that is to be known."""
        content = self._body(job, operation)
        if self.template is not None and self.template.has_whole_values and content is not None:
            found = bodies.problems(operation, content)
            if not _give_types(content, found):
                return content, found if is_checked else []
        return content, bodies.problems(operation, content) if is_checked else []

    def _body(self, job: Job, operation: Operation) -> dict[str, Any] | None:
        content = job.data
        if content is not None and not isinstance(content, dict):
            raise Refused(("data", "data must be an object"))
        if self.template is None:
            return {} if content is None and operation.body_is_required else content
        if content is not None:
            raise Refused(("data", "data and --template cannot go together"))
        try:
            return self.template.fill(job.columns)
        except KeyError as error:
            raise Refused(("", no_column(error.args[0], list(job.columns), self.template.source).message)) from None


def _give_types(content: dict[str, Any], found: list[Problem]) -> bool:
    """Give values that stand for a whole field the type that the schema wants there, since a table has texts alone.

    Returns whether any was changed.
    """
    is_changed = False
    for problem in found:
        if problem.kind == "type" and problem.path and "string" not in problem.wanted:
            text = paths.value_at(content, problem.path)
            text = text.strip() if isinstance(text, str) else ""
            if text[:1] in _BEGINNINGS or text in ("true", "false", "null"):
                try:
                    value = bodies.strict_json(text)
                except (ValueError, RecursionError):
                    continue
                paths.assign(content, paths.parse(problem.path), value)
                is_changed = True
    return is_changed


class _Command:
    """The words of a command with the values of its positionals, as a row or `--command` gives them."""

    def __init__(self, text: str, source: str) -> None:
        from shlex import split

        try:
            words = split(text)
        except ValueError as error:
            raise _unusable(source, f'"{text}" cannot be read: {error}') from error
        if words[:1] == ["heygen"]:
            del words[0]
        self.operation, rest = _operation(words, source)
        self.text = " ".join(self.operation.words)
        takes = [each for each in self.operation.parameters if each.location == "path"]
        for word in rest:
            if word.startswith("-"):
                raise _unusable(source, f"{word} is a flag; what a row sends stands in its data or in the template")
            if word.startswith("<") and word.endswith(">"):
                raise _unusable(source, f"{word} stands for a value; give the value itself")
        if len(rest) > len(takes):
            raise _unusable(source, f"{self.text} takes {len(takes) or 'no'} argument{'s' * (len(takes) != 1)}, not {len(rest)}")
        self.arguments = {each.name: Pattern(word, source) for each, word in zip(takes, rest)}
        self.needed = [each.name for each in self.operation.parameters if each.location == "path" or each.is_required]
        self.parameters = {name: each.name for each in self.operation.parameters for name in (each.name, flag_name(each.name))}


def _operation(words: list[str], source: str) -> tuple[Operation, list[str]]:
    """Return the operation that the longest beginning of the words names, and the words after it."""
    for length in range(len(words), 0, -1):
        operation = operations.find_by_words(tuple(words[:length]))
        if operation is not None:
            name = " ".join(words[:length])
            if operation.method in ("GET", "HEAD"):
                raise _unusable(source, f"{name} makes nothing; a batch is for commands that create or change something")
            if operation.is_destructive:
                raise _unusable(source, f"{name} deletes, which a batch does not do")
            if operation.is_multipart:
                raise _unusable(source, f"{name} sends a file; upload it with: heygen asset upload FILE")
            return operation, words[length:]
    raise _unusable(source, f'"{" ".join(words)}" is no command of the API; see them all with: heygen help --all')


def _unusable(source: str, why: str) -> HeygenError:
    return HeygenError("usage_error", f"{source}: {why}", param="--command")


def digest(id: str) -> int:
    """Return what stands for an ID where many are kept, and what decides its shard: 64 bits of a hash."""
    return int.from_bytes(blake2b(id.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")
