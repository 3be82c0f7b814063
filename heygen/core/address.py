"""What a URL says about where it leads: its origin, whether that is this machine, and whether a key may go there."""

from __future__ import annotations

DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.-_")


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine's loopback (RFC 6761, RFC 1122, RFC 4291)."""
    host = host.strip("[]").lower()
    if host in ("localhost", "localhost.", "::1"):
        return True
    parts = host.split(".")
    # All four, in digits alone: 127.0.0.1.example.com is somebody else.
    return parts[0] == "127" and len(parts) == 4 and all(part.isascii() and part.isdigit() for part in parts)


def origin(url: str) -> tuple[str, str, int]:
    """Return a URL's scheme, host and port. Raises ValueError for one that has no such thing."""
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if scheme not in DEFAULT_PORTS or not host:
        raise ValueError("it is not an http or https URL")
    # A port of 0 reaches nothing, and is none of the default either.
    port = parts.port
    return scheme, host, DEFAULT_PORTS[scheme] if port is None else port


def host_and_port(url: str) -> str:
    """Return a URL's host, with its port where that is not the default one, as errors name it."""
    scheme, host, port = origin(url)
    host = f"[{host}]" if ":" in host else host
    return host if port == DEFAULT_PORTS[scheme] else f"{host}:{port}"


def has_url_signs_only(text: str) -> bool:
    """Tell whether a text has no sign but those that a URL may have (RFC 3986, section 2)."""
    return text.isascii() and not any(sign <= " " or sign in '\x7f\\"<>^`{|}' for sign in text)


def why_unfit(url: str, allows_http: bool) -> str | None:
    """Return what keeps a URL from being the base of an API that gets a key, or None where nothing does.

    `allows_http` tells that plain http may be used for other hosts than this one.
    """
    from urllib.parse import urlsplit

    if not has_url_signs_only(url):
        return "contains a character that is not allowed in a URL"
    try:
        parts = urlsplit(url)
        if parts.scheme not in DEFAULT_PORTS or not parts.hostname:
            return "must be an http or https URL"
        scheme, host, port = origin(url)
    except ValueError as error:
        return f"is malformed: {error}"
    if "@" in parts.netloc or "?" in url or "#" in url:
        return "must not contain a user name, a query or a fragment"
    if not (_is_address(host) if "[" in parts.netloc else set(host) <= _HOST_SIGNS):
        return f'is malformed: there is no host "{host}"'
    if not 0 < port < 65536:
        return f"is malformed: there is no port {port}"
    if scheme == "http" and not is_loopback(host) and not allows_http:
        return "must be https, or the API key would be sent unencrypted (HEYGEN_ALLOW_HTTP=1 allows it)"
    return None


def _is_address(text: str) -> bool:
    """Tell whether this is an IPv6 address."""
    import socket

    try:
        socket.inet_pton(socket.AF_INET6, text)
    except OSError:
        return False
    return True
