"""docs/sandbox.md is right: each row of its tables has a check here that fails if the row is wrong."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import threading
import urllib.parse

import pytest
from conftest import ROOT
from sandbox_api import LOOK, VOICE, Api
from uploads import MP4

from heygen.cli.help import faults as grammar
from heygen.commands import sandbox_run, sandbox_start
from heygen.sandbox import control
from heygen.sandbox.options import JOB_KINDS, Options
from heygen.sandbox.server import start

MANUAL = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")
VIDEO = {"type": "avatar", "avatar_id": LOOK, "voice_id": VOICE, "script": "Hello"}
URL = {"type": "url", "url": "https://example.com/a.mp4"}
CHECKS = {}


def rows():
    """Return the first cell of each row of each table."""
    found = re.findall(r"^\| (.+?) \| .*\|$", MANUAL, re.MULTILINE)
    return [each for each in found if not re.fullmatch(r"-+|command|flag|action|condition|answer|list|request", each)]


def row(*cells):
    """Name the rows that a function checks."""

    def register(check):
        for cell in cells:
            assert cell not in CHECKS
            CHECKS[cell] = check
        return check

    return register


class Kit:
    """What a check works with: sandboxes with clients, and the program."""

    def __init__(self, clock, run, folder):
        self.clock = clock
        self.run = run
        self.folder = folder
        self.started = []

    def api(self, *rules, **options):
        server = start(Options(**{"clock": self.clock.now, "faults": rules, **options}))
        self.started.append((server, Api(server.url)))
        return self.started[-1][1]

    def sandbox(self, *argv):
        """Run `sandbox run` with words of which the last are the command, after `--`."""
        return self.run("sandbox", "run", *argv)

    def serve(self, *argv, **options):
        """Start `sandbox start` as a process."""
        environ = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "TMPDIR": str(self.folder)}
        command = [sys.executable, str(ROOT / "heygen.py"), "sandbox", "start", *argv]
        return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def close(self):
        for server, api in self.started:
            api.close()
            server.close()
            assert not server.defects


@pytest.fixture
def kit(clock, run, tmp_path):
    made = Kit(clock, run, tmp_path)
    yield made
    made.close()


def test_every_row_has_a_check_and_every_check_a_row():
    assert len(rows()) > 50
    assert sorted(rows()) == sorted(CHECKS)


@pytest.mark.parametrize("cell", rows())
def test_the_row_is_right(kit, cell):
    CHECKS[cell](kit)


def test_all_that_can_be_given_stands_in_the_manual():
    routes = {f"/_sandbox/{pattern.split()[0]}" for _, pattern, _ in control._ROUTES if pattern}
    flags = {f"--{flag.name}" for flag in (*sandbox_run.COMMAND.flags, *sandbox_start.COMMAND.flags)}
    terms = {term.replace("<word>", "WORD") for term, _ in (*grammar.ACTIONS, *grammar.CONDITIONS)}
    for word in {*terms, *JOB_KINDS, *routes, *flags}:
        assert re.search(re.escape(word) + r"[`/ ]", MANUAL), word


def error(reply):
    return reply.status, reply.error["code"]


def lost(api, method, path, body=None):
    """Send a request whose answer does not come whole, and return what was left of it."""
    headers = {"X-Api-Key": "k", "Content-Type": "application/json"}
    with pytest.raises((ConnectionError, http.client.HTTPException)) as found:
        api.connection.request(method, path, json.dumps(body) if body else None, headers)
        api.connection.getresponse().read()
    api.connection.close()
    return found.value


def created(api):
    return len(api.get("/v3/videos").data)


# --- commands


@row("`heygen sandbox run -- video list`")
def _(kit):
    assert kit.sandbox("--", "video", "list").json["data"] == []
    assert kit.sandbox("--", "video", "get", "nobody").status == 1


@row("`heygen sandbox run -- sh pipeline.sh`")
def _(kit):
    (kit.folder / "pipeline.sh").write_text("heygen user me get --get data.username || exit 1\nexit 5\n")
    command = [sys.executable, str(ROOT / "heygen.py"), "sandbox", "run", "--", "sh", str(kit.folder / "pipeline.sh")]
    result = subprocess.run(command, env={"PATH": os.environ["PATH"], "HOME": str(kit.folder)}, capture_output=True, timeout=60)
    assert (result.returncode, result.stdout) == (5, b"sandbox\n")


@row("`heygen sandbox start`")
def _(kit):
    process = kit.serve()
    told = json.loads(process.stdout.readline())
    assert told["env"]["HEYGEN_API_BASE"] == told["url"]
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=60) == (b"", b"") and process.returncode == 0
    import pty

    ours, theirs = pty.openpty()
    command = [sys.executable, str(ROOT / "heygen.py"), "sandbox", "start"]
    process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env={"PATH": os.environ["PATH"], "HOME": str(kit.folder)})
    os.close(theirs)
    with open(ours, encoding="utf-8", newline="\n") as terminal:
        text = "".join(iter(terminal.readline, "Ctrl-C stops it.\r\n"))
        url = re.search(r"its page, with all that is made: (\S+)/\r", text, re.IGNORECASE)[1]
        assert f"  export HEYGEN_API_BASE={url}\r\n" in text and "  export HEYGEN_API_KEY=sandbox-key\r\n" in text
        client = Api(url)
        client.get("/v3/videos")
        assert re.fullmatch(r"\d\d:\d\d:\d\d 200 GET /v3/videos \d+ ms 46 B\r\n", terminal.readline())
        client.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


# --- options


@row("`--job-seconds 5`, `--job-seconds video=1m`")
def _(kit):
    prompt = ("--", "video-agent", "create", "--prompt", "Hi", "--wait")
    made = kit.sandbox("--job-seconds", "5", *prompt).json["data"]
    assert made["completed_at"] - made["created_at"] == 5
    for kind in JOB_KINDS:
        assert kit.sandbox("--job-seconds", f"{kind}=1m", "--", "user", "me", "get").status == 0
    assert set(re.findall(r"`([a-z-]+)`", re.search(r"all or of one kind: (.*?)\. ", MANUAL)[1])) == set(JOB_KINDS)
    made = kit.sandbox("--job-seconds", "video=1m", *prompt).json["data"]
    assert made["completed_at"] == made["created_at"]


@row("`--fault RULE`")
def _(kit):
    result = kit.sandbox("--fault", "GET /v3/users/me 401", "--fault", "GET /v3/videos 403", "--", "user", "me", "get")
    assert result.status == 3


@row("`--credits N`")
def _(kit):
    balance = ("--", "user", "me", "get", "--get", "data.wallet.remaining_balance")
    assert kit.sandbox("--credits", "7", *balance).stdout == "7.0\n"
    assert kit.sandbox(*balance).stdout == "100000.0\n"


@row("`--rate 5/s`")
def _(kit):
    for rate, seconds in (("1/s", 1), ("1/m", 60), ("1/h", 3600)):
        api = kit.api(rate=rate)
        assert api.get("/v3/videos").status == 200
        reply = api.get("/v3/videos")
        assert (reply.status, reply.headers["Retry-After"]) == (429, str(seconds))


@row("`--seed N`")
def _(kit):
    made = [kit.sandbox("--seed", "3", "--", "video-agent", "create", "--prompt", "Hi").json["data"] for _ in range(2)]
    assert made[0] == made[1]
    assert made[0]["created_at"] == 1_768_467_600  # 2026-01-15 09:00 UTC


@row("`--seed-data FILE`")
def _(kit):
    file = kit.folder / "ids.json"
    file.write_text(re.search(r"```json\n(.*?)```", MANUAL, re.DOTALL)[1])
    create = ("--", "video", "create", "--type", "avatar", "--avatar-id", "<look-id>", "--voice-id", "<voice-id>", "--script", "Hi")
    assert kit.sandbox("--seed-data", str(file), *create, "--folder-id", "<folder-id>").status == 0
    assert kit.sandbox("--seed-data", str(file), *create, "--folder-id", "another").error["code"] == "resource_not_found"
    assert kit.sandbox("--seed-data", str(file), "--", "avatar", "looks", "list", "--all", "--get", "data[].name").stdout.count("Anna") == 1


@row("`--allow-unknown-ids`")
def _(kit):
    create = ("--", "video", "create", "--type", "avatar", "--avatar-id", "x", "--voice-id", "y", "--script", "Hi", "--folder-id", "z")
    assert kit.sandbox("--allow-unknown-ids", *create).status == 0
    assert kit.sandbox(*create).error["code"] == "avatar_not_found"


@row("`--keys KEY,…`")
def _(kit):
    assert kit.sandbox("--keys", "sk_good,sk_other", "--", "user", "me", "get").status == 0
    api = kit.api(keys=("sk_good", "sk_other"))
    assert [api.send("GET", "/v3/videos", key=key).status for key in ("sk_good", "sk_other", "sk_bad")] == [200, 200, 401]
    assert api.send("GET", "/v3/videos", key=None, headers={"Authorization": "Bearer sk_bad"}).status == 401
    assert api.send("GET", "/v3/videos", key=None, headers={"Authorization": "Bearer sk_good"}).status == 200


@row("`--scopes SCOPE,…`")
def _(kit):
    refused = kit.sandbox("--scopes", "videos:read", "--", "folder", "create", "--name", "x")
    assert (refused.status, refused.error["code"]) == (3, "forbidden")
    assert "videos:write" in refused.error["message"]
    assert kit.sandbox("--scopes", "videos:read,videos:write", "--", "folder", "create", "--name", "x").status == 0
    assert kit.sandbox("--scopes", "videos:read", "--", "video", "list").status == 0


@row("`--strict-faults`")
def _(kit):
    idle = ("--fault", "GET /v3/lipsyncs 503", "--fault", "GET /v3/videos 503 after=5")
    result = kit.sandbox(*idle, "--", "video", "list")
    assert result.status == 0
    assert [each["warning"]["code"] for each in result.notices] == ["cli_fault_never_struck"] * 2
    assert "no request matched it" in result.stderr and "its conditions did not hold the one time" in result.stderr
    result = kit.sandbox("--strict-faults", *idle, "--", "video", "list")
    assert (result.status, result.error["code"]) == (1, "cli_fault_never_struck")
    assert result.error["message"].count("never struck") == 2
    assert kit.sandbox("--strict-faults", *idle, "--", "video", "list", "--limit", "x").status == 2
    struck = kit.sandbox("--strict-faults", "--fault", "GET /v3/videos 503 times=1", "--", "video", "list")
    assert (struck.status, struck.stderr) == (0, "")


@row("`--state FILE`")
def _(kit):
    file, clip = kit.folder / "state.json", kit.folder / "a.mp4"
    clip.write_bytes(MP4)
    made = kit.sandbox("--state", str(file), "--", "asset", "create", "--file", str(clip), "--get", "data.asset_id").stdout.strip()
    assert (kit.folder / "state.json.files" / made).read_bytes() == MP4
    assert kit.sandbox("--state", str(file), "--", "asset", "get", made).status == 0
    file.write_text("damaged")
    assert kit.sandbox("--state", str(file), "--", "video", "list").status == 1
    assert file.read_text() == "damaged"


@row("`--port N`")
def _(kit):
    first = kit.serve()
    port = json.loads(first.stdout.readline())["url"].rpartition(":")[2]
    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=60)
    second = kit.serve("--port", port)
    assert json.loads(second.stdout.readline())["url"].endswith(f":{port}")
    second.send_signal(signal.SIGTERM)
    second.communicate(timeout=60)


@row("`--env`", "`--ready-file FILE`")
def _(kit):
    script = re.search(r"`--ready-file` tells.*?```sh\n(.*?)```", MANUAL, re.DOTALL)[1]
    heygen = f'heygen() {{ exec {sys.executable} {ROOT / "heygen.py"} "$@"; }}\n'
    after = '\n[ "$(cat ready.txt)" = "$HEYGEN_API_BASE" ] && echo same\nkill $!\nwait $!\nls\n'
    command = ["sh", "-c", heygen + script + after]
    environ = {"PATH": os.environ["PATH"], "HOME": str(kit.folder)}
    result = subprocess.run(command, cwd=kit.folder, env=environ, capture_output=True, text=True, timeout=60)
    assert result.stdout == "same\nsandbox.env\n", result


# --- faults


@row("`503` (any status)")
def _(kit):
    api = kit.api("POST /v3/videos 503 times=1", "POST /v3/videos 418")
    assert error(api.post("/v3/videos", VIDEO)) == (503, "internal_error")
    assert api.post("/v3/videos", VIDEO).status == 418
    assert created(api) == 0


@row("`retry-after=7`")
def _(kit):
    api = kit.api("GET /v3/videos 429 retry-after=7 times=1", "GET /v3/videos html-503 retry-after=date")
    assert api.get("/v3/videos").headers["Retry-After"] == "7"
    api.connection.request("GET", "/v3/videos", headers={"X-Api-Key": "k"})
    answer = api.connection.getresponse()
    answer.read()
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} [\d:]{8} GMT", answer.headers["Retry-After"])


@row("`html-502`")
def _(kit):
    api = kit.api("DELETE /v3/videos/* html-502", "GET /files/** html-502")
    reply = api.get("/files/public/a.jpg")
    assert (reply.status, reply.headers["Content-Type"]) == (502, "text/html")
    id = api.post("/v3/videos", VIDEO).data["video_id"]
    api.connection.request("DELETE", f"/v3/videos/{id}", headers={"X-Api-Key": "k"})
    assert b"<h1>502</h1>" in api.connection.getresponse().read()
    assert created(api) == 1


@row("`reset`", "`reset-before-read`")
def _(kit):
    for action in ("reset", "reset-before-read"):
        api = kit.api(f"POST /v3/videos {action}")
        assert isinstance(lost(api, "POST", "/v3/videos", VIDEO), ConnectionError)
        assert created(api) == 0


@row("`reset-after-write`")
def _(kit):
    api = kit.api("POST /v3/videos reset-after-write")
    assert isinstance(lost(api, "POST", "/v3/videos", VIDEO), ConnectionError)
    assert created(api) == 1


@row("`truncate`")
def _(kit):
    api = kit.api("POST /v3/videos truncate")
    left = lost(api, "POST", "/v3/videos", VIDEO)
    assert abs(left.expected - len(left.partial)) <= 1
    assert created(api) == 1


@row("`garbage`, `empty`")
def _(kit):
    api = kit.api("POST /v3/videos garbage times=1", "POST /v3/videos empty")
    for number in (1, 2):
        api.connection.request("POST", "/v3/videos", json.dumps(VIDEO), {"X-Api-Key": "k", "Content-Type": "application/json"})
        body = api.connection.getresponse().read()
        assert (body == b"") is (number == 2)
        with pytest.raises(ValueError):
            json.loads(body)
    assert created(api) == 2


@row("`expire`")
def _(kit):
    api = kit.api("GET /files/** expire")
    id = api.post("/v3/videos", VIDEO).data["video_id"]
    reply = api.get(api.get(f"/v3/videos/{id}").data["video_url"])
    assert reply.status == 403 and b"Request has expired" in reply.body


@row("`delay=2s`", "`slow=1kB/s`")
def _(kit):
    # Real time: how long it takes at least is what is promised.
    import time

    for words in ("delay=200ms", "slow=2kB/s", "delay=100ms slow=4kB/s", "truncate slow=1kB/s"):
        api = kit.api(f"GET /files/** {words}")
        begun = time.monotonic()
        try:
            size = len(api.get("/files/public/a.jpg").body)
        except http.client.IncompleteRead as error:
            size = len(error.partial)
        assert time.monotonic() - begun > (size / 4000 if "slow" in words else 0.2) * 0.9


@row("`status=failed`")
def _(kit):
    api = kit.api("POST /v3/videos status=failed times=1", "GET /v3/videos/* status=failed")
    ids = [api.post("/v3/videos", VIDEO).data["video_id"] for _ in range(2)]
    assert [each["status"] for each in api.get("/v3/videos").data] == ["completed", "failed"]
    assert [api.get(f"/v3/videos/{id}").data["status"] for id in ids] == ["failed"] * 2
    assert [each["status"] for each in api.get("/v3/videos").data] == ["failed"] * 2


@row("`status=WORD`")
def _(kit):
    api = kit.api("POST /v3/videos status=processing times=1", "GET /v3/videos/* status=pending times=1")
    ids = [api.post("/v3/videos", VIDEO).data["video_id"] for _ in range(2)]
    kit.clock.elapsed += 1e6
    assert [api.get(f"/v3/videos/{id}").data["status"] for id in (ids[1], *ids)] == ["pending", "processing", "completed"]


@row("`p=0.3`")
def _(kit):
    def struck(seed):
        api = kit.api("GET /v3/videos 503 p=0.3", seed=seed)
        return [api.get("/v3/videos").status for _ in range(200)]

    first = struck(1)
    assert 30 < first.count(503) < 90
    assert (first == struck(1), first == struck(2)) == (True, False)


@row("`times=2`")
def _(kit):
    api = kit.api("GET /v3/videos 503 times=2")
    assert [api.get("/v3/videos").status for _ in range(4)] == [503, 503, 200, 200]


@row("`after=3`")
def _(kit):
    api = kit.api("GET /v3/videos 503 after=3")
    assert [api.get("/v3/videos").status for _ in range(5)] == [200, 200, 200, 503, 503]


# --- ids


@row("404 `avatar_not_found`")
def _(kit):
    api = kit.api()
    group = api.get("/v3/avatars").data[0]["id"]
    for id in ("nobody", group):
        reply = api.post("/v3/videos", {**VIDEO, "avatar_id": id})
        assert (*error(reply), reply.error["param"]) == (404, "avatar_not_found", "avatar_id")
    assert "avatar group" in reply.error["message"]
    engine = {"type": "avatar_v", "reference_look_id": "nobody"}
    reply = api.post("/v3/videos", {**VIDEO, "engine": engine})
    assert (*error(reply), reply.error["param"]) == (404, "avatar_not_found", "engine.reference_look_id")
    scene = {"type": "avatar_video", "input": {"type": "avatar", "avatar_id": "nobody", "script": "Hi"}}
    reply = api.post("/v3/videos", {"type": "studio", "scenes": [scene]})
    assert (*error(reply), reply.error["param"]) == (404, "avatar_not_found", "scenes[0].input.avatar_id")
    batch = api.post("/v3/videos/batches", {"videos": [VIDEO, {**VIDEO, "avatar_id": "nobody"}]}).data
    items = api.get(f"/v3/videos/batches/{batch['batch_id']}").data["items"]
    assert [item["status"] for item in items] == ["completed", "failed"]
    assert items[1]["error"]["code"] == "avatar_not_found"
    assert created(api) == 1


@row("404 `voice_not_found`")
def _(kit):
    api = kit.api()
    assert error(api.post("/v3/videos", {**VIDEO, "voice_id": LOOK})) == (404, "voice_not_found")
    assert error(api.post("/v3/models/audio/tts", {"text": "Hi", "voice_id": "nobody"})) == (404, "voice_not_found")
    pool = {"video": URL, "output_languages": ["French"], "stock_voice_config": {"preferred_stock_voice_ids": [VOICE, "nobody"]}}
    reply = api.post("/v3/video-translations", pool)
    assert (*error(reply), reply.error["param"]) == (404, "voice_not_found", "stock_voice_config.preferred_stock_voice_ids[1]")


@row("404 `video_not_found`")
def _(kit):
    api = kit.api()
    assert error(api.get("/v3/videos/nobody")) == (404, "video_not_found")
    assert error(api.post("/v3/templates", {"video_id": "nobody"})) == (404, "video_not_found")


@row("404 `resource_not_found`")
def _(kit):
    api = kit.api()
    prompt = {"prompt": "Hi"}
    for path, body in (
        ("/v3/videos", {"type": "image", "image": {"type": "asset_id", "asset_id": "nobody"}, "script": "Hi", "voice_id": VOICE}),
        ("/v3/videos", {**VIDEO, "folder_id": "nobody"}),
        ("/v3/videos", {**VIDEO, "brand_glossary_id": "nobody"}),
        ("/v3/video-agents", {**prompt, "style_id": "nobody"}),
        ("/v3/video-agents", {**prompt, "brand_kit_id": "nobody"}),
        ("/v3/avatars/looks", {"type": "template", "reference_look_id": LOOK, "template_id": "nobody"}),
        ("/v3/templates/nobody", {"variables": {}}),
    ):
        assert error(api.post(path, body)) == (404, "resource_not_found"), path
    assert created(api) == 0


@row("400 `asset_not_available`")
def _(kit):
    api = kit.api()
    asset = api.post("/v3/assets/direct-uploads", {"filename": "a.mp4", "content_type": "video/mp4", "size_bytes": 3}).data["asset_id"]
    body = {"video": {"type": "asset_id", "asset_id": asset}}
    reply = api.post("/v3/background-removals", body)
    assert (*error(reply), reply.error["param"]) == (400, "asset_not_available", "video.asset_id")


@row("400 `voice_not_usable`")
def _(kit):
    api = kit.api(job_seconds=60)
    voice = api.post("/v3/voices/clone", {"audio": URL, "voice_name": "Mine"}).data["voice_clone_id"]
    assert error(api.post("/v3/videos", {**VIDEO, "voice_id": voice})) == (400, "voice_not_usable")
    kit.clock.elapsed += 60
    assert api.post("/v3/videos", {**VIDEO, "voice_id": voice}).status == 200


def seeded(kit, document):
    from heygen.sandbox import seeds

    file = kit.folder / "seeds.json"
    file.write_text(json.dumps(document))
    return kit.api(seeds=seeds.read(str(file)))


@row("`avatars`, `looks`, `look_templates`")
def _(kit):
    api = seeded(kit, {"avatars": ["g"], "looks": [{"id": "l", "group_id": "g"}], "look_templates": ["t"]})
    assert api.get("/v3/avatars/g").data["id"] == "g"
    assert all(each["preview_image_url"].startswith(api.url) for each in api.get("/v3/avatars", ownership="public").data)
    assert [each["id"] for each in api.get("/v3/avatars/looks", group_id="g").data] == ["l"]
    assert api.get("/v3/avatars/looks/l").data["id"] == "l"
    assert api.post("/v3/videos", {**VIDEO, "avatar_id": "l"}).status == 200
    made = api.post("/v3/avatars/looks", {"type": "template", "reference_look_id": "l", "template_id": "t"}).data
    assert made["group_id"] == "g"
    assert api.patch("/v3/avatars/looks/l", {"name": "Mine"}).data["name"] == "Mine"
    assert api.delete("/v3/avatars/g").status == 200
    assert api.get("/v3/avatars/looks/l").status == 404
    assert seeded(kit, {"avatars": ["alone"]}).get("/v3/avatars/alone").data["looks_count"] == 0
    public = seeded(kit, {"looks": [{"id": "p", "avatar_type": "studio_avatar"}]})
    assert public.patch("/v3/avatars/looks/p", {"name": "Mine"}).error["code"] == "resource_access_denied"
    assert "t" in [each["id"] for each in api.get("/v3/avatars/look-templates").data]


@row("`voices`, `styles`")
def _(kit):
    api = seeded(kit, {"voices": [{"voice_id": "v", "name": "Anna", "language": "German"}], "styles": ["s"]})
    assert [each["name"] for each in api.get("/v3/voices", language="German").data][-1] == "Anna"
    private = seeded(kit, {"voices": [{"id": "own", "type": "private"}]})
    assert [each["voice_id"] for each in private.get("/v3/voices", type="private").data] == ["own"]
    assert api.get("/v3/voices/v").data["name"] == "Anna"
    assert api.post("/v3/video-agents", {"prompt": "Hi", "voice_id": "v", "style_id": "s"}).status == 200
    assert "s" in [each["style_id"] for each in api.get("/v3/video-agents/styles").data]


@row("`templates`")
def _(kit):
    api = seeded(kit, {"templates": [{"id": "t", "variables": {"headline": "text"}}, {"id": "u", "variables": {"a": {"type": "image"}}}]})
    assert api.get("/v3/templates/t").data["variables"]["headline"]["type"] == "text"
    assert api.get("/v3/templates/u").data["variables"]["a"]["type"] == "image"
    assert api.post("/v3/templates/t", {"variables": {"headline": {"type": "text", "properties": {"content": "Hi"}}}}).status == 200


@row("`brand_kits`, `brand_glossaries`")
def _(kit):
    api = seeded(kit, {"brand_kits": ["k"], "brand_glossaries": ["g"]})
    assert (api.get("/v3/brand-kits/k").status, api.get("/v3/brand-glossaries/g").status) == (200, 200)
    assert api.post("/v3/video-agents", {"prompt": "Hi", "brand_kit_id": "k", "brand_glossary_id": "g"}).status == 200


@row("`assets`, `videos`, `folders`")
def _(kit):
    api = seeded(kit, {"assets": ["a"], "videos": ["v"], "folders": ["f"]})
    assert [api.get(f"/v3/{kind}").status for kind in ("assets/a", "videos/v", "folders/f")] == [200] * 3
    body = {"video": {"type": "asset_id", "asset_id": "a"}, "output_languages": ["French"], "folder_id": "f"}
    assert api.post("/v3/video-translations", body).status == 200
    api.delete("/v3/videos/v")
    assert api.get("/v3/videos/v").status == 404
    api.post("/_sandbox/reset")
    assert api.get("/v3/videos/v").data["status"] == "completed"


# --- idempotency


@row("400 `invalid_parameter`")
def _(kit):
    api = kit.api()
    for key in ("", "a b", "ä", "x" * 256):
        reply = api.post("/v3/videos", VIDEO, headers={"Idempotency-Key": key.encode("latin-1")})
        assert error(reply) == (400, "invalid_parameter"), key
    assert api.post("/v3/videos", VIDEO, headers={"Idempotency-Key": "aZ0_:.-".ljust(255, "x")}).status == 200


@row("409 `request_in_progress`")
def _(kit):
    api = kit.api("POST /v3/videos delay=1h times=1")
    server = kit.started[-1][0]
    first = Api(server.url)
    held = threading.Thread(target=lambda: first.post("/v3/videos", VIDEO, headers={"Idempotency-Key": "k"}))
    held.start()
    while not api.get("/_sandbox/faults").data[0]["fired"]:
        pass
    assert error(api.post("/v3/videos", VIDEO, headers={"Idempotency-Key": "k"})) == (409, "request_in_progress")
    api.close()
    server.close()
    held.join()
    first.close()


@row("409 `idempotency_key_reused`")
def _(kit):
    api = kit.api()
    headers = {"Idempotency-Key": "k"}
    first = api.post("/v3/videos", VIDEO, headers=headers)
    again = api.post("/v3/videos", VIDEO, headers=headers)
    assert (again.json, again.headers["Idempotent-Replayed"]) == (first.json, "true")
    assert error(api.post("/v3/videos", {**VIDEO, "title": "Another"}, headers=headers)) == (409, "idempotency_key_reused")
    kit.clock.elapsed += 24 * 3600 + 1
    assert api.post("/v3/videos", {**VIDEO, "title": "Another"}, headers=headers).status == 200


# --- control


@row("`GET /_sandbox`")
def _(kit):
    api = kit.api(credits=9)
    api.post("/v3/videos", VIDEO)
    told = api.get("/_sandbox").data
    assert (told["credits"], told["now"], told["resources"]["video"]) == (8, kit.clock.now(), 1)


@row("`GET /_sandbox/health`")
def _(kit):
    api = kit.api(keys=("sk_good",))
    assert api.send("GET", "/_sandbox/health", key=None).data == {"status": "ok", "url": api.url}


@row("`GET /_sandbox/requests`, `DELETE`")
def _(kit):
    api = kit.api("GET /v3/lipsyncs reset")
    api.get("/v3/videos", limit=3)
    lost(api, "GET", "/v3/lipsyncs")
    first, second = api.get("/_sandbox/requests").data
    assert (first["status"], first["size"], first["headers"]["x-api-key"]) == (200, 46, "***")
    assert first["time"] == kit.clock.now() and 0 < first["seconds"] < 60
    assert second["status"] == 0
    api.delete("/_sandbox/requests")
    assert api.get("/_sandbox/requests").data == []


@row("`GET /_sandbox/faults`, `POST {\"rule\": \"…\"}` or `{\"rules\": […]}`, `DELETE`, `DELETE /_sandbox/faults/1`")
def _(kit):
    api = kit.api("GET /v3/videos 503")
    api.post("/_sandbox/faults", {"rule": "GET /v3/lipsyncs 503"})
    api.post("/_sandbox/faults", {"rules": ["GET /v3/voices 503"]})
    api.get("/v3/videos")
    assert [each["fired"] for each in api.get("/_sandbox/faults").data] == [1, 0, 0]
    api.delete("/_sandbox/faults/1")
    assert [api.get(f"/v3/{each}").status for each in ("videos", "lipsyncs", "voices")] == [200, 503, 503]
    api.delete("/_sandbox/faults")
    assert api.get("/v3/lipsyncs").status == 200


@row("`GET /_sandbox/clock`, `POST {\"advance\": \"10m\"}`")
def _(kit):
    api = kit.api()
    now = api.get("/_sandbox/clock").data["now"]
    assert now == kit.clock.now()
    assert api.post("/_sandbox/clock", {"advance": "10m"}).data["now"] == now + 600


@row("`POST /_sandbox/jobs/<id> {\"status\": \"failed\"}`")
def _(kit):
    api = kit.api(job_seconds=60)
    ids = [api.post("/v3/videos", VIDEO).data["video_id"] for _ in range(3)]
    for id, status in zip(ids, ("failed", "completed", "processing")):
        api.post(f"/_sandbox/jobs/{id}", {"status": status})
    kit.clock.elapsed += 1e6
    assert [api.get(f"/v3/videos/{id}").data["status"] for id in ids] == ["failed", "completed", "processing"]


@row("`PATCH /_sandbox/settings {\"job_seconds\": {\"video\": 5}, \"credits\": 10, \"rate\": \"5/s\"}`")
def _(kit):
    api = kit.api()
    everything = {
        "job_seconds": {"video": 5}, "credits": 10, "rate": "4/h", "allow_unknown_ids": True,
        "keys": ["sk_good"], "scopes": ["videos:read"],
    }  # fmt: skip
    assert api.patch("/_sandbox/settings", everything).status == 200
    key = {"key": "sk_good"}
    assert api.send("POST", "/v3/folders", {"name": "x"}, **key).status == 403
    id = api.send("POST", "/v3/videos", {**VIDEO, "avatar_id": "unknown"}, **key).data["video_id"]
    assert api.send("GET", f"/v3/videos/{id}", **key).data["status"] == "pending"
    assert api.send("GET", "/v3/users/me", **key).data["wallet"]["remaining_balance"] == 9
    assert [api.send("GET", "/v3/videos", **key).status for _ in range(2)] == [200, 429]
    assert api.get("/v3/videos").status == 401
    for wrong in (
        {"credit": 1}, {"credits": -1}, {"credits": True}, {"rate": "often"}, {"rate": 5}, {"job_seconds": {"film": 1}}, {"keys": "a"},
        {"scopes": [1]}, {"allow_unknown_ids": "yes"}, {"credits": 5, "nonsense": 1},
    ):  # fmt: skip
        reply = api.patch("/_sandbox/settings", wrong)
        assert (reply.status, reply.error["param"]) == (400, list(wrong)[-1]), wrong
    assert "did you mean credits?" in api.patch("/_sandbox/settings", {"credit": 1}).error["message"]
    assert api.get("/_sandbox").data["credits"] == 9


@row("`PUT /_sandbox/templates/<id> {\"variables\": {\"headline\": \"text\"}}`")
def _(kit):
    api = kit.api()
    api.put("/_sandbox/templates/of-production", {"variables": {"headline": "text"}})
    assert api.get("/v3/templates/of-production").data["variables"]["headline"]["type"] == "text"


@row("`GET /_sandbox/resources`, `GET /_sandbox/deliveries`")
def _(kit):
    api = kit.api()
    id = api.post("/v3/videos", {**VIDEO, "callback_url": "http://127.0.0.1:9/closed"}).data["video_id"]
    assert [each["id"] for each in api.get("/_sandbox/resources").data["video"]] == [id]
    while not api.get("/_sandbox/deliveries").data:
        pass
    first = api.get("/_sandbox/deliveries").data[0]
    assert first == {"url": "http://127.0.0.1:9/closed", "status": 0, "try": 1}


@row("`GET /_sandbox/events`")
def _(kit):
    api = kit.api()
    parts = urllib.parse.urlsplit(api.url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
    connection.request("GET", "/_sandbox/events")
    answer = connection.getresponse()
    assert answer.headers["Content-Type"] == "text/event-stream"
    lines = iter(answer.readline, b"")
    first = next(json.loads(line[6:]) for line in lines if line.startswith(b"data: "))
    assert (first["is_whole"], first["count"]) == (True, 0)
    id = api.post("/v3/videos", VIDEO).data["video_id"]
    second = next(json.loads(line[6:]) for line in lines if line.startswith(b"data: "))
    assert (second["is_whole"], second["count"]) == (False, 1)
    assert id in second["parts"]["video"] and "/v3/videos" in second["requests"][0]
    connection.close()
    answer.close()


@row("`POST /_sandbox/reset`")
def _(kit):
    api = kit.api("GET /v3/lipsyncs 503", credits=5, rate="100/s", job_seconds=1)
    before = api.get("/_sandbox").data
    api.patch("/_sandbox/settings", {"credits": 1, "rate": "1/h", "job_seconds": 99, "allow_unknown_ids": True, "keys": ["x"]})
    api.delete("/_sandbox/faults")
    api.post("/_sandbox/clock", {"advance": "10m"})
    api.post("/v3/videos", VIDEO, key="x")
    api.post("/_sandbox/reset")
    assert api.get("/_sandbox").data == before
    assert [api.get("/v3/videos").data for _ in range(3)] == [[]] * 3
    assert api.post("/v3/videos", {**VIDEO, "avatar_id": "unknown"}).status == 404
    assert api.get("/v3/lipsyncs").status == 503
