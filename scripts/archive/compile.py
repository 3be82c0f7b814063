"""Compiles modules for the Python that runs this: marshalled sources by path in, bundles of bytecode by folder out.

A bundle is the Python's magic number, as a .pyc file begins with it, and the marshalled code of the folder's modules by
name. Each of them is marshalled on its own: a start takes from a bundle what it imports, and leaves the rest as it is.
"""

import importlib.util
import marshal
import sys

VERSION = 2  # of marshal: every Python reads it, and what it writes depends on the values alone

codes = {}
for path, source in marshal.loads(sys.stdin.buffer.read()).items():
    folder, _, file = path.rpartition("/")
    code = compile(source, path, "exec", dont_inherit=True, optimize=2)
    codes.setdefault(folder, {})[file] = marshal.dumps(code)
bundles = {folder: importlib.util.MAGIC_NUMBER + marshal.dumps(codes[folder], VERSION) for folder in codes}
sys.stdout.buffer.write(marshal.dumps(bundles, VERSION))
