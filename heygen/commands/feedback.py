"""`heygen feedback`: tell the makers how it went."""

from __future__ import annotations

from heygen.cli.command import Command, Flag
from heygen.core.errors import ExitCode, HeygenError, usage_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.calls.invocation import Invocation

LONGEST_COMMENT = 2000  # characters
_TIMEOUT = 10.0  # seconds

_COMMENT = Flag(
    name="comment",
    takes_stdin=True,
    value_name="<text>",
    description="What worked, or what did not, in up to 2,000 characters; - reads stdin.",
)
COMMAND = Command(
    description=(
        "Send a rating, and a comment if you like, to the makers of this program. It is an anonymous event like usage "
        "analytics, needs no API key, and is not sent where analytics are turned off."
    ),
    flags=(
        Flag(
            name="rating",
            type="integer",
            minimum=1,
            maximum=5,
            is_required=True,
            description="From 1 (useless) to 5 (just right).",
        ),
        _COMMENT,
    ),
    examples=(
        {"about": "Rate it", "command": "heygen feedback --rating 5"},
        {"about": "Say what went wrong", "command": 'heygen feedback --rating 2 --comment "the upload was slow"'},
    ),
)


def run(invocation: Invocation) -> int:
    """Send the feedback now, and print whether it went."""
    from heygen.analytics import dispatch, events, sender
    from heygen.calls.input import InputReader

    context, settings = invocation.context, invocation.settings
    properties = {"rating": invocation.given["rating"]}
    comment = invocation.given.get("comment")
    if comment is not None:
        properties["comment"] = InputReader(invocation).text(_COMMENT, "-") if comment == "-" else comment
        if len(properties["comment"]) > LONGEST_COMMENT:
            message = f"--comment has {len(properties['comment'])} characters, and may have at most {LONGEST_COMMENT}"
            raise usage_error(message, param="comment")
    if settings.value("analytics") != "true":
        message = "Not sent: analytics are turned off. Turn them on with: heygen config set analytics true"
    elif not dispatch.sink(context):
        message = "Not sent: this build has no analytics server to send it to."
    else:
        properties = context.secrets.masked(properties)
        feedback = events.event("feedback", properties, _identity(invocation), context)
        try:
            sender.send(dispatch.sink(context), events.batch([feedback]), context, settings, _TIMEOUT)
        except HeygenError as error:
            error.message = f"the feedback was not sent: {error.message}"
            error.result = {"message": "Not sent.", "sent": False, **properties}
            raise
        invocation.output.result({"message": "Thank you. Your feedback was sent.", "sent": True, **properties})
        return ExitCode.OK
    invocation.output.result({"message": message, "sent": False, **properties})
    return ExitCode.OK


def _identity(invocation: Invocation) -> str:
    """Return our anonymous id, or one for this once where none can be kept."""
    from heygen.analytics.identity import Identity

    try:
        return Identity(invocation.context).id
    except (HeygenError, OSError):
        return invocation.context.uuid()
