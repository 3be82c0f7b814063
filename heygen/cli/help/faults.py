"""The grammar of the sandbox's faults, as its help and `heygen help sandbox` show it."""

from __future__ import annotations

from heygen.cli.help.blocks import Section, terms

TYPE_CHECKING = False
if TYPE_CHECKING:
    from heygen.cli.help.blocks import Block

ACTIONS = (
    ("503", "That status, or any other, in the API's envelope; nothing is done."),
    ("retry-after=7", "With a status: the header Retry-After, in seconds, or as a time with retry-after=date."),
    ("html-502", "That status with an HTML page, as from a proxy; nothing is done."),
    ("reset", "The connection is cut once the request has been read; nothing is done."),
    ("reset-before-read", "The connection is cut before the request's body is read; nothing is done."),
    ("reset-after-write", "The request is carried out, and the connection cut before the answer."),
    ("truncate", "Carried out; half of the answer's body is sent."),
    ("garbage", "Carried out; the response is not JSON."),
    ("empty", "Carried out; the answer has no body."),
    ("expire", "A signed link, to a file or for an upload, has expired."),
    ("delay=2s", "The answer is held back; can be combined with the others."),
    ("slow=1kB/s", "The answer's body comes at that speed; can be combined with the others. Also B, MB and GB."),
    ("status=failed", "POST: the jobs that it starts fail. GET: the job that is looked at fails, even one that was done."),
    ("status=<word>", "POST: the jobs stay in that state. GET: this look shows that state."),
)
CONDITIONS = (
    ("p=0.3", "With this chance, drawn from the seed."),
    ("times=2", "The first two times only."),
    ("after=3", "Not the first three times."),
)


def grammar() -> tuple[Block, ...]:
    """Return what a fault is, as part of a page."""
    return (
        Section(title="Faults"),
        "A fault is METHOD PATH ACTION... [CONDITION...], such as \"GET /v3/videos/* 503 p=0.3\". METHOD may be *. In PATH, "
        "* stands for one segment or a part of it, and ** for any number of them. Links to files are below /files/, "
        "direct uploads below /uploads/. A path that matches no endpoint is refused.",
        terms(*ACTIONS),
        Section(title="Conditions of faults"),
        terms(*CONDITIONS),
    )
