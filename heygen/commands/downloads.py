"""What the download commands have in common: how they are declared, and what they do."""

from __future__ import annotations

from heygen.cli.command import OUTPUT, OVERWRITE, Argument, Command, Flag
from heygen.core.errors import ExitCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.calls.assets import Kind
    from heygen.calls.invocation import Invocation


def command(kind: Kind, examples: tuple[dict[str, str], ...]) -> Command:
    """Return the download command of a kind of resource."""
    return Command(
        description=(
            f"Saves a file of a finished {kind.noun}: {', '.join(kind.assets)}, where available. To resume an interrupted "
            "download, run the same command again. Prints the asset, a message and the path."
        ),
        arguments=(
            Argument(name=f"{kind.noun.replace(' ', '-')}-id", dest="id", description=f"ID of the {kind.noun}."),
        ),
        flags=(
            Flag(name="asset", enum=tuple(kind.assets), default="video", description="Which file to download."),
            Flag(
                name="output-path",
                section=OUTPUT,
                value_name="<file|dir|->",
                description=(
                    "Where to save it: a file, a directory, or - for standard output (then nothing else is printed). "
                    "Default: a file named after the ID, in the current directory."
                ),
            ),
            OVERWRITE,
        ),
        examples=examples,
    )


def run(invocation: Invocation, kind: Kind) -> int:
    """Download the file that the command line asks for, and print its path."""
    from heygen.calls.assets import Resource
    from heygen.calls.saving import Target

    given = invocation.given
    name = given.get("asset", "video")
    target = Target(invocation, given.get("output_path"))
    resource = Resource(invocation, kind, given["id"])
    path = target.save(resource, name)
    if path is not None:
        message = f"Downloaded {resource.describe(name)} to {path}"
        invocation.output.result({"asset": name, "message": message, "path": path})
    return ExitCode.OK
