"""Links to file hosts that the API hands out, presigned: they are their own authorization, and nothing of ours goes there."""

from __future__ import annotations

from heygen.core import address
from heygen.core.errors import HeygenError
from heygen.http import retry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.core.context import Context
    from heygen.http.message import Response

# What a file host answers for a link that has expired, or for a file that has moved since.
EXPIRED_STATUSES = (401, 403, 404, 410)
_LONGEST_REASON = 16 * 1024  # bytes


def url(link: str, code: str, context: Context) -> str:
    """Return a link as it is requested: in ASCII, without a fragment.

    Raises HeygenError with this code for one that is no https URL; plain http is for this machine alone, unless
    HEYGEN_ALLOW_HTTP says otherwise.
    """
    from urllib.parse import quote, urldefrag

    try:
        # The API may hand out a link with blanks or characters beyond ASCII.
        made = quote(urldefrag(link).url, safe="%/:?#[]@!$&'()*+,;=~-._", errors="surrogatepass")
        scheme, host, _ = address.origin(made)
    except ValueError as error:
        raise HeygenError(code, f"the API's link to the file is not valid: {error}") from error
    if scheme == "http" and not address.is_loopback(host) and not context.is_on("HEYGEN_ALLOW_HTTP"):
        raise HeygenError(code, f"the API's link to the file is not https, on {host}")
    return made


def refusal(response: Response, code: str, context: Context) -> HeygenError:
    """Return the error for a file host's answer that is no success, with the host's own words where it has some."""
    words = " ".join(f"{address.host_and_port(response.url)} answered {response.status} {response.reason}".split())
    error = HeygenError(code, f"{words}{_reason(response)}", hint="Try again later; --debug shows each attempt")
    error.status = response.status
    error.retry_after = retry.retry_after(response.headers.get("Retry-After"), context.now())
    return error


def _reason(response: Response) -> str:
    """Return the code and message of an error in the form of S3, as the end of a sentence."""
    import re

    from heygen.http.failure import TransportFailure

    try:
        text = response.read(_LONGEST_REASON).decode("utf-8", "replace")
    except (TransportFailure, ValueError):
        return ""
    found = re.findall(r"<(?:Code|Message)>([^<]{1,300})</", text)
    return "".join(f": {part}" for part in found[:2])
