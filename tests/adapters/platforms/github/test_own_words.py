"""Whatever this adapter says comes back as a delivery: it makes no job, whoever repeats it, known or not known yet."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.platforms.github.platform import GitHub
from adapters.platforms.github.proposals import LONGEST_BODY, _body
from adapters.platforms.github.settings import GitHubSettings
from bot import triage
from bot.platform import PullRequestDraft
from models.card import Card, CardState
from models.delivery import Disposition, Outcome
from models.message import Actor
from tests.adapters.platforms.github.conftest import Ask, Push
from tests.adapters.platforms.github.deliveries import delivery, payload
from tests.fakes.services import Bench

ORDER = "@bellhop fix the flaky test"
MARKER = "bellhop:J-7K3Q"
US = {"login": "acme-bell", "id": 4242, "type": "User"}
TEMPLATE = "## Checklist\n\n/bellhop fix\n\n- [ ] tests"


def adapter(*, is_known: bool) -> GitHub:
    secrets = {"github_token": SecretStr("t" * 20), "github_webhook_secret": SecretStr("s")}
    made = GitHub(GitHubSettings(**secrets))  # type: ignore[arg-type]
    if is_known:
        made.recall(Actor(id="4242", login="acme-bell"))
    return made


def draft(body: str) -> PullRequestDraft:
    return PullRequestDraft(
        repository="acme/shop", head_repository="acme/shop", head="bellhop/J-7K3Q", base="main",
        title="Mend it", body=body, marker=MARKER,
    )  # fmt: skip


def card(platform: GitHub) -> str:
    shown = Card(
        job_id="1",
        handle="J-7K3Q",
        state=CardState.DONE,
        headline=ORDER,
        body=ORDER,
        details=ORDER,
        marker=MARKER,
    )
    return platform.render_card(shown)


OUTGOING: dict[str, Callable[[GitHub], str]] = {
    "card": card,
    "reply": lambda platform: platform.render_reply(ORDER, MARKER),
    "pull request": lambda _: str(_body(draft(ORDER))["body"]),
    "pull request with the repository's template": lambda _: str(
        _body(draft(f"{ORDER}\n{TEMPLATE}"))["body"]
    ),
}
DOORS = {
    "issue_comment": ("issue_comment_addressed", "comment"),
    "pull_request": ("pull_request_opened", "pull_request"),
}


def come_back(platform: GitHub, event: str, text: str, user: dict[str, Any] | None) -> object:
    """What a look at `text` says; by a person, where no `user` is given."""
    name, carrier = DOORS[event]
    body = payload(name)
    body[carrier]["body"] = text
    if user is not None:
        body[carrier]["user"] = body["sender"] = user
    return triage.look(Bench().services, platform, delivery(event, body))


@pytest.mark.parametrize("event", DOORS)
@pytest.mark.parametrize("what", OUTGOING)
@pytest.mark.parametrize("user", [None, US], ids=["a person copies it", "ours"])
@pytest.mark.parametrize("is_known", [True, False], ids=["known", "not known yet"])
def test_what_leaves_makes_no_job(event: str, what: str, user: dict[str, Any] | None, is_known: bool) -> None:
    platform = adapter(is_known=is_known)
    found = come_back(platform, event, OUTGOING[what](platform), user)
    assert isinstance(found, Outcome)
    assert found.disposition is Disposition.IGNORED_SELF


@pytest.mark.parametrize("event", DOORS)
@pytest.mark.parametrize("login", ["acme-bell", "a-new-name"])
def test_without_the_mark_our_number_tells_whatever_our_login_is(event: str, login: str) -> None:
    found = come_back(adapter(is_known=True), event, ORDER, US | {"login": login})
    assert isinstance(found, Outcome)
    assert found.disposition is Disposition.IGNORED_SELF


@pytest.mark.parametrize("event", DOORS)
def test_a_person_who_quotes_it_orders_nothing_and_one_who_says_it_does(event: str) -> None:
    quoted = "\n".join(f"> {line}" for line in f"{ORDER}\n{TEMPLATE}".splitlines())
    found = come_back(adapter(is_known=True), event, quoted, None)
    assert isinstance(found, Outcome)
    assert found.disposition is Disposition.IGNORED_NOT_ADDRESSED
    assert isinstance(come_back(adapter(is_known=True), event, ORDER, None), triage.Addressed)


def test_a_body_too_long_is_clipped_before_its_mark() -> None:
    body = str(_body(draft("x" * (LONGEST_BODY + 1)))["body"])
    assert len(body) <= LONGEST_BODY
    assert body.endswith(f"<!-- {MARKER} -->")


async def test_a_pull_request_is_opened_with_its_mark(
    github: GitHub, ask: Ask, push: Push, repo: str
) -> None:
    await push("bellhop/J-7K3Q", {"notes.txt": "mended\n"})
    made = await github.open_pull(
        draft(ORDER).model_copy(update={"repository": repo, "head_repository": repo})
    )
    shown = await ask("reader", "GET", f"/repos/{repo}/pulls/{made.number}")
    assert shown["body"].endswith(f"<!-- {MARKER} -->")
