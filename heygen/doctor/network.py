"""Checks of the network: names, proxies, TLS, whether each host that is needed answers, and this machine's clock."""

from __future__ import annotations

import os
import socket
import threading

from heygen.core import address
from heygen.core.errors import HeygenError
from heygen.core.record import Record
from heygen.doctor.finding import PROBLEM, WARNING, Finding, from_error, ok

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    from heygen.core.context import Context
    from heygen.http.client import Client

FILE_HOST = "https://files.heygen.ai"  # where links to finished files lead
TIMEOUT = 10.0  # seconds for each step
MOST_SKEW = 60.0  # seconds; a session's end and a signed link's are told by the clock
CLOCK_COMMANDS = {"darwin": "sudo sntp -sS time.apple.com", "win32": "w32tm /resync"}


class Host(Record):
    """A host that commands need: what for, and the URL that is asked."""

    check: str
    purpose: str
    url: str


def hosts(api_base: str, token_url: str, uses_session: bool, is_default: bool) -> list[Host]:
    """Return the hosts to ask; another API than HeyGen's own has its files beside it, and no provider to sign in with."""
    found = [Host(check="api", purpose="the API", url=api_base)]
    if is_default:
        found.append(Host(check="files", purpose="the file host", url=FILE_HOST))
    if is_default or uses_session:
        found.append(Host(check="oauth", purpose="signing in", url=token_url))
    return found


def look(host: Host, client: Client) -> Iterator[Finding]:
    """Find out how a host is reached, and whether it answers."""
    from heygen.http import errors, proxies
    from heygen.http.failure import TransportFailure
    from heygen.http.message import Request

    context = client.context
    scheme, name, port = address.origin(host.url)
    try:
        proxy = proxies.choose(host.url, context.environ)
    except HeygenError as error:
        yield from_error(host.check, error)
        return
    details: dict[str, Any] = {"url": host.url}
    began = context.monotonic()
    if proxy is not None:
        details["proxy"] = proxy.name
    else:
        try:
            details["addresses"] = _resolve(name, port)
        except OSError as error:
            yield Finding(
                check=host.check,
                status=PROBLEM,
                message=f"{name}, for {host.purpose}, has no address: {error.strerror or error}",
                hint="Check the network's DNS settings, or name a proxy in HTTPS_PROXY",
                details=details,
            )
            return
        details["dns_seconds"] = round(context.monotonic() - began, 3)
    began = context.monotonic()
    try:
        if scheme == "https" and proxy is None:
            details["certificate_issuer"] = _issuer(client, name, port)
        request = Request(method="GET", url=host.url, headers=client.own_headers(), timeout=TIMEOUT)
        with client.exchange(request) as response:
            date = response.headers.get("Date")
            status = response.status
    except TransportFailure as failure:
        error = errors.from_failure(failure)
        hint = error.hint if error.hint else "Check the connection and any proxy settings"
        yield Finding(
            check=host.check,
            status=PROBLEM,
            message=f"{name}, for {host.purpose}, cannot be reached: {error.message}",
            hint=hint,
            details=details,
        )
        return
    except HeygenError as error:
        yield from_error(host.check, error)
        return
    details.update(seconds=round(context.monotonic() - began, 3), status_code=status)
    way = f"through the proxy {proxy.name}" if proxy else "directly"
    if status in (502, 503, 504):
        message = f"{name}, for {host.purpose}, answers with {status}: it is out of order for now"
        yield Finding(check=host.check, status=WARNING, message=message, details=details)
    else:
        yield ok(host.check, f"{name} answers {way}, in {details['seconds']:.2f} s", **details)
    if host.check == "api":
        yield _clock(date, context)


def sign_in(client: Client) -> Finding:
    """Ask the API whether it knows the credential."""
    from heygen.http.client import Call

    try:
        document = client.send(Call(method="GET", path="/v3/users/me", timeout=TIMEOUT), retries=0).document
    except HeygenError as error:
        return from_error("account", error)
    data = document.get("data") if isinstance(document, dict) else None
    name = (data.get("username") or data.get("email")) if isinstance(data, dict) else None
    return ok("account", f"signed in as {name}" if name else "the API accepts the credential")


def trust(environ: Any, bundle: str | None) -> Finding:
    """Tell whose certificates are trusted."""
    import ssl

    from heygen.http.tls import KNOWN_FILES

    version = ssl.OPENSSL_VERSION
    given = {"--ca-bundle or the setting ca_bundle": bundle}
    given.update({name: environ.get(name) for name in ("SSL_CERT_FILE", "SSL_CERT_DIR")} if not bundle else {})
    named = {where: path for where, path in given.items() if path}
    for where, path in named.items():
        if not os.access(path, os.R_OK):
            hint = "heygen config unset ca_bundle" if path == bundle else f"unset {where}"
            message = f"{path}, named by {where}, cannot be read"
            return Finding(check="certificates", status=PROBLEM, message=message, hint=hint)
    if named:
        return ok("certificates", "; ".join(f"{path} ({where})" for where, path in named.items()), openssl=version)
    paths = ssl.get_default_verify_paths()
    places = [paths.openssl_cafile, *KNOWN_FILES]
    found = next(filter(os.path.isfile, places), None)
    if found is None and os.name == "posix" and not os.path.isdir(paths.openssl_capath):
        return Finding(
            check="certificates",
            status=PROBLEM,
            message="the system has no CA certificates",
            hint="Install the package ca-certificates, or name a file of them with: heygen config set ca_bundle <file>",
        )
    return ok("certificates", f"the system's, {found or paths.openssl_capath}", openssl=version)


def _resolve(name: str, port: int) -> list[str]:
    """Return the addresses of a host. Raises OSError; a lookup that hangs is given up."""
    outcome: list[Any] = []

    def ask() -> None:
        try:
            outcome.append(socket.getaddrinfo(name, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            outcome.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(TIMEOUT)
    if not outcome:
        raise TimeoutError(None, f"no answer in {TIMEOUT:.0f} s")
    if isinstance(outcome[0], Exception):
        raise outcome[0] if isinstance(outcome[0], OSError) else OSError(None, str(outcome[0]))
    return sorted({str(each[4][0]) for each in outcome[0]})


def _issuer(client: Client, name: str, port: int) -> str | None:
    """Return who issued the host's certificate: a network that opens TLS shows itself here. Raises TransportFailure."""
    from heygen.http import channel
    from heygen.http.tls import Trust

    patience = channel.Patience(name, TIMEOUT, client.context.monotonic)
    trust = Trust(client.context.environ, client.settings.ca_bundle)
    with trust.secure(lambda: channel.dial(name, port, patience), name, patience) as connected:
        certificate = connected.getpeercert() or {}
    issuer = {key: value for part in certificate.get("issuer", ()) for key, value in part}
    return issuer.get("organizationName") or issuer.get("commonName")


def _clock(date: str | None, context: Context) -> Finding:
    import sys
    from email.utils import parsedate_to_datetime

    try:
        skew = context.now() - parsedate_to_datetime(date or "").timestamp()
    except (TypeError, ValueError, IndexError):
        return ok("clock", "the API did not say what time it is")
    if abs(skew) > MOST_SKEW:
        return Finding(
            check="clock",
            status=WARNING,
            message=f"this machine's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} the API's",
            hint=CLOCK_COMMANDS.get(sys.platform, "sudo timedatectl set-ntp true"),
            details={"skew_seconds": round(skew)},
        )
    return ok("clock", "correct", skew_seconds=round(skew))
