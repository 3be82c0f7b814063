"""The image and the video model: pictures of a person, and videos from a prompt."""

from __future__ import annotations

from heygen.sandbox import jobs, media
from heygen.sandbox.call import when
from heygen.sandbox.resources.collection import Collection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.call import Call
    from heygen.sandbox.store import Entry
    from heygen.sandbox.world import World

IMAGE_MODEL, VIDEO_MODEL = "heygen-image-1", "heygen-video-1"
IMAGE_COST, VIDEO_COST = 1, 3
FAILURE_CODE = "generation_failed"
LARGEST_SEED = 2**31


def create_images(call: Call) -> dict[str, Any]:
    body = call.body
    count = body.get("num_images", 1)
    cost = IMAGE_COST * count
    call.world.charge(cost)
    entry = call.create("model_image", count=count, seed=body.get("seed"), cost=cost)
    entry["seed"] = _seed(call, entry)
    call.begin(entry, "model")
    return {"data": {"generation_id": entry["id"]}}


def _show_images(world: World, entry: Entry, now: float) -> dict[str, Any]:
    view = jobs.view(entry, now, ("pending", "completed"))
    images = [
        {
            "image_id": world.mint.id("image", f"{entry['id']} {number}"),
            "image_url": world.file(entry, f"image-{number}.jpg"),
            "width": media.IMAGE_WIDTH,
            "height": media.IMAGE_HEIGHT,
            "seed": entry["seed"] + number,
        }
        for number in range(entry["count"])
    ]
    return {
        "generation_id": entry["id"],
        "status": view.status,
        "model": IMAGE_MODEL,
        "num_images": entry["count"],
        "created_at": int(entry["created"]),
        "images": images if view.is_done else [],
        "failure_code": when(view.has_failed, FAILURE_CODE),
        "failure_message": when(view.has_failed, jobs.FAILURE_MESSAGE),
    }


def create_video(call: Call) -> dict[str, Any]:
    body = call.body
    call.world.charge(VIDEO_COST)
    ratio = body.get("aspect_ratio")
    entry = call.create(
        "model_video",
        text=body["prompt"],
        aspect_ratio="16:9" if ratio in (None, "adaptive") else ratio,
        seed=body.get("seed"),
        callback_id=body.get("callback_id"),
        callback_url=body.get("callback_url"),
        cost=VIDEO_COST,
    )
    entry["seed"] = _seed(call, entry)
    call.begin(entry, "model")
    return {"data": {"video_id": entry["id"]}}


def _show_video(world: World, entry: Entry, now: float) -> dict[str, Any]:
    view = jobs.view(entry, now, ("pending", "processing", "completed"))
    return {
        "video_id": entry["id"],
        "status": view.status,
        "model": VIDEO_MODEL,
        "created_at": int(entry["created"]),
        "video_url": when(view.is_done, world.file(entry, "video.mp4")),
        "duration": when(view.is_done, int(media.VIDEO_SECONDS)),
        "aspect_ratio": entry["aspect_ratio"],
        "width": when(view.is_done, media.IMAGE_WIDTH),
        "height": when(view.is_done, media.IMAGE_HEIGHT),
        "seed": entry["seed"],
        "timings": when(view.is_done, {"inference": entry["job"]["seconds"]}),
        "failure_code": when(view.has_failed, FAILURE_CODE),
        "failure_message": when(view.has_failed, jobs.FAILURE_MESSAGE),
    }


def _seed(call: Call, entry: Entry) -> int:
    if entry["seed"] is not None:
        return entry["seed"]
    return int(call.world.mint.fraction("generation", entry["id"]) * LARGEST_SEED)


_IMAGES = Collection("model_image", "generation_id", _show_images, "Generation")
_VIDEOS = Collection("model_video", "video_id", _show_video, "Generated video")

OPERATIONS = {
    "images create": create_images,
    "images get": _IMAGES.get,
    "videos create": create_video,
    "videos get": _VIDEOS.get,
}
