"""The same request many times at once: one job, one card, one pull request, every time."""

from __future__ import annotations

import asyncio
import json
import uuid
from typing import Any

import pytest

from tests.e2e.story import one_of_each
from tests.e2e.town import Town

TIMES = 20
ASK = "@bellhop fix this please"


async def comment_delivery(town: Town) -> dict[str, Any]:
    """What GitHub would send for a comment that asks for a fix; nothing was sent yet."""
    await town.control("PUT", "/webhooks", {"is_on": False})
    await town.say(1, ASK)
    await town.control("POST", "/webhooks/idle")
    sent = await town.control("GET", "/log?direction=out")
    await town.control("PUT", "/webhooks", {})
    [comment] = [each for each in sent if each["event"] == "issue_comment"]
    return dict(comment)


async def test_the_same_delivery_twenty_times_at_once_is_one_of_each(town: Town) -> None:
    sent = await comment_delivery(town)
    body, key = json.dumps(sent["body"]).encode(), sent["guid"]
    answers = await asyncio.gather(*(town.deliver(body, "issue_comment", key) for _ in range(TIMES)))
    assert sorted(answer.status_code for answer in answers) == [200] * (TIMES - 1) + [202]
    await town.settled()
    await one_of_each(town, 1)
    assert town.records.column("SELECT receipts FROM deliveries WHERE key = ?", key) == [TIMES]


async def test_twenty_deliveries_of_the_same_comment_at_once_are_one_of_each(town: Town) -> None:
    sent = await comment_delivery(town)
    body = json.dumps(sent["body"]).encode()
    keys = [str(uuid.uuid4()) for _ in range(TIMES)]
    answers = await asyncio.gather(*(town.deliver(body, "issue_comment", key) for key in keys))
    assert {answer.status_code for answer in answers} == {202}
    await town.settled()
    await one_of_each(town, 1)
    twins = town.records.column("SELECT count(*) FROM deliveries WHERE disposition = 'duplicate'")
    assert twins == [TIMES - 1]


@pytest.mark.slow
async def test_a_finished_delivery_sent_again_changes_nothing(town: Town) -> None:
    sent = await comment_delivery(town)
    body, key = json.dumps(sent["body"]).encode(), sent["guid"]
    await town.deliver(body, "issue_comment", key)
    await town.settled()
    again = await town.deliver(body, "issue_comment", key)
    assert again.status_code == 200
    await one_of_each(town, 1)


@pytest.mark.parametrize("town", [{"BELLHOP_DISPATCHER": "off"}], indirect=True)
async def test_a_repeat_around_a_crash_is_one_of_each(town: Town) -> None:
    """Half of them arrive before a kill, half after it."""
    sent = await comment_delivery(town)
    body, key = json.dumps(sent["body"]).encode(), sent["guid"]
    await asyncio.gather(*(town.deliver(body, "issue_comment", key) for _ in range(TIMES // 2)))
    await town.kill()
    await town.start(BELLHOP_DISPATCHER="on")
    await asyncio.gather(*(town.deliver(body, "issue_comment", key) for _ in range(TIMES // 2)))
    await town.settled()
    await one_of_each(town, 1)
