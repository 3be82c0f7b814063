"""Starts heygen from the zip archive that this file is in.

The archive is read once, so that an update during a run cannot mix two releases. Of each module the bytecode is taken
where the archive has some for this Python, and the source elsewhere. Kept within the syntax of Python 2.7, so that one
that is too old can say so, and without importlib and os, whose imports take as long as the rest of a start.
"""

import sys

if sys.argv[0] == "-c":
    del sys.argv[0]  # started by the shell script before the archive, and not by `python3 heygen.pyz`
if sys.version_info < (3, 9):
    import os

    if os.path.exists("/bin/sh"):
        os.environ["HEYGEN_PYTHON3_IS_TOO_OLD"] = "1"  # the shell script looks for another one
        os.execv("/bin/sh", ["sh"] + sys.argv)
    sys.exit('{"error":{"code":"cli_python_too_old","message":"heygen needs Python 3.9 or newer"}}')
import _signal

if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # until there is something to say, Ctrl-C ends the process as it is
try:
    import zlib
except ImportError:
    sys.exit('{"error":{"code":"cli_python_incomplete","message":"this Python has no zlib, which heygen needs"}}')
import _imp
import marshal
import struct
from _frozen_importlib import ModuleSpec
from _frozen_importlib_external import MAGIC_NUMBER, SourceLoader  # where importlib has these from


class Archive(SourceLoader):
    """Finds and loads the modules in the archive, and reads the files beside them."""

    def __init__(self, path):
        self.archive = path
        with open(path, "rb") as file:
            self._bytes = file.read()
        self._files = {}  # compression, size and place by name
        self._bytecode = {}  # by folder and source file, as far as it has been needed
        entry = struct.Struct("<10xH8xL4xHHH8xL")  # of the central directory
        end = self._bytes.rfind(b"PK\5\6")
        if end < 0:
            sys.exit('{"error":{"code":"cli_program_incomplete","message":"this heygen.pyz is cut short; install it again"}}')
        (at,) = struct.unpack_from("<L", self._bytes, end + 16)
        while at < end:
            compression, size, name_size, extra_size, comment_size, header = entry.unpack_from(self._bytes, at)
            at += entry.size
            self._files[self._bytes[at : at + name_size].decode()] = compression, size, header
            at += name_size + extra_size + comment_size

    def get_filename(self, name):
        path = name.replace(".", "/")
        for file in (path + ".py", path + "/__init__.py"):
            if file in self._files:
                return self.archive + "/" + file
        raise ImportError("there is no module %s in the archive" % name, name=name)

    def find_spec(self, name, path=None, target=None):
        try:
            spec = ModuleSpec(name, self, origin=self.get_filename(name), is_package=self.is_package(name))
        except ImportError:
            return None
        spec.has_location = True
        if spec.submodule_search_locations is not None:
            spec.submodule_search_locations.append(spec.origin.rpartition("/")[0])
        return spec

    def get_data(self, path):
        try:
            compression, size, header = self._files[path[len(self.archive) + 1 :].replace("\\", "/")]
        except KeyError:
            raise FileNotFoundError(2, "No such file in the archive", path)
        at = header + 30 + sum(struct.unpack_from("<HH", self._bytes, header + 26))  # behind the name and an extra field
        data = self._bytes[at : at + size]
        return zlib.decompress(data, -15) if compression else data

    def get_code(self, name):
        path = self.get_filename(name)
        folder, _, file = path[len(self.archive) + 1 :].rpartition("/")
        if folder not in self._bytecode:
            bundle = "bytecode/%s/%s" % (sys.implementation.cache_tag, folder.replace("/", "."))
            data = self.get_data(self.archive + "/" + bundle) if bundle in self._files else b""
            # A prerelease of Python goes by the same tag as the release, and has other bytecode.
            self._bytecode[folder] = marshal.loads(data[len(MAGIC_NUMBER) :]) if data.startswith(MAGIC_NUMBER) else {}
        if file not in self._bytecode[folder]:
            return self.source_to_code(self.get_data(path), path)
        code = marshal.loads(self._bytecode[folder][file])
        _imp._fix_co_filename(code, path)  # as importlib does
        return code


sys.meta_path.insert(0, Archive(sys.argv[0]))
from heygen.__main__ import run

run()
