"""`heygen video open`: shows a video's page, or one of its files, in the browser."""

from __future__ import annotations

from heygen.calls import opening
from heygen.calls.assets import VIDEO, Resource
from heygen.cli.command import Argument, Command, Flag
from heygen.core.errors import ExitCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.calls.invocation import Invocation

COMMAND = Command(
    description=(
        "Shows a video's page in the browser, or one of its files. Where there is no browser, or none is wanted "
        "(HEYGEN_NO_BROWSER), prints the URL alone; opened in the result says which it was."
    ),
    arguments=(Argument(name="video-id", dest="id", description="ID of the video."),),
    flags=(Flag(name="asset", enum=tuple(VIDEO.assets), description="Show this file instead of the page."),),
    examples=(
        {"about": "See a video", "command": "heygen video open <video-id>"},
        {"about": "See its thumbnail", "command": "heygen video open <video-id> --asset thumbnail"},
        {"about": "Print the URL of its page, and open nothing", "command": "HEYGEN_NO_BROWSER=1 heygen video open <video-id> --get url"},
    ),
)


def run(invocation: Invocation) -> int:
    """Show the page or the file, and print its URL."""
    given = invocation.given
    resource = Resource(invocation.client, VIDEO, given["id"])
    name = given.get("asset")
    url = resource.link(name) if name else resource.page()
    is_open = opening.show(invocation, url)
    what = resource.describe(name or "video")
    message = f"Opened the {what} in the browser" if is_open else f"There is no browser here; the {what} is at this URL"
    invocation.output.result({"url": url, "opened": is_open, "message": message})
    return ExitCode.OK
