"""Commits, refs, branches, changed files, statuses on the wire."""

from typing import Any
from urllib.parse import quote

from playground.github.history import Change, Commit, Signature
from playground.github.links import Links
from playground.github.records import Repository, Status, User
from playground.github.shapes.repositories import plain_repository
from playground.github.shapes.users import maybe_user, simple_user
from playground.github.store import node_id
from playground.github.world import World

UNSIGNED = {"verified": False, "reason": "unsigned", "signature": None, "payload": None, "verified_at": None}


def commit(world: World, repository: Repository, record: Commit) -> dict[str, Any]:
    """`commit`, without files."""
    url, page = world.links.repository(repository), world.links.page(repository)
    own = f"{url}/commits/{record.sha}"
    return {
        "sha": record.sha,
        "node_id": node_id("Commit", int(record.sha[:12], 16)),
        "commit": _git_half(url, record),
        "url": own,
        "html_url": f"{page}/commit/{record.sha}",
        "comments_url": f"{own}/comments",
        "author": maybe_user(world.links, _account(world, record.author)),
        "committer": maybe_user(world.links, _account(world, record.committer)),
        "parents": [
            {"sha": sha, "url": f"{url}/commits/{sha}", "html_url": f"{page}/commit/{sha}"}
            for sha in record.parents
        ],
    }


def _git_half(url: str, record: Commit) -> dict[str, Any]:
    return {
        "author": _signature(record.author),
        "committer": _signature(record.committer),
        "message": record.message,
        "tree": {"sha": record.tree, "url": f"{url}/git/trees/{record.tree}"},
        "url": f"{url}/git/commits/{record.sha}",
        "comment_count": 0,
        "verification": UNSIGNED,
    }


def git_commit(links: Links, repository: Repository, record: Commit) -> dict[str, Any]:
    """`git-commit`: the object of the git data API."""
    url, page = links.repository(repository), links.page(repository)
    half = _git_half(url, record)
    del half["comment_count"]
    parents = [
        {"sha": sha, "url": f"{url}/git/commits/{sha}", "html_url": f"{page}/commit/{sha}"}
        for sha in record.parents
    ]
    facts = {"sha": record.sha, "node_id": node_id("Commit", int(record.sha[:12], 16))}
    return facts | half | {"html_url": f"{page}/commit/{record.sha}", "parents": parents}


def _signature(signature: Signature) -> dict[str, str]:
    return {"name": signature.name, "email": signature.email, "date": signature.utc}


def _account(world: World, signature: Signature) -> User | None:
    """The account behind an e-mail address: its own, or the noreply form `ID+login@...`."""
    number = signature.email.partition("+")[0]
    if signature.email.endswith("@users.noreply.github.com") and number.isdigit():
        return world.store.user_by_id(int(number))
    return next((user for user in world.store.users.values() if user.email == signature.email), None)


def change(links: Links, repository: Repository, record: Change, sha: str) -> dict[str, Any]:
    """`diff-entry`; binary files have no patch."""
    page, path = links.page(repository), quote(record.path)
    shape = {
        "sha": record.sha,
        "filename": record.path,
        "status": record.status,
        "additions": record.additions,
        "deletions": record.deletions,
        "changes": record.additions + record.deletions,
        "blob_url": f"{page}/blob/{sha}/{path}",
        "raw_url": f"{page}/raw/{sha}/{path}",
        "contents_url": f"{links.repository(repository)}/contents/{path}?ref={sha}",
    }
    optional = {"patch": record.patch, "previous_filename": record.previous_path}
    return shape | {key: value for key, value in optional.items() if value is not None}


def ref(links: Links, repository: Repository, name: str, target: tuple[str, str]) -> dict[str, Any]:
    """`git-ref`; the target is its type and sha."""
    kind, sha = target
    url = links.repository(repository)
    return {
        "ref": name,
        "node_id": node_id("Ref", int(sha[:12], 16)),
        "url": f"{url}/git/{quote(name)}",
        "object": {"sha": sha, "type": kind, "url": f"{url}/git/{kind}s/{sha}"},
    }


def short_branch(
    links: Links, repository: Repository, name: str, sha: str, is_protected: bool
) -> dict[str, Any]:
    """`short-branch`."""
    url = links.repository(repository)
    return {"name": name, "commit": {"sha": sha, "url": f"{url}/commits/{sha}"}, "protected": is_protected}


def status(links: Links, repository: Repository, record: Status) -> dict[str, Any]:
    """`status`."""
    return {
        "url": f"{links.repository(repository)}/statuses/{record.sha}",
        "avatar_url": f"{links.base}/avatars/u/{record.creator.id}?v=4",
        "id": record.id,
        "node_id": node_id("StatusContext", record.id),
        "state": record.state,
        "description": record.description,
        "target_url": record.target_url,
        "context": record.context,
        "created_at": record.created_at,
        "updated_at": record.created_at,
        "creator": simple_user(links, record.creator),
    }


def combined_status(links: Links, repository: Repository, sha: str, statuses: list[Status]) -> dict[str, Any]:
    """`combined-commit-status`: the newest of each context, and what they come to."""
    newest = {record.context: record for record in statuses}
    states = {record.state for record in newest.values()}
    worst = next((name for name in ("failure", "error") if name in states), None)
    state = "failure" if worst else "pending" if "pending" in states or not states else "success"
    url = f"{links.repository(repository)}/commits/{sha}"
    items = [status(links, repository, record) for record in newest.values()]
    return {
        "state": state,
        "statuses": [{key: value for key, value in item.items() if key != "creator"} for item in items],
        "sha": sha,
        "total_count": len(items),
        "repository": plain_repository(links, repository),
        "commit_url": url,
        "url": f"{url}/status",
    }
