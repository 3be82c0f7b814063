"""Builds dist/heygen.pyz, the whole program in one file, and dist/checksums.txt beside it.

The file is a shell script (`archive/header.sh`), which finds a Python, followed by a zip archive:

    __main__.py                      the launcher (`archive/__main__.py`), which is also what `python3 heygen.pyz` runs
    heygen/...                       the sources, documents and media, each as it is in the repository
    bytecode/<cache tag>/<folder>    for each CPython of the building machine, the compiled modules of a folder

The same sources give the same bytes, whichever Python builds it: every module is compiled by the interpreter it is
for, and names, times, modes and compression are fixed.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import marshal
import os
import subprocess
import sys
import time
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import pythons
from package import ROOT, package_files

PARTS = os.path.join(ROOT, "scripts", "archive")
LARGEST = 2_000_000  # bytes
#: Features that their own commands alone import, and what is imported after a mistake alone. Where there is no room for
#: everything, their bytecode is left out in this order, and of each that for the oldest Pythons first: what has none is
#: compiled at each start.
LEFT_OUT_FIRST = (
    "heygen.sandbox",
    "heygen.batch",
    "heygen.mcp",
    "heygen.webhooks",
    "heygen.doctor",
    "heygen.update",
    "heygen.cli.completion",
    "heygen.cli.mending",
    "heygen.commands",
    "heygen.files",
)


def build(files: Mapping[str, bytes], found: Sequence[pythons.Python], timestamp: int, largest: int = LARGEST) -> bytes:
    """Return the whole file, with bytecode for the Pythons that were found; the timestamp is in seconds since 1970.

    Raises ValueError where it would be larger than it may be.
    """
    found = sorted(found, key=lambda python: python.version)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        by_python = dict(zip(found, pool.map(lambda python: compiled(python, files), found)))
    bundles = {
        f"bytecode/{python.cache_tag}/{folder.replace('/', '.')}": bundle
        for python in found
        for folder, bundle in by_python[python].items()
    }
    room = largest - len(_archive(files, timestamp))
    sizes = {name: _size_in_archive(name, bundle) for name, bundle in bundles.items()}
    # At last, all the bytecode of the oldest.
    unneeded = [f"bytecode/{python.cache_tag}/{folder}" for folder in (*LEFT_OUT_FIRST, "") for python in found]
    while unneeded and sum(sizes.values()) > room:
        beginning = unneeded.pop(0)
        sizes = {name: size for name, size in sizes.items() if not name.startswith(beginning)}
    data = _archive({**files, **{name: bundles[name] for name in sizes}}, timestamp)
    if len(data) > largest:
        raise ValueError(f"heygen.pyz has {len(data)} bytes, and is to have no more than {largest}")
    return data


def _size_in_archive(name: str, data: bytes) -> int:
    """Return how many bytes a deflated file adds: its data, and its name and 76 bytes more in two headers."""
    deflated = zlib.compressobj(9, zlib.DEFLATED, -15)
    return len(deflated.compress(data)) + len(deflated.flush()) + 2 * len(name) + 76


def compiled(python: pythons.Python, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return each folder's modules, as the Python compiles them."""
    answer = subprocess.run(
        # The environment is fixed, because the order of a set's elements shows in the bytes.
        [python.path, "-S", "-s", "-X", "no_debug_ranges", os.path.join(PARTS, "compile.py")],
        input=marshal.dumps({name: files[name] for name in files if name.endswith(".py")}, 2),
        stdout=subprocess.PIPE,
        env={"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C"},
        cwd=os.sep,
        check=True,
    )
    return marshal.loads(answer.stdout)


def _archive(files: Mapping[str, bytes], timestamp: int) -> bytes:
    moment = time.gmtime(max(timestamp, 315532800))[:6]  # the format begins in 1980
    output = io.BytesIO()
    output.write(_part("header.sh"))
    with zipfile.ZipFile(output, "w") as archive:
        for name, data in {"__main__.py": _part("__main__.py"), **files}.items():
            entry = zipfile.ZipInfo(name, moment)
            entry.create_system = 3  # Unix
            entry.external_attr = 0o100644 << 16
            # The launcher is stored as it is: it says what is wrong with a Python that cannot decompress.
            entry.compress_type = zipfile.ZIP_STORED if name == "__main__.py" else zipfile.ZIP_DEFLATED
            archive.writestr(entry, data, compresslevel=9)
    return output.getvalue()


def _part(name: str) -> bytes:
    with open(os.path.join(PARTS, name), "rb") as file:
        return file.read()


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
