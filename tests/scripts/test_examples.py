"""Every example of every operation runs against the sandbox, its placeholders filled with what is there."""

import json
import pathlib
import re
import shlex

import pytest
from sandbox_api import LOOK as LOOK_ID

DOCUMENTS = pathlib.Path(__file__).resolve().parents[2] / "heygen" / "api" / "documents"
URL = ("--set", "video.type=url", "--set", "video.url=https://example.com/a.mp4")
AUDIO = ("--set", "audio.type=url", "--set", "audio.url=https://example.com/a.wav")
PAIR = {"video": {"type": "url", "url": "https://example.com/a.mp4"}, "audio": {"type": "url", "url": "https://example.com/a.wav"}}
PORTRAIT = {
    "model": "heygen-image-1",
    "identity_images": [{"type": "url", "url": "https://example.com/a.png"}],
    "reference_images": [{"type": "url", "url": "https://example.com/b.png"}],
}
RECORDING = {"mode": "instant", "name": "n", "audio": [PAIR["audio"]]}
LOOK = ("avatar", "looks", "list", "--get", "data[0].id")

# Placeholder (of a group, where groups differ) → the command that yields a value for it.
SOURCES = {
    "video-id": ("video", "create", "--type", "avatar", "--avatar-id", LOOK_ID, "--script", "Hi", "--get", "data.video_id"),
    "session-id": ("video-agent", "create", "--prompt", "Hi", "--mode", "chat", "--set", "files[0].type=url", "--set", "files[0].url=https://example.com/a.png", "--get", "data.session_id"),
    "video-translation-id": ("video-translate", "create", "--output-languages", "French", *URL, "--get", "data.video_translation_ids[0]"),
    "proofread-id": ("video-translate", "proofreads", "create", "--title", "x", "--output-languages", "French", *URL, "--get", "data.proofread_ids[0]"),
    "lipsync-id": ("lipsync", "create", *URL, *AUDIO, "--get", "data.lipsync_id"),
    "ai-clipping job-id": ("ai-clipping", "create", *URL, "--get", "data.id"),
    "background-removal job-id": ("background-removal", "create", *URL, "--get", "data.id"),
    "video batch-id": ("video", "batches", "create", "-d", json.dumps({"videos": [{"type": "avatar", "avatar_id": LOOK_ID, "script": "Hi"}]}), "--get", "data.batch_id"),
    "lipsync batch-id": ("lipsync", "batches", "create", "-d", json.dumps({"lipsyncs": [PAIR]}), "--get", "data.batch_id"),
    "video-translate batch-id": ("video-translate", "batches", "create", "-d", json.dumps({"video_translations": [{"video": PAIR["video"], "output_languages": ["French"]}]}), "--get", "data.batch_id"),
    "asset batch-id": ("asset", "direct-uploads", "batches", "create", "-d", json.dumps({"files": [{"filename": "a.mp4", "content_type": "video/mp4", "size_bytes": 9}]}), "--get", "data.batch_id"),
    "asset upload-id": ("asset", "direct-uploads", "create", "--multipart", "--filename", "a.mp4", "--content-type", "video/mp4", "--size-bytes", "9", "--get", "data.asset_id"),
    "template-id": ("template", "list", "--get", "data[0].id"),
    "avatar-id": LOOK,
    "look-id": ("avatar", "create", "--type", "prompt", "--name", "n", "--prompt", "A chef", "--get", "data.avatar_item.id"),
    "group-id": ("avatar", "create", "--type", "prompt", "--name", "n", "--prompt", "A chef", "--get", "data.avatar_group.id"),
    "avatar-group-id": ("avatar", "create", "--idempotency-key", "source", "--type", "prompt", "--name", "n", "--prompt", "A chef", "--get", "data.avatar_group.id"),
    # A cloned one, since only those are waited for and deleted.
    "voice voice-id": ("voice", "clone", "create", "--voice-name", "n", *AUDIO, "--get", "data.voice_clone_id"),
    "voice-id": ("voice", "create", "--prompt", "A calm narrator", "--get", "data.voices[0].voice_id"),
    "filler-word-removal-id": ("filler-word-removal", "create", *URL, "--get", "data.id"),
    "folder-id": ("folder", "create", "--name", "n", "--idempotency-key", "source", "--get", "data.folder_id"),
    "brand-glossary-id": ("brand", "glossaries", "list", "--get", "data[0].brand_glossary_id"),
    "brand-kit-id": ("brand", "kits", "list", "--get", "data[0].brand_kit_id"),
    "model generation-id": ("model", "images", "create", "-d", json.dumps(PORTRAIT), "--get", "data.generation_id"),
    "model video-id": ("model", "videos", "create", "--mode", "text_to_video", "--model", "heygen-video-1", "--prompt", "Rain", "--get", "data.video_id"),
    "model voice-id": ("model", "audio", "voices", "create", "-d", json.dumps(RECORDING), "--get", "data.voice_id"),
    "style-id": ("video-agent", "styles", "list", "--get", "data[0].style_id"),
    "endpoint-id": ("webhook", "endpoints", "create", "--url", "https://example.com/hook", "--get", "data.endpoint_id"),
    "username": ("user", "me", "get", "--get", "data.username"),
}  # fmt: skip


def examples():
    for file in sorted(DOCUMENTS.glob("*.json")):
        document = json.loads(file.read_text(encoding="utf-8"))
        for item in document.get("paths", {}).values():
            for operation in item.values():
                for index, example in enumerate(operation["x-cli-examples"]):
                    yield pytest.param(example["command"], id=f"{operation['operationId']}-{index}")


@pytest.fixture
def fill(run, tmp_path):
    """Return the value that a placeholder of a group's example stands for, made on the spot."""

    def yielded(name, *argv):
        result = run(*argv)
        assert result.status == 0, f"no value for <{name}>: {result}"
        return result.stdout.split("\n")[0]

    def fill(group, name):
        if name in ("file", "subtitles"):
            file = tmp_path / ("clip.mp4" if name == "file" else "clip.srt")
            file.write_bytes(b"1\n00:00:00,000 --> 00:00:01,000\nHi\n")
            return str(file)
        if name == "checksum-sha-256":
            return "0" * 64
        if name == "asset-id":
            # Where a proofread takes an asset, it is its subtitles.
            file = fill(group, "subtitles" if group == "video-translate" else "file")
            return yielded(name, "asset", "create", "--file", file, "--get", "data.asset_id")
        return yielded(name, *SOURCES.get(f"{group} {name}", SOURCES.get(name)))

    return fill


@pytest.mark.parametrize("command", list(examples()))
def test_the_example_runs(run, fill, command):
    group = shlex.split(command)[1]
    if "<resource-id>" in command:
        session = fill(group, "session-id")
        messages = run("video-agent", "get", session).json["data"]["messages"]
        resource = next(id for message in messages for id in message["resource_ids"] or ())
        command = command.replace("<session-id>", session).replace("<resource-id>", resource)
    if "asset parts" in command:
        command = command.replace("<asset-id>", fill(group, "upload-id")).replace("<multipart-upload-id>", "upload")
    if "<edit-version>" in command:
        template = fill(group, "template-id")
        version = run("template", "get", template, "--get", "data.edit_version").stdout.strip()
        command = command.replace("<template-id>", template).replace("<edit-version>", version)
    if "avatar looks create" in command:
        kind = re.search(r"--type (\S+)", command)[1]
        template = run("avatar", "look-templates", "list", "--type", kind, "--get", "data[0].id").stdout.strip()
        command = command.replace("<template-id>", template)
    if "looks list" in command:
        fill(group, "look-id")  # so that there is something to list
    for name in dict.fromkeys(re.findall(r"<([a-z0-9-]+)>", command)):
        command = command.replace(f"<{name}>", fill(group, name))
    result = run(*shlex.split(command)[1:])
    assert result.status == 0, (command, result)
    assert result.stdout.strip()
    if "--human" not in command:
        told = [next(iter(each.values()))["code"] for each in result.notices]
        assert set(told) <= {"created", "deprecated"}, result
