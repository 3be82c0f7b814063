"""The state file: what exists, kept from one run to the next."""

from __future__ import annotations

import hashlib
import json
import os
import stat

from heygen.core.errors import HeygenError
from heygen.core.regular_file import is_of_this_user, open_regular

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.world import World

FORMAT = "heygen-sandbox"
VERSION = 1


class StateFile:
    """Loads a world from its file, and saves it there. Uploaded files lie in a folder beside it."""

    def __init__(self, world: World, path: str) -> None:
        self.world = world
        self.path = os.path.abspath(path)
        self.folder = f"{self.path}.files"
        self._lock: Any = None
        self._claim()
        try:
            self._sweep()
            self._load()
        except HeygenError:
            self.release()
            raise

    def _claim(self) -> None:
        """Refuse a file that another sandbox is using, where the system can tell."""
        try:
            import fcntl
        except ImportError:
            return
        self._lock_path = f"{self.path}.sandbox-lock"
        try:
            self._lock = open(open_regular(self._lock_path, os.O_RDWR | os.O_CREAT), "rb")
        except OSError as error:
            raise _unusable(self.path, error.strerror or str(error)) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise HeygenError(
                "cli_sandbox_failed",
                f"another sandbox is using the state file {self.path}",
                hint="Stop it first, or use another file",
            ) from error

    def release(self) -> None:
        """Let others use the file."""
        if self._lock is not None:
            if not os.fstat(self._lock.fileno()).st_size:  # else it is somebody's file that was there before
                os.remove(self._lock_path)
            self._lock.close()
            self._lock = None

    def _sweep(self) -> None:
        """Remove what a sandbox that was killed while saving has left; nobody else saves to this file now."""
        folder, name = os.path.split(self.path)
        if self._lock is None:
            return
        with os.scandir(folder) as entries:
            for entry in entries:
                between = entry.name[len(name) + 1 : -len(".tmp")]
                if entry.name == f"{name}.{between}.tmp" and len(between) == 16 and not set(between) - set("0123456789abcdef"):
                    found = entry.stat(follow_symlinks=False)
                    if stat.S_ISREG(found.st_mode) and is_of_this_user(found):
                        os.remove(entry.path)

    def _load(self) -> None:
        try:
            with open(open_regular(self.path, os.O_RDONLY), "rb") as stream:
                content = stream.read()
        except FileNotFoundError:
            self.save()  # that it cannot be written is better said now
            return
        except OSError as error:
            raise _unusable(self.path, error.strerror or str(error)) from error
        try:
            document = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise _damaged(self.path, "it is not JSON") from error
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise _damaged(self.path, "it does not contain a sandbox's state")
        if document.get("version") != VERSION:
            raise _damaged(self.path, f"its version is {document.get('version')}, not {VERSION}")
        state = document.get("state")
        if not isinstance(state, dict) or document.get("checksum") != _checksum(_written(state)):
            raise _damaged(self.path, "its checksum does not match")
        try:
            self._restore(state)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _damaged(self.path, "its content is not a valid state") from error

    def _restore(self, state: dict[str, Any]) -> None:
        world = self.world
        world.store.tables = state["tables"]
        world.store.sequence = state["sequence"]
        world.store.deleted = set(state["deleted"])
        world.replays = state["replays"]
        if world.options.credits is None:
            world.credits = state["credits"]
        world.plant()
        world.clock.not_before(state["now"])
        for table in world.store.tables.values():
            for entry in table.values():
                if "job" in entry:
                    world.enqueue(entry)

    def save(self) -> None:
        """Write the state, whole or not at all. The caller holds the world's lock."""
        world = self.world
        state = {
            "now": world.clock.now(),
            "sequence": world.store.sequence,
            "credits": world.credits,
            "tables": world.store.tables,
            "deleted": sorted(world.store.deleted),
            "replays": world.replays,
        }
        text = _written(state)
        head = f'{{"format":"{FORMAT}","version":{VERSION},"checksum":"{_checksum(text)}","state":'
        temporary = f"{self.path}.{os.urandom(8).hex()}.tmp"  # a name that nothing has
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "w", encoding="ascii") as stream:
                stream.write(f"{head}{text}}}\n")
            os.replace(temporary, self.path)
        except OSError as error:
            if os.path.exists(temporary):
                os.remove(temporary)
            raise _unusable(self.path, error.strerror or str(error)) from error


def _written(state: Any) -> str:
    return json.dumps(state, separators=(",", ":"))


def _checksum(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _unusable(path: str, reason: str) -> HeygenError:
    return HeygenError("cli_file_io_error", f"cannot use the state file {path}: {reason}")


def _damaged(path: str, reason: str) -> HeygenError:
    return HeygenError(
        "cli_sandbox_failed",
        f"the state file {path} is damaged: {reason}",
        hint="It was not changed. Move it away to start over, or use another file",
    )
