"""Issues, comments, labels and reactions on the wire."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from playground.github import access
from playground.github.links import Links
from playground.github.records import Comment, Issue, Label, Reaction, Repository
from playground.github.shapes.users import maybe_user, simple_user
from playground.github.store import DEFAULT_LABELS, node_id

CONTENTS = ("+1", "-1", "laugh", "hooray", "confused", "heart", "rocket", "eyes")


def label(links: Links, repository: Repository, record: Label) -> dict[str, Any]:
    """`label`."""
    return {
        "id": record.id,
        "node_id": node_id("Label", record.id),
        "url": f"{links.repository(repository)}/labels/{quote(record.name)}",
        "name": record.name,
        "color": record.color,
        "default": record.name in DEFAULT_LABELS,
        "description": record.description,
    }


def reaction(links: Links, record: Reaction) -> dict[str, Any]:
    """`reaction`."""
    return {
        "id": record.id,
        "node_id": node_id("Reaction", record.id),
        "user": maybe_user(links, record.user),
        "content": record.content,
        "created_at": record.created_at,
    }


def rollup(url: str, reactions: Sequence[Reaction]) -> dict[str, Any]:
    """`reaction-rollup`: how many of each."""
    counts = Counter(reaction.content for reaction in reactions)
    total = {"url": f"{url}/reactions", "total_count": len(reactions)}
    return total | {content: counts[content] for content in CONTENTS}


def issue(links: Links, record: Issue) -> dict[str, Any]:
    """`issue`; a pull request appears as an issue with `pull_request`."""
    url, repository = links.issue(record), record.repository
    shape = {
        "url": url,
        "repository_url": links.repository(repository),
        "labels_url": f"{url}/labels{{/name}}",
        "comments_url": f"{url}/comments",
        "events_url": f"{url}/events",
        "html_url": links.issue_page(record),
        "id": record.id,
        "node_id": node_id("Issue", record.id),
        "number": record.number,
        "title": record.title,
        "user": maybe_user(links, record.user),
        "labels": [label(links, repository, item) for item in record.labels],
        "state": record.state,
        "locked": record.is_locked,
        **_people(links, record),
        **_progress(record),
        "reactions": rollup(url, record.reactions),
        "timeline_url": f"{url}/timeline",
        "performed_via_github_app": None,
    }
    return shape | _pull_half(links, record)


def _people(links: Links, record: Issue) -> dict[str, Any]:
    assignees = [simple_user(links, user) for user in record.assignees]
    return {
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "milestone": None,
        "closed_by": maybe_user(links, record.closed_by),
        "author_association": access.association(record.repository, record.user),
        "active_lock_reason": None,
    }


def _progress(record: Issue) -> dict[str, Any]:
    return {
        "comments": len(record.comments),
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "closed_at": record.closed_at,
        "body": record.body,
        "state_reason": record.state_reason,
    }


def _pull_half(links: Links, record: Issue) -> dict[str, Any]:
    if not record.pull:
        return {}
    page = links.issue_page(record)
    urls = {
        "url": links.pull(record),
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
    }
    return {"draft": record.pull.is_draft, "pull_request": urls | {"merged_at": record.pull.merged_at}}


def comment(links: Links, record: Comment) -> dict[str, Any]:
    """`issue-comment`."""
    url = f"{links.repository(record.issue.repository)}/issues/comments/{record.id}"
    return {
        "url": url,
        "html_url": f"{links.issue_page(record.issue)}#issuecomment-{record.id}",
        "issue_url": links.issue(record.issue),
        "id": record.id,
        "node_id": node_id("IssueComment", record.id),
        "user": maybe_user(links, record.user),
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "author_association": access.association(record.issue.repository, record.user),
        "body": record.body,
        "reactions": rollup(url, record.reactions),
        "performed_via_github_app": None,
    }
