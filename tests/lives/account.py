"""What belongs to the account: files, sounds, brands, credits, webhooks."""

from __future__ import annotations

import hashlib

from lives.world import AVATAR, gone


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


def upload_in_parts(world):
    api = world.api
    request = {"filename": "a.mp4", "content_type": "video/mp4", "size_bytes": 3, "multipart": True}
    id = api.post("/v3/assets/direct-uploads", request).data["asset_id"]
    path = f"/v3/assets/{id}/parts"
    assert api.post(path, {"multipart_upload_id": "one"}).status == 200
    assert api.get(path, multipart_upload_id="one").status == 200
    assert api.get(path, multipart_upload_id="two").status == 404
    assert api.send("DELETE", f"{path}?multipart_upload_id=one").status == 200
    assert api.get(path, multipart_upload_id="one").status == 404
    whole = api.post("/v3/assets/direct-uploads", {**request, "multipart": False}).data["asset_id"]
    assert api.post(f"/v3/assets/{whole}/parts", {}).error["code"] == "conflict"


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
    kit = api.get(f"/v3/brand-kits/{kits[0]['brand_kit_id']}").data
    assert (kit["name"], kit["status"]) == (kits[0]["name"], "completed")
    assert api.get("/v3/brand-kits/nobody").error["code"] == "resource_not_found"
    first, *others = api.get("/v3/brand-glossaries").data
    path = f"/v3/brand-glossaries/{first['brand_glossary_id']}"
    assert api.get(path).data["terms"][0] == {"term": "HeyGen", "pronunciation": "hey-jen"}
    assert api.delete(path).status == 200
    gone(api, path)
    assert api.get("/v3/brand-glossaries").data == others


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


LIVES = (
    assets,
    direct_upload,
    upload_batch,
    upload_in_parts,
    sounds,
    brand,
    account,
    webhooks,
)
