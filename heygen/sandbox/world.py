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
    from typing import Any

    from heygen.sandbox.options import Options
    from heygen.sandbox.store import Entry

# Presigned links are good for this long, as on S3.
LINK_SECONDS = 7 * 24 * 3600

# The module of heygen.sandbox.resources that knows what the end of a kind's job brings about.
_AT_HOME = {
    "video": "video",
    "session": "video_agent",
    "translation": "video_translate",
    "proofread": "proofread",
    "lipsync": "lipsync",
    "clipping": "ai_clipping",
    "removal": "background_removal",
    "look": "avatar",
    "voice": "voice",
    "asset": "asset",
}


class World:
    """The state of a sandbox. Whoever reads or changes it holds `lock`."""

    def __init__(self, options: Options, url: str = "") -> None:
        self.options = options
        self.url = url
        self.lock = threading.RLock()
        self.mint = Mint(options.seed or 0)
        # Kept out of what a reset makes new: the log of requests, and who is told of events.
        self.log: list[dict[str, Any]] = []
        self.courier: Any = None
        self.blobs: Any = None
        self.requests = 0
        self.reset()

    def reset(self) -> None:
        """Go back to the beginning: nothing created, full credits, the faults and the time it was started with."""
        options = self.options
        self.clock = Clock(options.clock, SEEDED_START if options.seed is not None else None)
        self.store = Store(self.mint)
        self.faults = Faults(self.mint, options.faults)
        self.limiter = Limiter(options.rate)
        self.credits = float(GENEROUS_CREDITS if options.credits is None else options.credits)
        self.agenda = jobs.Agenda()
        self.replays: dict[str, Any] = {}
        self._presets: dict[str, list[dict[str, Any]]] = {}

    # --- what exists from the start

    def presets(self, kind: str) -> list[dict[str, Any]]:
        """Return what every account finds of a kind: stock avatars and voices, styles, templates, sounds."""
        if kind not in self._presets:
            from heygen.sandbox import catalog

            self._presets[kind] = catalog.make(kind, self)
        return self._presets[kind]

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
                f"This costs {cost:g} credits, and {self.credits:g} are left",
            )
        self.credits -= cost

    # --- jobs

    def expect(self, entry: Entry) -> None:
        """Note that a job runs, or that its end has been put elsewhere."""
        self.agenda.add(entry)

    def settle(self) -> None:
        """Do what the jobs that have ended bring about."""
        self.agenda.settle(self.clock.now(), self._ended)

    def _ended(self, entry: Entry) -> None:
        if self.store.get(entry["kind"], entry["id"]) is not entry:
            return  # deleted meanwhile
        if entry["job"]["end"] == jobs.FAILED:
            self.credits += entry.get("cost", 0)
        home(entry["kind"]).ended(self, entry)
        if entry.get("batch"):
            from heygen.sandbox.resources import batches

            batches.item_ended(self, entry)

    # --- deletion

    def remove(self, entry: Entry) -> None:
        """Delete an entry; what it left with the courier or on disk goes with it."""
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


def home(kind: str) -> Any:
    """Return the module that a kind of entry belongs to."""
    from importlib import import_module

    return import_module(f"heygen.sandbox.resources.{_AT_HOME[kind]}")
