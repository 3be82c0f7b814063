"""Faults on demand: rules such as `GET /v3/videos/* 503 p=0.3`, and which of them a request meets.

    METHOD PATH ACTION... [CONDITION...]

`heygen help sandbox` has the grammar (heygen/cli/help/faults.py).
"""

from __future__ import annotations

import re

from heygen.core import duration
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Sequence

    from heygen.sandbox.mint import Mint

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "*")
PLAIN = ("reset", "reset-before-read", "reset-after-write", "truncate", "garbage", "empty", "expire")
_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}


class Rule(Record):
    """One fault, as it was asked for."""

    text: str
    method: str
    path: str
    action: str | None = None  # one of PLAIN, "answer", "html", "status"; None for a mere delay
    status: int = 0
    word: str = ""  # for the action "status"
    delay: float = 0.0  # seconds
    speed: float = 0.0  # bytes a second; 0 for any
    retry_after: str | None = None  # seconds, or "date" for a time as HTTP writes it
    chance: float = 1.0
    times: int | None = None
    after: int = 0

    def matches(self, method: str, path: str) -> bool:
        """Tell whether the rule is about such a request."""
        if self.method not in ("*", method):
            return False
        pattern = "".join(
            {"**": ".*", "*": "[^/]*"}.get(part, re.escape(part)) for part in re.split(r"(\*\*|\*)", self.path)
        )
        return re.fullmatch(pattern, path) is not None


def parse(text: str) -> Rule:
    """Return the rule that a line describes. Raises ValueError, worded for the user."""
    words = text.split()
    if len(words) < 3:
        raise ValueError(f'needs a method, a path and an action, such as "GET /v3/videos/* 503 p=0.3", not "{text}"')
    method, path = words[0].upper(), words[1]
    if method not in METHODS:
        raise ValueError(f'"{words[0]}" is not a method: use one of {", ".join(METHODS)}')
    if not path.startswith(("/", "*")):
        raise ValueError(f'the path "{path}" must start with / or *')
    found: dict[str, Any] = {}
    for word in words[2:]:
        for name, value in _read(word).items():
            if name in found:
                raise ValueError(f'"{word}" contradicts what the rule already says')
            found[name] = value
    if not found.keys() & {"action", "delay", "speed"}:
        raise ValueError("has no action, such as 503, reset, truncate or status=failed")
    action = found.get("action")
    if action == "status" and found.keys() & {"delay", "speed"}:
        raise ValueError("status=… makes a rule of its own; give delay=… and slow=… in another")
    if "speed" in found and action is not None and action.startswith("reset"):
        raise ValueError(f"slow=… needs an answer, and {action} leaves none")
    if "retry_after" in found and action not in ("answer", "html"):
        raise ValueError("retry-after=… goes with a status, such as 429 or html-503")
    return Rule(text=" ".join(words), method=method, path=path, **found)


def _read(word: str) -> dict[str, Any]:
    name, equals, value = word.partition("=")
    try:
        if not equals:
            if word in PLAIN:
                return {"action": word}
            if re.fullmatch(r"(html-)?[1-5]\d\d", word):
                return {"action": "html" if word.startswith("html-") else "answer", "status": int(word[-3:])}
        elif name == "delay":
            return {"delay": duration.parse(value)}
        elif name == "slow":
            amount = re.fullmatch(r"(\d+(?:\.\d+)?)([kMG]?)B/s", value)
            if amount and float(amount[1]):
                return {"speed": float(amount[1]) * _UNITS[amount[2]]}
        elif name == "status" and re.fullmatch(r"\w+", value):
            return {"action": "status", "word": value}
        elif name == "retry-after" and value:
            return {"retry_after": value}
        elif name == "p" and 0 <= float(value) <= 1:
            return {"chance": float(value)}
        elif name in ("times", "after") and int(value) >= 0:
            return {name: int(value)}
    except ValueError as error:
        raise ValueError(f'"{word}": {error}') from error
    raise ValueError(
        f'"{word}" is neither an action (NNN, html-NNN, {", ".join(PLAIN)}, delay=2s, slow=1kB/s, status=failed) '
        "nor a condition (p=0.3, times=2, after=1)"
    )


def checked(text: str) -> Rule:
    """Return the rule that a line describes, if there is an endpoint that it can strike. Raises ValueError."""
    from heygen.sandbox import endpoints

    rule = parse(text)
    endpoints.check(rule)
    return rule


class Active:
    """A rule in force, and how often it has come up."""

    def __init__(self, id: int, rule: Rule) -> None:
        self.id = id
        self.rule = rule
        self.met = 0
        self.fired = 0

    def fires(self, mint: Mint) -> bool:
        """Decide whether the rule strikes this time; the chance is drawn from the seed, in order."""
        self.met += 1
        if self.met <= self.rule.after or (self.rule.times is not None and self.fired >= self.rule.times):
            return False
        if mint.fraction("fault", f"{self.id}:{self.rule.text}:{self.met}") >= self.rule.chance:
            return False
        self.fired += 1
        return True

    def document(self) -> dict[str, Any]:
        """Return the rule as the control endpoint shows it."""
        return {"id": self.id, "rule": self.rule.text, "met": self.met, "fired": self.fired}

    def why_not(self) -> str:
        """Return why the rule has not struck, for whoever waited for it."""
        if not self.met:
            return "no request matched it"
        times = "the one time" if self.met == 1 else f"any of the {self.met} times"
        return f"its conditions did not hold {times} that it matched"


class Faults:
    """The rules in force. The caller holds the world's lock."""

    def __init__(self, mint: Mint, rules: Sequence[str] = ()) -> None:
        self.mint = mint
        self.rules: list[Active] = []
        self._last = 0
        for text in rules:
            self.add(text)

    def add(self, text: str) -> Active:
        """Put a rule in force. Raises ValueError for one that makes no sense, or that no endpoint can meet."""
        rule = checked(text)
        self._last += 1
        active = Active(self._last, rule)
        self.rules.append(active)
        return active

    def remove(self, id: int) -> bool:
        """Take a rule away again; False where there is none of that number."""
        kept = [active for active in self.rules if active.id != id]
        found = len(kept) < len(self.rules)
        self.rules = kept
        return found

    def of_request(self, method: str, path: str, is_signed: bool = False) -> list[Rule]:
        """Return the rules that strike a request as it comes in; only a signed link can be expired."""
        return [
            active.rule
            for active in self.rules
            if active.rule.action != "status"
            and (is_signed or active.rule.action != "expire")
            and active.rule.matches(method, path)
            and active.fires(self.mint)
        ]

    def idle(self) -> list[Active]:
        """Return the rules that have not struck yet."""
        return [active for active in self.rules if not active.fired]

    def job_status(self, method: str, path: str) -> str | None:
        """Return the status that a rule asks for the job at hand, drawn for each job of a request."""
        for active in self.rules:
            if active.rule.action == "status" and active.rule.matches(method, path) and active.fires(self.mint):
                return active.rule.word
        return None
