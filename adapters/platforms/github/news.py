"""From GitHub's payloads to what channels are told of a repository. Pure: no look-ups, no clock.

Who did it is the sender, whatever text it carries. Two hooks (of a repository and of its organization, say) tell of one
happening in two deliveries: their news have one key.
https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from adapters.platforms.github.facts import actor_of, full_name
from adapters.platforms.github.payload import Item, Payload, Release, Saying, read
from bot.errors import PayloadError
from models.delivery import Delivery
from models.news import News, Topic

# `review.state` of a submitted review: approved, changes_requested, commented.
VERDICTS = {"approved": "approved", "changes_requested": "asked for changes on", "commented": "reviewed"}

Reader = Callable[[str, Payload, str], News | None]


def read_news(delivery: Delivery) -> News | None:
    """What a follower is told of a delivery; None when that is nothing, or when it cannot be read."""
    event = f"{delivery.event}.{delivery.action}"
    reader = READERS.get(event)
    if reader is None:
        return None
    try:
        payload = read(delivery.request.body)
    except PayloadError:
        return None  # whoever normalizes it says so
    return reader(event, payload, delivery.key) if full_name(payload.repository) else None


def _issue(event: str, payload: Payload, key: str) -> News | None:
    action = event.rpartition(".")[2]
    return _of_item(event, payload, payload.issue, Topic.ISSUES, f"{action} issue", key)


def _pull(event: str, payload: Payload, key: str) -> News | None:
    pull = payload.pull_request
    if pull is None:
        return None
    return _of_item(event, payload, pull, Topic.PULLS, _doing(event.rpartition(".")[2], pull), key)


def _doing(action: str, pull: Item) -> str:
    if action == "ready_for_review":
        return "asks for review of pull request"
    if action == "closed" and pull.merged:
        return "merged pull request"
    draft = "draft " if action == "opened" and pull.draft else ""
    return f"{action} {draft}pull request"


def _review(event: str, payload: Payload, key: str) -> News | None:
    review, pull = payload.review or Saying(), payload.pull_request
    verdict = VERDICTS.get(review.state or "")
    if verdict is None or (review.state == "commented" and not review.body):
        return None  # the envelope of inline comments says nothing of its own
    told = f"{event}:{full_name(payload.repository)}:{review.id}" if review.id else key
    made = _of_item(event, payload, pull, Topic.REVIEWS, f"{verdict} pull request", key)
    return made and made.model_copy(update={"key": told, "url": review.html_url or made.url})


def _release(event: str, payload: Payload, key: str) -> News | None:
    release = payload.release or Release()
    if not release.tag_name:
        return None
    kind = "pre-release" if release.prerelease else "release"
    return _news(
        payload,
        key=f"{event}:{full_name(payload.repository)}:{release.id}" if release.id else key,
        topic=Topic.RELEASES,
        what=f"published {kind}",
        name=release.tag_name,
        title=release.name if release.name and release.name != release.tag_name else "",
        url=release.html_url or "",
    )


READERS: Mapping[str, Reader] = {
    "issues.opened": _issue,
    "issues.closed": _issue,
    "issues.reopened": _issue,
    "pull_request.opened": _pull,
    "pull_request.closed": _pull,
    "pull_request.reopened": _pull,
    "pull_request.ready_for_review": _pull,
    "pull_request_review.submitted": _review,
    "release.published": _release,
}


def _of_item(
    event: str, payload: Payload, item: Item | None, topic: Topic, what: str, key: str
) -> News | None:
    if item is None or item.number is None:
        return None
    told = f"{event}:{full_name(payload.repository)}:{item.number}:{item.updated_at}"
    return _news(
        payload,
        key=told if item.updated_at else key,
        topic=topic,
        what=what,
        name=f"#{item.number}",
        title=item.title or "",
        url=item.html_url or "",
    )


def _news(payload: Payload, **fields: object) -> News:
    repository = payload.repository
    plain = {
        "repository": full_name(repository),
        "actor": actor_of(payload.sender),
        # Not told is private: https://docs.github.com/en/webhooks/webhook-events-and-payloads (repository.private)
        "is_private": repository is None or repository.private is not False,
    }
    return News.model_validate(plain | fields)
