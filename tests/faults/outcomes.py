"""The table of what comes of every call under every fault, read from outcomes.txt."""

from __future__ import annotations

import pathlib

GROUPS = {
    "well": ("none", "stdout not blocking", "stderr closed", "stderr full", "stderr gone", "stderr not blocking", "stdin closed",
             "disk full"),
    "unreached": ("refused", "no such host"),
    "lost": ("reset, unread", "reset, read", "hung up", "cut", "cut by reset", "no HTTP"),
    "slow": ("silence", "drip"),
    "once": ("reset, once", "429, once", "503, once"),
    "empty": ("empty 200", "null", "204"),
    "hollow": ("{}", "no data"),
    "garbage": ("no JSON", "HTML 200", "huge"),
    "in progress": ("409 in progress", "409 in progress, once"),
    "limited": ("429", "429, 5 s", "429, date", "429, absurd"),
    "failing": ("500", "502", "503", "504", "503, page"),
    "strange": ("520", "524"),
    "redirects": ("redirect, loop", "redirect, elsewhere", "redirect, nowhere"),
    "jobs": ("never ends", "unknown status", "fails", "vanishes"),
    "signals": ("SIGINT", "SIGTERM", "SIGHUP"),
    "unheard": ("stdout closed", "stdout gone", "both gone"),
    "refusals": ("400", "401", "402", "403", "404", "409", "413"),
}  # fmt: skip
# The exit code and the error code of a refusal, as the rest of its cell leaves them open.
REFUSALS = {
    "400": "1 validation_error", "401": "3 unauthorized", "402": "1 insufficient_credit", "403": "3 forbidden",
    "404": "1 not_found", "409": "1 conflict", "413": "1 payload_too_large",
}  # fmt: skip


class Like(dict):
    """The lines of one call, on top of those of another."""

    def __init__(self, other):
        super().__init__()
        self.other = other

    def spread(self):
        """Return the outcome by fault."""
        cells = self.other.spread() if self.other else {}
        for group, faults in GROUPS.items():
            cell = self.get(group)
            cells.update({fault: f"{REFUSALS[fault]} {cell}" if cell[0] == "×" else cell for fault in faults} if cell else {})
        cells.update({name: cell for name, cell in self.items() if name not in GROUPS})
        return cells


def read(text):
    """Return the outcome by call and fault.

    A line of a single fault counts more than that of its group, and a call that is `like` another has its other lines.
    """
    table, cells = {}, {}
    for line in text.splitlines():
        if line.startswith("["):
            name, _, other = line.strip("[]").partition("] like [")
            cells = table[name] = Like(table.get(other, {}))
        elif line and not line.startswith("#"):
            name, cell = line[:24].strip(), line[24:].strip()
            assert name not in cells, f"{name} stands there twice"
            cells[name] = cell
    return {name: cells.spread() for name, cells in table.items()}


OUTCOMES = read((pathlib.Path(__file__).parent / "outcomes.txt").read_text(encoding="utf-8"))
