"""The settings file, config.toml: what it says, and changing one key of it."""

from __future__ import annotations

from heygen.core import storage
from heygen.core.errors import HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.config.toml import Value
    from heygen.core.context import Context

FILE = "config.toml"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def values(file: str) -> dict[str, str]:
    """Return what the file says, as text by key; tables are not ours. Raises `cli_config_invalid` and
    `cli_file_io_error`."""
    return {name: _text(value) for name, value in _read(file)[1].items() if not isinstance(value, dict)}


def store(context: Context, key: str, value: Value) -> None:
    """Set a key in the file. Raises HeygenError where the file is not TOML, or cannot be written."""
    from heygen.config.toml import with_value

    _change(context, key, lambda text: with_value(text, key, value))


def drop(context: Context, key: str) -> None:
    """Remove a key from the file, if it is there. Raises as store() does."""
    from heygen.config.toml import without

    _change(context, key, lambda text: without(text, key))


def _change(context: Context, key: str, edit: Callable[[str], str]) -> None:
    file = storage.writable_path(context, FILE)
    with storage.Lock(context, file):
        text, _ = _read(file)
        try:
            changed = edit(text)
        except ValueError as error:
            raise _invalid(file, str(error), param=key) from error
        if changed != text:
            storage.write(file, changed.encode())


def _read(file: str) -> tuple[str, dict[str, Any]]:
    """Return the file's text and values."""
    from heygen.config import toml

    try:
        data = storage.read(file) or b""
    except OSError as error:
        raise HeygenError(
            "cli_file_io_error",
            f"cannot read {file}: {error.strerror or error}",
            hint="Make it readable for this user, or set HEYGEN_CONFIG_DIR to another folder",
        ) from error
    if data.startswith(_BYTE_ORDER_MARK):
        data = data[len(_BYTE_ORDER_MARK) :]
    try:
        text = data.decode()
        return text, toml.loads(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise _invalid(file, f"this is not UTF-8 text (line {line}, column {column})") from error
    except ValueError as error:
        raise _invalid(file, str(error)) from error


def _invalid(file: str, why: str, param: str | None = None) -> HeygenError:
    return HeygenError(
        "cli_config_invalid",
        f"cannot use {file}: {why}",
        hint="Fix the file in an editor, or move it away; it was not changed",
        param=param,
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
