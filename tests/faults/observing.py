"""Running one cell of the table, and putting into words what came of it.

    1 network_error ×4 key          exit code, error code, requests that reached the server, and what else there is:

    doc      stdout has one JSON document        key      the envelope has the idempotency key
    bytes    stdout has the file                 id       the envelope or a notice has the ID of what was made
    all      stdout has the whole list           resume   the envelope has the command that carries on
    N items  stdout has the beginning of one     unknown  the message says that it may have been carried out
    torn     stdout has something else           warned   there is a warning
    file     the file was saved                  odd      a file has what came in its place
    void     an empty file was saved             part     what was received is kept
    stored   the credential was stored           (stdout) the envelope stands on stdout
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil

from faulty_server import CONTENT

KEY = "test-key"
CREDENTIALS = ".config/credentials"
# What a process does between two polls is no concern of a table.
_WITHOUT_PAUSES = """
from heygen.core.context import Context
Context.__init__.__kwdefaults__["sleep"] = lambda seconds: None
"""


def wait_for_senders(folder):
    """Wait for the processes that send events, each of which holds a lock to its end."""
    for lock in folder.glob(".analytics.?.lock"):
        with open(lock) as file:
            fcntl.flock(file, fcntl.LOCK_EX)


class Observer:
    """Runs cells against one server. `run` runs the program in process, `forker` in one of its own."""

    def __init__(self, server, run, forker, clock, folder):
        self.server = server
        self.run = run
        self.forker = forker
        self.clock = clock
        self.folder = folder
        self.problems = []

    def observe(self, column, call, fault):
        """Return what comes of a cell; `problems` has what must never be."""
        self.problems = []
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / ".config").mkdir(parents=True, mode=0o700)
        os.chdir(self.folder)
        for name, data in call.files.items():
            (self.folder / name).write_bytes(data)
        if call.stored:
            (self.folder / CREDENTIALS).write_text(json.dumps(call.stored))
            (self.folder / CREDENTIALS).chmod(0o600)
        self.server.stage(column, call, fault, self.clock)
        is_lost = fault.is_dns and not column.is_link
        env = {
            "HEYGEN_API_BASE": "https://api.invalid" if is_lost else self.server.url,
            "HEYGEN_API_KEY": KEY,
            "HEYGEN_NO_ANALYTICS": "1",
            "HEYGEN_CONFIG_DIR": str(self.folder / ".config"),
        }
        for name, value in call.env.items():
            if value is None:
                env.pop(name)
            else:
                env[name] = value.replace("{url}", "https://hosts.invalid" if is_lost else self.server.url)
        if fault.happens is None:
            env = {**{name: None for name in call.env}, **env}
            result = self.run(*call.argv, env=env, stdin=call.stdin, seed=7)
            status, stdout, stderr = result.status, result.stdout_bytes, result.stderr.encode()
        else:
            status, stdout, stderr = self._forked(call, fault, env)
        self.server.release()
        if column.counts:
            wait_for_senders(self.folder / ".config")
        requests = [each for each in self.server.requests if column.counts is None or column.counts(each)]
        if fault.closes:
            self.server.listen_again()
        return self._words(call, fault, status, stdout, stderr, requests)

    def _forked(self, call, fault, env):
        options, ends = {}, []
        if call.stdin:
            (self.folder / ".stdin").write_bytes(call.stdin)
            options["stdin"] = str(self.folder / ".stdin")
        names = {"both": ("stdout", "stderr")}
        before = _WITHOUT_PAUSES
        if isinstance(fault.happens, tuple):
            stream, state = fault.happens
            for name in names.get(stream, (stream,)):
                if state == "gone":
                    reader, options[name] = os.pipe()
                    os.close(reader)
                    ends.append(options[name])
                elif state == "not blocking":
                    before += f"os.set_blocking({('stdin', 'stdout', 'stderr').index(name)}, False)"
                elif stream == "disk":
                    before += "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"
                else:
                    options[name] = {"closed": "closed", "full": "/dev/full"}[state]
        process = self.forker.start(*call.argv, env={"HOME": "/nonexistent", **env}, cwd=self.folder, before=before, **options)
        for descriptor in ends:
            os.close(descriptor)
        if not isinstance(fault.happens, tuple):
            # A run that ends without the request that is to be held would leave us waiting for it.
            if self.server.is_struck.wait(20):
                process.send_signal(fault.happens)
        stdout, stderr = process.communicate()
        (self.folder / ".stdin").unlink(missing_ok=True)
        return process.returncode, stdout, stderr

    # --- what came of it

    def _words(self, call, fault, status, stdout, stderr, requests):
        words = [str(status)]
        envelopes = self._envelopes(stderr)
        error = next((each["error"] for each in envelopes if "error" in each), None)
        if error is None and status and stdout:
            # Where stderr took nothing, the envelope may stand on stdout.
            last = stdout.splitlines()[-1]
            error = json.loads(last).get("error") if last.startswith(b'{"error"') else None
            if error:
                words.append("(stdout)")
                stdout = stdout[: -len(last) - 1]
        if error:
            words.append(error["code"])
        words.append(f"×{len(requests)}")
        words += self._of_stdout(call, stdout)
        told = [each.get("notice", {}) for each in envelopes] + [error or {}]
        if error and "may have carried out" in error["message"]:
            words.append("unknown")
        words += ["warned"] * any(each.get("warning", {}).get("code", "deprecated") != "deprecated" for each in envelopes)
        words += [word for word, names in (("key", ("idempotency_key",)), ("id", ("id", "ids")), ("resume", ("resume",)))
                  if any(name in each for each in told for name in names)]  # fmt: skip
        words += self._of_disk(call)
        self._check(status, error, stderr, requests)
        return " ".join(words)

    def _envelopes(self, stderr):
        try:
            return [json.loads(line) for line in stderr.splitlines()]
        except ValueError:
            self.problems.append(f"stderr is no JSON: {stderr[-500:]}")
            return []

    def _of_stdout(self, call, stdout):
        if not stdout:
            return []
        if stdout == CONTENT:
            return ["bytes"]
        try:
            document = json.loads(stdout)
        except ValueError:
            return ["torn"]
        if {"--all", "--paginate"} & set(call.argv):
            return ["all" if not document["has_more"] else f"{len(document['data'])} items"]
        return ["doc"]

    def _of_disk(self, call):
        before = {*call.files, ".config"}
        words, left = [], []
        for name in sorted(set(os.listdir(self.folder)) - before):
            path = self.folder / name
            if name.endswith((".part", ".part.json")):
                words.append("part") if name.endswith(".part") else None
            elif path.stat().st_size == 0:
                words.append("void")
            else:
                words.append("file" if path.read_bytes() in (CONTENT, b'{"data": []}') else "odd")
        for name, data in call.files.items():
            if (self.folder / name).read_bytes() != data:
                left.append(name)
        for name in os.listdir(self.folder / ".config"):
            if name == "credentials":
                content = json.loads((self.folder / ".config" / name).read_text())
                if content != call.stored:
                    words.append("stored")
            elif not name.endswith(".lock") and "analytics.json" not in name:  # a process of its own writes that one
                left.append(name)
        if left:
            self.problems.append(f"left behind: {left}")
        return words

    def _check(self, status, error, stderr, requests):
        if b"Traceback" in stderr or b"Exception" in stderr:
            self.problems.append(f"a traceback: {stderr[-500:]}")
        if error and error["code"] == "cli_internal_error":
            self.problems.append(f"a defect: {error}")
        if status not in (0, 1, 2, 3, 4, 130):
            self.problems.append(f"exit code {status}")
        if bool(error) != bool(status) and stderr:
            self.problems.append(f"exit code {status} with {stderr[-500:]}")
        keys = {}
        for each in requests:
            if each.method == "POST" and "idempotency-key" in each.headers:
                keys.setdefault(each.path, set()).add(each.headers["idempotency-key"])
            is_stranger = each.path.startswith(("/files", "/slots", "/elsewhere", "/device", "/token", "/batch", "/releases"))
            if is_stranger and {"x-api-key", "authorization"} & each.headers.keys():
                self.problems.append(f"a credential was sent with {each}")
        if keys and error and "idempotency_key" in error and not any(error["idempotency_key"] in each for each in keys.values()):
            self.problems.append("the idempotency key of the envelope was never sent")
        keys.pop("/v3/assets/direct-uploads", None)  # whose link is asked for anew with another one
        self.problems += [f"{len(each)} keys for {path}" for path, each in keys.items() if len(each) > 1]
        if KEY.encode() in stderr:
            self.problems.append("the key is on stderr")

