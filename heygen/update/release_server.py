"""The server that has the list of releases and their files: the build or HEYGEN_RELEASES_URL names it."""

from __future__ import annotations

import json

from heygen import __version__
from heygen.core import address, build
from heygen.core.errors import HeygenError, usage_error
from heygen.http import errors, retry
from heygen.http.client import Client
from heygen.http.failure import TransportFailure
from heygen.http.message import Request
from heygen.update import releases

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Iterator

    from heygen.config.settings import Settings
    from heygen.core.context import Context
    from heygen.http.message import Response
    from heygen.update.releases import Release

    OnBlock = Callable[[int], None]

GITHUB_API = "https://api.github.com"
_VARIABLE = "HEYGEN_RELEASES_URL"
LARGEST_LIST = 16 * 1024 * 1024  # bytes
MOST_PAGES = 50
_TOKENS = ("GITHUB_TOKEN", "GH_TOKEN")  # the first that is set counts
_TIMEOUT = 30.0  # seconds, for each read
_BLOCK = 64 * 1024  # bytes


class ReleaseServer:
    """Fetches releases. `url` is that of their list."""

    def __init__(self, context: Context, settings: Settings) -> None:
        self.context = context
        self.settings = settings
        self.url = context.environ.get(_VARIABLE, "").strip() or build.RELEASES_URL
        if not self.url:
            raise HeygenError(
                "cli_update_unavailable",
                "this build does not say where its releases are",
                hint=f"Set {_VARIABLE} to a list of releases in the form of GitHub's releases API",
            )
        self._client = Client(context, settings)

    def pages(self) -> Iterator[list[Release]]:
        """Fetch the list of releases, page after page."""
        url = self.url
        # GitHub's own list has pages, and room for more in each than it gives unasked.
        if url.rstrip("/").endswith("/releases") and "?" not in url:
            url += "?per_page=100"
        for _ in range(MOST_PAGES):
            data, following = self._fetch(url, LARGEST_LIST, "application/json")
            try:
                document = json.loads(data)
            except (ValueError, RecursionError) as error:
                raise HeygenError("cli_response_parse_error", f"{url} is not JSON") from error
            yield releases.read(document, url)
            if not following:
                return
            url = following

    def file(self, url: str, largest: int, on_block: OnBlock | None = None) -> bytes:
        """Fetch a release's file; `on_block` is called with the size of each block. Raises HeygenError."""
        return self._fetch(url, largest, "application/octet-stream", on_block)[0]

    def _fetch(self, url: str, largest: int, accept: str, on_block: OnBlock | None = None) -> tuple[bytes, str | None]:
        """Return what is at an url, and the url of the next page if there is one."""
        self._check(url)
        headers = {"Accept": accept, "User-Agent": f"heygen-cli/{__version__}", **self._token(url)}
        request = Request(method="GET", url=url, headers=headers, timeout=_TIMEOUT, is_transfer=True)
        tries = 0
        while True:
            tries += 1
            try:
                with self._client.exchange(request) as response:
                    if response.is_success:
                        return _body(response, url, largest, on_block), _next_page(response)
                    error = self._error(response)
                    may_pass = retry.may_repeat("GET", True, status=response.status)
                    wanted = retry.retry_after(response.headers.get("Retry-After"), self.context.now())
            except TransportFailure as failure:
                error, may_pass, wanted = errors.from_failure(failure), failure.may_pass, None
                error.__cause__ = failure
            if not may_pass or tries > self.settings.max_retries:
                raise error
            self.context.sleep(retry.delay(tries, self.context.random, wanted))

    def _check(self, url: str) -> None:
        """Refuse an url that cannot be fetched, or does not protect what comes from it. Raises HeygenError."""
        # A query and a fragment belong to many a link; the base of an API, whose rules these are, has neither.
        base = url.partition("#")[0].partition("?")[0] if address.has_url_signs_only(url) else url
        wrong = address.why_unfit(base, allows_http=True)
        if "@" in base.partition("://")[2].partition("/")[0]:
            wrong = "must not have a user or a password"
        if wrong:
            raise self._unfit(url, wrong)
        scheme, host, _ = address.origin(url)
        if scheme == "http" and not address.is_loopback(host) and not self.context.is_on("HEYGEN_ALLOW_HTTP"):
            raise usage_error(f"releases are fetched over https only, not from {url} (HEYGEN_ALLOW_HTTP=1 allows it)")

    def _unfit(self, url: str, why: str) -> HeygenError:
        """Return the error for an url that is not used: the user's mistake, or that of whoever wrote the list."""
        if url.startswith(self.url) and self.context.is_set(_VARIABLE):
            hint = "Set it to a list of releases, as in https://example.com/releases.json"
            return usage_error(f"{_VARIABLE} {why}", param=_VARIABLE, hint=hint)
        hint = "Nothing was changed; tell whoever publishes the releases"
        return HeygenError("cli_update_refused", f"the list of releases leads to {url}, which {why}", hint=hint)

    def _token(self, url: str) -> dict[str, str]:
        """Return the header with GITHUB_TOKEN or GH_TOKEN, which raises GitHub's limit, for the API that it is meant
        for alone."""
        found = (self.context.environ.get(name, "").strip() for name in _TOKENS)
        token = next(filter(None, found), "")
        meant_for = [address.origin(each) for each in (GITHUB_API, build.RELEASES_URL) if each]
        if not token or address.origin(url) not in meant_for or any(sign <= " " or sign > "~" for sign in token):
            return {}
        return {"Authorization": f"Bearer {token}"}

    def _error(self, response: Response) -> HeygenError:
        message = f"{response.url} answered {response.status} {response.reason}".rstrip()
        hint = None
        if response.status in (403, 429) and address.origin(response.url) == address.origin(GITHUB_API):
            hint = "GitHub limits anonymous requests per hour; set GITHUB_TOKEN, or try again later"
        elif response.status == 404:
            hint = f"Check {_VARIABLE}" if self.context.is_set(_VARIABLE) else None
        return HeygenError("network_error", message, hint=hint)


def _body(response: Response, url: str, largest: int, on_block: OnBlock | None) -> bytes:
    pieces, size = [], 0
    while True:
        piece = response.stream.read(_BLOCK)
        if not piece:
            return b"".join(pieces)
        pieces.append(piece)
        size += len(piece)
        if on_block is not None:
            on_block(len(piece))
        if size > largest:
            raise HeygenError("cli_update_refused", f"{url} is larger than {largest // 1024 // 1024} MiB")


def _next_page(response: Response) -> str | None:
    """Return the url of the next page of a list, from the Link header (RFC 8288)."""
    import re
    from urllib.parse import urljoin

    for target, parameters in re.findall(r"<([^>]*)>([^,]*)", response.headers.get("Link") or ""):
        if re.search(r';\s*rel\s*=\s*"?next"?\s*(;|$)', parameters):
            try:
                return urljoin(response.url, target)
            except ValueError:
                return target  # what is wrong with it is told when it is fetched
    return None
