"""A process that forks the program: real streams and signals for a tenth of what a start costs."""

from __future__ import annotations

import json
import os
import selectors
import socket
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

_CODE = """
import json, os, socket, sys
sys.path.insert(0, {root!r})
for name in {modules!r}: __import__(name)
control = socket.socket(fileno={control})
while True:
    message, given, _, _ = socket.recv_fds(control, 65536, 3)
    if not message:
        os._exit(0)
    order = json.loads(message)
    if "wait" in order:
        status = os.waitpid(order["wait"], 0)[1]
        control.sendall(json.dumps(os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)).encode())
        continue
    child = os.fork()
    if child == 0:
        break
    for descriptor in given:
        os.close(descriptor)
    control.sendall(json.dumps(child).encode())
# From here on as the interpreter leaves a process to its program.
control.close()
for number in (0, 1, 2):
    os.close(number)
given = [os.dup2(descriptor, 10 + index) for index, descriptor in enumerate(given)]
for number, index in enumerate(order["streams"]):
    if index is not None:
        os.dup2(given[index], number)
os.closerange(3, 20)
def stream(number, mode):
    return None if order["streams"][number] is None else open(number, mode, encoding="utf-8", closefd=False)
sys.stdin, sys.stdout, sys.stderr = stream(0, "r"), stream(1, "w"), stream(2, "w")
sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr
os.environ.clear()
os.environ.update(order["env"])
os.chdir(order["cwd"])
sys.argv[:] = ["heygen", *order["argv"]]
exec(order["before"])
from heygen.__main__ import run
run()
"""
# What nearly every call imports; the rest is imported by those that need it.
MODULES = ("heygen.__main__", "heygen.cli.main", "heygen.output.printer", "heygen.calls.operation", "heygen.http.transport", "signal")


class Forker:
    """Starts the program again and again; POSIX alone."""

    def __init__(self, modules=MODULES):
        self._control, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        code = _CODE.format(root=ROOT, modules=tuple(modules), control=far.fileno())
        self._process = subprocess.Popen([sys.executable, "-B", "-c", code], pass_fds=[far.fileno()], stdin=subprocess.DEVNULL)
        far.close()

    def start(self, *argv, env, cwd=ROOT, stdin=os.devnull, stdout=None, stderr=None, before=""):
        """Start the program. A stream is a path, a descriptor, "closed", or None for a pipe that is read (stdin: empty).

        `before` is code to run in the process first.
        """
        passed, streams, opened, read = [], [], [], {}
        for number, stream in enumerate((stdin, stdout, stderr)):
            if stream == "closed":
                streams.append(None)
                continue
            if stream is None:
                reader, stream = os.pipe()
                read[number] = reader
                opened.append(stream)
            elif not isinstance(stream, int):
                stream = os.open(stream, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT, 0o600)
                opened.append(stream)
            streams.append(len(passed))
            passed.append(stream)
        order = {"argv": argv, "env": {"PATH": os.environ.get("PATH", ""), **env}, "cwd": str(cwd), "streams": streams, "before": before}
        socket.send_fds(self._control, [json.dumps(order).encode()], passed)
        for descriptor in opened:
            os.close(descriptor)
        return Forked(self._control, self._answer(), read)

    def _answer(self):
        return json.loads(self._control.recv(65536))

    def close(self):
        self._control.close()
        self._process.wait(30)


class Forked:
    """A process that was started so."""

    def __init__(self, control, pid, read):
        self._control = control
        self.pid = pid
        self._read = read
        self.returncode = None

    def send_signal(self, number):
        os.kill(self.pid, number)

    def communicate(self):
        """Read both streams to their ends, and return them and set the exit code, as subprocess has it."""
        found = {1: b"", 2: b""}
        with selectors.DefaultSelector() as selector:
            for number, descriptor in self._read.items():
                selector.register(descriptor, selectors.EVENT_READ, number)
            while selector.get_map():
                for key, _ in selector.select():
                    data = os.read(key.fd, 65536)
                    found[key.data] += data
                    if not data:
                        selector.unregister(key.fd)
                        os.close(key.fd)
        self._control.sendall(json.dumps({"wait": self.pid}).encode())
        self.returncode = json.loads(self._control.recv(65536))
        return found[1], found[2]
