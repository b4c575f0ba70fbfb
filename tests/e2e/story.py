"""What must be true of an installation, whatever happened to it on the way."""

from __future__ import annotations

from typing import Any

from tests.e2e.town import Town

TERMINAL = {"completed", "failed", "cancelled"}


async def one_of_each(town: Town, number: int, mark: str = "✅") -> dict[str, Any]:
    """One request on issue `number` became one disposition, one job, one card in a terminal state, one pull request.

    Returns the job, as the database has it.
    """
    await no_loose_ends(town)
    [job] = town.records.rows("SELECT * FROM jobs")
    assert town.records.column("SELECT count(*) FROM deliveries WHERE disposition = 'accepted'") == [1]
    [card] = await town.answers(number)
    assert card.startswith(mark), card
    assert f"bellhop:{job['handle']}" in card
    [pull] = await pulls(town)
    assert pull["head"]["ref"] == f"bellhop/{job['handle']}"
    assert await branches(town) == [pull["head"]["ref"]]
    assert len(await commits(town, pull["number"])) == 1
    return job


async def no_loose_ends(town: Town) -> None:
    """Every delivery has its disposition, every job its end, and nothing waits to be said."""
    # Our own comments and pushes come back as deliveries, after the last job ended.
    await town.control("POST", "/webhooks/idle")
    await town.settled(jobs=0)
    assert town.records.rows("SELECT id, key FROM deliveries WHERE disposition IS NULL") == []
    assert {row["status"] for row in town.records.jobs()} <= TERMINAL


async def pulls(town: Town) -> list[dict[str, Any]]:
    """Every pull request of the bot, closed ones too."""
    listed = await town.request("GET", "pulls?state=all&per_page=100")
    return [each for each in listed if each["user"]["login"] == town.bot]


async def branches(town: Town) -> list[str]:
    """The bot's branches."""
    listed = await town.request("GET", "branches?per_page=100")
    return [each["name"] for each in listed if each["name"].startswith("bellhop/")]


async def commits(town: Town, number: int) -> list[dict[str, Any]]:
    """A pull request's commits."""
    listed: list[dict[str, Any]] = await town.request("GET", f"pulls/{number}/commits")
    return listed
