"""Answers in GitHub's manner: JSON with an ETag, pages with a Link header.

docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api
docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from aiohttp import web

from playground.github.calls import Call

DEFAULT_PAGE_SIZE = 30
JSON_TYPE = "application/json; charset=utf-8"

Record = TypeVar("Record")


def answer(call: Call, data: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """JSON with an ETag for reads; an unchanged read becomes 304."""
    body = json.dumps(data, ensure_ascii=False).encode("utf-8", "replace")
    fields = {"Content-Type": JSON_TYPE, **(headers or {})}
    if call.request.method != "GET":
        return web.Response(body=body, status=status, headers=fields)
    fields["ETag"] = f'W/"{hashlib.sha256(body).hexdigest()}"'
    if fields["ETag"] in _known_tags(call.request):
        return web.Response(status=304, headers={"ETag": fields["ETag"]})
    return web.Response(body=body, status=status, headers=fields)


def _known_tags(request: web.Request) -> set[str]:
    tags = (tag.strip() for tag in request.headers.get("If-None-Match", "").split(","))
    return {tag if tag.startswith("W/") else f"W/{tag}" for tag in tags if tag}


def created(call: Call, data: dict[str, Any]) -> web.Response:
    """201 with the address of the new object."""
    return answer(call, data, 201, {"Location": data["url"]} if data.get("url") else None)


def nothing() -> web.Response:
    """204."""
    return web.Response(status=204)


def page(call: Call, records: Sequence[Record], shape: Callable[[Record], Any]) -> web.Response:
    """One page of the records, shaped, with links to the others."""
    paging = call.world.paging
    size = min(call.query_number("per_page", DEFAULT_PAGE_SIZE), paging.largest)
    number, last = call.query_number("page", 1), max(-(-len(records) // size), 1)
    shown = records[(number - 1) * size : number * size]
    links = _link_header(call, number, last) if paging.is_linked else ""
    return answer(call, [shape(record) for record in shown], headers={"Link": links} if links else None)


def _link_header(call: Call, number: int, last: int) -> str:
    wanted: dict[str, int] = {}
    if number > 1:
        wanted |= {"prev": min(number - 1, last), "first": 1}
    if number < last:
        wanted |= {"next": number + 1, "last": last}
    order = [name for name in ("prev", "next", "last", "first") if name in wanted]
    url = call.world.links.base + call.request.path
    return ", ".join(f'<{_with_page(url, call.request, wanted[name])}>; rel="{name}"' for name in order)


def _with_page(url: str, request: web.Request, number: int) -> str:
    query = {**request.query, "page": str(number)}
    return str(request.url.with_query(query)).replace(str(request.url.with_query(None)), url, 1)
