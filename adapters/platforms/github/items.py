"""The issue or pull request that a conversation belongs to.

https://docs.github.com/en/rest/issues/issues#get-an-issue ("GitHub's REST API considers every pull request an issue")
Not every server that speaks this API does, nor tells with a comment that it is a pull request's.
"""

from __future__ import annotations

from typing import Any

from adapters.platforms.github import paths
from adapters.platforms.github.client import Call
from bot.errors import NotFoundError
from models.message import Thread, ThreadKind


async def read(api: Call, thread: Thread) -> tuple[Any, bool]:
    """As it is now, and whether it is a pull request. Raises NotFoundError for what is neither."""
    if thread.kind is ThreadKind.PULL_REQUEST:
        return await api.get(paths.pull(thread.repository, thread.number)), True
    return await in_conversation(api, thread)


async def in_conversation(api: Call, thread: Thread) -> tuple[Any, bool]:
    """The same, of a pull request the side that is an issue, where there is one: it is the one asked of first."""
    try:
        return await api.get(paths.issue(thread.repository, thread.number)), False
    except NotFoundError as error:
        try:
            return await api.get(paths.pull(thread.repository, thread.number)), True
        except NotFoundError:
            raise error from None
