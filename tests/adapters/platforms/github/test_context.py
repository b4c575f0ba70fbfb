"""What surrounds a message is fetched fresh, newest first, oldest dropped."""

import pytest

from adapters.platforms.github import context
from adapters.platforms.github.platform import GitHub
from bot.errors import NotFoundError
from models.message import Actor, IncomingMessage, MessageKind, Thread, ThreadKind
from models.source import SourceType
from playground.github.faults import Fault
from playground.github.server import GithubPlayground
from tests.adapters.platforms.github.conftest import Ask, Push
from tests.adapters.platforms.github.test_platform import review


def message(
    thread: Thread, comment_id: str = "1", kind: MessageKind = MessageKind.COMMENT
) -> IncomingMessage:
    """Ada asks in a thread."""
    return IncomingMessage(
        source=SourceType.GITHUB,
        kind=kind,
        event="issue_comment.created",
        actor=Actor(id="7", login="ada", display_name="Ada"),
        thread=thread,
        comment_id=comment_id,
        message="@bellhop fix this",
        title="stale",
        description="stale",
    )


async def say(ask: Ask, thread: Thread, text: str, role: str = "reader") -> str:
    """A comment; its id."""
    path = f"/repos/{thread.repository}/issues/{thread.number}/comments"
    return str((await ask(role, "POST", path, {"body": text}))["id"])


async def test_the_issue_is_told_as_it_is_now(
    github: GitHub, playground: GithubPlayground, ask: Ask, issue: Thread
) -> None:
    await ask("writer", "PATCH", f"/repos/{issue.repository}/issues/1", {"title": "Now", "body": "as it is"})
    found = await github.context_of(message(issue))
    assert (found.issue_key, found.issue_title, found.issue_description) == (issue.name, "Now", "as it is")
    assert (found.user_msg, found.display_name, found.platform_user_id) == ("@bellhop fix this", "Ada", "7")
    assert found.base_api_url == playground.api_url
    assert found.issue_id == str((await ask("reader", "GET", f"/repos/{issue.repository}/issues/1"))["id"])
    assert found.pull_number is None
    assert found.user_email is None


async def test_earlier_comments_are_told_in_order_without_the_question_itself(
    github: GitHub, playground: GithubPlayground, ask: Ask, issue: Thread
) -> None:
    await say(ask, issue, "first")
    await github.post(issue, "ours")
    question = await say(ask, issue, "@bellhop fix this")
    await say(ask, issue, "afterthought")
    found = await github.context_of(message(issue, question))
    assert [(said.text, said.is_ours) for said in found.previous_comments] == [
        ("first", False),
        ("ours", True),
        ("afterthought", False),
    ]
    assert found.previous_comments[0].author == playground.cast["reader"]
    assert found.previous_comments[0].created_at is not None


@pytest.mark.parametrize("count", [100, 104, 151])
async def test_of_many_comments_the_newest_are_told(
    github: GitHub, ask: Ask, issue: Thread, count: int
) -> None:
    for number in range(count):
        await say(ask, issue, f"{number}")
    found = await github.context_of(message(issue))
    newest = range(count - context.NEWEST_COMMENTS, count)
    assert [said.text for said in found.previous_comments] == [f"{number}" for number in newest]


async def test_long_texts_are_clipped(github: GitHub, ask: Ask, issue: Thread) -> None:
    body = {"body": "x" * 60_000}
    await ask("writer", "PATCH", f"/repos/{issue.repository}/issues/1", body)
    await say(ask, issue, "y" * 60_000)
    found = await github.context_of(message(issue))
    assert len(found.issue_description) <= context.LONGEST_DESCRIPTION
    assert len(found.previous_comments[0].text) <= context.LONGEST_COMMENT


async def test_a_pull_request_is_told_with_its_head(github: GitHub, push: Push, pull: Thread) -> None:
    sha = await push("bellhop/J-1", {"notes.txt": "another\n"})
    found = await github.context_of(message(pull))
    assert (found.pull_number, found.head_ref, found.base_ref) == (pull.number, "bellhop/J-1", "main")
    assert found.head_sha == sha
    assert not found.is_fork
    assert found.issue_description == "See #1"


async def test_a_pull_request_that_is_no_issue_of_its_server_is_told_with_its_head(
    github: GitHub, playground: GithubPlayground, push: Push, pull: Thread
) -> None:
    sha = await push("bellhop/J-1", {"notes.txt": "another\n"})
    playground.world.faults.add(Fault("status", status=404, path=r"/issues/[0-9]+$", times=1))
    untold = pull.model_copy(update={"kind": ThreadKind.ISSUE})
    found = await github.context_of(message(untold))
    assert (found.pull_number, found.head_sha) == (pull.number, sha)
    assert found.thread == pull


async def test_what_is_neither_issue_nor_pull_request_is_gone(github: GitHub, issue: Thread) -> None:
    with pytest.raises(NotFoundError, match=r"reading .*#4711: GitHub answered 404"):
        await github.context_of(message(issue.model_copy(update={"number": 4711})))


async def test_an_inline_thread_is_told_whole_and_alone(
    github: GitHub, playground: GithubPlayground, ask: Ask, inline: Thread, repo: str
) -> None:
    path = f"/repos/{repo}/pulls/{inline.number}"
    root = await ask("writer", "GET", f"/repos/{repo}/pulls/comments/{inline.inline_root}")
    elsewhere = {"body": "Another thread", "commit_id": root["commit_id"], "path": "notes.txt", "line": 1}
    await ask("writer", "POST", f"{path}/comments", elsewhere | {"side": "RIGHT"})
    await github.post(inline, "our answer")
    last = await ask(
        "writer", "POST", f"{path}/comments/{inline.inline_root}/replies", {"body": "@bellhop why"}
    )
    found = await github.context_of(message(inline, str(last["id"]), MessageKind.INLINE))
    assert [(said.text, said.is_ours) for said in found.previous_comments] == [
        ("Why two?", False),
        ("our answer", True),
    ]
    anchor = found.previous_comments[0].anchor
    assert anchor is not None
    assert (anchor.path, anchor.line) == ("notes.txt", 2)
    assert "+two" in anchor.diff_hunk


async def test_an_inline_thread_whose_first_comment_is_gone_is_told_all_the_same(
    github: GitHub, ask: Ask, inline: Thread, repo: str
) -> None:
    path = f"/repos/{repo}/pulls/{inline.number}/comments/{inline.inline_root}/replies"
    await ask("reader", "POST", path, {"body": "an answer"})
    await ask("writer", "DELETE", f"/repos/{repo}/pulls/comments/{inline.inline_root}")
    found = await github.context_of(message(inline, "1", MessageKind.INLINE))
    assert [said.text for said in found.previous_comments] == ["an answer"]


async def test_a_review_is_told_with_its_inline_comments(github: GitHub, ask: Ask, pull: Thread) -> None:
    comments = [{"path": "notes.txt", "line": 3, "side": "RIGHT", "body": "here"}]
    made = await review(ask, pull, comments=comments)
    found = await github.context_of(message(pull, str(made["id"]), MessageKind.REVIEW))
    assert [(said.text, said.anchor.path if said.anchor else "") for said in found.previous_comments] == [
        ("here", "notes.txt")
    ]


async def test_a_conversation_comment_with_an_inline_comments_number_is_another(
    github: GitHub, ask: Ask, inline: Thread
) -> None:
    thread = inline.model_copy(update={"inline_root": None, "kind": ThreadKind.PULL_REQUEST})
    said = await say(ask, thread, "kept")
    found = await github.context_of(message(inline, said, MessageKind.INLINE))
    assert "kept" in [each.text for each in found.previous_comments]
