"""Everything the program takes from outside, in one object, so that a test can hand in its own."""

from __future__ import annotations

import os
import sys
import time

from heygen.core.errors import HeygenError
from heygen.core.secrets import Secrets

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, BinaryIO, Callable, Mapping

    from heygen.http.message import Request, Response


_BLOCK = 64 * 1024  # bytes
_OFF = ("", "0", "false", "no")  # what switches a variable off, in any case


class OutputStream:
    """A text stream over a binary one: encodes without ever failing, and knows whether it is a terminal.

    Writing raises BrokenPipeError where the reader is gone, and else HeygenError `cli_file_io_error`. A stream that is
    `expendable`, as stderr is, raises neither: from the first failure on, what is written to it is dropped. `mask` takes
    the secrets out of every text on its way.
    """

    def __init__(self, raw: BinaryIO | None, encoding: str = "utf-8", is_terminal: bool = False, expendable: bool = False) -> None:
        self.raw = raw
        self.mask: Callable[[str], str] | None = None
        self.encoding = encoding
        self.is_terminal = is_terminal
        self.expendable = expendable
        self.is_mid_line = False  # what was written last has not ended its line
        self.region: Any = None  # of a terminal: what is redrawn at its bottom, and makes room for whatever is written

    @property
    def is_closed(self) -> bool:
        """Whether nothing that is written arrives: our caller closed it, or it is expendable and has failed."""
        return self.raw is None

    def write(self, text: str, is_masked: bool = False) -> None:
        """Write text; what the encoding cannot express goes out as a backslash escape.

        `is_masked` tells that there is no secret in it: JSON is masked before it is encoded, and would be broken here by
        a secret that looks like a part of it.
        """
        if self.mask is not None and not is_masked:
            text = self.mask(text)
        self.write_bytes(text.encode(self.encoding, "backslashreplace"))

    def write_bytes(self, data: bytes) -> None:
        """Write bytes as they are, all of them; a stream that was closed by our caller takes nothing."""
        if self.region is not None:
            with self.region:
                self._write(data)
        else:
            self._write(data)

    def _write(self, data: bytes) -> None:
        if self.raw is None:
            return
        if data and self.is_terminal:
            self.is_mid_line = bytes(data[-1:]) not in b"\n\r"
        view = memoryview(data)
        try:
            while view:
                try:
                    # A raw (unbuffered) stream may take a part only.
                    view = view[self.raw.write(view) :]
                except BlockingIOError as error:
                    view = view[error.characters_written :]
                    self._wait()
        except OSError as error:
            self._give_up(error)

    def flush(self) -> None:
        """Hand what was written to the operating system."""
        if self.raw is None:
            return
        try:
            while True:
                try:
                    return self.raw.flush()
                except BlockingIOError:
                    self._wait()
        except OSError as error:
            self._give_up(error)

    def abandon(self) -> None:
        """Take nothing any more, and let what is on its way to a reader that does not read go nowhere."""
        raw, self.raw = self.raw, None
        try:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, raw.fileno())  # type: ignore[union-attr]
            os.close(nowhere)
        except (AttributeError, OSError, ValueError):
            pass  # no stream of the system's

    def _give_up(self, error: OSError) -> None:
        if self.expendable:
            self.raw = None
        elif isinstance(error, BrokenPipeError):
            raise error
        else:
            raise _write_error(error) from error

    def _wait(self) -> None:
        """Wait until a pipe that whoever shares it has set to non-blocking takes more."""
        from select import select

        select((), (self.raw,), ())


def _write_error(error: OSError) -> HeygenError:
    return HeygenError(
        "cli_file_io_error",
        f"cannot write the output: {error.strerror or error}",
        hint="Free up space where the output goes, or send it elsewhere",
    )


class InputStream:
    """Standard input as bytes, and whether it is a terminal. Reading raises HeygenError `cli_file_io_error`."""

    def __init__(self, raw: BinaryIO | None, is_terminal: bool = False) -> None:
        self.raw = raw
        self.is_terminal = is_terminal
        self.was_read = False

    def read(self, most: int = 100 * 1024 * 1024) -> bytes:
        """Return all that is left; a closed stream is empty, and one of more than `most` bytes an error."""
        data = bytearray()
        while len(data) <= most:
            block = self.read_block()
            if not block:
                return bytes(data)
            data += block
        raise HeygenError("cli_file_io_error", f"standard input is too large: more than {most} bytes")

    def read_block(self, most: int = _BLOCK) -> bytes:
        """Return what comes next, up to `most` bytes; empty at the end of the stream only, which is looked for once."""
        self.was_read = True
        block = bytearray(most)
        try:
            return bytes(block[: self._read_into(block)])
        except OSError as error:
            raise _read_error(error) from error

    def readline(self) -> bytes:
        """Return the next line with its end; empty at the end of the stream."""
        line = bytearray()
        try:
            if self.raw is not None:
                line += self.raw.readline()
            # A stream that does not block ends a line wherever there is no more of it yet.
            while not line.endswith(b"\n") and not self._is_blocking():
                byte = bytearray(1)
                if not self._read_into(byte):
                    break
                line += byte
                if byte != b"\n":
                    line += self.raw.readline()  # type: ignore[union-attr]
        except OSError as error:
            raise _read_error(error) from error
        return bytes(line)

    def _read_into(self, block: bytearray) -> int:
        """Read once, after waiting where the stream is set not to; 0 at the end."""
        while self.raw is not None:
            # Of all ways to read, this one tells the end (0) from a stream that has nothing yet (None).
            count: int | None = self.raw.readinto1(block)  # type: ignore[attr-defined]
            if count is not None:
                return count
            from select import select

            select((self.raw,), (), ())
        return 0

    def _is_blocking(self) -> bool:
        try:
            return self.raw is None or os.get_blocking(self.raw.fileno())
        except (AttributeError, OSError, ValueError):  # no stream of the system's, or (Windows) not to be asked
            return True


def _read_error(error: OSError) -> HeygenError:
    return HeygenError(
        "cli_file_io_error",
        f"cannot read standard input: {error.strerror or error}",
        hint="Redirect it from a file or a pipe that can be read",
    )


class Context:
    """Streams, environment, clock, randomness, transport and browser of one run.

    Times are seconds: `now()` since the epoch, `monotonic()` on a clock that nothing sets back. `local_time()`
    takes the former to the user's own time zone.
    `transport` is None for the real network; a test may put a function from Request to Response there.
    `secrets` masks the secrets of this run in whatever leaves it.
    """

    def __init__(
        self,
        *,
        stdin: InputStream,
        stdout: OutputStream,
        stderr: OutputStream,
        environ: Mapping[str, str],
        program: str = "heygen",
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        random_bytes: Callable[[int], bytes] = os.urandom,
        local_time: Callable[[float], time.struct_time] = time.localtime,
        transport: Callable[[Request], Response] | None = None,
        open_browser: Callable[[str], bool] | None = None,
        ask_secret: Callable[[str], str] | None = None,
        columns: Callable[[], int] | None = None,
        open_terminal: Callable[[], InputStream | None] | None = None,
        take_signals: Callable[[Context], None] | None = None,
    ) -> None:
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.environ = environ
        self.program = program
        self.now = now
        self.monotonic = monotonic
        self.sleep = sleep
        self.random_bytes = random_bytes
        self.local_time = local_time
        self.transport = transport
        self._open_browser = open_browser
        self._ask_secret = ask_secret
        self._columns = columns
        self._open_terminal = open_terminal
        self._take_signals = take_signals
        self.secrets = Secrets(environ)
        # Results are masked where they are printed; all else that is told goes this way.
        stderr.mask = self.secrets.mask
        # Of a command in a sandbox that ends with it: what to put before another one to have the same; "" where nothing is kept.
        self.rehearsal: str | None = None

    def with_environ(self, environ: Mapping[str, str]) -> Context:
        """Return the same context with another environment."""
        return self._changed(environ=environ)

    def with_sleep(self, sleep: Callable[[float], None]) -> Context:
        """Return the same context with another way to let time pass."""
        return self._changed(sleep=sleep)

    def _changed(self, **attributes: Any) -> Context:
        other = object.__new__(Context)
        other.__dict__.update(self.__dict__, **attributes)
        return other

    def of_one_call(self, sleep: Callable[[float], None]) -> Context:
        """Return the context of one of many calls at once: it has neither standard input nor output, which all share."""
        other = object.__new__(Context)
        other.__dict__.update(self.__dict__, sleep=sleep, stdin=InputStream(None), stdout=OutputStream(None))
        return other

    def random(self) -> float:
        """Return a number in [0, 1) from the source of random bytes."""
        return int.from_bytes(self.random_bytes(6), "big") / (1 << 48)

    def uuid(self) -> str:
        """Return a random UUID (RFC 4122, version 4) as text."""
        raw = bytearray(self.random_bytes(16))
        raw[6] = raw[6] & 0x0F | 0x40
        raw[8] = raw[8] & 0x3F | 0x80
        text = raw.hex()
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    def take_signals(self) -> None:
        """From here on have the signals that end a process end the command in order; for what only prints, the
        default does as well and costs no import."""
        if self._take_signals is not None:
            self._take_signals(self)

    def is_set(self, name: str) -> bool:
        """Tell whether an environment variable has a non-empty value."""
        return bool(self.environ.get(name))

    def is_on(self, name: str) -> bool:
        """Tell whether an environment variable switches something on: it is neither empty nor 0, false or no."""
        return self.environ.get(name, "").strip().lower() not in _OFF

    @property
    def may_ask(self) -> bool:
        """Whether a person who watches stderr may be asked: neither CI nor HEYGEN_NONINTERACTIVE is on."""
        return self.stderr.is_terminal and not self.is_on("CI") and not self.is_on("HEYGEN_NONINTERACTIVE")

    @property
    def is_interactive(self) -> bool:
        """Whether a person can be asked and answers on standard input."""
        return self.stdin.is_terminal and self.may_ask

    def answers(self) -> InputStream | None:
        """Return where a person answers questions, or None where nobody can be asked.

        That is standard input, and the terminal itself where standard input was taken as data (`-d -`).
        """
        if self.is_interactive:
            return self.stdin
        return self._open_terminal() if self.may_ask and self.stdin.was_read and self._open_terminal else None

    @property
    def columns(self) -> int:
        """The width of the terminal in cells: COLUMNS, else what the terminal says, else 80."""
        text = self.environ.get("COLUMNS", "")
        if text.isascii() and text.isdigit() and int(text) > 0:
            return min(int(text), 10_000)
        if self._columns is not None:
            return self._columns()
        for stream in (self.stdout, self.stderr):
            if stream.is_terminal and stream.raw is not None:
                try:
                    return os.get_terminal_size(stream.raw.fileno()).columns or 80
                except (OSError, ValueError):
                    continue
        return 80

    @property
    def home(self) -> str | None:
        """The user's home directory, or None where the environment and the system name none."""
        path = os.path.expanduser("~") if self.environ is os.environ else self.environ.get("HOME", "")
        return path if path and path != "~" else None

    def ask_secret(self, prompt: str) -> str:
        """Return a line that is typed on the terminal without being shown. Raises EOFError at its end."""
        if self._ask_secret is not None:
            return self._ask_secret(prompt)
        from getpass import getpass

        return getpass(prompt)

    def open_browser(self, url: str) -> bool:
        """Show a page in the user's browser; False where there is none or none is wanted."""
        if self.environ.get("BROWSER") == "none" or self.is_on("HEYGEN_NO_BROWSER"):
            return False
        if self._open_browser is not None:
            return self._open_browser(url)
        is_graphical = os.name != "posix" or sys.platform == "darwin" or self.is_set("DISPLAY") or self.is_set("WAYLAND_DISPLAY")
        if not is_graphical and not self.is_set("BROWSER"):
            return False  # a browser in text would take over the terminal
        import webbrowser

        with _Hushed():
            return webbrowser.open(url)


class _Hushed:
    """Keeps what another program says out of our output: for as long as a `with` lasts, stdout is nowhere."""

    def __enter__(self) -> None:
        try:
            self._stdout = os.dup(1)
        except OSError:  # our caller closed it
            self._stdout = -1
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)

    def __exit__(self, *_: object) -> None:
        if self._stdout >= 0:
            os.dup2(self._stdout, 1)
            os.close(self._stdout)


def _terminal(stream: object) -> bool:
    try:
        return stream is not None and stream.isatty()  # type: ignore[attr-defined]
    except ValueError:  # closed
        return False


def _controlling_terminal() -> InputStream | None:
    """Return the terminal that this process belongs to, opened for reading, or None where it has none."""
    try:
        return InputStream(open("CONIN$" if os.name == "nt" else "/dev/tty", "rb"), is_terminal=True)
    except OSError:
        return None


def _is_c_locale() -> bool:
    """Tell whether the user asks for the C locale, whose characters are those of ASCII.

    Python itself writes UTF-8 there. A locale that is merely not set says nothing about the terminal.
    """
    asked = next((os.environ[name] for name in ("LC_ALL", "LC_CTYPE", "LANG") if os.environ.get(name)), "")
    return asked in ("C", "POSIX")


def process_context(take_signals: Callable[[Context], None] | None = None) -> Context:
    """Return the context of this process: its streams, environment and clock.

    A stream that the caller closed (`>&-`) is None in Python and swallows what is written to it.
    """

    def output(stream: object, expendable: bool = False) -> OutputStream:
        is_terminal = _terminal(stream)
        # A pipe or a file gets UTF-8 whatever the locale is; a terminal gets what it can show.
        encoding = getattr(stream, "encoding", None) if is_terminal else None
        if is_terminal and _is_c_locale():
            encoding = "ascii"
        return OutputStream(getattr(stream, "buffer", None), encoding or "utf-8", is_terminal, expendable)

    return Context(
        stdin=InputStream(getattr(sys.stdin, "buffer", None), _terminal(sys.stdin)),
        stdout=output(sys.stdout),
        stderr=output(sys.stderr, expendable=True),
        environ=os.environ,
        open_terminal=_controlling_terminal,
        take_signals=take_signals,
    )
