"""Avatars and voices."""

from __future__ import annotations

from sandbox_api import VOICE

from lives.world import AUDIO, AVATAR, URL, gone


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


def default_voice(world):
    api = world.api
    group = api.post("/v3/avatars", {"type": "photo", "name": "Host", "file": URL}).data["avatar_group"]["id"]
    path = f"/v3/avatars/{group}"
    assert api.patch(path, {"default_voice_id": VOICE}).data["default_voice_id"] == VOICE
    assert api.get(path).data["default_voice_id"] == VOICE
    assert api.patch(path, {"default_voice_id": None}).data["default_voice_id"] is None
    stock = api.get("/v3/avatars", ownership="public").data[0]["id"]
    assert api.patch(f"/v3/avatars/{stock}", {"default_voice_id": VOICE}).error["code"] == "resource_access_denied"


def looks_of_a_template(world):
    api = world.api
    made = api.post("/v3/avatars", {"type": "photo", "name": "Host", "file": URL}).data["avatar_item"]
    pack = api.get("/v3/avatars/look-templates", type="look_pack", gender="male").data[0]
    template = api.get("/v3/avatars/look-templates", type="template").data[0]
    body = {"type": "look_pack", "reference_look_id": made["id"], "template_id": pack["id"]}
    assert api.post("/v3/avatars/looks", body).error["param"] == "reference_look_id"
    world.wait()
    assert api.post("/v3/avatars/looks", {**body, "type": "template"}).error["param"] == "template_id"
    created = api.post("/v3/avatars/looks", body).data
    assert created["group_id"] == made["group_id"]
    assert len(created["looks"]) == pack["looks_count"]
    look = f"/v3/avatars/looks/{created['looks'][0]['id']}"
    assert world.states(look) == ["processing", "completed"]
    assert api.get(f"/v3/avatars/{made['group_id']}").data["looks_count"] == 1 + pack["looks_count"]
    other = {"type": "template", "reference_look_id": made["id"], "template_id": template["id"]}
    assert len(api.post("/v3/avatars/looks", other).data["looks"]) == template["looks_count"]


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


LIVES = (
    avatars,
    default_voice,
    looks_of_a_template,
    consent,
    voices,
)
