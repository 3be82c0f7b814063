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
    return _without_lines(compile(tree, filename, "exec", dont_inherit=True, optimize=2))


def _without_lines(code):
    """Return code whose every instruction is on the first line of its function, in as few bytes as can be."""
    constants = tuple(_without_lines(each) if isinstance(each, type(code)) else each for each in code.co_consts)
    size = len(code.co_code)
    if sys.version_info >= (3, 11):  # Objects/locations.md: runs of up to 8 units of 2 bytes, "no column info"
        runs, rest = divmod(size // 2, 8)
        table = {"co_linetable": b"\xef\0" * runs + (bytes([0xE8 | rest - 1, 0]) if rest else b"")}
    elif sys.version_info >= (3, 10):  # Objects/lnotab_notes.txt: a size of up to 254 bytes, a change of line
        runs, rest = divmod(size, 254)
        table = {"co_linetable": b"\xfe\0" * runs + (bytes([rest, 0]) if rest else b"")}
    else:
        table = {"co_lnotab": b""}
    return code.replace(co_consts=constants, **table)


if __name__ == "__main__":
    modules = marshal.loads(sys.stdin.buffer.read())
    codes = {filename: marshal.dumps(compiled(source, filename)) for filename, source in modules.items()}
    sys.stdout.buffer.write(marshal.dumps(codes, 2))  # the version that every Python reads
