"""Which proxy a request goes through: the environment's, read as curl does, else the system's as urllib finds it."""

from __future__ import annotations

import os
import urllib.request

from heygen.core import address
from heygen.core.errors import HeygenError, usage_error
from heygen.core.record import Record
from heygen.http.failure import ProxyFailure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Mapping


class Proxy(Record):
    """A proxy; `authorization` is the header value that carries its user and password."""

    host: str
    port: int
    authorization: str | None = None

    @property
    def name(self) -> str:
        """The proxy as errors name it, without its password."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def refusal(self, what: str, status: int, words: str) -> ProxyFailure:
        """Return the failure for an answer by which the proxy itself refuses a request."""
        hint = None
        if status == 407:
            hint = "Put the proxy's user name and password into HTTPS_PROXY or HTTP_PROXY: http://user:password@host:port"
        elif status < 500:
            hint = "Have this host allowed on the proxy, or add it to NO_PROXY if it can be reached directly"
        return ProxyFailure(f"the proxy {self.name} {what}: {status} {words}".strip(), hint, may_pass=status >= 500)


class ProxyHandler(urllib.request.ProxyHandler):
    """Sends each request through the proxy that choose() finds for it, and tells the proxy's 407 from the server's."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        super().__init__(proxies={})
        self._environ = environ

    def http_open(self, req: Any) -> None:
        """Direct the request to its proxy, and leave opening it to the next handler."""
        proxy = choose(req.full_url, self._environ)
        if proxy is None:
            return
        if proxy.authorization and req.type == "http":
            req.add_unredirected_header("Proxy-Authorization", proxy.authorization)
        req.proxy = proxy
        req.set_proxy(proxy.name, "http")

    https_open = http_open

    def http_error_407(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> None:
        """Raise ProxyFailure for an answer to a request that a proxy passes on; it may come from nobody else."""
        if req.proxy is not None and req.type == "http":
            fp.close()
            raise req.proxy.refusal("did not pass the request on", code, msg)


def choose(url: str, environ: Mapping[str, str]) -> Proxy | None:
    """Return the proxy for a URL, or None where it is reached directly. Raises a usage error for a malformed one.

    Where no variable says anything, the settings of macOS and Windows do. This machine never needs a proxy.
    """
    scheme, host, port = address.origin(url)
    if address.is_loopback(host):
        return None
    names = (f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY")
    # A CGI program has HTTP_PROXY from a request's Proxy header (CVE-2016-5385).
    unsafe = "HTTP_PROXY" if "REQUEST_METHOD" in environ else None
    name = next((name for name in names if name in environ and name != unsafe), None)
    if name is not None:
        value = environ[name].strip()
        is_direct = is_exempt(host, port, environ.get("no_proxy", environ.get("NO_PROXY", "")))
    else:
        # They are this process's, and not those of an environment that stands in for its own.
        name = f"the system's {scheme} proxy"
        value = urllib.request.getproxies().get(scheme, "") if environ is os.environ else ""
        is_direct = bool(value) and urllib.request.proxy_bypass(address.host_and_port(url))
    return parse(value, name) if value and not is_direct else None


def parse(given: str, name: str) -> Proxy:
    """Return the proxy that a variable's value describes: `[http://][user:password@]host[:port]`.

    Raises a usage error, which does not repeat the value: it may hold a password.
    """
    from base64 import b64encode
    from urllib.parse import unquote, urlsplit

    try:
        parts = urlsplit(given if "://" in given else f"http://{given}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise _malformed(name, "") from error
    if parts.scheme != "http":
        raise _malformed(name, f": {parts.scheme} proxies are not supported")
    if not host or port == 0 or not host.isascii() or any(sign <= " " for sign in host):
        raise _malformed(name, "")
    authorization = None
    if parts.username is not None:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        authorization = f"Basic {b64encode(pair.encode()).decode()}"
    return Proxy(host=host, port=port or 80, authorization=authorization)


def _malformed(name: str, why: str) -> HeygenError:
    return usage_error(
        f"{name} is not a usable proxy{why}", param=name, hint="It has the form http://user:password@host:port"
    )


def is_exempt(host: str, port: int, no_proxy: str) -> bool:
    """Tell whether NO_PROXY names a host: `*`, a domain and all below it, an address or a network (CIDR), each
    with a port or without, between commas or blanks."""
    return any(_covers(entry, host.rstrip("."), port) for entry in no_proxy.lower().replace(",", " ").split())


def _covers(entry: str, host: str, port: int) -> bool:
    if entry == "*":
        return True
    entry, wanted_port = _split_port(entry)
    if wanted_port not in (None, str(port)):
        return False
    from ipaddress import ip_address, ip_network

    try:
        number = ip_address(host)
    except ValueError:
        domain = entry.lstrip("*").strip(".")
        return bool(domain) and (host == domain or host.endswith(f".{domain}"))
    try:
        return number in ip_network(entry, strict=False)
    except ValueError:
        return False


def _split_port(entry: str) -> tuple[str, str | None]:
    name, _, port = entry.rpartition(":")
    if name and (name.endswith("]") or ":" not in name) and port.isdigit():
        return name.strip("[]"), port
    return entry.strip("[]"), None
