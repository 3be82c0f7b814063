"""dist/heygen.pyz: how it is built, how it starts, and where its code comes from."""

from __future__ import annotations

import ast
import hashlib
import io
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import zipfile

import pytest
import zipapps
from zipapps import ROOT, THIS_PYTHON, start, write

import heygen

VERSION = f"heygen {heygen.__version__}\n"

# A test that needs a bare file system or a shell is for the systems that have them.
posix = pytest.mark.skipif(os.name != "posix", reason="starts through the shell")
cpython = pytest.mark.skipif(THIS_PYTHON.implementation != "cpython", reason="only CPython's bytecode is carried")


@pytest.fixture
def pyz(tmp_path):
    return write(tmp_path / "heygen.pyz", zipapps.data())


@pytest.fixture(scope="session")
def complete(tmp_path_factory):
    """The folder of a build with bytecode for all the machine's Pythons, as a release has it."""
    return build(tmp_path_factory.mktemp("dist"))


def build(folder, python=sys.executable, root=ROOT, **options):
    subprocess.run(
        [python, str(root / "scripts" / "build_zipapp.py"), "--output", str(folder)],
        check=True,
        stdout=subprocess.DEVNULL,
        **options,
    )
    return folder


# --- the build


def test_the_same_sources_give_the_same_bytes(complete, tmp_path):
    """Whoever builds them, from wherever, whenever, and whatever the process's surroundings."""
    copy = tmp_path / "a copy ä"
    shutil.copytree(ROOT / "heygen", copy / "heygen")
    shutil.copytree(ROOT / "scripts", copy / "scripts")
    for file in copy.rglob("*"):
        os.utime(file, (1, 1))
    other = next((each for each in zipapps.pythons.find() if each.minor != THIS_PYTHON.minor), THIS_PYTHON)
    surroundings = {
        **os.environ, "TZ": "Asia/Kathmandu", "LC_ALL": "C", "PYTHONHASHSEED": "7", "PYTHONOPTIMIZE": "1", "COLUMNS": "9"
    }  # fmt: skip
    # The umask is the process's own, and changed in the child alone.
    command = "import os, runpy, sys; os.umask(0o077); sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    script = str(copy / "scripts" / "build_zipapp.py")
    subprocess.run(
        [other.path, "-c", f"import sys; sys.path.insert(0, {str(copy / 'scripts')!r}); {command}", script,
         "--output", str(tmp_path / "out")],
        check=True, stdout=subprocess.DEVNULL, env=surroundings, cwd=os.sep,
    )  # fmt: skip

    assert (tmp_path / "out" / "heygen.pyz").read_bytes() == (complete / "heygen.pyz").read_bytes()
    assert (tmp_path / "out" / "heygen.pyz").stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "out" / "checksums.txt").stat().st_mode & 0o777 == 0o644


def test_the_file_is_small_and_its_checksum_is_beside_it(complete):
    data = (complete / "heygen.pyz").read_bytes()

    assert len(data) <= 500_000
    assert (complete / "checksums.txt").read_text() == f"{hashlib.sha256(data).hexdigest()}  heygen.pyz\n"
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "-c", "--strict", "checksums.txt"], cwd=complete, check=True, stdout=subprocess.DEVNULL)


def test_it_has_bytecode_for_every_python_of_the_machine(complete):
    with zipfile.ZipFile(complete / "heygen.pyz") as archive:
        tags = {name.partition("/")[2] for name in archive.namelist() if name.startswith("bytecode/cpython-")}

    assert tags == {python.cache_tag for python in zipapps.pythons.find()}


def test_it_is_a_sound_zip_archive(pyz):
    with zipfile.ZipFile(pyz) as archive:
        assert archive.testzip() is None
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert len(archive.namelist()) == len(set(archive.namelist()))
        assert archive.namelist()[0] == "__main__.py"


def test_the_sources_aboard_do_what_the_sources_do(pyz):
    """They are the same line by line, but for comments and docstrings."""
    code = "for name in words: print(repr(archive.get_source(name)))"
    keys = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "heygen").rglob("*.py"))
    keys.remove("heygen/core/build.py")
    names = [zipapps.packs.module_name(key)[0] for key in keys]

    for key, line in zip(keys, inside(pyz, code, *names)):
        original = (ROOT / key).read_text(encoding="utf-8").split("\n")
        aboard = ast.literal_eval(line).split("\n")
        assert len(aboard) == len(original), key
        for number, (here, there) in enumerate(zip(original, aboard), 1):
            assert there in (here, ""), f"{key}:{number}"


def test_the_time_of_the_files_may_be_set():
    """SOURCE_DATE_EPOCH, as https://reproducible-builds.org describes it."""
    data = zipapps.build_zipapp.build(zipapps.package_files(), [], 1_700_000_000)

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2023, 11, 14, 22, 13, 20)}


@cpython
def test_it_leaves_out_the_rarer_bytecode_where_there_is_no_room(tmp_path):
    files, found = zipapps.package_files(), [THIS_PYTHON]
    sizes, blocks, largest = [], [], 500_000
    while True:
        try:
            data = zipapps.build_zipapp.build(files, found, 0, largest)
        except ValueError as error:
            assert f"no more than {largest}" in str(error)
            break
        sizes.append(len(data))
        blocks.append(inside_blocks(data))
        # Every one of them starts from the bytecode that it has.
        path = write(tmp_path / "heygen.pyz", without_sources(data))
        assert start(THIS_PYTHON.path, path, "video", "list", "--dry-run", "--get", "method").stdout == "GET\n"
        largest = len(data) - 1

    assert blocks == [4, 3, 2, 2]
    assert sizes == sorted(sizes, reverse=True)


def inside_blocks(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return len({name.split("/")[1] for name in archive.namelist() if name.startswith("bytecode/") and name[9].isdigit()})


def test_make_builds_it(tmp_path):
    if not shutil.which("make"):
        pytest.skip("there is no make here")
    answer = subprocess.run(
        ["make", "--no-print-directory", "-n", "-f", str(ROOT / "zipapp.mk"), "check", "PYTHON=a-python"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert answer.stdout.splitlines() == ["a-python scripts/build_zipapp.py ", "cd dist && sha256sum -c checksums.txt"]


# --- starting


@posix
def test_it_starts_by_itself(pyz):
    answer = start(pyz, "--version")

    assert (answer.stdout, answer.stderr, answer.returncode) == (VERSION, "", 0)


def test_it_starts_as_an_argument_of_python(pyz):
    answer = start(THIS_PYTHON.path, pyz, "--version")

    assert (answer.stdout, answer.stderr, answer.returncode) == (VERSION, "", 0)


def test_every_python_of_the_machine_starts_it(complete):
    for python in zipapps.pythons.find():
        answer = start(python.path, complete / "heygen.pyz", "user", "me", "get", "--dry-run", "--get", "method")
        assert (answer.stdout, answer.stderr, answer.returncode) == ("GET\n", "", 0), python


@posix
@pytest.mark.parametrize("name", ["heygen", "a b", "ä ö.pyz", "it's", '"$(false)`"', "*", "-x", "--version"])
def test_it_starts_under_any_name_and_through_links(tmp_path, name):
    folder = tmp_path / name
    folder.mkdir()
    file = write(folder / name, zipapps.data())
    link = tmp_path / "link"
    link.symlink_to(os.path.join(name, name))

    assert start(file, "--version").stdout == VERSION
    assert start(link, "--version").stdout == VERSION
    assert start(f"./{name}", "--version", cwd=folder).stdout == VERSION
    assert start(THIS_PYTHON.path, f"./{name}", "--version", cwd=folder).stdout == VERSION


@posix
@pytest.mark.parametrize("shell", ["sh", "dash", "bash", "busybox", "zsh", "ksh"])
def test_any_shell_reads_its_header(pyz, shell):
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"there is no {shell} here")
    command = [found, "sh"] if shell == "busybox" else [found]
    answer = start(*command, pyz, "video", "get", "a 'b' $c\n", "--dry-run", "--get", "url")

    assert answer.stdout == "https://api.heygen.com/v3/videos/a%20%27b%27%20%24c%0A\n"
    assert (answer.stderr, answer.returncode) == ("", 0)


@posix
def test_it_starts_from_where_nothing_can_be_written(unwritable):
    folder, python, nobody = unwritable
    pyz = write(folder / "heygen.pyz", zipapps.data())
    pyz.chmod(0o555)

    answer = start(pyz, "--version", env={"PATH": f"{os.path.dirname(python)}:/usr/bin:/bin"}, **nobody)

    assert (answer.stdout, answer.stderr, answer.returncode) == (VERSION, "", 0)
    assert os.listdir(folder) == [pyz.name]


def fake_pythons(folder, **answers):
    """Make a PATH with interpreters that are scripts, and nothing else."""
    folder.mkdir()
    for name, script in answers.items():
        file = folder / name.replace("_", ".")
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
    return {"PATH": str(folder)}


@posix
def test_it_moves_on_where_python3_is_missing_or_damaged(pyz, tmp_path):
    real = f'exec {THIS_PYTHON.path} "$@"'
    env = fake_pythons(tmp_path / "bin", python3_13="exit 127", python3_12="exit 1", python3_10=real)

    answer = start(pyz, "--version", env=env)

    assert (answer.stdout, answer.stderr, answer.returncode) == (VERSION, "", 0)


@posix
def test_it_moves_on_where_python3_is_too_old(pyz, tmp_path):
    old = next((path for path in _old_pythons()), None)
    if old is None:
        pytest.skip("there is no Python before 3.9 here")
    env = fake_pythons(tmp_path / "bin", python3=f'exec {old} "$@"', python3_9=f'exec {THIS_PYTHON.path} "$@"')
    answer = start(pyz, "--version", env=env)
    assert (answer.stdout, answer.stderr, answer.returncode) == (VERSION, "", 0)

    answer = start(old, pyz, "--version", env=env)
    assert (answer.stdout, answer.stderr, answer.returncode) == (VERSION, "", 0)

    env = fake_pythons(tmp_path / "only", python3=f'exec {old} "$@"')
    answer = start(pyz, "--version", env=env)
    assert answer.returncode == 1
    assert json.loads(answer.stderr)["error"]["code"] == "cli_python_too_old"


def _old_pythons():
    folder = pathlib.Path.home() / ".pyenv" / "versions"
    return sorted(path for path in folder.glob("3.[678].*/bin/python3"))


@posix
def test_it_says_so_where_there_is_no_python(pyz, tmp_path):
    answer = start("/bin/sh", pyz, "--version", env=fake_pythons(tmp_path / "bin"))

    assert (answer.stdout, answer.returncode) == ("", 1)
    error = json.loads(answer.stderr)["error"]
    assert error["code"] == "cli_python_too_old"
    assert "3.9 or newer" in error["message"]


def test_a_python_without_zlib_is_told_apart(pyz):
    code = "import sys; sys.modules['zlib'] = None; sys.argv = sys.argv[1:]; exec(open(%r).read())"
    boot = str(ROOT / "scripts" / "archive" / "boot.py")

    answer = start(THIS_PYTHON.path, "-c", code % boot, pyz, "--version")

    assert (answer.stdout, answer.returncode) == ("", 1)
    assert json.loads(answer.stderr)["error"]["code"] == "cli_python_incomplete"


@posix
def test_it_runs_isolated_from_what_lies_around(pyz, tmp_path):
    """Neither the environment nor the working folder reaches the interpreter."""
    folder = tmp_path / "around"
    folder.mkdir()
    for name in ("json", "os", "heygen", "marshal", "zlib", "sitecustomize", "usercustomize"):
        (folder / f"{name}.py").write_text("raise SystemExit('taken in')")
    env = {"PYTHONPATH": str(folder), "PYTHONSTARTUP": str(folder / "json.py"), "PYTHONHOME": "/nonexistent", "PYTHONINSPECT": "1"}

    answer = start(pyz, "video", "list", "--dry-run", "--get", "method", env=env, cwd=folder)

    assert (answer.stdout, answer.stderr, answer.returncode) == ("GET\n", "", 0)


@posix
@pytest.mark.parametrize("words", [["--version"], ["--help"], ["video", "list", "--dry-run"]])
def test_an_output_that_takes_nothing_is_no_defect(pyz, words):
    if os.path.exists("/dev/full"):
        with open("/dev/full", "w") as full:
            answer = start(pyz, *words, stdout=full, stderr=subprocess.PIPE, capture_output=False)
        assert answer.returncode == 1
        assert json.loads(answer.stderr)["error"]["code"] == "cli_file_io_error"
    answer = start("/bin/sh", "-c", '"$@" >&-', "sh", pyz, *words)
    assert (answer.stdout, answer.stderr, answer.returncode) == ("", "", 0)
    answer = start("/bin/sh", "-c", '("$@"; echo $? >&2) | true', "sh", pyz, *words)
    assert answer.stderr == "0\n"


@posix
def test_arguments_arrive_as_they_are(pyz):
    words = ["", " ", "a\nb", "é", "\udcff", "*", "$HOME", "\\", "'", '"', "-c", "-I"]
    answer = start(pyz, "video", "create", "--dry-run", "--no-validate", *(f"--set=w.a{n}={json.dumps(w)}" for n, w in enumerate(words)))

    assert list(json.loads(answer.stdout)["body"]["w"].values()) == words


# --- where the code comes from


def without_sources(data):
    """Return the file with the sources in it made unreadable."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo("sources")
    start = info.header_offset + 30 + len(info.filename)
    return data[:start] + b"\xff" * info.compress_size + data[start + info.compress_size :]


BOOT = """
import atexit, sys
atexit.register(int)  # so that the loader leaves the end of the interpreter to itself
words, sys.argv = sys.argv[2:], [sys.argv[1], "--version"]
try:
    exec(open({boot!r}).read())
except SystemExit:
    archive = sys.meta_path[0]
"""


def inside(path, code, *words, env=None):
    """Run code in an interpreter that has started the file; return what it printed."""
    boot = BOOT.format(boot=str(ROOT / "scripts" / "archive" / "boot.py"))
    answer = start(THIS_PYTHON.path, "-S", "-s", "-c", boot + code, path, *words, env={"PYTHONHASHSEED": "0", **(env or {})})
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.splitlines()[1:]


ORIGIN = """
import heygen, heygen.cli.main
for module in (heygen, heygen.cli.main):
    spec = module.__spec__
    code = spec.loader.get_code(spec.name)
    has_annotations = bool(heygen.cli.main.main.__annotations__)
    print(spec.origin, code.co_filename, module.__file__, module.__path__ if hasattr(module, "__path__") else has_annotations)
"""


@cpython
def test_the_bytecode_is_what_is_loaded_by_its_origin(tmp_path):
    """It runs when no source in it can be read, and has no annotations, which only the sources have."""
    path = write(tmp_path / "heygen.pyz", without_sources(zipapps.data()))
    package, module = f"{path}/heygen/__init__.py", f"{path}/heygen/cli/main.py"

    assert inside(path, ORIGIN) == [
        f"{package} {package} {package} ['{path}/heygen']",
        f"{module} {module} {module} False",
    ]
    assert start(THIS_PYTHON.path, path, "video", "list", "--dry-run", "--get", "method").stdout == "GET\n"


def test_other_interpreters_run_the_sources(tmp_path):
    path = write(tmp_path / "heygen.pyz", zipapps.data(with_bytecode=False))

    assert inside(path, ORIGIN)[1] == " ".join([f"{path}/heygen/cli/main.py"] * 3 + ["True"])
    assert start(THIS_PYTHON.path, path, "video", "list", "--dry-run", "--get", "method").stdout == "GET\n"


@pytest.mark.skipif(not shutil.which("pypy3"), reason="there is no PyPy here")
def test_pypy_runs_the_sources(pyz):
    answer = start(shutil.which("pypy3"), pyz, *"sandbox run -- video-agent create --prompt Hi --wait --get data.status".split())

    assert (answer.stdout, answer.stderr, answer.returncode) == ("completed\n", "", 0)


def test_an_interpreter_that_is_no_cpython_runs_the_sources(tmp_path):
    """What only CPython has is missing: here it is taken away."""
    path = write(tmp_path / "heygen.pyz", zipapps.data(with_bytecode=False))
    gone = "import gc, sys, atexit; del gc.set_threshold, atexit._ncallbacks; sys.modules['_lzma'] = None\n"
    boot = (ROOT / "scripts" / "archive" / "boot.py").read_text()

    answer = start(THIS_PYTHON.path, "-ISc", gone + boot, path, "video", "list", "--dry-run", "--get", "method")

    assert (answer.stdout, answer.stderr, answer.returncode) == ("GET\n", "", 0)


def test_an_interpreter_without_lzma_runs_the_sources_as_well(tmp_path):
    path = write(tmp_path / "heygen.pyz", zipapps.data(with_bytecode=False))
    code = "sys.modules['_lzma'] = None; archive._entry = (None, b''); print(len(archive.get_source('heygen.sandbox.server')))"

    assert inside(path, code) == inside(path, "print(len(archive.get_source('heygen.sandbox.server')))")


@cpython
def test_the_bytecode_is_what_is_loaded_by_time(tmp_path):
    """Compiling the sources at every start takes several times as long as loading their bytecode."""

    def seconds(path):
        """The processor's time, which other processes do not add to."""
        before = os.times()
        assert start(THIS_PYTHON.path, "-I", "-S", path, "video", "create", "--help").returncode == 0
        after = os.times()
        return after.children_user + after.children_system - before.children_user - before.children_system

    with_bytecode = write(tmp_path / "bytecode.pyz", zipapps.data())
    from_source = write(tmp_path / "source.pyz", zipapps.data(with_bytecode=False))
    pairs = [(seconds(with_bytecode), seconds(from_source)) for _ in range(5)]

    assert sum(slow for _, slow in pairs) > 1.5 * sum(fast for fast, _ in pairs)


COMPILE_AGAIN = """
folder, *names = words
sys.path.insert(0, folder)
from bytecode import compiled

for name in names:
    file, _ = archive._source_name(name)
    aboard, again = archive.get_code(name), compiled(archive.get_source(name), archive.archive + "/" + file)
    assert aboard == again and aboard.co_consts == again.co_consts, name
    print(name)
"""


@cpython
def test_the_code_aboard_is_what_the_compiler_makes(pyz):
    """What was written with shared strings reads back as the very code that was compiled."""
    blocks = [zipapps.packs.FIRST, *(block.keys for block in zipapps.packs.BLOCKS)]
    names = [zipapps.packs.module_name(key)[0] for block in blocks for key in block]

    assert inside(pyz, COMPILE_AGAIN, ROOT / "scripts" / "archive", *names) == names


def test_the_documents_aboard_are_the_documents(pyz):
    folder = ROOT / "heygen" / "api" / "documents"
    names = sorted(path.stem for path in folder.glob("*.json"))
    code = """
import marshal, json
for name in words:
    path = archive.archive + "/heygen/api/documents/" + name + ".marshal"
    print(json.dumps(marshal.loads(archive.get_data(path))))
"""
    for name, line in zip(names, inside(pyz, code, *names)):
        assert line == json.dumps(json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))), name


@pytest.mark.parametrize("env", [{"HEYGEN_DEBUG": "1"}, {}])
def test_a_traceback_has_lines_under_debug_and_is_whole_without(pyz, env):
    code = "import traceback, heygen.core.duration\ntry: heygen.core.duration.parse(None)\nexcept Exception: print(traceback.format_exc())"
    lines = inside(pyz, code, env=env)

    assert "TypeError: object of type 'NoneType' has no len()" in lines or "AttributeError" in lines[-2]
    place = next(number for number, line in enumerate(lines) if f'File "{pyz}/heygen/core/duration.py", line ' in line)
    number = int(lines[place].partition(", line ")[2].partition(",")[0])
    # Under --debug the line itself; without it there are none, and it is the first.
    if env:
        source = (ROOT / "heygen" / "core" / "duration.py").read_text(encoding="utf-8").splitlines()
        assert lines[place + 1].strip() == source[number - 1].strip()
    else:
        assert number == 1


def test_data_that_is_not_there_is_missing_as_from_any_loader(pyz):
    code = """
import os
for path in ("heygen/api/documents/nothing.json", "elsewhere.txt"):
    try: archive.get_data(os.path.join(archive.archive, path))
    except OSError as error: print(type(error).__name__)
try: archive.get_source("heygen.nothing")
except ImportError as error: print(error.name)
try: import heygen.nothing
except ImportError as error: print(error.name)
"""
    assert inside(pyz, code) == ["FileNotFoundError", "FileNotFoundError", "heygen.nothing", "heygen.nothing"]


@posix
def test_a_pipeline_in_the_sandbox_finds_this_very_file(pyz):
    answer = start(pyz, "sandbox", "run", "--", "sh", "-c", "heygen --version; heygen video list --get has_more")
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, f"{VERSION}false\n", "")


@posix
def test_an_interrupt_at_the_very_start_is_no_traceback(tmp_path):
    pipe = tmp_path / "heygen.pyz"
    os.mkfifo(pipe)
    boot = zipapps.build_zipapp._header()[1]
    process = subprocess.Popen([THIS_PYTHON.path, "-ISc", boot, str(pipe)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with open(pipe, "wb"):  # which waits for it to read, and then it waits for us to write
        for _ in range(300):
            # Once may be too early: Python takes note of a signal, and then waits in the system all the same.
            process.send_signal(signal.SIGINT)
            try:
                assert (*process.communicate(timeout=0.1), process.returncode) == (b"", b"", 130)
                return
            except subprocess.TimeoutExpired:
                continue
        raise AssertionError("it does not end")
