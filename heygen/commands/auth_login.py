"""`heygen auth login`: store a credential, an API key or a session, once it is known to work."""

from __future__ import annotations

from heygen.auth import credentials
from heygen.cli.command import Command, Flag
from heygen.core.errors import ExitCode, HeygenError, usage_error
from heygen.core.record import Record
from heygen.core.secrets import WRAPPING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.auth.credentials import Credential
    from heygen.auth.device import DeviceAuthorization
    from heygen.calls.invocation import Invocation

COMMAND = Command(
    description=(
        "Store a credential for later commands, once the API has accepted it. The key is asked for on a terminal, "
        "without showing it, and otherwise read from stdin; it is never an argument, where other users could see it. "
        "A stored credential of either kind is replaced. HEYGEN_API_KEY takes precedence over it."
    ),
    flags=(
        Flag(
            name="api-key",
            type="boolean",
            is_secret=True,
            description="Sign in with an API key, from stdin or a prompt.",
        ),
        Flag(name="oauth", type="boolean", description="Sign in with your HeyGen account in the browser."),
        Flag(
            name="device",
            type="boolean",
            description="Sign in with your HeyGen account on another device, with a code that is shown here.",
        ),
    ),
    examples=(
        {"about": "Choose how to sign in", "command": "heygen auth login"},
        {"about": "Sign in with a key from a secret store", "command": 'echo "$KEY" | heygen auth login'},
        {"about": "Sign in with the browser", "command": "heygen auth login --oauth"},
        {"about": "Sign in on a machine without a browser", "command": "heygen auth login --device"},
    ),
)

SIGN_IN_TIME = 300.0  # seconds for the browser
_LONGEST_INPUT = 64 * 1024  # bytes; a key is far shorter
_USER_FIELDS = ("email", "first_name", "last_name", "username")
_WAITING = "Waiting for you to sign in (Ctrl-C ends it) ...\n"
_PIPE = 'echo "$KEY" | heygen auth login'


def run(invocation: Invocation) -> int:
    """Get the credential, have the API check it, and store it."""
    ways = [name for name in ("api_key", "oauth", "device") if invocation.given.get(name)]
    if len(ways) > 1:
        first, second = (name.replace("_", "-") for name in ways[:2])
        raise usage_error(f"--{first} and --{second} cannot be combined", param=second)
    if ways == ["device"]:
        return _sign_in_elsewhere(invocation)
    if ways == ["oauth"] or (not ways and invocation.context.is_interactive and _choice(invocation) == "browser"):
        return _sign_in(invocation)
    invocation.output.result(_store(invocation, _verify(invocation, _key_credential(invocation))))
    return ExitCode.OK


def _choice(invocation: Invocation) -> str:
    stderr = invocation.context.stderr
    stderr.write("How do you want to sign in?\n  1  with your HeyGen account, in the browser\n  2  with an API key\n")
    choices = {"": "browser", "1": "browser", "2": "key"}
    while True:
        stderr.write("Choose 1 or 2 [1]: ")
        stderr.flush()
        line = invocation.context.stdin.readline()
        if not line:
            raise _canceled()
        answer = line.decode("utf-8", "replace").strip()
        if answer in choices:
            return choices[answer]


def _canceled() -> HeygenError:
    return HeygenError("canceled", "canceled: nothing was changed", exit_code=ExitCode.ERROR)


# --- with an API key


def _key_credential(invocation: Invocation) -> Credential:
    context = invocation.context
    if context.is_interactive:
        try:
            text = context.ask_secret("API key (it is not shown): ")
        except EOFError as error:
            raise _canceled() from error
    elif context.stdin.is_terminal:
        raise usage_error("no prompt, because this run is not interactive", hint=f"Pipe the key in: {_PIPE}")
    else:
        text = context.stdin.read(_LONGEST_INPUT).decode("utf-8", "replace")
    context.secrets.add(text.strip(WRAPPING))
    try:
        key = credentials.clean_key(text)
    except ValueError as error:
        raise usage_error(f"the API key {error}", hint=f"Copy it again, and pipe it in alone: {_PIPE}") from error
    return credentials.Credential(kind=credentials.API_KEY, secret=key, source="the key that was given")


# --- in the browser


def _sign_in(invocation: Invocation) -> int:
    from heygen.auth import authorization, tokens
    from heygen.auth.callback import Callback

    context, settings = invocation.context, invocation.settings
    with Callback() as callback:
        attempt = authorization.begin(context, callback.url)
        callback.state = attempt.state
        _open(invocation, attempt.url(context))
        answer = callback.wait(context, SIGN_IN_TIME)
        if answer is None:
            raise HeygenError("auth_error", "nobody signed in within five minutes", hint="Try again: heygen auth login")
        try:
            if answer.error:
                raise HeygenError("auth_error", f"the sign-in was refused: {answer.error}")
            session = tokens.exchange(answer.code, attempt, context, settings)
            verified, result = _store_session(invocation, session)
        except HeygenError as error:
            error.mask(context.secrets)  # for the browser too
            callback.fail(error.message)
            raise
        callback.succeed(f" as {_name(verified.user)}" if verified.user else "")
    invocation.output.result(result)
    return ExitCode.OK


def _open(invocation: Invocation, url: str) -> None:
    """Send the user to the browser; where there is none, to the address."""
    context = invocation.context
    is_open = context.open_browser(url)
    if not context.may_ask:
        if is_open:
            return
        raise HeygenError(
            "auth_error",
            "there is no browser to sign in with, and no terminal to show the address on",
            hint=f"Sign in with an API key: {_PIPE}",
        )
    lead = "Your browser is open. If it shows nothing, open this address:" if is_open else "Open this address to sign in:"
    context.stderr.write(f"{lead}\n\n  {url}\n\n{_WAITING}")
    context.stderr.flush()


# --- on another device


def _sign_in_elsewhere(invocation: Invocation) -> int:
    from heygen.auth import device

    context, settings = invocation.context, invocation.settings
    pending = device.begin(context, settings)
    _show(invocation, pending)
    session = device.wait(pending, context, settings)
    invocation.output.result(_store_session(invocation, session, is_unverified_refused=True)[1])
    return ExitCode.OK


def _show(invocation: Invocation, pending: DeviceAuthorization) -> None:
    """Tell the user, or the program that is to tell the user, where to sign in and with which code."""
    stderr = invocation.context.stderr
    uri, code = pending.verification_uri, pending.user_code
    if not stderr.is_terminal and not invocation.output.is_human:
        invocation.output.notice(
            "cli_device_sign_in",
            f"Open {uri} on any device, and enter the code {code} to sign in",
            user_code=code,
            verification_uri=uri,
            verification_uri_complete=pending.verification_uri_complete,
            expires_in=round(pending.seconds),
        )
        return
    stderr.write(f"Open this address on any device:\n\n  {uri}\n\nand enter this code:\n\n  {code}\n\n{_WAITING}")
    stderr.flush()


# --- all of them


class _Verified(Record):
    """A credential and its user, or the problem that kept the API from telling the user."""

    credential: Credential
    user: dict[str, Any]
    problem: str | None = None


def _verify(invocation: Invocation, credential: Credential, is_unverified_refused: bool = False) -> _Verified:
    """Ask the API about a credential. Raises its refusal; a dead network is only a `problem`, unless that is refused."""
    from heygen.http.client import Call, Client

    client = Client(invocation.context, invocation.settings, credential)
    try:
        document = client.send(Call(method="GET", path="/v3/users/me")).document
    except HeygenError as error:
        if error.status in (401, 403):
            error.message = f"the credential was not accepted, and not stored: {error.message}"
            error.hint = "Check it with HeyGen, and try again: heygen auth login"
        elif is_unverified_refused:
            error.message = f"the account could not be verified, and nothing was stored: {error.message}"
        elif error.exit_code != ExitCode.USAGE:
            return _Verified(credential=credential, user={}, problem=error.message)
        raise
    data = document.get("data") if isinstance(document, dict) else None
    data = data if isinstance(data, dict) else {}
    user = {name: data[name] for name in _USER_FIELDS if isinstance(data.get(name), str)}
    return _Verified(credential=credential.replace(user=user), user=user)


def _store_session(
    invocation: Invocation, session: dict[str, Any], is_unverified_refused: bool = False
) -> tuple[_Verified, dict[str, Any]]:
    """Store a session that was just granted, once the API knows its user, and return what to print.

    It is given back to the provider where that fails or is interrupted.
    """
    credential = credentials.Credential(
        kind=credentials.OAUTH, secret=session["access_token"], source="the new session", session=session
    )
    try:
        verified = _verify(invocation, credential, is_unverified_refused)
        return verified, _store(invocation, verified)
    except BaseException as error:
        from heygen.auth import tokens

        is_revoked = tokens.revoke(session, invocation.context, invocation.settings)
        if isinstance(error, HeygenError):
            error.details["revoked"] = is_revoked
        raise


def _store(invocation: Invocation, verified: _Verified) -> dict[str, Any]:
    """Store the credential and return what to print."""
    context = invocation.context
    credential, user = verified.credential, verified.user
    replaced = credentials.store(context, credential)
    what = "an API key"
    if credential.kind == credentials.OAUTH:
        what = "a device code" if invocation.given.get("device") else "a browser session"
    kinds = replaced.credential.kinds if replaced.credential else ()
    message = f"Signed in as {_name(verified.user)} with {what}."
    if verified.problem:
        message = f"Stored {what}, which is not verified: {verified.problem}"
    result: dict[str, Any] = {name: user[name] for name in ("email", "username") if name in user}
    # A credential of the other kind that was there before.
    for kind in (credentials.OAUTH, credentials.API_KEY):
        result[f"cleared_{kind}"] = kind != credential.kind and kind in kinds
    result.update(message=message, verified=not verified.problem, path=credentials.path(context))
    if verified.user:
        result["user"] = verified.user
    notes = []
    if replaced.moved_to:
        notes.append(f"the previous file could not be read and is now {replaced.moved_to}")
    if context.is_set(credentials.VARIABLE):
        notes.append(f"{credentials.VARIABLE} is set and takes precedence")
    if notes:
        result["note"] = "; ".join(notes)
    return result


def _name(user: dict[str, Any]) -> str:
    full = " ".join(user[name] for name in ("first_name", "last_name") if user.get(name))
    return user.get("email") or user.get("username") or full or "an account without a name"
