"""Running a case in this process, and what must hold of every run."""

from __future__ import annotations

import base64
import io
import itertools
import json
import os
import tempfile
import zlib
from email.message import Message
from typing import Any

from fuzzing.cases import KEY
from heygen.cli import main as cli
from heygen.core.context import Context, InputStream, OutputStream
from heygen.http.failure import AnswerLost, NotSent
from heygen.http.message import Body, Request, Response

EXIT_CODES = {0, 1, 2, 3, 4, 130}
MOST_REQUESTS = 3000  # of one run; the clock moves by sleeping alone
LONGEST_OUTPUT = 5_000_000  # bytes


class Broken(Exception):
    """What must hold does not."""


class _Api:
    """Answers as the case says, over and over."""

    def __init__(self, answers: list[dict[str, Any]]) -> None:
        self._answers = itertools.cycle(answers)
        self.requests = 0

    def __call__(self, request: Request) -> Response:
        self.requests += 1
        if self.requests > MOST_REQUESTS:
            raise Broken(f"more than {MOST_REQUESTS} requests")
        if isinstance(request.body, Body):
            with request.body.open() as stream:
                while stream.read(65536):
                    pass
        answer = next(self._answers)
        if answer["breaks"] == "before":
            raise NotSent("nobody there")
        if answer["breaks"] == "after":
            raise AnswerLost("cut off")
        headers = Message()
        for name, value in answer["headers"].items():
            headers[name] = value
        body = base64.b64decode(answer["body"])
        stream = _Cut(body[: len(body) // 2]) if answer["breaks"] == "within" else io.BytesIO(body)
        return Response(answer["status"], "", headers, stream, request.url)


class _Cut(io.BytesIO):
    """A body that breaks off."""

    def read(self, size: int | None = -1) -> bytes:
        data = super().read(size)
        if not data:
            raise AnswerLost("the answer was cut short")
        return data


class _Clock:
    def __init__(self) -> None:
        self.elapsed = 0.0

    def now(self) -> float:
        return 1_711_288_320.0 + self.elapsed

    def monotonic(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        if seconds < 0:
            raise Broken(f"a sleep of {seconds} s")
        self.elapsed += seconds


def run(case: dict[str, Any]) -> None:
    """Run a case in a folder of its own. Raises Broken, saying what does not hold."""
    here = os.getcwd()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        os.chdir(folder)
        try:
            _run(case, folder)
        finally:
            os.chdir(here)


def _run(case: dict[str, Any], folder: str) -> None:
    for name, data in case["files"].items():
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(base64.b64decode(data))
    stdout, stderr, clock, counter = io.BytesIO(), io.BytesIO(), _Clock(), itertools.count()
    environ = {
        "HOME": os.path.join(folder, "home"),
        "HEYGEN_API_BASE": "http://127.0.0.1:1",
        "HEYGEN_API_KEY": KEY,
        "HEYGEN_NO_ANALYTICS": "1",
        **case["env"],
    }
    context = Context(
        stdin=InputStream(io.BytesIO(base64.b64decode(case["stdin"]))),
        stdout=OutputStream(stdout),
        stderr=OutputStream(stderr, expendable=True),
        environ=environ,
        now=clock.now,
        monotonic=clock.monotonic,
        sleep=clock.sleep,
        random_bytes=lambda size: bytes(zlib.crc32(b"%d" % next(counter)) % 256 for _ in range(size)),
        transport=_Api(case["answers"]),
    )
    status = cli.main(case["argv"], context)
    check(case, int(status), stdout.getvalue(), stderr.getvalue())


def check(case: dict[str, Any], status: int, stdout: bytes, stderr: bytes) -> None:
    """Raise Broken for a run that ended as none may."""
    told = stderr.decode("utf-8", "replace")
    if status not in EXIT_CODES:
        raise Broken(f"exit code {status}")
    if "cli_internal_error" in told or "Traceback" in told:
        raise Broken(f"a defect: {told[-600:]}")
    # Where a damaged file holds another key, or none, the program cannot know this one.
    stored = b"".join(map(base64.b64decode, case["files"].values())).decode("utf-8", "replace")
    is_ours = case.get("env", {}).get("HEYGEN_API_KEY") != "" or f'"{KEY}"' in stored
    if is_ours and KEY.encode() in stdout + stderr and KEY not in json.dumps(case["argv"]):
        raise Broken("the key is shown")
    if len(stdout) > LONGEST_OUTPUT:
        raise Broken(f"{len(stdout)} bytes on stdout")
    is_json = "--human" not in case["argv"] and "--debug" not in case["argv"] and "human" not in str(case["files"])
    if is_json and not case["files"]:
        for line in told.splitlines():
            try:
                kinds = json.loads(line).keys()
            except ValueError:
                raise Broken(f"a line on stderr that is not JSON: {line[:200]}") from None
            if not kinds <= {"error", "warning", "notice"}:
                raise Broken(f"on stderr: {line[:200]}")
        if status and '"error"' not in told:
            raise Broken(f"exit code {status} without an error on stderr")
        if not status and '{"error"' in told:
            raise Broken("exit code 0 with an error on stderr")
