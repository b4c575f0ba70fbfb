"""The adapter against the pretend GitHub: who it is, who may what, and talking."""

from typing import Any

import pytest

from adapters.platforms.github.platform import GitHub
from bot.errors import NotFoundError
from models.identity import Role
from models.message import Actor, MessageKind, Thread
from playground.github.faults import Fault
from playground.github.server import GithubPlayground
from tests.adapters.platforms.github.conftest import Ask
from tests.adapters.platforms.github.contract import Watcher

MARK = "<!-- bellhop:J-7K3Q -->"
MARKER = "bellhop:J-7K3Q"


def actor_of(playground: GithubPlayground, role: str) -> Actor:
    """A person of the play."""
    user = playground.world.store.users[playground.cast[role].lower()]
    return Actor(id=str(user.id), login=user.login)


async def bodies(ask: Ask, thread: Thread) -> list[str]:
    """What the conversation says."""
    said = await ask("reader", "GET", f"/repos/{thread.repository}/issues/{thread.number}/comments")
    return [each["body"] for each in said]


async def test_it_knows_itself_and_asks_once(
    github: GitHub, playground: GithubPlayground, watcher: Watcher
) -> None:
    assert github.own_login == ""
    assert (await github.me()).login == playground.cast["bot"] == github.own_login
    await github.me()
    assert watcher.seen == [("GET", "/api/v3/user")]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("admin", Role.ADMIN),
        ("maintainer", Role.MAINTAIN),
        ("writer", Role.WRITE),
        ("triager", Role.TRIAGE),
        ("reader", Role.READ),
        ("stranger", Role.READ),
    ],
)
async def test_roles_are_read_live(
    github: GitHub, playground: GithubPlayground, repo: str, role: str, expected: Role
) -> None:
    assert await github.role_of(actor_of(playground, role), repo) is expected


async def test_nobody_has_no_role(github: GitHub, repo: str) -> None:
    assert await github.role_of(Actor(id="1", login="nobody-of-that-name"), repo) is Role.NONE


async def test_a_login_registered_again_by_somebody_else_has_no_role(
    github: GitHub, playground: GithubPlayground, repo: str
) -> None:
    admin = actor_of(playground, "admin")
    assert await github.role_of(admin.model_copy(update={"id": "4711"}), repo) is Role.NONE
    assert await github.role_of(admin.model_copy(update={"id": ""}), repo) is Role.NONE


async def test_who_was_renamed_keeps_their_role_and_whoever_took_the_name_gets_none(
    github: GitHub, playground: GithubPlayground, repo: str
) -> None:
    writer = actor_of(playground, "writer")
    assert await github.role_of(writer.model_copy(update={"login": "called-so-before"}), repo) is Role.WRITE
    reader = actor_of(playground, "reader")
    assert await github.role_of(writer.model_copy(update={"login": reader.login}), repo) is Role.WRITE
    assert await github.role_of(reader.model_copy(update={"login": writer.login}), repo) is Role.READ


@pytest.mark.parametrize("repository", ["../../user", "acme", "acme/shop/../..", "acme/..", ""])
async def test_a_repository_of_another_form_is_never_asked_for(
    github: GitHub, watcher: Watcher, repository: str
) -> None:
    assert await github.role_of(Actor(id="1", login="ada"), repository) is Role.NONE
    assert watcher.seen == []


async def test_an_answer_on_an_issue_is_posted_edited_found_and_deleted(
    github: GitHub, ask: Ask, issue: Thread
) -> None:
    posted = await github.post(issue, f"seen {MARK}")
    assert posted.url
    edited = await github.edit(issue, posted.id, f"done {MARK}")
    assert edited.id == posted.id
    assert await bodies(ask, issue) == [f"done {MARK}"]
    assert [found.id for found in await github.find(issue, MARKER)] == [posted.id]
    await github.delete(issue, posted.id)
    await github.delete(issue, posted.id)
    assert await bodies(ask, issue) == []
    assert await github.find(issue, MARKER) == []


async def test_editing_what_is_gone_says_so(github: GitHub, issue: Thread) -> None:
    posted = await github.post(issue, "seen")
    await github.delete(issue, posted.id)
    with pytest.raises(NotFoundError, match=r"editing a comment on .*#1: GitHub answered 404"):
        await github.edit(issue, posted.id, "again")


async def test_only_our_own_messages_with_the_whole_mark_are_found(
    github: GitHub, ask: Ask, issue: Thread
) -> None:
    await ask("writer", "POST", f"/repos/{issue.repository}/issues/1/comments", {"body": f"forged {MARK}"})
    first = await github.post(issue, f"one {MARK}")
    await github.post(issue, "two <!-- bellhop:J-7K3QX --> bellhop:J-7K3Q")
    third = await github.post(issue, f"three {MARK}")
    assert [found.id for found in await github.find(issue, MARKER)] == [first.id, third.id]


async def test_a_message_is_found_on_a_pull_request_that_is_no_issue_of_its_server(
    github: GitHub, playground: GithubPlayground, pull: Thread
) -> None:
    posted = await github.post(pull, f"seen {MARK}")
    playground.world.faults.add(Fault("status", status=404, path=r"/issues/[0-9]+$", method="GET"))
    assert [found.id for found in await github.find(pull, MARKER)] == [posted.id]


async def test_a_message_is_found_at_the_end_of_a_long_conversation(
    github: GitHub, playground: GithubPlayground, ask: Ask, issue: Thread
) -> None:
    for number in range(130):
        await ask("reader", "POST", f"/repos/{issue.repository}/issues/1/comments", {"body": f"{number}"})
    posted = await github.post(issue, f"late {MARK}")
    assert [found.id for found in await github.find(issue, MARKER)] == [posted.id]


async def test_an_inline_thread_is_answered_where_it_is(
    github: GitHub, ask: Ask, inline: Thread, repo: str
) -> None:
    posted = await github.post(inline, f"because {MARK}")
    said = await ask("reader", "GET", f"/repos/{repo}/pulls/{inline.number}/comments")
    assert [each.get("in_reply_to_id") for each in said] == [None, int(inline.inline_root or 0)]
    await github.edit(inline, posted.id, f"because of one {MARK}")
    assert [found.id for found in await github.find(inline, MARKER)] == [posted.id]
    await github.delete(inline, posted.id)
    assert len(await ask("reader", "GET", f"/repos/{repo}/pulls/{inline.number}/comments")) == 1
    assert await bodies(ask, inline) == []


async def test_the_answer_to_an_inline_thread_that_is_gone_goes_to_the_conversation(
    github: GitHub, ask: Ask, inline: Thread, repo: str
) -> None:
    await ask("writer", "DELETE", f"/repos/{repo}/pulls/comments/{inline.inline_root}")
    posted = await github.post(inline, f"because {MARK}")
    assert await bodies(ask, inline) == [f"because {MARK}"]
    assert (await github.edit(inline, posted.id, f"therefore {MARK}")).id == posted.id
    assert await bodies(ask, inline) == [f"therefore {MARK}"]
    assert [found.id for found in await github.find(inline, MARKER)] == [posted.id]
    await github.delete(inline, posted.id)
    assert await bodies(ask, inline) == []


async def reactions(ask: Ask, path: str) -> list[str]:
    """Who reacted how, in order."""
    return [
        f"{each['user']['login']} {each['content']}"
        for each in await ask("reader", "GET", f"{path}/reactions")
    ]


async def test_a_reaction_is_put_on_the_very_comment_once(
    github: GitHub, playground: GithubPlayground, ask: Ask, issue: Thread
) -> None:
    path = f"/repos/{issue.repository}/issues/1/comments"
    said = await ask("writer", "POST", path, {"body": "@bellhop fix"})
    for _ in range(2):
        await github.react(issue, MessageKind.COMMENT, str(said["id"]), "eyes")
    on_comment = f"/repos/{issue.repository}/issues/comments/{said['id']}"
    assert await reactions(ask, on_comment) == [f"{playground.cast['bot']} eyes"]
    assert await reactions(ask, f"/repos/{issue.repository}/issues/1") == []


async def test_a_reaction_is_put_on_the_issue_for_its_body(github: GitHub, ask: Ask, issue: Thread) -> None:
    await github.react(issue, MessageKind.BODY, "1", "eyes")
    assert len(await reactions(ask, f"/repos/{issue.repository}/issues/1")) == 1


async def test_a_reaction_is_put_on_the_inline_comment(github: GitHub, ask: Ask, inline: Thread) -> None:
    await github.react(inline, MessageKind.INLINE, str(inline.inline_root), "eyes")
    assert len(await reactions(ask, f"/repos/{inline.repository}/pulls/comments/{inline.inline_root}")) == 1


async def review(ask: Ask, pull: Thread, **fields: Any) -> dict[str, Any]:
    """A review by the writer."""
    path = f"/repos/{pull.repository}/pulls/{pull.number}/reviews"
    made: dict[str, Any] = await ask(
        "writer", "POST", path, {"event": "COMMENT", "body": "@bellhop mend"} | fields
    )
    return made


async def test_where_reviews_take_no_reaction_the_pull_request_does(
    github: GitHub, ask: Ask, pull: Thread, watcher: Watcher
) -> None:
    made = await review(ask, pull)
    await github.react(pull, MessageKind.REVIEW, str(made["id"]), "eyes")
    assert ("POST", "/api/graphql") in watcher.seen
    assert len(await reactions(ask, f"/repos/{pull.repository}/issues/{pull.number}")) == 1


async def test_closing_leaves_no_thread_behind(playground: GithubPlayground, github: GitHub) -> None:
    await github.me()
    await github.close()
    with pytest.raises(RuntimeError):
        await github.repository("acme/shop")
