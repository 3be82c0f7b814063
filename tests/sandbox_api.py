"""A plain HTTP client for the sandbox, which checks every answer against the OpenAPI documents on its own."""

from __future__ import annotations

import http.client
import json
import pathlib
import urllib.parse

from heygen.sandbox.mint import Mint

# What every account has from the start, where no seed is given.
LOOK, VOICE = (Mint(0).id(f"preset {kind}", 0) for kind in ("look", "voice"))
DOCUMENTS = pathlib.Path(__file__).resolve().parent.parent / "heygen" / "api" / "documents"


def _all_operations():
    found = {}
    for path in sorted(DOCUMENTS.glob("*.json")):
        document = json.loads(path.read_text(encoding="utf-8"))
        for template, item in document.get("paths", {}).items():
            for method, operation in item.items():
                words = f"{document['x-cli-group']} {operation['x-cli-command']}"
                found[words] = (method.upper(), template, operation, document)
    return found


OPERATIONS = _all_operations()


def find(method, path):
    """Return the words of the operation that a request is for, or None; fixed segments win."""
    parts = path.split("/")
    best = None
    for words, (wanted, template, _, _) in OPERATIONS.items():
        names = template.split("/")
        if wanted != method or len(names) != len(parts):
            continue
        if all(name == part or (name.startswith("{") and part) for name, part in zip(names, parts)):
            free = template.count("{")
            if best is None or free < best[0]:
                best = (free, words)
    return best and best[1]


def problems(value, schema, document, path="$"):
    """Return what does not fit a schema. Strict: a field that the schema does not know is a problem."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    branches = schema.get("oneOf") or schema.get("anyOf")
    if branches:
        attempts = [problems(value, branch, document, path) for branch in branches]
        return [] if [] in attempts else min(attempts, key=len)
    found = []
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(_is(value, kind) for kind in kinds):
        return [f"{path}: {value!r} is not {kinds}"]
    if "const" in schema and value != schema["const"]:
        found.append(f"{path}: {value!r} is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{path}: {value!r} is not one of {schema['enum']}")
    if isinstance(value, dict) and "properties" in schema:
        found += [f"{path}.{name}: is missing" for name in schema.get("required", ()) if name not in value]
        for name, each in value.items():
            if name in schema["properties"]:
                found += problems(each, schema["properties"][name], document, f"{path}.{name}")
            else:
                found.append(f"{path}.{name}: is not in the schema")
    if isinstance(value, list):
        for index, each in enumerate(value):
            found += problems(each, schema.get("items", {}), document, f"{path}[{index}]")
    return found


def _is(value, kind):
    if kind == "null":
        return value is None
    if kind == "boolean":
        return isinstance(value, bool)
    if isinstance(value, bool):
        return False
    return isinstance(
        value, {"string": str, "integer": int, "number": (int, float), "array": list, "object": dict}[kind]
    )


class Reply:
    """One answer."""

    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def data(self):
        return self.json["data"]

    @property
    def error(self):
        return self.json["error"]

    def __repr__(self):
        return f"<{self.status} {self.body[:500]!r}>"


class Api:
    """Talks to a sandbox over one connection. `called` names the operations that were carried out."""

    def __init__(self, url):
        self.url = url
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=10)
        self.called = set()

    def send(self, method, path, body=None, headers=None, key="test-key"):
        """Send a request and return the checked answer. A `dict` goes out as JSON."""
        headers = {**({"X-Api-Key": key} if key else {}), **(headers or {})}
        if isinstance(body, (dict, list)):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        path = path[len(self.url) :] if path.startswith(self.url) else path
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        reply = Reply(answer.status, answer.headers, answer.read())
        self._check(method, path.partition("?")[0], reply)
        return reply

    def _check(self, method, path, reply):
        assert reply.headers["X-Request-Id"]
        if not path.startswith("/v3/"):
            return
        assert reply.headers["Content-Type"] == "application/json"
        if reply.status >= 400:
            assert set(reply.json) == {"error"}
            assert {"code", "message"} <= set(reply.error) <= {"code", "message", "param"}
            return
        words = find(method, path)
        _, _, operation, document = OPERATIONS[words]
        content = operation["responses"]["200"].get("content")
        if content:
            found = problems(reply.json, content["application/json"]["schema"], document)
            assert not found, (words, found, reply.json)
        self.called.add(words)

    def get(self, path, **query):
        return self.send("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def post(self, path, body=None, **options):
        return self.send("POST", path, {} if body is None else body, **options)

    def patch(self, path, body):
        return self.send("PATCH", path, body)

    def put(self, path, body, **options):
        return self.send("PUT", path, body, **options)

    def delete(self, path):
        return self.send("DELETE", path)

    def upload(self, name, content, content_type="application/octet-stream", field="file"):
        """Send a file to POST /v3/assets."""
        mark = b"a-boundary"
        head = f'Content-Disposition: form-data; name="{field}"; filename="{name}"\r\nContent-Type: {content_type}\r\n\r\n'
        body = b"--" + mark + b"\r\n" + head.encode() + content + b"\r\n--" + mark + b"--\r\n"
        return self.send(
            "POST", "/v3/assets", body, {"Content-Type": "multipart/form-data; boundary=" + mark.decode()}
        )

    def close(self):
        self.connection.close()
