"""From `-d`, `--set`, flags and stdin to one checked request body."""

import json
import os

import pytest
from servers import CREATED

AVATAR = {"type": "avatar", "avatar_id": "a1", "script": "Hi", "voice_id": "v1"}
FLAGS = ("--type", "avatar", "--avatar-id", "a1", "--script", "Hi", "--voice-id", "v1")


def sent(run, server, *argv, **options):
    """Run a command that must succeed, and return the body that it sent."""
    server.answer(CREATED)
    result = run(*argv, **options)
    assert result.status == 0, result
    return result.requests[0].json


def refused(run, *argv, **options):
    """Run a command that must be refused before anything is sent, and return the error."""
    result = run(*argv, **options)
    assert (result.status, result.stdout, result.requests) == (2, "", []), result
    assert result.error["code"] == "usage_error"
    return result.error


def test_a_union_body_comes_from_flags_alone(run, server):
    assert sent(run, server, "video", "create", *FLAGS) == AVATAR


@pytest.mark.parametrize("space", ["", " ", "\n\t "])
def test_inline_json_may_start_with_white_space(run, server, space):
    assert sent(run, server, "video", "create", "-d", space + json.dumps(AVATAR)) == AVATAR


def test_a_body_comes_from_a_file(run, server, tmp_path):
    file = tmp_path / "request.json"
    file.write_bytes(b"\xef\xbb\xbf" + json.dumps(AVATAR).encode())
    assert sent(run, server, "video", "create", "-d", str(file)) == AVATAR


def test_a_body_comes_from_stdin(run, server):
    assert sent(run, server, "video", "create", "-d", "-", stdin=json.dumps(AVATAR)) == AVATAR


def test_long_text_comes_from_stdin(run, server):
    body = sent(run, server, "video-agent", "create", "--prompt", "-", stdin="Größe\nzwei\n")
    assert body == {"prompt": "Größe\nzwei"}


def test_every_long_text_comes_from_stdin(run, server):
    argv = ("video", "create", *FLAGS, "--motion-prompt", "-")
    assert sent(run, server, *argv, stdin="Wave.\n")["motion_prompt"] == "Wave."


def test_a_file_is_no_text(run, server):
    error = refused(run, "video", "create", "--type", "avatar", "--avatar-id", "a1", "--script", "@my_notes.txt")
    assert error["message"] == "--script takes text, not a file name: @my_notes.txt"
    command = "heygen video create --type avatar --avatar-id a1 --script - < my_notes.txt"
    assert error["hint"] == f"Add --no-validate to send it anyway; to send the text of a file: {command}"
    assert sent(run, server, "video", "create", *FLAGS, "--script", "@home is a word")["script"] == "@home is a word"


def test_a_file_is_a_text_where_nothing_is_checked(run, server):
    assert sent(run, server, "video", "create", *FLAGS, "--script", "@x", "--no-validate")["script"] == "@x"


@pytest.mark.parametrize("stdin", ["", "\n", " \n\t"])
def test_no_text_on_stdin_is_refused(run, server, stdin):
    error = refused(run, "video", "create", "--type", "avatar", "--avatar-id", "a1", "--script", "-", stdin=stdin)
    assert error["message"] == "--script must not be empty"


@pytest.mark.parametrize(
    "words, fields",
    [
        ("webhook endpoints update", "one of --events or --url"),
        ("avatar looks update", "--name"),
        ("avatar update", "--default-voice-id"),
    ],
)
def test_a_change_of_nothing_is_refused(run, server, words, fields):
    assert refused(run, *words.split(), "x1")["message"] == f"nothing to change: give {fields}"


def test_the_order_is_data_then_set_then_flags(run, server):
    data = json.dumps({**AVATAR, "title": "from -d", "voice_settings": {"speed": 1, "pitch": 2}})
    sets = ("--set", "voice_settings.speed=1.2", "--set", "title=from --set", "--set", "script=from --set")
    body = sent(run, server, "video", "create", "-d", data, *sets, "--title", "from a flag")
    assert body == {
        **AVATAR,
        "title": "from a flag",
        "script": "from --set",
        "voice_settings": {"speed": 1.2, "pitch": 2},
    }


def test_set_makes_nested_objects_and_lists(run, server):
    body = sent(
        run, server,
        *("video", "create", "--type", "studio", "--no-validate"),
        *("--set", "scenes[0].input.script=Hi", "--set", "scenes[1].type=image", "--set", 'scenes[1].tags=["a"]'),
    )  # fmt: skip
    assert body == {"scenes": [{"input": {"script": "Hi"}}, {"type": "image", "tags": ["a"]}], "type": "studio"}


def test_a_scalar_and_an_array_of_one_name_follow_the_variant(run, server):
    argv = ("video", "create", "--type", "cinematic_avatar", "--prompt", "A walk", "--avatar-id", "a1,a2")
    assert sent(run, server, *argv)["avatar_id"] == ["a1", "a2"]


def test_arrays_repeat_and_split_but_not_in_quotes_or_parentheses(run, server):
    argv = ("video-translate", "create", "--set", 'video={"type":"url","url":"https://example.com/a.mp4"}')
    languages = ("--output-languages", 'French, "a, b",Chinese (Mandarin, Simplified)', "--output-languages", "German")
    body = sent(run, server, *argv, *languages)
    assert body["output_languages"] == ["French", "a, b", "Chinese (Mandarin, Simplified)", "German"]


def test_two_dashes_may_be_a_flags_value(run, server):
    assert sent(run, server, "video-agent", "create", "--prompt=--") == {"prompt": "--"}


def test_bytes_that_are_no_text_go_into_a_query_as_into_a_path(run, server):
    server.answer({"data": []}).answer({"data": {}})
    listed = run("video", "list", "--title", "a\udcff")
    shown = run("video", "get", "a\udcff")
    assert [each.requests[0].target for each in (listed, shown)] == ["/v3/videos?title=a%ED%B3%BF", "/v3/videos/a%ED%B3%BF"]


def test_a_file_without_an_end_is_refused(run, server):
    if not os.path.exists("/dev/zero"):
        pytest.skip("this system has no /dev/zero")
    assert refused(run, "video", "create", "-d", "/dev/zero")["message"].endswith("it is larger than 100 MiB")


def test_a_number_that_no_float_holds_is_refused(run, server):
    for options in ((), ("--no-validate",)):
        error = refused(run, "video", "create", "-d", '{"a": -1e999}', *options)
        assert error["message"] == "the value of -d is not valid JSON: -1e999 is too large a number"


def test_an_optional_body_may_be_left_out(run, server):
    server.answer(CREATED)
    result = run("asset", "complete", "create", "asset_1")
    assert result.status == 0
    assert result.requests[0].body == b""
    assert "content-type" not in result.requests[0].headers


@pytest.mark.parametrize(
    "data, message",
    [
        ("{\n  oops}", "Expecting property name enclosed in double quotes at line 2, column 3"),
        ("[1]", "must be a JSON object, not a list"),
        ('"x"', "must be a JSON object, not a string"),
        ('{"a": NaN}', "NaN is not JSON"),
        ("", "-d is empty"),
        ("{" * 100000, "is not valid JSON"),
    ],
)
def test_bad_data_is_refused_with_its_place(run, server, data, message):
    assert message in refused(run, "video", "create", "-d", data)["message"]


def test_a_file_that_cannot_be_read_is_no_mistake_of_usage(run, server, tmp_path):
    for path in ("nowhere.json", str(tmp_path)):
        result = run("video", "create", "-d", path)
        assert (result.status, result.stdout, result.requests) == (1, "", [])
        assert result.error["code"] == "cli_file_io_error"
        assert result.error["message"].startswith(f"cannot read the file {path} given with -d: ")
        assert result.error["param"] == "--data"


@pytest.mark.parametrize(
    "assignment, message",
    [
        ("title", "expected PATH=VALUE"),
        ("a..b=1", "a field name is missing at column 3"),
        ("a[x]=1", "[x] is not an index at column 3"),
        ("[0]=1", "the path must start with a field"),
        ("scenes[2].x=1", "scenes has 0 items, so there is no index 2 to set"),
    ],
)
def test_a_bad_assignment_is_refused(run, server, assignment, message):
    assert message in refused(run, "video", "create", "--set", assignment)["message"]


def test_a_field_inside_a_scalar_is_refused(run, server):
    error = refused(run, "video", "create", "-d", '{"title": "x"}', "--set", "title.y=1")
    assert error["message"] == "--set title.y=1: title is the value 'x', not an object or a list"


@pytest.mark.parametrize(
    "argv, message",
    [
        ((), "--type is required: one of avatar, image, cinematic_avatar, studio"),
        (("--type", "avatar"), "missing required flag: --avatar-id"),
        (("--type", "cinematic_avatar"), "missing required flags: --prompt, --avatar-id"),
        (("--type", "studio"), "missing required field: scenes"),
        (("--type", "studio", "--script", "Hi"), "--script does not apply to type studio"),
        (("--type", "avatar", "--avatar-id", "a,b"), "--avatar-id takes one value here, not 2"),
        ((*FLAGS, "--set", "titel=x"), "titel is not a known field; did you mean title?"),
        ((*FLAGS, "--set", "title=5"), "--title must be a string or null, not an integer"),
        ((*FLAGS, "--set", "resolution=1080"), "--resolution must be a string or null, not an integer"),
        (
            (*FLAGS, "--set", "voice_settings.engine_settings.engine_type=elevenlab"),
            "voice_settings.engine_settings.engine_type must be one of: elevenlabs, fish, starfish; "
            'not "elevenlab"; did you mean elevenlabs?',
        ),
        ((*FLAGS, "--set", "background.type=colour"), 'background.type must be one of: color, image; not "colour"'),
    ],
)
def test_a_body_that_breaks_the_schema_is_refused(run, server, argv, message):
    assert refused(run, "video", "create", *argv)["message"].startswith(message)


@pytest.mark.parametrize("text", ["2024", "true", "1.50"])
def test_text_that_reads_as_json_is_told_how_to_be_text(run, server, text):
    error = refused(run, "video", "create", *FLAGS, "--set", f"title={text}")
    assert error["hint"].startswith(f"To send it as text: --set 'title=\"{text}\"'; ")
    assert sent(run, server, "video", "create", *FLAGS, "--set", f'title="{text}"')["title"] == text


@pytest.mark.parametrize(
    "argv, message",
    [
        (("video-agent", "create", "--prompt", ""), "--prompt must not be empty"),
        (("video-agent", "create", "--prompt", "x" * 10001), "--prompt must have at most 10000 characters, not 10001"),
        (("video", "create", "--type", "cinematic_avatar", "--avatar-id", "a", "--prompt", "x", "--duration", "20"), "--duration must be from 4 to 15, not 20"),
        (("video", "create", *FLAGS, "--set", "voice_settings.speed=9"), "voice_settings.speed must be from 0.5 to 1.5, not 9"),
        (("video", "create", "--type", "studio", "--set", "scenes=[]"), "scenes must have at least 1 item"),
    ],
)
def test_the_limits_of_the_api_are_checked_before_anything_is_sent(run, server, argv, message):
    assert refused(run, *argv)["message"].startswith(message)


def test_all_that_is_missing_is_named_at_once(run, server):
    error = refused(run, "template", "generate")
    assert error["message"] == "missing required fields: <template-id>, variables"
    assert "heygen template generate --request-schema" in error["hint"]


@pytest.mark.parametrize(
    "field, guess",
    [("camera", None), ("captions", "caption"), ("engines", "engine"), ("resolutions", "resolution"), ("scrpt", None)],
)
def test_an_unknown_field_is_sent_with_a_warning(run, server, field, guess):
    server.answer(CREATED)
    result = run("video", "create", *FLAGS, "--set", f"{field}=x")
    assert (result.status, result.requests[0].json[field]) == (0, "x")
    message = f"{field} is not a known field; it is sent anyway" + (f"; did you mean {guess}?" if guess else "")
    hint = "See the known fields with: heygen video create --request-schema"
    assert result.notices == [{"warning": {"code": "unknown_field", "message": message, "hint": hint, "param": field}}]


def test_unknown_fields_are_found_wherever_they_are_and_open_objects_have_none(run, server):
    server.answer(CREATED).answer(CREATED)
    nested = {"type": "studio", "scenes": [{"type": "video", "source": {"type": "asset_id", "asset_id": "a", "crop": 1}}]}
    result = run("video", "create", "-d", json.dumps(nested))
    assert json.loads(result.stderr)["warning"]["message"].startswith("scenes[0].source.crop is not a known field")
    assert run("template", "generate", "t1", "-d", '{"variables": {"name": {"type": "text"}}}').stderr == ""


@pytest.mark.parametrize("field, meant", [("titel", "title"), ("callback_ur", "callback_url"), ("avatarid", "avatar_id"), ("Script", "script")])
def test_a_slip_is_refused(run, server, field, meant):
    body = {key: value for key, value in AVATAR.items() if key != meant}
    error = refused(run, "video", "create", "-d", json.dumps({**body, field: "x"}))
    assert error["message"] == f"{field} is not a known field; did you mean {meant}?"


def test_all_problems_stand_in_the_details(run, server):
    argv = ("--type", "avatar", "--aspect-ratio", "16:10", "--set", "background.type=color", "--title", "x")
    error = refused(run, "video", "create", *argv)
    assert error["details"] == [
        {"path": "avatar_id", "problem": "is required"},
        {"path": "background.value", "problem": "value is needed with type color"},
        {
            "path": "aspect_ratio",
            "problem": 'must be one of: 16:9, 9:16, 4:5, 5:4, 1:1, auto; not "16:10"; did you mean 16:9?',
            "allowed": ["16:9", "9:16", "4:5", "5:4", "1:1", "auto"],
        },
        {"path": "script", "problem": "exactly one of script, audio_url and audio_asset_id is needed; none was given"},
    ]
    assert "--no-validate" in error["hint"]
    missing = refused(run, "template", "generate")["details"]
    assert missing == [{"path": "<template-id>", "problem": "is required"}, {"path": "variables", "problem": "is required"}]


def test_people_read_each_problem_once(run, server):
    result = run("video", "create", "--type", "avatar", "--avatar-id", "a1", "--human")
    assert result.status == 2
    assert result.stderr.count("none was given") == 1


def test_a_rule_that_a_flag_breaks_names_the_flag_and_what_came_otherwise_as_it_came(run, server):
    data = json.dumps({**AVATAR, "script": None, "audio_url": "https://example.com/a.mp3"})
    error = refused(run, "video", "create", "-d", data, "--script", "Hi")
    wanted = "exactly one of --script, audio_url and --audio-asset-id is needed; --script and audio_url were given"
    assert error["message"] == wanted


def test_a_value_that_the_documents_do_not_know_can_be_sent_all_the_same(run, server):
    body = sent(run, server, "video", "create", *FLAGS, "--aspect-ratio", "21:9", "--no-validate")
    assert body["aspect_ratio"] == "21:9"


def test_a_value_that_the_api_lists_is_looked_up_with_the_command(run, server):
    server.answer({"error": {"code": "invalid_parameter", "message": "no", "param": "output_languages[0]"}}, status=400)
    video = '{"video": {"type": "asset_id", "asset_id": "a"}}'
    result = run("video-translate", "create", "-d", video, "--output-languages", "Klingon")
    assert result.error["hint"] == "See what output_languages accepts with: heygen video-translate languages list"


def test_a_near_miss_of_a_field_that_is_there_as_well_passes(run, server):
    assert sent(run, server, "video", "create", *FLAGS, "--set", "voice_ids=x")["voice_ids"] == "x"


def test_no_validate_sends_it_as_it_is(run, server):
    assert sent(run, server, "video", "create", "--no-validate", "-d", '{"titel": 5}') == {"titel": 5}


def test_only_one_input_may_take_stdin(run, server):
    error = refused(run, "video-agent", "create", "-d", "-", "--prompt", "-", stdin="{}")
    assert error["message"] == "-d and --prompt cannot both read stdin"


def test_input_that_is_not_utf8_is_refused(run, server):
    error = refused(run, "video-agent", "create", "--prompt", "-", stdin=b"abc\xff")
    assert error["message"] == "stdin is not UTF-8 text: byte 4 is invalid"


@pytest.mark.parametrize("id", ["..", "."])
def test_an_id_that_would_leave_its_path_is_refused(run, server, id):
    assert refused(run, "video", "get", id)["message"] == f'"{id}" is not a valid ID'


def test_an_empty_id_is_refused(run, server):
    assert refused(run, "video", "delete", "", "--force")["message"] == "<video-id> must not be empty"


# --- dry run, keys, schemas


def test_a_dry_run_prints_the_request_and_sends_nothing(run, server):
    result = run("video", "create", *FLAGS, "--dry-run", "--idempotency-key", "k-1", env={"HEYGEN_API_KEY": "test-key"})
    assert result.status == 0
    assert result.json["method"] == "POST"
    assert result.json["url"] == server.url + "/v3/videos"
    assert result.json["body"] == AVATAR
    assert result.json["headers"]["Idempotency-Key"] == "k-1"
    assert result.json["headers"]["X-Api-Key"] == "***"
    assert "test-key" not in result.stdout
    assert not result.requests


def test_a_dry_run_needs_no_key_but_checks(run, server):
    assert run("video", "create", *FLAGS, "--dry-run", env={"HEYGEN_API_KEY": None}).status == 0
    assert refused(run, "video", "create", "--type", "avatar", "--dry-run", env={"HEYGEN_API_KEY": None})


def test_the_idempotency_key_is_the_same_on_all_tries(run, server):
    server.answer({}, status=429).answer({}, status=429).answer({"data": {}})
    keys = [each.headers["idempotency-key"] for each in run("video", "create", *FLAGS).requests]
    assert len(keys) == 3 and len(set(keys)) == 1


@pytest.mark.parametrize("key", ["a\nb", "", "a b", "ä", "a/b", "k" * 256])
def test_a_bad_idempotency_key_is_refused(run, server, key):
    assert "--idempotency-key must be" in refused(run, "video", "create", *FLAGS, "--idempotency-key", key)["message"]


def test_schemas_are_self_contained_and_need_neither_key_nor_arguments(run, server):
    for flag in ("--request-schema", "--response-schema"):
        result = run("template", "generate", flag, env={"HEYGEN_API_KEY": None})
        assert result.status == 0, result
        assert result.json["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert "#/components" not in result.stdout and "x-cli-" not in result.stdout
        for reference in set(find_references(result.json)):
            assert reference.split("/")[-1] in result.json["$defs"]


def test_shared_parts_stand_once(run, server):
    result = run("video", "create", "--request-schema")
    assert list(result.json["$defs"]).count("AssetUrl") == 1
    assert len(result.stdout) < 37_000


def find_references(node):
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for value in node.values():
            yield from find_references(value)
    elif isinstance(node, list):
        for value in node:
            yield from find_references(value)


# --- --get


@pytest.mark.parametrize(
    "path, text",
    [
        ("data[0].id", "a\n"),
        ("data[-1].id", "b\n"),
        ("data[].id", "a\nb\n"),
        (".data[0].duration", "1.5\n"),
        ("data[0]", '{"id":"a","duration":1.5}\n'),
        ("has_more", "false\n"),
    ],
)
def test_get_prints_one_field(run, server, path, text):
    server.answer({"data": [{"id": "a", "duration": 1.5}, {"id": "b"}], "has_more": False})
    assert run("video", "list", "--get", path).stdout == text


def test_a_missing_field_is_an_error_of_its_own(run, server):
    server.answer({"data": [{"id": "a"}]})
    result = run("video", "list", "--get", "data[0].video_url")
    assert (result.status, result.stdout, result.error["code"]) == (1, "", "cli_field_not_found")


def test_a_missing_field_does_not_lose_what_was_made(run, server):
    server.answer({"data": {"video_id": "vid_1"}})
    result = run("video", "create", *FLAGS, "--get", "data.output_format")
    assert (result.status, result.error["code"]) == (1, "cli_field_not_found")
    assert result.error["result"] == {"data": {"video_id": "vid_1"}}
    assert result.error["hint"].startswith("Nothing needs to be repeated")


def test_get_prints_a_part_of_a_schema(run, server):
    assert run("video", "get", "--response-schema", "--get", "type").stdout == "object\n"


def test_a_wrong_base_is_refused_before_a_missing_key_is(run, server):
    error = refused(run, "video", "list", env={"HEYGEN_API_BASE": "nonsense", "HEYGEN_API_KEY": None})
    assert "HEYGEN_API_BASE" in error["message"]


def test_a_bad_path_is_refused_before_anything_is_sent(run, server):
    assert refused(run, "video", "list", "--get", "data[")["message"] == "--get data[: ] is missing at column 6"


# --- destructive commands


def test_a_deletion_without_a_terminal_needs_force(run, server):
    result = run("video", "delete", "vid_1")
    assert (result.status, result.error["code"], result.requests) == (1, "confirmation_required", [])


def test_force_deletes(run, server):
    server.answer({"data": {"id": "vid_1", "deleted": True}})
    assert run("video", "delete", "vid_1", "--force").requests[0].method == "DELETE"
