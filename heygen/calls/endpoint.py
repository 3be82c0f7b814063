"""Makes the request of any endpoint from its method and path, as the user writes them; neither leads elsewhere."""

from __future__ import annotations

from heygen.api import operations
from heygen.api.body import apply_set
from heygen.calls import request
from heygen.calls.input import InputReader
from heygen.core import address
from heygen.core.errors import usage_error
from heygen.core.named_secrets import is_secret_header
from heygen.http.client import Call

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.api.operations import Operation
    from heygen.calls.invocation import Invocation
    from heygen.core.errors import HeygenError

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_CREDENTIAL_HEADERS = ("authorization", "cookie", "proxy-authorization", "x-api-key")
# What the connection, the reader of answers and the API itself need to be right.
_OWN_HEADERS = (
    "accept-encoding", "connection", "content-length", "expect", "host", "keep-alive", "proxy-connection", "te", "trailer",
    "transfer-encoding", "upgrade", "x-heygen-source",
)  # fmt: skip
_SIGNS_OF_A_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~")  # RFC 9110, section 5.6.2


class Endpoint:
    """What the command line asks for: the checked call, and the operation behind it, if it is one that we know.

    Nothing is sent and no credential read. Raises a usage error.
    """

    def __init__(self, invocation: Invocation) -> None:
        given = invocation.given
        method: str = given["method"]
        for key, is_possible, needed in (
            ("data", method != "GET", "methods that change something"),
            ("set", method != "GET", "methods that change something"),
            ("idempotency_key", method != "GET", "methods that change something"),
            ("paginate", method == "GET", "GET"),
            ("token", method == "GET", "GET"),
        ):
            if given.get(key) and not is_possible:
                name = key.replace("_", "-")
                hint = "Give query parameters with --query NAME=VALUE" if key in ("data", "set") else None
                raise usage_error(f"--{name} works with {needed}, not with {method}", param=name, hint=hint)
        path, query = location(given["path"], invocation.settings.api_base)
        query += [_pair(each) for each in given.get("query", ())]
        if "token" in given:
            query = [*(pair for pair in query if pair[0] != "token"), ("token", given["token"])]
        self.operation: Operation | None = operations.find_by_request(method, path)
        content = _content(invocation)
        has_key = method == "POST" or "idempotency_key" in given
        self.call = Call(
            method=method,
            path=path,
            query=tuple(query),
            body=_encoded(content),
            content_type="application/json" if content is not None else None,
            idempotency_key=request.idempotency_key(invocation) if has_key else None,
            repeat_is_safe=self.operation is not None and request.repeat_is_safe(self.operation, content),
            headers=tuple(map(_header, given.get("header", ()))),
        )
        for name, value in self.call.headers:
            if is_secret_header(name):
                invocation.context.secrets.add(value, value.rpartition(" ")[2])  # `Bearer …` as well

    def command(self) -> str | None:
        """Return the command that does the same, with the IDs of the path, or None where there is none."""
        operation = self.operation
        if operation is None or operation.is_hidden or operation.is_deprecated:
            return None
        from urllib.parse import unquote

        from heygen.calls import hints

        segments = zip(operation.path.split("/"), self.call.path.split("/"))
        return hints.command_line(*operation.words, *(unquote(value) for part, value in segments if part[:1] == "{"))


def location(text: str, base: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the path, from the API's base on, and the query of what the user gave as a path: `/v3/videos?limit=5`.

    Raises a usage error for whatever is elsewhere, or may be taken for something else on the way.
    """
    from urllib.parse import parse_qsl, unquote, urlsplit

    if not address.has_url_signs_only(text):
        raise _no_path(text, "contains a character that is not allowed in a URL", "Percent-encode it, or replace the placeholder with an ID")
    if "#" in text:
        raise _no_path(text, "must not have a fragment", "Write a # inside a name as %23")
    path, _, query = text.partition("?")
    if path.lower().startswith(("https://", "http://")):
        start = urlsplit(base).path
        if not _is_at(path, base) or not urlsplit(path).path.startswith(start + "/"):
            raise _no_path(text, f"is not under the API's base URL, {base}")
        path = urlsplit(path).path[len(start) :]
    path = path if path.startswith("/") else f"/{path}"
    segments = unquote(path).replace("\\", "/").split("/")
    if path.startswith("//") or path == "/" or ":" in segments[1]:
        raise _no_path(text, "is not a path of the API")
    if "." in segments or ".." in segments:
        raise _no_path(text, "must not contain . or .. as a segment")
    return path, parse_qsl(query, keep_blank_values=True)


def _is_at(url: str, base: str) -> bool:
    from urllib.parse import urlsplit

    try:
        return address.origin(url) == address.origin(base) and "@" not in urlsplit(url).netloc
    except ValueError:
        return False


def _no_path(text: str, why: str, hint: str = "Give a path such as v3/videos, as in the API reference") -> HeygenError:
    return usage_error(f'"{text}" {why}', param="path", hint=hint)


def _content(invocation: Invocation) -> dict[str, Any] | None:
    data = InputReader(invocation).data()
    assignments = invocation.given.get("set", ())
    if data is None and not assignments:
        return None
    content = dict(data or {})
    for assignment in assignments:
        apply_set(content, assignment)
    return content


def _encoded(content: dict[str, Any] | None) -> bytes | None:
    if content is None:
        return None
    from heygen.output.printer import compact

    return compact(content).encode()


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise usage_error(f"--query {text}: expected NAME=VALUE", param="query", hint="For example: --query limit=5")
    return name, value


def _header(text: str) -> tuple[str, str]:
    """Return name and value of a header; what is wrong with one is told without its value, which may be a secret."""
    name, colon, value = (part.strip(" \t") for part in text.partition(":"))
    if not colon or not name or not set(name.lower()) <= _SIGNS_OF_A_NAME:
        raise usage_error("--header: expected NAME:VALUE", param="header", hint="For example: --header 'Accept-Language: de'")
    if not all(" " <= sign <= "~" or sign == "\t" for sign in value):
        raise usage_error(f"--header {name}: its value must be printable ASCII", param="header")
    if name.lower() in _CREDENTIAL_HEADERS:
        hint = "The credential comes from HEYGEN_API_KEY or from: heygen auth login"
        raise usage_error(f"--header cannot carry a credential, so {name} is not allowed", param="header", hint=hint)
    if name.lower() == "idempotency-key":
        raise usage_error(f"--header cannot set {name}", param="header", hint="Use --idempotency-key")
    if name.lower() in _OWN_HEADERS:
        raise usage_error(f"--header cannot set {name}, which heygen sets itself", param="header")
    return name, value
