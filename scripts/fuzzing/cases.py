"""Cases at random: a command line, its input and files, and what the API answers; each as plain data, to be kept."""

from __future__ import annotations

import base64
import random
from typing import Any

from fuzzing import values
from heygen.api import documents, operations
from heygen.cli import tree

KEY = "canary-key-5e1f"
#: What asks a person, listens until it is interrupted, or runs other programs.
LEFT_OUT = {"sandbox", "update", "auth login", "webhook listen", "mcp", "doctor"}
KINDS = ("call", "call", "call", "wait", "get", "files", "api", "batch", "mcp")


def case(seed: str) -> dict[str, Any]:
    """Return the case of a seed: `argv`, `env`, `stdin`, `files` by path, and `answers`, bytes in base64."""
    chance = random.Random(seed)
    made = _CASES[chance.choice(KINDS)](chance)
    return {
        "seed": seed,
        "argv": made["argv"],
        "env": {"HEYGEN_MAX_RETRIES": "2", **made.get("env", {})},
        "stdin": _packed(made.get("stdin", b"")),
        "files": {name: _packed(data) for name, data in made.get("files", {}).items()},
        "answers": [
            {**answer, "body": _packed(answer["body"])}
            for answer in made.get("answers") or [_answer(chance, made["argv"]) for _ in range(chance.randrange(1, 8))]
        ],
    }


def _packed(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _words(chance: random.Random) -> tuple[str, ...]:
    every = [words for top in tree.top_level() for words in tree.command_words(top)]
    fit = [words for words in every if words[0] not in LEFT_OUT and " ".join(words) not in LEFT_OUT]
    return chance.choice(fit)


def _line(words: tuple[str, ...], chance: random.Random, wild: float) -> list[str]:
    """Return a command line of a command: its arguments, and some of its flags."""
    command = tree.command(words)
    if command is None:
        return [*words, values.text(chance)]
    argv = list(words)
    argv += [chance.choice(("vid_1", values.text(chance))) if chance.random() < wild else "vid_1" for _ in command.arguments]
    if command.operation is not None and command.operation.body_schema and chance.random() < 0.7:
        operation = command.operation
        body = values.fitting(operation.body_schema, operation.document.get("components", {}), chance, wild / 4)
        argv += ["-d", values.encoded(body).decode()]
    for flag in command.flags:
        if chance.random() < 0.15 and flag.name not in ("wait", "debug"):
            argv += _flag(flag, chance, wild)
    if chance.random() < 0.2:
        argv += ["--set", f"{values.text(chance)}={values.text(chance)}"]
    if chance.random() < 0.2:
        argv += ["--get", values.text(chance)]
    for name in ("--human", "--debug", "--no-validate", "--color=always"):
        if chance.random() < 0.15:
            argv.append(name)
    return argv


def _flag(flag: Any, chance: random.Random, wild: float) -> list[str]:
    if flag.type == "boolean":
        return [f"--{flag.name}" + chance.choice(("", "", "=false", "=maybe"))]
    if chance.random() < wild:
        value = values.text(chance)
    elif flag.enum:
        value = str(chance.choice(flag.enum))
    elif flag.type == "duration":
        value = chance.choice(values.DURATIONS)
    else:
        value = "1" if flag.type in ("integer", "number") else "a"
    return [f"--{flag.name}={value}"] if chance.random() < 0.5 else [f"--{flag.name}", value]


def _damaged_line(argv: list[str], chance: random.Random) -> list[str]:
    argv = list(argv)
    for _ in range(chance.randrange(1, 3)):
        at = chance.randrange(len(argv) + 1)
        kind = chance.randrange(3)
        if kind == 0 and argv:
            del argv[min(at, len(argv) - 1)]
        elif kind == 1:
            argv.insert(at, values.text(chance))
        else:
            argv.insert(at, chance.choice(("--help", "--wait", "--timeout=1s", "--", "--all", "--dry-run", "--request-schema", "--limit")))
    return [each.replace("\0", "") for each in argv]


def _answer(chance: random.Random, argv: list[str]) -> dict[str, Any]:
    """Return an answer of the API that fits what is asked for, or one that fits nothing."""
    status = chance.choice((200,) * 8 + (201, 204, 400, 401, 402, 403, 404, 409, 413, 422, 429, 500, 502, 503, 504, 520))
    headers = {"Content-Type": "application/json", "X-Request-Id": values.text(chance)}
    if chance.random() < 0.3:
        headers["Retry-After"] = chance.choice(values.RETRY_AFTERS)
    operation = next(filter(None, (operations.find_by_words(tuple(argv[:length])) for length in (4, 3, 2))), None)
    if operation is not None and operation.response_schema and chance.random() < 0.7:
        schema = operation.response_schema
        body = values.encoded(values.fitting(schema, operation.document.get("components", {}), chance, 0.05))
    else:
        body = values.encoded(values.document(chance))
    if chance.random() < 0.1:
        body = values.damaged(body, chance)
    # Masked or not, what an API echoes of a key must not be shown.
    if chance.random() < 0.1:
        body = values.encoded({"error": {"code": KEY, "message": f"{KEY} is wrong", "param": KEY, "doc_url": f"https://x/?k={KEY}"}})
        status = 401 if status < 400 else status
    return {
        "status": status,
        # As http.client reads them: every byte is a sign of Latin-1.
        "headers": {name: " ".join(value.encode("latin-1", "replace").decode("latin-1").splitlines()) for name, value in headers.items()},
        "body": body,
        # The connection breaks: before the request, after it, or within the answer.
        "breaks": chance.choice(("",) * 12 + ("before", "after", "within")),
    }


def _call(chance: random.Random) -> dict[str, Any]:
    argv = _line(_words(chance), chance, 0.2)
    argv = _damaged_line(argv, chance) if chance.random() < 0.4 else argv
    return {"argv": [each.replace("\0", "") for each in argv], "stdin": values.text(chance).encode("utf-8", "surrogateescape")}


def _wait(chance: random.Random) -> dict[str, Any]:
    found = [operations.find_by_words(words) for group in documents.groups() for words in tree.command_words(group)]
    argv = _line(chance.choice([each.words for each in found if each is not None and each.wait]), chance, 0.02)
    argv += ["--wait", "--timeout", chance.choice(("0", "1s", "30s", "20m"))]
    if chance.random() < 0.3:
        argv += ["--output-path", chance.choice(("out.mp4", "out/", "-", "missing/out.mp4"))]
    return {"argv": [each.replace("\0", "") for each in argv]}


def _get(chance: random.Random) -> dict[str, Any]:
    path = "".join(chance.choice(("data", "id", ".", "[", "]", "0", "[]", "-1", ",", "*", "$defs", '"', " ")) for _ in range(chance.randrange(1, 7)))
    return {"argv": [*chance.choice((("video", "list"), ("user", "me", "get"), ("config", "list"))), "--get", path]}


def _files(chance: random.Random) -> dict[str, Any]:
    config = values.damaged(b'output = "human"\nmax_retries = 3\n[table]\nx = [1, 2]\n', chance)
    stored = values.damaged(
        values.encoded(chance.choice(({"api_key": KEY}, {"oauth": {"access_token": KEY, "refresh_token": KEY, "expires_at": "2024-01-01T00:00:00Z"}}, values.document(chance)))),
        chance,
    )  # fmt: skip
    commands = (("video", "list"), ("config", "list"), ("config", "set", "output", "json"), ("auth", "status"), ("auth", "logout"), ("config", "unset", "output"))
    return {
        "argv": list(chance.choice(commands)),
        "env": {"HEYGEN_API_KEY": ""},
        "files": {"home/.heygen/config.toml": config, "home/.heygen/credentials": stored},
    }


def _api(chance: random.Random) -> dict[str, Any]:
    path = chance.choice(("/v3/videos", "v3/videos", "/v3/" + values.text(chance), values.text(chance)))
    argv = ["api", chance.choice(("GET", "POST", "delete", "HEAD", values.text(chance))), path]
    if chance.random() < 0.5:
        argv += ["--header", f"{chance.choice(('X-A', 'X-Api-Key', 'Host', values.text(chance)))}: {values.text(chance)}"]
    if chance.random() < 0.3:
        argv.append("--paginate")
    return {"argv": [each.replace("\0", "") for each in argv]}


def _batch(chance: random.Random) -> dict[str, Any]:
    row = {"id": values.text(chance), "command": chance.choice(("video create", "video-agent create", values.text(chance)))}
    lines = []
    for _ in range(chance.randrange(1, 5)):
        operation = operations.find_by_words(("video-agent", "create"))
        data = values.fitting(operation.body_schema, operation.document.get("components", {}), chance, 0.1)
        lines.append(values.encoded({**row, "id": values.text(chance), "data": data}))
    content = b"\n".join(lines)
    if chance.random() < 0.5:
        content = values.damaged(content, chance)
    name, extra = "jobs.jsonl", []
    if chance.random() < 0.3:
        name, extra = "jobs.csv", ["--command", "video-agent create", "--template", "body.json"]
        content = values.damaged(b"id,city\n1,Oslo\n2,\"Rome\n", chance)
    argv = ["batch", chance.choice(("run", "run", "status", "report")), name, *extra]
    argv += ["--dry-run"] if argv[1] == "run" and chance.random() < 0.5 else []
    return {
        "argv": argv,
        "files": {name: content, "body.json": b'{"prompt": "Hello {city}"}', f"{name}.journal": values.text(chance).encode("utf-8", "surrogateescape")}
        if chance.random() < 0.3
        else {name: content, "body.json": b'{"prompt": "Hello {city}"}'},
    }


def _mcp(chance: random.Random) -> dict[str, Any]:
    methods = ("initialize", "server/discover", "tools/list", "tools/call", "ping", "resources/read", "prompts/get", "completion/complete", "tasks/get", values.text(chance))
    lines = []
    for number in range(chance.randrange(1, 6)):
        message: Any = {"jsonrpc": "2.0", "id": chance.choice((number, values.text(chance), None)), "method": chance.choice(methods)}
        message["params"] = chance.choice(({}, {"name": "video_list", "arguments": {}}, values.document(chance)))
        line = values.encoded(message)
        lines.append(values.damaged(line, chance) if chance.random() < 0.3 else line)
    return {"argv": ["mcp"], "stdin": b"\n".join(lines) + b"\n"}


_CASES = {"call": _call, "wait": _wait, "get": _get, "files": _files, "api": _api, "batch": _batch, "mcp": _mcp}
