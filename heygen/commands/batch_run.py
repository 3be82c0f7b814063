"""`heygen batch run`: makes what every row of a file asks for, once each, however often it is run."""

from __future__ import annotations

from heygen.cli.command import OUTPUT, OVERWRITE, WAITING, Argument, Command, Flag
from heygen.core.errors import ExitCode, HeygenError, usage_error

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from heygen.batch.ledger import Ledger
    from heygen.batch.planning import Plan
    from heygen.batch.runner import Summary
    from heygen.batch.saving import Names
    from heygen.batch.shard import Shard
    from heygen.calls.invocation import Invocation

COMMAND = Command(
    description=(
        "Sends a request for each row of a file: JSON lines such as "
        '{"id": "row-1", "command": "video create", "data": {…}}, or a table (CSV, TSV) with --command and --template. '
        "All rows are checked before the first is sent. What was sent, and what came of it, is recorded in a journal "
        "beside the file: the same command again carries on, and makes nothing twice. A row without an id is identified by its "
        "content. Prints a JSON line for each row as it ends. More: heygen help batch."
    ),
    arguments=(Argument(name="jobs", description="The file of jobs: .jsonl, .csv or .tsv; or - for standard input."),),
    flags=(
        Flag(
            name="command",
            value_name="<words>",
            description='The command of rows that name none: "video create", "template generate <template-id>".',
        ),
        Flag(
            name="template",
            value_name="<file>",
            description="The request body as JSON, whose strings may contain {column}. A text that is one {column} takes its value's type.",
        ),
        Flag(
            name="input-format",
            enum=("jsonl", "csv", "tsv"),
            description="File format, if its name does not show it.",
        ),
        Flag(name="no-validate", type="boolean", description="Send the bodies as they are, unchecked against the schema."),
        Flag(
            name="journal",
            value_name="<file>",
            description="File for the journal; the file's name with .journal without it. Needed with standard input.",
        ),
        Flag(
            name="shard",
            value_name="<k/n>",
            description="Process only part K of N, with a journal of its own: 2/8.",
        ),
        Flag(
            name="rerun",
            is_array=True,
            enum=("failed", "changed", "unknown"),
            description="Redo rows that failed, have changed, or whose response was lost. They are charged again.",
        ),
        Flag(name="jobs", dest="threads", type="integer", minimum=1, maximum=64, default=4, description="How many requests at once."),
        Flag(
            name="stop-after",
            type="integer",
            minimum=1,
            value_name="<failures>",
            description="Send nothing new after this many failures.",
        ),
        Flag(name="wait", type="boolean", section=WAITING, description="Wait until everything is done."),
        Flag(
            name="timeout",
            type="duration",
            section=WAITING,
            value_name="<duration>",
            description="How long the whole run may take, such as 30m or 2h. Exit code 4 when the time is up. Default: no limit.",
        ),
        Flag(
            name="output-path",
            section=WAITING,
            value_name="<dir|pattern>",
            description="Where to save each file, with --wait: {id}.mp4 in a directory, or a pattern such as out/{city}/{id}.mp4.",
        ),
        OVERWRITE.replace(section=WAITING),
        Flag(
            name="dry-run",
            type="boolean",
            section=OUTPUT,
            description="Check every row, report what would be made, and send nothing.",
        ),
    ),
    examples=(
        {"about": "Check a file, and see what it would make", "command": "heygen batch run jobs.jsonl --dry-run"},
        {
            "about": "Make a video for each row of a table, and save them",
            "command": 'heygen batch run people.csv --command "template generate <template-id>" --template body.json '
            "--wait --output-path videos",
        },
        {"about": "Make those anew that have failed", "command": "heygen batch run jobs.jsonl --wait --rerun failed"},
        {"about": "Take the second of four parts", "command": "heygen batch run jobs.jsonl --wait --shard 2/4"},
    ),
)


def run(invocation: Invocation) -> int:
    """Check all rows, run them, and tell how it went."""
    import os

    from heygen.batch import shard as shards, template as templates
    from heygen.batch.job_file import JobFile
    from heygen.batch.ledger import Ledger
    from heygen.batch.planning import Plan, Planner
    from heygen.batch.rows import RowMaker

    given = invocation.given
    shard = shards.parse(given["shard"]) if "shard" in given else shards.Shard()
    names = _names(given)
    template = templates.read(given["template"]) if "template" in given else None
    jobs = JobFile(invocation.context, given["jobs"], given.get("input_format"))
    try:
        if jobs.header is not None:
            _check_table(given, jobs.header, template, names)
        path = _journal_path(given, shard)
        maker = RowMaker(given.get("command"), template, not given.get("no_validate"))

        def planned(ledger: Ledger) -> Plan:
            plan = Plan(jobs, maker, ledger)
            Planner(plan, shard, names, bool(given.get("wait")), set(given.get("rerun", ())), bool(given.get("force"))).run()
            _warn(invocation, plan)
            return plan

        if given.get("dry_run"):
            plan = planned(Ledger(path if os.path.lexists(path) else None))
            invocation.output.result(_dry_run(plan, jobs.name, path, shard))
            return ExitCode.OK
        return _run(invocation, jobs.name, path, shard, names, planned)
    finally:
        jobs.close()


def _names(given: dict[str, Any]) -> Names | None:
    from heygen.batch.saving import Names

    if "output_path" not in given:
        return None
    if not given.get("wait") and not given.get("dry_run"):
        raise usage_error("--output-path goes with --wait", param="--output-path", hint="Add --wait")
    return Names(given["output_path"])


def _check_table(given: dict[str, Any], header: list[str], template: Any, names: Names | None) -> None:
    """Refuse what a table needs and the command line lacks, and columns that are not there."""
    from heygen.batch.template import no_column

    if "command" not in given:
        hint = 'Add --command "video create", or the words of another command'
        raise usage_error("a table needs --command", param="--command", hint=hint)
    for name in template.columns if template else ():
        if name not in header:
            raise no_column(name, header, template.source)
    if names is not None:
        names.check(header)


def _journal_path(given: dict[str, Any], shard: Shard) -> str:
    from heygen.batch import shard as shards

    if "journal" in given:
        return str(given["journal"])
    if given["jobs"] == "-":
        raise usage_error("standard input needs --journal", param="--journal", hint="Name a file to keep the journal in")
    shards.refuse_other_division(given["jobs"], shard)
    return shard.journal(given["jobs"])


def _warn(invocation: Invocation, plan: Plan) -> None:
    """Warn of fields that are sent all the same, once each, however many rows have them."""
    for (kind, path), (remark, line, count) in list(plan.warnings.items())[:20]:
        rows = f"{plan.jobs.name}:{line}" + (f" and {count - 1} more" if count > 1 else "")
        if kind == "deprecated":
            text, code = f"{path} is deprecated: {remark.description.split('. ')[0].rstrip('.')} ({rows})", "deprecated"
        else:
            guess = f"; did you mean {remark.instead}?" if remark.instead else ""
            text, code = f"{path} is not a known field; it is sent as it is ({rows}){guess}", "unknown_field"
        invocation.output.warning(code, text, param=path)


def _dry_run(plan: Plan, name: str, journal: str, shard: Shard) -> dict[str, Any]:
    from heygen.batch.planning import REPEAT, SAVE, SEND, WAIT

    return {
        "data": {
            "jobs": name,
            "journal": journal,
            **({"shard": str(shard)} if shard.count > 1 else {}),
            "rows": plan.rows,
            "to_send": plan.count(SEND, REPEAT),
            "commands": plan.commands,
            "to_wait_for": plan.count(WAIT),
            "to_save": plan.count(SAVE),
            "done": plan.done + plan.created,
            "failed": plan.failed,
            "cost": None,  # the API's documents name no prices
        }
    }


def _run(
    invocation: Invocation, name: str, path: str, shard: Shard, names: Names | None, planned: Callable[[Ledger], Plan]
) -> int:
    import os

    from heygen.batch.display import Display
    from heygen.batch.journal import Journal
    from heygen.batch.ledger import Ledger
    from heygen.batch.runner import Options, Runner

    given = invocation.given
    plan = None
    if not os.path.lexists(path):
        # A journal is begun once there is something to send, and somebody to send it as.
        plan = planned(Ledger(None))
        invocation.client()
    journal = Journal(invocation.context, path, shard)
    is_finished = False
    try:
        if plan is None or len(journal.ledger):
            plan = planned(journal.ledger)
        client = invocation.client()
        journal.begin(plan.rows)
        options = Options(
            waits=bool(given.get("wait")),
            names=names,
            threads=given.get("threads", 4),
            stop_after=given.get("stop_after"),
            timeout=given.get("timeout"),
            overwrites=bool(given.get("force")),
        )
        display = Display(invocation.output, f"{name}: {len(plan)} of {plan.rows} rows to go")
        runner = Runner(invocation.context, client, plan, journal, options, display, display.result)
        try:
            stopped = runner.run()
        except KeyboardInterrupt as interrupt:
            is_finished = True  # threads still write: the process ends, and with it they
            raise _envelope(invocation, HeygenError("canceled", "interrupted twice"), runner.summary) from interrupt
    finally:
        if not is_finished:
            journal.close()
    summary = runner.summary
    invocation.output.notice("summary", _sentence(summary), **summary.document(), journal=path)
    error = stopped or _failure(invocation, summary)
    if error is not None:
        raise _envelope(invocation, error, summary)
    return ExitCode.OK


def _sentence(summary: Summary) -> str:
    counts = {**summary.counts, "left": summary.left - summary.counts["unsaved"]}
    told = [f"{count} {name}" for name, count in counts.items() if count]
    told += [f"{summary.before} already done"] if summary.before else []
    return f"{summary.total} row{'s' * (summary.total != 1)}: {', '.join(told) or 'nothing to do'}"


def _failure(invocation: Invocation, summary: Summary) -> HeygenError | None:
    """Return the error for rows that have not ended well, or None where all have."""
    from heygen.batch.worker import FAILED, UNKNOWN, UNSAVED

    failed, unknown = summary.counts[FAILED] + summary.failed_before, summary.counts[UNKNOWN]
    if not failed and not unknown and not summary.left:
        return None
    unsaved = summary.counts[UNSAVED]
    told = [(failed, "failed"), (unknown, "unknown"), (unsaved, "unsaved"), (summary.left - unsaved, "left")]
    text = ", ".join(f"{count} {name}" for count, name in told if count)
    hint = None
    if not summary.left and failed:
        hint = f"Make the failed ones anew with: {invocation.retyped({'rerun': 'failed'})}"
    return HeygenError("cli_batch_failed", f"not all of the {summary.total} rows have ended well: {text}", hint=hint)


def _envelope(invocation: Invocation, error: HeygenError, summary: Summary) -> HeygenError:
    """Return the error that ends a run, with the numbers and the command that carries on."""
    if error.code == "timeout":
        from heygen.core import duration

        error.message = f"the batch timed out after {duration.render(invocation.given['timeout'])}"
        error.exit_code = ExitCode.TIMEOUT
    resume = invocation.retyped({})
    counts = {name: count for name, count in summary.document().items() if count}
    error.details = {**counts, **error.details, **({"resume": resume} if resume else {})}
    error.hint = error.hint or (f"Carry on with: {resume}" if resume else None)
    return error
