"""One simulated account, with all that exists in it and everything that happens to it."""

from __future__ import annotations

import threading

from heygen.sandbox import jobs
from heygen.sandbox.clock import SEEDED_START, Clock
from heygen.sandbox.faults import Faults
from heygen.sandbox.limiter import Limiter
from heygen.sandbox.mint import Mint
from heygen.sandbox.options import GENEROUS_CREDITS
from heygen.sandbox.problems import Refusal
from heygen.sandbox.store import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.sandbox.catalog import Catalog
    from heygen.sandbox.options import Options
    from heygen.sandbox.store import Entry

# Presigned links are good for this long, as on S3.
LINK_SECONDS = 7 * 24 * 3600


class World:
    """The state of a sandbox. Whoever reads or changes it holds `lock`."""

    def __init__(self, options: Options, on_job_end: Callable[[World, Entry], None]) -> None:
        """`on_job_end` is told of each job that has ended, in the order of their ends."""
        self.options = self._given = options
        self.url = ""
        self._on_job_end = on_job_end
        self.lock = threading.RLock()
        self.mint = Mint(options.seed or 0)
        # A reset leaves these alone.
        self.log: list[dict[str, Any]] = []
        self.logged = 0  # how many requests there were, with those that the log has dropped
        self.courier: Any = None
        self.blobs: Any = None
        self.requests = 0
        self.reset()

    def reset(self) -> None:
        """Go back to the beginning: nothing created, and all settings, faults and the time as it was started with."""
        options = self.options = self._given
        self.clock = Clock(options.clock, SEEDED_START if options.seed is not None else None)
        self.store = Store(self.mint)
        self.faults = Faults(self.mint, options.faults)
        self.limiter = Limiter(options.rate)
        self.credits = float(GENEROUS_CREDITS if options.credits is None else options.credits)
        self.jobs = jobs.JobQueue()
        self.replays: dict[str, Any] = {}
        self._catalog: Catalog | None = None
        self.plant()

    def plant(self) -> None:
        """Have what was brought in, unless it is there or was deleted."""
        if self.options.seeds:
            from heygen.sandbox import seeds

            seeds.plant(self)
            self._catalog = None  # its links need the url, which is not known at the start

    def forget_requests(self) -> None:
        """Begin the log anew."""
        self.log.clear()
        self.logged = 0

    # --- what exists from the start

    @property
    def catalog(self) -> Catalog:
        """What every account finds from the start."""
        if self._catalog is None:
            from heygen.sandbox.catalog import Catalog

            self._catalog = Catalog(self.mint, self.public, self.options.seeds)
        return self._catalog

    def presets(self, kind: str) -> list[dict[str, Any]]:
        """Return what every account finds of a kind: stock avatars and voices, styles, templates, sounds."""
        return self.catalog.presets(kind)

    def preset(self, kind: str, id: str) -> dict[str, Any] | None:
        """Return one of them, or None."""
        return next((each for each in self.presets(kind) if each["id"] == id), None)

    # --- credits

    def charge(self, cost: float) -> None:
        """Take credits from the balance. Raises 402 where there are too few."""
        if cost > self.credits:
            raise Refusal(
                402,
                "insufficient_credit",
                f"This costs {_counted(cost)}, but the account has {_counted(self.credits)} left",
            )
        self.credits -= cost

    # --- jobs

    def enqueue(self, entry: Entry) -> None:
        """Note that a job runs, or that its end has changed."""
        self.jobs.add(entry)

    def process_ended_jobs(self) -> None:
        """Do what follows from the end of each job that has ended by now."""
        for entry in self.jobs.take_ended(self.clock.now()):
            if self.store.get(entry["kind"], entry["id"]) is not entry:
                continue  # deleted meanwhile
            if entry["job"]["end"] == jobs.FAILED:
                self.credits += entry.get("cost", 0)
            self._on_job_end(self, entry)

    # --- deletion

    def remove(self, entry: Entry) -> None:
        """Delete an entry, and its file if it has one."""
        self.store.remove(entry["kind"], entry["id"])
        if entry["kind"] == "asset" and self.blobs is not None:
            self.blobs.remove(entry["id"])

    # --- links

    def link(self, path: str) -> str:
        """Return a presigned link to a file of this account."""
        expires = int(self.clock.now()) + LINK_SECONDS
        return f"{self.url}{path}?Expires={expires}&Signature={self.mint.signature(f'{path} {expires}')}"

    def file(self, entry: Entry, name: str) -> str:
        """Return a presigned link to a file that belongs to an entry."""
        return self.link(f"/files/{entry['kind']}/{entry['id']}/{name}")

    def public(self, path: str) -> str:
        """Return a link that everybody may follow, for good."""
        return f"{self.url}{path}"


def _counted(credits: float) -> str:
    return f"{credits:g} credit" + ("" if credits == 1 else "s")
