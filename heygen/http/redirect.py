"""Following redirects: for GET and HEAD alone, never from https to http, and never with a secret to another host."""

from __future__ import annotations

from heygen.core import address
from heygen.core.errors import HeygenError
from heygen.http.message import Request, Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

MOST_HOPS = 5
STATUSES = (301, 302, 303, 307, 308)
# All that another host gets to see of a request: whatever else it has may be a secret, now or one day.
HARMLESS_HEADERS = ("accept", "accept-encoding", "user-agent", "range", "if-range")


def follow(exchange: Callable[[Request], Response], request: Request, response: Response) -> Response:
    """Go on from a request and its redirect to where it ends up, and return the response from there.

    Raises HeygenError `cli_redirect_refused`, and what `exchange` raises.
    """
    hops = 0
    while response.status in STATUSES:
        response.close()
        place = _place(request, response)
        if request.method not in ("GET", "HEAD"):
            raise _refused(request, response, f"to {_shown(place)}, and a {request.method} is not sent elsewhere")
        hops += 1
        if hops > MOST_HOPS:
            raise _refused(request, response, f"more than {MOST_HOPS} times, at last to {_shown(place)}")
        request = _redirected(request, response, place)
        response = exchange(request)
    return response


def _place(request: Request, response: Response) -> str:
    """Return the absolute URL that a redirect names."""
    from urllib.parse import quote, urldefrag, urljoin

    given = response.headers.get("Location")
    if not given:
        raise _refused(request, response, "without saying where to")
    # A server may write down what only its own encoding means; http.client reads it as Latin-1.
    place = quote(given.strip().encode("latin-1", "replace"), safe="%/:?#[]@!$&'()*+,;=~-._")
    try:
        place = urldefrag(urljoin(request.url, place)).url
        address.origin(place)
    except ValueError as error:
        raise _refused(request, response, f"to a place that cannot be reached: {error}") from error
    return place


def _redirected(request: Request, response: Response, place: str) -> Request:
    here, there = address.origin(request.url), address.origin(place)
    if here[0] == "https" and there[0] == "http":
        raise _refused(request, response, f"from https to plain http: {_shown(place)}")
    headers = request.headers
    if here != there:
        headers = {name: value for name, value in headers.items() if name.lower() in HARMLESS_HEADERS}
    return request.replace(url=place, headers=headers)


def _shown(url: str) -> str:
    """Return a URL without its query, which may hold a signature, and without a user and password."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _refused(request: Request, response: Response, how: str) -> HeygenError:
    error = HeygenError(
        "cli_redirect_refused",
        f"{_shown(request.url)} redirected ({response.status}) {how}",
        hint="Check HEYGEN_API_BASE: it has to be the address that answers itself",
        request_id=response.headers.get("X-Request-Id"),
    )
    error.status = response.status
    return error
