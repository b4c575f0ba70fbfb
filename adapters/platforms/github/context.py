"""What surrounds a message, fetched fresh: the issue or pull request, its newest comments, the whole inline thread.

A webhook's copy is as old as its delivery, and of a comment on a pull request it knows neither branch nor commit.
https://docs.github.com/en/rest/issues/comments#list-issue-comments
https://docs.github.com/en/rest/pulls/comments#list-review-comments-on-a-pull-request
"""

from __future__ import annotations

from typing import Any

from adapters.platforms.github import items, pages, paths
from adapters.platforms.github.client import Call
from adapters.platforms.github.conversation import newest_comments, root_of
from bot.errors import NotFoundError
from bot.safety import clip
from models.job import JobContext
from models.message import Anchor, Comment, IncomingMessage, MessageKind, Thread, ThreadKind

NEWEST_COMMENTS = 50
INLINE_COMMENTS = 500  # looked through for a thread
LONGEST_DESCRIPTION = 32_000
LONGEST_COMMENT = 8_000


async def gather(api: Call, message: IncomingMessage, own_id: str, api_url: str) -> JobContext:
    """Everything a job must know of where it was asked."""
    item, is_pull = await items.read(api, message.thread)
    thread, actor = message.thread, message.actor
    if is_pull:
        thread = thread.model_copy(update={"kind": ThreadKind.PULL_REQUEST})
    said = await _conversation(api, thread, item.get("comments") or 0) + await _on_code(api, message)
    comments = [_comment(each, own_id) for each in said if not _is_itself(message, each)]
    return JobContext(
        issue_id=str(int(item["id"])),
        issue_key=thread.name,
        user_msg=message.text,
        display_name=(actor.display_name or actor.login) if actor else "",
        platform_user_id=actor.id if actor else "",
        workspace_name=thread.workspace,
        base_api_url=api_url,
        issue_title=item.get("title") or "",
        issue_description=clip(item.get("body") or "", LONGEST_DESCRIPTION),
        repository=thread.repository,
        thread=thread,
        comment_id=message.comment_id,
        comment_url=message.url,
        previous_comments=tuple(comments),
        anchor=message.anchor,
        **(_sides(item) if is_pull else {}),
    )


def _sides(pull: Any) -> dict[str, Any]:
    head, base = pull["head"], pull["base"]
    # A head without a repository was a fork that is gone.
    theirs, ours = (head.get("repo") or {}).get("full_name"), (base.get("repo") or {}).get("full_name")
    return {
        "pull_number": pull["number"],
        "head_ref": head["ref"],
        "head_sha": head["sha"],
        "base_ref": base["ref"],
        "is_fork": theirs is None or theirs != ours,
    }


async def _conversation(api: Call, thread: Thread, count: int) -> list[Any]:
    """The newest comments, oldest first."""
    said = await newest_comments(api, thread, count, NEWEST_COMMENTS)
    return said[-NEWEST_COMMENTS:]


async def _on_code(api: Call, message: IncomingMessage) -> list[Any]:
    """Of an inline comment its whole thread; of a review the inline comments that came with it."""
    thread = message.thread
    if message.kind is MessageKind.INLINE and thread.inline_root:
        return await _inline_thread(api, thread, thread.inline_root)
    if message.kind is MessageKind.REVIEW:
        return await _of_review(api, thread, message.comment_id)
    return []


async def _of_review(api: Call, thread: Thread, review_id: str) -> list[Any]:
    try:
        path = f"{paths.review(thread.repository, thread.number, review_id)}/comments"
        return await pages.read(api, path, INLINE_COMMENTS)
    except NotFoundError:
        return []  # deleted meanwhile


async def _inline_thread(api: Call, thread: Thread, root: str) -> list[Any]:
    """The first comment with all that answer it, oldest first. GitHub lists a pull request's threads only together."""
    try:
        first = await api.get(paths.inline_comment(thread.repository, root))
    except NotFoundError:
        first = None  # deleted: its answers stay
    path = f"{paths.pull(thread.repository, thread.number)}/comments"
    since = {"since": first["created_at"]} if first else {}
    listed = await pages.read(api, path, INLINE_COMMENTS, sort="created", direction="asc", **since)
    found = [each for each in listed if root_of(each) == root]
    is_listed = any(str(each["id"]) == root for each in found)
    return found if is_listed or first is None else [first, *found]


def _comment(said: Any, own_id: str) -> Comment:
    user = said.get("user") or {}
    return Comment(
        id=str(said["id"]),
        author=user.get("login") or "ghost",
        text=clip(said.get("body") or "", LONGEST_COMMENT),
        created_at=said.get("created_at"),
        is_ours=str(user.get("id")) == own_id,
        anchor=_anchor(said) if said.get("path") else None,
    )


def _anchor(said: Any) -> Anchor:
    return Anchor(
        path=said["path"],
        line=said.get("line") or said.get("original_line"),
        start_line=said.get("start_line"),
        side=said.get("side") or "RIGHT",
        diff_hunk=said.get("diff_hunk") or "",
        commit_sha=said.get("commit_id") or "",
    )


def _is_itself(message: IncomingMessage, said: Any) -> bool:
    """Whether this is the message itself. Conversation and inline comments count by themselves."""
    is_inline = message.kind is MessageKind.INLINE
    is_comment = is_inline or message.kind is MessageKind.COMMENT
    return is_comment and is_inline == bool(said.get("path")) and str(said["id"]) == message.comment_id
