"""The report as one page: every row with its player, to be looked through on a phone or a desk, without a network."""

from __future__ import annotations

import os
from html import escape

from heygen.batch import report
from heygen.output import values

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Iterator, Sequence

    from heygen.batch.ledger import Ledger

_SOUNDS = (".mp3", ".wav", ".m4a", ".aac")
_ORDER = ("completed", "created", "failed", "unknown", "pending")

# Nothing but what stands in the page, and the files beside it.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; media-src 'self' file:"
_STYLE = """
:root{color-scheme:light dark;--page:#f5f5f3;--card:#fff;--ink:#1c1d1f;--soft:#62666d;--line:#dfe0dd;--accent:#2f5ad9;
--completed:#18794e;--created:#2f5ad9;--failed:#c62a2f;--unknown:#9a6700;--pending:#62666d}
@media(prefers-color-scheme:dark){:root{--page:#131416;--card:#1d1f22;--ink:#ececee;--soft:#9ba1a9;--line:#303338;
--accent:#8da9ff;--completed:#4cc38a;--created:#8da9ff;--failed:#ff8589;--unknown:#e3b341;--pending:#9ba1a9}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.45 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
header{position:sticky;top:0;z-index:1;background:var(--page);border-bottom:1px solid var(--line);padding:14px clamp(12px,3vw,32px)}
h1{margin:0 0 2px;font-size:20px;letter-spacing:-.01em;overflow-wrap:anywhere}
.about{margin:0 0 10px;color:var(--soft);font-size:13px}
.tools{display:flex;flex-wrap:wrap;gap:8px;align-items:center}
.tools button{font:inherit;font-size:13px;padding:5px 12px;border:1px solid var(--line);border-radius:999px;background:var(--card);
color:var(--ink);cursor:pointer}
.tools button[aria-pressed=true]{background:var(--ink);border-color:var(--ink);color:var(--page)}
.tools button b{font-weight:600;font-variant-numeric:tabular-nums}
input{font:inherit;font-size:14px;padding:5px 12px;border:1px solid var(--line);border-radius:8px;background:var(--card);color:var(--ink);
flex:1 1 170px;min-width:0;max-width:340px}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
main{display:grid;gap:14px;grid-template-columns:repeat(auto-fill,minmax(min(270px,100%),1fr));padding:18px clamp(12px,3vw,32px) 48px}
article{background:var(--card);border:1px solid var(--line);border-radius:12px;overflow:hidden;display:flex;flex-direction:column;
content-visibility:auto;contain-intrinsic-size:auto 300px}
article[hidden]{display:none}
video,.none{display:block;width:100%;aspect-ratio:16/9;background:#0b0c0d;object-fit:contain}
audio{width:100%;padding:10px}
.none{display:grid;place-items:center;background:repeating-linear-gradient(135deg,transparent 0 10px,var(--line) 10px 11px);
color:var(--soft);font-size:13px}
.text{padding:10px 12px 12px;display:grid;gap:3px}
.top{display:flex;gap:8px;align-items:baseline;justify-content:space-between}
h2{margin:0;font-size:15px;font-weight:600;overflow-wrap:anywhere}
.state{flex:none;font-size:12px;font-weight:600}
.facts,.error{margin:0;font-size:13px;color:var(--soft);overflow-wrap:anywhere}
.error{color:var(--failed)}
code{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
a{color:var(--accent)}
.empty{padding:40px;text-align:center;color:var(--soft)}
@media print{header{position:static}.tools{display:none}article{break-inside:avoid}}
"""

_SCRIPT = """
const cards=[...document.querySelectorAll("article")],buttons=[...document.querySelectorAll("button")],
search=document.querySelector("input"),empty=document.querySelector(".empty");let state="";
function filter(){const words=search.value.toLowerCase().split(/\\s+/).filter(Boolean);let shown=0;
for(const card of cards){const fits=(!state||card.dataset.state===state)&&words.every(word=>card.dataset.text.includes(word));
card.hidden=!fits;if(fits)shown++;else card.querySelector("video,audio")?.pause()}empty.hidden=shown>0}
for(const button of buttons)button.onclick=()=>{state=button.value;
for(const other of buttons)other.setAttribute("aria-pressed",other===button);filter()};
search.oninput=filter;
const near=new IntersectionObserver(seen=>{for(const entry of seen)if(entry.isIntersecting)
{entry.target.preload="metadata";near.unobserve(entry.target)}},{rootMargin:"200px"});
for(const player of document.querySelectorAll("video"))near.observe(player);
document.addEventListener("play",event=>{for(const other of document.querySelectorAll("video,audio"))
if(other!==event.target)other.pause()},true);
"""


def page(name: str, ledgers: Sequence[Ledger], folder: str, now: float) -> Iterator[str]:
    """Yield the page in pieces; its links to files count from `folder`."""
    counts = report.total([report.counts(ledger) for ledger in ledgers])
    title = escape(f"{name}: {counts['rows']} rows")
    yield (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="referrer" content="no-referrer">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f"<title>{title}</title>\n<style>{_STYLE}</style></head>\n<body>\n"
    )
    yield f"<header><h1>{escape(name)}</h1><p class=about>{_about(ledgers, counts, now)}</p>\n<div class=tools>"
    yield f'<button value="" aria-pressed=true>All <b>{counts["rows"] - counts["pending"]}</b></button>'
    for state in _ORDER:
        if counts[state] and state != "pending":
            yield f'<button value="{state}" aria-pressed=false>{state.capitalize()} <b>{counts[state]}</b></button>'
    yield '<input type=search placeholder="Find a row" aria-label="Find a row"></div></header>\n<main>\n'
    for ledger in ledgers:
        for row in report.rows(ledger):
            yield _card(row, folder)
    yield f"</main>\n<p class=empty hidden>No row fits.</p>\n<script>{_SCRIPT}</script>\n</body></html>\n"


def _about(ledgers: Sequence[Ledger], counts: dict[str, int], now: float) -> str:
    import time

    parts = [f"{counts['completed']} of {counts['rows']} completed", f"{counts['saved']} saved"]
    if counts["pending"]:
        parts.append(f"{counts['pending']} not begun")
    if len(ledgers) > 1:
        parts.append(f"{len(ledgers)} shards")
    parts.append(time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(now)))
    return " · ".join(map(escape, parts))


def _card(row: dict[str, Any], folder: str) -> str:
    result = row.get("result")
    result = result if isinstance(result, dict) else {}
    title, id = _text(result.get("title")), _text(row.get("id"))
    error = row.get("error", {})
    searched = " ".join(filter(None, (id, title, row.get("resource_id"), _text(error.get("message")), row["status"])))
    facts = [f"line {row['line']}"] if "line" in row else []
    length = result.get("duration")
    if isinstance(length, (int, float)):
        facts.append(values.duration(round(length)))
    if row.get("attempt", 1) > 1:
        facts.append(f"attempt {row['attempt']}")
    lines = [
        f"<div class=top><h2>{escape(title or id)}</h2>"
        f'<span class=state style="color:var(--{row["status"]})">{row["status"].capitalize()}</span></div>',
        f"<p class=facts>{escape(' · '.join([*([id] if title else []), *facts]))}</p>",
    ]
    if "resource_id" in row:
        ids = " ".join(f"<code>{escape(_text(each))}</code>" for each in row.get("resource_ids") or [row["resource_id"]])
        where = result.get("video_page_url")
        link = f' <a href="{escape(where)}" rel=noreferrer>Page</a>' if _is_web(where) else ""
        lines.append(f"<p class=facts>{ids}{link}</p>")
    if error:
        told = ": ".join(filter(None, (_text(error.get("code")), _text(error.get("message")))))
        lines.append(f"<p class=error>{escape(told)}</p>")
    players = "".join(_player(path, folder, title or id) for path in row.get("saved", ()))
    shown = players or f"<div class=none>{'Not saved' if row['status'] == 'completed' else 'No file'}</div>"
    return (
        f'<article data-state="{row["status"]}" data-text="{escape(searched.lower())}">{shown}'
        f"<div class=text>{''.join(lines)}</div></article>\n"
    )


def _player(path: str, folder: str, title: str) -> str:
    from urllib.parse import quote

    try:
        relative = os.path.relpath(path, folder or os.curdir)
    except ValueError:  # another drive
        relative = path
    link = quote(relative.replace(os.sep, "/"))
    source = escape(link if link.startswith(("/", ".")) else f"./{link}")
    kind = "audio" if path.lower().endswith(_SOUNDS) else "video"
    return f'<{kind} controls preload="none" src="{source}" title="{escape(title)}"></{kind}>'


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _is_web(url: Any) -> bool:
    return isinstance(url, str) and url.startswith(("https://", "http://"))
