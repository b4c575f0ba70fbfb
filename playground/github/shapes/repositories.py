"""Repositories on the wire: as lists, single answers and push events carry them."""

from calendar import timegm
from time import strptime
from typing import Any

from playground.github import access
from playground.github.links import Links
from playground.github.records import Repository, User
from playground.github.shapes.users import simple_user
from playground.github.store import node_id

URL_TEMPLATES = {
    "forks_url": "/forks",
    "keys_url": "/keys{/key_id}",
    "collaborators_url": "/collaborators{/collaborator}",
    "teams_url": "/teams",
    "hooks_url": "/hooks",
    "issue_events_url": "/issues/events{/number}",
    "events_url": "/events",
    "assignees_url": "/assignees{/user}",
    "branches_url": "/branches{/branch}",
    "tags_url": "/tags",
    "blobs_url": "/git/blobs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "trees_url": "/git/trees{/sha}",
    "statuses_url": "/statuses/{sha}",
    "languages_url": "/languages",
    "stargazers_url": "/stargazers",
    "contributors_url": "/contributors",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "commits_url": "/commits{/sha}",
    "git_commits_url": "/git/commits{/sha}",
    "comments_url": "/comments{/number}",
    "issue_comment_url": "/issues/comments{/number}",
    "contents_url": "/contents/{+path}",
    "compare_url": "/compare/{base}...{head}",
    "merges_url": "/merges",
    "archive_url": "/{archive_format}{/ref}",
    "downloads_url": "/downloads",
    "issues_url": "/issues{/number}",
    "pulls_url": "/pulls{/number}",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "labels_url": "/labels{/name}",
    "releases_url": "/releases{/id}",
    "deployments_url": "/deployments",
}
FEATURES = {
    "has_projects": True,
    "has_downloads": True,
    "has_wiki": True,
    "has_pages": False,
    "has_discussions": False,
    "disabled": False,
    "allow_forking": True,
    "is_template": False,
    "web_commit_signoff_required": False,
}
ZEROS = ("stargazers_count", "watchers_count", "watchers", "size")
MERGING = {
    "allow_squash_merge": True,
    "allow_merge_commit": True,
    "allow_rebase_merge": True,
    "allow_auto_merge": False,
    "delete_branch_on_merge": False,
    "allow_update_branch": False,
}


def plain_repository(links: Links, repository: Repository) -> dict[str, Any]:
    """`repository` without a viewer, as webhooks and pull requests carry it."""
    url, page = links.repository(repository), links.page(repository)
    return {
        "id": repository.id,
        "node_id": node_id("Repository", repository.id),
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.is_private,
        "archived": repository.is_archived,
        "owner": simple_user(links, repository.owner),
        "html_url": page,
        "description": repository.description,
        "fork": repository.parent is not None,
        "url": url,
        **{key: url + tail for key, tail in URL_TEMPLATES.items()},
        **_addresses(links, repository, page),
        **_facts(repository),
    }


def _addresses(links: Links, repository: Repository, page: str) -> dict[str, Any]:
    host = links.base.partition("://")[2]
    return {
        "created_at": repository.created_at,
        "updated_at": repository.updated_at,
        "pushed_at": repository.pushed_at,
        "git_url": f"git://{host}/{repository.full_name}.git",
        "ssh_url": f"git@{host.partition(':')[0]}:{repository.full_name}.git",
        "clone_url": f"{page}.git",
        "svn_url": page,
        "homepage": None,
    }


def _facts(repository: Repository) -> dict[str, Any]:
    open_issues = sum(issue.state == "open" for issue in repository.issues.values())
    return {
        **dict.fromkeys(ZEROS, 0),
        "language": repository.language,
        "has_issues": repository.has_issues,
        **FEATURES,
        "forks_count": len(repository.forks),
        "mirror_url": None,
        "open_issues_count": open_issues,
        "license": None,
        "topics": [],
        "visibility": "private" if repository.is_private else "public",
        "forks": len(repository.forks),
        "open_issues": open_issues,
        "default_branch": repository.default_branch,
        "custom_properties": {},
    }


def seen_repository(links: Links, repository: Repository, viewer: User | None) -> dict[str, Any]:
    """The repository with the viewer's permissions, as lists carry it (`minimal-repository`)."""
    shape = plain_repository(links, repository)
    if viewer:
        shape["permissions"] = access.permissions(access.role(repository, viewer))
    return shape


def full_repository(links: Links, repository: Repository, viewer: User | None) -> dict[str, Any]:
    """`full-repository`: the answer to `GET /repos/{owner}/{repo}`."""
    shape = seen_repository(links, repository, viewer)
    shape |= {"network_count": len(repository.forks), "subscribers_count": 0, "temp_clone_token": None}
    if repository.owner.kind == "Organization":
        shape["organization"] = simple_user(links, repository.owner)
    if viewer and shape["permissions"]["push"]:
        shape |= MERGING
    if repository.parent:
        shape["parent"] = shape["source"] = plain_repository(links, repository.parent)
    return shape


def pushed_repository(links: Links, repository: Repository) -> dict[str, Any]:
    """The odd shape of push events: page URL as `url`, epoch seconds, an owner with name and email.

    docs.github.com/webhooks/webhook-events-and-payloads#push
    """
    shape = plain_repository(links, repository)
    owner = repository.owner
    email = owner.email or f"{owner.id}+{owner.login}@users.noreply.github.com"
    shape["owner"] |= {"name": owner.login, "email": email}
    shape["url"] = shape["html_url"]
    shape |= {key: _epoch(shape[key]) for key in ("created_at", "pushed_at")}
    shape |= {"stargazers": 0, "master_branch": repository.default_branch}
    if owner.kind == "Organization":
        shape["organization"] = owner.login
    return shape


def _epoch(stamp: str) -> int:
    return timegm(strptime(stamp, "%Y-%m-%dT%H:%M:%SZ"))
