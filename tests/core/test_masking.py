"""heygen/core/secrets.py: in which forms a secret is found, and that nothing else is changed."""

import gc
import html
import json
import re
import sys
import threading
from urllib.parse import quote, quote_plus

import pytest

from heygen.core.secrets import MASK, SHORTEST, Secrets

ODD = "pa\"ss\\wo'rd/+=%<&> é"
PLAIN = "sk_0123456789-ab.cd~"


def knowing(*values, environ=None):
    secrets = Secrets(environ)
    secrets.add(*values)
    return secrets


@pytest.mark.parametrize("secret", [PLAIN, ODD, "a+b/c==d", "two words"])
@pytest.mark.parametrize(
    "form",
    [
        str, quote, quote_plus, html.escape,
        lambda text: quote(text, safe=""),
        lambda text: quote(text, safe="!'()*"),  # as JavaScript does it
        lambda text: re.sub("%..", lambda found: found[0].lower(), quote(text, safe="")),
        lambda text: json.dumps(text)[1:-1],
        lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
        lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
        lambda text: text.replace("'", "'\"'\"'"),
    ],
)  # fmt: skip
def test_a_secret_is_found_in_each_form(secret, form):
    assert knowing(secret).mask(f"<{form(secret)}>") == f"<{MASK}>"


def test_a_part_of_another_is_masked_after_it():
    assert knowing("12345678", "0123456789").mask("0123456789 12345678") == f"{MASK} {MASK}"


@pytest.mark.parametrize("short", ["", None, 7, "e", "x" * (SHORTEST - 1)])
def test_what_is_too_short_to_be_one_leaves_the_text_as_it_is(short):
    text = "here is the text: e xxxxxxx 7"
    assert knowing(short).mask(text) == text


def test_the_shortest_that_counts():
    assert knowing("x" * SHORTEST).mask("x" * SHORTEST) == MASK


def test_a_document_is_masked_by_value_and_stays_a_document_whatever_the_secret_looks_like():
    tricky = '","hint":"'
    document = {"error": {"code": "c", "hint": tricky, PLAIN: [PLAIN, 1, None, True, {"n": (f"<{PLAIN}>",)}], "message": "m"}}
    assert knowing(tricky, PLAIN).masked(document) == {
        "error": {"code": "c", "hint": MASK, MASK: [MASK, 1, None, True, {"n": [f"<{MASK}>"]}], "message": "m"}
    }
    assert document["error"]["hint"] == tricky  # it is a copy


def test_a_document_may_be_nested_deeper_than_calls_may():
    deep = leaf = []
    for _ in range(sys.getrecursionlimit() * 3):
        leaf.append([])
        leaf = leaf[0]
    leaf.append(PLAIN)
    found = knowing(PLAIN).masked(deep)
    while found and isinstance(found[0], list):
        found = found[0]
    assert found == [MASK]
    while deep:
        deep = deep[0] if isinstance(deep[0], list) else []


def test_an_excerpt_is_masked_before_it_is_cut():
    secrets = knowing(PLAIN)
    assert secrets.excerpt(f"ab{PLAIN}cd", 6) == "ab***c"
    assert secrets.excerpt(f"ab{PLAIN[:-1]}", 40, is_whole=False) == "ab***"
    assert secrets.excerpt("whole", 3) == "who"


def test_half_a_secret_before_the_mark_of_a_cut_is_masked():
    secrets = knowing(PLAIN)
    assert secrets.mask(f'"{PLAIN[:11]}…", "{PLAIN}…", "a sk…", "{PLAIN}"') == '"***…", "***…", "a sk…", "***"'


def test_what_is_secret_by_its_name_is_left_alone_by_mask_and_not_by_scrub():
    text = 'https://me:pass@host/?X-Amz-Signature=sig&limit=5 {"client_secret": "x", "title": "My token"}'
    secrets = knowing(PLAIN)
    assert secrets.mask(text) == text
    assert secrets.scrub(text) == 'https://***@host/?X-Amz-Signature=***&limit=5 {"client_secret": "***", "title": "My token"}'


@pytest.mark.parametrize(
    "environ, text",
    [
        ({"HEYGEN_API_KEY": ' "key-of-mine"\n'}, "key-of-mine"),
        ({"GITHUB_TOKEN": "token-of-mine"}, "token-of-mine"),
        ({"GH_TOKEN": "token-of-mine"}, "token-of-mine"),
        ({"HTTPS_PROXY": "http://me:p%40ssword@host:1"}, "p%40ssword"),
        ({"HTTPS_PROXY": "http://me:p%40ssword@host:1"}, "p@ssword"),
        ({"https_proxy": "me:password@host:1"}, "password"),
        ({"ALL_PROXY": "http://me:pw@host:1"}, "bWU6cHc="),  # what is sent: base64 of me:pw
        ({"HTTP_PROXY": "http://me:one-word@h", "http_proxy": "http://me:other-word@h"}, "one-wordother-word"),
    ],
)
def test_the_secrets_of_the_environment_are_known_from_the_start(environ, text):
    assert set(knowing(environ=environ).mask(text)) == {"*"}


def test_threads_add_and_mask_at_once():
    secrets, failures = Secrets(), []

    def work(number):
        for count in range(300):
            secret = f"secret-{number}-{count:04}"
            secrets.add(secret)
            if secrets.mask(secret) != MASK:
                failures.append(secret)

    def interrupt(*_):
        sum(range(50))  # gives another thread its turn in the middle of what looks like one step

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    threshold, interval = gc.get_threshold(), sys.getswitchinterval()
    gc.set_threshold(5)
    sys.setswitchinterval(1e-6)
    gc.callbacks.append(interrupt)
    try:
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    finally:
        gc.callbacks.remove(interrupt)
        sys.setswitchinterval(interval)
        gc.set_threshold(*threshold)
    assert not failures
    assert all(secrets.mask(f"secret-{number}-0299") == MASK for number in range(4))
