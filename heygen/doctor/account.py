"""Checks of what belongs to the user: settings, credential, and who else may read our files."""

from __future__ import annotations

import os
import stat

from heygen.auth import credentials
from heygen.config.settings import DEFAULT, ENV, KEYS
from heygen.core import storage
from heygen.core.errors import HeygenError
from heygen.doctor.finding import PROBLEM, WARNING, Finding, from_error, ok

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

    from heygen.config.settings import Settings
    from heygen.core.context import Context


def settings(context: Context, found: Settings) -> Iterator[Finding]:
    """Tell which settings are not the default's, where they come from, and what is wrong with them."""
    file = storage.path(context, "config.toml")
    changed, problems = [], []
    for name, key in KEYS.items():
        try:
            setting = found.lookup(name)
        except HeygenError as error:
            yield from_error("settings", error)
            return
        where = key.env if setting.source == ENV else file
        if setting.problem:
            problem = f"{key.env if setting.source == ENV else name} {setting.problem}"
            hint = f"unset {key.env}" if setting.source == ENV else f"heygen config unset {name}"
            problems.append(Finding(check="settings", status=PROBLEM, message=problem, hint=hint))
        elif setting.source != DEFAULT:
            changed.append(f"{name} from {where}")
    yield from problems
    if not problems:
        exists = file is not None and os.path.exists(file)
        yield ok("settings", ", ".join(changed) or "all at their defaults", path=file if exists else None)


def credential(context: Context) -> Finding:
    """Tell which credential is used and where it comes from; nothing of it."""
    try:
        found = credentials.find(context)
    except HeygenError as error:
        return from_error("credential", error)
    if found is None:
        return Finding(
            check="credential",
            status=PROBLEM,
            message="nobody is signed in, and HEYGEN_API_KEY is not set",
            hint="heygen auth login",
            details={"rehearse": "heygen sandbox run -- heygen video list"},
        )
    what = "an API key" if found.kind == credentials.API_KEY else "a session"
    details = {"type": found.kind, "source": found.source}
    end = found.expires_at
    if end is not None and end < context.now() and found.refresh_token is None:
        message = f"the session in {found.source} has ended, and cannot be renewed"
        return Finding(check="credential", status=PROBLEM, message=message, hint="heygen auth login", details=details)
    if found.is_from_env and os.path.exists(credentials.path(context) or ""):
        what += f", which comes before the one in {credentials.path(context)}"
    return ok("credential", f"{what} from {found.source}" if not found.is_from_env else f"HEYGEN_API_KEY: {what}", **details)


def permissions(context: Context) -> Iterator[Finding]:
    """Tell whether anybody else may read or change our files."""
    folder = storage.folder(context)
    if os.name != "posix" or folder is None or not os.path.lexists(folder):
        yield ok("permissions", "no files have been created yet" if os.name == "posix" else "kept by the user's profile")
        return
    from shlex import quote

    wrong = False
    try:
        entries = [folder, *sorted(entry.path for entry in os.scandir(folder))]
    except OSError as error:
        message = f"{folder} cannot be read: {error.strerror or error}"
        yield Finding(check="permissions", status=PROBLEM, message=message, hint=f"ls -ld {quote(folder)}")
        return
    for path in entries:
        try:
            found = os.stat(path)
        except OSError:
            continue  # gone meanwhile
        mode = 0o700 if stat.S_ISDIR(found.st_mode) else 0o600
        if found.st_uid != os.geteuid():
            wrong, message, hint = True, f"{path} belongs to another user", f"sudo chown $(id -u) {quote(path)}"
        elif found.st_mode & 0o077:
            wrong, message, hint = True, f"others may use {path}", f"chmod {mode:o} {quote(path)}"
        elif not os.access(path, os.R_OK | os.W_OK):
            wrong, message, hint = True, f"{path} cannot be read and written", f"chmod {mode:o} {quote(path)}"
        else:
            continue
        status = PROBLEM if os.path.basename(path) == credentials.FILE else WARNING
        yield Finding(check="permissions", status=status, message=message, hint=hint, details={"path": path})
    if not wrong:
        yield ok("permissions", f"{folder} is private", path=folder)
