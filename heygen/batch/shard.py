"""Which rows fall to one of several runs: by a hash of their IDs, so that a row that is added moves no other."""

from __future__ import annotations

import os
import re

from heygen.core.errors import ExitCode, HeygenError, usage_error
from heygen.core.record import Record


class Shard(Record):
    """Number `number` of `count`, from 1 on."""

    number: int = 1
    count: int = 1

    def has(self, digest: int) -> bool:
        """Tell whether the row with this digest of its ID falls to it."""
        return digest % self.count == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.count}"

    def journal(self, jobs: str) -> str:
        """Return the path of its journal beside a file of jobs."""
        return f"{jobs}.journal" if self.count == 1 else f"{jobs}.{self.number}-of-{self.count}.journal"


def parse(text: str) -> Shard:
    """Return what K/N names. Raises a usage error."""
    found = re.fullmatch(r"0*([1-9][0-9]{0,5})/0*([1-9][0-9]{0,5})", text.strip())
    if not found or int(found[1]) > int(found[2]):
        raise usage_error(f'--shard must be K/N with K from 1 to N, such as 2/8, not "{text}"', param="--shard")
    return Shard(number=int(found[1]), count=int(found[2]))


def journals(jobs: str) -> dict[str, Shard]:
    """Return the journals that lie beside a file of jobs, in order, with the shard of each."""
    folder, name = os.path.split(jobs)
    pattern = re.compile(re.escape(name) + r"(?:\.([1-9][0-9]*)-of-([1-9][0-9]*))?\.journal")
    try:
        entries = os.listdir(folder or os.curdir)
    except OSError:
        return {}
    found = [(entry, pattern.fullmatch(entry)) for entry in entries]
    shards = {
        os.path.join(folder, entry): Shard(number=int(match[1]), count=int(match[2])) if match[1] else Shard()
        for entry, match in found
        if match
    }
    return dict(sorted(shards.items(), key=lambda each: (each[1].count, each[1].number)))


def refuse_other_division(jobs: str, shard: Shard) -> None:
    """Refuse to divide a file anew: its rows would fall to other journals, and be made again. Raises HeygenError."""
    for path, other in journals(jobs).items():
        if other.count != shard.count:
            whole = "without --shard" if other.count == 1 else f"with --shard K/{other.count}"
            raise HeygenError(
                "cli_batch_journal_mismatch",
                f"{path} says that this file was run {whole}: what it has made would be made again",
                param="--shard",
                exit_code=ExitCode.USAGE,
                hint=f"Run it {whole} again, or start anew with a copy of the file under another name",
            )
