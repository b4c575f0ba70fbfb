"""A pretend Slack, the adapter in front of it, and the people who use it."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from adapters.platforms.slack import Slack
from adapters.platforms.slack.settings import SlackSettings
from models.message import Thread, ThreadKind
from models.source import SourceType
from playground.slack.faults import Fault
from playground.slack.server import Options, SlackPlayground
from tests.playground.slack.conftest import Door, Listener, listener

__all__ = ["listener"]  # the app that listens is that of the playground's own tests

SECRET = "a secret between the two"


@pytest.fixture
async def playground(listener: Listener) -> AsyncIterator[SlackPlayground]:
    """A seeded workspace that sends to the listener and judges all that it is sent."""
    options = Options(seed=3, events_url=listener.url, signing_secret=SECRET)
    async with SlackPlayground(options) as served:
        yield served
        assert served.world.violations == []


def settings_of(playground: SlackPlayground, **given: Any) -> SlackSettings:
    """The settings of the app there."""
    return SlackSettings(
        slack_bot_token=SecretStr(playground.describe()["bot_token"]),
        slack_signing_secret=SecretStr(SECRET),
        slack_api_url=playground.api_url,
        **given,
    )


@pytest.fixture
async def slack(playground: SlackPlayground) -> AsyncIterator[Slack]:
    """The adapter."""
    platform = Slack(settings_of(playground))
    yield platform
    await platform.close()


@pytest.fixture
async def door(playground: SlackPlayground) -> AsyncIterator[Door]:
    """What people do."""
    async with httpx.AsyncClient(base_url=playground.control_url, timeout=30) as client:
        yield Door(client)


@pytest.fixture
def break_with(playground: SlackPlayground) -> Callable[..., Fault]:
    """Arm a fault: `break_with("error", error="channel_not_found", path="chat.update")`."""
    return lambda kind, **given: playground.world.faults.add(Fault(kind, **given))


@pytest.fixture
def thread_in(playground: SlackPlayground) -> Callable[..., Thread]:
    """`thread_in("team", ts)`: a thread in a channel of the play."""

    def make(name: str, root: str = "", kind: ThreadKind = ThreadKind.CHANNEL) -> Thread:
        channel = playground.world.places.get(name, name)
        team = playground.world.store.team.id
        return Thread(source=SourceType.SLACK, workspace=team, kind=kind, channel=channel, root=root)

    return make


def sent(playground: SlackPlayground, method: str) -> list[dict[str, Any]]:
    """What the app sent to a method, oldest first."""
    return [
        dict(entry["body"])
        for entry in playground.world.journal.read()
        if entry["direction"] == "in" and entry["path"] == f"/api/{method}"
    ]
