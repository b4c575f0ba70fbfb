"""A token GitHub refuses costs nobody their answer: it waits, says for what, and comes when the token is mended."""

from __future__ import annotations

import pytest

from tests.e2e.story import one_of_each
from tests.e2e.town import Town

pytestmark = pytest.mark.slow

ASK = "@bellhop fix this please"
WAITING = "SELECT detail FROM deliveries WHERE waits_for = 'credential' AND finished_at IS NULL"


async def test_a_mended_token_and_a_restart_answer_who_asked_meanwhile(town: Town) -> None:
    await town.stop()
    await town.start(GITHUB_TOKEN="ghp_" + "0" * 36)
    await town.say(1, ASK)

    async def waits() -> list[str] | None:
        return town.records.column(WAITING) or None

    [reason] = await town.until(waits, "the delivery to wait")
    assert "GitHub answered 401" in reason
    assert "set GITHUB_TOKEN" in reason
    assert "set GITHUB_TOKEN" in town.log(), "the operator is told too"
    assert town.records.jobs() == []
    await town.stop()
    await town.start(GITHUB_TOKEN=str(town.people["bot"]["token"]))
    await town.settled()
    await one_of_each(town, 1)
