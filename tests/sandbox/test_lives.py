"""The life of every resource of the simulated API: created, looked at, listed, changed, deleted, gone."""

from __future__ import annotations

import hashlib

import pytest
from sandbox_api import OPERATIONS, Api

from heygen.sandbox.options import Options
from heygen.sandbox.server import start

URL = {"type": "url", "url": "https://example.com/source.mp4"}
AUDIO = {"type": "url", "url": "https://example.com/voice.mp3"}
AVATAR = {"type": "avatar", "avatar_id": "avatar-of-production", "voice_id": "voice-of-production", "script": "Hi. Bye!"}


class World:
    """A sandbox whose jobs take eight seconds, a client, and a hand on the clock."""

    def __init__(self, clock):
        self.clock = clock
        self.server = start(Options(clock=clock.now, job_seconds=8))
        self.api = Api(self.server.url)

    def wait(self, seconds=8):
        self.clock.elapsed += seconds

    def states(self, path, field="status", step=2, looks=5):
        """Return the states that looks at a job find, each once, in order."""
        found = []
        for _ in range(looks):
            state = self.api.get(path).data[field]
            if not found or found[-1] != state:
                found.append(state)
            self.wait(step)
        return found

    def close(self):
        self.api.close()
        self.server.close()
        assert not self.server.defects


@pytest.fixture
def world(clock):
    made = World(clock)
    yield made
    made.close()


def gone(api, *paths):
    for path in paths:
        reply = api.get(path)
        assert reply.status == 404
        assert reply.error["code"].endswith("not_found")
        assert api.delete(path).status == 404


def videos(world):
    api = world.api
    created = api.post("/v3/videos", {**AVATAR, "title": "First", "caption": {"style": "default"}}).data
    assert created["status"] == "waiting"
    path = f"/v3/videos/{created['video_id']}"
    assert api.get(path).data["video_url"] is None
    assert world.states(path) == ["pending", "processing", "completed"]
    video = api.get(path).data
    assert video["completed_at"] - video["created_at"] == 8
    for field, kind in {
        "video_url": "video/mp4",
        "captioned_video_url": "video/mp4",
        "thumbnail_url": "image/jpeg",
        "gif_url": "image/gif",
        "subtitle_url": "application/x-subrip",
    }.items():
        file = api.get(video[field])
        assert (file.status, file.headers["Content-Type"]) == (200, kind)
    assert b"Hi." in api.get(video["subtitle_url"]).body
    image = api.post("/v3/videos", {"type": "image", "image": URL, "audio_url": AUDIO["url"], "title": "Second"})
    cinematic = api.post("/v3/videos", {"type": "cinematic_avatar", "prompt": "Rain", "avatar_id": ["a", "b"]})
    studio = api.post("/v3/videos", {"type": "studio", "scenes": [{"type": "image", "source": URL, "duration": 3}]})
    ids = [each.data["video_id"] for each in (studio, cinematic, image)] + [video["id"]]
    assert [each["id"] for each in api.get("/v3/videos").data] == ids
    assert [each["id"] for each in api.get("/v3/videos", title="fir").data] == [video["id"]]
    assert api.get("/v3/videos", folder_id="none").data == []
    assert api.delete(path).data == {"id": video["id"], "deleted": True}
    gone(api, path)
    assert api.get(video["video_url"]).status == 404
    assert [each["id"] for each in api.get("/v3/videos").data] == ids[:-1]


def video_batches(world):
    silent = {**AVATAR, "script": None, "audio_asset_id": not_uploaded(world)}
    batch(world, "/v3/videos", {"videos": [AVATAR, silent, AVATAR], "title": "Three"}, "video_ids")


def not_uploaded(world):
    """Return the id of an asset whose file has not come."""
    file = {"filename": "a.mp3", "content_type": "audio/mpeg", "size_bytes": 3}
    return world.api.post("/v3/assets/direct-uploads", file).data["asset_id"]


def batch(world, path, body, ids_param, failing=1):
    """Follow a batch of three items of which one may be refused."""
    api = world.api
    created = api.post(f"{path}/batches", body)
    assert created.status == 202
    assert created.data["status"] == "processing"
    assert created.data["total_items"] == 3
    batch = f"{path}/batches/{created.data['batch_id']}"
    assert world.states(batch) == ["processing", "completed"]
    whole = api.get(batch).data
    assert whole["counts_by_status"] == {"queued": 0, "processing": 0, "completed": 3 - failing, "failed": failing}
    assert [item["status"] for item in whole["items"]].count("failed") == failing
    first = api.get(batch, limit=2).data
    second = api.get(batch, limit=2, token=first["next_token"]).data
    assert (first["has_more"], second["has_more"]) == (True, False)
    assert first["items"] + second["items"] == whole["items"]
    ids = [item["video_id"] for item in whole["items"] if item["video_id"]]
    found = api.get(f"{path}/statuses", **{ids_param: ",".join([*ids, "nobody"]), "batch_ids": whole["batch_id"]}).data
    assert [each["status"] for each in found[: len(ids) + 1]] == ["completed"] * len(ids) + ["not_found"]
    assert [each["item_index"] for each in found[len(ids) + 1 :]] == [0, 1, 2]
    assert api.get(f"{path}/statuses").status == 400
    assert api.get(f"{path}/batches/nobody").error["code"] == "resource_not_found"
    return whole


def sessions(world):
    api = world.api
    created = api.post("/v3/video-agents", {"prompt": "Welcome to our call."}).data
    assert created["status"] == "generating"
    path = f"/v3/video-agents/{created['session_id']}"
    assert world.states(path) == ["generating", "completed"]
    session = api.get(path).data
    assert session["progress"] == 100
    assert session["video_id"] == created["video_id"]
    assert [(each["role"], each["type"]) for each in session["messages"]] == [("model", "resource"), ("user", "text")]
    resource = api.get(f"{path}/resources/{session['messages'][0]['resource_ids'][0]}").data
    assert resource["resource_type"] == "video"
    assert api.get(resource["url"]).headers["Content-Type"] == "video/mp4"
    assert api.get(f"{path}/resources/nobody").status == 404
    assert api.get(f"/v3/videos/{created['video_id']}").data["status"] == "completed"
    assert [each["id"] for each in api.get(f"{path}/videos").data] == [created["video_id"]]
    assert api.post(path, {"message": "Shorter, please"}).error["code"] == "conflict"
    assert [each["session_id"] for each in api.get("/v3/video-agents").data] == [session["session_id"]]
    styles = api.get("/v3/video-agents/styles", tag="cinematic").data
    assert styles and all("cinematic" in each["tags"] for each in styles)


def conversation(world):
    api = world.api
    created = api.post("/v3/video-agents", {"prompt": "A film", "mode": "chat", "files": [URL]}).data
    assert (created["status"], created["video_id"]) == ("thinking", None)
    path = f"/v3/video-agents/{created['session_id']}"
    assert api.post(path, {"message": "Too early"}).error["code"] == "conflict"
    assert world.states(path) == ["thinking", "waiting_for_input"]
    assert api.post(path, {"message": "For everybody"}).data["run_id"]
    assert world.states(path) == ["thinking", "reviewing"]
    draft = api.get(path).data["messages"][0]["resource_ids"][0]
    assert api.get(f"{path}/resources/{draft}").data["resource_type"] == "draft"
    api.post(path, {"message": "Go ahead"})
    assert world.states(path) == ["generating", "completed"]
    first = api.get(path).data["video_id"]
    api.post(path, {"message": "Once more, and shorter"})
    assert api.post(f"{path}/stop").data == {"session_id": created["session_id"]}
    session = api.get(path).data
    assert session["status"] == "waiting_for_input"
    assert session["video_id"] != first
    assert [each["status"] for each in api.get(f"{path}/videos").data] == ["failed", "completed"]


def translations(world):
    api = world.api
    body = {"video": URL, "output_languages": ["Spanish (Spain)", "Chinese (Cantonese, Traditional)"], "title": "Talk"}
    ids = api.post("/v3/video-translations", {**body, "enable_caption": True}).data["video_translation_ids"]
    path = f"/v3/video-translations/{ids[0]}"
    assert "video_url" not in api.get(path).data
    assert world.states(path) == ["pending", "running", "completed"]
    done = api.get(path).data
    assert done["output_language"] == "es-ES"
    for field, beginning in {"video_url": b"", "audio_url": b"RIFF", "srt_caption_url": b"1\n", "vtt_caption_url": b"WEBVTT"}.items():
        assert api.get(done[field]).body.startswith(beginning)
    assert [each["id"] for each in api.get("/v3/video-translations").data] == ids[::-1]
    assert api.patch(path, {"title": "New"}).data["title"] == "New"
    assert api.get(path).data["title"] == "New"
    assert set(body["output_languages"]) < set(api.get("/v3/video-translations/languages").data["languages"])
    assert api.delete(path).data == {"id": ids[0]}
    gone(api, path)
    one = {"video": URL, "output_languages": ["French"]}
    batch(
        world,
        "/v3/video-translations",
        {"video_translations": [one, {**one, "output_languages": ["German", "Klingon"]}]},
        "video_translation_ids",
    )


def proofreads(world):
    api = world.api
    body = {"video": URL, "title": "Talk", "output_languages": ["French", "German"]}
    created = api.post("/v3/video-translations/proofreads", body).data
    path = f"/v3/video-translations/proofreads/{created['proofread_ids'][0]}"
    assert api.get(f"{path}/srt").error["code"] == "conflict"
    assert api.post(f"{path}/generate").error["code"] == "conflict"
    assert world.states(path) == ["processing", "completed"]
    links = api.get(f"{path}/srt").data
    assert b" --> " in api.get(links["srt_url"]).body
    assert links["original_srt_url"] is None
    edited = b"1\n00:00:00,000 --> 00:00:01,000\nEdited\n"
    asset = api.upload("edited.srt", edited).data
    api.put(f"{path}/srt", {"srt": {"type": "asset_id", "asset_id": asset["asset_id"]}})
    assert api.get(api.get(f"{path}/srt").data["srt_url"]).body == edited
    generated = api.post(f"{path}/generate", {"captions": True}).data
    assert generated["status"] == "processing"
    translation = f"/v3/video-translations/{generated['video_translation_id']}"
    assert world.states(translation) == ["pending", "running", "completed"]
    assert api.get(api.get(translation).data["srt_caption_url"]).body == edited


def lipsyncs(world):
    api = world.api
    body = {"video": URL, "audio": AUDIO, "enable_caption": True, "title": "Talk"}
    id = api.post("/v3/lipsyncs", body).data["lipsync_id"]
    path = f"/v3/lipsyncs/{id}"
    assert "video_url" not in api.get(path).data
    assert world.states(path) == ["pending", "running", "completed"]
    assert api.get(api.get(path).data["caption_url"]).status == 200
    assert api.patch(path, {"title": "New"}).data["title"] == "New"
    assert [each["title"] for each in api.get("/v3/lipsyncs").data] == ["New"]
    api.delete(path)
    gone(api, path)
    bad = {**body, "audio": {"type": "asset_id", "asset_id": not_uploaded(world)}}
    batch(world, "/v3/lipsyncs", {"lipsyncs": [body, bad, body]}, "lipsync_ids")


def clippings(world):
    api = world.api
    created = api.post("/v3/ai-clipping", {"video": URL, "output_settings": {"duration_types": ["30", "60"]}}).data
    path = f"/v3/ai-clipping/{created['id']}"
    assert api.get(path).data["clips"] == []
    progress = []
    for _ in range(5):
        progress.append(api.get(path).data["progress"])
        assert api.get("/v3/ai-clipping").data[0]["progress"] == (100 if progress[-1] == 100 else 0)
        world.wait(2)
    assert progress == [0, 25, 50, 75, 100]
    clips = api.get(path).data["clips"]
    assert [each["status"] for each in clips] == ["completed", "completed"]
    assert api.get(clips[1]["video_url"]).headers["Content-Type"] == "video/mp4"
    api.delete(path)
    gone(api, path)
    assert api.get(clips[1]["video_url"]).status == 404


def removals(world):
    api = world.api
    created = api.post("/v3/background-removals", {"video": URL, "layers": ["foreground", "mask"]}).data
    assert (created["status"], created["layers"]) == ("pending", {})
    path = f"/v3/background-removals/{created['id']}"
    assert world.states(path) == ["pending", "processing", "completed"]
    layers = api.get(path).data["layers"]
    assert {name: api.get(link).headers["Content-Type"] for name, link in layers.items()} == {
        "foreground": "video/webm",
        "mask": "video/mp4",
    }
    assert [each["id"] for each in api.get("/v3/background-removals").data] == [created["id"]]
    assert api.delete(path).data == {"id": created["id"], "deleted": True}
    gone(api, path)


def templates(world):
    api = world.api
    listed = api.get("/v3/templates").data
    template = api.get(f"/v3/templates/{listed[0]['id']}").data
    assert template["name"] == listed[0]["name"]
    video = api.post(
        f"/v3/templates/{template['id']}",
        {"variables": template["variables"], "title": "Ours", "folder_id": "folder", "scene_ids": template["scene_ids"]},
    ).data
    assert video["status"] == "pending"
    assert world.states(f"/v3/videos/{video['id']}") == ["pending", "processing", "completed"]
    assert [each["title"] for each in api.get("/v3/videos", folder_id="folder").data] == ["Ours"]
    refused = api.post(f"/v3/templates/{template['id']}", {"variables": {"headlin": {}}})
    assert refused.error["param"] == "variables.headlin"
    assert api.post("/v3/templates/nobody", {"variables": {}}).error["code"] == "resource_not_found"


def avatars(world):
    api = world.api
    created = api.post("/v3/avatars", {"type": "photo", "name": "Host", "file": URL}).data
    group, look = created["avatar_group"], created["avatar_item"]
    assert (group["status"], look["status"], group["looks_count"]) == ("processing", "processing", 1)
    assert world.states(f"/v3/avatars/looks/{look['id']}") == ["processing", "completed"]
    done = api.get(f"/v3/avatars/{group['id']}").data
    assert api.get(done["preview_image_url"]).headers["Content-Type"] == "image/jpeg"
    second = api.post("/v3/avatars", {"type": "prompt", "name": "Other", "prompt": "x", "avatar_group_id": group["id"]})
    other = second.data["avatar_item"]["id"]
    assert [each["id"] for each in api.get("/v3/avatars/looks", group_id=group["id"]).data] == [other, look["id"]]
    assert api.patch(f"/v3/avatars/looks/{look['id']}", {"name": "Winter"}).data["name"] == "Winter"
    assert [each["id"] for each in api.get("/v3/avatars", ownership="private").data] == [group["id"]]
    stock = api.get("/v3/avatars", ownership="public").data
    assert api.get("/v3/avatars", limit=50).data[1:] == stock
    assert api.get(f"/v3/avatars/{stock[0]['id']}").data == stock[0]
    assert api.delete(f"/v3/avatars/{stock[0]['id']}").error["code"] == "resource_access_denied"
    studio = api.get("/v3/avatars/looks", avatar_type="studio_avatar").data[0]
    assert api.get(f"/v3/avatars/looks/{studio['id']}").data == studio
    assert api.delete(f"/v3/avatars/looks/{studio['id']}").status == 403
    api.delete(f"/v3/avatars/looks/{other}")
    gone(api, f"/v3/avatars/looks/{other}")
    assert api.get(f"/v3/avatars/{group['id']}").data["looks_count"] == 1
    api.delete(f"/v3/avatars/looks/{look['id']}")
    gone(api, f"/v3/avatars/{group['id']}")
    again = api.post("/v3/avatars", {"type": "photo", "name": "Host", "file": URL}).data
    api.delete(f"/v3/avatars/{again['avatar_group']['id']}")
    gone(api, f"/v3/avatars/looks/{again['avatar_item']['id']}")


def consent(world):
    api = world.api
    created = api.post("/v3/avatars", {"type": "digital_twin", "name": "Me", "file": URL}).data
    group, look = created["avatar_group"]["id"], created["avatar_item"]["id"]
    assert world.states(f"/v3/avatars/{group}") == ["processing", "pending_consent"]
    assert api.post("/v3/videos", {**AVATAR, "avatar_id": look}).error["param"] == "avatar_id"
    asked = api.post(f"/v3/avatars/{group}/consent", {"reroute_url": "https://example.com/thanks"}).data
    assert asked["avatar_group"]["consent_status"] == "pending"
    assert b"I agree" in api.get(asked["url"]).body
    assert api.post(asked["url"]).headers["Location"] == "https://example.com/thanks"
    assert api.get(f"/v3/avatars/{group}").data["consent_status"] == "approved"
    assert api.get(f"/v3/avatars/looks/{look}").data["status"] == "completed"
    assert api.post("/v3/videos", {**AVATAR, "avatar_id": look}).status == 200
    assert "url" not in api.post(f"/v3/avatars/{group}/consent", {"consent_video": URL}).data
    assert api.post("/v3/avatars/nobody/consent").error["code"] == "avatar_not_found"


def voices(world):
    api = world.api
    stock = api.get("/v3/voices", language="english", engine="starfish").data
    assert {each["language"] for each in stock} == {"English"}
    assert api.get(f"/v3/voices/{stock[0]['voice_id']}").data["name"] == stock[0]["name"]
    assert api.delete(f"/v3/voices/{stock[0]['voice_id']}").status == 403
    found = api.post("/v3/voices", {"prompt": "warm narrator", "gender": "female"}).data["voices"]
    assert found == api.post("/v3/voices", {"prompt": "warm narrator", "gender": "female"}).data["voices"]
    assert found != api.post("/v3/voices", {"prompt": "warm narrator", "gender": "female", "seed": 1}).data["voices"]
    assert api.get(f"/v3/voices/{found[0]['voice_id']}").data["gender"] == "female"
    id = api.post("/v3/voices/clone", {"audio": AUDIO, "voice_name": "Narrator"}).data["voice_clone_id"]
    assert api.get("/v3/voices", type="private").data == []
    speech = {"voice_id": id, "text": "Hello, and welcome."}
    assert api.post("/v3/voices/speech", speech).error["code"] == "voice_not_usable"
    assert world.states(f"/v3/voices/{id}") == ["processing", "complete"]
    assert [each["voice_id"] for each in api.get("/v3/voices", type="private").data] == [id]
    spoken = api.post("/v3/voices/speech", speech).data
    assert [each["word"] for each in spoken["word_timestamps"]] == ["Hello,", "and", "welcome."]
    audio = api.get(spoken["audio_url"])
    assert audio.body[:4] == b"RIFF"
    assert len(audio.body) - 44 == spoken["duration"] * 8000
    assert api.delete(f"/v3/voices/{id}").data == {"voice_id": id}
    gone(api, f"/v3/voices/{id}")
    assert api.post("/v3/voices/speech", speech).error["code"] == "voice_not_found"


def assets(world):
    api = world.api
    png = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 300
    created = api.upload("../my picture.png", png).data
    assert (created["mime_type"], created["size_bytes"]) == ("image/png", len(png))
    assert api.get(created["url"]).body == png
    path = f"/v3/assets/{created['asset_id']}"
    asset = api.get(path).data
    assert (asset["name"], asset["type"], asset["owner"]) == ("my_picture.png", "image", "sandbox")
    assert api.get("/v3/assets", username="sandbox", folder_id="").data == [asset]
    assert api.get("/v3/assets", username="nobody").data == []
    personal = api.get("/v3/assets/search", query="picture", type="image", scope="personal").data
    assert [each["id"] for each in personal] == [asset["id"]]
    stock = api.get("/v3/assets/search", query="a cloud", type="icon", limit=50).data
    assert len({each["id"] for each in stock}) == len(stock) == 24
    assert api.get(stock[0]["url"]).headers["Content-Type"] == "image/svg+xml"
    assert api.get("/v3/assets/statuses", asset_ids=f"{asset['id']},nobody").data[1]["status"] == "not_found"
    assert api.delete(path).data == {"id": asset["id"]}
    gone(api, path)
    assert api.get(created["url"]).status == 404


def direct_upload(world):
    api = world.api
    content = b"\x89PNG\r\n\x1a\n" + b"picture"
    checksum = hashlib.sha256(content).hexdigest()
    request = {"filename": "a.png", "content_type": "image/png", "size_bytes": len(content), "checksum_sha256": checksum}
    slot = api.post("/v3/assets/direct-uploads", request).data
    assert slot["status"] == "pending_upload"
    complete = f"/v3/assets/{slot['asset_id']}/complete"
    assert api.get(f"/v3/assets/{slot['asset_id']}").status == 404
    assert api.post(complete).error["code"] == "conflict"
    headers = slot["upload_headers"]
    assert api.put(slot["upload_url"], content).status == 403
    assert api.put(slot["upload_url"] + "0", content, headers=headers).status == 403
    assert api.put(slot["upload_url"], content + b"!", headers=headers).status == 400
    assert b"BadDigest" in api.put(slot["upload_url"], content[:-1] + b"!", headers=headers).body
    assert api.put(slot["upload_url"], content, headers=headers).status == 200
    assert api.post(complete, {"checksum_sha256": "0" * 64}).error["param"] == "checksum_sha256"
    done = api.post(complete).data
    assert done == api.post(complete, {"checksum_sha256": checksum}).data
    assert api.get(done["url"]).body == content
    assert api.get(f"/v3/assets/{slot['asset_id']}").data["name"] == "a.png"
    world.wait(4000)
    late = api.post("/v3/assets/direct-uploads", request).data
    world.wait(4000)
    assert b"expired" in api.put(late["upload_url"], content, headers=late["upload_headers"]).body


def upload_batch(world):
    api = world.api
    file = {"filename": "a.srt", "content_type": "application/x-subrip", "size_bytes": 3}
    body = {"files": [file, {**file, "content_type": "image/png"}, file], "title": "Three"}
    created = api.post("/v3/assets/direct-uploads/batches", body, headers={"Idempotency-Key": "one"}).data
    assert created == api.post("/v3/assets/direct-uploads/batches", body, headers={"Idempotency-Key": "one"}).data
    batch_path = f"/v3/assets/batches/{created['batch_id']}"
    assert api.get(batch_path).data["counts_by_status"]["queued"] == 3
    for slot, content in zip(created["items"], (b"1\n\n", b"\xff\xd8\xff")):
        assert api.put(slot["upload_url"], content, headers=slot["upload_headers"]).status == 200
    for _ in range(2):
        assert api.post("/v3/assets/complete/batches", {"batch_id": created["batch_id"]}).status == 202
    assert api.get(batch_path).data["status"] == "processing"
    world.wait()
    batch = api.get(batch_path).data
    assert [item["status"] for item in batch["items"]] == ["completed", "failed", "failed"]
    assert "image/jpeg" in batch["items"][1]["error"]["message"]
    assert api.get(f"/v3/assets/{batch['items'][0]['video_id']}").data["type"] == "document"
    found = api.get("/v3/assets/statuses", batch_ids=created["batch_id"]).data
    assert [each["status"] for each in found] == ["completed", "failed", "failed"]
    assert api.post("/v3/assets/complete/batches", {"batch_id": "nobody"}).status == 404


def sounds(world):
    api = world.api
    found = api.get("/v3/audio/sounds", query="calm piano").data
    assert found[0]["description"].startswith("Calm piano")
    assert [each["score"] for each in found] == sorted((each["score"] for each in found), reverse=True)
    assert api.get(found[0]["audio_url"]).body[:4] == b"RIFF"
    assert {each["type"] for each in api.get("/v3/audio/sounds", query="x", type="sound_effects").data} == {"sound_effects"}
    assert api.get("/v3/audio/sounds", query="x", min_score=1).data == []


def brand(world):
    api = world.api
    kits = api.get("/v3/brand-kits").data
    assert api.get(kits[0]["logo_url"]).headers["Content-Type"] == "image/png"
    assert len(api.get("/v3/brand-glossaries").data) == 3


def account(world):
    api = world.api
    before = api.get("/v3/users/me").data["wallet"]["remaining_balance"]
    api.post("/v3/videos", AVATAR)
    assert api.get("/v3/users/me").data["wallet"]["remaining_balance"] == before - 1


def webhooks(world):
    api = world.api
    body = {"url": "https://example.com/hook", "events": ["avatar_video.success"]}
    endpoint = api.post("/v3/webhooks/endpoints", body).data
    assert endpoint["secret"].startswith("whsec_")
    path = f"/v3/webhooks/endpoints/{endpoint['endpoint_id']}"
    assert api.get("/v3/webhooks/endpoints").data == [{**endpoint, "secret": None}]
    assert api.patch(path, {"url": "https://example.com/v2"}).data["events"] == ["avatar_video.success"]
    assert api.patch(path, {"events": None}).data["url"] == "https://example.com/v2"
    assert api.send("POST", f"{path}/rotate-secret").data["secret"] != endpoint["secret"]
    video = api.post("/v3/videos", {**AVATAR, "callback_id": "mine"}).data["video_id"]
    assert api.get("/v3/webhooks/events").data == []
    world.wait()
    event = api.get("/v3/webhooks/events", entity_id=video, event_type="avatar_video.success").data[0]
    assert event["event_data"]["video_id"] == video
    assert event["event_data"]["callback_id"] == "mine"
    assert api.get("/v3/webhooks/events", event_type="avatar_video.fail").data == []
    types = [each["event_type"] for each in api.get("/v3/webhooks/event-types").data]
    assert "batch.finished" in types
    assert api.delete(path).status == 200
    assert api.get("/v3/webhooks/endpoints").data == []
    assert api.delete(path).status == 404


LIVES = [
    videos,
    video_batches,
    sessions,
    conversation,
    translations,
    proofreads,
    lipsyncs,
    clippings,
    removals,
    templates,
    avatars,
    consent,
    voices,
    assets,
    direct_upload,
    upload_batch,
    sounds,
    brand,
    account,
    webhooks,
]


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_the_life_of(life, world):
    life(world)


def test_every_operation_has_a_life(clock):
    called = set()
    for life in LIVES:
        world = World(clock)
        try:
            life(world)
        finally:
            world.close()
        called |= world.api.called
    assert set(OPERATIONS) - called == set()
    assert len(OPERATIONS) == 85
