"""The page in the browser that ends a sign-in: one file, nothing loaded from anywhere, everything escaped."""

from __future__ import annotations

from html import escape

_STYLE = """
:root { color-scheme: light dark; --back: #f6f7f9; --card: #fff; --text: #14161a; --soft: #5d6470; --line: #e4e7ec;
  --good: #12875a; --bad: #c0362c }
@media (prefers-color-scheme: dark) { :root { --back: #0f1115; --card: #181b21; --text: #f2f4f7; --soft: #a0a7b4;
  --line: #2a2f38; --good: #3ecf8e; --bad: #ff7a70 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--back);
  color: var(--text); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif }
main { width: 100%; max-width: 27rem; padding: 2.5rem 2rem; text-align: center; background: var(--card);
  border: 1px solid var(--line); border-radius: 16px; box-shadow: 0 12px 40px rgb(0 0 0 / .07) }
svg { width: 56px; height: 56px; fill: none; stroke: var(--good); stroke-width: 3; stroke-linecap: round;
  stroke-linejoin: round }
.bad svg { stroke: var(--bad) }
h1 { margin: 1rem 0 .5rem; font-size: 1.4rem; line-height: 1.3; font-weight: 650; letter-spacing: -.01em }
p { margin: .35rem 0 0; color: var(--soft); overflow-wrap: anywhere; text-wrap: balance }
footer { margin-top: 2rem; font-size: .8rem; color: var(--soft); opacity: .75 }
"""

_CHECK = '<path d="M18 29l7 7 14-15"/>'
_CROSS = '<path d="M20 20l16 16M36 20l-16 16"/>'


def _digest(text: str) -> str:
    import hashlib
    from base64 import b64encode

    return b64encode(hashlib.sha256(text.encode()).digest()).decode("ascii")


HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": f"default-src 'none'; img-src data:; style-src 'sha256-{_digest(_STYLE)}'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Connection": "close",
}


def render(title: str, *sentences: str, is_good: bool) -> bytes:
    """Return the page with a heading and a paragraph for each sentence, all of which may hold anything."""
    kind, sign = ("good", _CHECK) if is_good else ("bad", _CROSS)
    paragraphs = "".join(f"<p>{escape(each[:1].upper() + each[1:])}</p>\n" for each in sentences)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n<link rel="icon" href="data:,">\n'
        f"<title>{escape(title)} – heygen</title>\n<style>{_STYLE}</style>\n</head>\n"
        f'<body class="{kind}">\n<main>\n<svg viewBox="0 0 56 56" aria-hidden="true"><circle cx="28" cy="28" r="25"/>'
        f"{sign}</svg>\n<h1>{escape(title)}</h1>\n{paragraphs}<footer>heygen command line</footer>\n"
        "</main>\n</body>\n</html>\n"
    ).encode("utf-8", "replace")
