"""The journal of a batch: JSON lines that are on the disk before what they tell of goes on; one process writes at a time.

The first line names the journal, at random; every later one is an event of a row, or the start of a run:

    intent    its request is about to go out, with this key
    released  nothing came of it, for certain: it may be sent anew
    created   these are the IDs of what it made
    ended     the job is over: with its `result`, or with an `error`
    saving    its files are about to appear under these names
    saved     they are there
"""

from __future__ import annotations

import os
import socket
import threading

from heygen.batch.events import VERSION
from heygen.batch.ledger import Ledger
from heygen.core import storage
from heygen.core.errors import HeygenError
from heygen.core.regular_file import open_regular
from heygen.output.printer import compact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.batch.shard import Shard
    from heygen.core.context import Context

LOCKED_BYTE = 1 << 40  # far behind the end: where a lock keeps readers away (Windows), it keeps them away from nothing
_MOST_TRIES = 5
_sync = getattr(os, "fdatasync", os.fsync)


class Journal:
    """A journal that is open for writing, and locked. Safe for several threads: those that wait share one fsync."""

    def __init__(self, context: Context, path: str, shard: Shard) -> None:
        """Open the journal, or begin one. Raises HeygenError where it is none, of another shard, or in use."""
        self.context = context
        self.path = path
        self._pending: list[str] = []
        self._appended = self._written = 0
        self._guard, self._writer = threading.Lock(), threading.Lock()
        self._failure: HeygenError | None = None
        try:
            self._descriptor = open_regular(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666, follows_links=True)
        except OSError as error:
            raise self._unwritable(error) from error
        try:
            self._open(shard)
        except BaseException:
            os.close(self._descriptor)
            raise

    def _open(self, shard: Shard) -> None:
        tries = 1
        while not storage.try_lock(self._descriptor, LOCKED_BYTE):
            if tries > _MOST_TRIES:
                raise _in_use(self.path)
            tries += 1
            self.context.sleep(0.05)  # `batch status` takes the lock for a moment
        self.ledger = Ledger(self.path)
        self._size = self.ledger.size
        self._cut()
        header = self.ledger.header
        if not header:
            # Nothing, or the beginning of a first line: no request was ever made for it.
            header = {"event": "journal", "version": VERSION, "name": self.context.random_bytes(8).hex(), "shard": str(shard)}
            self.append(header)
            _sync_folder(self.path)
        if header.get("shard") != str(shard):
            raise HeygenError(
                "cli_batch_journal_mismatch",
                f"{self.path} is the journal of shard {header.get('shard')}, not of {shard}",
                param="--journal",
                hint="Give each shard a journal of its own",
            )
        self.name: str = header["name"]

    def begin(self, rows: int) -> None:
        """Note that a run begins, of so many rows."""
        host = socket.gethostname()
        self.append({"event": "run", "process": os.getpid(), "host": host, "rows": rows, "time": self._now()})

    def append(self, event: dict[str, Any]) -> None:
        """Write an event, and return when it is on the disk. Raises HeygenError: then it may not be."""
        ticket = self._add(event)
        with self._writer:
            if self._written < ticket:
                self._write()

    def event(self, name: str, row: str, **facts: Any) -> dict[str, Any]:
        """Return an event of a row, of now."""
        return {"event": name, "id": row, **facts, "time": self._now()}

    def _now(self) -> float:
        return round(self.context.now(), 3)

    def _add(self, event: dict[str, Any]) -> int:
        line = compact(self.context.secrets.masked(event)) + "\n"
        with self._guard:
            self._pending.append(line)
            self._appended += 1
            return self._appended

    def _write(self) -> None:
        if self._failure is not None:
            raise self._failure
        with self._guard:
            pending, self._pending = self._pending, []
            upto = self._appended
        data = "".join(pending).encode("utf-8", "surrogatepass")
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(self._descriptor, view) :]
            _sync(self._descriptor)
        except OSError as error:
            self._failure = self._unwritable(error)
            self._cut()
            raise self._failure from error
        self._size += len(data)
        self._written = upto

    def _cut(self) -> None:
        """Take away what stands after the last whole line."""
        try:
            os.ftruncate(self._descriptor, self._size)
        except OSError:
            pass  # the next run finds it, and cuts it

    def _unwritable(self, error: OSError) -> HeygenError:
        return HeygenError(
            "cli_file_io_error",
            f"cannot write the journal {self.path}: {error.strerror or error}",
            param="--journal",
            hint="Make room, or make it writable; what was sent is safe, and the same command carries on",
        )

    def close(self) -> None:
        """Write what is left, and give the journal back. Raises HeygenError."""
        try:
            with self._writer:
                if self._pending and self._failure is None:
                    self._write()
        finally:
            os.close(self._descriptor)


def _in_use(path: str) -> HeygenError:
    who = ""
    try:
        run = Ledger(path).last_run
        who = f" (process {run['process']} on {run['host']})" if run else ""
    except HeygenError:
        pass  # it is being written
    return HeygenError(
        "cli_batch_in_progress",
        f"another heygen{who} is running this batch: it writes {path}",
        hint="Wait for it to end, or end it",
    )


def _sync_folder(path: str) -> None:
    """Have the name of a new file on the disk as well."""
    try:
        descriptor = os.open(os.path.dirname(path) or os.curdir, os.O_RDONLY)
    except OSError:
        return  # Windows
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)
