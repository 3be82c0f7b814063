"""Compiles modules with the interpreter that runs this: marshalled sources in, marshalled code out.

What nothing at run time needs is left out, and is half of the size: docstrings, columns, the annotations of
functions, and what only a type checker imports. The annotations of classes stay: they are a record's fields.
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
    return compile(tree, filename, "exec", dont_inherit=True, optimize=2)


if __name__ == "__main__":
    modules = marshal.loads(sys.stdin.buffer.read())
    codes = {filename: marshal.dumps(compiled(source, filename)) for filename, source in modules.items()}
    sys.stdout.buffer.write(marshal.dumps(codes, 2))  # the version that every Python reads
