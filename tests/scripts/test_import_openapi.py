"""scripts/import_openapi.py: what comes in from upstream, what stays ours, and what is reported."""

from __future__ import annotations

import copy
import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "import_openapi.py"
REAL = ROOT / "heygen" / "api" / "documents"
UPSTREAM = ROOT / "tests" / "data" / "upstream"
INVALID = sorted((UPSTREAM / "invalid").iterdir())

sys.path.insert(0, str(ROOT / "scripts"))
import import_openapi  # noqa: E402
from openapi.commands import CommandNames, derived_command, singular  # noqa: E402
from openapi.documents import read_documents  # noqa: E402
from openapi.importing import imported  # noqa: E402
from openapi.upstream import parse_upstream  # noqa: E402


class Folder:
    """A folder of documents and an upstream description to bring into it."""

    def __init__(self, path, capsys):
        self.path = path / "documents"
        self.path.mkdir()
        self._capsys = capsys
        self.upstream = json.loads((UPSTREAM / "base.json").read_text())

    def bring_in(self, *flags):
        """Import the upstream description and return the exit status and the lines of the report."""
        source = self.path.parent / "upstream.json"
        source.write_text(json.dumps(self.upstream))
        status = import_openapi.main([str(source), "--documents", str(self.path), *flags])
        captured = self._capsys.readouterr()
        assert captured.err == ""
        return status, captured.out.splitlines()

    def read(self, group):
        return json.loads((self.path / f"{group}.json").read_text())

    def edit(self, group):
        document = self.read(group)
        return document, lambda: (self.path / f"{group}.json").write_text(json.dumps(document, indent=1) + "\n")

    def bytes(self):
        return {path.name: path.read_bytes() for path in self.path.iterdir()}


@pytest.fixture
def folder(tmp_path, capsys):
    folder = Folder(tmp_path, capsys)
    assert folder.bring_in()[0] == 0
    return folder


def operation(description, method, path):
    return description["paths"][path][method]


def ok_schema(operation):
    return operation["responses"]["200"]["content"]["application/json"]["schema"]


# What comes in


def test_a_first_import_makes_a_document_for_each_group(folder):
    assert set(folder.bytes()) == {"index.json", "video.json", "voice.json"}
    assert folder.read("index") == {"groups": {"video": "Work with videos", "voice": "Find and make voices"}}
    commands = {
        op["x-cli-command"]: op["operationId"]
        for path in folder.read("video")["paths"].values()
        for op in path.values()
    }
    assert commands == {"list": "video.list", "create": "video.create", "get": "video.get", "delete": "video.delete"}


def test_shared_parts_are_resolved_and_only_needed_schemas_are_copied(folder):
    video = folder.read("video")
    listed = operation(video, "get", "/v3/videos")
    assert [parameter["name"] for parameter in listed["parameters"]] == ["limit", "sort"]
    assert listed["parameters"][0]["description"] == "Nearer than the shared one."
    assert operation(video, "post", "/v3/videos")["parameters"][0]["schema"] == {"type": "integer", "maximum": 100}
    assert operation(video, "get", "/v3/videos/{video_id}")["parameters"][0] == {
        "name": "video_id",
        "in": "path",
        "description": "Which one.",
        "required": True,
        "schema": {"type": "string"},
    }
    assert list(video["components"]["schemas"]) == [
        "FromAsset",
        "FromUrl",
        "NewVideo",
        "Settings",
        "Shape",
        "VideoItem",
    ]
    assert list(folder.read("voice")["components"]["schemas"]) == ["Voice"]
    assert "/v1/video.list" not in video["paths"]


def test_schemas_take_the_form_of_our_documents(folder):
    video = folder.read("video")
    schemas = video["components"]["schemas"]
    assert schemas["NewVideo"]["properties"] == {
        "settings": {"description": "How.", "anyOf": [{"$ref": "#/components/schemas/Settings"}, {"type": "null"}]},
        "shape": {"default": "wide", "$ref": "#/components/schemas/Shape"},
        "source": {
            "description": "Where from.",
            "oneOf": [{"$ref": "#/components/schemas/FromUrl"}, {"$ref": "#/components/schemas/FromAsset"}],
            "discriminator": {
                "propertyName": "type",
                "mapping": {"url": "#/components/schemas/FromUrl", "asset_id": "#/components/schemas/FromAsset"},
            },
        },
        "title": {"description": "Upstream's title.", "type": ["string", "null"]},
    }
    assert schemas["VideoItem"]["properties"]["status"] == {
        "type": ["string", "null"],
        "enum": ["waiting", "done", None],
    }
    assert schemas["Settings"]["properties"]["speed"] == {"type": "number", "exclusiveMinimum": 0}
    assert schemas["FromUrl"]["properties"]["type"] == {"const": "url"}
    assert list(ok_schema(operation(video, "post", "/v3/videos"))["properties"]) == ["data"]


@pytest.mark.parametrize(
    "given, ours",
    [
        (
            {"anyOf": [{"type": "string"}, {"type": "null"}], "title": "T", "default": None},
            {"type": ["string", "null"]},
        ),
        (
            {"anyOf": [{"enum": ["a"], "type": "string"}, {"type": "null"}]},
            {"enum": ["a", None], "type": ["string", "null"]},
        ),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]}, "same"),
        (
            {"oneOf": [{"type": "string"}, {"type": "integer"}], "nullable": True},
            {"oneOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
        ),
        (
            {"$ref": "#/components/schemas/Voice", "nullable": True},
            {"anyOf": [{"$ref": "#/components/schemas/Voice"}, {"type": "null"}]},
        ),
        ({"const": "a", "nullable": True}, {"enum": ["a", None]}),
        ({"type": ["string"]}, {"type": "string"}),
        ({"type": "integer", "maximum": 3, "exclusiveMaximum": False}, {"type": "integer", "maximum": 3}),
        ({"type": "object", "additionalProperties": True, "x-order": 1}, {"type": "object"}),
        (
            {"type": "object", "additionalProperties": {"type": "string", "nullable": True}},
            {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
        ),
        (
            {"allOf": [{"type": "object", "title": "A"}, {"required": ["a"]}]},
            {"allOf": [{"type": "object"}, {"required": ["a"]}]},
        ),
        ({"$ref": "#/components/schemas/Voice/properties/id"}, {"type": "string"}),
        ({"type": "object", "properties": {"title": {"type": "string"}, "example": {"type": "string"}}}, "same"),
    ],
)
def test_forms_of_schemas(given, ours):
    upstream = json.loads((UPSTREAM / "base.json").read_text())
    upstream["components"]["schemas"]["Given"] = copy.deepcopy(given)
    assert parse_upstream(upstream).schemas["Given"] == (given if ours == "same" else ours)


def test_an_undocumented_response_stays_absent(folder):
    operation(folder.upstream, "get", "/v3/voices")["responses"] = {
        "200": {"description": "Fine.", "content": {"application/json": {"schema": {}}}}
    }
    assert "           response: application/json removed" in folder.bring_in()[1]
    assert operation(folder.read("voice"), "get", "/v3/voices")["responses"] == {"200": {"description": "Fine."}}


def test_schemas_of_one_name_do_not_fall_together(folder):
    video, save = folder.edit("video")
    text = json.dumps(video).replace("VideoItem", "Voice")  # in our document, Voice is what upstream calls VideoItem
    (folder.path / "video.json").write_text(json.dumps(json.loads(text), indent=1) + "\n")
    folder.upstream["components"]["schemas"]["VideoItem"]["properties"]["voice"] = {
        "$ref": "#/components/schemas/Voice"
    }
    folder.bring_in()
    schemas = folder.read("video")["components"]["schemas"]
    assert list(schemas["Voice"]["properties"]) == ["id", "status", "voice"]
    assert schemas["Voice"]["properties"]["voice"] == {"$ref": "#/components/schemas/Voice2"}
    assert schemas["Voice2"]["properties"]["parent"] == {"$ref": "#/components/schemas/Voice2"}
    assert folder.bring_in("--check") == (
        0,
        ["note     paths outside /v3/ are left out: 1", "0 new, 0 changed, 0 gone; files to change: none"],
    )


# What stays ours


def with_our_words(folder):
    """Rewrite every text of the video document and give it keys of ours, and return the result."""
    video, save = folder.edit("video")

    def reword(node, named=False):
        if isinstance(node, list):
            for entry in node:
                reword(entry)
        elif isinstance(node, dict):
            for key, value in node.items():
                if key in ("summary", "description") and not named:
                    node[key] = "Ours."
                else:
                    reword(value, key in ("properties", "schemas"))

    reword(video["paths"])
    reword(video["components"])
    listed = operation(video, "get", "/v3/videos")
    listed["x-cli-columns"] = {"ID": "id"}
    listed["x-cli-examples"] = [{"about": "All", "command": "heygen video list"}]
    operation(video, "post", "/v3/videos")["x-cli-command"] = "make"
    video["components"]["schemas"]["NewVideo"]["properties"]["title"]["x-cli-stdin"] = True
    video["components"]["schemas"]["VideoItem"]["properties"]["id"]["description"] = "Our id."
    save()
    return video


def test_our_words_and_keys_stay_where_upstream_says_it_otherwise(folder):
    ours = with_our_words(folder)
    text = re.sub(r'("(?:summary|description)": )"[^"]*"', r'\1"Theirs, and new."', json.dumps(folder.upstream))
    folder.upstream = json.loads(text)
    folder.upstream["components"]["schemas"]["VideoItem"]["properties"]["status"][
        "description"
    ] = "We chose to say nothing."
    status, lines = folder.bring_in("--check")
    assert (status, lines[-1]) == (0, "0 new, 0 changed, 0 gone; files to change: none")
    assert folder.read("video") == ours


def test_our_rules_stay_where_upstream_states_none(folder):
    video, save = folder.edit("video")
    body = video["components"]["schemas"]["NewVideo"]
    ours = {"allOf": [{"not": {"required": ["title", "shape"]}}], "minProperties": 1}
    body.update(ours)
    body["properties"]["title"].update(pattern=r"\S", title="a title")
    save()
    before = folder.read("video")
    assert folder.bring_in("--check")[1][-1] == "0 new, 0 changed, 0 gone; files to change: none"
    folder.upstream["components"]["schemas"]["NewVideo"]["properties"]["title"]["maxLength"] = 50
    folder.bring_in()
    after = folder.read("video")["components"]["schemas"]["NewVideo"]
    assert {key: after[key] for key in ours} == ours
    assert after["properties"]["title"] == {**before["components"]["schemas"]["NewVideo"]["properties"]["title"], "maxLength": 50}


def test_our_words_stay_on_what_changes(folder):
    with_our_words(folder)
    schemas = folder.upstream["components"]["schemas"]
    schemas["NewVideo"]["properties"]["title"]["maxLength"] = 50
    schemas["NewVideo"]["properties"]["size"] = {"type": "integer", "description": "Theirs."}
    operation(folder.upstream, "get", "/v3/videos")["parameters"][0]["schema"]["maximum"] = 20
    assert folder.bring_in()[0] == 0
    video = folder.read("video")
    properties = video["components"]["schemas"]["NewVideo"]["properties"]
    assert properties["title"] == {
        "description": "Ours.",
        "type": ["string", "null"],
        "x-cli-stdin": True,
        "maxLength": 50,
    }
    assert properties["size"] == {"description": "Theirs.", "type": "integer"}
    listed = operation(video, "get", "/v3/videos")
    assert listed["parameters"][0] == {
        "name": "limit",
        "in": "query",
        "description": "Ours.",
        "schema": {"type": "integer", "maximum": 20},
    }
    assert listed["x-cli-columns"] == {"ID": "id"}
    assert operation(video, "post", "/v3/videos")["x-cli-command"] == "make"


def test_our_names_and_factoring_of_schemas_stay(folder):
    """Upstream may rename components, inline one, or make one of what is inline with us."""
    ours = with_our_words(folder)
    upstream = json.loads(json.dumps(folder.upstream).replace("schemas/VideoItem", "schemas/VideoDto"))
    schemas = upstream["components"]["schemas"]
    schemas["VideoDto"] = schemas.pop("VideoItem")
    schemas["NewVideo"]["properties"]["shape"] = {**schemas.pop("Shape"), "default": "wide"}
    schemas["Title"] = schemas["NewVideo"]["properties"]["title"]
    schemas["NewVideo"]["properties"]["title"] = {"$ref": "#/components/schemas/Title"}
    schemas["Body"] = schemas.pop("NewVideo")
    upstream["components"]["requestBodies"]["NewVideo"]["content"]["application/json"]["schema"] = {
        "$ref": "#/components/schemas/Body"
    }
    folder.upstream = upstream
    status, lines = folder.bring_in()
    assert lines[-1] == "0 new, 0 changed, 0 gone; files to write: video.json"  # the default moves to the component
    video = folder.read("video")
    assert video["components"]["schemas"]["Shape"].pop("default") == "wide"
    del ours["components"]["schemas"]["NewVideo"]["properties"]["shape"]["default"]
    assert video == ours
    assert folder.bring_in("--check")[0] == 0


def test_a_renamed_path_parameter_is_the_same_operation(folder):
    video, save = folder.edit("video")
    operation(video, "post", "/v3/videos")["x-cli-wait"] = {"poll": "GET /v3/videos/{video_id}"}
    operation(video, "get", "/v3/videos/{video_id}")["parameters"][0]["description"] = "Ours."
    save()
    item = folder.upstream["paths"].pop("/v3/videos/{video_id}")
    item["parameters"][0]["name"] = "id"
    folder.upstream["paths"]["/v3/videos/{id}"] = item
    status, lines = folder.bring_in()
    assert lines == [
        "changed  GET /v3/videos/{id}  (video get)",
        "           path parameter video_id: renamed to id",
        "changed  DELETE /v3/videos/{id}  (video delete)",
        "           path parameter video_id: renamed to id",
        "note     video get: x-cli-examples to check",
        "note     video delete: x-cli-examples to check",
        "note     paths outside /v3/ are left out: 1",
        "0 new, 2 changed, 0 gone; files to write: video.json",
    ]
    video = folder.read("video")
    assert operation(video, "get", "/v3/videos/{id}")["parameters"][0]["description"] == "Ours."
    assert operation(video, "post", "/v3/videos")["x-cli-wait"] == {"poll": "GET /v3/videos/{id}"}


def test_variants_are_known_by_their_mark(folder):
    with_our_words(folder)
    schemas = folder.upstream["components"]["schemas"]
    schemas["FromText"] = {"type": "object", "properties": {"type": {"const": "text"}, "text": {"type": "string"}}}
    schemas["NewVideo"]["properties"]["source"]["oneOf"] = [
        {"$ref": "#/components/schemas/FromText"},
        {"$ref": "#/components/schemas/FromAsset"},
    ]
    lines = folder.bring_in()[1]
    assert "           body.source(url): removed" in lines
    assert "           body.source(text): added" in lines
    source = folder.read("video")["components"]["schemas"]["NewVideo"]["properties"]["source"]
    assert source["discriminator"]["mapping"] == {
        "asset_id": "#/components/schemas/FromAsset",
        "text": "#/components/schemas/FromText",
    }
    assert "FromUrl" not in folder.read("video")["components"]["schemas"]


# What is reported


def limit(upstream):
    return operation(upstream, "get", "/v3/videos")["parameters"][0]["schema"]


def new_video(upstream):
    return upstream["components"]["schemas"]["NewVideo"]


CHANGES = [
    (lambda up: limit(up).update(maximum=40), "query parameter limit: maximum 50 -> 40"),
    (lambda up: limit(up).update(minimum=1), "query parameter limit: minimum 1 added"),
    (lambda up: limit(up).pop("maximum"), "query parameter limit: maximum 50 removed"),
    (lambda up: limit(up).update(type="string"), "query parameter limit: type integer -> string"),
    (lambda up: operation(up, "get", "/v3/videos")["parameters"].pop(1), "query parameter sort: removed"),
    (
        lambda up: operation(up, "get", "/v3/videos")["parameters"][1].update(required=True),
        "query parameter sort: now required",
    ),
    (
        lambda up: operation(up, "get", "/v3/videos")["parameters"].append(
            {"name": "q", "in": "query", "required": True, "schema": {"type": "string"}}
        ),
        "query parameter q: added (string, required)",
    ),
    (lambda up: operation(up, "get", "/v3/videos").update(deprecated=True), "deprecated"),
    (lambda up: up["components"]["schemas"]["Shape"]["enum"].append("square"), 'body.shape: value "square" added'),
    (lambda up: up["components"]["schemas"]["Shape"]["enum"].remove("tall"), 'body.shape: value "tall" removed'),
    (
        lambda up: up["components"]["schemas"]["Shape"].pop("enum"),
        'body.shape: values no longer limited to ["wide", "tall"]',
    ),
    (lambda up: new_video(up)["properties"]["shape"].update(default="tall"), 'body.shape: default "wide" -> "tall"'),
    (lambda up: new_video(up)["properties"]["title"].pop("nullable"), "body.title: type string or null -> string"),
    (lambda up: new_video(up)["properties"].pop("title"), "body.title: removed"),
    (lambda up: new_video(up)["properties"].update(fps={"type": "integer"}), "body.fps: added (integer)"),
    (lambda up: new_video(up)["required"].append("title"), "body.title: now required"),
    (lambda up: new_video(up).pop("required"), "body.source: no longer required"),
    (lambda up: up["components"]["schemas"]["FromUrl"]["properties"].pop("url"), "body.source(url).url: removed"),
    (
        lambda up: up["components"]["schemas"]["Settings"]["properties"]["speed"].update(default=1),
        "body.settings.speed: default 1 added",
    ),
    (
        lambda up: new_video(up)["properties"]["settings"].pop("nullable"),
        "body.settings: type object or null -> object",
    ),
    (lambda up: up["components"]["requestBodies"]["NewVideo"].update(required=False), "body: no longer required"),
    (lambda up: operation(up, "post", "/v3/videos").pop("requestBody"), "body: application/json removed"),
    (
        lambda up: up["components"]["schemas"]["VideoItem"]["properties"].update(url={"type": "string"}),
        "response.data.url: added (string)",
    ),
    (lambda up: up["components"]["schemas"]["VideoItem"].pop("required"), "response.data[].id: no longer required"),
]


@pytest.mark.parametrize("change, told", CHANGES, ids=[told for _, told in CHANGES])
def test_a_change_is_told_and_made_and_then_is_none(folder, change, told):
    change(folder.upstream)
    status, lines = folder.bring_in("--check")
    assert status == 1
    assert f"           {told}" in lines
    assert folder.bring_in() == (0, [*lines[:-1], lines[-1].replace("files to change", "files to write")])
    after = folder.bytes()
    assert folder.bring_in("--check")[0] == 0
    assert folder.bring_in()[0] == 0
    assert folder.bytes() == after


def test_check_writes_nothing(folder):
    before = folder.bytes()
    folder.upstream["paths"]["/v3/voices/{voice_id}"] = {"get": {"summary": "Show a voice", "responses": {}}}
    del folder.upstream["paths"]["/v3/videos"]["post"]
    assert folder.bring_in("--check") == (
        1,
        [
            "new      GET /v3/voices/{voice_id}  (voice get)",
            "gone     POST /v3/videos  (video create)",
            "note     voice get: x-cli-examples to write",
            "note     paths outside /v3/ are left out: 1",
            "1 new, 0 changed, 1 gone; files to change: video.json, voice.json",
        ],
    )
    assert folder.bytes() == before


def test_what_upstream_no_longer_has_is_removed(folder):
    video, save = folder.edit("video")
    operation(video, "post", "/v3/videos")["x-cli-wait"] = {"poll": "GET /v3/videos/{video_id}"}
    save()
    del folder.upstream["paths"]["/v3/voices"]
    del folder.upstream["paths"]["/v3/videos/{video_id}"]["get"]
    status, lines = folder.bring_in()
    assert lines == [
        "gone     GET /v3/videos/{video_id}  (video get)",
        "gone     GET /v3/voices  (voice list)",
        "note     voice: the group has no operation left and goes",
        "note     video create: x-cli-wait polls GET /v3/videos/{video_id}, which is gone",
        "note     paths outside /v3/ are left out: 1",
        "0 new, 0 changed, 2 gone; files to write: index.json, video.json, voice.json",
    ]
    assert set(folder.bytes()) == {"index.json", "video.json"}
    assert list(folder.read("video")["paths"]["/v3/videos/{video_id}"]) == ["delete"]
    assert list(folder.read("index")["groups"]) == ["video"]


def test_the_index_alone_may_be_out_of_date(folder):
    (folder.path / "index.json").unlink()
    assert folder.bring_in("--check")[0] == 1
    assert folder.bring_in()[1][-1] == "0 new, 0 changed, 0 gone; files to write: index.json"


# Groups and commands


@pytest.mark.parametrize(
    "method, path, words",
    [
        ("get", "/v3/videos", "list"),
        ("post", "/v3/videos", "create"),
        ("get", "/v3/videos/{id}", "get"),
        ("patch", "/v3/videos/{id}", "update"),
        ("put", "/v3/video-translations/proofreads/{id}/srt", "proofreads srt update"),
        ("delete", "/v3/webhooks/endpoints/{id}", "endpoints delete"),
        ("get", "/v3/assets/searchHistory/", "search-history list"),
    ],
)
def test_a_command_is_derived_from_method_and_path(method, path, words):
    assert derived_command(method, path) == words


@pytest.mark.parametrize(
    "plural, one",
    [
        ("videos", "video"),
        ("glossaries", "glossary"),
        ("ai-clipping", "ai-clipping"),
        ("boxes", "box"),
        ("glasses", "glass"),
        ("status", "status"),
        ("analysis", "analysis"),
    ],
)
def test_a_group_is_named_in_the_singular(plural, one):
    assert singular(plural) == one


def test_new_operations_go_where_their_resource_is():
    existing = [
        (method, path, group, operation["x-cli-command"])
        for group, document in read_documents(REAL).items()
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]
    names = CommandNames(existing)
    assert names.place("delete", "/v3/brand-kits/{brand_kit_id}") == ("brand", "kits delete")
    assert names.place("post", "/v3/brand-glossaries") == ("brand", "glossaries create")
    assert names.place("get", "/v3/video-translations/{id}/captions") == ("video-translate", "captions list")
    assert names.place("post", "/v3/podcastSeries/{id}/episodes") == ("podcast-series", "episodes create")
    assert names.place("post", "/v3/stories") == ("story", "create")
    assert names.place("put", "/v3/webhooks/endpoints/{endpoint_id}") == ("webhook", "endpoints replace")
    assert names.place("get", "/v3/videos/{video_id}/{part}") == ("video", "get-2")
    assert names.place("get", "/v3/videos/{video_id}/{part}/{piece}") == ("video", "get-3")


def test_a_taken_command_is_pointed_out(folder):
    folder.upstream["paths"]["/v3/videos/{video_id}/{part}"] = {"get": {"responses": {}}}
    lines = folder.bring_in()[1]
    assert "new      GET /v3/videos/{video_id}/{part}  (video get-2)" in lines
    assert "note     video get-2: its words were taken: a better x-cli-command to choose" in lines
    added = operation(folder.read("video"), "get", "/v3/videos/{video_id}/{part}")
    assert [parameter["name"] for parameter in added["parameters"]] == ["video_id", "part"]
    assert (added["summary"], added["description"]) == ("get-2", "get-2")


# Refusals


REASONS = {
    "a-list.json": "it has no paths",
    "alias-circle.json": "refers to itself",
    "dangling-response.json": "'#/components/responses/Page' points at nothing",
    "dangling-schema.json": "'#/components/schemas/Page' points at nothing",
    "description.yaml": "is YAML: convert it to JSON first",
    "malformed.json": "not a well-formed OpenAPI description",
    "no-paths.json": "it has no paths",
    "not-json.json": "is not JSON: Expecting property name enclosed in double quotes (line 2, column 12)",
    "one-path-twice.json": "/v3/a/{x} and /v3/a/{y}",
    "other-file.json": "points out of the document: bundle it into one file first",
    "other-version-only.json": "no operation under /v3/",
    "swagger-2.json": "its version is 2.0",
    "yaml-named-otherwise.json": "is YAML: convert it to JSON first",
}


def test_every_invalid_description_is_tried():
    assert {path.name for path in INVALID} == set(REASONS)


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.name)
def test_an_invalid_description_is_refused(folder, path, capsys):
    before = folder.bytes()
    assert import_openapi.main([str(path), "--documents", str(folder.path)]) == 2
    captured = capsys.readouterr()
    reason = REASONS[path.name]
    if sys.version_info >= (3, 13):  # which knows this mistake by another name
        reason = reason.replace("Expecting property name enclosed in double quotes", "")
    assert captured.out == ""
    assert all(part in captured.err for part in reason.split(" JSON: "))
    assert folder.bytes() == before


def test_a_folder_of_other_files_is_refused(folder, capsys):
    upstream = str(UPSTREAM / "base.json")
    assert import_openapi.main([upstream, "--documents", str(folder.path / "none")]) == 2
    assert "is not a folder" in capsys.readouterr().err
    (folder.path / "other.json").write_text("{}")
    assert import_openapi.main([upstream, "--documents", str(folder.path)]) == 2
    assert "other.json is not one of our documents" in capsys.readouterr().err


def test_nothing_is_replaced_when_one_file_cannot_be_written(folder, capsys):
    folder.upstream["paths"]["/v3/voices"]["get"]["deprecated"] = True
    folder.upstream["paths"]["/v3/videos"]["get"]["deprecated"] = True
    source = folder.path.parent / "upstream.json"
    source.write_text(json.dumps(folder.upstream))
    (folder.path / f".voice.json.{os.getpid()}.tmp").mkdir()
    before = {path.name: path.read_bytes() for path in folder.path.glob("*.json") if path.is_file()}
    assert import_openapi.main([str(source), "--documents", str(folder.path)]) == 2
    assert "cannot write" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in folder.path.iterdir() if path.is_file()} == before


def test_what_we_know_to_be_replaced_stays_deprecated(folder):
    document, write = folder.edit("voice")
    operation = document["paths"]["/v3/voices"]["get"]
    operation.update({"deprecated": True, "x-cli-replaced-by": "model audio voices list"})
    write()
    folder.bring_in()
    kept = folder.read("voice")["paths"]["/v3/voices"]["get"]
    assert (kept["deprecated"], kept["x-cli-replaced-by"]) == (True, "model audio voices list")


def test_an_operation_that_becomes_deprecated_wants_a_replacement(folder):
    folder.upstream["paths"]["/v3/voices"]["get"]["deprecated"] = True
    _, report = folder.bring_in()
    assert any("voice list: x-cli-replaced-by to set" in line for line in report)
    assert folder.read("voice")["paths"]["/v3/voices"]["get"]["deprecated"] is True


# Our own documents, there and back


def merged_upstream():
    """Return one description made of all our documents, each group's schemas under names of its own."""
    upstream = {
        "openapi": "3.1.0",
        "info": {"title": "All", "version": "1"},
        "paths": {},
        "components": {"schemas": {}},
    }
    for group, document in read_documents(REAL).items():
        prefix = group.title().replace("-", "")
        document = json.loads(
            re.sub(r'"#/components/schemas/(\w+)"', rf'"#/components/schemas/{prefix}\1"', json.dumps(document))
        )
        upstream["paths"].update(document["paths"])
        upstream["components"]["schemas"].update(
            {prefix + name: schema for name, schema in document["components"]["schemas"].items()}
        )
    return upstream


def as_openapi_30(node):
    """Say the same as OpenAPI 3.0 does: nullable for null, and allOf around a reference with siblings."""
    if isinstance(node, list):
        return [as_openapi_30(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    node = {key: as_openapi_30(value) for key, value in node.items()}
    if isinstance(node.get("type"), list) and "null" in node["type"]:
        rest = [name for name in node["type"] if name != "null"]
        node.update(type=rest[0] if len(rest) == 1 else rest, nullable=True)
    for union in ("anyOf", "oneOf"):
        if {"type": "null"} in node.get(union, []):
            node[union].remove({"type": "null"})
            node["nullable"] = True
            if len(node[union]) == 1 and "discriminator" not in node:
                node["allOf"] = node.pop(union)
    if "$ref" in node and len(node) > 1:
        node["allOf"] = [{"$ref": node.pop("$ref")}]
    return node


def as_pydantic(node):
    """Say the same as Pydantic does: anyOf with null, a default of null, and titles."""
    if isinstance(node, list):
        return [as_pydantic(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    node = {key: as_pydantic(value) for key, value in node.items()}
    if isinstance(node.get("type"), list) and node["type"][1:] == ["null"]:
        inner = {key: node.pop(key) for key in list(node) if key not in ("description", "default")}
        node = {"anyOf": [{**inner, "type": inner["type"][0]}, {"type": "null"}], "default": None, **node, "title": "A"}
    return node


@pytest.mark.parametrize(
    "said", [lambda node: node, as_openapi_30, as_pydantic], ids=["as it is", "OpenAPI 3.0", "Pydantic"]
)
def test_our_own_documents_bring_no_change(tmp_path, said):
    upstream = merged_upstream()
    assert len([op for item in upstream["paths"].values() for op in item.values()]) == 116
    source = tmp_path / "upstream.json"
    source.write_text(json.dumps(said(upstream)))
    command = [sys.executable, str(SCRIPT), str(source), "--check"]
    answer = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert (answer.stdout, answer.stderr) == ("0 new, 0 changed, 0 gone; files to change: none\n", "")
    assert answer.returncode == 0


def test_help_says_what_the_exit_status_means():
    answer = subprocess.run(
        [sys.executable, str(SCRIPT), "--help"], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert answer.returncode == 0
    assert "with --check: something would change" in answer.stdout


def distorted(upstream, chance):
    """Return the description with random changes of structure."""

    def change(node):
        if isinstance(node, list):
            return [change(entry) for entry in node]
        if not isinstance(node, dict):
            return node
        if isinstance(node.get("properties"), dict) and chance.random() < 0.3:
            node = copy.deepcopy(node)
            names = list(node["properties"])
            if names and chance.random() < 0.5:
                node["properties"].pop(chance.choice(names))
            node["properties"][f"new_{chance.randrange(5)}"] = chance.choice(
                [
                    {"type": "string"},
                    {"$ref": f"#/components/schemas/{chance.choice(components)}"},
                    {"type": ["integer", "null"], "maximum": 9},
                ]
            )
        if set(node) == {"$ref"} and chance.random() < 0.2:
            name = node["$ref"].rsplit("/", 1)[1]
            if '"$ref"' not in json.dumps(upstream["components"]["schemas"][name]):
                return copy.deepcopy(upstream["components"]["schemas"][name])
        return {key: change(value) if key not in ("mapping", "required") else value for key, value in node.items()}

    components = list(upstream["components"]["schemas"])
    result = {**upstream, "paths": change(upstream["paths"]), "components": change(upstream["components"])}
    for path in list(result["paths"]):
        if chance.random() < 0.1:
            result["paths"][path.replace("}", "_x}")] = result["paths"].pop(path)
    return result


def test_a_second_import_of_anything_changes_nothing():
    documents = {
        group: document
        for group, document in read_documents(REAL).items()
        if group in ("voice", "video-agent", "lipsync")
    }
    upstream = merged_upstream()
    own_paths = [path for document in documents.values() for path in document["paths"]]
    upstream["paths"] = {path: upstream["paths"][path] for path in own_paths}
    own = ("Voice", "VideoAgent", "Lipsync")
    upstream["components"]["schemas"] = {
        name: schema for name, schema in upstream["components"]["schemas"].items() if name.startswith(own)
    }
    changed = 0
    for seed in range(40):
        arriving = parse_upstream(distorted(upstream, random.Random(seed)))
        once, report = imported(documents, arriving)
        changed += bool(report.changed)
        again, second = imported(once, arriving)
        assert json.dumps(again) == json.dumps(once), f"seed {seed}"
        assert (second.new, second.changed, second.gone) == ([], [], [])
    assert changed > 30
