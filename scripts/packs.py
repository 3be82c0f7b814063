"""The bytecode that the zipapp carries: which modules, compiled how, and written so that it takes little room."""

from __future__ import annotations

import marshal
import os
import struct
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Optional

import marshalled
import pythons
from stripping import stripped
from zipwriter import ZipWriter, pack

_PARTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "archive")
LOADER = "loader.py"

#: The code of each source file, for each Python.
Codes = Mapping[pythons.Python, Mapping[str, marshalled.Node]]

ALONE, TOGETHER, PACKED = "alone", "together", "packed"


class Block(NamedTuple):
    """Modules that are used together, and how their code is compressed: that of each Python alone, which is the
    quickest to load; that of all Pythons together, module by module, which takes a sixth less room; or that packed
    by LZMA, which takes a fifth less again."""

    form: str
    keys: list[str]


Blocks = Sequence[Block]


def _modules(folder: str, names: str) -> list[str]:
    return [f"{folder}/{name}.py" for name in names.split()]


# Which modules travel as bytecode, in blocks of what is used together: bytecode for six Pythons takes several times
# the room of the source, so that of a module which only rare or slow calls import is left out.
FIRST = _modules("heygen", "__init__ __main__")  # all that a bare --version needs
BLOCKS = (
    # Reading a command line, and help.
    Block(
        ALONE,
        _modules("heygen/cli", "__init__ main parser tree")
        + _modules("heygen/core", "__init__ build context errors record suggest")
        + _modules("heygen/api", "__init__ documents fields operations schema")
        + _modules("heygen/cli/help", "__init__ blocks layout pages")
        + _modules("heygen/output", "__init__ terminal wrap"),
    ),
    # Calling an operation.
    Block(
        TOGETHER,
        _modules("heygen/core", "address agent duration process storage")
        + _modules("heygen/config", "__init__ settings")
        + _modules("heygen/auth", "__init__ credentials")
        + _modules("heygen/analytics", "__init__ dispatch")
        + _modules("heygen/api", "body path validation")
        + _modules("heygen/calls", "__init__ invocation operation sources")
        + _modules("heygen/http", "__init__ channel client connection encoding errors failure message proxies redirect retry tls transport")
        + _modules("heygen/output", "printer"),
    ),
    # The help of the program itself, which lists the topics.
    Block(ALONE, _modules("heygen/cli", "topics")),
    # Waiting, and showing results to people.
    Block(
        TOGETHER,
        _modules("heygen/config", "file toml")
        + _modules("heygen/calls", "jobs waiting")
        + _modules("heygen/output", "cells human outline progress table values"),
    ),
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
    sources = {LOADER: loader_source(), **{key: files[key] for block in (FIRST, *(block.keys for block in BLOCKS)) for key in block}}
    return {python: compiled(python, sources) for python in found}


def by_module(codes: Mapping[str, marshalled.Node], keys: Iterable[str]) -> marshalled.Node:
    """Return the code of these source files as a dictionary by the names of their modules."""
    return marshalled.dictionary({module_name(key)[0].encode(): codes[key] for key in keys})


#: A part of the code of a block: its entry's offset and size, whether it is packed, and which slices of what is in it
#: belong to the Python, or None for all.
Part = tuple[int, int, bool, Optional[list[tuple[int, int]]]]


def add(archive: ZipWriter, codes: Codes, blocks: Blocks) -> dict[int, tuple[int, int]]:
    """Add each Python's bytecode, and return where its first part stands: start and end, by magic number.

    That part has the loader, the modules of FIRST, and the tables that tell where the rest is.
    """
    modules = {module_name(key)[0]: (-1, module_name(key)[1]) for key in FIRST}
    parts: dict[pythons.Python, list[list[Part]]] = {python: [] for python in codes}
    for number, block in enumerate(blocks):
        modules.update({module_name(key)[0]: (number, module_name(key)[1]) for key in block.keys})
        add_block = _add_alone if block.form == ALONE else _add_together
        for python, found in add_block(archive, str(number), codes, block).items():
            parts[python].append(found)
    places = {}
    for python in codes:
        tables = marshalled.read(marshal.dumps((modules, parts[python]), 2), python.version)
        first = ("(", [codes[python][LOADER], by_module(codes[python], FIRST), tables])
        own = marshalled.Shared([first])
        entry = archive.add(
            f"bytecode/{python.cache_tag}", b"(" + struct.pack("<i", 2) + own.data + marshalled.write(first, own)
        )
        places[int.from_bytes(python.magic[:2], "little")] = (entry[0], entry[0] + entry[1])
    return places


def _add_alone(
    archive: ZipWriter, name: str, codes: Codes, block: Block
) -> dict[pythons.Python, list[Part]]:
    """Add what the Pythons' code has in common as one entry, and the code of each as one of its own."""
    shared = marshalled.Shared(by_module(codes[python], block.keys) for python in codes)
    common: Part = (*archive.add(f"bytecode/{name}/common", shared.data), False, None)
    found: dict[pythons.Python, list[Part]] = {}
    for python in codes:
        code = b"".join(_item(codes[python], key, shared) for key in block.keys)
        found[python] = [common, (*archive.add(f"bytecode/{name}/{python.cache_tag}", code), False, None)]
    return found


def _add_together(
    archive: ZipWriter, name: str, codes: Codes, block: Block
) -> dict[pythons.Python, list[Part]]:
    """Add what the Pythons' code has in common and the code of all of them as one entry."""
    shared = marshalled.Shared(by_module(codes[python], block.keys) for python in codes)
    data = bytearray(shared.data)
    slices = {python: [(0, len(data))] for python in codes}
    for key in block.keys:
        for python in codes:
            item = _item(codes[python], key, shared)
            slices[python].append((len(data), len(data) + len(item)))
            data += item
    is_packed = block.form == PACKED
    entry = archive.add(f"bytecode/{name}", pack(bytes(data)) if is_packed else bytes(data), stored=is_packed)
    return {python: [(*entry, is_packed, slices[python])] for python in codes}


def _item(codes: Mapping[str, marshalled.Node], key: str, shared: marshalled.Shared) -> bytes:
    """Return a module's name and code, as they stand in a dictionary."""
    name = module_name(key)[0].encode()
    return marshalled.write(("string", name), shared) + marshalled.write(codes[key], shared)
