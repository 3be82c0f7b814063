"""`heygen asset upload`: sends files straight to the file host, and turns them into assets."""

from __future__ import annotations

from heygen.calls import direct_upload, request
from heygen.calls.operation import print_result
from heygen.cli.command import IDEMPOTENCY_KEY, WAIT_FLAGS, Argument, Command, Flag
from heygen.core.errors import ExitCode, usage_error
from heygen.files import local_file

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.calls.invocation import Invocation

_COLUMNS = {"File": "path", "Asset ID": "asset_id", "Status": "status", "Size": "size_bytes", "Error": "error.message"}
MOST_FILES = 100  # in one batch (POST /v3/assets/direct-uploads/batches)

COMMAND = Command(
    description=(
        "Sends files straight to the file host, which accepts larger ones than `asset create`: asks for an upload, "
        "sends the file with its SHA-256, and completes it. Several files go as one batch, which is processed in the "
        "background (see --wait). Prints the asset, or the batch with the asset of each file."
    ),
    arguments=(
        Argument(name="file", description="The files to upload; - is standard input.", is_repeated=True),
    ),
    flags=(
        Flag(name="title", description="Name of the batch, if there are several files."),
        IDEMPOTENCY_KEY,
        *WAIT_FLAGS,
    ),
    examples=(
        {"about": "Upload a video and print the ID of its asset", "command": "heygen asset upload <file> --get data.asset_id"},
        {"about": "Upload several files, and wait until they can be used", "command": "heygen asset upload <file> <file> --wait"},
        {"about": "Upload what is on standard input", "command": "heygen asset upload - < video.mp4"},
    ),
)


def run(invocation: Invocation) -> int:
    """Upload the files and print their assets."""
    given = invocation.given
    key = request.idempotency_key(invocation)
    paths = given["file"]
    if paths.count("-") > 1:
        raise usage_error("only one file can be standard input", param="<file>")
    if len(paths) > MOST_FILES:
        raise usage_error(f"at most {MOST_FILES} files can be uploaded at once, not {len(paths)}", param="<file>")
    # All of them are checked before anything is sent.
    files = [local_file.find(path, "<file>", invocation.context) for path in paths]
    document = direct_upload.upload(invocation, files, key)
    print_result(invocation, document, "POST", _COLUMNS if len(files) > 1 else None)
    invocation.close_receipt()
    return ExitCode.OK
