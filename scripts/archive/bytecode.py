"""Compiles modules with the interpreter that runs this: marshalled sources in, marshalled code out.

What no run needs is left out, and is half of the size: docstrings, line numbers (a traceback is shown under
--debug alone, which runs the sources), the annotations of functions, and what only a type checker imports. The
annotations of classes stay: they are a record's fields.
"""

import ast
import marshal
import sys


class Stripper(ast.NodeTransformer):
    """Removes what only readers and type checkers need."""

    def visit_FunctionDef(self, node):
        arguments = node.args
        node.returns = None
        for argument in (
            *arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg
        ):  # fmt: skip
            if argument is not None:
                argument.annotation = None
        return self.generic_visit(node)

    def visit_If(self, node):
        self.generic_visit(node)
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING" and not node.orelse:
            return ast.copy_location(ast.Pass(), node)
        return node


def compiled(source, filename):
    """Return a module's code."""
    tree = Stripper().visit(ast.parse(source, filename))
    return _without_places(compile(tree, filename, "exec", dont_inherit=True, optimize=2))


# One table of lines for all: it puts each unit of a code, of which it has room for 16 KiB, on the first line.
if sys.version_info >= (3, 11):  # Objects/locations.md: runs of 8 units of 2 bytes, "no column info", no change
    TABLE = {"co_linetable": b"\xef\0" * 1024}
elif sys.version_info >= (3, 10):  # Objects/lnotab_notes.txt: runs of 254 bytes, no change of line
    TABLE = {"co_linetable": b"\xfe\0" * 65}
else:
    TABLE = {"co_lnotab": b""}


def _without_places(code):
    """Return code that knows of no lines, and of no class or function around it."""
    if len(code.co_code) > 16 * 1024:
        raise ValueError(f"{code.co_name} in {code.co_filename} is too long for the table of lines")
    constants = tuple(_without_places(each) if isinstance(each, type(code)) else each for each in code.co_consts)
    places = {"co_firstlineno": 1, **TABLE}
    if hasattr(code, "co_qualname"):
        places["co_qualname"] = code.co_name
    return code.replace(co_consts=constants, **places)


if __name__ == "__main__":
    modules = marshal.loads(sys.stdin.buffer.read())
    codes = {filename: marshal.dumps(compiled(source, filename)) for filename, source in modules.items()}
    sys.stdout.buffer.write(marshal.dumps(codes, 2))  # the version that every Python reads
