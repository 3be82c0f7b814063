"""The bytecode that the zipapp carries: which modules, compiled how, and written so that it takes little room."""

from __future__ import annotations

import marshal
import os
import struct
import subprocess
from collections.abc import Iterable, Mapping, Sequence

import marshalled
import pythons
from stripping import stripped
from zipwriter import ZipWriter, deflate

_PARTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "archive")
LOADER = "loader.py"

#: The code of each source file, for each Python.
Codes = Mapping[pythons.Python, Mapping[str, marshalled.Node]]
Blocks = Sequence[Sequence[str]]


def _modules(folder: str, names: str) -> list[str]:
    return [f"{folder}/{name}.py" for name in names.split()]


# Which modules travel as bytecode, in blocks of what is used together: bytecode for six Pythons takes several times
# the room of the source, so that of a module which only rare or slow calls import is left out.
FIRST = _modules("heygen", "__init__ __main__")  # all that a bare --version needs
BLOCKS = (
    # Reading a command line, and help.
    _modules("heygen", "arguments build cli config context duration errors record storage suggest topics tree")
    + _modules("heygen/api", "__init__ documents fields operations schema validation")
    + _modules("heygen/help", "__init__ blocks layout pages")
    + _modules("heygen/output", "__init__ terminal wrap"),
    # Calling an operation.
    _modules("heygen", "address agent credentials invocation process")
    + _modules("heygen/analytics", "__init__ dispatch")
    + _modules("heygen/api", "body path")
    + _modules("heygen/commands", "__init__ operation sources")
    + _modules("heygen/http", "__init__ client connection encoding errors failure message proxies retry tls transport")
    + _modules("heygen/output", "printer"),
    # Waiting, and showing results to people.
    _modules("heygen", "config_file jobs toml")
    + _modules("heygen/commands", "waiting")
    + _modules("heygen/output", "cells human outline progress table values"),
)


def module_name(key: str) -> tuple[str, bool]:
    """Return the module that a source file is, and whether it is a package."""
    path = key[: -len(".py")].replace("/", ".")
    return (path[: -len(".__init__")], True) if path.endswith(".__init__") else (path, False)


def compiled(python: pythons.Python, sources: Mapping[str, bytes]) -> dict[str, marshalled.Node]:
    """Return each source's code, as the Python compiles it."""
    answer = subprocess.run(
        # The environment is fixed, because the order of a set's elements shows in the bytes.
        [python.path, "-S", "-s", os.path.join(_PARTS, "bytecode.py")],
        input=marshal.dumps(dict(sources), 2),
        stdout=subprocess.PIPE,
        env={"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C"},
        cwd=os.sep,
        check=True,
    )
    return {key: marshalled.read(code, python.version) for key, code in marshal.loads(answer.stdout).items()}


def loader_source() -> bytes:
    """Return the source of the loader, which is no module of the package."""
    with open(os.path.join(_PARTS, LOADER), encoding="utf-8") as file:
        return stripped(file.read()).encode()


def compile_all(found: Iterable[pythons.Python], files: Mapping[str, bytes]) -> Codes:
    """Return the code of the loader and of every module that may travel as bytecode, for each Python."""
    sources = {LOADER: loader_source(), **{key: files[key] for block in (FIRST, *BLOCKS) for key in block}}
    return {python: compiled(python, sources) for python in found}


def by_module(codes: Mapping[str, marshalled.Node], keys: Iterable[str]) -> marshalled.Node:
    """Return the code of these source files as a dictionary by the names of their modules."""
    return marshalled.dictionary({module_name(key)[0].encode(): codes[key] for key in keys})


def add(archive: ZipWriter, codes: Codes, blocks: Blocks) -> dict[int, tuple[int, int]]:
    """Add each Python's bytecode, and return where its first part stands: start and end, by magic number.

    That part has the loader, the modules of FIRST and the tables; the blocks come after it.
    """
    modules = {}
    for number, block in enumerate(blocks):
        modules.update({module_name(key)[0]: (number, module_name(key)[1]) for key in block})
    modules.update({module_name(key)[0]: (-1, module_name(key)[1]) for key in FIRST})
    shared = [marshalled.Shared(by_module(codes[python], block) for python in codes) for block in blocks]
    common = [archive.add(f"bytecode/common{number}", each.data) for number, each in enumerate(shared)]

    places = {}
    for python in codes:
        parts, spans, offset = [], [], 0
        for block, each, where in zip(blocks, shared, common):
            parts.append(deflate(marshalled.write(by_module(codes[python], block), each)))
            spans.append((*where, offset, len(parts[-1])))
            offset += len(parts[-1])
        tables = marshalled.read(marshal.dumps((modules, spans), 2), python.version)
        first = ("(", [codes[python][LOADER], by_module(codes[python], FIRST), tables])
        own = marshalled.Shared([first])
        head = deflate(b"(" + struct.pack("<i", 2) + own.data + marshalled.write(first, own))
        start, _ = archive.add(f"bytecode/{python.cache_tag}", head + b"".join(parts), stored=True)
        places[int.from_bytes(python.magic[:2], "little")] = (start, start + len(head))
    return places
