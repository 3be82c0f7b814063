"""heygen/http/proxies.py, and requests through a real proxy: tunnels, credentials, refusals, and who is spared it."""

import base64
import os
import random
import socket
import threading
import urllib.request

import pytest
from hostile import Proxy, stop
from servers import TLS, speaking_tls

from heygen.core.errors import HeygenError
from heygen.http import proxies

SECRET = "p%40ss:w%C3%B6rd"  # as a URL has it
BASIC = "Basic " + base64.b64encode("me:p@ss:wörd".encode()).decode()


@pytest.fixture
def far():
    """The API behind the proxy, as https://api.example.test, and as http on the same name."""
    secure = speaking_tls()
    yield secure
    secure.close()
    assert not secure.unexpected and not secure.answers


@pytest.fixture
def proxy(far):
    made = Proxy({"api.example.test": ("127.0.0.1", far.port)})
    yield made
    made.close()


def listed(run, proxy, *argv, **env):
    variables = {"HEYGEN_API_BASE": "https://api.example.test", "HTTPS_PROXY": f"http://{proxy.address}"}
    return run("--ca-bundle", str(TLS / "ca.pem"), *argv, "video", "list", env={**variables, **env})


def test_tls_goes_through_a_tunnel_in_which_the_proxy_sees_nothing(run, server, far, proxy):
    far.answer({"data": []})
    assert listed(run, proxy).json == {"data": []}
    assert far.requests[0].headers["x-api-key"] == "test-key"
    assert proxy.heads == [["CONNECT api.example.test:443 HTTP/1.1", "Host: api.example.test:443"]]


@pytest.mark.parametrize("scheme", ["http://", ""])
def test_a_proxy_may_want_a_user_and_a_password(run, server, far, proxy, scheme):
    proxy.authorization = BASIC
    far.answer({"data": []})
    assert listed(run, proxy, HTTPS_PROXY=f"{scheme}me:{SECRET}@{proxy.address}").status == 0
    assert "proxy-authorization" not in far.requests[0].headers


def test_a_proxy_that_wants_a_password_says_so_without_repeating_one(run, server, proxy, clock):
    proxy.authorization = BASIC
    result = listed(run, proxy, "--debug", HTTPS_PROXY=f"http://me:wrong@{proxy.address}")
    assert result.status == 1
    envelope = result.stderr.splitlines()[-1]
    assert f"the proxy {proxy.address} did not connect to api.example.test:443: 407 Proxy Authentication Required" in envelope
    assert "user:password@host:port" in envelope
    assert "wrong" not in result.stderr and "Basic" not in result.stderr and base64.b64encode(b"me:wrong").decode() not in result.stderr
    assert not clock.sleeps


@pytest.mark.parametrize("refusal, tries", [("403 Forbidden", 1), ("502 Bad Gateway", 3)])
def test_a_proxys_refusal_is_told_apart_from_the_apis(run, server, proxy, clock, refusal, tries):
    proxy.refusal = refusal
    result = listed(run, proxy)
    assert (result.status, result.error["code"]) == (1, "network_error")
    assert f"the proxy {proxy.address} did not connect to api.example.test:443: {refusal}" in result.error["message"]
    assert len(proxy.heads) == tries
    assert "request_id" not in result.error


def test_a_creation_that_the_proxy_did_not_take_is_safe_to_repeat(run, server, far, proxy):
    proxy.refusal = "503 Service Unavailable"
    variables = {"HEYGEN_API_BASE": "https://api.example.test", "HTTPS_PROXY": f"http://{proxy.address}"}
    result = run("webhook", "endpoints", "create", "--url", "https://example.com/hook", env=variables)
    assert len(proxy.heads) == 3
    assert "idempotency_key" not in result.error


def test_a_proxy_that_is_not_there_is_named(run, server, proxy):
    spare = socket.create_server(("127.0.0.1", 0))
    address = f"127.0.0.1:{spare.getsockname()[1]}"
    spare.close()
    result = listed(run, proxy, HTTPS_PROXY=f"http://{address}")
    assert result.error["message"].startswith(f"could not connect to the proxy {address}: ")
    assert "NO_PROXY" in result.error["hint"]


def test_a_proxy_that_hangs_up_is_named(run, server, clock):
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                listener.accept()[0].close()
            except OSError:
                return

    thread = threading.Thread(target=serve)
    thread.start()
    address = f"127.0.0.1:{listener.getsockname()[1]}"
    result = run("video", "list", env={"HEYGEN_API_BASE": "https://api.example.test", "HTTPS_PROXY": address})
    stop(listener, thread)
    assert result.error["message"].startswith(f"the proxy {address} did not answer")


def test_plain_http_goes_through_the_proxy_in_absolute_form(run, server, proxy):
    proxy.hosts["api.example.test"] = ("127.0.0.1", server.port)
    env = {"HEYGEN_API_BASE": "http://api.example.test:8080/x", "HEYGEN_ALLOW_HTTP": "1", "HTTP_PROXY": f"me:{SECRET}@{proxy.address}"}
    server.answer({"data": []})
    assert run("video", "list", "--limit", "2", env=env).status == 0
    assert proxy.heads[0][0] == "GET http://api.example.test:8080/x/v3/videos?limit=2 HTTP/1.1"
    assert f"Proxy-Authorization: {BASIC}" in proxy.heads[0]
    proxy.refusal = "407 Proxy Authentication Required"
    assert run("video", "list", env=env).error["code"] == "network_error"
    proxy.refusal = "503 Service Unavailable"
    result = run("video", "list", env={**env, "HEYGEN_MAX_RETRIES": "0"})
    assert result.error["message"] == f"HTTP 503 Service Unavailable, from the proxy {proxy.address} or something behind it"


def test_this_machine_is_never_reached_through_a_proxy(run, server):
    server.answer({"data": []})
    env = {"HTTP_PROXY": "http://192.0.2.1:1", "HTTPS_PROXY": "http://192.0.2.1:1", "ALL_PROXY": "http://192.0.2.1:1"}
    assert run("video", "list", env=env).status == 0


@pytest.fixture
def settings(monkeypatch, tmp_path, far):
    """Proxies as the settings of macOS and Windows name them, in a process whose environment names none."""
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("HEYGEN_API_KEY", "test-key")
    monkeypatch.setenv("HEYGEN_API_BASE", "https://api.example.test")
    monkeypatch.setenv("HEYGEN_NO_ANALYTICS", "1")
    monkeypatch.setenv("HEYGEN_MAX_RETRIES", "0")
    named = {}
    monkeypatch.setattr(urllib.request, "getproxies", lambda: named)
    return named


def test_the_systems_settings_count_where_no_variable_does(run, server, far, proxy, settings, monkeypatch):
    settings["https"] = f"http://{proxy.address}"
    argv = ("--ca-bundle", str(TLS / "ca.pem"), "video", "list")
    far.answer({"data": []})
    assert run(*argv, environ=os.environ).json == {"data": []}
    assert len(proxy.heads) == 1
    # An environment that was handed in stands for a process of its own.
    assert run(*argv, env={"HEYGEN_API_BASE": "https://api.example.test"}).error["code"] == "network_error"
    monkeypatch.setenv("HTTPS_PROXY", "")
    assert run(*argv, environ=os.environ).error["code"] == "network_error"
    monkeypatch.delenv("HTTPS_PROXY")
    asked = []
    monkeypatch.setattr(urllib.request, "proxy_bypass", lambda host: asked.append(host) or True)
    assert run(*argv, environ=os.environ).error["code"] == "network_error"
    assert asked == ["api.example.test"]
    assert len(proxy.heads) == 1


def test_a_proxy_of_the_system_that_cannot_be_used_says_whose_it_is(run, server, settings):
    settings["https"] = "socks4://hunter2.example.test:1080"
    result = run("video", "list", environ=os.environ)
    assert (result.status, result.error["code"]) == (2, "usage_error")
    assert result.error["message"] == "the system's https proxy is not a usable proxy: socks4 proxies are not supported"


@pytest.mark.parametrize("value", ["socks5://me:hunter2@h:1", "http://", "http://[::1", "http://h:hunter2", "https://hunter2@h", "http://h h"])
def test_a_malformed_proxy_is_a_usage_error_that_does_not_repeat_it(run, server, value):
    result = run("video", "list", env={"HEYGEN_API_BASE": "https://api.example.test", "HTTPS_PROXY": value})
    assert (result.status, result.error["code"]) == (2, "usage_error")
    assert result.error["message"].startswith("HTTPS_PROXY is not a usable proxy")
    assert "hunter2" not in result.stderr


@pytest.mark.parametrize(
    "url, environ, name",
    [
        ("https://h", {}, None),
        ("https://h", {"HTTP_PROXY": "p:1"}, None),
        ("https://h", {"HTTPS_PROXY": "p:1"}, "p:1"),
        ("https://h", {"https_proxy": "q:2", "HTTPS_PROXY": "p:1"}, "q:2"),
        ("https://h", {"https_proxy": "", "HTTPS_PROXY": "p:1"}, None),
        ("http://h", {"HTTP_PROXY": "http://p"}, "p:80"),
        ("http://h", {"HTTP_PROXY": "p:1", "REQUEST_METHOD": "GET"}, None),
        ("http://h", {"http_proxy": "p:1", "REQUEST_METHOD": "GET"}, "p:1"),
        ("https://h", {"HTTPS_PROXY": "http://[2001:db8::1]:3128/"}, "[2001:db8::1]:3128"),
        ("https://h", {"ALL_PROXY": "p:1"}, "p:1"),
        ("http://h", {"ALL_PROXY": "p:1"}, "p:1"),
        ("https://h", {"all_proxy": "q:2", "ALL_PROXY": "p:1"}, "q:2"),
        ("https://h", {"HTTPS_PROXY": "q:2", "all_proxy": "p:1"}, "q:2"),
        ("https://h", {"https_proxy": "", "ALL_PROXY": "p:1"}, None),
        ("http://h", {"HTTP_PROXY": "q:2", "ALL_PROXY": "p:1", "REQUEST_METHOD": "GET"}, "p:1"),
        ("https://h", {"ALL_PROXY": "p:1", "NO_PROXY": "h"}, None),
        ("https://h", {"HTTPS_PROXY": "p:1", "NO_PROXY": "h"}, None),
        ("https://h", {"HTTPS_PROXY": "p:1", "no_proxy": "", "NO_PROXY": "h"}, "p:1"),
        ("https://localhost", {"HTTPS_PROXY": "p:1"}, None),
        ("https://127.8.9.1", {"HTTPS_PROXY": "p:1"}, None),
        ("https://[::1]:8443", {"HTTPS_PROXY": "p:1"}, None),
        ("https://127.0.0.1.example.com", {"HTTPS_PROXY": "p:1"}, "p:1"),
    ],
)
def test_the_environment_chooses_the_proxy(url, environ, name):
    proxy = proxies.choose(url, environ)
    assert (proxy and proxy.name) == name


@pytest.mark.parametrize(
    "no_proxy, host, port, is_exempt",
    [
        ("", "api.heygen.com", 443, False),
        ("*", "api.heygen.com", 443, True),
        ("heygen.com", "api.heygen.com", 443, True),
        (".heygen.com", "api.heygen.com", 443, True),
        (".heygen.com", "heygen.com", 443, True),
        ("*.heygen.com", "api.heygen.com", 443, True),
        ("HeyGen.COM", "api.heygen.com", 443, True),
        ("api.heygen.com.", "api.heygen.com", 443, True),
        ("gen.com", "api.heygen.com", 443, False),
        ("api.heygen.com", "heygen.com", 443, False),
        ("a.example, heygen.com", "api.heygen.com", 443, True),
        ("a.example heygen.com", "api.heygen.com", 443, True),
        ("heygen.com:443", "api.heygen.com", 443, True),
        ("heygen.com:8443", "api.heygen.com", 443, False),
        ("10.1.2.3", "10.1.2.3", 443, True),
        ("10.1.2.3:443", "10.1.2.3", 443, True),
        ("10.1.2.3:80", "10.1.2.3", 443, False),
        ("10.0.0.0/8", "10.1.2.3", 443, True),
        ("10.0.0.0/16", "10.1.2.3", 443, False),
        ("10.1.2.0/23", "10.1.3.255", 443, True),
        ("0.0.0.0/0", "192.0.2.7", 443, True),
        ("10.0.0.0/33", "10.1.2.3", 443, False),
        ("10.0.0.0/x", "10.1.2.3", 443, False),
        ("10.0.0.0/8", "2001:db8::1", 443, False),
        ("2001:db8::/32", "2001:db8::1", 443, True),
        ("[2001:db8::1]", "2001:db8::1", 443, True),
        ("[2001:db8::1]:80", "2001:db8::1", 443, False),
        ("1.2.3", "1.2.3.4", 443, False),
        (",, .", "api.heygen.com", 443, False),
    ],
)
def test_no_proxy_names_hosts_domains_and_networks(no_proxy, host, port, is_exempt):
    assert proxies.is_exempt(host, port, no_proxy) == is_exempt


def test_parsing_never_raises_anything_else():
    chance = random.Random(3)
    for _ in range(2000):
        text = "".join(chance.choice("ahtp:/@[]%.0189 \x00é#?") for _ in range(chance.randrange(20)))
        try:
            proxies.parse(text, "HTTPS_PROXY")
        except HeygenError as error:
            assert error.code == "usage_error"
        proxies.is_exempt("10.1.2.3", 443, text)
