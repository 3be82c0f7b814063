"""The shapes of the protocol's messages, as far as `heygen mcp` sends them: which fields there are, and of what type."""

from numbers import Number

OPTIONAL = "?"
NAME = {"name": str, "version": str, "title?": str}
TOOL = {"name": str, "title?": str, "description?": str, "inputSchema": {"type": "object", "*": object}, "outputSchema?": {"type": "object", "*": object}, "annotations?": {"readOnlyHint?": bool, "destructiveHint?": bool, "idempotentHint?": bool}}  # fmt: skip
CONTENT = {"type": "text", "text": str}
CAPABILITIES = {"tools": {}, "resources": {}, "prompts": {}, "completions": {}, "logging": {}, "extensions?": {"*": dict}}
TASK = {
    "taskId": str, "status": ("working", "completed", "cancelled"), "statusMessage?": str, "createdAt": str, "lastUpdatedAt": str,
    "ttlMs": (int, type(None)), "pollIntervalMs?": int,
}  # fmt: skip
CALLED = {"content": [CONTENT], "structuredContent?": dict, "isError?": bool}
RESULTS = {
    "initialize": {"protocolVersion": str, "capabilities": CAPABILITIES, "serverInfo": NAME, "instructions?": str},
    "server/discover": {"supportedVersions": [str], "capabilities": CAPABILITIES, "instructions?": str},
    "ping": {},
    "logging/setLevel": {},
    "tools/list": {"tools": [TOOL], "nextCursor?": str},
    "tools/call": CALLED,
    "resources/list": {"resources": [{"uri": str, "name": str, "title?": str, "mimeType?": str}]},
    "resources/templates/list": {"resourceTemplates": [{"uriTemplate": str, "name": str, "title?": str, "description?": str, "mimeType?": str}]},
    "resources/read": {"contents": [{"uri": str, "mimeType?": str, "text": str}]},
    "prompts/list": {"prompts": [{"name": str, "title?": str, "description?": str, "arguments?": [{"name": str, "description?": str, "required?": bool}]}]},
    "prompts/get": {"description?": str, "messages": [{"role": ("user", "assistant"), "content": CONTENT}]},
    "completion/complete": {"completion": {"values": [str], "total?": int, "hasMore?": bool}},
    "tasks/get": {**TASK, "result?": {**CALLED, "resultType": "complete", "_meta?": dict}},
    "tasks/update": {},
    "tasks/cancel": {},
}  # fmt: skip
CACHED = ("server/discover", "tools/list", "resources/list", "resources/templates/list", "resources/read", "prompts/list")
NOTIFICATIONS = {
    "notifications/progress": {"progressToken": (str, int), "progress": Number, "total?": Number, "message?": str},
    "notifications/message": {"level": ("debug", "info", "notice", "warning", "error"), "logger?": str, "data": object},
}


def fits(value, shape, where="message"):
    """Check a value against a shape: a type, a value, several of either, a list of one, or fields by name."""
    if isinstance(shape, dict):
        assert isinstance(value, dict), where
        names = {name.rstrip(OPTIONAL) for name in shape}
        assert "*" in names or value.keys() <= names, f"{where} has {value.keys() - names}"
        for name, inner in shape.items():
            plain = name.rstrip(OPTIONAL)
            assert plain in value or name.endswith(OPTIONAL) or name == "*", f"{where} has no {name}"
            if plain in value:
                fits(value[plain], inner, f"{where}.{plain}")
    elif isinstance(shape, list):
        assert isinstance(value, list), where
        for index, each in enumerate(value):
            fits(each, shape[0], f"{where}[{index}]")
    elif isinstance(shape, tuple):
        assert value in shape or any(isinstance(each, type) and isinstance(value, each) for each in shape), f"{where} is {value}"
    elif isinstance(shape, type):
        assert isinstance(value, shape) and (shape is not int or not isinstance(value, bool)), f"{where} is {value!r}"
    else:
        assert value == shape, f"{where} is {value!r}"


def check_notification(message):
    """Check a notification."""
    fits(message, {"jsonrpc": "2.0", "method": tuple(NOTIFICATIONS), "params": NOTIFICATIONS[message["method"]]})


def check_answer(message, method, is_modern):
    """Check an answer to a request with this method."""
    if "error" in message:
        fits(message, {"jsonrpc": "2.0", "id?": (str, int), "error": {"code": int, "message": str, "data?": object}})
        return
    fits(message, {"jsonrpc": "2.0", "id": (str, int), "result": dict})
    shape = dict(RESULTS[method])
    if is_modern:
        if message["result"]["resultType"] == "task":
            shape = {**TASK, "status": "working"}
        cached = {"ttlMs": int, "cacheScope": ("public", "private")} if method in CACHED else {}
        shape = {**shape, **cached, "resultType": ("complete", "task"), "_meta": {"io.modelcontextprotocol/serverInfo": NAME}}
    fits(message["result"], shape, method)
