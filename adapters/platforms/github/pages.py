"""Reading lists that come in pages, as their links lead: how long a page is, the server decides.

GitHub's pages hold up to 100; other servers cut them shorter, whatever is asked for. Of a link only the query is used:
every request goes to the configured host, on a path of ours.
https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from adapters.platforms.github.client import PAGE, Call

if TYPE_CHECKING:
    from adapters.platforms.github.wire import Answer

MOST_PAGES = 20

Query = Mapping[str, Any]


async def read(api: Call, path: str, most: int, **query: Any) -> list[Any]:
    """From the beginning of the list: `most`, or a few more."""
    asked: Query | None = {**query, "per_page": PAGE, "page": 1}
    found: list[Any] = []
    for _ in range(MOST_PAGES):
        if asked is None or len(found) >= most:
            break
        page = await api.page(path, asked)
        found += page.data
        asked = _next(page, asked)
    return found


async def read_newest(api: Call, path: str, count: int, most: int) -> list[Any]:
    """The end of a list of about `count`, which is told oldest first and in no other order: `most`, or a few more."""
    asked = {"per_page": PAGE, "page": 1}
    first = await api.page(path, asked)
    last = _last(first, asked, count)
    newest, oldest = int(last["page"]), max(int(last["page"]) - MOST_PAGES, 1)
    found: list[Any] = []
    for number in range(newest, oldest, -1):
        found = (await api.page(path, {**last, "page": number})).data + found
        if len(found) >= most:
            return found
    return found if oldest > 1 else [*first.data, *found]


def _next(page: Answer, asked: Query) -> Query | None:
    if page.links:
        return {**asked, **page.links["next"]} if "next" in page.links else None
    # Told nothing, a page that is not full is the last one.
    return {**asked, "page": asked["page"] + 1} if len(page.data) >= PAGE else None


def _last(first: Answer, asked: Query, count: int) -> Query:
    """How the last page is asked for."""
    if first.links:
        told = {**asked, **first.links.get("last", {})}
        return told if str(told["page"]).isdecimal() else asked
    size = len(first.data)
    # One more when the pages are full: the count may be older than the newest of the list.
    is_cut = 0 < size <= count and (size < count or size >= PAGE)
    return {**asked, "page": count // size + 1} if is_cut else asked
