"""Whether a webhook call comes from HeyGen: its signature, and its age."""

from __future__ import annotations

import hashlib
import hmac

from heygen.core import duration, timestamp as timestamps
from heygen.core.errors import HeygenError

DEFAULT_TOLERANCE = 300.0  # seconds


def check(
    body: bytes, secret: str, signature: str | None, timestamp: str | None, *, tolerance: float, now: float
) -> None:
    """Check that whoever sent the body knows the secret, and that it was sent no longer ago than the tolerance.

    `signature` is the Heygen-Signature header: the HMAC-SHA256 of the body with the endpoint's secret, in hexadecimal.
    `timestamp` is the Heygen-Timestamp header, in seconds since the epoch; a tolerance of 0 accepts any age. Raises
    HeygenError with a code of `cli_signature_…` or `cli_timestamp_…`.
    """
    if not signature:
        raise HeygenError("cli_signature_missing", "the call has no Heygen-Signature: it is not signed")
    given = signature.strip().lower()
    if not hmac.compare_digest(given.encode("utf-8", "replace"), _digest(body, secret)):
        hint = None
        if hmac.compare_digest(given.encode("utf-8", "replace"), _digest(body.removesuffix(b"\n"), secret)):
            hint = "The body ends in a newline that was not sent; pass it exactly as it came, with: printf %s \"$body\""
        raise HeygenError(
            "cli_signature_mismatch",
            "the signature does not match the body and the secret",
            hint=hint or "The secret is that of the endpoint, and the body must be byte for byte what was received",
        )
    if tolerance > 0:
        _check_age(timestamp, tolerance, now)


def _digest(body: bytes, secret: str) -> bytes:
    return hmac.new(secret.encode("utf-8", "surrogateescape"), body, hashlib.sha256).hexdigest().encode()


def _check_age(timestamp: str | None, tolerance: float, now: float) -> None:
    if not timestamp:
        raise HeygenError(
            "cli_timestamp_missing",
            "the call has no Heygen-Timestamp: it may be an old one, sent again",
            hint="With --tolerance 0 its age does not count",
        )
    sent = _seconds(timestamp.strip())
    if sent is None:
        raise HeygenError("cli_timestamp_invalid", f'the timestamp "{timestamp[:40]}" is not in seconds since 1970')
    age = now - sent
    if abs(age) > tolerance:
        what = f"{duration.render(round(abs(age)))} {'old' if age > 0 else 'ahead of this machine'}"
        raise HeygenError(
            "cli_timestamp_expired",
            f"the call is {what}, and may be {duration.render(tolerance)} at most",
            hint="Check this machine's clock; a larger --tolerance accepts it, and with 0 its age does not count",
        )


def _seconds(text: str) -> float | None:
    """Return a timestamp as seconds since the epoch, or None for one that cannot be read."""
    if text.isascii() and text.isdigit() and len(text) <= 16:
        number = float(text)
        return number / 1000 if number >= 1e11 else number  # thirteen digits are milliseconds
    try:
        return timestamps.parse(text)
    except ValueError:
        return None
