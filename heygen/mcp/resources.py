"""Resources: the help topics, each as a text, and the whole schema of each operation, by a template."""

from __future__ import annotations

from urllib.parse import unquote

from heygen.api import documents, operations, schema as schemas
from heygen.core.record import Record
from heygen.mcp import legacy
from heygen.mcp.messages import INVALID_PARAMS, ProtocolError, text_param
from heygen.mcp.wording import tool_name
from heygen.output.printer import compact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterator, Mapping

    from heygen.api.operations import Operation
    from heygen.mcp.request import Request

TOPICS = "heygen://help/"
SCHEMAS = "heygen://schema/"
TEMPLATE = SCHEMAS + "{tool}"


class Topic(Record):
    """A help topic: its summary, and a function that returns its text."""

    summary: str
    text: Callable[[], str]


class Resources:
    """What can be read here."""

    def __init__(self, topics: Mapping[str, Topic]) -> None:
        self.topics = topics

    def listed(self) -> list[dict[str, Any]]:
        """Return the resources as resources/list has them."""
        return [
            {"uri": TOPICS + name, "name": name, "title": topic.summary, "mimeType": "text/plain"}
            for name, topic in self.topics.items()
        ]

    @staticmethod
    def templates() -> list[dict[str, Any]]:
        """Return the templates as resources/templates/list has them."""
        text = "The complete JSON Schemas of what a tool of the API takes (request) and returns (response), with every description."
        described = {"title": "Schema of an operation", "description": text, "mimeType": "application/json"}
        return [{"uriTemplate": TEMPLATE, "name": "schema", **described}]

    def read(self, asked: Request) -> list[dict[str, Any]]:
        """Return the contents that resources/read asks for. Raises ProtocolError."""
        uri = text_param(asked.params, "uri")
        topic = self.topics.get(uri[len(TOPICS) :]) if uri.startswith(TOPICS) else None
        if topic is not None:
            return [{"uri": uri, "mimeType": "text/plain", "text": topic.text()}]
        found = operation_named(unquote(uri[len(SCHEMAS) :])) if uri.startswith(SCHEMAS) else None
        if found is not None:
            return [{"uri": uri, "mimeType": "application/json", "text": compact(_schemas_of(found))}]
        code = INVALID_PARAMS if asked.terms.is_modern else legacy.NO_SUCH_RESOURCE
        raise ProtocolError(code, "there is no such resource", {"uri": uri})


def every_operation() -> Iterator[Operation]:
    """Yield the operations that tools may stand for, whether or not they were chosen."""
    for group in documents.groups():
        for operation in operations.operations(group):
            if not operation.is_hidden:
                yield operation


def operation_named(name: str) -> Operation | None:
    """Return the operation of a tool's name, or None."""
    return next((each for each in every_operation() if tool_name(each) == name), None)


def _schemas_of(operation: Operation) -> dict[str, Any]:
    """Return the schemas of an operation: path and query, body, answer; each where there is one."""
    parameters = {each.name: {**each.schema, "description": each.description} for each in operation.parameters}
    required = [each.name for each in operation.parameters if each.is_required]
    found: dict[str, Any] = {"tool": tool_name(operation), "description": operation.description}
    if parameters:
        found["parameters"] = schemas.export({"type": "object", "properties": parameters, "required": required}, operation.document)
    if operation.body_schema is not None:
        found["request"] = schemas.export(operation.body_schema, operation.document)
    if operation.response_schema is not None:
        found["response"] = schemas.export(operation.response_schema, operation.document)
    return found
