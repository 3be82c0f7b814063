"""`heygen api`: calls any endpoint, whether or not there is a command for it."""

from __future__ import annotations

from heygen.calls.endpoint import METHODS
from heygen.cli.command import FORCE, IDEMPOTENCY_KEY, OUTPUT, REQUEST, Argument, Command, Flag
from heygen.core.errors import ExitCode, HeygenError, usage_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.calls.endpoint import Endpoint
    from heygen.calls.invocation import Invocation
    from heygen.http.client import Answer, Call
    from heygen.http.message import Response

COMMAND = Command(
    description=(
        "Calls an endpoint of the HeyGen API with the same credential, retries and errors as every other command, and "
        "prints the response. The body is not checked before it is sent. The key goes to the API alone: PATH cannot lead to "
        "another host. A POST or PATCH whose response was lost is repeated only where the API is known to honor the "
        "idempotency key. To upload files, use heygen asset upload."
    ),
    arguments=(
        Argument(name="method", description="HTTP method, in any case.", choices=METHODS, is_upper=True),
        Argument(name="path", description="Path of the endpoint, such as v3/videos; it may have a query."),
    ),
    flags=(
        Flag(
            name="query",
            section=REQUEST,
            is_array=True,
            is_split=False,
            value_name="<name=value>",
            description="Add a query parameter. Repeatable.",
        ),
        Flag(
            name="header",
            section=REQUEST,
            is_array=True,
            is_split=False,
            value_name="<name:value>",
            description="Add or replace a request header, other than the credential's. Repeatable.",
        ),
        Flag(
            name="token", section=REQUEST, value_name="<cursor>", description="Cursor of the page to start at, from next_token."
        ),
        Flag(
            name="paginate",
            type="boolean",
            section=REQUEST,
            description="Follow next_token to the last page, with GET, and print all items as one document.",
        ),
        Flag(
            name="data",
            short="d",
            value_name="<json|file|->",
            description="Request body, a JSON object: inline, a file's path, or - for stdin.",
        ),
        Flag(
            name="set",
            is_array=True,
            is_split=False,
            value_name="<path=value>",
            description="Set one field of the body, nested ones too: settings.speed=1.2, 'scenes[0].script=Hi'. Repeatable.",
        ),
        IDEMPOTENCY_KEY.replace(
            description="Key to send with the call. A POST gets a random one if none is given; not every endpoint honors it.",
        ),
        FORCE.replace(description="Skip the prompt before deleting, and before overwriting the file of --output-path."),
        Flag(
            name="dry-run",
            type="boolean",
            section=OUTPUT,
            description="Check the request and print it instead of sending it.",
        ),
        Flag(
            name="output-path",
            section=OUTPUT,
            value_name="<file|->",
            description="Save the response body unchanged, whatever its type, to a file, or to standard output with -.",
        ),
    ),
    examples=(
        {"about": "Get a resource", "command": "heygen api GET v3/users/me"},
        {"about": "Get every page of a list", "command": "heygen api GET v3/videos --query limit=50 --paginate --get 'data[].id'"},
        {
            "about": "See what would be sent before creating something",
            "command": "heygen api POST v3/folders --set name=Drafts --dry-run",
        },
        {"about": "Save a response unchanged", "command": "heygen api GET v3/avatars --output-path avatars.json"},
        {"about": "Delete without being asked", "command": "heygen api DELETE v3/videos/<video-id> --force"},
    ),
)


def run(invocation: Invocation) -> int:
    """Call the endpoint, and print or save what it answers."""
    from heygen.calls import operation
    from heygen.calls.endpoint import Endpoint
    from heygen.calls.saving import Target

    given, output = invocation.given, invocation.output
    endpoint = Endpoint(invocation)
    call = endpoint.call
    if "output_path" in given and given.get("paginate"):
        raise usage_error("--output-path and --paginate cannot be combined", param="output-path", hint="Redirect it: > file")
    wrapper = endpoint.command() if output.is_human else None
    if wrapper:
        output.notice("cli_command_exists", f"{wrapper} does this with checks and tables")
    if given.get("dry_run"):
        output.result(operation.dry_run(invocation, call))
        return ExitCode.OK
    target = None
    if "output_path" in given:
        target = Target(invocation, given["output_path"])
        if target.is_directory:
            raise usage_error("--output-path must be a file or -, and not a directory", param="output-path")
    if call.method == "DELETE" and not given.get("force"):
        refusal = f"deleting {call.path} needs confirmation, and there is no terminal to ask on"
        invocation.confirm(f"Delete {call.path}? This cannot be undone.", HeygenError("confirmation_required", refusal))
    send = _sender(invocation, endpoint)
    if target is not None:
        _save(invocation, target, call, send)
    elif given.get("paginate"):
        from heygen.calls.listing import Listing

        Listing(invocation, call).print(send)
    else:
        operation.print_result(invocation, send(call).document, call.method)
    invocation.close_receipt()
    return ExitCode.OK


def _sender(invocation: Invocation, endpoint: Endpoint) -> Callable[[Call], Answer]:
    """Return what sends a call of the endpoint. Raises HeygenError, as every call does."""
    from heygen.calls import hints
    from heygen.calls.creating import send_with_receipt

    client, operation = invocation.client(), endpoint.operation

    def send(call: Call) -> Answer:
        try:
            return send_with_receipt(invocation, operation, client, call, is_checked=False)
        except HeygenError as error:
            if error.code == "cli_response_parse_error":
                error.message += "; --output-path - prints it unchanged"
            elif error.status == 404 and operation is None:
                error.hint = "Check the path; the endpoints that have a command: heygen help --all"
            elif error.code in ("invalid_parameter", "validation_error"):
                see = f"See what it takes with: {hints.command_line(*operation.words, '--help')}" if operation else None
                error.hint = see or "Add --dry-run to see the request"
            raise

    return send


def _save(invocation: Invocation, target: Any, call: Call, send: Callable[[Call], Answer]) -> None:
    """Put the body of the answer where the user wants it, byte for byte; no file is left of one that broke off."""
    from heygen.files import download

    path: str = target.path
    part = target.part(path, f"{call.method} {call.path}")
    progress = None

    def receive(response: Response) -> None:
        nonlocal progress
        media_type = response.headers.get("Content-Type", "")
        if path == "-" and invocation.context.stdout.is_terminal and not _is_text(media_type):
            what = f"standard output is a terminal, and the response is not text: {media_type or 'of unknown type'}"
            raise HeygenError("cli_file_io_error", what, hint="Redirect it: > file", param="output-path")
        length = download.version(response)[1]
        part.start(None, length)  # without a validator: what broke off is not carried on
        if progress is None:
            progress = target.progress(path, length)
        else:
            progress.reset(0)
        download.receive(response, part, progress)

    accepts = () if any(name.lower() == "accept" for name, _ in call.headers) else (("Accept", "*/*"),)
    try:
        send(call.replace(receive=receive, headers=(*call.headers, *accepts)))
        part.finish()
        if path == "-":
            invocation.receipt.close()
    except BaseException as error:
        part.leave()
        if isinstance(error, HeygenError) and error.code == "cli_download_interrupted":
            error.hint = "Run it again, with a file as --output-path"
        raise
    finally:
        if progress is not None:
            progress.close()
    if path != "-":
        invocation.output.result({"message": f"Saved the response to {path}", "path": path})


def _is_text(media_type: str) -> bool:
    return media_type.startswith("text/") or "json" in media_type or "xml" in media_type
