"""Builds dist/heygen.pyz, the whole program in one file, and dist/checksums.txt beside it.

The file is a shell script (`archive/header.sh`) followed by a zip archive:

    __main__.py            what `python3 heygen.pyz` runs; the same boot code that the header gives to -c
    bytecode/<cache tag>   for each CPython of the building machine: the loader, and the modules' code
    bytecode/strings       what the code of all these Pythons has in common: names, constants
    heygen/...             the sources (for other interpreters, and for tracebacks) and the data files
    index                  where in the file each of these stands

The same sources give the same bytes, whichever Python builds it: every module is compiled by the
interpreter it is for, and names, times, modes and compression are fixed.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import marshal
import os
import re
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import marshalled
import pythons

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PARTS = os.path.join(ROOT, "scripts", "archive")
LARGEST = 500_000
DOCUMENTS = "heygen/api/documents/"


def _modules(folder: str, names: str) -> list[str]:
    return [f"{folder}/{name}.py" for name in names.split()]


# Which modules travel as bytecode, in blocks of what is used together: bytecode for six Pythons takes several times
# the room of the source, so that of a module which only rare or slow calls import is left out.
FIRST = _modules("heygen", "__init__ __main__")  # all that a bare --version needs
BLOCKS = (
    # Reading a command line, and help.
    _modules("heygen", "arguments cli config context duration errors help record suggest tree")
    + _modules("heygen/api", "__init__ documents fields operations schema validation"),
    # Calling an operation.
    _modules("heygen", "agent credentials invocation")
    + _modules("heygen/api", "body path")
    + _modules("heygen/commands", "__init__ operation")
    + _modules("heygen/http", "__init__ client errors failure message retry transport")
    + _modules("heygen/output", "__init__ printer"),
    # Waiting, and showing results to people.
    _modules("heygen", "jobs")
    + _modules("heygen/commands", "waiting")
    + _modules("heygen/output", "cells human progress terminal values"),
)


def deflate(data: bytes) -> bytes:
    """Return data as a raw deflate stream, which is what a zip archive holds."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    return compressor.compress(data) + compressor.flush()


class ZipWriter:
    """Writes a zip archive of deflated files whose every byte is decided here."""

    def __init__(self, start: int, timestamp: int) -> None:
        """Begin an archive that stands `start` bytes into its file; the timestamp is in seconds since 1970."""
        moment = time.gmtime(max(timestamp, 315532800))  # the format begins in 1980
        self._date = (moment.tm_year - 1980) << 9 | moment.tm_mon << 5 | moment.tm_mday
        self._time = moment.tm_hour << 11 | moment.tm_min << 5 | moment.tm_sec // 2
        self._start = start
        self._body = bytearray()
        self._directory = bytearray()
        self._count = 0

    def add(self, name: str, data: bytes, stored: bool = False) -> tuple[int, int]:
        """Add a file and return where in the whole file its bytes stand: offset and size."""
        content = data if stored else deflate(data)
        encoded = name.encode("ascii")
        offset = self._start + len(self._body)
        common = struct.pack(
            "<HHHHHLLLHH",
            20, 0, 0 if stored else 8, self._time, self._date,
            zlib.crc32(data), len(content), len(data), len(encoded), 0,
        )  # fmt: skip
        self._body += b"PK\3\4" + common + encoded + content
        made_by_unix, regular_file_0644 = 3 << 8 | 20, 0o100644 << 16
        self._directory += b"PK\1\2" + struct.pack("<H", made_by_unix) + common
        self._directory += struct.pack("<HHHLL", 0, 0, 0, regular_file_0644, offset) + encoded
        self._count += 1
        return offset + 30 + len(encoded), len(content)

    def finish(self) -> bytes:
        """Return the archive."""
        start = self._start + len(self._body)
        end = struct.pack("<HHHHLLH", 0, 0, self._count, self._count, len(self._directory), start, 0)
        return bytes(self._body + self._directory + b"PK\5\6" + end)


def package_files(stamp: Mapping[str, str] = MappingProxyType({})) -> dict[str, bytes]:
    """Return the package's files by their name in the archive, with the version and build metadata stamped in."""
    files = {}
    for folder, folders, names in os.walk(os.path.join(ROOT, "heygen")):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            path = os.path.join(folder, name)
            key = os.path.relpath(path, ROOT).replace(os.sep, "/")
            if name.endswith((".pyc", ".pyo")) or name.startswith("."):
                continue
            with open(path, "rb") as file:
                files[key] = file.read()
    for name, value in stamp.items():
        key = "heygen/__init__.py" if name == "__version__" else "heygen/build.py"
        files[key] = stamped(files[key].decode(), name, value).encode()
    for key in [key for key in files if key.startswith(DOCUMENTS) and key.endswith(".json")]:
        # Every Python reads marshal's second version, a few times faster than it imports json.
        document = json.loads(files.pop(key))
        files[key[: -len(".json")] + ".marshal"] = marshal.dumps(document, 2)
    return files


def stamped(source: str, name: str, value: str) -> str:
    """Return a module's source with the value of a constant, a string, replaced."""
    source, found = re.subn(rf'(?m)^{name} = ".*"$', lambda match: f"{name} = {json.dumps(value)}", source)
    if found != 1:
        raise ValueError(f"no constant {name}")
    return source


def module_name(key: str) -> tuple[str, bool]:
    """Return the module that a source file is, and whether it is a package."""
    path = key[: -len(".py")].replace("/", ".")
    return (path[: -len(".__init__")], True) if path.endswith(".__init__") else (path, False)


def compiled(python: pythons.Python, sources: Mapping[str, bytes]) -> dict[str, marshalled.Node]:
    """Return each source's code, as the Python compiles it."""
    answer = subprocess.run(
        # The environment is fixed, because the order of a set's elements shows in the bytes.
        [python.path, "-S", "-s", os.path.join(PARTS, "bytecode.py")],
        input=marshal.dumps(dict(sources), 2),
        stdout=subprocess.PIPE,
        env={"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C"},
        cwd=os.sep,
        check=True,
    )
    return {key: marshalled.read(code, python.version) for key, code in marshal.loads(answer.stdout).items()}


def together(nodes: Iterable[marshalled.Node]) -> tuple[bytes, dict[bytes, int]]:
    """Return the strings of these values, written once, and the place of each."""
    found: dict[bytes, None] = {}
    for node in nodes:
        marshalled.strings(node, found)
    return marshalled.write_strings(found), {text: place for place, text in enumerate(found)}


def by_module(codes: Mapping[str, marshalled.Node], keys: Iterable[str]) -> marshalled.Node:
    """Return the code of these source files as a dictionary by the names of their modules."""
    return marshalled.dictionary({module_name(key)[0].encode(): codes[key] for key in keys})


def add_bytecode(
    archive: ZipWriter, found: list[pythons.Python], loader: bytes, files: Mapping[str, bytes]
) -> dict[int, tuple[int, int]]:
    """Add each Python's bytecode, and return where its first part stands: start and end, by magic number.

    That part has the loader, the modules of FIRST and the tables; the blocks come after it.
    """
    chosen = {key: files[key] for block in (FIRST, *BLOCKS) for key in block}
    codes = {python: compiled(python, {"loader.py": loader, **chosen}) for python in found}
    modules = {}
    for number, block in enumerate(BLOCKS):
        modules.update({module_name(key)[0]: (number, module_name(key)[1]) for key in block})
    modules.update({module_name(key)[0]: (-1, module_name(key)[1]) for key in FIRST})
    shared = [together(by_module(codes[python], block) for python in found) for block in BLOCKS]
    strings = [archive.add(f"bytecode/strings{number}", text) for number, (text, _) in enumerate(shared)]

    places = {}
    for python in found:
        parts, spans, offset = [], [], 0
        for block, (_, numbers), where in zip(BLOCKS, shared, strings):
            parts.append(deflate(marshalled.write(by_module(codes[python], block), numbers)))
            spans.append((*where, offset, len(parts[-1])))
            offset += len(parts[-1])
        tables = marshalled.read(marshal.dumps((modules, spans), 2), python.version)
        first = ("(", [codes[python]["loader.py"], by_module(codes[python], FIRST), tables])
        text, numbers = together([first])
        head = deflate(b"(" + struct.pack("<i", 2) + text + marshalled.write(first, numbers))
        start, _ = archive.add(f"bytecode/{python.cache_tag}", head + b"".join(parts), stored=True)
        places[int.from_bytes(python.magic[:2], "little")] = (start, start + len(head))
    return places


def build(files: Mapping[str, bytes], found: list[pythons.Python], timestamp: int) -> bytes:
    """Return the whole file."""
    with open(os.path.join(PARTS, "header.sh"), encoding="utf-8") as file:
        header = file.read()
    with open(os.path.join(PARTS, "boot.py"), encoding="utf-8") as file:
        boot = "".join(line for line in file if not line.startswith("#"))
    with open(os.path.join(PARTS, "loader.py"), "rb") as file:
        loader = file.read()
    if "'" in boot:
        raise SystemExit("the boot code stands between single quotes in the header and cannot have any itself")
    header = header.replace("@BOOT@", boot)

    def table(places: Mapping[int, tuple[int, int]]) -> str:
        return "{" + ",".join(f"{key}:({start:7d},{end:7d})" for key, (start, end) in places.items()) + "}"

    keys = [-1, 0] + [int.from_bytes(python.magic[:2], "little") for python in found]
    length = len(header.replace("@PACKS@", table({key: (0, 0) for key in keys})).encode())
    archive = ZipWriter(length, timestamp)
    archive.add("__main__.py", boot.encode())
    places = add_bytecode(archive, found, loader, files)
    # For every other interpreter: the loader as source, and no module's code.
    start, size = archive.add("bytecode/none", marshal.dumps(((), (loader, {}, ({}, []))), 2))
    places[0] = (start, start + size)
    index = {key: archive.add(key, data) for key, data in files.items()}
    start, size = archive.add("index", marshal.dumps(index, 2))
    places[-1] = (start, start + size)
    return header.replace("@PACKS@", table({key: places[key] for key in keys})).encode() + archive.finish()


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
    options = parser.parse_args(arguments)
    stamp = {
        "RELEASES_URL": options.releases_url,
        "ANALYTICS_URL": options.analytics_url,
        "ANALYTICS_KEY": options.analytics_key,
    }
    if options.version:
        stamp["__version__"] = options.version
    found = pythons.find()
    data = build(package_files(stamp), found, int(os.environ.get("SOURCE_DATE_EPOCH") or 0))
    if len(data) > LARGEST:
        raise SystemExit(f"heygen.pyz has {len(data)} bytes, and is to have no more than {LARGEST}")
    os.makedirs(options.output, exist_ok=True)
    write(os.path.join(options.output, "heygen.pyz"), data, 0o755)
    checksum = f"{hashlib.sha256(data).hexdigest()}  heygen.pyz\n"
    write(os.path.join(options.output, "checksums.txt"), checksum.encode(), 0o644)
    tags = ", ".join(python.cache_tag for python in found)
    print(f"{os.path.join(options.output, 'heygen.pyz')}: {len(data)} bytes, with bytecode for {tags}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
