"""What channels are told of GitHub's deliveries, by who did it; and one key for one happening."""

from __future__ import annotations

import json
from typing import Any

import pytest

from adapters.platforms.github.news import READERS, read_news
from adapters.platforms.github.payload import READ_EVENTS
from models.news import News, Topic
from tests.adapters.platforms.github.deliveries import delivery
from tests.adapters.platforms.github.test_golden import recorded

SENDER = {"login": "octo", "id": 7, "type": "User"}
REPOSITORY = {"full_name": "acme/shop", "name": "shop", "private": False, "owner": {"login": "acme", "id": 1}}
ITEM = {
    "number": 7,
    "title": "It leaks",
    "html_url": "https://git.example/acme/shop/issues/7",
    "updated_at": "2026-11-21T09:00:00Z",
    "user": {"login": "somebody", "id": 8},
}


def told(event: str, action: str, **parts: Any) -> News | None:
    body = {"action": action, "sender": SENDER, "repository": REPOSITORY, **parts}
    return read_news(delivery(event, body))


def sure(news: News | None) -> News:
    assert news is not None
    return news


def pull(action: str, **given: Any) -> str:
    return sure(told("pull_request", action, pull_request=ITEM | given)).what


def test_an_issue_is_told_by_who_did_it() -> None:
    news = sure(told("issues", "closed", issue=ITEM))
    assert (news.topic, news.what, news.name, news.title) == (Topic.ISSUES, "closed issue", "#7", "It leaks")
    assert news.actor is not None
    assert news.actor.login == "octo"
    assert news.repository == "acme/shop"


def test_what_becomes_of_a_pull_request() -> None:
    assert pull("opened", draft=True) == "opened draft pull request"
    assert pull("opened", draft=False) == "opened pull request"
    assert pull("closed", merged=True) == "merged pull request"
    assert pull("closed", merged=False) == "closed pull request"
    assert pull("ready_for_review") == "asks for review of pull request"
    assert told("pull_request", "labeled", pull_request=ITEM) is None
    assert told("pull_request", "synchronize", pull_request=ITEM) is None


@pytest.mark.parametrize(
    ("state", "body", "what"),
    [
        ("approved", None, "approved pull request"),
        ("changes_requested", "no", "asked for changes on pull request"),
        ("commented", "well", "reviewed pull request"),
        ("commented", None, None),
        ("pending", "x", None),
        (None, "x", None),
    ],
)
def test_a_review_is_told_by_its_verdict(state: str | None, body: str | None, what: str | None) -> None:
    review = {"id": 5, "state": state, "body": body, "html_url": "https://git.example/r/5"}
    news = told("pull_request_review", "submitted", review=review, pull_request=ITEM)
    assert (news.what if news else None) == what
    assert news is None or news.url == "https://git.example/r/5"


def test_a_release_is_told_when_it_is_published() -> None:
    release = {"id": 3, "tag_name": "v2", "name": "Two", "html_url": "https://git.example/v2"}
    news = sure(told("release", "published", release=release))
    assert (news.what, news.name, news.title) == ("published release", "v2", "Two")
    early = sure(told("release", "published", release=release | {"prerelease": True, "name": "v2"}))
    assert (early.what, early.title) == ("published pre-release", "")
    assert told("release", "created", release=release) is None


def test_two_deliveries_of_one_happening_have_one_key() -> None:
    body = {"action": "closed", "sender": SENDER, "repository": REPOSITORY, "issue": ITEM}
    first, second = (read_news(delivery("issues", body)) for _ in range(2))
    again = told("issues", "closed", issue=ITEM | {"updated_at": "2026-11-22T09:00:00Z"})
    assert sure(first).key == sure(second).key != sure(again).key


@pytest.mark.parametrize("private", [True, None])
def test_a_repository_of_which_nothing_is_told_is_private(private: bool | None) -> None:
    repository = REPOSITORY | {"private": private}
    assert sure(told("issues", "opened", issue=ITEM, repository=repository)).is_private
    assert not sure(told("issues", "opened", issue=ITEM)).is_private


def test_what_cannot_be_read_is_not_told() -> None:
    assert told("issues", "opened", issue={"number": -1}) is None
    assert told("issues", "opened") is None
    assert told("issues", "opened", issue=ITEM, repository=None) is None
    assert told("release", "published", release={}) is None


def test_every_event_that_is_told_is_read_at_the_door() -> None:
    assert {event.partition(".")[0] for event in READERS} <= READ_EVENTS


def test_recorded_deliveries_are_told() -> None:
    folder = recorded()
    found = (
        [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
        if folder
        else []
    )
    news = [read_news(delivery(each["event"], each["body"])) for each in found]
    wanted = [each for each in found if f"{each['event']}.{each['body'].get('action')}" in READERS]
    reviews = [each for each in wanted if each["event"] == "pull_request_review"]
    made = [each for each in news if each is not None]
    assert len(wanted) - len(reviews) <= len(made) <= len(wanted)
    assert all(each.name and each.repository for each in made)
