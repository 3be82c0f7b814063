"""Python source without what only readers and type checkers need of it, line by line as it was."""

from __future__ import annotations

import ast
import functools


@functools.lru_cache(maxsize=None)
def stripped(source: str) -> str:
    """Return a module's source with the lines of comments, docstrings and what is under `if TYPE_CHECKING:` emptied;
    what it does stays the same."""
    tree = ast.parse(source)
    lines = source.split("\n")
    unused = [(node.lineno - 1, node.end_lineno - 1) for node in tree.body if _is_for_type_checkers(node)]
    for first, last in [*_docstrings(tree), *unused]:
        lines[first : last + 1] = [""] * (last + 1 - first)
    text_lines = {
        number
        for node in ast.walk(tree)
        if isinstance(node, (ast.Constant, ast.JoinedStr)) and node.end_lineno > node.lineno
        for number in range(node.lineno, node.end_lineno)
    }
    lines = ["" if line.lstrip().startswith("#") and at not in text_lines else line for at, line in enumerate(lines)]
    result = "\n".join(lines)
    if _what_counts(ast.parse(result)) != _what_counts(tree):
        raise ValueError("stripping would change what the source does")
    return result


def _docstrings(tree: ast.AST) -> list[tuple[int, int]]:
    """Return the first and last line, counted from 0, of each docstring that has lines of its own to be emptied."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node, clean=False) is not None:
            text, after = node.body[0], node.body[1:2]
            stands_alone = bool(after) and after[0].lineno > text.end_lineno
            # A body has to have something left, and what shares a line with it has to stay.
            if stands_alone and (isinstance(node, ast.Module) or text.lineno > node.lineno):
                found.append((text.lineno - 1, text.end_lineno - 1))
    return found


def _is_for_type_checkers(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not node.orelse


def _what_counts(tree: ast.Module) -> str:
    """Return what a module does, as text."""
    tree.body = [node for node in tree.body if not _is_for_type_checkers(node)]
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:]
    return ast.dump(tree)
