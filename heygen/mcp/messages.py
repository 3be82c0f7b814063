"""JSON-RPC 2.0 messages: what a line holds, what is wrong with it, and the answers that are made."""

from __future__ import annotations

from heygen.api.body import strict_json
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603


class ProtocolError(Exception):
    """An error that is answered as JSON-RPC has it, in place of a result."""

    def __init__(self, code: int, message: str, data: Any = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


class Incoming(Record):
    """A request of the client, or a notification, whose `id` is None."""

    method: str
    params: dict[str, Any]
    id: str | int | None = None


def parse(line: bytes) -> Any:
    """Return the document on a line. Raises ProtocolError."""
    try:
        return strict_json(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ProtocolError(PARSE_ERROR, f"the line is not UTF-8: byte {error.start + 1} is wrong") from error
    except RecursionError as error:
        raise ProtocolError(PARSE_ERROR, "the message is nested too deeply") from error
    except ValueError as error:
        # Python's own words on a number of too many digits are about Python.
        reason = "a number has too many digits" if "int_max_str_digits" in str(error) else error
        raise ProtocolError(PARSE_ERROR, f"the line is not JSON: {reason}") from error


def id_of(document: Any) -> str | int | None:
    """Return the id of a message, None where it has none that an answer could carry."""
    id = document.get("id") if isinstance(document, dict) else None
    return id if isinstance(id, (str, int)) and not isinstance(id, bool) else None


def incoming(document: Any) -> Incoming | None:
    """Return the request or notification that a document is; None for an answer, since we ask nothing.

    Raises ProtocolError.
    """
    if not isinstance(document, dict):
        raise ProtocolError(INVALID_REQUEST, "a message is an object")
    if "method" not in document and ("result" in document or "error" in document):
        return None
    if document.get("jsonrpc") != "2.0":
        raise ProtocolError(INVALID_REQUEST, 'a message has "jsonrpc": "2.0"')
    if not isinstance(document.get("method"), str):
        raise ProtocolError(INVALID_REQUEST, "a message has a method, which is a string")
    if "id" in document and id_of(document) is None:
        raise ProtocolError(INVALID_REQUEST, "an id is a string or an integer")
    params = document.get("params", {})
    if not isinstance(params, dict):
        raise ProtocolError(INVALID_PARAMS, "params is an object")
    return Incoming(method=document["method"], params=params, id=id_of(document))


def result(id: str | int | None, value: dict[str, Any]) -> dict[str, Any]:
    """Return the answer with a result."""
    return {"jsonrpc": "2.0", "id": id, "result": value}


def failure(id: str | int | None, error: ProtocolError) -> dict[str, Any]:
    """Return the answer with an error; one that cannot be told whose it is has no id."""
    told = {"code": error.code, "message": error.message}
    if error.data is not None:
        told["data"] = error.data
    return {"jsonrpc": "2.0", **({} if id is None else {"id": id}), "error": told}


def notification(method: str, params: dict[str, Any]) -> dict[str, Any]:
    """Return a notification of ours."""
    return {"jsonrpc": "2.0", "method": method, "params": params}


def text_param(params: dict[str, Any], name: str) -> str:
    """Return a parameter that has to be a string. Raises ProtocolError."""
    value = params.get(name)
    if not isinstance(value, str):
        raise ProtocolError(INVALID_PARAMS, f"{name} is required, and is a string")
    return value


def object_param(params: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a parameter that is an object, or may be left out. Raises ProtocolError."""
    value = params.get(name)
    if value is not None and not isinstance(value, dict):
        raise ProtocolError(INVALID_PARAMS, f"{name} is an object")
    return value or {}
