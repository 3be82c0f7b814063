"""heygen/calls/assets.py and saving.py: what there is to download, and waits that end on disk."""

import pytest
from filehost import CONTENT, download, sending, there, video

from heygen.calls.assets import KINDS

# --- what there is to download


@pytest.mark.parametrize(
    "document, code, words",
    [
        ({"status": "failed", "failure_code": "bad_script", "failure_message": "No words"}, "video_failed", "bad_script: No words"),
        ({"status": "processing", "video_url": None}, "video_not_ready", "its status is processing"),
        ({"status": "brand_new", "video_url": None}, "video_not_ready", "its status is brand_new"),
        ({"status": "completed", "video_url": None, "gif_url": "https://h/x"}, "asset_not_available", "has no video file"),
    ],
)
def test_what_cannot_be_downloaded_has_a_code_of_its_own(run, server, files, cwd, document, code, words):
    server.answer({"data": {"id": "v1", **document}})
    result = download(run)
    assert (result.status, result.stdout, result.error["code"]) == (1, "", code)
    assert words in result.error["message"]
    assert result.error["hint"]


def test_a_video_that_is_not_there_says_how_to_find_it(run, server, cwd):
    server.answer({"error": {"code": "video_not_found", "message": "Video not found"}}, status=404)
    assert download(run).error["hint"] == "Check ID with: heygen video list"


@pytest.mark.parametrize(
    "group, path, fields",
    [
        ("video", "/v3/videos/x", {"video": "video_url", "captioned": "captioned_video_url", "thumbnail": "thumbnail_url", "gif": "gif_url", "subtitle": "subtitle_url"}),
        ("lipsync", "/v3/lipsyncs/x", {"video": "video_url", "srt": "caption_url"}),
        ("video-translate", "/v3/video-translations/x", {"video": "video_url", "audio": "audio_url", "srt": "srt_caption_url", "vtt": "vtt_caption_url"}),
    ],
)  # fmt: skip
def test_every_file_of_a_resource_can_be_had(run, server, files, cwd, group, path, fields):
    for asset, field in fields.items():
        server.route("GET", path, {"data": {"id": "x", "status": "completed", field: f"{files.url}/{field}"}})
        files.answer(body=asset.encode())
        result = run(group, "download", "x", "--asset", asset)
        assert result.status == 0, result
        assert (cwd / result.json["path"]).read_text() == asset
        assert result.json["asset"] == asset
    assert run(group, "download", "x", "--asset", "nonsense").status == 2


def test_the_documents_have_the_fields_that_files_are_read_from():
    from heygen.api import operations, schema

    for kind in KINDS:
        operation = operations.find_by_words(kind.get_command)
        data = schema.resolve(operation.response_schema["properties"]["data"], operation.document)
        assert {asset.field for asset in kind.assets.values()} <= set(data["properties"])


# --- together with --wait


def test_a_wait_may_go_straight_to_disk(run, server, files, cwd):
    server.answer({"data": {"session_id": "s", "video_id": "v1", "status": "generating"}})
    server.answer(video(files, "processing", video_url=None)).answer(video(files))
    files.script(sending())
    result = run("video-agent", "create", "--prompt", "Hi", "--wait", "--output-path", "out.mp4")
    assert result.status == 0, result
    assert result.json == {**video(files), "saved": {"asset": "video", "path": "out.mp4"}}
    assert there(cwd) == ["out.mp4"]
    assert "x-api-key" not in files.requests[0].headers


def test_a_get_may_wait_and_save_too(run, server, files, cwd):
    server.answer(video(files))
    files.script(sending())
    result = run("video", "get", "v1", "--wait", "--output-path", ".", "--get", "saved.path")
    assert result.stdout == "./v1.mp4\n"


def test_a_wait_may_end_on_standard_output(run, server, files, cwd):
    server.answer(video(files))
    files.script(sending())
    assert run("video", "get", "v1", "--wait", "--output-path", "-").stdout_bytes == CONTENT


@pytest.mark.parametrize("argv", [("video-agent", "create", "--prompt", "Hi"), ("video", "get", "v1")])
def test_a_path_without_a_wait_is_a_usage_error(run, server, cwd, argv):
    result = run(*argv, "--output-path", "x.mp4")
    assert (result.status, result.error["message"]) == (2, "--output-path needs --wait")


def test_what_is_in_the_way_is_refused_before_anything_is_paid_for(run, server, cwd):
    (cwd / "x.mp4").write_text("precious")
    for path in ("x.mp4", "none/x.mp4"):
        result = run("video-agent", "create", "--prompt", "Hi", "--wait", "--output-path", path)
        assert result.status == 1 and not result.requests


def test_a_download_that_fails_does_not_lose_the_resource(run, server, files, cwd):
    server.answer(video(files))
    files.script(sending(cut=100_000))
    result = run("video", "get", "v1", "--wait", "--output-path", "x.mp4", env={"HEYGEN_MAX_RETRIES": "0"})
    assert result.status == 1
    assert result.json == video(files)
    assert result.error["code"] == "cli_download_interrupted"
    assert "heygen video download v1" in result.error["hint"]
    server.answer(video(files))
    files.script(sending())
    assert download(run, "--output-path", "x.mp4").status == 0
    assert files.requests[1].headers["range"] == "bytes=100000-"


def translated(server, files, **states):
    server.answer({"data": {"video_translation_ids": list(states)}})
    for id, fields in states.items():
        server.answer({"data": {"id": id, "status": "completed", "video_url": f"{files.url}/{id}", **fields}})


TRANSLATE = (
    "video-translate", "create", "-d", '{"video":{"type":"url","url":"https://h/v"},"output_languages":["German","French"]}', "--wait",
)  # fmt: skip


def test_several_results_go_into_a_directory(run, server, files, cwd):
    translated(server, files, t1={}, t2={"video_url": None, "audio_url": f"{files.url}/t2.wav"})
    files.answer(body=b"one").answer(body=b"two")
    result = run(*TRANSLATE, "--output-path", "out")
    assert result.status == 0, result
    assert result.json["saved"] == [{"asset": "video", "path": "out/t1.mp4"}, {"asset": "audio", "path": "out/t2-audio.wav"}]
    assert (cwd / "out" / "t1.mp4").read_text() == "one" and (cwd / "out" / "t2-audio.wav").read_text() == "two"


def test_those_that_have_not_failed_are_saved_as_well(run, server, files, cwd):
    translated(server, files, t1={"status": "failed", "video_url": None, "failure_message": "No voice"}, t2={})
    files.answer(body=b"two")
    result = run(*TRANSLATE, "--output-path", "out/")
    assert result.status == 1 and not result.requests  # a directory that is named as one has to be there
    (cwd / "out").mkdir()
    result = run(*TRANSLATE, "--output-path", "out/")
    assert (result.status, result.error["code"]) == (1, "cli_job_failed")
    assert result.json["saved"] == [{"asset": "video", "path": "out/t2.mp4"}]


def test_several_results_do_not_go_to_standard_output(run, server, files, cwd):
    translated(server, files, t1={}, t2={})
    result = run(*TRANSLATE, "--output-path", "-")
    assert result.status == 2
    assert [each["id"] for each in result.json["data"]] == ["t1", "t2"]
