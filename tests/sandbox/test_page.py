"""The sandbox's page: what it shows and loads, what it is told as it happens, and how it lives in a real browser."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
import urllib.parse

import pytest
from chromium import Chromium, find
from sandbox_api import LOOK, VOICE, Api

from heygen.cli.help import faults as grammar
from heygen.sandbox import feed
from heygen.sandbox.options import Options
from heygen.sandbox.server import start

VIDEO = {"type": "avatar", "avatar_id": LOOK, "voice_id": VOICE, "script": "Hello"}
URL = {"type": "url", "url": "https://example.com/a.mp4"}
EVIL = "<script>alert(1)</script>"


@pytest.fixture
def api(sandbox):
    made = Api(sandbox.url)
    yield made
    made.close()
    assert not sandbox.defects


class Watcher:
    """A client of the server-sent events."""

    def __init__(self, url, **headers):
        parts = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=60)
        self.connection.request("GET", "/_sandbox/events", headers={name.replace("_", "-"): value for name, value in headers.items()})
        self.answer = self.connection.getresponse()
        self.status = self.answer.status

    def next(self):
        """Return the next event's id and document."""
        id = None
        for line in iter(self.answer.readline, b""):
            if line.startswith(b"id: "):
                id = line[4:].decode().strip()
            elif line.startswith(b"data: "):
                return id, json.loads(line[6:])
        return None

    def until(self, count):
        """Return all events up to the one that has seen so many requests."""
        found = [self.next()]
        while found[-1][1]["count"] < count:
            found.append(self.next())
        return found

    def close(self):
        self.answer.close()
        self.connection.close()


@pytest.fixture
def watch(sandbox):
    made = []

    def watch(**headers):
        made.append(Watcher(sandbox.url, **headers))
        return made[-1]

    yield watch
    for watcher in made:
        watcher.close()


# --- what it shows


def test_it_shows_what_exists(api):
    assert b"Nothing has been created" in api.get("/").body
    id = api.post("/v3/videos", {**VIDEO, "title": EVIL}).data["video_id"]
    api.post("/v3/ai-clipping", {"video": URL, "title": "Cuts"})
    session = api.post("/v3/video-agents", {"prompt": "x", "mode": "chat"}).data["session_id"]
    api.post("/_sandbox/faults", {"rule": "GET /v3/videos/* 503 after=9"})
    page = api.get("/")
    text = page.body.decode()
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    for part in (session, "&lt;script&gt;alert(1)", "GET /v3/videos/* 503 after=9", '<span class="status green">completed</span>'):
        assert part in text, part
    assert re.findall("<script[^>]*>", text) == ['<script src="/_sandbox/page.js">']
    assert "<th>Session ID</th>" in text and "session_id" not in text
    players = re.findall(r"<video[^>]*>", text)
    assert len(players) == 2 and all(re.search(r' poster="/_sandbox/files/[^"]+\.jpg"', each) for each in players)
    assert api.get(f"/videos/{id}").body.decode().count("<video") == 1
    assert api.get("/videos/nobody").status == 404


def test_it_loads_nothing_from_elsewhere_and_all_of_it_is_there(api):
    api.post("/v3/videos", VIDEO)
    api.post("/v3/background-removals", {"video": URL})
    text = api.get("/").body.decode()
    found = re.findall(r'(?:src|href|poster)="([^"]*)"', text)
    assert len(found) > 8
    for each in {*found, "/_sandbox/icon.svg"}:
        assert each.startswith("/"), each
        assert api.get(each).status == 200, each


def test_its_own_requests_meet_no_fault_and_stand_in_no_log(api):
    id = api.post("/v3/videos", VIDEO).data["video_id"]
    api.delete("/_sandbox/requests")
    api.post("/_sandbox/faults", {"rules": ["GET /files/** 503", "* ** 500 p=0"]})
    assert api.get(f"/_sandbox/files/video/{id}/video.mp4").headers["Content-Type"] == "video/mp4"
    assert api.get("/_sandbox/files/video/nobody/video.mp4").status == 404
    for name in ("page.css", "page.js", "icon.svg"):
        assert api.get(f"/_sandbox/{name}").status == 200
    assert api.get("/_sandbox/requests").data == []
    assert [each["met"] for each in api.get("/_sandbox/faults").data] == [0, 0]


@pytest.mark.parametrize("path", ["/_sandbox/events", "/_sandbox/page.js", "/_sandbox/files/public/a.jpg"])
@pytest.mark.parametrize("headers", [{"Host": "attacker.example"}, {"Origin": "http://127.0.0.1:1"}, {"Sec-Fetch-Site": "same-site"}])
def test_other_sites_get_no_part_of_it(api, path, headers):
    assert api.send("GET", path, headers=headers).status == 403


def test_there_is_a_button_for_each_fault_and_each_works(api):
    text = api.get("/").body.decode()
    bodies = [json.loads(each.replace("&quot;", '"')) for each in re.findall(r'data-send="POST /_sandbox/faults" data-body="([^"]*)"', text)]
    for body in bodies:
        assert api.post("/_sandbox/faults", body).status == 200, body
    words = " ".join(body["rule"] for body in bodies).split()
    for action, _ in grammar.ACTIONS:
        name = action.partition("=")[0]
        assert any(word == action or word.startswith(f"{name}=") for word in words), action


# --- what it is told


def test_it_is_told_of_what_has_changed_and_nothing_else(api, watch):
    watcher = watch()
    _, first = watcher.next()
    assert first["is_whole"] and "Nothing has been created" in first["parts"]["made"]
    api.post("/v3/videos", {**VIDEO, "title": EVIL})
    _, second = watcher.next()
    assert not second["is_whole"]
    assert second["parts"].keys() == {"head", "made", "video", "webhook-events"}
    assert EVIL not in json.dumps(second) and "&lt;script&gt;" in second["parts"]["video"]
    assert [re.search("<code>(.*?)</code>", row)[1] for row in second["requests"]] == ["/v3/videos"]
    api.post("/_sandbox/faults", {"rule": "GET /v3/videos 503"})
    assert watcher.next()[1]["parts"].keys() == {"faults"}
    api.post("/_sandbox/reset")
    assert watcher.next()[1]["is_whole"]


def test_one_that_comes_back_gets_what_it_has_missed(api, watch):
    watcher = watch()
    id, _ = watcher.next()
    watcher.close()
    api.post("/v3/videos", VIDEO)
    api.get("/v3/videos")
    _, told = watch(Last_Event_ID=id).next()
    assert (told["is_whole"], told["count"], len(told["requests"])) == (False, 2, 2)
    assert "video" in told["parts"] and "lipsync" not in told["parts"]
    for unknown in ("nonsense", "00000000.1.1", f"{id}0.x"):
        assert watch(Last_Event_ID=unknown).next()[1]["is_whole"], unknown


def test_a_job_that_ends_by_itself_is_told(clock):
    with start(Options(job_seconds=0.3)) as server:
        api = Api(server.url)
        watcher = Watcher(server.url)
        watcher.next()
        api.post("/v3/lipsyncs", {"video": URL, "audio": URL})
        while "completed" not in watcher.next()[1]["parts"].get("lipsync", ""):
            pass
        watcher.close()
        api.close()


def test_there_are_so_many_listeners_and_no_more(api, watch):
    watchers = [watch() for _ in range(feed.MOST_LISTENERS)]
    assert [each.next()[1]["is_whole"] for each in watchers] == [True] * len(watchers)
    refused = watch()
    assert (refused.status, refused.answer.headers["Retry-After"]) == (503, "5")
    watchers[0].close()
    while True:  # until the server has noticed
        api.get("/v3/videos")
        another = watch()
        if another.status == 200:
            break
        another.close()
    assert another.next()[1]["is_whole"]


def test_a_listener_that_does_not_read_holds_up_nobody(sandbox, api, watch):
    stuck = []
    for _ in range(3):
        stuck.append(socket.create_connection(("127.0.0.1", int(sandbox.url.rpartition(":")[2]))))
        stuck[-1].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        stuck[-1].sendall(b"GET /_sandbox/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    watcher = watch()
    watcher.next()
    for number in range(300):
        assert api.post("/v3/videos", {**VIDEO, "title": "x" * 200}).status == 200
    assert watcher.until(300)[-1][1]["count"] == 300
    sandbox.close()  # with the stuck ones still there
    for each in stuck:
        each.close()


def test_a_sandbox_that_closes_sends_them_away(watch, sandbox):
    watcher = watch()
    watcher.next()
    sandbox.close()
    assert watcher.next() is None


# --- in a browser


@pytest.fixture(scope="module")
def chromium():
    path = find()
    if path is None:
        pytest.skip("no Chromium is installed here")
    browser = Chromium(path)
    yield browser
    browser.close()


@pytest.fixture
def page(chromium, sandbox):
    """The first page of the sandbox, open and live."""
    chromium.problems.clear()
    chromium.screen(1280, 800)
    chromium.open(f"{sandbox.url}/")
    chromium.wait_until("document.body.dataset.last")
    yield chromium
    assert chromium.problems == []
    chromium.open("about:blank")


def test_in_a_browser_what_is_made_comes_by_itself(page, api):
    api.post("/v3/videos", {**VIDEO, "title": EVIL})
    page.wait_until("document.querySelector('#part-made video')")
    assert page.evaluate("document.querySelector('figcaption').textContent") == EVIL
    assert page.evaluate("document.getElementById('live').textContent") == "live"
    assert page.evaluate("document.scripts.length") == 1
    loaded = "new Promise(done => { const player = document.querySelector('video'); player.readyState ? done(true) : player.onloadedmetadata = () => done(true) })"
    assert page.evaluate(loaded)


def test_in_a_browser_a_player_that_plays_is_left_alone(page, api):
    api.post("/v3/videos", {**VIDEO, "title": "First"})
    page.wait_until("document.querySelector('video')")
    page.evaluate("window.first = document.querySelector('video'); first.loop = first.muted = true; first.playbackRate = 0.1; first.play().then(() => true)")
    for title in ("Second", "Third"):
        api.post("/v3/videos", {**VIDEO, "title": title})
        page.wait_until(f"document.querySelector('figcaption').textContent == '{title}'")
    assert page.evaluate("first.isConnected && !first.paused && document.querySelectorAll('video')[2] === first")


def test_in_a_browser_buttons_work(page, api):
    page.evaluate("[...document.querySelectorAll('button')].find(each => each.textContent == '503').click()")
    page.wait_until("document.querySelector('#part-faults').textContent.includes('503 times=1')")
    assert api.get("/v3/videos").status == 503
    page.wait_until("document.querySelector('#part-faults').textContent.includes('1 of 1')")
    page.evaluate("[...document.querySelectorAll('button')].find(each => each.textContent == 'Remove').click()")
    page.wait_until("!document.querySelector('#part-faults').textContent")
    before = api.get("/_sandbox/clock").data["now"]
    page.evaluate("[...document.querySelectorAll('button')].find(each => each.textContent == '+10m').click()")
    page.wait_until("new Date(document.getElementById('clock').textContent.replace(' UTC', 'Z')).getTime() / 1000 >= %r" % (before + 599))
    page.evaluate("rule.elements.rule.value = 'GET /v3/video 503'; rule.requestSubmit()")
    page.wait_until("told.textContent.includes('did you mean')")
    assert [each["text"].count(" 400 ") for each in page.problems] == [1]
    page.problems.clear()
    page.evaluate("rule.elements.rule.value = 'GET /v3/videos 418'; rule.requestSubmit()")
    page.wait_until("document.querySelector('#part-faults').textContent.includes('418')")


@pytest.mark.parametrize("width, height", [(390, 844), (1280, 800), (320, 600)])
@pytest.mark.parametrize("is_dark", [False, True])
def test_in_a_browser_it_fits_the_screen_in_light_and_dark(page, api, width, height, is_dark):
    api.post("/v3/videos", {**VIDEO, "title": "W" * 200})
    api.post("/v3/webhooks/endpoints", {"url": "https://example.com/" + "x" * 300})
    api.post("/_sandbox/faults", {"rule": f"GET /v3/videos/{'x' * 200} 503"})
    page.screen(width, height, is_dark)
    page.wait_until("document.body.innerText.includes('x'.repeat(200))")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("[...document.querySelectorAll('figure')].every(each => each.getBoundingClientRect().right <= innerWidth)")
    # WCAG AA: 4.5 to 1 between text and what is behind it.
    contrast = """(() => {
      const rgb = text => text.match(/[\\d.]+/g).slice(0, 3).map(each => each / 255).map(
        each => each <= .03928 ? each / 12.92 : ((each + .055) / 1.055) ** 2.4);
      const light = text => rgb(text).reduce((sum, each, index) => sum + each * [.2126, .7152, .0722][index], 0);
      const behind = each => { const color = getComputedStyle(each).backgroundColor;
        return /, 0\\)|transparent/.test(color) && each.parentElement ? behind(each.parentElement) : color; };
      return Math.min(...[...document.querySelectorAll('h1, h2, span, th, td, a, code, button, figcaption')].map(each => {
        const [low, high] = [light(getComputedStyle(each).color), light(behind(each))].sort((one, other) => one - other);
        return (high + .05) / (low + .05); }));
    })()"""
    assert page.evaluate(contrast) >= 4.5


def test_in_a_browser_the_page_stays_live_under_load(page, sandbox):
    clients, rounds = 8, 150

    def work():
        api = Api(sandbox.url)
        for number in range(rounds):
            if number % 10:
                api.get("/v3/videos", limit=5)
            else:
                api.post("/v3/videos", VIDEO)
        api.close()

    page.evaluate("window.seen = 0; new MutationObserver(() => seen++).observe(document.getElementById('count'), {childList: true})")
    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    # It shows some of the load while the load is on, and all of it at the end.
    page.wait_until("+document.getElementById('count').textContent > 50")
    is_on = any(thread.is_alive() for thread in threads)
    for thread in threads:
        thread.join()
    total = 1 + clients * rounds
    page.wait_until(f"+document.getElementById('count').textContent == {total}")
    assert is_on
    assert page.evaluate("document.getElementById('log').children.length") == 100
    page.wait_until("document.querySelectorAll('#part-video tbody tr').length == 50")
    assert page.evaluate("seen") < total / 2  # it is told in batches
    assert page.evaluate("document.getElementById('live').textContent") == "live"


def test_in_a_browser_it_finds_a_sandbox_that_was_started_again(chromium, clock):
    chromium.problems.clear()
    first = start(Options(clock=clock.now))
    port = int(first.url.rpartition(":")[2])
    chromium.open(f"{first.url}/")
    chromium.wait_until("document.getElementById('live').textContent == 'live'")
    first.close()
    chromium.wait_until("document.getElementById('live').textContent == 'not connected'")
    with start(Options(clock=clock.now, port=port)) as second:
        api = Api(second.url)
        api.post("/v3/videos", {**VIDEO, "title": "After the restart"})
        chromium.wait_until("document.querySelector('figcaption')?.textContent == 'After the restart'")
        api.close()
        chromium.open("about:blank")
