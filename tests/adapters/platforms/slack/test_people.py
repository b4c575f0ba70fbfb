"""Who people are, and whether they belong to our workspace."""

from collections.abc import Callable

import pytest

from adapters.platforms.slack import Slack
from bot.errors import (
    NetworkError,
)
from models.message import Actor, Thread
from playground.slack.faults import Fault
from playground.slack.server import SlackPlayground
from tests.adapters.platforms.slack.conftest import sent

ThreadIn = Callable[..., Thread]
Break = Callable[..., Fault]


def actor(playground: SlackPlayground, role: str) -> Actor:
    return Actor(id=playground.world.cast[role], login=role)


async def test_people_are_known_by_what_slack_tells(slack: Slack, playground: SlackPlayground) -> None:
    found = await slack.profile(actor(playground, "writer"))
    user = playground.world.store.users[playground.world.cast["writer"]]
    assert (found.login, found.email, found.is_bot) == (user.name, user.email, False)
    assert found.display_name
    assert (await slack.profile(actor(playground, "robot"))).is_bot
    nobody = Actor(id="U0NOBODY", login="nobody")
    assert await slack.profile(nobody) == nobody


@pytest.mark.parametrize(("role", "is_member"), [
    ("writer", True), ("reader", True), ("grid", True), ("guest", False), ("stranger", False), ("deactivated", False),
    ("robot", False),
])  # fmt: skip
async def test_members_are_those_who_belong_to_us(
    slack: Slack, playground: SlackPlayground, role: str, is_member: bool
) -> None:
    assert await slack.is_member(actor(playground, role)) is is_member


async def test_nobody_is_no_member(slack: Slack) -> None:
    assert not await slack.is_member(Actor(id="U0NOBODY", login="nobody"))


async def test_people_are_asked_for_once_in_a_while(slack: Slack, playground: SlackPlayground) -> None:
    for _ in range(3):
        await slack.is_member(actor(playground, "writer"))
        await slack.profile(actor(playground, "writer"))
    assert len(sent(playground, "users.info")) == 1


async def test_a_slack_that_is_away_makes_nobody_a_member(
    slack: Slack, playground: SlackPlayground, break_with: Break
) -> None:
    await slack.me()
    break_with("status", status=503, path="users.info", times=9)
    with pytest.raises(NetworkError):
        await slack.is_member(actor(playground, "writer"))
