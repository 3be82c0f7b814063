"""What is made of a video that is there: translations, lipsyncs, clips, layers."""

from __future__ import annotations

from lives.world import AUDIO, URL, batch, gone, not_uploaded


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
    listed = [each["id"] for each in api.get("/v3/video-translations/proofreads").data]
    assert listed == created["proofread_ids"][::-1]
    generated = api.post(f"{path}/generate", {"captions": True}).data
    assert generated["status"] == "processing"
    translation = f"/v3/video-translations/{generated['video_translation_id']}"
    assert world.states(translation) == ["pending", "running", "completed"]
    assert api.get(api.get(translation).data["srt_caption_url"]).body == edited
    assert api.delete(path).data == {"id": created["proofread_ids"][0]}
    gone(api, path)


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


LIVES = (
    translations,
    proofreads,
    lipsyncs,
    clippings,
    removals,
)
