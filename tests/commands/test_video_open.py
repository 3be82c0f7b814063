"""`video open`, and --open after a wait or a download: the page or file in the browser, or its URL where there is none."""

import pathlib

import pytest

CREATE = ("video-agent", "create", "--prompt", "Hi", "--wait")


class Browser:
    """Takes note of what it is to show."""

    def __init__(self):
        self.shown = []

    def __call__(self, url):
        self.shown.append(url)
        return True


@pytest.fixture
def browser():
    return Browser()


@pytest.fixture
def video(run):
    return run(*CREATE).json["data"]


def test_the_page_is_shown(run, browser, video):
    result = run("video", "open", video["id"], open_browser=browser)
    assert browser.shown == [video["video_page_url"]]
    assert (result.json["url"], result.json["opened"]) == (video["video_page_url"], True)


def test_a_file_of_it_is_shown_where_that_is_asked_for(run, browser, video):
    run("video", "open", video["id"], "--asset", "thumbnail", open_browser=browser)
    assert "thumbnail" in browser.shown[0]


@pytest.mark.parametrize("env", [{"HEYGEN_NO_BROWSER": "1"}, {"BROWSER": "none"}])
def test_without_a_browser_the_url_is_printed(run, browser, video, env):
    result = run("video", "open", video["id"], "--get", "url", env=env, open_browser=browser)
    assert (result.status, result.stdout, browser.shown) == (0, video["video_page_url"] + "\n", [])
    assert run("video", "open", video["id"], open_browser=lambda url: False).json["opened"] is False


def test_one_without_a_page_shows_its_file_and_one_with_neither_is_told(run, server, browser):
    server.answer({"data": {"id": "v", "status": "completed", "video_url": "https://files.example/v.mp4"}})
    run("video", "open", "v", open_browser=browser)
    assert browser.shown == ["https://files.example/v.mp4"]
    server.answer({"data": {"id": "v", "status": "processing", "video_page_url": None}})
    assert run("video", "open", "v", open_browser=browser).error["code"] == "video_not_ready"


@pytest.mark.parametrize("url", ["http://example.com/v", "file:///etc/passwd", "javascript:alert(1)", "-version"])
def test_no_other_link_than_one_of_the_web_gets_to_the_browser(run, server, browser, url):
    server.answer({"data": {"id": "v", "status": "completed", "video_page_url": url}})
    result = run("video", "open", "v", open_browser=browser)
    assert (result.error["code"], browser.shown) == ("cli_link_invalid", [])


def test_after_a_wait_the_page_is_shown(run, browser):
    result = run(*CREATE, "--open", open_browser=browser)
    assert browser.shown == [result.json["data"]["video_page_url"]]


def test_after_a_wait_that_saves_the_file_is_shown(run, browser, cwd):
    run(*CREATE, "--open", "--output-path", "hello.mp4", open_browser=browser)
    assert browser.shown == [pathlib.Path(cwd, "hello.mp4").resolve().as_uri()]


def test_after_a_download_the_file_is_shown(run, browser, cwd, video):
    run("video", "download", video["id"], "--open", "--output-path", "a b.mp4", open_browser=browser)
    assert browser.shown == [pathlib.Path(cwd, "a b.mp4").resolve().as_uri()]


def test_without_a_browser_a_wait_ends_well_and_says_where_it_is(run):
    result = run(*CREATE, "--open", open_browser=lambda url: False)
    page = result.json["data"]["video_page_url"]
    assert (result.status, result.notices[-1]["warning"]) == (0, {"code": "cli_no_browser", "message": f"there is no browser to show {page}", "url": page})


@pytest.mark.parametrize("argv, message", [
    (CREATE[:-1], "--open needs --wait"),
    (("video", "download", "v", "--output-path", "-"), "--open needs a file: --output-path - makes none"),
])  # fmt: skip
def test_what_cannot_be_shown_is_refused_beforehand(run, server, argv, message):
    result = run(*argv, "--open")
    assert (result.status, result.error["message"], result.requests) == (2, message, [])


def test_the_resuming_command_opens_it_too(run, server):
    server.answer({"data": {"video_id": "v", "status": "pending"}}).route("GET", "/v3/videos/v", {"data": {"id": "v", "status": "processing"}})
    assert run(*CREATE, "--open").error["resume"] == "heygen video get v --wait --open"


# --- what to do next


def test_people_are_told_how_to_go_on_from_a_creation(run):
    result = run(*CREATE[:-1], "--human")
    id = run("video", "list", "--get", "data[0].id").stdout.strip()
    assert result.stderr == f"Wait for it with: heygen video get {id} --wait --human\n"


@pytest.mark.parametrize("flags", [(), ("--human", "--quiet"), ("--human", "--get", "data.video_id")])
def test_programs_and_who_wants_quiet_are_not(run, flags):
    assert run(*CREATE[:-1], *flags).stderr == ""
