"""Code that ends a process with SIGKILL right before its n-th change to the disk."""

from __future__ import annotations

# Opening for writing, renaming, removing and so on raise events of their own (sys.addaudithook); writing does not.
_CODE = """
import os, signal, sys
_left = [{number}]
def _change():
    _left[0] -= 1
    if not _left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
def _see(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        is_writing = bool((flags or 0) & (os.O_WRONLY | os.O_RDWR))
        if is_writing and isinstance(path, (str, bytes)) and os.fsdecode(path) != os.devnull:
            _change()
    elif event in ("os.rename", "os.remove", "os.truncate", "os.mkdir", "os.link", "os.chmod"):
        _change()
sys.addaudithook(_see)
def _counted(function):
    def changing(descriptor, *arguments):
        if descriptor > 2:
            _change()
        return function(descriptor, *arguments)
    return changing
os.write, os.fsync = _counted(os.write), _counted(os.fsync)
"""


def at_change(number):
    """Return the code; it runs before the program does."""
    return _CODE.format(number=number)
