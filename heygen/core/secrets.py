"""The secrets that this process has seen, masked in every text that leaves it.

A secret is known from the moment that the program sees it: a variable of the environment, the credential file, what is
typed at a login, what the identity provider sends. It stays known when another one takes its place. One of fewer than
`SHORTEST` characters cannot be looked for, since it may be part of any word; it is hidden where its name tells what it
is (`named_secrets`). So is what nobody has told us of, such as the signature of a link.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, Mapping, Pattern

MASK = "***"
SHORTEST = 8  # characters; no real key or token has fewer
WRAPPING = " \t\r\n\v\f\ufeff\"'"  # what copying a key may have put around it
VARIABLES = ("HEYGEN_API_KEY", "GITHUB_TOKEN", "GH_TOKEN")  # of the environment, whose whole value is a secret
_URLS = ("http_proxy", "https_proxy", "all_proxy", "HEYGEN_API_BASE", "HEYGEN_RELEASES_URL", "HEYGEN_ANALYTICS_URL")
_LONGEST_FORM = 24  # characters that one sign of a secret may take
# What looks the same in a URL, in JSON, in HTML and in a shell.
_PLAIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


class Secrets:
    """What to mask. Threads may add to it and mask with it at the same time."""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._known: dict[str, Pattern[str] | None] = {}  # None for one that looks the same everywhere
        self._ordered: list[tuple[str, Pattern[str] | None]] = []
        self.add(*of_environment(environ or {}))

    def add(self, *values: Any) -> None:
        """Mask these from now on. What is no text, or too short to be looked for, is left out."""
        for value in values:
            if isinstance(value, str):
                for secret in (value, value.rstrip("=")):  # of base64, which is often cut at its padding
                    if len(secret) >= SHORTEST and secret not in self._known:
                        self._known[secret] = None if _PLAIN.issuperset(secret) else _pattern(secret)

    def are_in(self, text: str) -> bool:
        """Tell whether a known secret is in a text."""
        return any(pattern.search(text) if pattern else secret in text for secret, pattern in self._longest_first())

    def mask(self, text: str) -> str:
        """Return a text with every known secret in it masked; nothing of one is left, not even its length."""
        for secret, pattern in self._longest_first():
            text = pattern.sub(MASK, text) if pattern else text.replace(secret, MASK)
        if "…" in text:
            # Where a text was cut before it came here, half a secret may stand before the mark.
            *cut, last = text.split("…")
            text = "…".join([*(self._without_half(part, SHORTEST // 2) for part in cut), last])
        return text

    def scrub(self, text: str) -> str:
        """Return a text without what is secret by its name either: a password in a URL, a signature, a `client_secret`.

        For what is told in words, and for traces: a result or a command with a link in it would be spoilt.
        """
        from heygen.core.named_secrets import mask_named

        return mask_named(self.mask(text), MASK)

    def masked(self, document: Any) -> Any:
        """Return a JSON document with every text in it masked, the names of fields as well."""
        if not self._known:
            return document
        root = [document]
        holders: list[Any] = [root]
        while holders:  # no recursion: a document may be nested as deep as the parser allows
            holder = holders.pop()
            for key, value in holder.items() if isinstance(holder, dict) else enumerate(holder):
                if isinstance(value, str):
                    holder[key] = self.mask(value)
                elif isinstance(value, dict):
                    holder[key] = {self.mask(name) if isinstance(name, str) else name: each for name, each in value.items()}
                    holders.append(holder[key])
                elif isinstance(value, (list, tuple)):
                    holder[key] = list(value)
                    holders.append(holder[key])
        return root[0]

    def excerpt(self, text: str, most: int, is_whole: bool = True) -> str:
        """Return the first `most` characters of a text, masked before it is cut: half a secret is one.

        `is_whole` tells that the text itself was not cut before.
        """
        text = self.scrub(text)
        return (text if is_whole else self._without_half(text, 1))[:most]

    def _without_half(self, text: str, least: int) -> str:
        """Return a text with the beginning of a secret that it ends with masked, if that has `least` characters."""
        for secret, pattern in self._longest_first():
            for size in range(len(secret) - 1, least - 1, -1):
                if pattern is None:
                    if text.endswith(secret[:size]):
                        return text[:-size] + MASK
                else:
                    found = _pattern(secret[:size], r"\Z").search(text, max(0, len(text) - _LONGEST_FORM * size))
                    if found:
                        return text[: found.start()] + MASK
        return text

    def _longest_first(self) -> list[tuple[str, Pattern[str] | None]]:
        """Return all of them, a secret before another that is a part of it."""
        ordered = self._ordered
        if len(ordered) != len(self._known):
            # Of a copy: another thread may add to it meanwhile, and a dict cannot be gone through while it grows.
            ordered = self._ordered = sorted(self._known.copy().items(), key=_length, reverse=True)
        return ordered


def _length(known: tuple[str, Pattern[str] | None]) -> int:
    return len(known[0])


def of_environment(environ: Mapping[str, str]) -> Iterator[str]:
    """Return the secrets of an environment: keys, tokens, and the passwords in URLs."""
    for name in VARIABLES:
        yield environ.get(name, "").strip(WRAPPING)
    for name in _URLS:
        for value in {environ.get(name), environ.get(name.upper())}:
            if value and "@" in value:
                yield from _of_url(value)


def _of_url(url: str) -> Iterator[str]:
    """Return the password in a URL, as it stands there and as it is sent."""
    from binascii import b2a_base64
    from urllib.parse import unquote

    pair = url.rpartition("@")[0]
    pair = pair.partition("://")[2] or pair
    user, _, password = pair.partition(":")
    yield password
    yield unquote(password)
    yield b2a_base64(f"{unquote(user)}:{unquote(password)}".encode("utf-8", "surrogateescape"), newline=False).decode()


def _pattern(secret: str, end: str = "") -> Pattern[str]:
    """Return what finds a secret as it is, or encoded for a URL, JSON, HTML or a shell, be it more than once."""
    import re

    return re.compile("".join(map(_in_any_form, re.sub(r"\\+", r"\\", secret))) + end)


def _in_any_form(sign: str) -> str:
    import re

    if sign in _PLAIN:
        return re.escape(sign)
    units = sign.encode("utf-16-be", "surrogatepass").hex()
    in_json = "".join(rf"\\+u{units[at : at + 4]}" for at in range(0, len(units), 4))
    in_url = "".join(f"%{byte:02x}" for byte in sign.encode("utf-8", "surrogatepass"))
    in_html = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}.get(sign, sign)
    itself = {"\\": r"\\+", " ": "[ +]", "'": "(?:'\"'\"'|\\\\*')"}.get(sign, r"\\*" + re.escape(sign))
    return f"(?:{itself}|(?i:{in_json}|{in_url}|&(?:{re.escape(in_html)}|#0*{ord(sign)}|#x0*{ord(sign):x});))"
