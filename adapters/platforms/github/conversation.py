"""Saying, changing, finding and taking back what Bellhop says on GitHub, and the reaction that says "seen".

https://docs.github.com/en/rest/issues/comments
https://docs.github.com/en/rest/pulls/comments
https://docs.github.com/en/rest/reactions/reactions
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from adapters.platforms.github import items, pages, paths
from adapters.platforms.github.client import Call
from adapters.platforms.github.markup import hidden
from bot.errors import IntegrationError, NotFoundError
from bot.platform import Posted
from models.message import MessageKind, Thread

# An answer to an inline thread that has vanished goes to the conversation. Its id says so: both count by themselves.
ASIDE = "conversation:"
SEARCHED = 300
ADD_REACTION = """
mutation($subject: ID!, $content: ReactionContent!) {
  addReaction(input: {subjectId: $subject, content: $content}) { clientMutationId }
}
"""


async def react(api: Call, thread: Thread, kind: MessageKind, target_id: str, reaction: str) -> None:
    """Put `reaction` on that very object. GitHub answers 200 when it is there already."""
    if kind is MessageKind.REVIEW:
        await _react_to_review(api, thread, target_id, reaction)
    else:
        await api.post(f"{_object(thread, kind, target_id)}/reactions", {"content": reaction})


def _object(thread: Thread, kind: MessageKind, target_id: str) -> str:
    if kind is MessageKind.COMMENT:
        return paths.comment(thread.repository, target_id)
    if kind is MessageKind.INLINE:
        return paths.inline_comment(thread.repository, target_id)
    return paths.issue(thread.repository, thread.number)


async def _react_to_review(api: Call, thread: Thread, review_id: str, reaction: str) -> None:
    """REST has no reactions for reviews, GraphQL has. Where that is closed to us, the pull request takes it.

    https://docs.github.com/en/graphql/reference/mutations#addreaction
    """
    try:
        review = await api.get(paths.review(thread.repository, thread.number, review_id))
        await api.graphql(ADD_REACTION, subject=review["node_id"], content=reaction.upper())
    except IntegrationError as error:
        if error.retryable:
            raise
        await api.post(f"{paths.issue(thread.repository, thread.number)}/reactions", {"content": reaction})


async def post(api: Call, thread: Thread, body: str) -> Posted:
    """Say it in the thread: under the first comment of an inline thread, else in the conversation."""
    if thread.inline_root:
        try:
            path = paths.replies(thread.repository, thread.number, thread.inline_root)
            return _posted(await api.post(path, {"body": body}))
        except NotFoundError:
            # Its first comment was deleted. Whoever asked is answered all the same.
            made = await api.post(_conversation(thread), {"body": body})
            return _posted(made, ASIDE)
    return _posted(await api.post(_conversation(thread), {"body": body}))


async def edit(api: Call, thread: Thread, message_id: str, body: str) -> Posted:
    """Replace the text of one of our comments. Raises NotFoundError when it is gone."""
    path, prefix = _address(thread, message_id)
    return _posted(await api.patch(path, {"body": body}), prefix)


async def delete(api: Call, thread: Thread, message_id: str) -> None:
    """Take one of our comments back."""
    try:
        await api.delete(_address(thread, message_id)[0])
    except NotFoundError:
        return


async def find(api: Call, thread: Thread, own_id: str, marker: str) -> Sequence[Posted]:
    """Our comments with that marker, oldest first. The newest are searched: what is looked for was just said."""

    def is_ours(said: Any) -> bool:
        # The marker alone can be forged.
        return str((said.get("user") or {}).get("id")) == own_id and hidden(marker) in (
            said.get("body") or ""
        )

    if not thread.inline_root:
        return await _in_conversation(api, thread, is_ours, "")
    inline = await newest_inline(api, thread, SEARCHED)
    found = [_posted(said) for said in inline if root_of(said) == thread.inline_root and is_ours(said)]
    return found + await _in_conversation(api, thread, is_ours, ASIDE)


async def _in_conversation(
    api: Call, thread: Thread, is_ours: Callable[[Any], bool], prefix: str
) -> list[Posted]:
    item, _ = await items.in_conversation(api, thread)
    said = await newest_comments(api, thread, item.get("comments") or 0, SEARCHED)
    return [_posted(each, prefix) for each in said if is_ours(each)]


async def newest_comments(api: Call, thread: Thread, count: int, most: int) -> list[Any]:
    """The newest `most` (or a few more) of a conversation of about `count` comments, oldest first."""
    return await pages.read_newest(api, _conversation(thread), count, most)


async def newest_inline(api: Call, thread: Thread, most: int) -> list[Any]:
    """The newest inline comments of a pull request, oldest first."""
    path = f"{paths.pull(thread.repository, thread.number)}/comments"
    return (await pages.read(api, path, most, sort="created", direction="desc"))[::-1]


def root_of(inline: Any) -> str:
    """The id of the first comment of an inline comment's thread."""
    return str(inline.get("in_reply_to_id") or inline["id"])


def _conversation(thread: Thread) -> str:
    return f"{paths.issue(thread.repository, thread.number)}/comments"


def _address(thread: Thread, message_id: str) -> tuple[str, str]:
    if thread.inline_root and not message_id.startswith(ASIDE):
        return paths.inline_comment(thread.repository, message_id), ""
    prefix = ASIDE if message_id.startswith(ASIDE) else ""
    return paths.comment(thread.repository, message_id.removeprefix(ASIDE)), prefix


def _posted(made: Any, prefix: str = "") -> Posted:
    return Posted(id=f"{prefix}{int(made['id'])}", url=made.get("html_url") or "")
