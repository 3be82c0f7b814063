"""Reads what the command line only names: the body of -d from a file, and values from standard input."""

from __future__ import annotations

from heygen.api import body as bodies
from heygen.core.errors import HeygenError, usage_error
from heygen.http.client import LARGEST_DOCUMENT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.calls.invocation import Invocation
    from heygen.cli.command import Flag


class InputReader:
    """Reads for one call of a command; only one flag may take standard input."""

    def __init__(self, invocation: Invocation) -> None:
        self.invocation = invocation
        self.stdin_taken_by: str | None = None

    def data(self) -> dict[str, Any] | None:
        """Return the object that -d names: inline, in a file, or on standard input."""
        given = self.invocation.given.get("data")
        if given is None:
            return None
        if given == "-":
            return bodies.parse_data(self._stdin("-d"), "stdin")
        if given.lstrip()[:1] in ("{", "[", '"'):
            return bodies.parse_data(given, "the value of -d")
        if not given.strip():
            raise usage_error("-d is empty", param="data", hint="Give JSON, a file's path, or - for stdin")
        try:
            with open(given, "rb") as stream:
                data = stream.read(LARGEST_DOCUMENT + 1)
                if len(data) > LARGEST_DOCUMENT:
                    raise ValueError("it is larger than 100 MiB")
                return bodies.parse_data(_decoded(data, given), given)
        except (OSError, ValueError) as error:
            is_unreadable = isinstance(error, OSError)
            raise HeygenError(
                "cli_file_io_error" if is_unreadable else "usage_error",
                f"cannot read the file {given} given with -d: {getattr(error, 'strerror', None) or error}",
                param="data",
                hint="-d takes inline JSON that starts with {, a file's path, or - for stdin",
            ) from error

    def text(self, flag: Flag, given: str, is_checked: bool = True) -> str:
        """Return the value of a flag for long text: `-` stands for standard input, without its final newline.

        Raises a usage error for `@file`, which other programs take for the text of a file.
        """
        if given == "-":
            text = self._stdin(f"--{flag.name}")
            return text[:-1] if text.endswith("\n") else text
        if is_checked and given[:1] == "@" and len(given) > 1 and not any(map(str.isspace, given)):
            from shlex import quote

            from_file = f"--{flag.name} - < {quote(given[1:])}"
            raise usage_error(
                f"--{flag.name} takes text, not a file name: {given}",
                param=flag.name,
                hint=f"Add --no-validate to send it anyway; to send the text of a file: {from_file}",
            )
        return given

    def _stdin(self, wanted_by: str) -> str:
        if self.stdin_taken_by:
            raise usage_error(
                f"{self.stdin_taken_by} and {wanted_by} cannot both read stdin",
                hint="Give one of them a value or a file",
            )
        self.stdin_taken_by = wanted_by
        return _decoded(self.invocation.context.stdin.read(), "stdin")


def _decoded(data: bytes, source: str) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding).replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise usage_error(f"{source} is not UTF-8 text: byte {error.start + 1} is invalid") from error
