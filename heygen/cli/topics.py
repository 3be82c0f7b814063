"""The topics of `heygen help <topic>`, as data: the terminal and the reference both come from it."""

from __future__ import annotations

from heygen.cli.help.blocks import Section, examples, terms
from heygen.cli.help.faults import grammar
from heygen.core.errors import EXIT_CODE_MEANINGS
from heygen.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from heygen.cli.help.blocks import Block


class Topic(Record):
    """A topic: its one-line summary, and a function that returns its paragraphs, terms and commands."""

    name: str
    summary: str
    body: Callable[[], tuple[Block, ...]]


# Every environment variable that the program reads on purpose; a test compares it with the code.
ENVIRONMENT = (
    ("HEYGEN_API_KEY", "API key. Takes precedence over a stored credential."),
    ("HEYGEN_OUTPUT", "Output format unless --human is given: json or human."),
    (
        "HEYGEN_MAX_RETRIES",
        "How many times to retry a request that failed for a temporary reason (default: 2; 0: never). Ignored if not a number.",
    ),
    ("HEYGEN_API_BASE", "Another base URL for the API. Plain http is refused, except on loopback."),
    ("HEYGEN_ALLOW_HTTP", "On: allow a plain http base URL elsewhere too; the key is then sent unencrypted."),
    ("HEYGEN_CONFIG_DIR", "Folder for settings and credential (default: ~/.heygen). To keep several accounts, use a folder for each."),
    ("HEYGEN_DEBUG", "On: show every HTTP exchange on stderr, like --debug."),
    ("HEYGEN_NONINTERACTIVE", "On: never prompt; a command that would have to is refused."),
    ("CI", "On: never prompt, and show no progress."),
    ("HEYGEN_NO_ANALYTICS", "Any value: send no usage analytics."),
    ("DO_NOT_TRACK", "On: send no usage analytics."),
    ("HEYGEN_ANALYTICS_URL", "Where to send usage analytics, instead of where the build says; for tests."),
    ("HEYGEN_RELEASES_URL", "Where heygen update finds releases: a list in the format of GitHub's releases API."),
    ("GITHUB_TOKEN", "Token that heygen update sends to GitHub's API, and to no other host."),
    ("GH_TOKEN", "The same, if GITHUB_TOKEN is not set."),
    ("HEYGEN_WEBHOOK_SECRET", "Secret of the webhook endpoint, for heygen webhook listen and verify."),
    ("HEYGEN_NO_BROWSER", "On: open no browser; print the URL to visit."),
    ("BROWSER", "none: open no browser; otherwise, the browser to open."),
    ("NO_COLOR", "Any value: no color. --color takes precedence."),
    ("FORCE_COLOR", "On: use color even if output is not a terminal, except in piped JSON. NO_COLOR takes precedence."),
    ("TERM", "dumb: no color, and no lines that are redrawn."),
    ("TERM_PROGRAM", "The terminal's name; if it is known to support links, long URLs are shortened to clickable ones."),
    ("VTE_VERSION", "The same, for terminals based on VTE."),
    ("COLUMNS", "Width of the terminal, instead of what it reports."),
    ("HTTPS_PROXY", "Proxy for https, also in lower case; it may include a user name and password."),
    ("HTTP_PROXY", "Proxy for plain http. Loopback never goes through a proxy."),
    ("ALL_PROXY", "Proxy for both, if the one above is not set. Without any, the system's settings are used on macOS and Windows."),
    ("NO_PROXY", "Hosts to reach without a proxy, separated by commas."),
    ("SSL_CERT_FILE", "File of CA certificates (PEM), instead of the system's file."),
    ("SSL_CERT_DIR", "Folder of CA certificates named by hash, instead of the system's."),
)


def _environment() -> tuple[Block, ...]:
    from heygen.config.settings import KEYS

    return (
        "Flags take precedence over variables, variables over the settings file, and the file over defaults. A variable that is on "
        "or off is off when it is empty, 0, false or no.",
        terms(*ENVIRONMENT),
        "Lasting settings are kept in ~/.heygen/config.toml:",
        terms(
            *(
                (key.name, key.help + (f" One of: {', '.join(key.values)}." if key.values else ""))
                for key in KEYS.values()
            )
        ),
        examples("heygen config set output human", "heygen config list --human"),
    )


def _exit_codes() -> tuple[Block, ...]:
    return (
        terms(*((str(int(code)), meaning) for code, meaning in EXIT_CODE_MEANINGS.items())),
        "Every failure prints one line of JSON to stderr, with a code for programs, a message for people, and a hint that "
        "names the command to run next; request_id is there if the API responded:",
        examples(
            '{"error":{"code":"not_found","message":"Video not found",'
            '"hint":"Check ID with: heygen video list","request_id":"req_abc123"}}',
        ),
        "With 4, and with 1 after a failed job, the last known state is on stdout, so that no ID is lost.",
    )


def _formatting() -> tuple[Block, ...]:
    return (
        "stdout has the result and nothing else: one line of JSON, with every field as the API sent it; indented and in color "
        "on a terminal. Everything else goes to stderr, including progress, which --quiet turns off.",
        terms(
            ("--human", "Tables, labels, colors, and local times. Piped output is neither colored nor truncated."),
            ("--get <path>", "Only these fields: text as is, anything else as JSON. No jq needed. Quote paths with brackets."),
            ("--color <when>", "auto (on a terminal, unless NO_COLOR is set), always (in piped JSON too) or never."),
        ),
        "Lists come in pages. has_more tells whether there is another page, and next_token is its cursor; give it to --token to "
        "continue. --all fetches every page from there on, and prints one list. If that is interrupted, what was read is still "
        "on stdout, and resume on stderr is the command that continues:",
        terms(
            ("--limit <integer>", "The page size."),
            ("--token <token>", "Where to start: next_token of an earlier page."),
            ("--all", "Every page. JSON and --get 'data[].<field>' are printed page by page; a table comes at the end."),
            ("--max-items <integer>", "With --all: at most this many; next_token is the cursor for the rest."),
        ),
        examples(
            "heygen video list --limit 10 --get next_token",
            "heygen video list --limit 10 --token <next-token>",
            "heygen video list --all --get 'data[].id'",
            "heygen config set output human",
        ),
    )


def _waiting() -> tuple[Block, ...]:
    return (
        "Making a video takes minutes. A command that starts such a job returns its ID at once; with --wait it waits "
        "until the job has ended, and prints the finished resource, as the get command does.",
        terms(
            ("--wait", "Wait until the job has ended."),
            ("--timeout <duration>", "How long at most, such as 90s, 10m or 1h30m (default: 20m)."),
        ),
        "A poll that fails for a temporary reason (no network, 429, 5xx) does not end a wait. The exit code is 4 when time "
        "runs out, 1 after a failed job, and 130 after Ctrl-C. In each case the last known state is on stdout, and the hint "
        "on stderr is the command that continues. The job itself is not stopped. get takes --wait too:",
        examples(
            'heygen video-agent create --prompt "Welcome to our Q4 earnings call." --wait',
            "heygen video get <video-id> --wait --timeout 1h --get data.video_url",
        ),
    )


def _statuses() -> tuple[Block, ...]:
    from heygen.api.statuses import statuses

    rows = []
    for each in statuses():
        said = [", ".join(each.under_way)]
        said += [f"{title}: {', '.join(words)}" for title, words in (("done", each.done), ("failed", each.failed)) if words]
        rows.append((" ".join(each.words), "; ".join(part for part in said if part) + "."))
    return (
        "By the command that shows the resource. A job is under way until its status is one of those behind done or "
        "failed; then --wait ends. What has neither has no --wait.",
        terms(*rows),
        "A session of video-agent that waits for input or is reviewing goes on when it is answered with video-agent "
        "send. What has just been created may call itself waiting.",
        examples("heygen video list --get 'data[].id,data[].status'", "heygen video get <video-id> --wait --get data.status"),
    )


def _data() -> tuple[Block, ...]:
    return (
        "Request fields that are plain values have flags; nested ones are given with -d or --set. If a field is given more "
        "than once, --set overrides -d, and a flag overrides both.",
        terms(
            ("-d '{...}'", "The body as JSON."),
            ("-d request.json", "The body from a file."),
            ("-d -", "The body from stdin."),
            ("--set path=value", "One field, at any depth: voice_settings.speed=1.2, 'scenes[0].script=Hi'. JSON, or else text."),
            ("--script -", "The text of a long field from stdin, if its flag's help says so."),
        ),
        "The body is checked before anything is sent, and all problems are reported at once. To see what it may contain, "
        "to see what would be sent, and to send it unchecked:",
        examples(
            "heygen video create --request-schema",
            "heygen video create -d request.json --title Draft --dry-run",
            "heygen video create -d request.json --no-validate",
        ),
    )


def _batch() -> tuple[Block, ...]:
    return (
        "heygen batch run sends a request for each row of a file. Rows of JSON have an id, a command such as video create, and "
        "its body as data. A table has columns, which a template takes in wherever a text of it says {column}:",
        examples(
            "heygen batch run jobs.jsonl --dry-run",
            'heygen batch run people.csv --command "video create" --template body.json --wait --output-path videos',
        ),
        "Every row is checked before the first is sent, and all problems are told with their lines. What was sent, and what it "
        "has made, is recorded in a journal beside the file. Whatever ends a run, the same command carries on: rows that are done are "
        "skipped, those under way are waited for, and a lost answer is asked for again with the same idempotency key.",
        terms(
            ("id", "What identifies a row. A row without one is identified by its content, and by how many like it precede it."),
            ("--rerun failed", "Redo rows that failed."),
            ("--rerun changed", "Redo rows that are not what they were when they were sent; else they are refused."),
            ("--rerun unknown", "Redo rows whose response was lost, where the API does not keep a repeat from making a second."),
            ("--shard k/n", "One of n runs, on one machine or many; a row stays in its shard when others are added."),
            ("--jobs n", "How many requests are under way at once. When the API answers 429, all of them slow down."),
        ),
        "A row ends as completed, created (without --wait), failed, unsaved, unknown or pending. The exit code is 0 if all are "
        "well, 1 if not, 4 when --timeout is up, 130 after Ctrl-C; a second Ctrl-C ends at once. What a batch has made:",
        examples(
            "heygen batch status people.csv",
            "heygen batch report people.csv --format html --output-path report.html",
        ),
    )


def _sandbox() -> tuple[Block, ...]:
    return (
        "The sandbox is the whole HeyGen API, simulated on this machine. It needs no key, costs no credits and uses "
        "no network. What you create in it exists, jobs run and complete, and bad requests are refused, as the API itself "
        "would refuse them.",
        terms(
            ("sandbox run -- <command>", "Run a heygen command, or any program that calls heygen, against it."),
            ("sandbox start", "Serve it until Ctrl-C, and print what to set in the environment."),
        ),
        *grammar(),
        Section(title="Try"),
        examples(
            'heygen sandbox run -- video-agent create --prompt "Hello" --wait',
            "heygen sandbox run -- sh pipeline.sh",
            'heygen sandbox run --strict-faults --fault "GET /files/** truncate times=1" -- sh pipeline.sh',
            "heygen sandbox start --help",
        ),
    )


def _agents() -> tuple[Block, ...]:
    return (
        "For programs and coding agents that run heygen: JSON in, JSON out, and no prompts.",
        terms(
            ("Discover", "heygen skill is a guide to read or install; heygen commands --text lists every command; --example, "
             "--request-schema and --response-schema print what one takes and returns, without a key."),
            ("Rehearse", "--dry-run checks a request and prints it; heygen sandbox run -- ... rehearses a whole pipeline."),
            ("Read", "One JSON document on stdout; --get data.id for one field; exit codes 0 to 4 and 130."),
            ("Recover", "Errors are JSON on stderr; hint names the command to run next."),
            ("Wait", "--wait and --timeout; after exit code 4, continue with the command in the hint."),
            ("Repeat", "A call with the same --idempotency-key does not create a second resource, where the API honors it."),
            ("Delete", "--force; without a terminal there is no prompt, and deleting without it is refused."),
        ),
        examples(
            'heygen video-agent create --prompt "A 30 second product tour" --wait --get data.video_url',
            "heygen video create --request-schema",
        ),
    )


TOPICS = {
    topic.name: topic
    for topic in (
        Topic(name="environment", summary="Environment variables and settings", body=_environment),
        Topic(name="exit-codes", summary="Exit codes and errors", body=_exit_codes),
        Topic(name="formatting", summary="JSON, tables, single fields and pages", body=_formatting),
        Topic(name="waiting", summary="Jobs that take a while, and --wait", body=_waiting),
        Topic(name="statuses", summary="What status can say of each resource", body=_statuses),
        Topic(name="data", summary="Request bodies with -d, --set and flags", body=_data),
        Topic(name="batch", summary="Hundreds of videos from one file", body=_batch),
        Topic(name="sandbox", summary="Rehearse without a key, credits or a network", body=_sandbox),
        Topic(name="agents", summary="For coding agents and scripts", body=_agents),
    )
}
