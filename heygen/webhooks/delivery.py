"""What is done with an event that came: a command runs with it on stdin, and a local server gets it."""

from __future__ import annotations

from heygen.core.errors import HeygenError
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from heygen.core.context import Context
    from heygen.http.message import Request, Response

TRIES = 3  # of handing an event on
TIMEOUT = 10.0  # seconds that a server may take for each
FORWARDED_HEADERS = ("Content-Type", "Heygen-Signature", "Heygen-Timestamp", "Heygen-Event-Id")


class Event(Record):
    """An event as it came: its body byte for byte, its headers, and what the body says."""

    id: str
    type: str
    body: bytes
    headers: dict[str, str]
    document: dict[str, object]


def execute(command: str, event: Event, context: Context) -> None:
    """Run a shell command with the event's body on its stdin, and its output on our stderr.

    Variables tell it what the event is: HEYGEN_EVENT_TYPE, HEYGEN_EVENT_ID, and the fields of its data. Raises
    HeygenError `cli_webhook_command_failed`.
    """
    import subprocess

    try:
        # Ctrl-C is ours to handle: a command that is under way is let finish.
        answer = subprocess.run(
            command,
            shell=True,
            input=event.body,
            stdout=_descriptor(context),
            stderr=subprocess.STDOUT,
            env={**context.environ, **_variables(event)},
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise HeygenError("cli_webhook_command_failed", f"the command cannot be run: {error}") from error
    if answer.returncode:
        how = f"exit status {answer.returncode}" if answer.returncode > 0 else f"signal {-answer.returncode}"
        raise HeygenError("cli_webhook_command_failed", f"the command ended with {how} for event {event.id}")


def _variables(event: Event) -> dict[str, str]:
    """Return what the environment tells a command: each plain field of the event's data, and its type and ID."""
    data = event.document.get("event_data")
    plain = {
        name.upper(): str(value)
        for name, value in (data.items() if isinstance(data, dict) else ())
        if name.isidentifier() and name.isascii() and isinstance(value, (str, int, float)) and not isinstance(value, bool)
    }
    found = {**plain, "TYPE": event.type, "ID": event.id}
    return {f"HEYGEN_EVENT_{name}": value for name, value in found.items() if "\0" not in value}


def _descriptor(context: Context) -> int:
    """Return the file descriptor of our stderr, or of nothing where it is closed."""
    import subprocess

    try:
        return context.stderr.raw.fileno() if context.stderr.raw is not None else subprocess.DEVNULL
    except (OSError, ValueError):
        return subprocess.DEVNULL


def forward(url: str, event: Event, context: Context, send: Callable[[Request], Response]) -> None:
    """Send the event to a server as it came, again after a while where that fails.

    Raises HeygenError `cli_webhook_forward_failed`.
    """
    from heygen.http import retry
    from heygen.http.failure import TransportFailure
    from heygen.http.message import Request

    for tries in range(1, TRIES + 1):
        request = Request(method="POST", url=url, headers=event.headers, body=event.body, timeout=TIMEOUT)
        try:
            with send(request) as response:
                if response.is_success:
                    return
                problem = f"{url} answered with {response.status}"
        except TransportFailure as failure:
            problem = f"{url} cannot be reached: {failure}"
        if tries < TRIES:
            context.sleep(retry.delay(tries, context.random))
    raise HeygenError("cli_webhook_forward_failed", f"{problem}, {TRIES} times for event {event.id}")
