"""What the documents allow between fields: the CLI refuses before it sends, and the sandbox what is sent unchecked."""

import json
import re
import shlex

import pytest
from sandbox_api import OPERATIONS

from heygen.sandbox.options import Options
from heygen.sandbox.server import start


@pytest.fixture
def sandbox(clock):
    """A sandbox that takes any ID for one of a real account: the rules are about all the rest."""
    with start(Options(clock=clock.now, allow_unknown_ids=True)) as running:
        yield running


def are_about_deprecation(notices):
    """Whether nothing else is told than that a command is deprecated."""
    return all(each.get("warning", {}).get("code") == "deprecated" for each in notices)


URL = {"type": "url", "url": "https://example.com/file.mp4"}
AVATAR = {"type": "avatar", "avatar_id": "a1", "script": "Hi"}
IMAGE = {"type": "image", "image": URL, "script": "Hi", "voice_id": "v1"}
CINEMATIC = {"type": "cinematic_avatar", "avatar_id": ["a1"], "prompt": "A walk"}
SPEAKER = {"type": "avatar", "avatar_id": "a1", "audio_url": "https://example.com/a.mp3"}
STILL = {"type": "image", "source": URL, "duration": 3}
CLIP = {"type": "video", "source": URL}
TRANSLATION = {"video": URL, "output_languages": ["French"]}
LIPSYNC = {"video": URL, "audio": URL}
SPEECH = {"text": "Hi", "voice_id": "v1"}
FILE = {"filename": "a.mp4", "content_type": "video/mp4", "size_bytes": 1}
MODEL = {"mode": "text_to_video", "model": "heygen-video-1", "prompt": "A walk"}


def speaking(**fields):
    return {"type": "studio", "scenes": [{"type": "avatar_video", "input": {**SPEAKER, **fields}}]}


def scene(base, **fields):
    return {"type": "studio", "scenes": [{**base, **fields}]}


# command, body, what the refusal says
INVALID = [
    ("video create", {**AVATAR, "script": None}, "exactly one of script, --audio-url and --audio-asset-id is needed; none was given"),
    ("video create", {**AVATAR, "audio_url": "https://example.com/a.mp3"}, "needed; script and audio_url were given"),
    ("video create", {**AVATAR, "audio_url": "https://a.b/c", "audio_asset_id": "x"}, "script, audio_url and audio_asset_id were given"),
    ("video create", {**AVATAR, "script": ""}, "--script must not be empty"),
    ("video create", {**AVATAR, "script": " \n"}, "--script must not be empty"),
    ("video create", {**AVATAR, "callback_url": "example.com/hook"}, "--callback-url must be an https URL"),
    ("video create", {**AVATAR, "callback_url": "https://example.com/a b"}, "--callback-url must be an https URL"),
    ("video create", {**AVATAR, "output_format": "webm", "background": {"type": "color", "value": "#fff"}}, "background cannot be combined with output_format webm"),
    ("video create", {**AVATAR, "background": {"type": "color"}}, "background: value is needed with type color"),
    ("video create", {**AVATAR, "background": {"type": "color", "value": None}}, "background: value is needed with type color"),
    ("video create", {**AVATAR, "background": {"type": "color", "value": "red"}}, 'background.value must be a hex color such as #ff0000, not "red"'),
    ("video create", {**AVATAR, "background": {"type": "image"}}, "background: exactly one of url and asset_id is needed; none was given with type image"),
    ("video create", {**AVATAR, "background": {"type": "image", "url": "https://a.b/c", "asset_id": "x"}}, "url and asset_id were given"),
    ("video create", {**AVATAR, "engine": {"type": "avatar_v"}, "expressiveness": "high"}, "expressiveness cannot be combined with engine.type avatar_v"),
    ("video create", {**AVATAR, "engine": {"type": "avatar_iii"}, "motion_prompt": "wave"}, "motion_prompt cannot be combined with engine.type avatar_iii"),
    ("video create", {**AVATAR, "voice_settings": {"speed": 2}}, "voice_settings.speed must be from 0.5 to 1.5, not 2"),
    ("video create", {**AVATAR, "watermark": {"image": {"type": "base64", "media_type": "image/png", "data": "a"}}}, "watermark.image.data must be base64"),
    ("video create", {**IMAGE, "voice_id": None}, "voice_id is needed with script"),
    ("video create", {**IMAGE, "voice_id": ""}, "voice_id is needed with script"),
    ("video create", {**IMAGE, "output_format": "webm", "background": {"type": "image", "asset_id": "x"}}, "background cannot be combined with output_format webm"),
    ("video create", {**IMAGE, "image": {"type": "url", "url": "file.png"}}, "image.url must be an https URL"),
    ("video create", {**CINEMATIC, "duration": 5, "auto_duration": True}, "duration cannot be combined with auto_duration"),
    ("video create", {**CINEMATIC, "duration": 3}, "--duration must be from 4 to 15, not 3"),
    ("video create", {**CINEMATIC, "aspect_ratio": "4:5"}, "--aspect-ratio must be one of: 16:9, 9:16, 1:1"),
    ("video create", {**CINEMATIC, "avatar_id": []}, "--avatar-id must have at least 1 item"),
    ("video create", {**CINEMATIC, "prompt": " "}, "--prompt must not be empty"),
    ("video create", speaking(script="Hi"), "scenes[0].input: exactly one of"),
    ("video create", speaking(audio_url=None), "scenes[0].input: exactly one of script, audio_url and audio_asset_id is needed; none was given"),
    ("video create", speaking(engine={"type": "avatar_iii"}, expressiveness="low"), "scenes[0].input: expressiveness cannot be combined"),
    ("video create", speaking(background={"type": "color", "color": "blue"}), "scenes[0].input.background.color must be a color in six hex digits"),
    ("video create", speaking(background={"type": "video"}), "scenes[0].input.background: exactly one of url and asset_id is needed"),
    ("video create", scene(STILL, script="Hi", voice_id="v1"), "scenes[0]: exactly one of duration, script, audio_url and audio_asset_id is needed; duration and script were given"),
    ("video create", scene(STILL, duration=None), "scenes[0]: exactly one of"),
    ("video create", scene(STILL, duration=None, script="Hi"), "scenes[0]: voice_id is needed with script"),
    ("video create", scene(STILL, duration=0), "scenes[0].duration must be at most 300 and more than 0, not 0"),
    ("video create", scene(CLIP, script="Hi", voice_id="v1", audio_url="https://a.b/c"), "scenes[0]: script cannot be combined with audio_url"),
    ("video create", scene(CLIP, script="Hi"), "scenes[0]: voice_id is needed with script"),
    ("video create", scene(CLIP, playback={"volume": 2}), "scenes[0].playback.volume must be from 0 to 1, not 2"),
    ("video create", {"type": "studio", "scenes": []}, "scenes must have at least 1 item"),
    ("video batches create", {"videos": [AVATAR, {**AVATAR, "folder_id": "f1"}]}, "videos[1]: folder_id cannot be given here"),
    ("video batches create", {"videos": [{**IMAGE, "voice_id": None}]}, "videos[0]: voice_id is needed with script"),
    ("video-agent create", {"prompt": " "}, "--prompt must not be empty"),
    ("video-agent create", {"prompt": "x", "members": ["a@example.com"]}, "--visibility selected is needed with members"),
    ("video-agent create", {"prompt": "x", "members": ["a@example.com"], "visibility": "space"}, "visibility selected is needed with members"),
    ("video-agent send x", {"avatar_id": "a1"}, "at least one of --message and edit_plan is needed"),
    ("video-agent send x", {"message": ""}, "--message must not be empty"),
    ("video-translate create", {**TRANSLATION, "output_languages": []}, "--output-languages must have at least 1 item"),
    ("video-translate create", {**TRANSLATION, "output_languages": ["French", "French"]}, 'output_languages[1] repeats "French"'),
    ("video-translate create", {**TRANSLATION, "srt_role": "input"}, "srt is needed with srt_role"),
    ("video-translate create", {**TRANSLATION, "speaker_num": 0}, "--speaker-num must be at least 1, not 0"),
    ("video-translate create", {**TRANSLATION, "start_time": -1}, "--start-time must be at least 0, not -1"),
    ("video-translate create", {**TRANSLATION, "start_time": 5, "end_time": 5}, "end_time must come after start_time"),
    ("video-translate create", {**TRANSLATION, "end_time": 0}, "--end-time must be more than 0, not 0"),
    ("video-translate batches create", {"video_translations": []}, "video_translations must have at least 1 item"),
    ("video-translate batches create", {"video_translations": [{**TRANSLATION, "srt_role": "output"}]}, "video_translations[0]: srt is needed with srt_role"),
    ("video-translate proofreads create", {**TRANSLATION, "title": "x", "speaker_num": -1}, "--speaker-num must be at least 1, not -1"),
    ("lipsync create", {**LIPSYNC, "fps_mode": "fast"}, "--fps-mode must be one of: vfr, cfr, passthrough"),
    ("lipsync create", {**LIPSYNC, "start_time": 4, "end_time": 2}, "end_time must come after start_time"),
    (
        "video-translate batches create",
        {"video_translations": [{"video": URL, "output_languages": ["French"] * 51}] * 2},
        "video_translations must have at most 100 output_languages in all, not 102",
    ),
    ("lipsync batches create", {"lipsyncs": [LIPSYNC] * 101}, "lipsyncs must have at most 100 items, not 101"),
    ("voice speech create", {**SPEECH, "speed": 0.4}, "--speed must be from 0.5 to 2, not 0.4"),
    ("voice speech create", {**SPEECH, "input_type": "plain_text"}, "--input-type must be one of: text, ssml"),
    ("voice speech create", {**SPEECH, "text": ""}, "--text must not be empty"),
    ("voice create", {"prompt": "warm", "gender": "neutral"}, "--gender must be one of: male, female"),
    ("voice clone create", {"audio": URL, "voice_name": ""}, "--voice-name must not be empty"),
    ("template generate x", {"variables": {}, "fps": 24}, "--fps must be one of: 25, 30, 60; not 24; did you mean 25?"),
    ("template generate x", {"variables": {}, "dimension": {"width": 1279, "height": 720}}, "dimension.width must be an even number, not 1279"),
    ("template generate x", {"variables": {"name": "Ada"}}, "variables.name must be an object, not a string"),
    ("template variables update x", {"variables": {"1st": {}}}, "variables.1st has a name that must be a name of at most 64"),
    ("avatar create", {"type": "photo", "file": URL, "name": " "}, "--name must not be empty"),
    ("avatar create", {"type": "prompt", "name": "Ada", "prompt": "x", "reference_images": [URL] * 4}, "reference_images must have at most 3 items, not 4"),
    ("avatar consent create x", {"consent_video": URL, "reroute_url": "https://example.com"}, "consent_video cannot be combined with reroute_url"),
    ("avatar consent create x", {"consent_text": "<b>Yes</b>"}, "consent_text must be text without < and >"),
    ("avatar looks update x", {}, "nothing to change: give --name"),
    ("avatar update x", {}, "nothing to change: give --default-voice-id"),
    ("webhook endpoints update x", {}, "nothing to change: give one of --events or --url"),
    ("webhook endpoints create", {"url": "ftp://example.com"}, "--url must be an https URL"),
    ("background-removal create", {"video": URL, "layers": []}, "--layers must have at least 1 item"),
    ("background-removal create", {"video": URL, "layers": ["front"]}, "layers[0] must be one of: foreground, mask, background"),
    ("ai-clipping create", {"video": URL, "output_settings": {"duration_types": []}}, "output_settings.duration_types must have at least 1 item"),
    ("asset direct-uploads create", {**FILE, "content_type": "video"}, "--content-type must be a media type such as video/mp4"),
    ("asset direct-uploads create", {**FILE, "size_bytes": 0}, "--size-bytes must be at least 1, not 0"),
    ("asset direct-uploads create", {**FILE, "checksum_sha256": "abc"}, '--checksum-sha-256 must be 64 hexadecimal digits, not "abc"'),
    ("asset direct-uploads batches create", {"files": [{**FILE, "filename": ""}]}, "files[0].filename must not be empty"),
    ("model audio tts create", {**SPEECH, "language": "en-US"}, "--language must be a code without a region such as en"),
    ("model audio voices create", {"mode": "instant", "name": "x", "audio": [URL, URL]}, "audio must have at most 1 item, not 2"),
    ("model videos create", {**MODEL, "resolution": "2k", "aspect_ratio": "1:1"}, "aspect_ratio must be 16:9 or 9:16 with resolution 2k, not 1:1"),
]  # fmt: skip

VALID = [
    ("video create", {**AVATAR, "audio_url": None}),
    ("video create", {**AVATAR, "script": None, "audio_url": "HTTP://127.0.0.1:9/a.mp3"}),
    ("video create", {**AVATAR, "output_format": "webm", "background": None}),
    ("video create", {**AVATAR, "background": {"type": "color", "value": "#1a2b3c", "url": None}}),
    ("video create", {**AVATAR, "background": {"type": "image", "asset_id": "x", "url": None}}),
    ("video create", {**AVATAR, "engine": {"type": "avatar_iv"}, "expressiveness": "high", "motion_prompt": "wave"}),
    ("video create", {**AVATAR, "engine": None, "expressiveness": "high"}),
    ("video create", IMAGE),
    ("video create", {**IMAGE, "script": None, "voice_id": None, "audio_asset_id": "x"}),
    ("video create", {**CINEMATIC, "duration": 5, "auto_duration": False}),
    ("video create", {**CINEMATIC, "duration": None, "auto_duration": True}),
    ("video create", speaking()),
    ("video create", speaking(background={"type": "image", "url": "https://example.com/a.png"})),
    ("video create", scene(STILL, script=None)),
    ("video create", scene(STILL, duration=None, script="Hi", voice_id="v1")),
    ("video create", scene(CLIP)),
    ("video create", scene(CLIP, script="Hi", voice_id="v1")),
    ("video batches create", {"videos": [{**AVATAR, "folder_id": None}], "folder_id": ""}),
    ("video-agent create", {"prompt": "x", "members": ["a@example.com"], "visibility": "selected"}),
    ("video-agent create", {"prompt": "x", "members": None, "visibility": "private"}),
    ("video-translate create", {**TRANSLATION, "srt_role": None, "start_time": None, "end_time": 2.5}),
    ("video-translate create", {**TRANSLATION, "srt": URL, "srt_role": "input", "start_time": 1, "end_time": 2}),
    ("lipsync create", {**LIPSYNC, "fps_mode": None}),
    ("voice create", {"prompt": "warm", "gender": None}),
    ("voice speech create", {**SPEECH, "speed": 2, "input_type": "ssml"}),
    ("avatar create", {"type": "prompt", "name": "Ada", "prompt": "x", "reference_images": [URL] * 3}),
    ("webhook endpoints create", {"url": "https://example.com:8443/hook?a=b#c", "events": None}),
    ("background-removal create", {"video": URL, "layers": ["mask"]}),
    ("ai-clipping create", {"video": URL, "output_settings": {"duration_types": ["long"]}}),
    ("asset direct-uploads create", {**FILE, "checksum_sha256": "aB" * 32}),
]


@pytest.mark.parametrize("command, body, message", INVALID, ids=[f"{each[0]}: {each[2]}" for each in INVALID])
def test_what_the_documents_do_not_allow_is_refused_by_both(run, command, body, message):
    argv = (*command.split(), "-d", json.dumps(body))
    result = run(*argv)
    assert (result.status, result.stdout, result.requests) == (2, "", []), result
    assert message in result.error["message"]
    assert "--no-validate" in result.error["hint"]
    assert all({"path", "problem"} <= set(each) <= {"path", "problem", "allowed"} for each in result.error["details"])

    unchecked = run(*argv, "--no-validate")
    assert len(unchecked.requests) == 1
    assert (unchecked.status, unchecked.error["code"]) == (1, "invalid_parameter")


@pytest.mark.parametrize("command, body", VALID, ids=[f"{each[0]}: {json.dumps(each[1])[:60]}" for each in VALID])
def test_what_the_documents_allow_passes_both(run, command, body):
    result = run(*command.split(), "-d", json.dumps(body))
    assert result.status == 0 and are_about_deprecation(result.notices), result


def bodies(run, words):
    """Return the bodies of an operation's examples."""
    for example in OPERATIONS[words][2]["x-cli-examples"]:
        command = re.sub(r" --get \S+", "", example["command"]).replace("<checksum-sha-256>", "0" * 64)
        argv = shlex.split(re.sub(r"<[\w-]+>", "x1", command))[1:]
        result = run(*argv, "--dry-run", stdin="From stdin.")
        assert result.status == 0 and are_about_deprecation(result.notices), result
        yield result.json["body"]


WITH_BODY = [
    words
    for words, (_, _, operation, _) in OPERATIONS.items()
    if "application/json" in operation.get("requestBody", {}).get("content", {})
]


@pytest.mark.parametrize("words", WITH_BODY)
def test_the_bodies_of_examples_pass_both_and_none_does_without_what_is_required(run, words):
    ids = ["x1"] * OPERATIONS[words][1].count("{")
    for body in bodies(run, words):
        argv = (*words.split(), *ids, "-d", json.dumps(body))
        if body is not None:
            answer = run(*argv, "--no-validate")
            assert answer.status == 0 or answer.error["code"] != "invalid_parameter", answer
        for name in required(words, body or {}):
            less = json.dumps({key: value for key, value in body.items() if key != name})
            argv = (*words.split(), *ids, "-d", less)
            assert (run(*argv).status, run(*argv, "--no-validate").error["code"]) == (2, "invalid_parameter")


def required(words, body):
    """Return the fields that a body of an operation has to have, whatever else it has."""
    _, _, operation, document = OPERATIONS[words]
    schema = resolved(operation["requestBody"]["content"]["application/json"]["schema"], document)
    if "discriminator" in schema:
        mark = schema["discriminator"]
        schema = resolved({"$ref": mark["mapping"][body[mark["propertyName"]]]}, document)
    return schema.get("required", [])


def resolved(schema, document):
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return schema
