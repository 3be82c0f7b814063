"""Small edits to a module, each of which a test ought to notice: what `mutate.py` tries."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

_COMPARISONS = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
    ast.In: "not in", ast.NotIn: "in", ast.Is: "is not", ast.IsNot: "is",
}  # fmt: skip
_ORDERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_OPPOSITE_CALLS = {"min": "max", "max": "min", "ceil": "floor", "floor": "ceil", "any": "all", "all": "any"}


class Mutant(NamedTuple):
    """One edit: the text between two offsets of the source gives way to another."""

    line: int
    function: str
    start: int
    end: int
    before: str
    after: str

    def apply(self, source: bytes) -> bytes:
        """Return the source with the edit in it."""
        return source[: self.start] + self.after.encode() + source[self.end :]

    def __str__(self) -> str:
        return f"{self.line}: {_short(self.before)} -> {_short(self.after)}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return f"{line[:60]}…" if len(line) > 61 else line


def mutants(source: bytes) -> list[Mutant]:
    """Return all edits of a module's source, in the order of its lines; none of them is a mere change of style."""
    return _Finder(source).found()


class _Finder(ast.NodeVisitor):
    def __init__(self, source: bytes) -> None:
        self.source = source
        self.starts = [0]
        for line in source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.functions: list[str] = []
        self.edits: list[Mutant] = []

    def found(self) -> list[Mutant]:
        self.visit(ast.parse(self.source))
        unique = {(each.start, each.end, each.after): each for each in self.edits if each.before != each.after}
        return sorted(unique.values())

    def _offset(self, line: int, column: int) -> int:
        return self.starts[line - 1] + column

    def _span(self, node: ast.AST) -> tuple[int, int]:
        return self._offset(node.lineno, node.col_offset), self._offset(node.end_lineno, node.end_col_offset)

    def _text(self, node: ast.AST) -> str:
        start, end = self._span(node)
        return self.source[start:end].decode()

    def _edit(self, node: ast.AST, after: str) -> None:
        start, end = self._span(node)
        function = ".".join(self.functions)
        self.edits.append(Mutant(node.lineno, function, start, end, self.source[start:end].decode(), after))

    # --- what is left alone

    def _visit_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        self.functions.append(node.name)
        for statement in node.body:
            self.visit(statement)
        self.functions.pop()

    visit_FunctionDef = visit_AsyncFunctionDef = visit_ClassDef = _visit_function  # no annotations, no defaults

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_If(self, node: ast.If) -> None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if isinstance(node.targets[0], ast.Name) and node.targets[0].id == "TYPE_CHECKING":
            return
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        if node.exc is not None:
            self._edit(node, "pass")
        self.generic_visit(node)

    # --- the edits

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return  # a docstring
        if isinstance(node.value, ast.Call):
            self._edit(node, "pass")
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        left, right, operator = node.left, node.comparators[0], type(node.ops[0])
        if len(node.ops) == 1:
            self._edit(node, f"{self._text(left)} {_COMPARISONS[operator]} {self._text(right)}")
            if operator in _ORDERED and not isinstance(right, ast.Constant):
                self._edit(node, f"{self._text(left)} {_sign(operator)} {self._text(right)} - 2")
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        for value in node.values:
            self._edit(node, self._text(value))
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            self._edit(node, f"({self._text(node.operand)})")
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Pow)):
            if not any(isinstance(each, (ast.JoinedStr, ast.Constant)) and _is_text(each) for each in (node.left, node.right)):
                self._edit(node, f"({self._text(node.left)})")
                self._edit(node, f"({self._text(node.right)})")
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self._edit(node, f"({self._text(node.body)})")
        self._edit(node, f"({self._text(node.orelse)})")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in _OPPOSITE_CALLS and node.args:
            self._edit(node.func, self._text(node.func)[: -len(name)] + _OPPOSITE_CALLS[name])
            if name in ("min", "max"):
                for argument in node.args:
                    self._edit(node, f"({self._text(argument)})")
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
            self._edit(node.value, "None")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool):
            self._edit(node, str(not node.value))
        elif isinstance(node.value, (int, float)):
            self._edit(node, repr(node.value + 1))
            self._edit(node, repr(node.value - 1))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        pass  # its parts have no places of their own before Python 3.12


def _sign(operator: type[ast.cmpop]) -> str:
    return {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}[operator]


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or isinstance(getattr(node, "value", None), (str, bytes))


def select(found: list[Mutant], lines: range | None) -> Iterator[Mutant]:
    """Return those of the edits that begin in a range of lines."""
    return (each for each in found if lines is None or each.line in lines)
