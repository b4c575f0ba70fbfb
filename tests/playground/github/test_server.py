"""PyGithub, which knows nothing of the playground, plays a bot's whole day against it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from github import Auth, Github, GithubException, UnknownObjectException

from playground.github.server import GithubPlayground, Options


def connect(github: Any, role: str, is_lazy: bool) -> Github:
    auth = Auth.Token(github.token(github.cast[role]))
    return Github(
        auth=auth,
        base_url=github.api_url,
        retry=None,
        seconds_between_requests=0,
        seconds_between_writes=0,
        lazy=is_lazy,
        per_page=2,
    )


@pytest.mark.parametrize("is_lazy", [False, True])
async def test_pygithub_talks_on_an_issue(github: Any, repo: str, is_lazy: bool) -> None:
    await asyncio.to_thread(talk, github, repo.removeprefix("/repos/"), is_lazy)


def talk(github: Any, name: str, is_lazy: bool) -> None:
    client = connect(github, "bot", is_lazy)
    assert client.get_user().login == github.cast["bot"]
    repository = client.get_repo(name)
    issue = repository.get_issue(1)
    made = issue.create_comment("👀 queued")
    made.edit("✅ done")
    assert made.create_reaction("eyes").content == "eyes"
    assert issue.create_reaction("rocket").user.login == github.cast["bot"]
    for number in range(4):
        issue.create_comment(str(number))
    assert [comment.body for comment in issue.get_comments()] == ["✅ done", "0", "1", "2", "3"]
    assert issue.get_comment(made.id).user.id == made.user.id
    issue.add_to_labels("bellhop")
    assert "bellhop" in {label.name for label in issue.get_labels()}
    issue.remove_from_labels("bellhop")
    made.delete()
    with pytest.raises(UnknownObjectException):
        repository.get_issue(1).get_comment(made.id).body  # noqa: B018
    assert repository.get_collaborator_permission(github.cast["maintainer"]) == "write"
    assert repository.get_collaborator_role_name(github.cast["triager"]) == "triage"
    client.close()


@pytest.mark.parametrize("is_lazy", [False, True])
async def test_pygithub_offers_and_discusses_a_change(
    github: Any, repo: str, clone: Any, is_lazy: bool
) -> None:
    copy = await clone("bot")
    await copy.commit("notes.txt", "one\ntwo\n")
    await copy.git("push", "--quiet", "origin", "HEAD:refs/heads/bellhop/J-1")
    await asyncio.to_thread(discuss, github, repo.removeprefix("/repos/"), is_lazy)


def discuss(github: Any, name: str, is_lazy: bool) -> None:
    repository = connect(github, "bot", is_lazy).get_repo(name)
    pull = repository.create_pull(base="main", head="bellhop/J-1", title="Mend", body="See #1", draft=True)
    owner = name.partition("/")[0]
    assert [found.number for found in repository.get_pulls(head=f"{owner}:bellhop/J-1")] == [pull.number]
    with pytest.raises(GithubException, match="A pull request already exists"):
        repository.create_pull(base="main", head="bellhop/J-1", title="Mend", body="")
    pull.create_issue_comment("look")
    assert [file.filename for file in pull.get_files()] == ["notes.txt"]
    assert [commit.sha for commit in pull.get_commits()] == [pull.head.sha]
    human = connect(github, "writer", is_lazy).get_repo(name).get_pull(pull.number)
    review = human.create_review(
        body="Two things",
        event="COMMENT",
        comments=[{"path": "notes.txt", "line": 2, "side": "RIGHT", "body": "why?"}],
    )
    assert review.state == "COMMENTED"
    root = next(iter(pull.get_review_comments()))
    assert (root.path, root.line, root.diff_hunk.splitlines()[-1]) == ("notes.txt", 2, "+two")
    reply = pull.create_review_comment_reply(root.id, "because")
    assert reply.in_reply_to_id == root.id
    root.create_reaction("eyes")
    commit = repository.get_commit(pull.head.sha)
    commit.create_status(
        state="success", context="bellhop", description="41/41", target_url="http://127.0.0.1/"
    )
    assert commit.get_combined_status().state == "success"
    assert [found.number for found in commit.get_pulls()] == [pull.number]
    assert repository.compare("main", "bellhop/J-1").ahead_by == 1
    pull.edit(title="Mended", state="closed")
    assert repository.get_pull(pull.number).state == "closed"
    repository.get_git_matching_refs("heads/bellhop/J-1")[0].delete()


async def test_pygithub_reads_the_delivery_log(people: Any, github: Any, repo: str, settled: Any) -> None:
    await people("bot").post(f"{repo}/issues/1/comments", json={"body": "x"})
    await settled()
    await asyncio.to_thread(look_at_hooks, github, repo.removeprefix("/repos/"))


def look_at_hooks(github: Any, name: str) -> None:
    repository = connect(github, "admin", False).get_repo(name)
    (hook,) = repository.get_hooks()
    first = next(iter(repository.get_hook_deliveries(hook.id)))
    assert (first.event, first.status_code) == ("issue_comment", 202)
    assert repository.get_hook_delivery(hook.id, first.id).request.payload["action"] == "created"


async def test_two_servers_share_nothing(tmp_path: Path) -> None:
    async with (
        GithubPlayground(tmp_path / "a", Options(seed=1)) as one,
        GithubPlayground(tmp_path / "b", Options(seed=1)) as other,
    ):
        assert one.url != other.url
        name = one.world.summary[0]["repository"]
        issue = connect(one, "bot", True).get_repo(name).get_issue(1)
        await asyncio.to_thread(issue.create_comment, "x")
        comments = [server.world.store.comments for server in (one, other)]
        assert [len(found) for found in comments] == [1, 0]


async def test_an_empty_server_has_nobody(tmp_path: Path) -> None:
    async with GithubPlayground(tmp_path, Options(seed=0)) as github:
        assert (github.cast, github.world.store.repositories) == ({}, {})
