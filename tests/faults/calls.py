"""The kinds of call of the table, each of them a column: what is called, and which of its requests a fault strikes."""

from __future__ import annotations

import json

from faulty_server import Job, file_of
from uploads import MP4

VIDEO = ("video", "create", "--type", "avatar", "--avatar-id", "a1", "--script", "Hi", "--voice-id", "v1")
BATCH = ("video", "batches", "create", "-d", json.dumps({"videos": [
    {"type": "avatar", "avatar_id": "a1", "voice_id": "v1", "script": text} for text in ("Hi", "Ho")
]}))  # fmt: skip
TRANSLATE = ("video-translate", "create", "--output-languages", "French (France)", "--output-languages", "German (Germany)",
             "--set", "video.type=url", "--set", "video.url=https://example.com/k.mp4")  # fmt: skip
CLONE = ("voice", "clone", "create", "--voice-name", "N", "--set", "audio.type=url", "--set", "audio.url=https://example.com/s.mp3")
AGENT = ("video-agent", "create", "--prompt", "Hello")
SPEECH = ("voice", "speech", "create", "--voice-id", "v1", "--text", "Hello")
FOLDER = ("folder", "create", "--name", "Drafts")
REMOVAL = ("background-removal", "create", "--request-id", "take-1", "--set", "video.type=url",
           "--set", "video.url=https://example.com/s.mp4")  # fmt: skip
WAIT = ("--wait", "--timeout", "50s")

MADE = {
    "POST /v3/videos": {"data": {"video_id": "v1", "status": "pending"}},
    "POST /v3/videos/batches": {"data": {"batch_id": "b1", "status": "pending"}},
    "POST /v3/video-translations": {"data": {"video_translation_ids": ["t1", "t2"]}},
    "POST /v3/voices/clone": {"data": {"voice_clone_id": "c1"}},
    "POST /v3/voices/speech": {"data": {"audio_url": "https://example.com/a.mp3", "duration": 1.0, "request_id": "r1"}},
    "POST /v3/video-agents": {"data": {"session_id": "s1", "status": "generating", "video_id": None}},
    "POST /v3/folders": {"data": {"folder_id": "f1", "name": "Drafts"}},
    "POST /v3/background-removals": {"data": {"id": "r1", "status": "pending"}},
    "POST /v3/assets": {"data": {"asset_id": "a1", "mime_type": "video/mp4", "size_bytes": 1, "url": "https://example.com/a"}},
    "POST /v3/ideas": {"data": {"id": "i1"}},
    "PATCH /v3/lipsyncs/l1": {"data": {"id": "l1", "title": "T"}},
}
DONE = {"video_url": "{url}/files/v1.mp4", "duration": 1.5}
JOBS = {
    "GET /v3/videos/v1": Job("processing", "completed", **DONE),
    "GET /v3/videos/batches/b1": Job("processing", "completed", name="batch_id", items=[], has_more=False, next_token=None),
    "GET /v3/video-translations/(t1|t2)": Job("processing", "completed", **DONE),
    "GET /v3/voices/c1": Job("processing", "complete", name="voice_id"),
    "GET /v3/video-agents/s1": Job("generating", "completed", name="session_id", video_id="v1"),
    "GET /v3/background-removals/r1": Job("processing", "completed"),
    "GET /files/v1.mp4": file_of,
}
SLOT = {"asset_id": "a1", "upload_url": "{url}/slots/1", "upload_headers": {"X-Signed": "1"}, "max_bytes": 10**9}
UPLOAD = {
    "POST /v3/assets/direct-uploads": {"data": SLOT},
    "POST /v3/assets/direct-uploads/batches": {"data": {"batch_id": "b1", "items": [SLOT, {**SLOT, "asset_id": "a2"}]}},
    "PUT /slots/1": (200, {}, b""),
    "POST /v3/assets/a1/complete": {"data": {"asset_id": "a1", "status": "completed"}},
    "POST /v3/assets/complete/batches": {"data": {"batch_id": "b1", "status": "processing"}},
    "GET /v3/assets/batches/b1": Job("processing", "completed", name="batch_id", items=[]),
}
READ = {
    "GET /v3/users/me": {"data": {"username": "ada", "email": "ada@example.com"}},
    "GET /v3/videos/v1": {"data": {"id": "v1", "status": "completed", **DONE}},
    "GET /v3/ideas": {"data": []},
}
DELETED = {"DELETE /v3/videos/v1": {"data": {"id": "v1"}}, "DELETE /v3/folders/f1": {"data": {"id": "f1"}}}


def page(server, recorded, query):
    """Answer one of the two pages of a list."""
    is_last = query.get("token") == "two"
    items = [{"id": f"v{number}"} for number in ((3, 4) if is_last else (1, 2))]
    return {"data": items, "has_more": not is_last, "next_token": None if is_last else "two"}


LIST = {"GET /v3/(videos|ideas)": page}
DEVICE = {
    "POST /device": {
        "device_code": "device-code", "user_code": "WDJB-MJHT", "verification_uri": "https://app.example.com/device",
        "expires_in": 600, "interval": 5,
    },
    "POST /token": {"access_token": "access-2", "refresh_token": "refresh-2", "token_type": "Bearer", "expires_in": 3600},
    **READ,
}  # fmt: skip
SESSION = {
    "oauth": {
        "access_token": "access-1", "refresh_token": "refresh-1", "token_type": "Bearer", "expires_at": "2024-03-24T13:00:00Z",
    }
}  # fmt: skip


def release(server, recorded, query):
    """Answer with a list of releases that has a newer one."""
    files = [{"name": name, "browser_download_url": f"{server.url}/{name}"} for name in ("heygen.pyz", "checksums.txt")]
    return [{"tag_name": "v99.0.0", "prerelease": False, "draft": False, "assets": files}]


class Call:
    """One command line, and the `answers` that it gets where nothing goes wrong, by method and path (a pattern).

    `stdin` is what it reads, `stored` the credential file that is there, `env` what is added to its environment,
    and `files` are there when it starts.
    """

    def __init__(self, *argv, answers, stdin=b"", stored=None, env=None, files=()):
        self.argv = argv
        self.answers = answers
        self.stdin = stdin
        self.stored = stored
        self.env = env or {}
        self.files = dict(files)

    @property
    def name(self):
        return " ".join(self.argv[:3])


class Column:
    """Calls that fare alike, and the `target`: a pattern of the requests (method, path, query) that a fault strikes.

    The first `after` of them are let through; `before` requests go before the first that can be struck. `is_link`
    tells that the target stands at a link that the API has handed out. Where events are sent in the background, `counts`
    picks the requests that are none of those.
    """

    def __init__(self, name, target, *calls, before=0, after=0, is_link=False, counts=None):
        self.name = name
        self.target = target
        self.calls = calls
        self.before = before
        self.after = after
        self.is_link = is_link
        self.counts = counts


def _waits(*commands):
    return [Call(*argv, *WAIT, answers={**MADE, **JOBS}) for argv in commands]


CLIP = {"clip.mp4": MP4}
TWO = {"clip.mp4": MP4, "other.mp4": MP4 + b"!"}
FILE = {"GET /v3/videos/v1": READ["GET /v3/videos/v1"], "GET /files/v1.mp4": file_of}
RELEASES = {"HEYGEN_RELEASES_URL": "{url}/releases.json"}
OAUTH = {"HEYGEN_OAUTH_TOKEN_URL": "{url}/token", "HEYGEN_OAUTH_DEVICE_URL": "{url}/device", "HEYGEN_API_KEY": None}
SINK = {"HEYGEN_ANALYTICS_URL": "{url}/batch", "HEYGEN_NO_ANALYTICS": None}

COLUMNS = (
    Column(
        "read", "GET /.*",
        Call("video", "get", "v1", answers=READ),
        Call("user", "me", "get", answers=READ),
        Call("video", "list", answers=LIST),
    ),
    Column("api GET", "GET /.*", Call("api", "GET", "v3/ideas", answers=READ), Call("api", "GET", "v3/videos/v1", answers=READ)),
    Column(
        "list --all, page 2", "GET /.*token=two",
        Call("video", "list", "--all", answers=LIST),
        before=1,
    ),
    Column(
        "api GET --paginate, page 2", "GET /.*token=two",
        Call("api", "GET", "v3/ideas", "--paginate", answers=LIST),
        before=1,
    ),
    Column(
        "create, key kept", "POST /.*",
        *(Call(*argv, answers=MADE) for argv in (VIDEO, BATCH, REMOVAL)),
        Call(*TRANSLATE, answers=MADE),
    ),
    Column("create, nothing to wait for", "POST /.*", Call(*FOLDER, answers=MADE)),
    Column("create, key not kept", "POST /.*", *(Call(*argv, answers=MADE) for argv in (CLONE, AGENT))),
    Column("create without ID", "POST /.*", Call(*SPEECH, answers=MADE)),
    Column(
        "create from a file", "POST /.*", Call("asset", "create", "--file", "clip.mp4", answers=MADE, files=CLIP)
    ),
    Column("api POST, known", "POST /.*", Call("api", "POST", "v3/folders", "--set", "name=Drafts", answers=MADE)),
    Column("api POST, unknown", "POST /.*", Call("api", "POST", "v3/ideas", "--set", "name=Drafts", answers=MADE)),
    Column("change", "PATCH /.*", Call("lipsync", "update", "l1", "--title", "T", answers=MADE)),
    Column("delete", "DELETE /.*", Call("video", "delete", "v1", "--force", answers=DELETED)),
    Column("api DELETE", "DELETE /.*", Call("api", "DELETE", "v3/videos/v1", "--force", answers=DELETED)),
    Column("create --wait, create", "POST /.*", *_waits(VIDEO, BATCH)),
    Column("create --wait, poll", "GET /v3/.*", *_waits(VIDEO), before=1),
    Column("create others --wait, poll", "GET /v3/.*", *_waits(BATCH, CLONE, REMOVAL), before=1),
    Column(
        "create two --wait, poll of one", "GET /v3/video-translations/t1",
        Call(*TRANSLATE, *WAIT, answers={**MADE, **JOBS}),
        before=1,
    ),
    Column(
        "get --wait, first poll", "GET /.*",
        Call("video", "get", "v1", *WAIT, answers=JOBS),
    ),
    Column(
        "get --wait, later polls", "GET /.*",
        Call("video", "get", "v1", *WAIT, answers=JOBS),
        before=1, after=1,
    ),
    Column(
        "get others --wait, first poll", "GET /.*",
        Call("video", "batches", "get", "b1", *WAIT, answers=JOBS),
        Call("video-agent", "get", "s1", *WAIT, answers=JOBS),
    ),
    Column("session --wait, session", "GET /v3/video-agents/s1", Call(*AGENT, *WAIT, answers={**MADE, **JOBS}), before=1),
    Column("session --wait, video", "GET /v3/videos/v1", Call(*AGENT, *WAIT, answers={**MADE, **JOBS}), before=3),
    Column(
        "wait, then file", "GET /files/.*",
        Call(*VIDEO, *WAIT, "--output-path", "out.mp4", answers={**MADE, **JOBS}),
        Call(*VIDEO, *WAIT, "--output-path", ".", answers={**MADE, **JOBS}),
        before=3, is_link=True,
    ),
    Column(
        "wait, then stdout", "GET /files/.*",
        Call(*VIDEO, *WAIT, "--output-path", "-", answers={**MADE, **JOBS}),
        before=3, is_link=True,
    ),
    Column("download, link", "GET /v3/.*", Call("video", "download", "v1", answers=FILE)),
    Column("download to a file", "GET /files/.*", Call("video", "download", "v1", answers=FILE), before=1, is_link=True),
    Column(
        "download to stdout", "GET /files/.*",
        Call("video", "download", "v1", "--output-path", "-", answers=FILE),
        before=1, is_link=True,
    ),
    Column("api GET to a file", "GET /.*", Call("api", "GET", "v3/ideas", "--output-path", "out", answers=READ)),
    Column(
        "upload, begin", "POST /v3/assets/direct-uploads",
        Call("asset", "upload", "clip.mp4", answers=UPLOAD, files=CLIP),
    ),
    Column(
        "upload, send", "PUT /.*",
        Call("asset", "upload", "clip.mp4", answers=UPLOAD, files=CLIP),
        before=1, is_link=True,
    ),
    Column(
        "upload, complete", "POST /v3/assets/a1/complete",
        Call("asset", "upload", "clip.mp4", answers=UPLOAD, files=CLIP),
        before=2,
    ),
    Column(
        "upload of two, begin", "POST /v3/assets/direct-uploads/batches",
        Call("asset", "upload", "clip.mp4", "other.mp4", *WAIT, answers=UPLOAD, files=TWO),
    ),
    Column(
        "upload of two, send", "PUT /.*",
        Call("asset", "upload", "clip.mp4", "other.mp4", *WAIT, answers=UPLOAD, files=TWO),
        before=1, is_link=True,
    ),
    Column(
        "upload of two, complete", "POST /v3/assets/complete/batches",
        Call("asset", "upload", "clip.mp4", "other.mp4", *WAIT, answers=UPLOAD, files=TWO),
        before=3,
    ),
    Column(
        "upload of two, poll", "GET /.*",
        Call("asset", "upload", "clip.mp4", "other.mp4", *WAIT, answers=UPLOAD, files=TWO),
        before=4,
    ),
    Column(
        "auth login with a key", "GET /.*",
        Call("auth", "login", "--api-key", answers=READ, stdin=b"given-key\n", env={"HEYGEN_API_KEY": None}),
    ),
    Column("auth login --device, begin", "POST /device", Call("auth", "login", "--device", answers=DEVICE, env=OAUTH)),
    Column("auth login --device, token", "POST /token", Call("auth", "login", "--device", answers=DEVICE, env=OAUTH), before=1),
    Column("refresh", "POST /token", Call("video", "list", answers={**DEVICE, **LIST}, stored=SESSION, env=OAUTH)),
    Column("update --check", "GET /releases.json", Call("update", "--check", answers={"GET /releases.json": release}, env=RELEASES)),
    Column(
        "feedback", "POST /batch",
        Call("feedback", "--rating", "5", answers={"POST /batch": {}}, env=SINK),
        counts=lambda recorded: b'"event": "feedback"' in recorded.body,
    ),
    Column(
        "usage events", "POST /batch",
        Call("user", "me", "get", answers={**READ, "POST /batch": {}}, env=SINK),
        before=1, counts=lambda recorded: recorded.path != "/batch",
    ),
)  # fmt: skip
