"""Commits, comparisons and commit statuses."""

from urllib.parse import unquote

from aiohttp import web

from playground.github import history
from playground.github.calls import Call, optional_text
from playground.github.events import publish
from playground.github.failures import ApiFailure, invalid, not_found, unprocessable
from playground.github.git import GitFailure
from playground.github.records import Repository, Status
from playground.github.replies import answer, created, page
from playground.github.shapes import commits as shapes
from playground.github.shapes.pulls import simple_pull
from playground.github.store import now

STATES = ("error", "failure", "pending", "success")
LONGEST_DESCRIPTION = 140  # docs.github.com/rest/commits/statuses
TOO_LONG = "description is too long (maximum is 140 characters)"
NO_COMMIT = "No commit found for SHA: {sha}"
EMPTY = "Git Repository is empty."


async def find_commit(call: Call, name: str) -> str:
    """The sha a branch, tag or sha names; raises 422 in GitHub's words."""
    sha = await call.world.git.resolve(call.repository.id, name) if not name.startswith("-") else None
    if sha is None:
        raise unprocessable(NO_COMMIT.format(sha=name))
    return sha


async def list_commits(call: Call) -> web.Response:
    """`GET .../commits`: from `sha` (a branch or commit), only those touching `path`; newest first."""
    git, repository = call.world.git, call.repository
    start = await git.resolve(repository.id, call.query("sha", repository.default_branch))
    if start is None:
        raise ApiFailure(409, EMPTY) if not call.query("sha") else not_found()
    paths = [f":(top,literal){call.query('path')}"] if call.query("path") else []
    names = (await git.text(repository.id, "rev-list", start, "--", *paths)).split()
    found = await history.commits(git, repository.id, "--no-walk=unsorted", *names) if names else []
    return page(call, found, lambda commit: shapes.commit(call.world, repository, commit))


async def get_commit(call: Call) -> web.Response:
    """`GET .../commits/{ref}`: with its files."""
    sha = await find_commit(call, call.path("ref"))
    git, repository = call.world.git, call.repository
    commit = await history.commit(git, repository.id, sha)
    parent = commit.parents[0] if commit.parents else await _empty_tree(call)
    changes = await history.changes(git, repository.id, parent, sha)
    added, removed = sum(item.additions for item in changes), sum(item.deletions for item in changes)
    shape = shapes.commit(call.world, repository, commit)
    shape["stats"] = {"total": added + removed, "additions": added, "deletions": removed}
    shape["files"] = [shapes.change(call.world.links, repository, item, sha) for item in changes]
    return answer(call, shape)


async def _empty_tree(call: Call) -> str:
    output = await call.world.git.run(call.repository.id, "hash-object", "-t", "tree", "-w", "--stdin")
    return output.decode().strip()


async def list_pulls(call: Call) -> web.Response:
    """`GET .../commits/{sha}/pulls`: those whose head contains the commit and whose base did not."""
    sha = await find_commit(call, call.path("ref"))
    found = [pull for pull in call.repository.pulls if await _holds(call, pull.base_sha, pull.head_sha, sha)]
    return page(call, found, lambda pull: simple_pull(call.world.links, pull))


async def _holds(call: Call, base: str, head: str, sha: str) -> bool:
    git, repository_id = call.world.git, call.repository.id
    return await git.is_ancestor(repository_id, sha, head) and not await git.is_ancestor(
        repository_id, sha, base
    )


async def compare(call: Call) -> web.Response:
    """`GET .../compare/{base}...{head}`: either side may be `owner:branch` of a fork."""
    base_name, dots, head_name = unquote(call.path("basehead")).partition("...")
    shas = [await _resolve_side(call, name) for name in (base_name, head_name)]
    git, repository = call.world.git, call.repository
    meeting = await history.merge_base(git, repository.id, *shas) if dots and all(shas) else None
    if meeting is None:
        raise not_found()
    base, head = shas
    ahead = await history.commits(git, repository.id, "--reverse", f"{base}..{head}")
    behind = await history.count(git, repository.id, f"{head}..{base}")
    changes = await history.changes(git, repository.id, meeting, head)
    shape = await _comparison(call, base, meeting, (base_name, head_name))
    shape |= {"ahead_by": len(ahead), "behind_by": behind, "total_commits": len(ahead)}
    shape["status"] = _relation(len(ahead), behind)
    shape["commits"] = [shapes.commit(call.world, repository, commit) for commit in ahead]
    shape["files"] = [shapes.change(call.world.links, repository, item, head) for item in changes]
    return answer(call, shape)


async def _resolve_side(call: Call, name: str) -> str:
    owner, _, branch = name.rpartition(":")
    source = _in_network(call.repository, owner) if owner else call.repository
    sha = await call.world.git.resolve(source.id, branch) if source and not branch.startswith("-") else None
    if sha is None or source is None:
        raise not_found()
    if source is not call.repository:
        await call.world.git.bring(source.id, call.repository.id, sha, f"refs/proposals/{source.id}")
    return sha


def _in_network(repository: Repository, owner: str) -> Repository | None:
    root = repository.parent or repository
    return next((item for item in [root, *root.forks] if item.owner.login.lower() == owner.lower()), None)


async def _comparison(call: Call, base: str, meeting: str, names: tuple[str, str]) -> dict[str, object]:
    links, repository = call.world.links, call.repository
    tail = f"compare/{names[0]}...{names[1]}"
    page_url = f"{links.page(repository)}/{tail}"
    commits = [await history.commit(call.world.git, repository.id, sha) for sha in (base, meeting)]
    return {
        "url": f"{links.repository(repository)}/{tail}",
        "html_url": page_url,
        "permalink_url": page_url,
        "diff_url": f"{page_url}.diff",
        "patch_url": f"{page_url}.patch",
        "base_commit": shapes.commit(call.world, repository, commits[0]),
        "merge_base_commit": shapes.commit(call.world, repository, commits[1]),
    }


def _relation(ahead: int, behind: int) -> str:
    if ahead and behind:
        return "diverged"
    return "ahead" if ahead else "behind" if behind else "identical"


async def create_status(call: Call) -> web.Response:
    """`POST .../statuses/{sha}`: `status` event."""
    data, sha = await call.json(), await find_commit(call, call.path("ref"))
    description = optional_text(data, "description", "Status")
    if data.get("state") not in STATES:
        raise invalid("Status", "state")
    if description and len(description) > LONGEST_DESCRIPTION:
        raise invalid("Status", "description", "custom", TOO_LONG)
    target, context = optional_text(data, "target_url", "Status"), str(data.get("context") or "default")
    facts = (sha, data["state"], context, description, target)
    status = Status(call.world.store.next_id("status"), *facts, call.person, now())
    call.repository.statuses.append(status)
    shape = shapes.status(call.world.links, call.repository, status)
    await _tell_status(call, status, shape)
    return created(call, shape)


async def _tell_status(call: Call, status: Status, shape: dict[str, object]) -> None:
    commit = await history.commit(call.world.git, call.repository.id, status.sha)
    kept = ("id", "avatar_url", "state", "description", "target_url", "context", "created_at", "updated_at")
    fields = {key: shape[key] for key in kept}
    fields |= {"sha": status.sha, "name": call.repository.full_name, "branches": []}
    fields["commit"] = shapes.commit(call.world, call.repository, commit)
    publish(call.world, call.repository, "status", call.person, fields)


async def list_statuses(call: Call) -> web.Response:
    """`GET .../commits/{ref}/statuses`: newest first."""
    statuses = await _statuses(call)
    return page(call, statuses[::-1], lambda item: shapes.status(call.world.links, call.repository, item))


async def combined_status(call: Call) -> web.Response:
    """`GET .../commits/{ref}/status`."""
    sha = await find_commit(call, call.path("ref"))
    return answer(call, shapes.combined_status(call.world.links, call.repository, sha, await _statuses(call)))


async def _statuses(call: Call) -> list[Status]:
    try:
        sha = await find_commit(call, call.path("ref"))
    except GitFailure as error:
        raise not_found() from error
    return [status for status in call.repository.statuses if status.sha == sha]
