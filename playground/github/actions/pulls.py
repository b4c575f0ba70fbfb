"""Opening, following and merging pull requests."""

from dataclasses import dataclass

from playground.github import history
from playground.github.actions.issues import new_issue, set_state
from playground.github.events import pull_happened
from playground.github.records import Issue, Pull, Repository, User
from playground.github.store import now
from playground.github.world import World

MERGE_TITLE = "Merge pull request #{number} from {label}\n\n{title}"


@dataclass(frozen=True)
class Proposal:
    """What a new pull request asks: which commit of which repository goes where."""

    base: Repository
    base_ref: str
    base_sha: str
    head: Repository
    head_ref: str
    head_sha: str
    title: str
    body: str | None
    is_draft: bool = False
    maintainer_can_modify: bool = True


async def open_pull(world: World, actor: User, proposal: Proposal) -> Pull:
    """A new pull request: `pull_request.opened`; its commits become `refs/pull/N/head` of the base repository."""
    issue = new_issue(world, actor, proposal.base, proposal.title, proposal.body)
    pull = _attach_pull(world, issue, proposal)
    await _fetch_head(world, pull)
    await measure(world, pull)
    pull_happened(world, pull, actor, "opened")
    return pull


def _attach_pull(world: World, issue: Issue, proposal: Proposal) -> Pull:
    issue.pull = Pull(
        world.store.next_id("pull"),
        issue,
        proposal.head,
        proposal.head_ref,
        proposal.head_sha,
        proposal.base_ref,
        proposal.base_sha,
        is_draft=proposal.is_draft,
        maintainer_can_modify=proposal.maintainer_can_modify and proposal.head is not proposal.base,
    )
    return issue.pull


async def _fetch_head(world: World, pull: Pull) -> None:
    base, head = pull.issue.repository, pull.head_repository
    ref = f"refs/pull/{pull.issue.number}/head"
    if head is base or head is None:
        await world.git.update(base.id, ref, pull.head_sha)
    else:
        await world.git.bring(head.id, base.id, pull.head_sha, ref)


async def measure(world: World, pull: Pull) -> None:
    """Count commits and lines and see whether it merges."""
    base_id = pull.issue.repository.id
    start = await fork_point(world, pull)
    changes = await history.changes(world.git, base_id, start, pull.head_sha)
    pull.commits = await history.count(world.git, base_id, f"{pull.base_sha}..{pull.head_sha}")
    pull.additions = sum(change.additions for change in changes)
    pull.deletions = sum(change.deletions for change in changes)
    pull.changed_files = len(changes)
    tree = await history.merged_tree(world.git, base_id, pull.base_sha, pull.head_sha)
    pull.is_mergeable = tree is not None


async def fork_point(world: World, pull: Pull) -> str:
    """Where the head left the base: the commit that diffs start from."""
    base_id = pull.issue.repository.id
    return await history.merge_base(world.git, base_id, pull.base_sha, pull.head_sha) or pull.base_sha


async def follow_branch(world: World, actor: User, pull: Pull, before: str, after: str) -> None:
    """The head branch moved: `pull_request.synchronize`."""
    pull.head_sha = after
    await _fetch_head(world, pull)
    await measure(world, pull)
    world.store.touch(pull.issue)
    pull_happened(world, pull, actor, "synchronize", before=before, after=after)


def set_draft(world: World, actor: User, pull: Pull, is_draft: bool) -> None:
    """Turn a draft: `converted_to_draft`, `ready_for_review`; nothing when it is so already."""
    if pull.is_draft != is_draft:
        pull.is_draft = is_draft
        world.store.touch(pull.issue)
        pull_happened(world, pull, actor, "converted_to_draft" if is_draft else "ready_for_review")


async def merge(world: World, actor: User, pull: Pull, message: str | None = None) -> str | None:
    """Merge with a merge commit and close; the new commit, or None when there are conflicts."""
    base = pull.issue.repository
    tip = await world.git.resolve(base.id, pull.base_ref)
    tree = await history.merged_tree(world.git, base.id, tip or "", pull.head_sha) if tip else None
    if tip is None or tree is None:
        return None
    sha = await _commit_merge(world, actor, pull, [tip, tree, message or _merge_message(pull)])
    await world.git.update(base.id, f"refs/heads/{pull.base_ref}", sha, tip)
    pull.merged_at, pull.merged_by, pull.merge_commit_sha = now(), actor, sha
    set_state(world, actor, pull.issue, "closed")
    return sha


def _merge_message(pull: Pull) -> str:
    owner = pull.head_repository.owner.login if pull.head_repository else "unknown"
    label = f"{owner}/{pull.head_ref}"
    return MERGE_TITLE.format(number=pull.issue.number, label=label, title=pull.issue.title)


async def _commit_merge(world: World, actor: User, pull: Pull, parts: list[str]) -> str:
    tip, tree, message = parts
    arguments = ["commit-tree", tree, "-p", tip, "-p", pull.head_sha]
    extra = signature(actor)
    output = await world.git.run(pull.issue.repository.id, *arguments, stdin=message.encode(), extra=extra)
    return output.decode().strip()


def signature(actor: User) -> dict[str, str]:
    """Git's author and committer for what a person does on the website."""
    email = actor.email or f"{actor.id}+{actor.login}@users.noreply.github.com"
    people = ("AUTHOR", "COMMITTER")
    names = {f"GIT_{role}_NAME": actor.name for role in people}
    return names | {f"GIT_{role}_EMAIL": email for role in people}
