# The first Python that runs, given to the interpreter by the shell header and by `python3 heygen.pyz`. It
# reads the whole file at once, so that whatever replaces the file later cannot mix two releases in one
# process, and hands over to the loader. Kept within the syntax of Python 2.7 and free of single quotes.
import sys

try:
    if sys.argv[0] == "-c":
        del sys.argv[0]
    if sys.version_info < (3, 9):
        import os
        if os.path.exists("/bin/sh"):
            os.environ["HEYGEN_PYTHON3_IS_TOO_OLD"] = "1"
            os.execv("/bin/sh", ["sh"] + sys.argv)
        found = "Python %d.%d.%d" % sys.version_info[:3]
        sys.exit("{\"error\":{\"code\":\"cli_python_too_old\",\"message\":\"heygen needs Python 3.9 or newer, and this is %s\"}}" % found)
    try:
        import marshal
        import zlib
    except ImportError:
        sys.exit("{\"error\":{\"code\":\"cli_python_incomplete\",\"message\":\"this Python was built without zlib, which heygen needs\"}}")
    with open(sys.argv[0], "rb") as file:
        archive = file.read()
    packs = eval(archive[archive.index(b"{"):archive.index(b"}") + 1])
    magic = getattr(sys.modules.get("_frozen_importlib_external"), "MAGIC_NUMBER", b"\0\0")
    start, end = packs.get(magic[0] + 256 * magic[1], packs[0])
    loader, codes, (modules, blocks) = marshal.loads(zlib.decompress(archive[start:end], -15))[1]
    exec(loader, {
        "__name__": "heygen loader", "archive": archive, "index": packs[-1],
        "codes": codes, "modules": modules, "blocks": blocks,
    })
except KeyboardInterrupt:
    sys.exit(130)  # Ctrl-C before there was anything to say
