"""Builds dist/heygen.pyz, the whole program in one file, and dist/checksums.txt beside it.

The file is a shell script (`archive/header.sh`) followed by a zip archive:

    __main__.py            what `python3 heygen.pyz` runs; the same boot code that the header gives to -c
    bytecode/<cache tag>   for each CPython of the building machine: the loader, and where the modules' code stands
    bytecode/<n>...        a block of modules: what the code for all these Pythons has in common, names and
                           constants, and the code itself
    sources                every module's source, for other interpreters, for --debug, and for rarely used modules;
                           compressed by LZMA, which takes a fifth less than deflating, and unlzma.py, for an
                           interpreter that has none
    heygen/...             the data files; an API document is deflated with the largest one as its dictionary
    index                  where in the file each of these stands

The same sources give the same bytes, whichever Python builds it: every module is compiled by the
interpreter it is for, and names, times, modes and compression are fixed.
"""

from __future__ import annotations

import argparse
import hashlib
import marshal
import os
import sys
from collections.abc import Mapping

import packs
import pythons
from package import DOCUMENTS, ROOT, package_files
from stripping import stripped
from zipwriter import ZipWriter, deflate, pack

PARTS = os.path.join(ROOT, "scripts", "archive")
LARGEST = 500_000  # bytes

#: Where a file stands: its entry's offset and size, its place and size in that, and how it is compressed.
Place = tuple[int, int, int, int, str]


def build(files: Mapping[str, bytes], found: list[pythons.Python], timestamp: int, largest: int = LARGEST) -> bytes:
    """Return the whole file, with bytecode for the Pythons that were found.

    Of the blocks of bytecode, which stand in the order of their use, it has as many as there is room for; what
    is left out runs from its source. Raises ValueError where there is no room for the first two, the second one
    packed as tightly as can be.
    """
    codes = packs.compile_all(found, files)
    read, call, *others = packs.BLOCKS
    choices = [[read, call, *others[:count]] for count in range(len(others), -1, -1)]
    for blocks in [*choices, [read, call._replace(form=packs.PACKED)]]:
        data = _assembled(files, codes, blocks, timestamp)
        if len(data) <= largest:
            return data
    raise ValueError(f"heygen.pyz has {len(data)} bytes, and is to have no more than {largest}")


def _assembled(files: Mapping[str, bytes], codes: packs.Codes, blocks: packs.Blocks, timestamp: int) -> bytes:
    header, boot = _header()
    keys = [-1, 0, *(int.from_bytes(python.magic[:2], "little") for python in codes)]
    length = len(header.replace("@PACKS@", _table({key: (0, 0) for key in keys})).encode())
    archive = ZipWriter(length, timestamp)
    archive.add("__main__.py", boot.encode())
    places = packs.add(archive, codes, blocks)
    # For every other interpreter: the loader as source, and no module's code.
    start, size = archive.add("bytecode/none", marshal.dumps(((), (packs.loader_source(), {}, ({}, []))), 2))
    places[0] = (start, start + size)
    start, size = archive.add("index", marshal.dumps(_add_files(archive, files), 2))
    places[-1] = (start, start + size)
    return header.replace("@PACKS@", _table({key: places[key] for key in keys})).encode() + archive.finish()


def _add_files(archive: ZipWriter, files: Mapping[str, bytes]) -> dict[str, Place]:
    """Add the files, and return where each stands."""
    sources = [key for key in files if key.endswith(".py")]
    documents = [key for key in files if key.startswith(DOCUMENTS)]
    with open(os.path.join(PARTS, "unlzma.py"), encoding="utf-8") as file:
        decoder = stripped(file.read()).encode()
    index: dict[str, Place] = {"unlzma.py": (*archive.add("unlzma.py", decoder), 0, len(decoder), "")}
    entry = archive.add("sources", pack(b"".join(files[key] for key in sources)), stored=True)
    offset = 0
    for key in sources:
        index[key] = (*entry, offset, len(files[key]), "lzma")
        offset += len(files[key])
    largest = max(documents, key=lambda key: (len(files[key]), key))
    for key in files:
        if key in documents and key != largest:
            content = deflate(files[key], files[largest][-32768:])
            index[key] = (*archive.add(key, content, stored=True), 0, len(files[key]), largest)
        elif key not in sources:
            index[key] = (*archive.add(key, files[key]), 0, len(files[key]), "")
    return index


def _header() -> tuple[str, str]:
    """Return the shell script at the file's start, and the boot code in it."""
    with open(os.path.join(PARTS, "header.sh"), encoding="utf-8") as file:
        header = file.read()
    with open(os.path.join(PARTS, "boot.py"), encoding="utf-8") as file:
        boot = "".join(line for line in file if not line.startswith("#"))
    if "'" in boot:
        raise ValueError("the boot code stands between single quotes in the header and cannot have any itself")
    return header.replace("@BOOT@", boot), boot


def _table(places: Mapping[int, tuple[int, int]]) -> str:
    """Return where the packs stand, in a text whose length does not depend on it."""
    return "{" + ",".join(f"{key}:({start:7d},{end:7d})" for key, (start, end) in places.items()) + "}"


def write(path: str, data: bytes, mode: int) -> None:
    """Write a file so that it is there whole or not at all, with this mode whatever the umask."""
    temporary = f"{path}.{os.getpid()}"
    with open(temporary, "wb") as file:
        file.write(data)
    os.chmod(temporary, mode)
    os.replace(temporary, path)


def main(arguments: list[str]) -> int:
    """Build the file and its checksum."""
    parser = argparse.ArgumentParser(description="Build dist/heygen.pyz and dist/checksums.txt.")
    parser.add_argument("--output", metavar="FOLDER", default=os.path.join(ROOT, "dist"), help="default: dist")
    parser.add_argument("--version", help="what the file says it is; default: heygen.__version__")
    parser.add_argument("--releases-url", default="", help="the list of releases that `heygen update` reads")
    parser.add_argument("--analytics-url", default="", help="where usage events go")
    parser.add_argument("--analytics-key", default="", help="the project key that usage events carry")
    parser.add_argument(
        "--python", metavar="PATH", action="append", default=[], help="carry bytecode for this Python (default: all here)"
    )
    options = parser.parse_args(arguments)
    stamp = {
        "RELEASES_URL": options.releases_url,
        "ANALYTICS_URL": options.analytics_url,
        "ANALYTICS_KEY": options.analytics_key,
    }
    if options.version:
        stamp["__version__"] = options.version
    try:
        found = pythons.chosen(options.python)
        data = build(package_files(stamp), found, int(os.environ.get("SOURCE_DATE_EPOCH") or 0))
    except ValueError as error:
        parser.exit(1, f"{error}\n")
    os.makedirs(options.output, exist_ok=True)
    write(os.path.join(options.output, "heygen.pyz"), data, 0o755)
    checksum = f"{hashlib.sha256(data).hexdigest()}  heygen.pyz\n"
    write(os.path.join(options.output, "checksums.txt"), checksum.encode(), 0o644)
    tags = ", ".join(python.cache_tag for python in found)
    print(f"{os.path.join(options.output, 'heygen.pyz')}: {len(data)} bytes, with bytecode for {tags}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
