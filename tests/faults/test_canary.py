"""No secret ever leaves: canaries for a key, tokens, a verifier, codes and passwords, through every kind of call there is.

Every server here repeats all that it is told, in every place of its answers. A way out for the program is a function
under `@way`, which runs it as often as it likes; whatever it printed, sent to the analytics server or put on the disk is
then searched for every canary.
"""

from __future__ import annotations

import json
import pathlib
from urllib.parse import parse_qsl

import pytest
from hostile import hang_up, raw
from processes import start
from provider import DEVICE_CODE, Browser, Provider, store
from servers import CREATED

#: Each begins and ends with what no other text has; some have signs that look different in a URL, JSON, HTML and a shell.
KEY = "kNRy+\"sk\\1/'&<>kNRz=="
OTHER_KEY = "kNRy_2_kNRz"
HEADER = "kNRy'3'kNRz"
PASSWORD = "kNRy%2Fpass%20word%3A4kNRz"
ACCESS, REFRESH, IDENTITY = "kNRy-access-5-kNRz", "kNRy-refresh-6-kNRz", "kNRy-identity-7-kNRz"
CORES = ("kNRy", "kNRz", DEVICE_CODE)

WAYS = {}


def way(function):
    """Have the canaries sent this way as well."""
    WAYS[function.__name__] = function
    return function


class World:
    """The program, the servers around it, and all that has come out of it so far."""

    def __init__(self, run, server, files, folder):
        self._run = run
        self.server = server  # the API
        self.files = files  # the file host, and the analytics server
        self.folder = folder
        self.texts = []
        self.canaries = set(CORES)

    def run(self, *argv, **options):
        """Run the program in process, and keep what it says."""
        result = self._run(*argv, **options)
        self.texts += [result.stdout, result.stderr]
        return result

    def process(self, *argv, **options):
        """Run the program as a process of its own, and keep what it says."""
        process = start(self.server, *argv, home=str(self.folder / "home"), **options)
        stdout, stderr = process.communicate(timeout=60)
        self.texts += [(text or b"").decode() for text in (stdout, stderr)]
        return process.returncode

    def modes(self, *argv, modes=([], ["--human"], ["--debug"], ["--debug", "--human"]), **options):
        """Run the same command in each mode."""
        for words in modes:
            self.run(*argv, *words, **options)

    def seen(self):
        """All that came out: on the streams, to the analytics server, and into files other than the credential's."""
        yield from self.texts
        for request in self.files.requests:
            # Where it was led, it was led by the API.
            yield f"{request.headers} {request.body.decode('utf-8', 'replace')}"
        for path in self.folder.rglob("*"):
            if path.is_file() and path.name != "credentials":
                yield f"{path} {path.read_bytes().decode('utf-8', 'replace')}"


@pytest.fixture
def world(run, server, files, tmp_path, cwd, monkeypatch):
    monkeypatch.setenv("HEYGEN_NO_ANALYTICS", "1")
    return World(run, server, files, tmp_path)


def told(recorded):
    """All that a request tells, in a line, and the values of its form without their names."""
    body = recorded.body.decode("utf-8", "replace")
    return " | ".join([recorded.target, *recorded.headers.values(), body, *(value for _, value in parse_qsl(body))])


def echo(status, place=None, data=None):
    """Answer with all that was told, in every place of an answer."""

    def answer(handler, recorded):
        text = told(recorded)
        error = {"code": text, "message": f"no: {text}", "param": text, "doc_url": f"https://h/{text}"}
        made = {**CREATED["data"], "echo": text, text: [text, {"deep": text}], "title": text, **(data or {})}
        document = {"error": error} if status >= 300 else {"data": made, "has_more": False, "next_token": None}
        headers = {"Content-Type": "application/json", "X-Request-Id": text.replace("\n", " "), "X-Echo": text.replace("\n", " ")}
        if place:
            headers["Location"] = f"{place}/{text}?q={text}".replace("\n", " ")
        handler.reply(status, headers, json.dumps(document).encode())

    return answer


def garble(size):
    """Answer with something else than JSON, which has all that was told near where an excerpt of it is cut."""

    def answer(handler, recorded):
        handler.reply(200, {}, ("x" * size + told(recorded)).encode())

    return answer




# --- calls of the API, with the key of the environment

READS = [("video", "list"), ("video", "get", "v1"), ("video", "get", "v1", "--get", "data.echo"), ("video", "list", "--all")]
CREATES = [
    ("webhook", "endpoints", "create", "--url", "https://example.com/hook"),
    ("video-agent", "create", "--prompt", "A canal", "--wait", "--timeout", "1m"),
    ("api", "POST", "v3/videos", "--set", "title=A"),
]
OTHERS = [
    ("user", "me", "get"), ("auth", "status"), ("video", "delete", "v1", "--force"), ("video", "download", "v1"),
    ("api", "GET", "v3/videos", "--paginate"), ("asset", "upload", "clip.mp4"), ("feedback", "--rating", "1", "--comment", KEY),
]  # fmt: skip


def answering(world, answer):
    """Have every request of every call answered alike."""
    world.server.routes = _Always(answer)
    world.files.routes = _Always((404, {}, b""))


class _Always(dict):
    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    def __contains__(self, key):
        return True

    def __getitem__(self, key):
        return self.answer


def calls(world, answer, commands=(*READS, *CREATES, *OTHERS), **options):
    pathlib.Path("clip.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(20))
    answering(world, answer)
    options["env"] = {"HEYGEN_API_KEY": KEY, "HEYGEN_MAX_RETRIES": "1", **options.get("env", {})}
    for command in commands:
        world.modes(*command, **options)
    assert any("kNRy" in told(request) for request in world.server.requests)


@way
def answers_that_repeat_it(world):
    calls(world, echo(200))


@way
def refusals(world):
    for status in (400, 401, 404, 500):
        calls(world, echo(status), [READS[0], *CREATES, *OTHERS])


@way
def redirects(world):
    calls(world, echo(302, world.files.url), [READS[0], CREATES[0], *OTHERS])
    calls(world, echo(302, "ftp://host"), [READS[0]])


@way
def excerpts(world):
    for size in range(0, 90, 3):
        calls(world, garble(size), [READS[0]])
    for size in (4040, 4090, 16340, 16370, 65500, 65530):
        calls(world, garble(size), [READS[0]])


@way
def lost_connections(world):
    for answer in (hang_up, raw(b"HTTP/1.1 200 " + KEY.encode() + b"\r\nContent-Length: 9\r\n\r\nx"), raw(KEY.encode() + b"\r\n\r\n")):
        calls(world, answer, [READS[0], *CREATES])


@way
def jobs_that_fail(world):
    for status in ("failed", "processing", "completed"):
        link = f"{world.files.url}/{KEY}"
        job = {"status": status, "video_url": link, "failure_message": KEY, "failure_code": KEY, "error": {"code": KEY, "message": KEY}}
        calls(world, echo(200, data=job), [CREATES[1], ("video", "get", "v1", "--wait", "--timeout", "1m"), ("video", "download", "v1")])


@way
def streams_that_fail(world):
    """A result that finds nobody stands in the envelope."""
    answering(world, echo(200))
    for name in ("stdout", "stderr"):
        for words in ((), ("--human",), ("--debug",)):
            with open("/dev/full", "w") as full:
                world.process(*CREATES[0], *words, env={"HEYGEN_API_KEY": KEY}, **{name: full})
            assert "***" in world.texts[-1] + world.texts[-2]


@way
def command_lines(world):
    """The key where no key belongs: the user's own mistakes."""
    answering(world, echo(200))
    for key in (KEY.replace("/", ""), OTHER_KEY):  # a path is cut at its slashes
        for words in (
            ("video", "list", key), ("video", key), (key,), ("video", "list", "--limit", key), ("video", "list", "--get", key),
            ("video", "list", f"--{key}"), ("video", "get", key), ("api", "GET", f"https://elsewhere/{key}"), ("help", key),
            ("video", "create", "-d", json.dumps({"type": key, "title": key * 9})), ("config", "set", "output", key),
            ("config", "set", key, key), ("video", "create", "--set", f"dimension={key}"), ("update", "--version", key),
            ("video", "create", "--set", f"type={'x' * 48}{key}"),
            ("api", "POST", "v3/videos", "--set", f"a.{key}={key}", "--dry-run"), ("asset", "upload", key),
            ("video", "download", "v1", "--output-path", f"/nonexistent/{key}"),
        ):  # fmt: skip
            world.modes(*words, env={"HEYGEN_API_KEY": key, "HEYGEN_MAX_RETRIES": "0"})


@way
def questions_and_defects(world):
    """What is neither a result nor an envelope: a question on the terminal, and a traceback."""
    answering(world, echo(200))
    env = {"HEYGEN_API_KEY": OTHER_KEY}
    world.run("video", "delete", OTHER_KEY, env=env, stdin=b"no\n", terminal=True)
    assert "Delete video ***?" in world.texts[-1]

    def sleep(seconds):
        raise LookupError(OTHER_KEY)

    for words in ((), ("--human",)):
        world.run("video-agent", "create", "--prompt", "A canal", "--wait", "--debug", *words, env=env, sleep=sleep)
        assert "LookupError: ***" in world.texts[-1]


@way
def secrets_of_others(world):
    """What no run has seen before, and only its name tells to be a secret."""
    link = "https://me:kNRy@host/?X-Amz-Signature=kNRy&X-Amz-Date=1"
    message = f'cannot fetch {link}: {{"client_secret": "kNRy"}}'
    calls(world, (400, {}, json.dumps({"error": {"code": "invalid_parameter", "message": message}}).encode()), [READS[0], *CREATES])
    assert "X-Amz-Signature=***&X-Amz-Date=1" in "".join(world.texts)


@way
def environments(world):
    answering(world, echo(200))
    for name, value in {
        "HEYGEN_API_BASE": f"https://me:{PASSWORD}@host", "HEYGEN_OUTPUT": KEY, "HEYGEN_MAX_RETRIES": KEY, "HTTPS_PROXY": f"ftp://me:{PASSWORD}@h",
        "SSL_CERT_FILE": f"/nonexistent/{KEY}", "HEYGEN_CONFIG_DIR": f"/dev/null/{KEY}", "HEYGEN_RELEASES_URL": f"https://me:{PASSWORD}@host/x",
    }.items():  # fmt: skip
        for words in (("video", "list"), ("update", "--check"), ("config", "list"), ("auth", "logout")):
            world.modes(*words, env={"HEYGEN_API_BASE": "https://127.0.0.1:1", "HEYGEN_API_KEY": KEY, "HEYGEN_MAX_RETRIES": "0", name: value})


# --- headers of the user's own, and proxies


@way
def headers_of_the_user(world):
    env = {"HEYGEN_API_KEY": KEY, "HEYGEN_MAX_RETRIES": "0"}
    given = ("--header", f"X-Auth-Token: Bearer {HEADER}")
    for answer in (echo(200), echo(400), echo(302, world.files.url), garble(40), hang_up):
        answering(world, answer)
        for words in (("GET", "v3/videos"), ("POST", "v3/videos"), ("GET", "v3/videos", "--dry-run"), ("GET", "v3/videos", "--paginate")):
            world.modes("api", *words, *given, env=env)
    assert HEADER in told(world.server.requests[0])
    answering(world, (200, {"Content-Type": "application/json"}, b'{"data":[{"id":"v1"}],"has_more":true,"next_token":"t"}'))
    world.modes("api", "GET", "v3/videos", *given, env=env)
    assert "--header 'X-Auth-Token: ***'" in "".join(world.texts[-8:])  # the command for the next page


@way
def proxies(world):
    proxy = world.files
    base = "http://api.example.test"
    env = {"HEYGEN_API_BASE": base, "HEYGEN_ALLOW_HTTP": "1", "HTTP_PROXY": f"http://me:{PASSWORD}@127.0.0.1:{proxy.port}"}
    for answer in (echo(200), echo(407), echo(403), echo(502), garble(50), hang_up):
        world.server.routes, proxy.routes = {}, _Always(answer)
        for words in (READS[0], CREATES[0]):
            world.modes(*words, env={**env, "HEYGEN_API_KEY": KEY, "HEYGEN_MAX_RETRIES": "0"})
    assert "proxy-authorization" in proxy.requests[0].headers
    proxy.requests.clear()  # the proxy is to have its password, and a plain-http API the key


# --- sessions


class Echoing(Provider):
    """A provider that repeats what it is told, with canaries for tokens; `wrong` makes its next answers failures."""

    wrong = 0

    def __init__(self):
        super().__init__()
        self.code = "kNRy-code-8-kNRz"

    def issue(self):
        number = self.issued
        tokens = super().issue()
        access, refresh = f"{ACCESS}-{number}", f"{REFRESH}-{number}"
        self.valid = {access}
        self.refresh_tokens = {refresh: access}
        return {**tokens, "access_token": access, "refresh_token": refresh, "id_token": f"{IDENTITY}.a.b"}

    def _token(self, handler, recorded):
        if self.wrong:
            text = told(recorded)
            document = {"error": f"no {text}", "error_description": text, "message": text, **({} if self.wrong > 299 else self.issue())}
            return handler.reply(self.wrong, {"Content-Type": "application/json", "X-Request-Id": text}, json.dumps(document).encode())
        return super()._token(handler, recorded)

    def _revoke(self, handler, recorded):
        echo(self.wrong or 200)(handler, recorded)

    def _me(self, handler, recorded):
        if self.wrong:
            return echo(self.wrong)(handler, recorded)
        return super()._me(handler, recorded)


@pytest.fixture
def provider():
    started = Echoing()
    yield started
    started.close()


def with_provider(world, provider, *argv, **options):
    """Run the program in each mode against the provider, and note the secrets that it has made up itself."""
    options["env"] = {**provider.env, "HEYGEN_API_KEY": None, "HEYGEN_MAX_RETRIES": "1", **options.get("env", {})}
    world.modes(*argv, **options)
    for request in provider.requests:
        form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        world.canaries.update(form[name] for name in ("code_verifier", "refresh_token", "device_code", "token") if name in form)


def session(world, provider, ends):
    file = world.folder / "home" / ".heygen" / "credentials"
    store(file, **{**provider.issue(), "id_token": f"{IDENTITY}.a.b", "expires_at": ends})


@way
def a_login_with_a_key(world, provider):
    for provider.wrong in (0, 200, 401, 500):
        with_provider(world, provider, "auth", "login", stdin=KEY)
        with_provider(world, provider, "auth", "login", stdin=KEY, env={"HEYGEN_API_KEY": OTHER_KEY})
    with_provider(world, provider, "auth", "login", stdin=f"{KEY} {OTHER_KEY}")
    with_provider(world, provider, "auth", "logout")


@way
def a_login_in_the_browser(world, provider):
    for provider.wrong in (0, 200, 400, 401, 500):
        browser = Browser()
        with_provider(world, provider, "auth", "login", "--oauth", open_browser=browser.open)
        browser.close()
        world.texts += [text for _, _, text in browser.pages]
    assert any(len(each) > 80 for each in world.canaries)  # a verifier


@way
def a_login_on_another_device(world, provider):
    for provider.wrong in (0, 200, 400, 401, 503):
        provider.polls = ["slow_down", "authorization_pending"]
        with_provider(world, provider, "auth", "login", "--device")
    assert DEVICE_CODE in world.canaries


@way
def a_session_that_is_renewed(world, provider):
    for provider.wrong in (0, 200, 400, 401, 429, 500):
        session(world, provider, "2020-01-01T00:00:00Z")
        with_provider(world, provider, "auth", "status")
        with_provider(world, provider, "video", "list")
    provider.wrong = 0
    for status in (200, 400):
        # The old tokens turn up after there are new ones.
        old = provider.issued
        session(world, provider, "2020-01-01T00:00:00Z")
        provider.routes["GET", "/v3/videos"] = echo(status, data={"title": f"{ACCESS}-{old} {REFRESH}-{old} {IDENTITY}.a.b"})
        with_provider(world, provider, "video", "list", modes=[["--debug"]])


@way
def a_session_that_ends(world, provider):
    for provider.wrong in (0, 400, 500):
        session(world, provider, "2100-01-01T00:00:00Z")
        with_provider(world, provider, "auth", "logout")


@way
def a_key_beside_a_session(world, provider):
    session(world, provider, "2100-01-01T00:00:00Z")
    provider.wrong = 401
    with_provider(world, provider, "auth", "status", env={"HEYGEN_API_KEY": OTHER_KEY})
    with_provider(world, provider, "auth", "logout", env={"HEYGEN_API_KEY": OTHER_KEY})


# --- analytics


@way
def usage_analytics(world):
    """A code of an error that is the key, and the key as a comment, by the process that sends."""
    env = {"HEYGEN_NO_ANALYTICS": "", "HEYGEN_ANALYTICS_URL": f"{world.files.url}/events", "HEYGEN_API_KEY": OTHER_KEY}
    world.server.route("GET", "/v3/videos", {"error": {"code": OTHER_KEY, "message": "no"}}, status=400)
    world.server.route("GET", "/v3/videos/v1", {"error": {"code": OTHER_KEY.strip("="), "message": "no"}}, status=400)
    world.files.route("POST", "/events", {})
    for words in (("video", "list"), ("feedback", "--rating", "2", "--comment", f"mine is {OTHER_KEY}")):
        world.process(*words, env=env)
    world.files.wait_for(2)
    assert "feedback" in str([request.body for request in world.files.requests])


# --- the test


@pytest.mark.parametrize("name", WAYS)
def test_no_canary_leaves(name, world, provider):
    function = WAYS[name]
    function(*(world, provider)[: function.__code__.co_argcount])
    assert world.texts
    for text in world.seen():
        for canary in sorted(world.canaries, key=len, reverse=True):
            assert canary not in text, (canary, text)
