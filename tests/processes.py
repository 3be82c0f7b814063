"""The program as a process of its own."""

import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def start(server, *argv, **options):
    """Start the program against a server; returns its process, whose streams are pipes unless `options` say otherwise."""
    environ = {
        "PATH": os.environ.get("PATH", ""),
        "HOME": options.pop("home", "/nonexistent"),
        "HEYGEN_API_BASE": server.url,
        "HEYGEN_API_KEY": "test-key",
        "HEYGEN_NO_ANALYTICS": "1",
        **options.pop("env", {}),
    }
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen([sys.executable, "-B", str(ROOT / "heygen.py"), *argv], env=environ, **pipes)


def peak_memory(server, *argv):
    """Run the program to its successful end, and return the most memory that it has had, in MiB (Linux)."""
    # Its own account of itself: ru_maxrss counts what the process was before it became this program.
    code = (
        "import sys; from heygen.__main__ import main; assert main() == 0; "
        "print([line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0], file=sys.stderr)"
    )
    environ = {"PYTHONPATH": str(ROOT), "HEYGEN_API_BASE": server.url, "HEYGEN_API_KEY": "test-key", "HEYGEN_NO_ANALYTICS": "1"}
    answer = subprocess.run([sys.executable, "-B", "-c", code, *argv], env=environ, capture_output=True, check=True)
    return int(answer.stderr) / 1024
