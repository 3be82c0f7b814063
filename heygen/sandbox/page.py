"""Pages for people: what exists, with players; a video's own page; and the page where consent is given."""

from __future__ import annotations

from html import escape

from heygen.api import operations, path as paths
from heygen.sandbox import strangers
from heygen.sandbox.call import Call
from heygen.sandbox.clock import iso
from heygen.sandbox.exchange import Answer
from heygen.sandbox.problems import Refusal
from heygen.sandbox.resources import avatar, index, video

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from heygen.sandbox.exchange import Incoming
    from heygen.sandbox.world import World

# The lists that the first page shows, and how they are asked for.
_LISTS: tuple[tuple[str, tuple[str, ...], dict[str, Any]], ...] = (
    ("video", ("list",), {}),
    ("video-agent", ("list",), {}),
    ("video-translate", ("list",), {}),
    ("lipsync", ("list",), {}),
    ("ai-clipping", ("list",), {}),
    ("background-removal", ("list",), {}),
    ("asset", ("list",), {"username": "sandbox"}),
    ("avatar", ("list",), {"ownership": "private"}),
    ("voice", ("list",), {"type": "private"}),
    ("webhook", ("endpoints", "list"), {}),
    ("webhook", ("events", "list"), {}),
)
_SHOWN = 50
# The columns of a list whose operation documents none: those of these fields that its entries have.
_FIELDS = ("session_id", "endpoint_id", "event_id", "voice_id", "id", "name", "title", "event_type", "url", "status", "created_at")
_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 75rem; padding: 0 1rem; color: #1b2440; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: .3rem .8rem .3rem 0; vertical-align: top; }
th { border-bottom: 2px solid #7559ff; } td { border-bottom: 1px solid #ddd; overflow-wrap: break-word; }
video { width: 20rem; max-width: 100%; display: block; } .muted { color: #667; }
@media (prefers-color-scheme: dark) { body { background: #14182a; color: #e8e8f0; } td { border-color: #333a55; } .muted { color: #99a; } a { color: #a99aff; } }
"""
# What a page may load: what comes from here, and nothing that runs.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; media-src 'self'; form-action 'self'"


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


def _page(title: str, content: str, status: int = 200) -> Answer:
    html = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body>{content}</body></html>\n"
    )
    headers = [("Content-Security-Policy", _POLICY), ("Cache-Control", "no-store")]
    return Answer(status, html.encode("utf-8", "replace"), "text/html; charset=utf-8", headers)


def _overview(world: World) -> str:
    sections = "".join(_section(world, *each) for each in _LISTS)
    return (
        f'<h1>HeyGen sandbox</h1><p>{escape(world.url)} · {world.credits:g} credits · {iso(world.clock.now())} · '
        f'<a href="/">refresh</a></p>' + (sections or '<p class="muted">Nothing has been created yet.</p>')
    )


def _section(world: World, group: str, command: tuple[str, ...], query: dict[str, Any]) -> str:
    """Return a list as a table with the columns that its operation documents."""
    operation = operations.find(group, command)
    if operation is None:
        return ""
    call = Call(world, operation, "GET", operation.path, {}, {**query, "limit": _SHOWN}, {})
    found = index.run(call)[1]["data"]
    if not found:
        return ""
    columns = operation.columns or {name: name for name in _FIELDS if name in found[0]}
    head = "".join(f"<th>{escape(name)}</th>" for name in columns)
    rows = "".join(
        f"<tr>{''.join(f'<td>{_cell(each, path)}</td>' for path in columns.values())}<td>{_media(each)}</td></tr>"
        for each in found
    )
    name = " ".join((group, *command[:-1]))
    return f"<h2>{escape(name)}</h2><table><tr>{head}<th></th></tr>{rows}</table>"


def _cell(item: dict[str, Any], path: str) -> str:
    value = paths.value_at(item, path)
    if value is None:
        return ""
    if path.endswith("_at") and isinstance(value, int):
        value = iso(value)
    return escape(str(value))


def _media(item: Any) -> str:
    """Return players for what an item has, its clips included."""
    html = ""
    if item.get("video_url"):
        poster = f' poster="{escape(item["thumbnail_url"])}"' if item.get("thumbnail_url") else ""
        html += f'<video controls preload="metadata"{poster} src="{escape(item["video_url"])}"></video>'
    elif item.get("audio_url"):
        html += f'<audio controls preload="none" src="{escape(item["audio_url"])}"></audio>'
    for name, link in (item.get("layers") or {}).items():
        html += f'<a href="{escape(link)}">{escape(name)}</a> '
    if item.get("video_page_url"):
        html += f'<a href="{escape(item["video_page_url"])}">page</a>'
    return html + "".join(_media(clip) for clip in item.get("clips") or ())


def _video(world: World, entry: dict[str, Any]) -> str:
    document = video.show(world, entry, world.clock.now())
    rows = "".join(
        f"<tr><th>{escape(name)}</th><td>{escape(str(value))}</td></tr>"
        for name, value in document.items()
        if isinstance(value, (str, int, float))
    )
    title = escape(entry["title"] or "Video")
    return f'<h1>{title}</h1>{_media({**document, "video_page_url": None})}<table>{rows}</table><p><a href="/">all</a></p>'


def _consent(group: dict[str, Any]) -> str:
    name = escape(group["name"])
    if group["consent"] == "approved":
        return f"<h1>{name}</h1><p>Consent has been given.</p>"
    return (
        f"<h1>{name}</h1><p>Do you agree that this avatar is made of you?</p>"
        f'<form method="post" action="/consent/{escape(group["id"])}"><button>I agree</button></form>'
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
