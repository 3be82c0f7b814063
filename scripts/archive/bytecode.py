"""Compiles modules with the interpreter that runs this: marshalled sources in, marshalled code out.

Line numbers stay, columns and docstrings go: nothing at run time needs them, and they are half of the size.
"""

import marshal
import sys

modules = marshal.loads(sys.stdin.buffer.read())
sys.stdout.buffer.write(
    marshal.dumps(
        {
            name: marshal.dumps(compile(source, filename, "exec", dont_inherit=True, optimize=2))
            for name, (filename, source) in modules.items()
        },
        2,  # the version that every Python reads
    )
)
