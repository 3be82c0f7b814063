"""Imports heygen's modules out of the bytes of the file it was started from, and starts it.

The boot code hands over `archive` (the file's bytes), `index` (where the list of its files stands), and
for an interpreter whose bytecode is aboard `modules` (each module's block, and whether it is a package),
`blocks` (where each one's code stands: first what it has in common with that for other interpreters, then the rest)
and `codes` (code by module, as far as it is loaded). A block is loaded when the first of its modules is imported.
"""

import gc
import marshal
import sys
import zlib

# A start makes many objects and no garbage; collections begin where a run goes on for longer.
if hasattr(gc, "set_threshold"):  # PyPy counts otherwise
    gc.set_threshold(50_000)

ModuleSpec = type(sys.__spec__)  # importlib.machinery would be the only module imported for it


class Archive:
    """Finds, loads and reads everything under `heygen` in the archive."""

    def __init__(self, path, archive, index, codes, modules, blocks):
        self.archive = path
        self._bytes = archive
        self._index = index
        self._files = None
        self._entry = None, b""  # the last one that was read: all the sources are in one
        self._codes = codes
        self._modules = modules
        self._blocks = blocks

    def files(self):
        """Return where each file stands: its entry's offset and size, its place and size in that, decompressed, and
        how it is compressed: by "lzma", or deflated with the file of that name, if there is one, as dictionary."""
        if self._files is None:
            start, end = self._index
            self._files = marshal.loads(self._inflate(start, end - start))
        return self._files

    def _inflate(self, offset, size, dictionary=b""):
        return zlib.decompressobj(-15, dictionary).decompress(self._bytes[offset : offset + size])

    def _read(self, name):
        start, length, offset, size, how = self.files()[name]
        if start != self._entry[0]:
            if how == "lzma":
                content = self._unlzma(self._bytes[start : start + length])
            else:
                content = self._inflate(start, length, self._read(how)[-32768:] if how else b"")
            self._entry = start, content
        return self._entry[1][offset : offset + size]

    def _unlzma(self, data):
        try:
            from _lzma import LZMADecompressor  # which lzma imports half a dozen modules to wrap

            return LZMADecompressor().decompress(data)
        except ImportError:
            names = {}
            exec(self._read("unlzma.py").decode(), names)
            return names["decompress"](data)

    def _source_name(self, module):
        """Return the archive's name of a module's source, and whether the module is a package."""
        name = module.replace(".", "/")
        if name + ".py" in self.files():
            return name + ".py", False
        if name + "/__init__.py" in self.files():
            return name + "/__init__.py", True
        return None, False

    def find_spec(self, name, path=None, target=None):
        if not (name == "heygen" or name.startswith("heygen.")):
            return None
        entry = self._modules.get(name)
        if entry is not None:
            is_package = entry[1]
            file = name.replace(".", "/") + ("/__init__.py" if is_package else ".py")
        else:
            file, is_package = self._source_name(name)
            if file is None:
                return None
        spec = ModuleSpec(name, self, origin=self.archive + "/" + file, is_package=is_package)
        if is_package:
            spec.submodule_search_locations.append(self.archive + "/" + name.replace(".", "/"))
        return spec

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        # Set here and not by has_location, which would work out where a cached file might be as well.
        module.__file__ = module.__spec__.origin
        exec(self.get_code(module.__name__), module.__dict__)

    def get_code(self, name):
        entry = self._modules.get(name)
        if entry is None:
            return compile(self.get_source(name), self.get_filename(name), "exec", dont_inherit=True)
        if name not in self._codes:
            self._load(self._blocks[entry[0]])
        code = self._codes[name]
        import _imp

        _imp._fix_co_filename(code, self.get_filename(name))  # as importlib does: it was compiled elsewhere
        return code

    def _load(self, parts):
        pieces = []
        for start, length, is_packed, slices in parts:
            data = self._unlzma(self._bytes[start : start + length]) if is_packed else self._inflate(start, length)
            pieces += [data[first:last] for first, last in slices] if slices else [data]
        # What the code refers to, which marshal has to see first, and a dictionary of the code.
        common, *items = pieces
        self._codes.update(marshal.loads(b"(\2\0\0\0" + common + b"{" + b"".join(items) + b"0")[1])

    def get_source(self, name):
        file, _ = self._source_name(name)
        if file is None:
            raise ImportError("no module named " + repr(name), name=name)
        return self._read(file).decode()

    def get_filename(self, name):
        return self.find_spec(name).origin

    def is_package(self, name):
        return self.find_spec(name).submodule_search_locations is not None

    def get_data(self, path):
        """Return the content of a file of the archive by its path, as other loaders do; raises OSError."""
        name = path[len(self.archive) + 1 :].replace("\\", "/")
        try:
            return self._read(name)
        except KeyError:
            raise FileNotFoundError(2, "No such file in the archive", path) from None


system = sys.modules.get("posix") or sys.modules.get("nt")  # what os would have to be imported for
if "--debug" in sys.argv or b"HEYGEN_DEBUG" in system.environ or "HEYGEN_DEBUG" in system.environ:
    modules = {}  # from the sources, because the bytecode has no line numbers to show
sys.meta_path.insert(0, Archive(sys.argv[0], archive, index, codes, modules, blocks))

from heygen.__main__ import main

status = main()
if "threading" not in sys.modules and not getattr(sys.modules.get("atexit"), "_ncallbacks", int)():
    # Nothing is left to be done but to take the interpreter apart, which would take as long as a tenth of its start.
    try:
        sys.stdout.flush()
        sys.stderr.flush()
        system._exit(status)
    except (AttributeError, OSError, ValueError):
        pass  # a stream that is closed or full: the interpreter's own end deals with it
sys.exit(status)
