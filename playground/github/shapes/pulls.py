"""Pull requests, reviews and review comments on the wire."""

from typing import Any

from playground.github import access
from playground.github.links import Links
from playground.github.records import Pull, Repository, Review, ReviewComment
from playground.github.shapes.issues import label, rollup
from playground.github.shapes.repositories import plain_repository
from playground.github.shapes.users import maybe_user, simple_user
from playground.github.store import node_id

NOT_MERGEABLE = {True: "clean", False: "dirty", None: "unknown"}


def simple_pull(links: Links, pull: Pull) -> dict[str, Any]:
    """`pull-request-simple`: as lists and review events carry it."""
    issue, url, page = pull.issue, links.pull(pull.issue), links.issue_page(pull.issue)
    return {
        "url": url,
        "id": pull.id,
        "node_id": node_id("PullRequest", pull.id),
        "html_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "issue_url": links.issue(issue),
        "number": issue.number,
        "state": issue.state,
        "locked": issue.is_locked,
        "title": issue.title,
        "user": maybe_user(links, issue.user),
        "body": issue.body,
        "created_at": issue.created_at,
        "updated_at": issue.updated_at,
        "closed_at": issue.closed_at,
        **_merging(pull),
        **_people(links, pull),
        **_related(links, pull, url),
        "author_association": access.association(issue.repository, issue.user),
        "auto_merge": None,
        "active_lock_reason": None,
    }


def _merging(pull: Pull) -> dict[str, Any]:
    return {"merged_at": pull.merged_at, "merge_commit_sha": pull.merge_commit_sha, "draft": pull.is_draft}


def _people(links: Links, pull: Pull) -> dict[str, Any]:
    issue = pull.issue
    assignees = [simple_user(links, user) for user in issue.assignees]
    return {
        "assignee": assignees[0] if assignees else None,
        "assignees": assignees,
        "requested_reviewers": [simple_user(links, user) for user in pull.requested_reviewers],
        "requested_teams": [],
        "labels": [label(links, issue.repository, item) for item in issue.labels],
        "milestone": None,
    }


def _related(links: Links, pull: Pull, url: str) -> dict[str, Any]:
    base = pull.issue.repository
    related = {
        "commits": f"{url}/commits",
        "review_comments": f"{url}/comments",
        "review_comment": f"{links.repository(base)}/pulls/comments{{/number}}",
        "comments": f"{links.issue(pull.issue)}/comments",
        "statuses": f"{links.repository(base)}/statuses/{pull.head_sha}",
    }
    own = {"self": url, "html": links.issue_page(pull.issue), "issue": links.issue(pull.issue)}
    return {
        **{f"{key}_url": value for key, value in related.items()},
        "head": _end(links, pull.head_repository, pull.head_ref, pull.head_sha),
        "base": _end(links, base, pull.base_ref, pull.base_sha),
        "_links": {key: {"href": value} for key, value in (own | related).items()},
    }


def _end(links: Links, repository: Repository | None, ref: str, sha: str) -> dict[str, Any]:
    """One end of the pull request; a deleted fork leaves `repo` and `user` null."""
    owner = repository.owner if repository else None
    return {
        "label": f"{owner.login}:{ref}" if owner else f"unknown:{ref}",
        "ref": ref,
        "sha": sha,
        "user": maybe_user(links, owner),
        "repo": plain_repository(links, repository) if repository else None,
    }


def full_pull(links: Links, pull: Pull) -> dict[str, Any]:
    """`pull-request`: the single answer, and `pull_request` events."""
    return {
        **simple_pull(links, pull),
        "merged": pull.merged_at is not None,
        "mergeable": pull.is_mergeable,
        "rebaseable": pull.is_mergeable,
        "mergeable_state": NOT_MERGEABLE[pull.is_mergeable],
        "merged_by": maybe_user(links, pull.merged_by),
        "comments": len(pull.issue.comments),
        "review_comments": len(pull.review_comments),
        "maintainer_can_modify": pull.maintainer_can_modify,
        "commits": pull.commits,
        "additions": pull.additions,
        "deletions": pull.deletions,
        "changed_files": pull.changed_files,
    }


def review(links: Links, record: Review) -> dict[str, Any]:
    """`pull-request-review`."""
    issue = record.pull.issue
    page = f"{links.issue_page(issue)}#pullrequestreview-{record.id}"
    return {
        "id": record.id,
        "node_id": node_id("PullRequestReview", record.id),
        "user": maybe_user(links, record.user),
        "body": record.body,
        "commit_id": record.commit_id,
        "submitted_at": record.submitted_at,
        "state": record.state,
        "html_url": page,
        "pull_request_url": links.pull(issue),
        "author_association": access.association(issue.repository, record.user),
        "_links": {"html": {"href": page}, "pull_request": {"href": links.pull(issue)}},
    }


def submitted_review(links: Links, record: Review) -> dict[str, Any]:
    """The review in webhooks: state in lower case, an empty body is null (recorded deliveries show both)."""
    return review(links, record) | {"state": record.state.lower(), "body": record.body or None}


def review_comment(links: Links, record: ReviewComment) -> dict[str, Any]:
    """`pull-request-review-comment`."""
    issue = record.pull.issue
    url = f"{links.repository(issue.repository)}/pulls/comments/{record.id}"
    page = f"{links.issue_page(issue)}#discussion_r{record.id}"
    shape = {
        "url": url,
        "pull_request_review_id": record.review.id,
        "id": record.id,
        "node_id": node_id("PullRequestReviewComment", record.id),
        "diff_hunk": record.diff_hunk,
        "path": record.path,
        "commit_id": record.commit_id,
        "original_commit_id": record.original_commit_id,
        "user": maybe_user(links, record.user),
        "body": record.body,
        "created_at": record.created_at,
        "updated_at": record.updated_at,
        "html_url": page,
        "pull_request_url": links.pull(issue),
        "author_association": access.association(issue.repository, record.user),
        "_links": {
            "self": {"href": url},
            "html": {"href": page},
            "pull_request": {"href": links.pull(issue)},
        },
        "reactions": rollup(url, record.reactions),
        **_place(record),
    }
    return shape | ({"in_reply_to_id": record.in_reply_to.id} if record.in_reply_to else {})


def _place(record: ReviewComment) -> dict[str, Any]:
    return {
        "start_line": record.start_line,
        "original_start_line": record.original_start_line,
        "start_side": record.start_side,
        "line": record.line,
        "original_line": record.original_line,
        "side": record.side,
        "position": record.position,
        "original_position": record.original_position,
        "subject_type": record.subject_type,
    }
