"""The rooms of heygen/ and the files in them: each knows only what stands below it, and nothing goes round in circles.

docs/architecture.md says what lives in which room. Imports are read from the sources, those inside functions too; what
stands under TYPE_CHECKING is never imported, and so does not count.
"""

import ast
import pathlib

import pytest
from conftest import ROOT

# From the bottom up: a room may import those before it.
ROOMS = ("core", "api", "config", "http", "auth", "files", "output", "calls", "analytics", "cli", "commands")
# Big features, which their own commands alone import. They may import the rooms up to this one, and not one another.
FEATURES = ("batch", "doctor", "mcp", "sandbox", "update", "webhooks")
FEATURES_MAY_IMPORT = ROOMS[: ROOMS.index("calls") + 1]
# The table of commands imports the one that is called, by its name. So cli/ runs what stands above it, and knows none of it.
TABLE_OF_COMMANDS = "heygen.cli.registry"


class Import:
    """One import: the modules at both ends, and the line where it stands."""

    def __init__(self, source, target, location):
        self.source = source
        self.target = target
        self.location = location

    def __str__(self):
        return f"{self.location} imports {self.target}"


def modules(folder):
    """Return the file of each module of a package."""
    found = {}
    for file in folder.rglob("*.py"):
        parts = file.relative_to(folder.parent).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports(folder):
    """Return all imports of one module of a package by another."""
    every = modules(folder)
    found = []
    for source, file in every.items():
        for name, line in _imported(ast.parse(file.read_text(encoding="utf-8")), file):
            # `from heygen.calls import jobs` names a module, `from heygen.calls.jobs import Job` what is in one.
            targets = [name] if name in every else [name.rpartition(".")[0]]
            if name.endswith("*"):
                targets = [each for each in every if each.rpartition(".")[0] == name[:-2]]
            location = f"{file.relative_to(folder.parent).as_posix()}:{line}"
            found.extend(Import(source, each, location) for each in targets if each in every and each != source)
    return found


def _imported(node, file):
    """Yield the names that are imported below a node, each with its line; `x.*` for any module of `x`."""
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        children = node.orelse
    else:
        children = ast.iter_child_nodes(node)
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield alias.name, node.lineno
    elif isinstance(node, ast.ImportFrom):
        assert not node.level, f"{file}:{node.lineno}: name the whole module, so that a search finds it"
        for alias in node.names:
            yield f"{node.module}.{alias.name}", node.lineno
    elif isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "import_module":
        name = node.args[0]
        if isinstance(name, ast.Constant):
            yield name.value, node.lineno
        elif isinstance(name, ast.JoinedStr) and isinstance(name.values[0], ast.Constant):
            yield f"{name.values[0].value}*", node.lineno
    for child in children:
        yield from _imported(child, file)


def circles(found, name=lambda module: module):
    """Return the imports that lie on a circle, as text, `name` being what goes round: a module, or its room."""
    below = {}
    for each in found:
        below.setdefault(name(each.source), set()).add(name(each.target))

    def reaches(start):
        seen, waiting = set(), [start]
        while waiting:
            for following in below.get(waiting.pop(), ()):
                if following not in seen:
                    seen.add(following)
                    waiting.append(following)
        return seen

    reachable = {start: reaches(start) for start in below}
    return sorted(
        str(each)
        for each in found
        if name(each.source) != name(each.target) and name(each.source) in reachable.get(name(each.target), ())
    )


def folders():
    """Return the rooms that there are; a folder without sources is only what an older checkout has left."""
    return [path for path in (ROOT / "heygen").iterdir() if path.is_dir() and any(path.rglob("*.py"))]


def room(module):
    """Return the room of a module; the package itself and __main__ are in none."""
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] != "__main__" else ""


def what_is_wrong(each):
    """Return what is wrong with an import of one room by another, or None."""
    source, target = room(each.source), room(each.target)
    if not source or not target or source == target:
        return None
    if target in FEATURES:
        return None if source == "commands" else f"{each}: `{target}` is imported by its commands alone"
    if source in FEATURES:
        return None if target in FEATURES_MAY_IMPORT else f"{each}: `{source}` may not know `{target}`"
    return None if ROOMS.index(target) < ROOMS.index(source) else f"{each}: `{source}` stands below `{target}`"


@pytest.fixture(scope="module")
def ours():
    return [
        each
        for each in imports(ROOT / "heygen")
        if not (each.source == TABLE_OF_COMMANDS and room(each.target) == "commands")
    ]


def test_no_room_reaches_up(ours):
    wrong = sorted(filter(None, map(what_is_wrong, ours)))
    advice = "Move what is needed into a room below both, or hand it in as an argument."
    assert not wrong, "\n".join([*wrong, advice])


def test_files_do_not_import_each_other_in_a_circle(ours):
    found = circles(ours)
    advice = "Move what both sides need into a module of its own, below them; an import inside a function hides a circle."
    assert not found, "\n".join([*found, advice])


def test_rooms_do_not_import_each_other_in_a_circle(ours):
    found = circles([each for each in ours if room(each.source) and room(each.target)], room)
    advice = "Move what both rooms need into a room below them."
    assert not found, "\n".join([*found, advice])


def test_the_package_holds_rooms_alone_and_each_says_what_it_is_for():
    files = {path.name for path in (ROOT / "heygen").iterdir() if path.is_file()} - {"__init__.py", "__main__.py"}
    assert not files, f"{sorted(files)} belong into a room of heygen/: see docs/architecture.md"
    new = {path.name for path in folders()} - {*ROOMS, *FEATURES}
    assert not new, f"{sorted(new)} are new rooms: say in this test what they may import"
    for folder in {path.parent for path in (ROOT / "heygen").rglob("*.py")}:
        init = folder / "__init__.py"
        name = folder.relative_to(ROOT)
        assert init.exists(), f"{name} has no __init__.py"
        assert ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))), f"{name}/__init__.py says nothing"


def test_the_documents_list_the_rooms():
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    missing = [path.name for path in folders() if f"| `{path.name}/` |" not in text]
    assert not missing, f"docs/architecture.md does not say what lives in {missing}"


@pytest.mark.parametrize(
    "files, what",
    [
        ({"core/a.py": "from heygen.core import b", "core/b.py": "def f():\n    from heygen.core.a import x"}, "circle"),
        ({"core/a.py": "import heygen.core.b", "core/b.py": "import_module(f'heygen.core.{name}')"}, "circle"),
        ({"core/a.py": "from heygen.api import b", "api/b.py": ""}, "`core` stands below `api`"),
        ({"sandbox/a.py": "from heygen.cli.b import x", "cli/b.py": ""}, "`sandbox` may not know `cli`"),
        ({"calls/a.py": "from heygen.update.b import x", "update/b.py": ""}, "its commands alone"),
        ({"core/a.py": "if TYPE_CHECKING:\n    from heygen.api import b", "api/b.py": "from heygen.core import a"}, None),
        ({"api/b.py": "from heygen.core import a", "core/a.py": "import json"}, None),
    ],
)
def test_what_the_checks_find(tmp_path, files, what):
    for name, source in files.items():
        file = pathlib.Path(tmp_path / "heygen" / name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source)
    found = imports(tmp_path / "heygen")
    wrong = list(filter(None, map(what_is_wrong, found)))
    if what == "circle":
        assert len(circles(found)) == 2
    elif what:
        assert len(wrong) == 1 and what in wrong[0]
    else:
        assert not wrong and not circles(found)
