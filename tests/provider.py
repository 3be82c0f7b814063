"""An identity provider on loopback that insists on everything that OAuth with PKCE asks for, and the API beside it."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import urllib.error
import urllib.request
from urllib.parse import parse_qsl, urlencode, urlsplit

from servers import ScriptedServer

DEVICE_CODE = "device-code-that-nobody-sees"
USER = {"email": "ada@example.com", "first_name": "Ada", "last_name": "Example", "username": "ada"}


class Provider(ScriptedServer):
    """Signs everybody in. `problems` lists every rule that a client broke."""

    def __init__(self):
        super().__init__()
        self.problems = []
        self.code = "code"
        self.codes = {}
        self.refresh_tokens = {}
        self.valid = set()
        self.revoked = []
        self.issued = 0
        self.life = 3600
        self.rotates = True
        self.denies = None
        self.device = {}  # fields of the device authorization that are to be others
        self.polls = []  # errors to answer with, one by one, before there are tokens
        for method, path, answer in (
            ("GET", "/oauth/authorize", self._authorize),
            ("POST", "/v1/oauth/token", self._token),
            ("POST", "/v1/oauth/revoke", self._revoke),
            ("POST", "/v1/oauth/device_authorization", self._device_authorization),
            ("GET", "/v3/users/me", self._me),
        ):
            self.routes[method, path] = answer
        self.env = {
            "HEYGEN_OAUTH_AUTHORIZE_URL": f"{self.url}/oauth/authorize",
            "HEYGEN_OAUTH_TOKEN_URL": f"{self.url}/v1/oauth/token",
            "HEYGEN_OAUTH_REVOKE_URL": f"{self.url}/v1/oauth/revoke",
            "HEYGEN_OAUTH_DEVICE_URL": f"{self.url}/v1/oauth/device_authorization",
            "HEYGEN_API_BASE": self.url,
            "HEYGEN_API_KEY": None,
        }

    def check(self, is_right, what):
        if not is_right:
            self.problems.append(what)

    def _authorize(self, handler, recorded):
        query = dict(recorded.query)
        self.check(query.get("response_type") == "code", "response_type")
        self.check(query.get("client_id") == "q2A2QRSke2LrFTPJhoDbHtXh", "client_id")
        self.check(query.get("scope") == "openid profile email", "scope")
        self.check(query.get("code_challenge_method") == "S256", "code_challenge_method")
        self.check(len(query.get("code_challenge", "")) == 43, "code_challenge")
        self.check(len(query.get("state", "")) == 43, "state")
        redirect = urlsplit(query.get("redirect_uri", ""))
        self.check((redirect.scheme, redirect.hostname, redirect.path) == ("http", "127.0.0.1", "/oauth/callback"), "redirect_uri")
        if self.denies:
            back = {"error": self.denies, "error_description": "<b>No</b>", "state": query["state"]}
        else:
            code = f"{self.code}-{len(self.codes)}"
            self.codes[code] = query
            back = {"code": code, "state": query["state"]}
        handler.reply(302, {"Location": f"{query['redirect_uri']}?{urlencode(back)}"}, b"")

    def _device_authorization(self, handler, recorded):
        form = dict(parse_qsl(recorded.body.decode()))
        self.check(form == {"client_id": "q2A2QRSke2LrFTPJhoDbHtXh", "scope": "openid profile email"}, "the device form")
        self.check("x-api-key" not in recorded.headers and "authorization" not in recorded.headers, "a credential")
        document = {
            "device_code": DEVICE_CODE,
            "user_code": "WDJB-MJHT",
            "verification_uri": "https://app.example.com/device",
            "expires_in": 600,
            "interval": 5,
            **self.device,
        }
        handler.reply(200, {"Content-Type": "application/json"}, json.dumps(document).encode())

    def _token(self, handler, recorded):
        form = dict(parse_qsl(recorded.body.decode()))
        self.check(recorded.headers["content-type"] == "application/x-www-form-urlencoded", "content type")
        self.check(form.get("client_id") == "q2A2QRSke2LrFTPJhoDbHtXh", "client_id of the token request")
        self.check("x-api-key" not in recorded.headers and "authorization" not in recorded.headers, "a credential")
        grant = form.get("grant_type")
        if grant == "authorization_code":
            query = self.codes.pop(form.get("code"), None)
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            self.check(43 <= len(form.get("code_verifier", "")) <= 128, "length of the verifier")
            if query is None or challenge != query["code_challenge"] or form.get("redirect_uri") != query["redirect_uri"]:
                return self._refuse(handler, "invalid_grant", "The code does not fit.")
        elif grant == "refresh_token":
            with self._lock:
                token = form.get("refresh_token")
                known = self.refresh_tokens.pop(token, None) if self.rotates else self.refresh_tokens.get(token)
            if known is None:
                return self._refuse(handler, "invalid_grant", "The refresh token is not valid.")
        elif grant == "urn:ietf:params:oauth:grant-type:device_code":
            self.check(form.get("device_code") == DEVICE_CODE, "device_code")
            step = self.polls.pop(0) if self.polls else None
            if callable(step):
                return step(handler, recorded)
            if step:
                return self._refuse(handler, step, "")
        else:
            return self._refuse(handler, "unsupported_grant_type", "")
        tokens = self.issue()
        if grant == "refresh_token" and not self.rotates:
            del tokens["refresh_token"]
        handler.reply(200, {"Content-Type": "application/json"}, json.dumps(tokens).encode())

    def issue(self):
        """Return new tokens, as the token endpoint sends them."""
        with self._lock:
            self.issued += 1
            access, refresh = f"access-{self.issued}", f"refresh-{self.issued}"
            self.valid = {access}
            self.refresh_tokens[refresh] = access
        return {
            "access_token": access,
            "refresh_token": refresh,
            "token_type": "Bearer",
            "expires_in": self.life,
            "scope": "openid profile email",
        }

    def _refuse(self, handler, code, description):
        body = {"error": code, "error_description": description}
        handler.reply(400, {"Content-Type": "application/json"}, json.dumps(body).encode())

    def _revoke(self, handler, recorded):
        form = dict(parse_qsl(recorded.body.decode()))
        self.check(form.get("client_id") == "q2A2QRSke2LrFTPJhoDbHtXh", "client_id of the revocation")
        self.revoked.append((form.get("token_type_hint"), form.get("token")))
        handler.reply(200, {}, b"")

    def _me(self, handler, recorded):
        key, bearer = recorded.headers.get("x-api-key"), recorded.headers.get("authorization", "")
        if key == "good-key" or bearer.partition(" ")[2] in self.valid:
            status, document = 200, {"data": {**USER, "billing_type": None}}
        else:
            status, document = 401, {"error": {"code": "unauthorized", "message": "Invalid credential"}}
        handler.reply(status, {"Content-Type": "application/json"}, json.dumps(document).encode())


def providing():
    """Start a provider, and fail the test if a rule was broken; `yield from` it in a fixture."""
    provider = Provider()
    yield provider
    provider.close()
    assert provider.problems == []
    assert not provider.unexpected


def credential_file(tmp_path):
    """Return where the program that `run` runs keeps its credential."""
    return tmp_path / "home" / ".heygen" / "credentials"


def store(file, **session):
    """Put a session into a credential file, beside something that is another program's."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"oauth": session, "user": USER, "theirs": {"kept": True}}))
    file.chmod(0o600)


def stored(file):
    """Return what a credential file holds."""
    return json.loads(file.read_text())


class Browser:
    """Opens addresses as a browser does: in its own time, following redirects. `pages` holds what it was shown."""

    def __init__(self, before=None):
        self.before = before  # gets the address that the sign-in starts at
        self.pages = []
        self.urls = []
        self._threads = []

    def open(self, url):
        """Begin to load an address, and say so."""
        self.urls.append(url)
        thread = threading.Thread(target=self._load, args=(url,))
        thread.start()
        self._threads.append(thread)
        return True

    def _load(self, url):
        if self.before:
            self.before(url)
        self.pages.append(load(url))

    def close(self):
        for thread in self._threads:
            thread.join(30)


def load(url):
    """Return status, headers and text of a page, without any proxy."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=20) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()
