"""Videos, the sessions and the templates that make them."""

from __future__ import annotations

from sandbox_api import LOOK

from lives.world import AUDIO, AVATAR, URL, batch, gone, not_uploaded


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
    cinematic = api.post("/v3/videos", {"type": "cinematic_avatar", "prompt": "Rain", "avatar_id": [LOOK]})
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
    sent = api.post(path, {"message": "Shorter, please"}).data
    assert api.get(path).data["status"] == "generating"
    assert sent["video_id"] != created["video_id"]
    world.wait()
    edited = api.post(path, {"edit_plan": [{"id": "scene"}]}).data
    world.wait()
    made = [edited["video_id"], sent["video_id"], created["video_id"]]
    assert [each["id"] for each in api.get(f"{path}/videos").data] == made
    assert api.post(path, {}).status == 400
    members = {"prompt": "Hi", "members": ["a@example.com"]}
    assert api.post("/v3/video-agents", members).status == 400
    assert api.post("/v3/video-agents", {**members, "visibility": "selected"}).status == 200
    assert api.get("/v3/video-agents").data[-1]["session_id"] == session["session_id"]
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


def templates(world):
    api = world.api
    folder = api.post("/v3/folders", {"name": "Campaign"}).data["folder_id"]
    listed = api.get("/v3/templates").data
    template = api.get(f"/v3/templates/{listed[0]['id']}").data
    assert template["name"] == listed[0]["name"]
    video = api.post(
        f"/v3/templates/{template['id']}",
        {"variables": template["variables"], "title": "Ours", "folder_id": folder, "scene_ids": template["scene_ids"]},
    ).data
    assert video["status"] == "pending"
    assert world.states(f"/v3/videos/{video['id']}") == ["pending", "processing", "completed"]
    assert [each["title"] for each in api.get("/v3/videos", folder_id=folder).data] == ["Ours"]
    refused = api.post(f"/v3/templates/{template['id']}", {"variables": {"headlin": {}}})
    assert refused.error["param"] == "variables.headlin"
    assert api.post("/v3/templates/nobody", {"variables": {}}).error["code"] == "resource_not_found"


def own_templates(world):
    api = world.api
    video = api.post("/v3/videos", {**AVATAR, "title": "Talk", "script": "See you on Monday."}).data["video_id"]
    body = {"video_id": video, "name": "Ours"}
    assert api.post("/v3/templates", body).error["code"] == "resource_not_ready"
    world.wait()
    made = api.post("/v3/templates", body).data
    path = f"/v3/templates/{made['id']}"
    assert (made["name"], made["variables"], made["source_video_id"]) == ("Ours", {}, video)
    assert api.get("/v3/templates").data[0]["id"] == made["id"]
    assert api.patch(path, {"name": "Theirs"}).data["name"] == "Theirs"
    element = made["composition"]["scenes"][0]["elements"][0]
    variables = {"day": {"type": "text", "match": "Monday"}, "who": {"type": "character", "element_id": element["id"]}}
    stale = {"variables": variables, "expected_edit_version": made["edit_version"]}
    assert api.put(f"{path}/variables", stale).error["code"] == "stale_edit_version"
    assert api.put(f"{path}/variables", {"variables": variables}).data["scenes"][0]["script"] == "See you on {{day}}."
    bound = api.get(path).data
    assert bound["composition"]["scenes"][0]["elements"][0]["variable"] == "who"
    assert bound["variables"]["day"]["properties"] == {"content": "Monday"}
    filled = {"day": {"type": "text", "properties": {"content": "Tuesday"}}}
    assert api.post(path, {"variables": filled}).data["status"] == "pending"
    assert api.put(f"{path}/variables", {"variables": {}}).data["scenes"][0]["script"] == "See you on Monday."
    assert api.delete(path).data == {"id": made["id"], "deleted": True}
    gone(api, path)
    cinematic = {"type": "cinematic_avatar", "prompt": "Rain", "avatar_id": [LOOK]}
    source = api.post("/v3/videos", cinematic).data["video_id"]
    assert api.post("/v3/templates", {"video_id": source}).error["code"] == "template_source_unsupported"


def given_templates(world):
    """A template that was there from the start is changed and deleted like any other."""
    api = world.api
    first, *others = api.get("/v3/templates").data
    path = f"/v3/templates/{first['id']}"
    assert api.patch(path, {"name": "Renamed"}).data["name"] == "Renamed"
    assert [each["name"] for each in api.get("/v3/templates").data] == ["Renamed", *(each["name"] for each in others)]
    api.delete(path)
    gone(api, path)
    assert api.get("/v3/templates").data == others


def scenes(world):
    api = world.api
    assert set(api.get("/v3/videos/voice-capabilities").json) == {"data"}
    studio = {
        "type": "studio",
        "title": "Two",
        "scenes": [
            {"type": "image", "source": URL, "duration": 3},
            {"type": "avatar_video", "input": {key: AVATAR[key] for key in ("type", "avatar_id", "script")}},
        ],
    }
    id = api.post("/v3/videos", studio).data["video_id"]
    path = f"/v3/videos/{id}/scenes"
    assert api.get(path).error["code"] == "resource_not_ready"
    world.wait()
    found = api.get(path).data
    assert found["video"]["title"] == "Two"
    assert [scene["elements"][0]["type"] for scene in found["scenes"]] == ["image", "avatar"]
    assert [scene["script"][0]["type"] for scene in found["scenes"]] == ["silence", "text"]
    assert found["scenes"][1]["script"][0]["text"] == AVATAR["script"]
    assert api.get("/v3/videos/nobody/scenes").error["code"] == "video_not_found"


def folders(world):
    api = world.api
    top = api.post("/v3/folders", {"name": "Campaign"}).data
    assert "parent_id" not in top
    inner = api.post("/v3/folders", {"name": "Drafts", "parent_id": top["folder_id"], "type": "video"}).data
    assert api.get(f"/v3/folders/{inner['folder_id']}").data == inner
    assert inner["parent_id"] == top["folder_id"]
    assert api.get("/v3/folders/nobody").error["code"] == "resource_not_found"
    id = api.post("/v3/videos", {**AVATAR, "folder_id": inner["folder_id"]}).data["video_id"]
    assert api.get(f"/v3/videos/{id}").data["folder_id"] == inner["folder_id"]
    batch = {"videos": [AVATAR], "folder_id": top["folder_id"]}
    api.post("/v3/videos/batches", batch)
    assert len(api.get("/v3/videos", folder_id=top["folder_id"]).data) == 1
    one = {"video": URL, "folder_id": "nobody"}
    template = api.get("/v3/templates").data[0]["id"]
    before = api.get("/v3/users/me").data["wallet"]["remaining_balance"]
    for refused, body in {
        "/v3/folders": {"name": "x", "parent_id": "nobody"},
        "/v3/videos": {**AVATAR, "folder_id": "nobody"},
        "/v3/videos/batches": {**batch, "folder_id": "nobody"},
        "/v3/video-translations": {**one, "output_languages": ["French"]},
        "/v3/video-translations/proofreads": {**one, "output_languages": ["French"], "title": "x"},
        "/v3/lipsyncs": {**one, "audio": URL},
        f"/v3/templates/{template}": {"variables": {}, "folder_id": "nobody"},
    }.items():
        assert api.post(refused, body).status == 404, refused
    assert api.get("/v3/users/me").data["wallet"]["remaining_balance"] == before
    assert api.post("/v3/videos", {**AVATAR, "folder_id": ""}).status == 200


LIVES = (
    own_templates,
    given_templates,
    scenes,
    folders,

    videos,
    video_batches,
    sessions,
    conversation,
    templates,
)
