"""Sending events: in the foreground, and as the process of our own that outlives the command."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.config.settings import Settings
    from heygen.core.context import Context

TIME_LIMIT = 3  # seconds for everything, the interpreter's start included
_MOST_DESCRIPTORS = 256


def send(url: str, document: dict[str, Any], context: Context, settings: Settings, timeout: float) -> None:
    """Send events to the sink. Raises HeygenError where it does not take them, within `timeout` seconds."""
    import json

    from heygen.core import address
    from heygen.core.errors import HeygenError
    from heygen.http import errors
    from heygen.http.client import Client
    from heygen.http.failure import TransportFailure
    from heygen.http.message import Request

    wrong = address.why_unfit(url, allows_http=False)
    if wrong:
        raise HeygenError("error", f"the analytics address {wrong}")
    client = Client(context, settings)
    headers = {"Content-Type": "application/json", "User-Agent": client.user_agent}
    request = Request(method="POST", url=url, headers=headers, body=json.dumps(document).encode(), timeout=timeout)
    try:
        with client.exchange(request) as response:
            status = response.status
    except TransportFailure as failure:
        raise errors.from_failure(failure) from failure
    if not 200 <= status < 300:
        raise HeygenError("network_error", f"the analytics server answered {status}")


def main(slot: int) -> int:
    """Be the process that sends: reads what to send on stdin, says nothing, and ends in time whatever happens.

    `slot` is the open file by which it was counted, or -1 where it has to count itself.
    """
    _limit()
    _detach(slot)
    import json

    from heygen.analytics import dispatch, events
    from heygen.analytics.identity import Identity
    from heygen.config.settings import Settings
    from heygen.core.context import process_context
    from heygen.core.errors import HeygenError

    context = process_context()
    try:
        order = json.loads(context.stdin.read())
        if slot >= 0 or dispatch.take_slot(context) >= 0:
            document = events.batch(events.of_run(order["run"], Identity(context).id, context))
            send(order["url"], document, context, Settings(context, order["options"]), TIME_LIMIT)
    except (HeygenError, OSError, ValueError, LookupError):
        pass  # nobody is there to be told
    return 0


def _limit() -> None:
    """Have the operating system end this process in time, or a thread where it cannot."""
    import signal

    if hasattr(signal, "alarm"):
        signal.alarm(TIME_LIMIT)
        return
    import os
    import threading

    timer = threading.Timer(TIME_LIMIT, os._exit, (0,))
    timer.daemon = True
    timer.start()


def _detach(slot: int) -> None:
    """Let go of whatever the command had from its caller, who may be waiting for the end of it."""
    import os

    if hasattr(os, "setsid"):
        try:
            os.setsid()  # a Ctrl-C or a closed terminal is not meant for us
        except OSError:
            pass
        os.nice(10)  # whatever runs next comes first
        os.closerange(3, max(slot, 3))
        os.closerange(max(slot + 1, 3), _MOST_DESCRIPTORS)
    os.chdir(os.sep)
