"""Keeping a session alive: renewed shortly before it ends, by one process at a time."""

from __future__ import annotations

from heygen.auth import credentials
from heygen.core.errors import HeygenError
from heygen.core.interrupt import Held

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from heygen.auth.credentials import Credential
    from heygen.config.settings import Settings
    from heygen.core.context import Context

EARLY = 60.0  # seconds before its end in which a token is renewed
_PATIENCE = 60.0  # seconds to wait for another process that is at it


def renewal(context: Context, settings: Settings) -> Callable[[Credential, bool], Credential]:
    """Return what a client renews its session with: a function of the credential and whether the API rejected it."""

    def renew(credential: Credential, is_rejected: bool) -> Credential:
        if is_rejected:
            return renewed(credential, context, settings) or credential
        return fresh(credential, context, settings)

    return renew


def fresh(credential: Credential, context: Context, settings: Settings) -> Credential:
    """Return the session, renewed where it is about to end. Raises HeygenError where that fails and it has ended."""
    if not _is_stored(credential, context) or not _is_ending(credential, context):
        return credential
    try:
        return renewed(credential, context, settings) or credential
    except HeygenError:
        if context.now() < (credential.expires_at or 0):
            return credential
        raise


def _is_stored(credential: Credential, context: Context) -> bool:
    return credential.kind == credentials.OAUTH and credential.source == credentials.path(context)


def _is_ending(credential: Credential, context: Context) -> bool:
    end = credential.expires_at
    return end is not None and credential.refresh_token is not None and context.now() >= end - EARLY


def renewed(credential: Credential, context: Context, settings: Settings) -> Credential | None:
    """Return what took the place of a session that is over, or None where nothing can.

    A session that another process has renewed, or another credential that was stored meanwhile, is used as it is.
    The new tokens are in the file before they are used, since the old ones may be void. Raises HeygenError; the
    session stays in the file as it was.
    """
    if not _is_stored(credential, context):
        return None
    with credentials.lock(context, _PATIENCE):
        stored = credentials.read(context)
        if stored is None:
            raise HeygenError("auth_error", "signed out in the meantime: the credential file is gone")
        if stored.secret != credential.secret and not _is_ending(stored, context):
            return stored
        if stored.refresh_token is None or stored.session is None:
            return None
        from heygen.auth import tokens

        # An interrupt may end the command before the old token is spent or after the new one is stored, and not in between.
        with Held() as held:

            def refreshed() -> Credential:
                session = tokens.refresh(stored.session, context, settings, held.check)
                return stored.replace(secret=session["access_token"], session=session)

            return credentials.replace_session(context, refreshed)
