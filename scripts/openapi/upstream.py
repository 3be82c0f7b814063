"""Read an upstream OpenAPI description into plain operations in the form of our documents."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openapi.errors import ImportProblem
from openapi.schemas import Canonical

METHODS = ("get", "put", "post", "delete", "patch")
API_PREFIX = "/v3/"
SUCCESSES = ("200", "201", "202", "203", "204", "2XX", "2xx")
JSON_TYPE = "application/json"
REPLAY_HEADER = "idempotency-key"


@dataclass(frozen=True)
class UpstreamOperation:
    """One operation with every reference to a parameter, body or response resolved."""

    method: str
    path: str
    content: dict[str, Any]
    tags: list[str] = field(default_factory=list)
    takes_idempotency_key: bool = False


@dataclass(frozen=True)
class Upstream:
    """What an upstream description says about the paths that we serve."""

    operations: list[UpstreamOperation]
    schemas: dict[str, Any]
    tag_descriptions: dict[str, str]
    skipped_paths: list[str]


def read_upstream(path: Path) -> Upstream:
    """Read a description from a JSON file, or raise ImportProblem with the reason."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise ImportProblem(f"cannot read {path}: {problem}") from problem
    try:
        description = json.loads(text)
    except json.JSONDecodeError as problem:
        if path.suffix in (".yaml", ".yml") or re.match(
            r"(?:\s|#.*\n|---.*\n)*['\"]?(?:openapi|swagger)['\"]?\s*:", text
        ):
            raise ImportProblem(f"{path} is YAML: convert it to JSON first") from problem
        where = f"line {problem.lineno}, column {problem.colno}"
        raise ImportProblem(f"{path} is not JSON: {problem.msg} ({where})") from problem
    except RecursionError as problem:
        raise ImportProblem(f"{path} is nested too deeply") from problem
    return parse_upstream(description)


def parse_upstream(description: Any) -> Upstream:
    """Turn a parsed description into operations, or raise ImportProblem with the reason."""
    if not isinstance(description, dict) or not isinstance(description.get("paths"), dict):
        raise ImportProblem("not an OpenAPI description: it has no paths")
    version = str(description.get("openapi", description.get("swagger", "none")))
    if not version.startswith("3."):
        raise ImportProblem(f"not an OpenAPI 3 description: its version is {version}")
    try:
        return _parse(description)
    except (AttributeError, TypeError, KeyError) as problem:
        raise ImportProblem(f"not a well-formed OpenAPI description: {problem!r}") from problem
    except RecursionError as problem:
        raise ImportProblem("nested too deeply, or a schema that contains itself without a reference") from problem


def _parse(description: dict[str, Any]) -> Upstream:
    canonical = Canonical(description)
    schemas = {}
    for name, schema in description.get("components", {}).get("schemas", {}).items():
        alias = isinstance(schema, dict) and set(schema) == {"$ref"}
        schemas[name] = canonical.schema(canonical.target(schema["$ref"]) if alias else schema)
    reader = _Reader(canonical)
    operations = []
    skipped = []
    for path, item in description["paths"].items():
        if not path.startswith(API_PREFIX):
            skipped.append(path)
            continue
        item = reader.resolved(item)
        shared = item.get("parameters", [])
        operations += [reader.operation(method, path, item[method], shared) for method in METHODS if method in item]
    if not operations:
        raise ImportProblem(f"it has no operation under {API_PREFIX}")
    tags = {tag["name"]: tag["description"] for tag in description.get("tags", []) if tag.get("description")}
    return Upstream(operations, schemas, tags, skipped)


class _Reader:
    """Reads the parts of operations, following references to shared ones."""

    def __init__(self, canonical: Canonical) -> None:
        self._canonical = canonical

    def resolved(self, part: dict[str, Any]) -> dict[str, Any]:
        return self._canonical.target(part["$ref"]) if "$ref" in part else part

    def operation(self, method: str, path: str, given: dict[str, Any], shared: list[Any]) -> UpstreamOperation:
        content = {key: given[key].strip() for key in ("summary", "description") if given.get(key)}
        if given.get("deprecated"):
            content["deprecated"] = True
        parameters = {}
        for parameter in [*map(self.resolved, shared), *map(self.resolved, given.get("parameters", []))]:
            parameters[parameter["in"], parameter["name"]] = parameter
        headers = [name.lower() for place, name in parameters if place == "header"]
        listed = [
            self._parameter(parameters.get(("path", name), {"name": name, "in": "path"}))
            for name in path_parameters(path)
        ]
        listed += [self._parameter(parameter) for (place, _), parameter in parameters.items() if place == "query"]
        if listed:
            content["parameters"] = listed
        if "requestBody" in given:
            body = self.resolved(given["requestBody"])
            content["requestBody"] = {"required": bool(body.get("required")), "content": self._media(body)}
        content["responses"] = {"200": self._response(given.get("responses", {}))}
        return UpstreamOperation(method, path, content, given.get("tags", []), REPLAY_HEADER in headers)

    def _parameter(self, given: dict[str, Any]) -> dict[str, Any]:
        parameter = {"name": given["name"], "in": given["in"]}
        if given.get("description"):
            parameter["description"] = given["description"].strip()
        if given["in"] == "path" or given.get("required"):
            parameter["required"] = True
        if given.get("deprecated"):
            parameter["deprecated"] = True
        if given["in"] == "query" and given.get("explode") is False:
            parameter["explode"] = False
        schema = given.get("schema")
        if schema is None and given.get("content"):
            schema = next(iter(given["content"].values())).get("schema")
        parameter["schema"] = self._canonical.schema(schema or {"type": "string"})
        return parameter

    def _response(self, responses: dict[str, Any]) -> dict[str, Any]:
        """Our documents have one response, under 200, whatever its success status is."""
        for status in SUCCESSES:
            if status in responses:
                given = self.resolved(responses[status])
                response = {"description": (given.get("description") or "Success.").strip()}
                content = self._media(given)
                return {**response, "content": content} if content else response
        return {"description": "Success."}

    def _media(self, given: dict[str, Any]) -> dict[str, Any]:
        content = {}
        for name, media in given.get("content", {}).items():
            schema = self._canonical.schema(media.get("schema") or {})
            if schema:
                content[name.partition(";")[0].strip().lower()] = {"schema": schema}
        return content


def path_parameters(path: str) -> list[str]:
    """Return the names of a path's parameters in the order in which they stand."""
    return re.findall(r"{([^}]*)}", path)


def path_shape(path: str) -> str:
    """Return the path without its parameters' names, which may change while the operation stays."""
    return re.sub(r"{[^}]*}", "{}", path)
