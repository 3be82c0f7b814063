"""`heygen doctor`: looks at everything that could keep this program from working."""

from __future__ import annotations

import os

from heygen.cli.command import Command, Flag
from heygen.core.errors import ExitCode, HeygenError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Iterator

    from heygen.calls.invocation import Invocation
    from heygen.doctor.finding import Finding

COMMAND = Command(
    description=(
        "Looks at the program, Python, the terminal, settings, credential, files, disks, certificates, proxies, and "
        "whether the hosts that are needed answer; says what is wrong and what to do about it. Nothing is changed, and no "
        "secret is shown. Exits with 1 where something keeps commands from working."
    ),
    flags=(Flag(name="offline", type="boolean", description="Leave out all that needs the network."),),
    examples=(
        {"about": "Look at everything", "command": "heygen doctor --human"},
        {"about": "Look at this machine alone", "command": "heygen doctor --offline"},
    ),
)
# Of each status: its sign, the same in ASCII, and its colour.
_MARKS = {"ok": ("✓", "+", "green"), "warning": ("!", "!", "yellow"), "problem": ("✗", "x", "red"), "note": ("–", "-", "dim")}
_INDENT = 16  # cells, of what stands below a finding


def run(invocation: Invocation) -> int:
    """Print the report, and exit with 1 where it has a problem."""
    from heygen import __version__
    from heygen.doctor.finding import PROBLEM, WARNING

    findings = list(_findings(invocation))
    counts = {status: sum(each.status == status for each in findings) for status in (PROBLEM, WARNING)}
    output = invocation.output
    if output.is_human and output.selection is None:
        _print_checklist(invocation, findings, counts[PROBLEM], counts[WARNING])
    else:
        output.result(
            {
                "ok": not counts[PROBLEM],
                "version": __version__,
                "problems": counts[PROBLEM],
                "warnings": counts[WARNING],
                "checks": [each.document() for each in findings],
            }
        )
    return ExitCode.ERROR if counts[PROBLEM] else ExitCode.OK


def _findings(invocation: Invocation) -> Iterator[Finding]:
    from heygen.doctor import account, machine, network
    from heygen.doctor.finding import NOTE, Finding

    context, settings = invocation.context, invocation.settings
    yield from _installation(invocation)
    yield machine.python()
    yield machine.system()
    yield machine.locale(context)
    yield machine.terminal(context, invocation.output.terminal(context.stdout))
    yield _completion(invocation)
    yield from account.settings(context, settings)
    credential = account.credential(context)
    yield credential
    yield from account.permissions(context)
    yield from machine.room(context)
    try:
        bundle = settings.ca_bundle
    except HeygenError:
        return  # the settings' finding says what is wrong
    yield network.trust(context.environ, bundle)
    if invocation.given.get("offline"):
        yield Finding(check="network", status=NOTE, message="not looked at, with --offline")
        return
    yield from _network(invocation, has_credential=credential.status != "problem")


def _network(invocation: Invocation, has_credential: bool) -> Iterator[Finding]:
    from heygen.auth import credentials, endpoints
    from heygen.config.settings import DEFAULT_API_BASE
    from heygen.doctor import network
    from heygen.doctor.finding import from_error
    from heygen.http.client import Client

    context, settings = invocation.context, invocation.settings
    try:
        base, token_url = settings.api_base, endpoints.url(endpoints.TOKEN, context)
    except HeygenError as error:
        yield from_error("api", error)
        return
    uses_session = has_credential and credentials.resolve(context).kind == credentials.OAUTH
    is_reached = True
    for host in network.hosts(base, token_url, uses_session, base == DEFAULT_API_BASE):
        for finding in network.look(host, Client(context, settings)):
            is_reached = is_reached and not (finding.check == "api" and finding.status == "problem")
            yield finding
    if has_credential and is_reached:
        yield network.sign_in(invocation.client())


def _installation(invocation: Invocation) -> Iterator[Finding]:
    """Tell what this program is, how it came here, and whether `heygen` on the path is this very one."""
    import shutil

    from heygen import __version__
    from heygen.doctor.finding import WARNING, Finding, ok
    from heygen.update import installation

    found = installation.find()
    upgrade = found.upgrade or "heygen update"
    yield ok("program", f"heygen {__version__} at {found.path} ({found.name})", method=found.name, upgrade=upgrade)
    other = shutil.which("heygen", path=invocation.context.environ.get("PATH"))
    if other and found.method == installation.ZIPAPP and not _is_same(other, found.path):
        message = f"`heygen` on PATH is another program: {other}"
        yield Finding(check="program", status=WARNING, message=message, hint=f"{other} --version")


def _is_same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except OSError:
        return False


def _completion(invocation: Invocation) -> Finding:
    """Tell whether the user's shell completes our command lines, as far as files tell."""
    from heygen.doctor.finding import NOTE, Finding, ok

    context = invocation.context
    home, shell = context.home or "", os.path.basename(context.environ.get("SHELL", ""))
    if shell not in _COMPLETION or not home:
        return Finding(check="completion", status=NOTE, message="there is no shell that a script is made for")
    files, startup, hint = _COMPLETION[shell]
    for file in files:
        path = os.path.join(home, file)  # an absolute one stays
        if os.path.exists(path):
            return ok("completion", f"{shell} has it, in {path}")
    try:
        with open(os.path.join(home, startup), encoding="utf-8", errors="replace") as stream:
            if "heygen completion" in stream.read(1024 * 1024):
                return ok("completion", f"{shell} has it, in {os.path.join(home, startup)}")
    except OSError:
        pass  # no such file
    return Finding(check="completion", status=NOTE, message=f"{shell} does not complete heygen's commands yet", hint=hint)


# Of each shell: where its script may be, the file that may load it, and how to install it.
_COMPLETION = {
    "bash": (
        (".local/share/bash-completion/completions/heygen", "/usr/share/bash-completion/completions/heygen"),
        ".bashrc",
        "mkdir -p ~/.local/share/bash-completion/completions && "
        "heygen completion bash > ~/.local/share/bash-completion/completions/heygen",
    ),
    "zsh": (
        (".zfunc/_heygen", "/usr/local/share/zsh/site-functions/_heygen", "/usr/share/zsh/site-functions/_heygen"),
        ".zshrc",
        "mkdir -p ~/.zfunc && heygen completion zsh > ~/.zfunc/_heygen",
    ),
    "fish": (
        (".config/fish/completions/heygen.fish",),
        ".config/fish/config.fish",
        "mkdir -p ~/.config/fish/completions && heygen completion fish > ~/.config/fish/completions/heygen.fish",
    ),
}


def _print_checklist(invocation: Invocation, findings: list[Finding], problems: int, warnings: int) -> None:
    from heygen.output import cells

    stdout = invocation.context.stdout
    terminal = invocation.output.terminal(stdout)
    lines = []
    for each in findings:
        unicode_mark, ascii_mark, color = _MARKS[each.status]
        mark = terminal.paint(unicode_mark if terminal.has_unicode else ascii_mark, color)
        first, *rest = cells.wrap(cells.escape(each.message), max(terminal.width - _INDENT, 20))
        lines.append(f"{mark} {each.check:<{_INDENT - 2}}{first}")
        lines += [" " * _INDENT + line for line in rest]
        if each.hint:
            # Whole, however long: it is there to be copied.
            lines.append(" " * _INDENT + terminal.paint(cells.escape(each.hint), "bold"))
    total = f"{problems} problem{'' if problems == 1 else 's'}, {warnings} warning{'' if warnings == 1 else 's'}"
    lines += ["", "Everything is fine." if not problems and not warnings else f"{total}."]
    stdout.write("".join(f"{line}\n" for line in lines))
    stdout.flush()
