"""The settings file, config.toml: what it says, and changing one key of it."""

from __future__ import annotations

from heygen.config import toml
from heygen.config.settings import FILE
from heygen.core import storage
from heygen.core.errors import HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from heygen.config.settings import Key
    from heygen.core.context import Context


def values(file: str) -> dict[str, str]:
    """Return what the file says, as text by key. Raises `cli_config_invalid` and `cli_file_io_error`."""
    return {name: _text(value) for name, value in _parsed(file)[1].items()}


def store(context: Context, key: Key, value: str) -> None:
    """Set a key in the file. Raises HeygenError where the file is not TOML, or cannot be written."""
    _change(context, key, lambda text: toml.with_value(text, key.name, key.typed(value)))


def drop(context: Context, key: Key) -> None:
    """Remove a key from the file, if it is there. Raises as store() does."""
    _change(context, key, lambda text: toml.without(text, key.name))


def _change(context: Context, key: Key, edit: Callable[[str], str]) -> None:
    file = storage.writable_path(context, FILE)
    with storage.Lock(context, file):
        text, before = _parsed(file)
        changed = edit(text)
        if changed == text:
            return
        try:
            after = toml.loads(changed)
        except toml.TomlError as error:
            # `output.colour = 1` or `[output]`: the key is taken by something that only its author understands.
            raise _invalid(file, f"{key.name} is a table there", param=key.name) from error
        if {name: each for name, each in after.items() if name != key.name} != {
            name: each for name, each in before.items() if name != key.name
        }:
            raise _invalid(file, f"{key.name} cannot be changed without changing something else", param=key.name)
        storage.write(file, changed.encode())


def _parsed(file: str) -> tuple[str, dict[str, toml.Value | toml.Other]]:
    try:
        data = storage.read(file) or b""
    except OSError as error:
        raise HeygenError(
            "cli_file_io_error",
            f"cannot read {file}: {error.strerror or error}",
            hint="Make it readable for this user, or set HEYGEN_CONFIG_DIR to another folder",
        ) from error
    try:
        text = data.decode()
        return text, toml.loads(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise _invalid(file, f"this is not UTF-8 text (line {line}, column {column})") from error
    except toml.TomlError as error:
        raise _invalid(file, str(error)) from error


def _invalid(file: str, why: str, param: str | None = None) -> HeygenError:
    return HeygenError(
        "cli_config_invalid",
        f"{file} is not usable: {why}",
        hint="Correct the file in an editor, or move it away; it was left as it is",
        param=param,
    )


def _text(value: toml.Value | toml.Other) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.text if isinstance(value, toml.Other) else str(value)
