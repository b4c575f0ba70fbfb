"""Every method of the ports has sent requests, each of them valid by GitHub's own description of its REST API."""

import inspect
from pathlib import Path

from adapters.platforms.github.platform import GitHub
from bot.platform import Forge, Platform, PullRequestDraft
from models.message import Actor, MessageKind, Thread
from playground.github.server import GithubPlayground
from tests.adapters.platforms.github.conftest import Ask, Push
from tests.adapters.platforms.github.contract import ELSEWHERE, Watcher
from tests.adapters.platforms.github.test_context import message
from tests.adapters.platforms.github.test_platform import review

# Methods with requests that the REST description does not describe; ELSEWHERE names the vendor's page of each.
PARTLY_ELSEWHERE = {
    "react": {"POST /api/graphql"},
    "pull_template": {"GET /repos/{owner}/{repo}/contents/"},
    "role_of": {"GET /user/{account_id}"},
}


def asynchronous(port: type) -> set[str]:
    """The port's methods that call out."""
    return {name for name, method in vars(port).items() if inspect.iscoroutinefunction(method)} - {"close"}


async def test_every_method_sends_what_the_vendor_describes(
    github: GitHub,
    playground: GithubPlayground,
    watcher: Watcher,
    ask: Ask,
    push: Push,
    inline: Thread,
    issue: Thread,
    repo: str,
) -> None:
    pull = inline.model_copy(update={"inline_root": None})
    await _talk(github, watcher, ask, issue, inline, pull)
    await _know(github, playground, watcher, repo)
    await _forge(github, watcher, push, repo)
    assert asynchronous(Platform) | asynchronous(Forge) == watcher.valid.keys() - {""}
    assert dict(watcher.elsewhere) == PARTLY_ELSEWHERE
    assert set().union(*PARTLY_ELSEWHERE.values()) <= ELSEWHERE.keys()


async def _talk(
    github: GitHub, watcher: Watcher, ask: Ask, issue: Thread, inline: Thread, pull: Thread
) -> None:
    for thread in (issue, inline):
        with watcher.during("post"):
            posted = await github.post(thread, "hello <!-- bellhop:J-1 -->")
        with watcher.during("edit"):
            await github.edit(thread, posted.id, "hello again")
        with watcher.during("find"):
            await github.find(thread, "bellhop:J-1")
        with watcher.during("delete"):
            await github.delete(thread, posted.id)
    said = await github.post(issue, "hello")
    made = await review(ask, pull)
    with watcher.during("react"):
        await github.react(issue, MessageKind.COMMENT, said.id, "eyes")
        await github.react(issue, MessageKind.BODY, "1", "eyes")
        await github.react(inline, MessageKind.INLINE, str(inline.inline_root), "eyes")
        await github.react(pull, MessageKind.REVIEW, str(made["id"]), "eyes")
    with watcher.during("context_of"):
        await github.context_of(message(issue))
        await github.context_of(message(inline, str(inline.inline_root), MessageKind.INLINE))
        await github.context_of(message(pull, str(made["id"]), MessageKind.REVIEW))


async def _know(github: GitHub, playground: GithubPlayground, watcher: Watcher, repo: str) -> None:
    github._me = None
    with watcher.during("me"):
        await github.me()
    with watcher.during("role_of"):
        await github.role_of(Actor(id="1", login="helper[bot]"), repo)


async def _forge(github: GitHub, watcher: Watcher, push: Push, repo: str) -> None:
    await push("bellhop/J-2", {"other.txt": "x\n", "docs/pull_request_template.md": "## What\n"})
    draft = PullRequestDraft(
        repository=repo, head_repository=repo, head="bellhop/J-2", base="main", title="T", body="B"
    )
    with watcher.during("repository"):
        await github.repository(repo)
    with watcher.during("repositories"):
        assert repo in [each.name for each in await github.repositories(500)]
    with watcher.during("has_branch"):
        assert await github.has_branch(repo, "main")
    with watcher.during("open_pull"):
        opened = await github.open_pull(draft)
    with watcher.during("find_pull"):
        await github.find_pull(repo, repo, "bellhop/J-2")
    with watcher.during("pull"):
        await github.pull(repo, opened.number)
    with watcher.during("pull_template"):
        assert await github.pull_template(repo, "bellhop/J-2") == "## What\n"
    with watcher.during("close_pull"):
        await github.close_pull(repo, opened.number)
    with watcher.during("may_push"):
        await github.may_push(repo, "bellhop/J-3")
    with watcher.during("delete_branch"):
        await github.delete_branch(repo, "bellhop/J-2")
    with watcher.during("fork"):
        fork = await github.fork(repo)
    await push("bellhop/J-4", {"other.txt": "y\n"}, fork)
    with watcher.during("open_pull"):
        await github.open_pull(draft.model_copy(update={"head_repository": fork, "head": "bellhop/J-4"}))


async def test_a_request_that_breaks_the_contract_is_seen(tmp_path: Path) -> None:
    """The check can fail: a comment without its text, an unknown path."""
    from tests.adapters.platforms.github.conftest import settings_of
    from tests.playground.contract import description

    watcher = Watcher()
    async with GithubPlayground(tmp_path / "github", watchers=[watcher.middleware]) as playground:
        platform = GitHub(settings_of(playground))
        async with platform._client.calling("breaking the contract") as api:
            for path, body in (("/repos/acme/shop/issues/1/comments", {"text": "x"}), ("/nowhere", {})):
                try:
                    await api.post(path, body)
                except Exception:
                    continue
        await platform.close()
    assert len(watcher.complaints) == (2 if description() else 0)
