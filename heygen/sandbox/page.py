"""Pages for people: what exists, with players and all that happens; a video's own page; and the page where consent is given."""

from __future__ import annotations

import os
from html import escape

from heygen.api import operations, path as paths
from heygen.output import values
from heygen.sandbox import faults, strangers
from heygen.sandbox.call import Call
from heygen.sandbox.clock import iso
from heygen.sandbox.exchange import Answer
from heygen.sandbox.problems import Refusal
from heygen.sandbox.resources import avatar, index, video

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator

    from heygen.sandbox.exchange import Incoming
    from heygen.sandbox.world import World

# The lists that the first page shows: title, group and command, and how they are asked for.
_LISTS: tuple[tuple[str, str, tuple[str, ...], dict[str, Any]], ...] = (
    ("Videos", "video", ("list",), {}),
    ("Sessions of the Video Agent", "video-agent", ("list",), {}),
    ("Translations", "video-translate", ("list",), {}),
    ("Lipsyncs", "lipsync", ("list",), {}),
    ("Clipping jobs", "ai-clipping", ("list",), {}),
    ("Background removals", "background-removal", ("list",), {}),
    ("Assets", "asset", ("list",), {"username": "sandbox"}),
    ("Avatars", "avatar", ("list",), {"ownership": "private"}),
    ("Voices", "voice", ("list",), {"type": "private"}),
    ("Webhook endpoints", "webhook", ("endpoints", "list"), {}),
    ("Webhook events", "webhook", ("events", "list"), {}),
)
_SHOWN = 50
_MOST_PLAYERS = 24
MOST_REQUESTS = 100
# The columns of a list whose operation documents none: those of these fields that its entries have.
_FIELDS = ("session_id", "endpoint_id", "event_id", "voice_id", "id", "name", "title", "event_type", "url", "status", "created_at")
# What a fault button does to the next request that it can strike.
_STRUCK = {
    **dict.fromkeys(("503", "html-502", *faults.PLAIN, "delay=2s"), "* /v3/**"),
    "429 retry-after=date": "* /v3/**",
    **dict.fromkeys(("truncate", "expire", "slow=1kB/s"), "GET /files/**"),
    "status=failed": "POST /v3/**",
}
_STEPS = ("10s", "1m", "10m", "1h")
# What a page may load: what comes from here, and nothing else.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_FOLDER = os.path.join(os.path.dirname(__file__), "pages")
# Below /_sandbox/: what a page is made of.
FILES = {"page.css": "text/css", "page.js": "text/javascript", "icon.svg": "image/svg+xml"}
POSTER = "/_sandbox/files/public/poster.jpg"


def serve(world: World, incoming: Incoming) -> Answer:
    """Answer a request of a browser."""
    strangers.refuse_navigation(incoming)
    parts = incoming.path.split("/")
    with world.lock:
        world.process_ended_jobs()
        if incoming.method == "POST" and parts[1] == "consent" and len(parts) == 3:
            return _agree(world, parts[2])
        if incoming.method not in ("GET", "HEAD"):
            raise Refusal(405, "method_not_allowed", "Pages can only be read", headers={"Allow": "GET, HEAD"})
        if incoming.path == "/":
            return _page("HeyGen sandbox", _overview(world))
        entry = world.store.get({"videos": "video", "consent": "avatar"}.get(parts[1], ""), "/".join(parts[2:]))
        if entry is None:
            raise Refusal(404, "not_found", "There is no such page")
        if parts[1] == "consent":
            return _page("Consent", _consent(entry))
        return _page(entry["title"] or "Video", _video(world, entry))


def file(incoming: Incoming) -> Answer:
    """Answer with a part that every page has: style, script or icon."""
    strangers.refuse_navigation(incoming)
    name = incoming.path.rpartition("/")[2]
    content = __loader__.get_data(os.path.join(_FOLDER, name))  # type: ignore[name-defined]
    return Answer(200, content, f"{FILES[name]}; charset=utf-8", [("Cache-Control", "no-store")])


def _page(title: str, content: str, status: int = 200) -> Answer:
    html = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="/_sandbox/icon.svg"><link rel="stylesheet" href="/_sandbox/page.css"></head>'
        f"<body>{content}</body></html>\n"
    )
    headers = [("Content-Security-Policy", _POLICY), ("Cache-Control", "no-store")]
    return Answer(status, html.encode("utf-8", "replace"), "text/html; charset=utf-8", headers)


# --- the first page


def _overview(world: World) -> str:
    shown = parts(world)
    sections = {name: f'<section id="part-{name}">{html}</section>' for name, html in shown.items()}
    lists = "".join(html for name, html in sections.items() if name not in ("head", "faults", "made"))
    rows = "".join(map(request_row, reversed(world.log[-MOST_REQUESTS:])))
    return (
        f'<header><h1>HeyGen sandbox</h1><span id="part-head">{shown["head"]}</span>'
        f'<time id="clock">{iso(world.clock.now())}</time><span id="live" class="status yellow">connecting</span></header>'
        f"<main><section><h2>Clock and faults</h2>{_controls()}"
        f'<div id="part-faults">{shown["faults"]}</div></section>{sections["made"]}'
        f'<section><h2>Requests: <span id="count">{world.logged}</span></h2><div class="scroll"><table class="log"><thead><tr>'
        '<th>Time</th><th>Status</th><th>Method</th><th>Path</th><th class="number wide">Took</th>'
        f'<th class="number wide">Size</th></tr></thead><tbody id="log">{rows}</tbody></table></div></section>{lists}</main>'
        '<script src="/_sandbox/page.js"></script>'
    )


def parts(world: World) -> dict[str, str]:
    """Return what changes on the first page: each part by its name, as HTML in which all text is escaped."""
    with world.lock:
        world.process_ended_jobs()
        found = {"head": f'<span class="quiet">{escape(world.url)} · {world.credits:g} credits</span>', "faults": _faults(world)}
        documents = {title: _documents(world, *each) for title, *each in _LISTS}
    cards = [card for (title, *_) in _LISTS for each in documents[title][1] for card in _cards(world, each, title)]
    players = "".join(cards[:_MOST_PLAYERS])
    found["made"] = f'<h2>Made</h2><div class="grid" data-keyed>{players}</div>' if players else ""
    for title, group, command, _ in _LISTS:
        found["-".join((group, *command[:-1]))] = _section(title, *documents[title])
    if not any(entries for _, entries in documents.values()):
        found["made"] = '<p class="quiet">Nothing has been created yet.</p>'
    return found


def _controls() -> str:
    steps = "".join(_button(f"+{each}", "POST /_sandbox/clock", f'{{"advance": "{each}"}}') for each in _STEPS)
    strikes = "".join(
        _button(action, "POST /_sandbox/faults", f'{{"rule": "{target} {action} times=1"}}') for action, target in _STRUCK.items()
    )
    return (
        f'<div class="buttons"><span class="quiet">Let time pass:</span>{steps}'
        f'{_button("Reset", "POST /_sandbox/reset", ask="Forget all that was made?")}</div>'
        f'<div class="buttons"><span class="quiet">Strike the next request:</span>{strikes}</div>'
        '<form id="rule" class="buttons"><input name="rule" required aria-label="Fault" placeholder="GET /v3/videos/* 503 p=0.3">'
        '<button>Add fault</button></form><p id="told" class="red" role="status"></p>'
    )


def _button(text: str, request: str, body: str = "", ask: str = "") -> str:
    extra = (f' data-body="{escape(body)}"' if body else "") + (f' data-ask="{escape(ask)}"' if ask else "")
    return f'<button data-send="{escape(request)}"{extra}>{escape(text)}</button>'


def _faults(world: World) -> str:
    rows = "".join(
        f'<tr><td data-label="Fault"><code>{escape(each.rule.text)}</code></td>'
        f'<td data-label="Struck">{each.fired} of {each.met}</td>'
        f'<td>{_button("Remove", f"DELETE /_sandbox/faults/{each.id}")}</td></tr>'
        for each in world.faults.rules
    )
    head = "<thead><tr><th>Fault in force</th><th>Struck</th><th></th></tr></thead>"
    return f'<table class="stacked">{head}<tbody>{rows}</tbody></table>' if rows else ""


def _documents(world: World, group: str, command: tuple[str, ...], query: dict[str, Any]) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Return the columns of a list and its newest entries."""
    operation = operations.find(group, command)
    if operation is None:
        return {}, []
    call = Call(world, operation, "GET", operation.path, {}, {**query, "limit": _SHOWN}, {})
    found = index.run(call)[1]["data"]
    return operation.columns or {values.label(name): name for name in _FIELDS if found and name in found[0]}, found


def _section(title: str, columns: dict[str, str], found: list[dict[str, Any]]) -> str:
    """Return a list as a table with the columns that its operation documents."""
    if not found:
        return ""
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    rows = "".join(
        f'<tr>{"".join(_cell(each, name, path) for name, path in columns.items())}</tr>' for each in found
    )
    return f'<h2>{escape(title)}</h2><table class="stacked"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'


def _cell(item: dict[str, Any], name: str, path: str) -> str:
    value = paths.value_at(item, path)
    if path.endswith("_at") and isinstance(value, int):
        value = iso(value)
    text = "" if value is None else escape(", ".join(map(str, value)) if isinstance(value, list) else str(value))
    if path == "status" and value:
        text = _status(str(value))
    elif path == "id" and item.get("video_page_url"):
        text = f'<a href="/videos/{escape(str(value))}">{text}</a>'
    return f'<td data-label="{escape(name)}">{text}</td>'


def _status(text: str) -> str:
    colors = [each for each in values.styles("status", text) if each in ("green", "yellow", "red")]
    return f'<span class="status {" ".join(colors)}">{escape(text)}</span>'


def request_row(entry: dict[str, Any]) -> str:
    """Return a request of the log as a row."""
    status = entry["status"]
    style = "green" if 100 <= status < 400 else "yellow" if status in (404, 409, 429) else "red"
    return (
        f'<tr><td>{iso(entry["time"])[11:19]}</td><td class="status {style}">{status or "cut"}</td>'
        f'<td>{escape(entry["method"])}</td><td><code>{escape(entry["path"])}</code></td>'
        f'<td class="number wide">{entry["seconds"] * 1000:.0f} ms</td>'
        f'<td class="number wide">{values.size(entry["size"] or 0)}</td></tr>'
    )


# --- players


def _cards(world: World, item: dict[str, Any], title: str = "") -> Iterator[str]:
    """Yield players for what an item has, its clips included."""
    id = str(item.get("id", ""))
    title = " · ".join(map(str, filter(None, (item.get("title") or title or id[:8], item.get("output_language")))))
    links = {"video": item.get("video_url"), "audio": item.get("audio_url"), **(item.get("layers") or {})}
    for name, link in links.items():
        if link and not (name == "audio" and item.get("video_url")):
            made = f"{title} · {name}" if name in (item.get("layers") or {}) else title
            yield _player(f"player-{id}-{name}", made, _here(world, link), _here(world, item.get("thumbnail_url")), name == "audio")
    for clip in item.get("clips") or ():
        yield from _cards(world, clip)


def _player(id: str, title: str, source: str, poster: str, is_audio: bool) -> str:
    player = f'<video controls playsinline preload="metadata" poster="{escape(poster)}" src="{escape(source)}"></video>'
    if is_audio:
        player = f'<img alt="" src="{escape(poster)}"><audio controls preload="none" src="{escape(source)}"></audio>'
    return f'<figure id="{escape(id)}">{player}<figcaption>{escape(title)}</figcaption></figure>'


def _here(world: World, link: str | None) -> str:
    """Return where the page itself finds a file: no fault is meant for it, and its link never changes."""
    return "/_sandbox" + link.partition("?")[0][len(world.url) :] if link else POSTER


# --- the other pages


def _video(world: World, entry: dict[str, Any]) -> str:
    document = video.show(world, entry, world.clock.now())
    rows = "".join(
        f'<tr><th>{escape(values.label(name))}</th>{_cell(document, "", name)}</tr>'
        for name, value in document.items()
        if isinstance(value, (str, int, float))
    )
    title = escape(entry["title"] or "Video")
    players = "".join(_cards(world, document))
    return (
        f'<header><h1>{title}</h1><a href="/">All that is made</a></header><main><section class="grid">{players}</section>'
        f"<section><table><tbody>{rows}</tbody></table></section></main>"
    )


def _consent(group: dict[str, Any]) -> str:
    name = escape(group["name"])
    if group["consent"] == "approved":
        return f"<section><h1>{name}</h1><p>Consent has been given.</p></section>"
    return (
        f"<section><h1>{name}</h1><p>Do you agree that this avatar is made of you?</p>"
        f'<form method="post" action="/consent/{escape(group["id"])}"><button>I agree</button></form></section>'
    )


def _agree(world: World, id: str) -> Answer:
    group = world.store.get("avatar", id)
    if group is None:
        raise Refusal(404, "not_found", "There is no such page")
    avatar.approve(group)
    answer = _page("Consent", _consent(group))
    if group["reroute_url"]:
        answer.status = 303
        answer.headers.append(("Location", group["reroute_url"]))
    return answer
