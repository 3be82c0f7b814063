"""heygen/http/tls.py: which servers are trusted, and what is said of those that are not."""

import shutil
import socket
import ssl
import sys
import threading

import pytest
from hostile import stop
from servers import TLS, speaking_tls

CA = str(TLS / "ca.pem")
HASHED_NAME = "0d1d8da0.0"  # openssl x509 -hash -in ca.pem


@pytest.fixture
def secure():
    """Start scripted servers that speak TLS with a certificate of tests/tls/."""
    started = []

    def start(certificate="server.pem"):
        started.append(speaking_tls(certificate))
        return started[-1]

    yield start
    for server in started:
        server.close()
        assert not server.unexpected and not server.answers


def listed(run, server, *argv, **env):
    return run(*argv, "video", "list", env={"HEYGEN_API_BASE": server.url, **env})


@pytest.fixture
def hashed(tmp_path):
    folder = tmp_path / "hashed"
    folder.mkdir()
    shutil.copy(CA, folder / HASHED_NAME)
    return str(folder)


def test_a_bundle_is_named_by_a_flag_the_environment_or_the_settings(run, server, secure, hashed, tmp_path):
    far = secure()
    nowhere = str(tmp_path)
    for argv, env in (
        (("--ca-bundle", CA), {}),
        ((), {"SSL_CERT_FILE": CA}),
        ((), {"SSL_CERT_DIR": hashed}),
        ((), {"SSL_CERT_DIR": f"{nowhere}:{hashed}"}),
        (("--ca-bundle", CA), {"SSL_CERT_FILE": "/nonexistent"}),
    ):
        far.answer({"data": []})
        result = listed(run, far, *argv, **env)
        assert (result.status, result.stderr) == (0, ""), (argv, env, result)
    assert run("config", "set", "ca_bundle", CA).status == 0
    far.answer({"data": []})
    assert listed(run, far).status == 0


def test_a_directory_that_does_not_know_the_issuer_is_followed_by_the_file(run, server, secure, tmp_path, monkeypatch):
    """The system's trust: a hashed directory first, because it costs nothing, then the file of all CAs."""
    hashed = tmp_path / "hashed"
    hashed.mkdir()
    shutil.copy(TLS / "other.pem", hashed / "ffffffff.0")
    paths = ssl.get_default_verify_paths()._replace(openssl_cafile=CA, openssl_capath=str(hashed))
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    loaded = []
    real = ssl.SSLContext.load_verify_locations

    def load(self, cafile=None, capath=None, cadata=None):
        loaded.append(cafile or capath)
        return real(self, cafile, capath, cadata)

    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", load)
    far = secure()
    far.answer({"data": []})
    assert listed(run, far).status == 0
    assert loaded == [str(hashed), CA]
    # Where the directory knows it, the file is left alone.
    shutil.copy(CA, hashed / HASHED_NAME)
    loaded.clear()
    far.answer({"data": []})
    assert listed(run, far).status == 0
    assert loaded == [str(hashed)]


@pytest.mark.parametrize(
    "certificate, trusted, what, hint",
    [
        ("expired.pem", CA, "has expired", "clock"),
        ("other.pem", CA, "is for a different name", "HEYGEN_API_BASE"),
        ("self-signed.pem", None, "is self-signed", "--ca-bundle"),
        ("server.pem", None, "was issued by an unknown CA", "heygen config set ca_bundle"),
        ("server.pem", "self-signed.pem", "was issued by an unknown CA", "self-signed.pem"),
    ],
)
def test_a_server_that_cannot_be_trusted_is_refused_at_once(run, server, secure, clock, certificate, trusted, what, hint):
    far = secure(certificate)
    argv = ("--ca-bundle", str(TLS / trusted)) if trusted else ()
    result = listed(run, far, *argv)
    assert (result.status, result.error["code"]) == (1, "network_error")
    assert result.error["message"] == f"localhost cannot be trusted: its certificate {what}"
    assert hint in result.error["hint"]
    assert not clock.sleeps  # another try would end the same way
    assert not far.requests


def test_a_bundle_stands_in_for_the_systems_trust(run, server, secure):
    """--ca-bundle names all that is trusted: the environment's CA is none of it."""
    far = secure()
    result = listed(run, far, "--ca-bundle", str(TLS / "other.pem"), SSL_CERT_FILE=CA)
    assert result.error["code"] == "network_error"


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", None])
@pytest.mark.parametrize("content, why", [(None, "No such file"), ("no certificate", "it contains no certificate")])
def test_a_bundle_that_cannot_be_used_is_a_usage_error(run, server, secure, tmp_path, variable, content, why):
    far = secure()
    file = tmp_path / "bundle.pem"
    if content is not None:
        file.write_text(content)
    argv, env = ((), {variable: str(file)}) if variable else (("--ca-bundle", str(file)), {})
    result = listed(run, far, *argv, **env)
    assert (result.status, result.error["code"]) == (2, "usage_error")
    assert str(file) in result.error["message"] and why in result.error["message"]


def test_a_port_that_speaks_no_tls_says_so(run, server, clock):
    result = run("video", "list", env={"HEYGEN_API_BASE": server.url.replace("http:", "https:")})
    assert (result.status, result.error["code"]) == (1, "network_error")
    assert "could not make a TLS connection to 127.0.0.1" in result.error["message"] or "closed the connection" in result.error["message"]


def test_a_connection_that_ends_in_the_handshake_is_tried_again(run, server, clock):
    listener = socket.create_server(("127.0.0.1", 0))
    count = []

    def hang_up():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            count.append(1)
            connection.recv(4096)
            connection.close()

    thread = threading.Thread(target=hang_up)
    thread.start()
    url = f"https://127.0.0.1:{listener.getsockname()[1]}"
    result = run("webhook", "endpoints", "create", "--url", "https://example.com/hook", env={"HEYGEN_API_BASE": url})
    stop(listener, thread)
    assert result.error["code"] == "network_error"
    assert len(count) == 3
    assert "idempotency_key" not in result.error


def test_large_bodies_pass_through_tls_both_ways(run, server, secure, tmp_path):
    far = secure()
    content = bytes(range(256)) * 10_000
    file = tmp_path / "clip.mp4"
    file.write_bytes(content)
    far.answer({"data": {"title": "x" * 3_000_000}})
    result = run("--ca-bundle", CA, "asset", "create", "--file", str(file), env={"HEYGEN_API_BASE": far.url})
    assert len(result.json["data"]["title"]) == 3_000_000
    assert content in far.requests[0].body


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps its CAs in a store")
def test_the_settings_bundle_gives_way_to_the_environment(run, server, secure):
    far = secure()
    assert run("config", "set", "ca_bundle", "/nonexistent.pem").status == 0
    far.answer({"data": []})
    assert listed(run, far, SSL_CERT_FILE=CA).status == 0
    assert listed(run, far).error["code"] == "usage_error"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_redirect_leads_from_https_to_http(run, server, secure, files, scheme):
    far = secure()
    target = files.url.replace("http://127.0.0.1", f"{scheme}://localhost")
    far.answer({}, status=302, headers={"Location": f"{target}/v3/videos?X-Amz-Signature=abc"})
    result = listed(run, far, "--ca-bundle", CA)
    assert result.status == 1
    if scheme == "http":
        assert result.error["code"] == "cli_redirect_refused"
        assert result.error["message"].endswith(f"from https to plain http: {target}/v3/videos")
    assert not files.requests
