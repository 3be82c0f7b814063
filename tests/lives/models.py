"""What the models make: speech, voices, pictures and videos; and videos without filler words."""

from __future__ import annotations

from lives.world import AUDIO, URL

INSTANT = {"mode": "instant", "name": "Narrator", "audio": [AUDIO]}


def filler_word_removals(world):
    api = world.api
    endpoint = {"url": "https://example.com/hook", "events": ["filler_word_removal.success", "podcast.fail"]}
    api.post("/v3/webhooks/endpoints", endpoint)
    id = api.post("/v3/filler-word-removals", {"video": URL, "callback_id": "mine"}).data["id"]
    path = f"/v3/filler-word-removals/{id}"
    assert "video_url" not in api.get(path).data
    assert world.states(path) == ["pending", "running", "completed"]
    done = api.get(path).data
    assert (done["title"], done["callback_id"], done["progress"]) == ("Filler Removal", "mine", 100)
    assert done["original_duration"] > done["output_duration"]
    assert api.get(done["video_url"]).headers["Content-Type"] == "video/mp4"
    assert api.get(done["thumbnail_url"]).headers["Content-Type"] == "image/jpeg"
    event = api.get("/v3/webhooks/events", event_type="filler_word_removal.success").data[0]
    assert event["event_data"]["filler_word_removal_id"] == id
    assert api.get("/v3/filler-word-removals/nobody").error["code"] == "resource_not_found"


def model_voices(world):
    api = world.api
    assert api.post("/v3/models/audio/voices", {**INSTANT, "audio": [AUDIO, AUDIO]}).error["param"] == "audio"
    id = api.post("/v3/models/audio/voices", INSTANT).data["voice_id"]
    path = f"/v3/models/audio/voices/{id}"
    speech = {"voice_id": id, "text": "Hello, and welcome."}
    assert api.post("/v3/models/audio/tts", speech).error["code"] == "voice_not_usable"
    assert world.states(path) == ["PENDING", "ACTIVE"]
    spoken = api.post("/v3/models/audio/tts", {**speech, "language": "en"}).data
    assert len(api.get(spoken["audio_url"]).body) - 44 == spoken["duration"] * 8000
    assert api.post("/v3/models/audio/tts", {**speech, "language": "en-US"}).error["param"] == "language"
    assert api.post("/v3/models/audio/sts", {"voice_id": id, "audio": AUDIO}).status == 200
    trained = {"mode": "professional", "name": "Host", "audio": [AUDIO]}
    professional = api.post("/v3/models/audio/voices", trained).data["voice_id"]
    assert [each["voice_id"] for each in api.get("/v3/models/audio/voices").data] == [professional, id]
    other = f"/v3/models/audio/voices/{professional}"
    assert api.delete(other).error["code"] == "conflict"
    assert api.post("/v3/models/audio/voices", {**trained, "voice_id": professional}).error["code"] == "conflict"
    world.wait()
    again = api.post("/v3/models/audio/voices", {**trained, "voice_id": professional}).data
    assert again["voice_id"] == professional
    assert world.states(other) == ["PENDING", "ACTIVE"]
    for _ in range(2):
        assert api.delete(path).data == {"status": "ok"}
    assert api.get(path).error["code"] == "voice_not_found"
    assert api.delete("/v3/models/audio/voices/nobody").error["code"] == "voice_not_found"
    assert api.post("/v3/models/audio/tts", speech).error["code"] == "voice_not_found"


def failed_voice(world):
    api = world.api
    id = api.post("/v3/models/audio/voices", INSTANT).data["voice_id"]
    api.post(f"/_sandbox/jobs/{id}", {"status": "failed"})
    voice = api.get(f"/v3/models/audio/voices/{id}").data
    assert (voice["status"], voice["failure_reason"]) == ("FAILED", "TRAINING_FAILED")


def model_images(world):
    api = world.api
    body = {"model": "heygen-image-1", "identity_images": [URL], "reference_images": [URL], "num_images": 3, "seed": 5}
    id = api.post("/v3/models/images", body).data["generation_id"]
    path = f"/v3/models/images/{id}"
    assert api.get(path).data["images"] == []
    assert world.states(path) == ["pending", "completed"]
    images = api.get(path).data["images"]
    assert [each["seed"] for each in images] == [5, 6, 7]
    assert {api.get(each["image_url"]).headers["Content-Type"] for each in images} == {"image/jpeg"}
    assert api.post("/v3/models/images", {**body, "model": "other"}).error["param"] == "model"
    gone_get(api, "/v3/models/images/nobody")


def model_videos(world):
    api = world.api
    body = {"model": "heygen-video-1", "mode": "text_to_video", "prompt": "Rain", "aspect_ratio": "9:16"}
    id = api.post("/v3/models/videos", body).data["video_id"]
    path = f"/v3/models/videos/{id}"
    assert world.states(path) == ["pending", "processing", "completed"]
    done = api.get(path).data
    assert done["aspect_ratio"] == "9:16"
    assert api.get(done["video_url"]).headers["Content-Type"] == "video/mp4"
    image = api.post("/v3/models/videos", {**body, "mode": "image_to_video", "image": URL}).data["video_id"]
    api.post(f"/_sandbox/jobs/{image}", {"status": "failed"})
    failed = api.get(f"/v3/models/videos/{image}").data
    assert (failed["status"], failed["failure_code"]) == ("failed", "generation_failed")
    gone_get(api, "/v3/models/videos/nobody")


def gone_get(api, path):
    assert api.get(path).error["code"] == "resource_not_found"


LIVES = (
    filler_word_removals,
    model_voices,
    failed_voice,
    model_images,
    model_videos,
)
