"""One exchange with the network through urllib: a request goes out, a response or a failure comes back."""

from __future__ import annotations

from heygen.http.failure import AnswerLost, NotSent, TimedOut, TransportFailure
from heygen.http.message import Body, Headers, Request, Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Mapping


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine's loopback."""
    host = host.strip("[]").lower()
    return host in ("localhost", "::1") or (host.startswith("127.") and host.replace(".", "").isdigit())


def make(environ: Mapping[str, str]) -> Callable[[Request], Response]:
    """Return the function that carries requests over the real network, with the environment's proxies."""
    import urllib.request

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    proxies = {
        scheme: value
        for scheme in ("http", "https")
        for value in [environ.get(f"{scheme}_proxy") or environ.get(f"{scheme.upper()}_PROXY")]
        if value
    }
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}), NoRedirect)
    proxied = urllib.request.build_opener(urllib.request.ProxyHandler(proxies), NoRedirect) if proxies else direct

    def exchange(request: Request) -> Response:
        import urllib.error
        import urllib.parse

        body: Any = request.body
        headers = dict(request.headers)
        if isinstance(body, Body):
            headers["Content-Length"] = str(body.length)
            body = body.open()
        message = urllib.request.Request(request.url, data=body, headers=headers, method=request.method)
        host = urllib.parse.urlsplit(request.url).hostname or ""
        opener = direct if is_loopback(host) else proxied
        try:
            answer = opener.open(message, timeout=request.timeout)
        except urllib.error.HTTPError as error:
            answer = error
        except (OSError, urllib.error.URLError, ValueError) as error:
            raise _failure(error, request) from error
        finally:
            if hasattr(body, "close"):
                body.close()
        return Response(answer.status, answer.reason, Headers(answer.headers.items()), answer, request.url)

    return exchange


def _failure(error: Exception, request: Request) -> TransportFailure:
    import http.client

    reason = getattr(error, "reason", error)
    if isinstance(reason, TimeoutError):
        return TimedOut(str(reason), request.timeout, was_sent=True)
    if isinstance(reason, (http.client.HTTPException, ConnectionResetError, BrokenPipeError)):
        return AnswerLost(f"the connection was lost before the answer came: {reason}")
    return NotSent(f"could not connect: {reason}")
