"""The catalogue of tools: one for each operation of the API that is chosen, and three that do what needs several calls."""

from __future__ import annotations

from heygen.api import documents, operations
from heygen.calls.assets import KINDS
from heygen.core.errors import usage_error
from heygen.core.record import Record
from heygen.core.suggest import closest
from heygen.mcp.tool_schema import ERROR, InputSchema, output_schema, shortened
from heygen.mcp.wording import Wording, resource_name, tool_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, Sequence

    from heygen.api.operations import Operation

# What making videos needs from day to day: a hundred schemas would fill a model's context before it has begun.
EVERYDAY = (
    "video-agent create", "video-agent get", "video-agent send",
    "video create", "video get", "video list",
    "video-translate create", "video-translate get", "video-translate languages list",
    "lipsync create", "lipsync get",
    "avatar looks list",
    "model audio voices list", "model audio tts create",
    "template list", "template get", "template generate",
    "user me get",
)  # fmt: skip
WAIT, DOWNLOAD, UPLOAD = "wait", "download", "upload"
_LONGEST_DESCRIPTION = 400  # characters

_KEY = {"type": "string", "description": "Makes a repeated call safe: in 24 hours the API does the work of one key once."}
_WAIT = {"type": "boolean", "default": True, "description": "false: answer at once, do not wait until it has finished."}


class Choice(Record):
    """Which tools there are to be: groups, names of tools, `everyday` or `all`."""

    names: tuple[str, ...] = ("everyday",)
    is_read_only: bool = False
    allows_deleting: bool = False


class Tool(Record):
    """A tool. `operation` is None for the three that are ours."""

    name: str
    operation: Operation | None = None

    @property
    def is_waitable(self) -> bool:
        """Whether it starts a job that can be waited for."""
        return self.operation is not None and self.operation.wait is not None and self.operation.method != "GET"

    @property
    def takes_key(self) -> bool:
        """Whether the API heeds an idempotency key."""
        return self.operation is not None and self.operation.method == "POST" and self.operation.idempotency in ("header", "natural")


class Catalogue:
    """The tools that were chosen, in the order of the documents; what is listed of each is made when it is asked for."""

    def __init__(self, choice: Choice) -> None:
        """Raises a usage error for a name that is neither a group nor a tool."""
        self.choice = choice
        self.refused: set[str] = set()  # the names of what would be there, but deletes
        self.tools: dict[str, Tool] = {each.name: each for each in self._chosen()}
        makers = [each.operation for each in self.tools.values() if each.is_waitable]
        self.resources: tuple[str, ...] = tuple(dict.fromkeys(_kinds(makers)))
        self.downloads = tuple(kind.get_command[0] for kind in KINDS)
        if self.resources or "asset" in choice.names:
            ours = (WAIT,) if choice.is_read_only else (WAIT, DOWNLOAD, UPLOAD)
            self.tools.update({name: Tool(name=name) for name in ours if name != WAIT or self.resources})
        self.wording = Wording(self.tools)
        self._listed: dict[tuple[str, bool], dict[str, Any]] = {}
        self._outputs: dict[str, dict[str, Any]] = {}

    def _chosen(self) -> Iterator[Tool]:
        wanted = set(self.choice.names)
        unknown = wanted - {"everyday", "all", *documents.groups()}
        every = [each for group in documents.groups() for each in operations.operations(group) if not each.is_hidden]
        names = {tool_name(each) for each in every}
        if unknown - names:
            name = sorted(unknown - names)[0]
            near = closest(name, ["everyday", "all", *documents.groups(), *names])
            hint = f"The groups are: {', '.join(documents.groups())}; everyday is the default, and all has everything"
            guess = f"; did you mean {near}?" if near else ""
            raise usage_error(f'--tools: there is no group "{name}"{guess}', param="--tools", hint=hint)
        for operation in every:
            name = tool_name(operation)
            is_everyday = "everyday" in wanted and " ".join(operation.words) in EVERYDAY
            if not (is_everyday or wanted & {"all", operation.group, name}):
                continue
            if self.choice.is_read_only and operation.method != "GET":
                continue
            if operation.is_destructive and not self.choice.allows_deleting:
                self.refused.add(name)
                continue
            yield Tool(name=name, operation=operation)

    def listed(self, name: str, is_modern: bool) -> dict[str, Any]:
        """Return a tool as tools/list has it."""
        key = (name, is_modern)
        if key not in self._listed:
            tool = self.tools[name]
            described = self._operation(tool, is_modern) if tool.operation is not None else self._ours(name)
            self._listed[key] = {"name": name, **described, "outputSchema": self.output_schema(name)}
        return self._listed[key]

    def _operation(self, tool: Tool, is_modern: bool) -> dict[str, Any]:
        operation = tool.operation
        extra: dict[str, Any] = {"wait": _WAIT} if tool.is_waitable else {}
        if tool.takes_key:
            extra["idempotency_key"] = _KEY
        made = InputSchema(operation, self.wording.of, extra)
        description = operation.description or operation.summary
        if operation.is_deprecated:
            instead = ("_".join(operation.replaced_by).replace("-", "_")) if operation.replaced_by else None
            description = f"Deprecated{f'; use {instead}' if instead else ''}. {description}"
        return {
            "title": operation.summary,
            "description": self.wording.of(shortened(description, _LONGEST_DESCRIPTION)),
            "inputSchema": {**made.schema, **made.conditions} if is_modern else made.schema,
            "annotations": _annotations(operation),
        }

    def _ours(self, name: str) -> dict[str, Any]:
        text = {"type": "string"}
        if name == WAIT:
            title, told = "Wait for a job", "Wait until a job has finished, and return what it made. Safe to repeat."
            properties: dict[str, Any] = {
                "resource": {"enum": list(self.resources), "description": "What it is."},
                "id": {"type": "string", "description": "Its ID, from the tool that started it."},
            }
            return _described(title, told, properties, ["resource", "id"], {"readOnlyHint": True})
        if name == DOWNLOAD:
            files = "; ".join(f"{kind.get_command[0]}: {', '.join(kind.assets)}" for kind in KINDS)
            properties = {
                "resource": {"enum": list(self.downloads), "description": "What it is."},
                "id": {"type": "string", "description": "Its ID."},
                "asset": {"type": "string", "default": "video", "description": f"Which file. {files}."},
                "output_path": {"type": "string", "description": "Absolute path of a file or folder; default: the current folder."},
                "force": {"type": "boolean", "default": False, "description": "Overwrite an existing file."},
            }
            told = "Save a file of a finished resource on this computer, and return its path."
            return _described("Download a file", told, properties, ["resource", "id"], {"destructiveHint": False})
        properties = {"path": {**text, "description": "Absolute path of the file."}, "idempotency_key": _KEY}
        told = "Upload a file from this computer, of any size, and return its asset_id, for fields that take an asset."
        return _described("Upload a file", told, properties, ["path"], {"destructiveHint": False})

    def output_schema(self, name: str) -> dict[str, Any]:
        """Return the schema of a tool's structured content."""
        if name not in self._outputs:
            operation = self.tools[name].operation
            if operation is None:
                made = _OUTPUTS[name]
            else:
                plan = operation.wait if self.tools[name].is_waitable else None
                made = output_schema(operation, operations.find_by_words(plan.follow_up) if plan else None)
            self._outputs[name] = made
        return self._outputs[name]


def _kinds(makers: Sequence[Operation]) -> Iterator[str]:
    """Yield what the jobs of operations make, as `wait` names it; a session comes before its video."""
    for each in makers:
        if each.wait.instead:
            yield resource_name(each.wait.instead)
        yield resource_name(each.wait.follow_up)


def _annotations(operation: Operation) -> dict[str, bool]:
    if operation.method == "GET":
        return {"readOnlyHint": True}
    is_idempotent = operation.method != "POST" or operation.idempotency == "natural"
    return {"destructiveHint": operation.method != "POST", "idempotentHint": is_idempotent}


def _described(title: str, text: str, properties: dict[str, Any], required: list[str], hints: dict[str, bool]) -> dict[str, Any]:
    return {
        "title": title,
        "description": text,
        "inputSchema": {"type": "object", "properties": properties, "required": required},
        "annotations": hints,
    }


def _saying(*names: str) -> dict[str, Any]:
    return {"type": "object", "properties": {**{name: {"type": "string"} for name in names}, "error": ERROR}}


ANY_OUTPUT: dict[str, Any] = {"type": "object", "properties": {"data": {}, "error": ERROR}}
_OUTPUTS = {
    WAIT: ANY_OUTPUT,
    DOWNLOAD: _saying("asset", "message", "path"),
    UPLOAD: {"type": "object", "properties": {"data": {"type": "object"}, "error": ERROR}},
}
