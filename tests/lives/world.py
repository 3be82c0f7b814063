"""What every life needs: a sandbox with a clock in hand, sources to make things of, and what is common to many."""

from __future__ import annotations

from sandbox_api import LOOK, VOICE, Api

from heygen.sandbox.options import Options
from heygen.sandbox.server import start

URL = {"type": "url", "url": "https://example.com/source.mp4"}
AUDIO = {"type": "url", "url": "https://example.com/voice.mp3"}
AVATAR = {"type": "avatar", "avatar_id": LOOK, "voice_id": VOICE, "script": "Hi. Bye!"}


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


def gone(api, *paths):
    for path in paths:
        reply = api.get(path)
        assert reply.status == 404
        assert reply.error["code"].endswith("not_found")
        assert api.delete(path).status == 404


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


def not_uploaded(world):
    """Return the id of an asset whose file has not come."""
    file = {"filename": "a.mp3", "content_type": "audio/mpeg", "size_bytes": 3}
    return world.api.post("/v3/assets/direct-uploads", file).data["asset_id"]
