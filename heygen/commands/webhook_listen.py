"""`heygen webhook listen`: receives webhooks on this machine, and prints, runs or forwards what comes."""

from __future__ import annotations

from heygen.cli.command import Command, Flag
from heygen.commands.webhook_verify import SECRET, TOLERANCE, secret_of
from heygen.core.errors import ExitCode, HeygenError, usage_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from heygen.calls.invocation import Invocation
    from heygen.webhooks.delivery import Event

COMMAND = Command(
    description=(
        "Listens on this machine's loopback, checks that each call is signed with the secret and not old, and prints its "
        "event on stdout: one JSON document a line, or one line of a table with --human. A call is answered with 2xx only "
        "once its event is handled, so HeyGen resends what was not; an event that comes twice is handled once. "
        "For HeyGen itself to reach it, put a tunnel or a reverse proxy in front. Press Ctrl-C to stop it."
    ),
    flags=(
        Flag(name="port", type="integer", minimum=0, maximum=65_535, description="Port to listen on (default: a free one)."),
        SECRET,
        Flag(
            name="exec",
            value_name="<command>",
            description=(
                "Shell command to run for each event. It gets the event on stdin, and its type, ID and fields as "
                "HEYGEN_EVENT_TYPE, HEYGEN_EVENT_ID, HEYGEN_EVENT_VIDEO_ID and so on; what it prints goes to stderr."
            ),
        ),
        Flag(
            name="forward",
            value_name="<url>",
            description="Server to send each event to, with its body and headers as they came; three times, if need be.",
        ),
        Flag(
            name="events",
            is_array=True,
            value_name="<type>",
            description=(
                "Types of event to handle, such as avatar_video.success; the rest is taken and dropped. "
                "`heygen webhook event-types list` has them all."
            ),
        ),
        Flag(name="max-events", type="integer", minimum=1, description="Stop after this many events."),
        TOLERANCE,
    ),
    examples=(
        {"about": "Print what comes", "command": "heygen webhook listen --port 4242"},
        {
            "about": "Download each video as it is finished",
            "command": "heygen webhook listen --port 4242 --events avatar_video.success --exec 'heygen video download \"$HEYGEN_EVENT_VIDEO_ID\"'",
        },
        {"about": "Hand events on to the server you are working on", "command": "heygen webhook listen --forward http://127.0.0.1:3000/hooks"},
    ),
)


def run(invocation: Invocation) -> int:
    """Receive until a signal, or the last event that was asked for, ends it."""
    from heygen.webhooks import receiver, signature

    context, given = invocation.context, invocation.given
    _refuse_unknown_types(given.get("events", []))
    send = _sender(invocation) if "forward" in given else None
    secret = secret_of(invocation)
    tolerance = given.get("tolerance", signature.DEFAULT_TOLERANCE)
    listening = _Listening(invocation, send)

    def accept(body: bytes, headers: dict[str, str]) -> None:
        if secret:
            signed, sent = headers.get("heygen-signature"), headers.get("heygen-timestamp")
            signature.check(body, secret, signed, sent, tolerance=tolerance, now=context.now())

    try:
        server = receiver.Receiver(given.get("port", 0), accept, listening.handle, listening.refuse)
    except OSError as error:
        raise HeygenError(
            "cli_port_unavailable",
            f"cannot listen on port {given.get('port', 0)}: {error.strerror or error}",
            hint="Take another port, or leave --port out for one that is free",
        ) from error
    with server:
        try:
            _announce(invocation, server.url, secret)
            listening.wait()
        except KeyboardInterrupt:
            pass  # how a server is meant to end
    return listening.end()


def _refuse_unknown_types(wanted: list[str]) -> None:
    from heygen.api import operations
    from heygen.core.suggest import closest

    listing = operations.find_by_words(("webhook", "events", "list"))
    known = next(each.schema["enum"] for each in listing.parameters if each.name == "event_type") if listing else wanted
    for name in wanted:
        if name not in known:
            guess = closest(name, known)
            raise usage_error(
                f"--events: there is no type {name}" + (f"; did you mean {guess}?" if guess else ""),
                param="--events",
                hint="See all types with: heygen webhook event-types list",
            )


def _sender(invocation: Invocation) -> Callable[[Event], None]:
    """Return what forwards an event. Raises a usage error for a URL that nothing can be sent to."""
    from heygen.core import address
    from heygen.http import transport
    from heygen.webhooks import delivery

    context, url = invocation.context, invocation.given["forward"]
    try:
        address.host_and_port(url)
        is_web = url.lower().startswith(("http://", "https://"))
    except ValueError:
        is_web = False
    if not is_web:
        raise usage_error(f"--forward takes an http or https URL, not {url}", param="--forward")
    send = transport.make(context, invocation.settings.ca_bundle)
    return lambda event: delivery.forward(url, event, context, send)


def _announce(invocation: Invocation, url: str, secret: str | None) -> None:
    invocation.output.notice("cli_listening", f"listening on {url}; Ctrl-C ends it", url=url)
    if secret is None:
        invocation.output.warning(
            "cli_webhook_unverified",
            "without a secret nothing tells a real event from a forged one",
            hint="Set HEYGEN_WEBHOOK_SECRET to the secret of the endpoint, or pass --secret",
        )


class _Listening:
    """What is done with the events that come, until enough have come or the output takes no more."""

    def __init__(self, invocation: Invocation, send: Callable[[Event], None] | None) -> None:
        import threading

        self.invocation = invocation
        self.send = send
        self.types = set(invocation.given.get("events", ()))
        self.left = invocation.given.get("max_events")
        self.failure: Exception | None = None  # why nothing can be printed any more
        self._is_over = threading.Event()
        self._printing = threading.Lock()

    def wait(self) -> None:
        """Return when no more events are to be handled.

        It looks up now and then: a signal that comes just before a wait begins is seen only when that wait ends.
        """
        while not self._is_over.wait(0.2):
            pass

    def end(self) -> int:
        """Return the exit code. Raises what made printing fail."""
        if self.failure is not None:
            raise self.failure
        return ExitCode.OK

    def handle(self, event: Event) -> None:
        """Run, forward and print one event. Raises HeygenError where one of them failed."""
        from heygen.webhooks import delivery

        if self._is_over.is_set():
            raise HeygenError("canceled", f"event {event.id} came too late")
        if self.types and event.type not in self.types:
            return
        if "exec" in self.invocation.given:
            delivery.execute(self.invocation.given["exec"], event, self.invocation.context)
        if self.send is not None:
            self.send(event)
        with self._printing:
            try:
                self._print(event)
            except (HeygenError, BrokenPipeError) as error:
                self.failure = error
                self._is_over.set()
                raise HeygenError("cli_file_io_error", "the event cannot be printed") from error
            if self.left is not None:
                self.left -= 1
                if self.left <= 0:
                    self._is_over.set()

    def _print(self, event: Event) -> None:
        output, context = self.invocation.output, self.invocation.context
        if not output.is_human or output.selection is not None:
            output.result(event.document)
            return
        from heygen.output import cells

        moment = context.local_time(context.now())
        data = event.document.get("event_data")
        ids = [str(value) for name, value in data.items() if name.endswith("_id") and value] if isinstance(data, dict) else []
        clock = f"{moment[3]:02}:{moment[4]:02}:{moment[5]:02}"
        context.stdout.write(cells.escape(f"{clock}  {event.type:<34}  {'  '.join(ids)}".rstrip()) + "\n")
        context.stdout.flush()

    def refuse(self, error: HeygenError) -> None:
        """Tell of a call that was not taken, or of an event that was not handled."""
        with self._printing:
            self.invocation.output.warning(error.code, error.message, hint=error.hint)
