"""Following redirects: for GET and HEAD alone, never from https to http, and never with a secret to another host."""

from __future__ import annotations

import urllib.request
from urllib.parse import quote, urldefrag, urljoin, urlsplit

from heygen.core import address
from heygen.core.errors import HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.http.message import Response

# All that another host gets to see of a request: whatever else it has may be a secret, now or one day.
HARMLESS_HEADERS = ("accept", "accept-encoding", "user-agent", "range", "if-range")


class RedirectHandler(urllib.request.HTTPRedirectHandler):
    """Follows redirects. Raises HeygenError `cli_redirect_refused` for those that must not be followed."""

    max_redirections = 5

    def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> Any:
        """Return the response from where a redirect leads. Its own body, which may have no end, is not read."""
        fp.close()
        new = self.redirect_request(req, fp, code, msg, headers, _location(req.message.url, fp))
        return self.parent.open(new, timeout=req.timeout)

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        """Return the request to follow a redirect with."""
        method, url = req.get_method(), req.message.url
        if method not in ("GET", "HEAD"):
            raise _refused(url, fp, f"to {_without_query(newurl)}, and a {method} is never sent elsewhere")
        if req.redirections == self.max_redirections:
            raise _refused(url, fp, f"more than {self.max_redirections} times, most recently to {_without_query(newurl)}")
        old_origin, new_origin = address.origin(url), address.origin(newurl)
        if old_origin[0] == "https" and new_origin[0] == "http":
            raise _refused(url, fp, f"from https to plain http: {_without_query(newurl)}")
        new_headers = req.message.headers
        if old_origin != new_origin:
            new_headers = {name: value for name, value in new_headers.items() if name.lower() in HARMLESS_HEADERS}
        new = type(req)(req.message.replace(url=newurl, headers=new_headers))
        new.redirections = req.redirections + 1
        return new


def _location(url: str, response: Response) -> str:
    """Return the absolute URL to which a response redirects from another."""
    given = response.headers.get("Location")
    if not given:
        raise _refused(url, response, "without saying where to")
    # A server may write down what only its own encoding means; http.client reads it as Latin-1.
    location = quote(given.strip().encode("latin-1", "replace"), safe="%/:?#[]@!$&'()*+,;=~-._")
    try:
        location = urldefrag(urljoin(url, location)).url
        address.origin(location)
    except ValueError as error:
        raise _refused(url, response, f"to a place that cannot be reached: {error}") from error
    return location


def _without_query(url: str) -> str:
    """Return a URL without its query, which may hold a signature, and without a user and password."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _refused(url: str, response: Response, how: str) -> HeygenError:
    error = HeygenError(
        "cli_redirect_refused",
        f"{_without_query(url)} redirected ({response.status}) {how}",
        hint="Check HEYGEN_API_BASE: it has to be the final address, not one that redirects",
        request_id=response.headers.get("X-Request-Id"),
    )
    error.status = response.status
    return error
