"""A page for a person: whole in itself, kept by nobody, framed by nobody, and telling no other site where it was."""

from __future__ import annotations

import base64
import hashlib
from html import escape

from aiohttp import web

STYLE = """:root{color-scheme:light dark}body{font:17px/1.5 system-ui,sans-serif;max-width:34rem;margin:0 auto;
padding:2rem 1rem}h1{font-size:1.4rem}dl{border:1px solid #8888;border-radius:8px;padding:.5rem 1rem}dt{opacity:.7}
dd{margin:0 0 .5rem;font-weight:600;overflow-wrap:anywhere}button{font:inherit;padding:.5rem 1rem;cursor:pointer}
.warning{border-left:4px solid #d97706;padding-left:1rem}"""
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title><style>{style}</style></head>
<body><main><h1>{title}</h1>{body}</main></body></html>
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
# https://www.w3.org/TR/CSP3 · https://www.w3.org/TR/referrer-policy · https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.5
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def page(title: str, body: str, status: int = 200) -> web.Response:
    """`title` is a text, `body` HTML in which everything from outside is escaped."""
    text = PAGE.format(title=escape(title), style=STYLE, body=body)
    return web.Response(status=status, text=text, content_type="text/html", headers=HEADERS)


def words(*sentences: str) -> str:
    """Each a paragraph."""
    return "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)


def onwards(url: str) -> web.Response:
    """Go there, with GET."""
    return web.Response(status=303, headers={**HEADERS, "Location": url})
