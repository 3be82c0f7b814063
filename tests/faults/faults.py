"""The faults of the table, each of them a row: what a server does to a request, and what happens to the process."""

from __future__ import annotations

import gzip
import json
import signal
from email.utils import formatdate

from hostile import reset


class Fault:
    """One fault. `strike` answers a request in place of the server.

    It strikes every request of its kind but the first `after`, or only so many `times`. `closes` has the server stop
    listening, `is_unread` breaks the connection before the request is read, and `is_dns` gives the host a name that
    nobody knows. `happens` tells what befalls a process: a signal, or what its streams are. `is_long` is for
    thorough runs alone.
    """

    def __init__(self, name, strike=None, *, after=0, times=None, closes=False, is_unread=False, is_dns=False, happens=None,
                 is_long=False):  # fmt: skip
        self.name = name
        self.strike = strike
        self.after = after
        self.times = times
        self.closes = closes
        self.is_unread = is_unread
        self.is_dns = is_dns
        self.happens = happens
        self.is_long = is_long


# --- what a server does


def _well(handler, recorded, server):
    handler.reply(*server.healthy(recorded))


def _break_off(handler, recorded, server):
    reset(handler.connection)
    handler.close_connection = True


def _hang_up(handler, recorded, server):
    handler.close_connection = True


def _be_silent(handler, recorded, server):
    # The time that the program gives it is over before the first byte, which wakes it up to see that.
    server.clock.elapsed += 1000
    handler.wfile.write(b"H")
    handler.close_connection = True


def _drip(handler, recorded, server):
    handler.wfile.write(_head(9, {}))
    server.clock.elapsed += 1000
    handler.wfile.write(b"[")
    handler.close_connection = True


def _head(length, headers):
    lines = [f"{name}: {value}" for name, value in {"Content-Length": length, **headers}.items()]
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode()


def _cut(then):
    def strike(handler, recorded, server):
        _, headers, body = server.healthy(recorded)
        handler.wfile.write(_head(len(body) + 10, headers) + body[: len(body) // 2])
        handler.wfile.flush()
        then(handler, recorded, server)

    return strike


def _raw(data):
    def strike(handler, recorded, server):
        handler.wfile.write(data)
        handler.close_connection = True

    return strike


def _body(data, **headers):
    return lambda handler, recorded, server: handler.reply(200, {"Content-Type": "application/json", **headers}, data)


def _huge(handler, recorded, server):
    # In the pieces of a zip bomb: 110 MiB of blanks that take little to send.
    data = gzip.compress(b" " * (110 * 1024 * 1024), 1)
    try:
        handler.reply(200, {"Content-Type": "application/json", "Content-Encoding": "gzip"}, data)
    except OSError:
        pass  # the program has had enough


def _status(status, code=None, **headers):
    def strike(handler, recorded, server):
        named = {name.replace("_", "-"): value(server) if callable(value) else value for name, value in headers.items()}
        if status == 204:
            handler.send_response(204)
            handler.end_headers()
            return
        body = json.dumps({"error": {"code": code, "message": "no luck"}} if code else {}).encode()
        handler.reply(status, {"Content-Type": "application/json", **named}, body)

    return strike


def _page(status):
    data = b"<html><body><h1>Bad gateway</h1></body></html>"
    return lambda handler, recorded, server: handler.reply(status, {"Content-Type": "text/html"}, data)


def _redirect(to):
    def strike(handler, recorded, server):
        if recorded.path.startswith("/elsewhere"):
            return _well(handler, recorded, server)
        handler.reply(302, {"Location": to(server, recorded)}, b"")

    return strike


def _elsewhere(server, recorded):
    return f"http://localhost:{server.port}/elsewhere{recorded.target}"


def _state(state):
    return lambda handler, recorded, server: handler.reply(*server.healthy(recorded, state))


def _hold(handler, recorded, server):
    server.hold()
    handler.close_connection = True


def _soon(server):
    return formatdate(server.clock.now() + 3, usegmt=True)


NETWORK = (
    Fault("refused", closes=True),
    Fault("no such host", is_dns=True),
    Fault("reset, unread", is_unread=True),
    Fault("reset, read", _break_off),
    Fault("reset, once", _break_off, times=1),
    Fault("hung up", _hang_up),
    Fault("silence", _be_silent),
    Fault("drip", _drip),
    Fault("cut", _cut(_hang_up)),
    Fault("cut by reset", _cut(_break_off)),
    Fault("no HTTP", _raw(b"SSH-2.0-OpenSSH_9.6\r\n")),
)
ANSWERS = (
    Fault("empty 200", _body(b"")),
    Fault("null", _body(b"null")),
    Fault("{}", _body(b"{}")),
    Fault("no data", _body(b'{"data":{}}')),
    Fault("no JSON", _body(b'{"data": {"id": "\xff\xfe\x00')),
    Fault("HTML 200", _page(200)),
    Fault("huge", _huge, is_long=True),
    Fault("204", _status(204)),
)
STATUSES = (
    *(Fault(str(each), _status(each)) for each in (400, 401, 402, 403, 404, 408, 409, 413, 422)),
    Fault("409 in progress", _status(409, "request_in_progress")),
    Fault("409 in progress, once", _status(409, "request_in_progress", Retry_After="2"), times=1),
    Fault("429", _status(429)),
    Fault("429, once", _status(429), times=1),
    Fault("429, 5 s", _status(429, Retry_After="5")),
    Fault("429, date", _status(429, Retry_After=_soon)),
    Fault("429, absurd", _status(429, Retry_After="9" * 400)),
    *(Fault(str(each), _status(each)) for each in (500, 502, 503, 504, 520, 524)),
    Fault("503, once", _status(503), times=1),
    Fault("503, page", _page(503)),
    Fault("redirect, loop", _redirect(lambda server, recorded: recorded.target)),
    Fault("redirect, elsewhere", _redirect(_elsewhere)),
    Fault("redirect, nowhere", _status(302)),
)
JOBS = (
    Fault("never ends", _state("processing")),
    Fault("unknown status", _state("dreaming")),
    Fault("fails", _state("failed")),
    Fault("vanishes", _status(404, "video_not_found"), after=1),
)
PROCESS = (
    *(Fault(name, _hold, times=1, happens=getattr(signal, name)) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)),
    *(
        Fault(f"{stream} {state}", _well, happens=(stream, state))
        for stream in ("stdout", "stderr")
        for state in ("closed", "full", "gone", "not blocking")
    ),
    Fault("both gone", _well, happens=("both", "gone")),
    Fault("stdin closed", _well, happens=("stdin", "closed")),
    Fault("disk full", _well, happens=("disk", "full")),
)
WELL = Fault("none", _well)
FAULTS = (WELL, *NETWORK, *ANSWERS, *STATUSES, *JOBS, *PROCESS)
