"""Branches and tags that moved, by a push or by REST: events, and the pull requests that follow."""

from dataclasses import dataclass
from typing import Any

from playground.github import history
from playground.github.actions.issues import set_state
from playground.github.actions.pulls import follow_branch
from playground.github.actions.reviews import relocate
from playground.github.events import publish
from playground.github.records import EMPTY_SHA, Pull, Repository, User
from playground.github.shapes.repositories import pushed_repository
from playground.github.store import now
from playground.github.world import World

MOST_COMMITS_TOLD = 2048  # docs.github.com/webhooks/webhook-events-and-payloads#push
BRANCHES, TAGS = "refs/heads/", "refs/tags/"


@dataclass(frozen=True)
class Move:
    """One ref that changed; all zeros mean that it was not there, or no longer is."""

    ref: str
    before: str
    after: str

    @property
    def is_created(self) -> bool:
        """Whether the ref is new."""
        return self.before == EMPTY_SHA

    @property
    def is_deleted(self) -> bool:
        """Whether the ref is gone."""
        return self.after == EMPTY_SHA

    @property
    def name(self) -> str:
        """The branch or tag without its prefix."""
        return self.ref.removeprefix(BRANCHES).removeprefix(TAGS)


def compare(before: dict[str, str], after: dict[str, str]) -> list[Move]:
    """What changed between two listings of refs; only branches and tags count."""
    names = sorted(name for name in before.keys() | after.keys() if name.startswith((BRANCHES, TAGS)))
    moves = [Move(name, before.get(name, EMPTY_SHA), after.get(name, EMPTY_SHA)) for name in names]
    return [move for move in moves if move.before != move.after]


async def announce(world: World, actor: User, repository: Repository, moves: list[Move]) -> None:
    """Tell the webhooks of each move, then let pull requests follow."""
    for move in moves:
        repository.pushed_at = now()
        if move.is_created or move.is_deleted:
            _tell_ref(world, actor, repository, move)
        await _tell_push(world, actor, repository, move)
        if move.ref.startswith(BRANCHES):
            await _follow(world, actor, repository, move)


def _tell_ref(world: World, actor: User, repository: Repository, move: Move) -> None:
    kind = "tag" if move.ref.startswith(TAGS) else "branch"
    fields: dict[str, Any] = {"ref": move.name, "ref_type": kind, "pusher_type": "user"}
    if move.is_created:
        fields |= {"master_branch": repository.default_branch, "description": repository.description}
    publish(world, repository, "create" if move.is_created else "delete", actor, fields)


async def _tell_push(world: World, actor: User, repository: Repository, move: Move) -> None:
    commits = [] if move.is_deleted else await _commits(world, repository, move)
    head = None if move.is_deleted else await _head_commit(world, repository, move, commits)
    is_forced = not (move.is_created or move.is_deleted) and not await world.git.is_ancestor(
        repository.id, move.before, move.after
    )
    email = actor.email or f"{actor.id}+{actor.login}@users.noreply.github.com"
    fields = {
        "ref": move.ref,
        "before": move.before,
        "after": move.after,
        "repository": pushed_repository(world.links, repository),
        "pusher": {"name": actor.login, "email": email},
        "created": move.is_created,
        "deleted": move.is_deleted,
        "forced": is_forced,
        "base_ref": None,
        "compare": f"{world.links.page(repository)}/compare/{move.before[:12]}...{move.after[:12]}",
        "commits": commits,
        "head_commit": head,
    }
    publish(world, repository, "push", actor, fields)


async def _commits(world: World, repository: Repository, move: Move) -> list[dict[str, Any]]:
    """The new commits, oldest first; of a new branch those that the default branch lacks."""
    tip = await world.git.resolve(repository.id, repository.default_branch)
    start = move.before if not move.is_created else tip
    excluded = [f"^{start}"] if start and start != move.after else []
    if move.is_created and start == move.after:
        return []
    found = await history.commits(world.git, repository.id, f"-{MOST_COMMITS_TOLD}", move.after, *excluded)
    return [await _pushed_commit(world, repository, commit) for commit in reversed(found)]


async def _head_commit(
    world: World, repository: Repository, move: Move, commits: list[dict[str, Any]]
) -> dict[str, Any]:
    if commits:
        return commits[-1]
    return await _pushed_commit(world, repository, await history.commit(world.git, repository.id, move.after))


async def _pushed_commit(world: World, repository: Repository, commit: history.Commit) -> dict[str, Any]:
    arguments = [
        "diff-tree",
        "--root",
        "--no-commit-id",
        "--name-status",
        "--no-renames",
        "-r",
        "-z",
        commit.sha,
    ]
    fields = (await world.git.text(repository.id, *arguments)).split("\0")
    changed = list(zip(fields[::2], fields[1::2], strict=False))
    return {
        "id": commit.sha,
        "tree_id": commit.tree,
        "distinct": True,
        "message": commit.message,
        "timestamp": commit.committer.date,
        "url": f"{world.links.page(repository)}/commit/{commit.sha}",
        "author": _signature(world, commit.author),
        "committer": _signature(world, commit.committer),
        "added": [path for letter, path in changed if letter == "A"],
        "removed": [path for letter, path in changed if letter == "D"],
        "modified": [path for letter, path in changed if letter in "MT"],
    }


def _signature(world: World, signature: history.Signature) -> dict[str, str]:
    facts = {"name": signature.name, "email": signature.email, "date": signature.date}
    known = next((user for user in world.store.users.values() if user.email == signature.email), None)
    return facts | ({"username": known.login} if known else {})


async def _follow(world: World, actor: User, repository: Repository, move: Move) -> None:
    """Open pull requests from this branch get the new head, or close with it; those into it may be merged by it."""
    for pull in _open_pulls(world):
        if pull.head_repository is repository and pull.head_ref == move.name:
            await _follow_head(world, actor, pull, move)
        elif pull.issue.repository is repository and pull.base_ref == move.name:
            await _follow_base(world, actor, pull, move)


def _open_pulls(world: World) -> list[Pull]:
    every = (pull for repository in world.store.repositories.values() for pull in repository.pulls)
    return [pull for pull in every if pull.issue.state == "open"]


async def _follow_head(world: World, actor: User, pull: Pull, move: Move) -> None:
    if move.is_deleted:
        set_state(world, actor, pull.issue, "closed")
        return
    await follow_branch(world, actor, pull, move.before, move.after)
    await relocate(world, pull, move.before, move.after)


async def _follow_base(world: World, actor: User, pull: Pull, move: Move) -> None:
    if move.is_deleted:
        set_state(world, actor, pull.issue, "closed")
    elif await world.git.is_ancestor(pull.issue.repository.id, pull.head_sha, move.after):
        pull.merged_at, pull.merged_by, pull.merge_commit_sha = now(), actor, move.after
        set_state(world, actor, pull.issue, "closed")
