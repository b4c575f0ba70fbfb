"""Tells the repository's webhooks what happened, with the payload as it is at that moment.

docs.github.com/webhooks/webhook-events-and-payloads
"""

from typing import Any

from playground.github.records import Comment, Hook, Issue, Pull, Repository, Review, ReviewComment, User
from playground.github.shapes import issues, pulls
from playground.github.shapes.repositories import plain_repository
from playground.github.shapes.users import organization, simple_user
from playground.github.world import World

ZEN = "Keep it logically awesome."


def publish(world: World, repository: Repository, event: str, actor: User, fields: dict[str, Any]) -> None:
    """Send the event to every active hook of the repository that subscribed to it."""
    hooks = [hook for hook in repository.hooks.values() if _wants(hook, event)]
    if hooks:
        payload = _complete(world, repository, actor, fields)
        for hook in hooks:
            world.postman.post(repository, hook, event, payload)


def _wants(hook: Hook, event: str) -> bool:
    return hook.is_active and bool({event, "*"} & set(hook.events))


def _complete(world: World, repository: Repository, actor: User, fields: dict[str, Any]) -> dict[str, Any]:
    """The event's own fields, then what every payload has; a field given as `repository` stays."""
    owner = repository.owner
    common: dict[str, Any] = {"repository": plain_repository(world.links, repository)}
    if owner.kind == "Organization":
        common["organization"] = organization(world.links, owner)
    return (
        fields
        | {key: value for key, value in common.items() if key not in fields}
        | {"sender": simple_user(world.links, actor)}
    )


def issue_happened(world: World, issue: Issue, actor: User, action: str, **extra: Any) -> None:
    """`issues`, or `pull_request` when the issue is one."""
    if issue.pull:
        pull_happened(world, issue.pull, actor, action, **extra)
        return
    fields = {"action": action, "issue": issues.issue(world.links, issue), **extra}
    publish(world, issue.repository, "issues", actor, fields)


def pull_happened(world: World, pull: Pull, actor: User, action: str, **extra: Any) -> None:
    """`pull_request`."""
    shape = pulls.full_pull(world.links, pull)
    fields = {"action": action, "number": pull.issue.number, "pull_request": shape, **extra}
    publish(world, pull.issue.repository, "pull_request", actor, fields)


def comment_happened(world: World, comment: Comment, actor: User, action: str, **extra: Any) -> None:
    """`issue_comment`, on issues and on the conversation of pull requests."""
    shapes = {
        "issue": issues.issue(world.links, comment.issue),
        "comment": issues.comment(world.links, comment),
    }
    publish(world, comment.issue.repository, "issue_comment", actor, {"action": action, **extra, **shapes})


def review_happened(world: World, review: Review, actor: User, action: str) -> None:
    """`pull_request_review`."""
    shapes = {
        "review": pulls.submitted_review(world.links, review),
        "pull_request": pulls.simple_pull(world.links, review.pull),
    }
    publish(world, review.pull.issue.repository, "pull_request_review", actor, {"action": action, **shapes})


def review_comment_happened(
    world: World, comment: ReviewComment, actor: User, action: str, **extra: Any
) -> None:
    """`pull_request_review_comment`."""
    shapes = {
        "comment": pulls.review_comment(world.links, comment),
        "pull_request": pulls.simple_pull(world.links, comment.pull),
    }
    fields = {"action": action, **extra, **shapes}
    publish(world, comment.pull.issue.repository, "pull_request_review_comment", actor, fields)
