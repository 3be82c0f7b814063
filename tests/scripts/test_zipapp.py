"""dist/heygen.pyz: how it is built, how it starts, and where its code comes from."""

from __future__ import annotations

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
from zipapps import ROOT, START, THIS_PYTHON, inside, start, write

import heygen

CREATED = '{"notice":{"code":"created",'
MAIN_JOB = "sandbox run -- video-agent create --prompt Hi --wait --get data.status".split()
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

    assert len(data) <= 2_000_000
    assert (complete / "checksums.txt").read_text() == f"{hashlib.sha256(data).hexdigest()}  heygen.pyz\n"
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "-c", "--strict", "checksums.txt"], cwd=complete, check=True, stdout=subprocess.DEVNULL)


def test_it_has_bytecode_for_every_python_of_the_machine(complete):
    with zipfile.ZipFile(complete / "heygen.pyz") as archive:
        tags = {name.split("/")[1] for name in archive.namelist() if name.startswith("bytecode/")}

    assert tags == {python.cache_tag for python in zipapps.pythons.find()}


def test_it_is_a_sound_zip_archive(pyz):
    with zipfile.ZipFile(pyz) as archive:
        assert archive.testzip() is None
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {(info.create_system, info.external_attr >> 16) for info in archive.infolist()} == {(3, 0o100644)}
        assert len(archive.namelist()) == len(set(archive.namelist()))
        assert archive.namelist()[0] == "__main__.py"


def test_every_file_in_it_is_as_it_is_in_the_repository(complete):
    """All that there is beside them is the launcher, and bytecode."""
    ours = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in (ROOT / "heygen").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    with zipfile.ZipFile(complete / "heygen.pyz") as archive:
        aboard = {name: archive.read(name) for name in archive.namelist() if not name.startswith("bytecode/")}

    assert aboard.pop("__main__.py") == (ROOT / "scripts" / "archive" / "__main__.py").read_bytes()
    assert aboard == ours
    assert len(aboard) > 150


def test_a_release_differs_from_the_repository_in_what_is_stamped_into_it(tmp_path):
    data = zipapps.data("9.8.7", releases_url="https://example.com/releases.json")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        changed = {}
        for name in archive.namelist():
            if name.startswith("heygen/") and archive.read(name) != (ROOT / name).read_bytes():
                lines = zip(archive.read(name).decode().splitlines(), (ROOT / name).read_text(encoding="utf-8").splitlines())
                changed[name] = [there for there, here in lines if there != here]

    assert changed == {
        "heygen/__init__.py": ['__version__ = "9.8.7"'],
        "heygen/core/build.py": ['RELEASES_URL = "https://example.com/releases.json"'],
    }
    assert start(THIS_PYTHON.path, write(tmp_path / "heygen.pyz", data), "--version").stdout == "heygen 9.8.7\n"


@pytest.mark.parametrize("command", [["unzip", "-tq"], [sys.executable, "-m", "zipfile", "-t"]])
def test_the_usual_tools_find_nothing_wrong_with_it(pyz, command):
    if not shutil.which(command[0]):
        pytest.skip(f"there is no {command[0]} here")
    answer = start(*command, pyz)

    assert (answer.stderr, answer.returncode) == ("", 0), answer


def test_a_reviewer_reads_it_with_unzip(pyz):
    if not shutil.which("unzip"):
        pytest.skip("there is no unzip here")

    for name in ("heygen/cli/parser.py", "heygen/api/documents/video.json"):
        assert start("unzip", "-p", pyz, name).stdout == (ROOT / name).read_text(encoding="utf-8")
    assert " heygen/sandbox/server.py\n" in start("unzip", "-l", pyz).stdout


def test_the_launcher_is_one_screen_long():
    assert len((ROOT / "scripts" / "archive" / "__main__.py").read_text().splitlines()) <= 100


def test_the_time_of_the_files_may_be_set():
    """SOURCE_DATE_EPOCH, as https://reproducible-builds.org describes it."""
    data = zipapps.build_zipapp.build(zipapps.package_files(), [], 1_700_000_000)

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(2023, 11, 14, 22, 13, 20)}


@cpython
def test_where_there_is_no_room_the_newest_pythons_alone_get_the_sandboxs_bytecode():
    files = {name: data for name, data in zipapps.package_files().items() if name.startswith(("heygen/core/", "heygen/sandbox/"))}
    found = [THIS_PYTHON._replace(cache_tag="older"), THIS_PYTHON]
    built, sandboxes, cores = [zipapps.build_zipapp.build(files, found, 0)], [], []
    for _ in range(3):
        built.append(zipapps.build_zipapp.build(files, found, 0, len(built[-1]) - 1))
    for data in built:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            bundles = [name.split("/") for name in archive.namelist() if name.startswith("bytecode/")]
        cores.append({tag for _, tag, folder in bundles if folder == "heygen.core"})
        sandboxes.append({tag for _, tag, folder in bundles if "sandbox" in folder})

    both, newest = {"older", THIS_PYTHON.cache_tag}, {THIS_PYTHON.cache_tag}
    assert sandboxes == [both, newest, set(), set()]
    # Where even that is too much, the oldest Python runs from the sources.
    assert cores == [both, both, both, newest]
    with pytest.raises(ValueError, match="no more than 10000"):
        zipapps.build_zipapp.build(files, found, 0, 10_000)


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


@pytest.mark.parametrize("python", zipapps.pythons.find(), ids=lambda python: python.cache_tag)
def test_every_python_of_the_machine_starts_it_with_bytecode_and_without(complete, tmp_path, python):
    without = write(tmp_path / "without.pyz", zipapps.data(with_bytecode=False))
    for file in (complete / "heygen.pyz", without):
        answer = start(python.path, file, "user", "me", "get", "--dry-run", "--get", "method")
        assert (answer.stdout, answer.stderr, answer.returncode) == ("GET\n", "", 0)
        answer = start(python.path, "-ISc", START, file, "video", "create", "--help")
        assert answer.stdout.startswith("Usage: heygen video create ") and (answer.stderr, answer.returncode) == ("", 0), answer


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
    answer = start(THIS_PYTHON.path, "-ISc", "import sys; sys.modules['zlib'] = None; " + START, pyz, "--version")

    assert (answer.stdout, answer.returncode) == ("", 1)
    assert json.loads(answer.stderr)["error"]["code"] == "cli_python_incomplete"


@posix
@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.99])
def test_a_file_that_is_cut_short_says_so(tmp_path, share):
    whole = zipapps.data()
    pyz = write(tmp_path / "heygen.pyz", whole[: int(len(whole) * share)])

    answer = start(pyz, "--version")
    assert (answer.stdout, answer.returncode) == ("", 1)
    assert json.loads(answer.stderr)["error"]["code"] == "cli_program_incomplete"
    # Python takes it for a script, and says itself what it thinks of that.
    answer = start(THIS_PYTHON.path, pyz, "--version")
    assert (answer.stdout, answer.returncode) == ("", 1)
    assert "Traceback" not in answer.stderr


@posix
def test_what_is_seen_of_it_in_a_list_of_processes_is_one_short_line(pyz):
    if not shutil.which("ps", path="/usr/bin:/bin"):
        pytest.skip("there is no ps here")
    answer = start(pyz, "sandbox", "run", "--", "sh", "-c", "ps -ww -o args= -p $PPID")

    (line,) = answer.stdout.splitlines()
    program, found, arguments = line.partition("heygen.pyz ")
    assert (found, arguments) == ("heygen.pyz ", "sandbox run -- sh -c ps -ww -o args= -p $PPID")
    assert len(program) < 250


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


def changed(data, change):
    """Return the file with other content: what `change` makes of each name and content."""
    output = io.BytesIO(data[: data.index(b"PK\3\4")])
    output.seek(0, io.SEEK_END)
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(output, "w") as new:
        for info in old.infolist():
            new.writestr(info, change(info.filename, old.read(info)))
    return output.getvalue()


def without_sources(name, content):
    return b"raise SystemExit('this is the source')" if name.startswith("heygen/") and name.endswith(".py") else content


def with_other_bytecode(name, content):
    """What a prerelease of the same Python might have compiled."""
    return b"\0" + content[1:] if name.startswith("bytecode/") else content


ORIGIN = """
import heygen.cli.main
for module in (heygen, heygen.cli.main):
    spec = module.__spec__
    print(spec.origin, spec.loader.get_code(spec.name).co_filename, module.__file__, getattr(module, "__path__", None))
"""


@cpython
def test_the_bytecode_is_what_is_loaded(tmp_path):
    path = write(tmp_path / "heygen.pyz", changed(zipapps.data(), without_sources))
    package, module = f"{path}/heygen/__init__.py", f"{path}/heygen/cli/main.py"

    assert inside(path, ORIGIN) == [f"{package} {package} {package} ['{path}/heygen']", f"{module} {module} {module} None"]
    answer = start(THIS_PYTHON.path, path, *MAIN_JOB)
    assert (answer.stdout, answer.stderr[:28], answer.returncode) == ("completed\n", CREATED, 0)


@pytest.mark.parametrize("has_other_bytecode", [False, True])
def test_the_sources_are_loaded_where_there_is_no_bytecode(tmp_path, has_other_bytecode):
    data = changed(zipapps.data(), with_other_bytecode) if has_other_bytecode else zipapps.data(with_bytecode=False)
    path = write(tmp_path / "heygen.pyz", data)

    assert inside(path, ORIGIN)[1] == " ".join([f"{path}/heygen/cli/main.py"] * 3 + ["None"])
    answer = start(THIS_PYTHON.path, path, *MAIN_JOB)
    assert (answer.stdout, answer.stderr[:28], answer.returncode) == ("completed\n", CREATED, 0)
    # The docstrings tell: the bytecode has none.
    assert inside(path, "print(bool(heygen.__doc__))") == ["True"]
    assert inside(write(path, zipapps.data()), "print(bool(heygen.__doc__))") == [str(THIS_PYTHON.implementation != "cpython")]


@pytest.mark.skipif(not shutil.which("pypy3"), reason="there is no PyPy here")
def test_pypy_runs_the_sources(pyz):
    answer = start(shutil.which("pypy3"), pyz, *MAIN_JOB)

    assert (answer.stdout, answer.stderr[:28], answer.returncode) == ("completed\n", CREATED, 0)


def test_an_interpreter_that_is_no_cpython_runs_the_sources(tmp_path):
    """What only CPython has is missing: here it is taken away."""
    path = write(tmp_path / "heygen.pyz", zipapps.data(with_bytecode=False))

    answer = start(THIS_PYTHON.path, "-ISc", "import gc; del gc.set_threshold; " + START, path, "video", "list", "--dry-run", "--get", "method")

    assert (answer.stdout, answer.stderr, answer.returncode) == ("GET\n", "", 0)


@pytest.mark.parametrize("with_bytecode", [True, False])
def test_a_traceback_shows_the_lines_of_the_source(tmp_path, with_bytecode):
    path = write(tmp_path / "heygen.pyz", zipapps.data(with_bytecode=with_bytecode))
    code = "import traceback, heygen.core.duration\ntry: heygen.core.duration.parse(None)\nexcept Exception: print(traceback.format_exc())"
    lines = inside(path, code)

    place = next(number for number, line in enumerate(lines) if f'File "{path}/heygen/core/duration.py", line ' in line)
    number = int(lines[place].partition(", line ")[2].partition(",")[0])
    source = (ROOT / "heygen" / "core" / "duration.py").read_text(encoding="utf-8").splitlines()
    assert number > 1 and lines[place + 1].strip() == source[number - 1].strip()
    assert [line for line in lines if line.startswith(("TypeError", "AttributeError"))]


def test_it_is_read_once_whatever_becomes_of_it_later(pyz):
    """An update while a command runs does not mix two releases."""
    code = """
with open(archive.archive, "r+b") as file: file.truncate(100)
import pkgutil, heygen.sandbox.server, heygen.update.program
print(heygen.update.program.start.__name__)
print(len(pkgutil.get_data("heygen.api", "documents/video.json")), len(archive.get_source("heygen.cli.main")))
"""
    sizes = [len((ROOT / "heygen" / name).read_text(encoding="utf-8")) for name in ("api/documents/video.json", "cli/main.py")]

    assert inside(pyz, code) == ["start", f"{sizes[0]} {sizes[1]}"]


def test_the_data_files_are_read_through_the_loader(pyz):
    code = """
import hashlib, pkgutil
for word in words: print(hashlib.sha256(pkgutil.get_data("heygen", word)).hexdigest())
"""
    names = ["api/documents/index.json", "sandbox/media/video.mp4"]

    assert inside(pyz, code, *names) == [hashlib.sha256((ROOT / "heygen" / name).read_bytes()).hexdigest() for name in names]


def test_what_is_not_there_is_missing_as_from_any_loader(pyz):
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
    launcher = (ROOT / "scripts" / "archive" / "__main__.py").read_text()
    process = subprocess.Popen([THIS_PYTHON.path, "-ISc", launcher, str(pipe)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with open(pipe, "wb"):  # which waits for it to read, and then it waits for us to write
        for _ in range(300):
            # Once may be too early: Python takes note of a signal, and then waits in the system all the same.
            process.send_signal(signal.SIGINT)
            try:
                assert (*process.communicate(timeout=0.1), process.returncode) == (b"", b"", -signal.SIGINT)
                return
            except subprocess.TimeoutExpired:
                continue
        raise AssertionError("it does not end")
