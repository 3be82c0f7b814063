"""`heygen webhook verify`: tells whether a webhook call that somebody else received is real."""

from __future__ import annotations

from heygen.cli.command import Command, Flag
from heygen.core.errors import ExitCode, usage_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.calls.invocation import Invocation

SECRET_VARIABLE = "HEYGEN_WEBHOOK_SECRET"
SECRET = Flag(
    name="secret",
    is_secret=True,
    value_name="<secret>",
    description=(
        "Secret of the endpoint, which `heygen webhook endpoints create` printed once. HEYGEN_WEBHOOK_SECRET holds it as "
        "well, and does not show in the process list."
    ),
)
TOLERANCE = Flag(
    name="tolerance",
    type="duration",
    default="5m",
    value_name="<duration>",
    description="How old a call may be; with 0 its age does not count.",
)
COMMAND = Command(
    description=(
        "Reads the body of a webhook call from stdin, byte for byte as it was received, and checks that HeyGen signed it "
        "with the secret of the endpoint: for servers and functions that receive webhooks themselves. Exits with 0 only "
        "if it did."
    ),
    flags=(
        SECRET,
        Flag(
            name="signature",
            value_name="<signature>",
            is_required=True,
            description="The Heygen-Signature header of the call.",
        ),
        Flag(
            name="timestamp",
            value_name="<seconds>",
            description="The Heygen-Timestamp header of the call; without it the age is not checked.",
        ),
        TOLERANCE,
    ),
    examples=(
        {
            "about": "Check a call whose body is in a file",
            "command": 'heygen webhook verify --signature "$HTTP_HEYGEN_SIGNATURE" --timestamp "$HTTP_HEYGEN_TIMESTAMP" < body.json',
        },
    ),
)


def run(invocation: Invocation) -> int:
    """Check the call, and print which event it is."""
    from heygen.webhooks import receiver, signature

    context, given = invocation.context, invocation.given
    secret = secret_of(invocation)
    if not secret:
        raise usage_error(
            "the secret of the endpoint is needed", param="--secret", hint=f"Set {SECRET_VARIABLE}, or pass --secret"
        )
    if context.stdin.is_terminal:
        raise usage_error("the body of the call is read from stdin", hint="Redirect it: < body.json")
    timestamp = given.get("timestamp")
    tolerance = given.get("tolerance", signature.DEFAULT_TOLERANCE) if timestamp is not None else 0.0
    body = context.stdin.read(receiver.LARGEST_BODY)
    signature.check(body, secret, given["signature"], timestamp, tolerance=tolerance, now=context.now())
    event = receiver.parse(body, {})
    invocation.output.result({"verified": True, "event_id": event.id, "event_type": event.type})
    return ExitCode.OK


def secret_of(invocation: Invocation) -> str | None:
    """Return the endpoint's secret as it was given, and see to it that nothing shows it."""
    secret = invocation.given.get("secret") or invocation.context.environ.get(SECRET_VARIABLE) or None
    invocation.context.secrets.add(secret)
    return secret
